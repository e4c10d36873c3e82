"""Write batches, the records of a write-ahead log.

    u64 sequence | u32 count | entry*                  entry n has the sequence number sequence + n
    entry: 0x01 key value | 0x00 key                   strings behind their length as a varint; 0x00 deletes

Source: db/write_batch.cc (LevelDB).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from scrubber.formats.damaged import Damaged
from scrubber.formats.leveldb.coding import Record, read_string, string

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_HEADER = struct.Struct("<QI")
_DELETION, _VALUE = 0, 1
_SIZE = 1 << 16


def read_batch(batch: bytes) -> Iterator[Record]:
    """The entries of one batch. Raises Damaged."""
    if len(batch) < _HEADER.size:
        raise Damaged("a write batch shorter than its header")
    sequence, count = _HEADER.unpack_from(batch)
    at, end = _HEADER.size, sequence + count
    while at < len(batch):
        if sequence == end:
            raise Damaged("a write batch with more entries than it says")
        kind = batch[at]
        if kind > _VALUE:
            raise Damaged(f"a write batch entry of the unknown type {kind}")
        key, at = read_string(batch, at + 1)
        value = None
        if kind == _VALUE:
            value, at = read_string(batch, at)
        yield Record(key, value, sequence)
        sequence += 1
    if sequence != end:
        raise Damaged("a write batch with fewer entries than it says")


def write_batch(records: Sequence[Record], sequence: int) -> bytes:
    """One batch of records whose sequence numbers count up from `sequence`."""
    return _HEADER.pack(sequence, len(records)) + b"".join(map(_entry, records))


def batches(records: Iterable[Record]) -> Iterator[bytes]:
    """Consecutive records in batches of moderate size."""
    batch: list[Record] = []
    size = 0
    for record in records:
        batch.append(record)
        size += len(record.key) + len(record.value or b"")
        if size >= _SIZE:
            yield write_batch(batch, batch[0].sequence)
            batch, size = [], 0
    if batch:
        yield write_batch(batch, batch[0].sequence)


def _entry(record: Record) -> bytes:
    if record.value is None:
        return bytes((_DELETION,)) + string(record.key)
    return bytes((_VALUE,)) + string(record.key) + string(record.value)
