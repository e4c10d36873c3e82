"""Chromium's own small formats, read by what its sources say of them: field by field, as a stream.

Nothing is shared with the formats that they are held against. A file that isn't sound ends in an exception of
any kind.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import struct
import zlib
from ctypes import c_int8, c_int64, c_uint32
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

Command = tuple[int, bytes]

_ROTATED = " !#$&'()+,-.0123456789;=@[]_abcdefghijklmnopqrstuvwxyz~"
_FORBIDDEN = '\\/|<>:"?*\n'
_ENTRY_START, _ENTRY_END = bytes.fromhex("305c72a71b6dfbfc"), bytes.fromhex("d8410d97456ffaf4")
_INDEX = bytes.fromhex("6f79207265746e65")  # "entery o", as a number


def number(file: BinaryIO, size: int, *, signed: bool = False) -> int:
    """A little-endian number."""
    return int.from_bytes(exactly(file, size), "little", signed=signed)


def exactly(file: BinaryIO, size: int) -> bytes:
    """So many bytes; EOFError where there are fewer."""
    data = file.read(size)
    if size < 0 or len(data) != size:
        raise EOFError(size)
    return data


def pickled(content: bytes, fields: str) -> list[int | str]:
    """The first fields of a pickle (base/pickle.h): `i` a number, `s` a string, `w` one of UTF-16."""
    file = io.BytesIO(content)
    payload = io.BytesIO(exactly(file, number(file, 4)))
    found: list[int | str] = []
    for kind in fields:
        size = number(payload, 4, signed=True)
        if kind == "i":
            found.append(size)
            continue
        data = exactly(payload, size * (2 if kind == "w" else 1))
        found.append(data.decode("utf-16-le" if kind == "w" else "utf-8"))
        while payload.tell() % 4:
            payload.read(1)
    return found


def sites(key: str) -> tuple[str, ...]:
    """The sites of a NetworkAnonymizationKey as JSON (net/base/network_anonymization_key.cc)."""
    return tuple(
        str(pickled(base64.b64decode(part), "s")[0]) for part in json.loads(key) if isinstance(part, str)
    )


def resource(key: str) -> str:
    """`HttpCache::GetResourceURLFromHttpCacheKey`: of a key with sites, what stands behind the last space."""
    if key[:2] in ("0/", "1/"):
        key = key[key.index("/", 2) + 1 :]
    return key.rpartition(" ")[2] if key.startswith("_dk_") else key


def commands(content: bytes) -> list[Command]:
    """A session file's commands (components/sessions/core/command_storage_backend.cc)."""
    file = io.BytesIO(content)
    assert exactly(file, 4) == b"SNSS"
    assert number(file, 4) in (1, 3)
    found = []
    while size := int.from_bytes(file.read(2), "little"):
        record = file.read(size)
        if len(record) != size:
            break
        found.append((record[0], record[1:]))
    return found


@dataclass
class Tab:
    """A closed tab that can be opened again."""

    shown: int
    pages: list[str] = field(default_factory=list)


@dataclass
class Closed:
    """A window, a group, or a tab that was closed alone: `announced` is 0 for the latter."""

    announced: int
    shown: int = 0
    tabs: list[Tab] = field(default_factory=list)


def closed(played: Iterable[Command]) -> list[Closed]:
    """What `tab_restore_service_impl.cc` (CreateEntriesFromCommands) makes of a file's commands.

    ValueError where it gives up: a page outside of any tab, fewer tabs than a window announces.
    """
    entries: list[Closed] = []
    missing = 0
    tab: Tab | None = None
    for command, payload in played:
        if command in (3, 9, 13):
            if missing:
                raise ValueError("a window that lacks tabs")
            at = {3: 4, 9: 8, 13: 20}[command]
            shown, count = struct.unpack_from("<ii", payload, at)
            missing, tab = count, None
            entries.append(Closed(count, 0 if command == 13 else shown))
        elif command == 4:
            tab = Tab(struct.unpack_from("<i", payload, 4)[0])
            if missing:
                missing -= 1
            else:
                entries.append(Closed(0))
            entries[-1].tabs.append(tab)
        elif command == 1:
            if tab is None:
                raise ValueError("a page without a tab")
            tab.pages.append(str(pickled(payload, "iis")[2]))
    if missing:
        raise ValueError("a window that lacks tabs")
    return entries


def is_visited(table: bytes, url: str) -> bool:
    """`VisitedLinkCommon::IsVisited`: from the fingerprint's own slot on until one is free."""
    length, salt = struct.unpack_from("<I", table, 8)[0], table[16:24]
    digest = hashlib.md5(salt + url.encode()).digest()[:8]
    first = int.from_bytes(digest, "little") % length
    for at in (*range(first, length), *range(first)):
        slot = table[24 + 8 * at : 32 + 8 * at]
        if not any(slot):
            return False
        if slot == digest:
            return True
    return False


