"""The index of Chromium's simple cache, `index-dir/the-real-index`: which entries there are, by hash alone.

    u32 payload size | u32 CRC-32 of the payload | payload (a pickle: fields aligned to 4 bytes)

    u64 0x656e74657220796f | u32 version | u64 number of entries | u64 size of the cache | u32 reason
    entries   u64 hash | i64 last use | u64 size in 256 bytes, and a byte that users of the cache may set
    i64 when the cache's folder was last modified

Little-endian, times in µs since 1601. Source: net/disk_cache/simple/simple_index_file.cc.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.formats.damaged import Damaged

if TYPE_CHECKING:
    from collections.abc import Collection

_HEADER = struct.Struct("<II")
_META = struct.Struct("<QIQQI")
_MAGIC = 0x656E74657220796F
_VERSIONS = (8, 9)
_ENTRY = struct.Struct("<QQQ")
_MODIFIED = struct.Struct("<q")


@dataclass(frozen=True)
class Record:
    """One entry of the cache."""

    hash: str
    """As in the names of its files."""
    used: int
    packed: int
    """Its size, rounded up to 256 bytes; the lowest byte is the users' own."""

    @property
    def size(self) -> int:
        """In bytes."""
        return self.packed & ~0xFF


@dataclass(frozen=True)
class SimpleIndex:
    """An index."""

    version: int
    cache_size: int
    reason: int
    records: tuple[Record, ...]
    modified: int


def read_index(content: bytes) -> SimpleIndex:
    """Raises Damaged: another version, or one that Chromium wouldn't take."""
    payload = content[_HEADER.size :]
    if len(payload) < _META.size + _MODIFIED.size:
        raise Damaged("too short for an index")
    size, checksum = _HEADER.unpack_from(content)
    if size != len(payload) or checksum != zlib.crc32(payload):
        raise Damaged("the checksum is wrong")
    magic, version, count, cache_size, reason = _META.unpack_from(payload)
    if magic != _MAGIC or version not in _VERSIONS:
        raise Damaged(f"not an index, or one of version {version}")
    entries = payload[_META.size : -_MODIFIED.size]
    if len(entries) != count * _ENTRY.size:
        raise Damaged("doesn't hold the entries that it counts")
    records = tuple(
        Record(f"{number:016x}", used, packed) for number, used, packed in _ENTRY.iter_unpack(entries)
    )
    (modified,) = _MODIFIED.unpack_from(payload, len(payload) - _MODIFIED.size)
    return SimpleIndex(version, cache_size, reason, records, modified)


def write_index(index: SimpleIndex) -> bytes:
    """The file, with a fresh checksum."""
    meta = _META.pack(_MAGIC, index.version, len(index.records), index.cache_size, index.reason)
    entries = b"".join(_ENTRY.pack(int(each.hash, 16), each.used, each.packed) for each in index.records)
    payload = meta + entries + _MODIFIED.pack(index.modified)
    return _HEADER.pack(len(payload), zlib.crc32(payload)) + payload


def without(index: SimpleIndex, hashes: Collection[str]) -> SimpleIndex:
    """The same less these entries and their size."""
    kept = tuple(record for record in index.records if record.hash not in hashes)
    gone = sum(record.size for record in index.records if record.hash in hashes)
    return SimpleIndex(index.version, max(0, index.cache_size - gone), index.reason, kept, index.modified)
