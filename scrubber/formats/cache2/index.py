"""`cache2/index`, and `index.log` with what changed since it was written: a record for each entry.

    index     = header | record* | u32 lookup2 of the records
    index.log = record* | u32 lookup2 of the records
    header    = u32 version | u32 time | u32 dirty | u32 KB written | u32 encrypted (from version 12 on)
    record    = 20 bytes SHA-1 of the key | u32 frecency | u64 hash of the origin attributes
              | u16 start | u16 stop (from version 13 on: u32 last fetched | u32 fetches)
              | u8 content type | u32 flags and size

Big-endian. Firefox makes an index anew from the entries where there is none, or one of another version.
Source: netwerk/cache2/CacheIndex.h, CacheIndex.cpp.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.formats.cache2.jenkins import lookup2
from scrubber.formats.damaged import Damaged

if TYPE_CHECKING:
    from collections.abc import Collection

_WORD = struct.Struct(">I")
_NAME = 20
_SHAPES = {10: (16, 41), 12: (20, 41), 13: (20, 45)}  # version: bytes of the header, of a record
_LIMIT = 1 << 26


@dataclass(frozen=True)
class Index:
    """An index or its log."""

    header: bytes
    """Empty in a log."""
    records: tuple[bytes, ...]
    record_size: int

    def names(self) -> tuple[str, ...]:
        """The files of `entries/` that the records are of."""
        return tuple(name(record) for record in self.records)


def name(record: bytes) -> str:
    """Whose record it is: the name of a file in `entries/`."""
    return record[:_NAME].hex().upper()


def read_index(content: bytes) -> Index:
    """Raises Damaged: another version, or one that Firefox wouldn't take."""
    if len(content) < _WORD.size:
        raise Damaged("too short for an index")
    (version,) = _WORD.unpack_from(content)
    if version not in _SHAPES:
        raise Damaged(f"an index of version {version}")
    header, record = _SHAPES[version]
    return Index(content[:header], _records(content[header:], record), record)


def read_log(content: bytes, record_size: int) -> Index:
    """`record_size` is that of the index beside it. Raises Damaged."""
    return Index(b"", _records(content, record_size), record_size)


def write_index(index: Index) -> bytes:
    """The file, or the log, with a fresh checksum."""
    records = b"".join(index.records)
    return index.header + records + _WORD.pack(lookup2(records))


def without(index: Index, names: Collection[str]) -> Index:
    """The same less the records of these entries."""
    kept = tuple(record for record in index.records if name(record) not in names)
    return Index(index.header, kept, index.record_size)


def _records(content: bytes, size: int) -> tuple[bytes, ...]:
    length = len(content) - _WORD.size
    if not 0 <= length <= _LIMIT or length % size:
        raise Damaged("doesn't hold whole records")
    if _WORD.unpack_from(content, length)[0] != lookup2(content[:length]):
        raise Damaged("the checksum is wrong")
    return tuple(content[at : at + size] for at in range(0, length, size))