def rotated(site: str) -> str:
    """`persistent_cache::FileNameFromKey`: each letter 37 places on, or a backtick and a digit."""
    name = ""
    for letter in site:
        if letter in _FORBIDDEN:
            name += f"`{(_FORBIDDEN.index(letter) + 1) % 10}"
        else:
            name += _ROTATED[(_ROTATED.index(letter) + 37) % len(_ROTATED)]
    return name


def zstandard(frame: bytes) -> bytes:
    """A frame whose blocks are raw or one byte over and over (RFC 8878, 3.1.1)."""
    file = io.BytesIO(frame)
    assert exactly(file, 4) == bytes.fromhex("28b52ffd")
    flags = number(file, 1)
    assert flags == 0x20, "a single segment with its size in one byte"
    size, plain, last = number(file, 1), b"", 0
    while not last:
        head = number(file, 3)
        last, kind, length = head & 1, head >> 1 & 3, head >> 3
        assert kind < 2
        plain += exactly(file, 1) * length if kind else exactly(file, length)
    assert len(plain) == size
    return plain


def hints_hash(host: bytes) -> int:
    """<http://www.azillionmonkeys.com/qed/hash.html>, with C's numbers."""
    value = c_uint32(len(host))
    words, rest = divmod(len(host), 4)
    for low, high in struct.iter_unpack("<HH", host[: 4 * words]):
        value.value += low
        value.value = value.value << 16 ^ (high << 11 ^ value.value)
        value.value += value.value >> 11
    tail = host[4 * words :]
    last = c_int8(tail[-1]).value if tail else 0
    if rest == 1:
        value.value += last
    elif rest:
        value.value += int.from_bytes(tail[:2], "little")
    if rest == 3:
        value.value ^= value.value << 16
        value.value ^= last << 18
    elif rest:
        value.value ^= value.value << {1: 10, 2: 11}[rest]
    if rest:
        value.value += value.value >> {1: 1, 2: 17, 3: 11}[rest]
    for left, right in ((3, 5), (4, 17), (25, 6)):
        value.value ^= value.value << left
        value.value += value.value >> right
    return value.value


def topics_hash(label: bytes, name: bytes, key: bytes | None = None) -> int:
    """`browsing_topics::HashMainFrameHostForStorage`; with a key, `HashContextDomainForStorage`."""
    text = b"TopicsV1_" + label + b"|" + name
    digest = hmac.new(key, text, hashlib.sha256) if key else hashlib.sha256(text)
    return c_int64(struct.unpack("<Q", digest.digest()[:8])[0]).value


class SimpleEntry(NamedTuple):
    """A `_0` file of the simple cache."""

    key: bytes
    head: bytes
    body: bytes


def simple_entry(content: bytes) -> SimpleEntry:
    """By its checksums: a stream ends where one that fits all before it stands (simple_entry_format.h).

    Chromium notes the size of the last stream alone.
    """
    file = io.BytesIO(content)
    assert exactly(file, 8) == _ENTRY_START
    assert number(file, 4) in range(5, 10)
    size = number(file, 4)
    exactly(file, 8)
    key = exactly(file, size)
    streams = list(_streams(content[file.tell() :], hashlib.sha256(key).digest()))
    assert len(streams) == 2
    return SimpleEntry(key, streams[1], streams[0])


def _streams(content: bytes, key_hash: bytes) -> Iterator[bytes]:
    start, at = 0, content.find(_ENTRY_END)
    while at >= 0:
        _, flags, checksum, size, _ = struct.unpack_from("<QIIII", content, at)
        stream = content[start:at]
        if flags & 2:
            assert stream.endswith(key_hash)
            stream = stream[: -len(key_hash)]
        if zlib.crc32(stream) == checksum and size in (0, len(stream)):
            assert flags & 1
            yield stream
            start = at + struct.calcsize("<QIIII")
        at = content.find(_ENTRY_END, at + 1)


def simple_index(content: bytes) -> dict[str, tuple[int, int]]:
    """By each entry's hash, when it was used and its size (net/disk_cache/simple/simple_index_file.cc)."""
    file = io.BytesIO(content)
    size, checksum = number(file, 4), number(file, 4)
    payload = exactly(file, size)
    assert zlib.crc32(payload) == checksum
    assert not file.read()
    file = io.BytesIO(payload)
    assert exactly(file, 8) == _INDEX
    assert number(file, 4) in (8, 9)
    count, _, _ = number(file, 8), number(file, 8), number(file, 4)
    found = {f"{number(file, 8):016x}": (number(file, 8), number(file, 8) // 256 * 256) for _ in range(count)}
    assert len(exactly(file, 8)) + len(file.read()) == 8
    return found
