"""One file of `cache2/entries` or `cache2/doomed`: a response's body, and behind it what Firefox knows of it.

    body | metadata | trailer
    metadata = u32 checksum | u16 checksum of each 256 KB of the body | header | key 00 | (name 00 value 00)*

    header   = u32 version | u32 fetches | u32 last fetched | u32 last modified | u32 frecency | u32 expires
             | u32 length of the key | u32 flags (not in version 1)
    trailer  = u32 length of the body                                    versions 1 to 3
             | u32 version | u32 length of the body, bit 31: encrypted   version 4

Big-endian. The first checksum is lookup2 of the metadata behind it. In an encrypted entry each 256 KB of the
body are a block of their own, and the metadata is another.
Source: netwerk/cache2/CacheFileMetadata.cpp (version 4 as of Firefox 153).
"""

from __future__ import annotations

import os
import re
import struct
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from scrubber.formats.cache2.jenkins import lookup2
from scrubber.formats.cache2.sealed import METADATA, OVERHEAD, unsealed
from scrubber.formats.damaged import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 1 << 18
VERSIONS = (1, 2, 3, 4)

_WORD = struct.Struct(">I")
_TRAILER = struct.Struct(">II")
_FIRST_WITH_VERSION = 4
_ENCRYPTED = 1 << 31
_HEADER_V1 = struct.Struct(">7I")
_HEADER = struct.Struct(">8I")
_ALTERNATIVE = re.compile(rb"[0-9]+;([0-9]{1,10}),")  # version; where it starts, then its kind
_MOST_METADATA = 1 << 20  # the elements may take 64 KB, and a key 16 KB


class NoKey(Damaged):
    """An encrypted entry, and no key to read it with."""


class UnknownVersion(Damaged):
    """An entry of a Firefox newer than this code."""


@dataclass(frozen=True)
class Entry:
    """What lies behind an entry's body."""

    version: int
    body_size: int
    """Bytes of the body once decrypted, alternative data included."""
    is_encrypted: bool
    key: bytes
    elements: tuple[tuple[bytes, bytes], ...]
    """`response-head`, `request-method`, `security-info`, … as they follow each other."""
    metadata: bytes
    """All between body and trailer, decrypted."""

    @property
    def response_size(self) -> int:
        """Bytes of the body that came over the wire; alternative data (compiled code) are what follows."""
        found = _ALTERNATIVE.match(dict(self.elements).get(b"alt-data", b""))
        return min(self.body_size, int(found[1])) if found else self.body_size

    @cached_property
    def is_intact(self) -> bool:
        """Whether the checksum is right; Firefox drops an entry in which it isn't."""
        (checksum,) = _WORD.unpack_from(self.metadata)
        return bool(checksum == lookup2(self.metadata[_WORD.size :]))


@dataclass(frozen=True)
class _Trailer:
    raw: bytes
    body_size: int
    is_encrypted: bool

    @property
    def body_end(self) -> int:
        """Where the body ends in the file."""
        return self.body_size + (OVERHEAD * _chunks(self.body_size) if self.is_encrypted else 0)


def read_entry(file: BinaryIO, key: bytes | None = None) -> Entry:
    """What a file says of its body; `key` decrypts it. Raises Damaged, NoKey, UnknownVersion."""
    size = file.seek(0, os.SEEK_END)
    trailer = _read_trailer(file, size)
    length = size - len(trailer.raw) - trailer.body_end
    if not 0 < length <= _MOST_METADATA:
        raise Damaged(f"the body of {trailer.body_size} bytes doesn't fit a file of {size}")
    metadata = _read(file, trailer.body_end, length)
    if trailer.is_encrypted:
        if key is None:
            raise NoKey("encrypted, and the profile has no key for it")
        metadata = unsealed(metadata, METADATA, key, trailer.raw)
    return _parsed(metadata, trailer)


def read_body(file: BinaryIO, entry: Entry, key: bytes | None = None) -> Iterator[bytes]:
    """The body in pieces of up to 256 KB, as it came over the wire (perhaps compressed). Raises Damaged."""
    overhead = OVERHEAD if entry.is_encrypted else 0
    for number in range(_chunks(entry.body_size)):
        length = min(CHUNK, entry.body_size - number * CHUNK)
        block = _read(file, number * (CHUNK + overhead), length + overhead)
        if entry.is_encrypted:
            if key is None:
                raise NoKey("encrypted, and the profile has no key for it")
            block = unsealed(block, number, key)
        yield block


def _read_trailer(file: BinaryIO, size: int) -> _Trailer:
    if size < _TRAILER.size:
        raise Damaged(f"only {size} bytes")
    raw = _read(file, size - _TRAILER.size, _TRAILER.size)
    version, word = _TRAILER.unpack(raw)
    # Before version 4 the elements end here, and so the word in a zero byte.
    if _FIRST_WITH_VERSION <= version < 0x100:
        if version not in VERSIONS:
            raise UnknownVersion(f"an entry of version {version}")
        return _Trailer(raw, word & ~_ENCRYPTED, bool(word & _ENCRYPTED))
    return _Trailer(raw[_WORD.size :], word, is_encrypted=False)


def _parsed(metadata: bytes, trailer: _Trailer) -> Entry:
    at = _WORD.size + 2 * _chunks(trailer.body_size)
    if at + _WORD.size > len(metadata):
        raise Damaged("too short for a header")
    (version,) = _WORD.unpack_from(metadata, at)
    if version not in VERSIONS:
        raise Damaged("no header where one should be")
    header = _HEADER_V1 if version == 1 else _HEADER
    if at + header.size > len(metadata):
        raise Damaged("too short for a header")
    key_size = header.unpack_from(metadata, at)[6]
    start = at + header.size
    end = start + key_size
    if end >= len(metadata) or metadata[end]:
        raise Damaged("the key doesn't end where it should")
    elements = _elements(metadata[end + 1 :])
    return Entry(version, trailer.body_size, trailer.is_encrypted, metadata[start:end], elements, metadata)


def _elements(data: bytes) -> tuple[tuple[bytes, bytes], ...]:
    if not data:
        return ()
    *parts, rest = data.split(b"\0")
    if rest or len(parts) % 2:
        raise Damaged("the elements are no pairs")
    return tuple(zip(parts[::2], parts[1::2], strict=True))


def _read(file: BinaryIO, offset: int, length: int) -> bytes:
    file.seek(offset)
    data = file.read(length)
    if len(data) != length:
        raise Damaged("shorter than it says")
    return data


def _chunks(size: int) -> int:
    return -(-size // CHUNK)
