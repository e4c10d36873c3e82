"""Makes LevelDB's files by the byte, also such as LevelDB would never write."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import cramjam

from scrubber.formats.leveldb.batch import write_batch
from scrubber.formats.leveldb.coding import Record, masked_checksum, string, varint
from scrubber.formats.leveldb.log import write_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

SAMPLES = Path(__file__).parent / "formats" / "samples" / "leveldb"
BYTEWISE = "leveldb.BytewiseComparator"

NONE, SNAPPY, ZSTANDARD = 0, 1, 2
_COMPRESSORS: dict[int, Callable[[bytes], bytes]] = {
    NONE: bytes,
    SNAPPY: lambda data: bytes(cramjam.snappy.compress_raw(data)),
    ZSTANDARD: lambda data: bytes(cramjam.zstd.compress(data)),
}


def log(*payloads: bytes) -> bytes:
    file = io.BytesIO()
    write_records(file, payloads)
    return file.getvalue()


def log_of(*records: Record) -> bytes:
    return log(*(write_batch([record], record.sequence) for record in records))


def entry(key: bytes, value: bytes, shared: int = 0) -> bytes:
    return varint(shared) + varint(len(key)) + varint(len(value)) + key + value


def content(entries: Iterable[bytes]) -> bytes:
    return b"".join(entries) + struct.pack("<II", 0, 1)


def stored(content: bytes, compression: int) -> bytes:
    """A block that is compressed already, with its trailer."""
    typed = content + bytes((compression,))
    return typed + struct.pack("<I", masked_checksum(typed))


def block(entries: Iterable[bytes], compression: int = NONE) -> bytes:
    return stored(_COMPRESSORS[compression](content(entries)), compression)


def handle(offset: int, block: bytes) -> bytes:
    return varint(offset) + varint(len(block) - 5)


def tagged(record: Record) -> bytes:
    return record.key + struct.pack("<Q", record.sequence << 8 | (record.value is not None))


def table_of_blocks(blocks: Sequence[bytes], handles: Sequence[bytes] | None = None) -> bytes:
    offsets = [sum(map(len, blocks[:index])) for index in range(len(blocks))]
    if handles is None:
        handles = [handle(offset, block) for offset, block in zip(offsets, blocks, strict=True)]
    body = b"".join(blocks)
    meta = block([])
    index = block(entry(b"separator" + bytes(8), value) for value in handles)
    footer = handle(len(body), meta) + handle(len(body) + len(meta), index)
    return body + meta + index + footer.ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)


def table(records: Iterable[Record], compression: int = NONE) -> bytes:
    return table_of_blocks([block((entry(tagged(r), r.value or b"") for r in records), compression)])


def manifest(*, log_number: int, log_before: int = 0, tables: Sequence[tuple[int, int]] = ()) -> bytes:
    """`tables`: level and number of each."""
    edit = varint(1) + string(BYTEWISE.encode())
    edit += b"".join(varint(n) for n in (2, log_number, 9, log_before, 3, 1000, 4, 1000))
    for level, number in tables:
        bounds = string(b"first" + bytes(8)) + string(b"last" + bytes(8))
        edit += varint(7) + varint(level) + varint(number) + varint(1) + bounds
    return log(edit)


def folder(path: Path, files: dict[str, bytes]) -> Path:
    """A database; CURRENT names MANIFEST-000001 unless `files` says otherwise."""
    path.mkdir(parents=True, exist_ok=True)
    for name, data in {"CURRENT": b"MANIFEST-000001\n", **files}.items():
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_bytes(data)
    return path
