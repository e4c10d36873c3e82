"""LevelDB's logs: write-ahead logs (`000003.log`) and manifests are made of the same framed records.

    block of 32 KiB: fragment* padding                 a fragment never crosses into the next block
    fragment: u32 masked crc32c | u16 length | u8 type | data            the checksum covers type and data
    type: 1 whole record, 2 first, 3 middle, 4 last fragment of one; fewer than 7 bytes left are zeros

All little-endian. Source: db/log_format.h, db/log_reader.cc, db/log_writer.cc (LevelDB).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

from scrubber.formats.damaged import Damaged
from scrubber.formats.leveldb.coding import masked_checksum

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BLOCK = 1 << 15
_HEADER = struct.Struct("<IHB")
_TYPE = 6  # offset of the type, where the checksummed part begins
_WHOLE, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4


def read_records(file: BinaryIO) -> Iterator[bytes]:
    """Every whole record. A torn last one is passed over, as LevelDB does; anything else raises Damaged."""
    record: list[bytes] | None = None
    for block in iter(lambda: file.read(BLOCK), b""):
        for kind, data in _fragments(block):
            if kind == _WHOLE:
                yield data
                record = None
            elif kind == _FIRST:
                record = [data]
            elif record is None:
                raise Damaged("a record without a beginning")
            else:
                record.append(data)
            if kind == _LAST and record:
                yield b"".join(record)
                record = None


def write_records(file: BinaryIO, records: Iterable[bytes]) -> None:
    """Write a new log from the file's start."""
    room = BLOCK
    for record in records:
        at, kind = 0, _FIRST
        while at < len(record) or kind == _FIRST:
            if room < _HEADER.size:
                file.write(bytes(room))
                room = BLOCK
            data = record[at : at + room - _HEADER.size]
            at += len(data)
            ends = at == len(record)
            written = (_WHOLE if kind == _FIRST else _LAST) if ends else kind
            typed = bytes((written,)) + data
            file.write(_HEADER.pack(masked_checksum(typed), len(data), written) + data)
            room -= _HEADER.size + len(data)
            kind = _MIDDLE


def _fragments(block: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while len(block) - at >= _HEADER.size:
        checksum, length, kind = _HEADER.unpack_from(block, at)
        end = at + _HEADER.size + length
        if kind == length == 0:  # space that was allocated and never written
            return
        if end > len(block):
            if len(block) < BLOCK:  # the writer died here
                return
            raise Damaged("a fragment longer than its block")
        if checksum != masked_checksum(block[at + _TYPE : end]):
            raise Damaged("a fragment whose checksum is wrong")
        if not _WHOLE <= kind <= _LAST:
            raise Damaged(f"a fragment of the unknown type {kind}")
        yield kind, block[at + _HEADER.size : end]
        at = end
