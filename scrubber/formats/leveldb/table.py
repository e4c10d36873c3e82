"""LevelDB's sorted tables (`000005.ldb`, in old databases `.sst`).

    data block* | filter block | metaindex block | index block | footer
    footer, 48 bytes: handle of metaindex | handle of index | zeros | u64 magic
    handle: varint offset | varint size
    block: content | u8 compression (0 none, 1 Snappy, 2 Zstandard) | u32 masked crc32c of both
    content: entry* | u32 restart offset* | u32 number of restarts
    entry: varint shared | varint rest | varint value length | rest of the key | value
        `shared` bytes of the key are those of the key before; none at a restart, every 16th entry
    key: user key | u64 sequence << 8 | type (1 value, 0 deletion)
    value in the index block: handle of the data block whose keys are not above this key

All little-endian. Source: table/format.cc, table/block.cc, table/table.cc, db/dbformat.h (LevelDB).
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, BinaryIO

import cramjam

from scrubber.formats.damaged import Damaged
from scrubber.formats.leveldb.coding import Record, masked_checksum
from scrubber.formats.protobuf import read_varint

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOOTER = 48
_MAGIC = struct.Struct("<Q")
_MAGIC_NUMBER = 0xDB4775248B80FB57
_TRAILER = struct.Struct("<BI")
_U32 = struct.Struct("<I")
_TAG = struct.Struct("<Q")
_DELETION, _VALUE = 0, 1
_SNAPPY, _ZSTANDARD = 1, 2

# Snappy's densest element makes 64 bytes of 3. A block is 4 KiB, or one record where that is larger.
_SNAPPY_RATIO = 22
_MAX_ZSTANDARD = 1 << 28

# Keys unfold 16 times at most between restarts; unlimited, a small block could unfold into gigabytes.
_MAX_UNFOLDING = 64

_ZSTANDARD_MAGIC = b"\x28\xb5\x2f\xfd"
_CONTENT_SIZE_BYTES = (0, 2, 4, 8)
_DICTIONARY_BYTES = (0, 1, 2, 4)


def read_table(file: BinaryIO) -> Iterator[Record]:
    """Every record, deletions and superseded ones too, in the order of the table. Raises Damaged."""
    for block in read_blocks(file):
        yield from (_record(key, value) for key, value in read_entries(block))


def read_blocks(file: BinaryIO) -> Iterator[bytes]:
    """Each data block, decompressed. Raises Damaged."""
    size = file.seek(0, os.SEEK_END)
    end = 0
    for _, value in read_entries(read_index(file)):
        offset, length, _ = _handle(value, 0)
        if offset < end:
            raise Damaged("blocks that lie upon each other")
        end = offset + length
        yield _block(file, offset, length, size)


def read_index(file: BinaryIO) -> bytes:
    """The index block, decompressed: its keys part the data blocks, and may hold what records hold.

    Raises Damaged.
    """
    size = file.seek(0, os.SEEK_END)
    if size < _FOOTER:
        raise Damaged("a table shorter than its footer")
    file.seek(size - _FOOTER)
    footer = file.read(_FOOTER)
    if _MAGIC.unpack_from(footer, _FOOTER - _MAGIC.size)[0] != _MAGIC_NUMBER:
        raise Damaged("no table: the magic number is missing")
    _, _, at = _handle(footer, 0)
    offset, length, _ = _handle(footer, at)
    return _block(file, offset, length, size)


def read_entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The keys (as stored, with their tag) and values of one decompressed block. Raises Damaged."""
    if len(block) < _U32.size:
        raise Damaged("a block without restarts")
    (restarts,) = _U32.unpack_from(block, len(block) - _U32.size)
    end = len(block) - _U32.size * (restarts + 1)
    if end < 0:
        raise Damaged("a block with more restarts than it can hold")
    at, key, unfolded = 0, b"", 0
    while at < end:
        shared, at = read_varint(block, at)
        rest, at = read_varint(block, at)
        length, at = read_varint(block, at)
        if shared > len(key) or rest + length > end - at:
            raise Damaged("an entry that reaches out of its block")
        key = key[:shared] + block[at : at + rest]
        unfolded += len(key)
        if unfolded > _MAX_UNFOLDING * len(block):
            raise Damaged("keys that share more than LevelDB lets them")
        at += rest + length
        yield key, block[at - length : at]


def _record(key: bytes, value: bytes) -> Record:
    if len(key) < _TAG.size:
        raise Damaged("a key without a sequence number")
    (tag,) = _TAG.unpack_from(key, len(key) - _TAG.size)
    kind = tag & 0xFF
    if kind not in (_DELETION, _VALUE):
        raise Damaged(f"a record of the unknown type {kind}")
    return Record(key[: -_TAG.size], value if kind == _VALUE else None, tag >> 8)


def _handle(data: bytes, at: int) -> tuple[int, int, int]:
    offset, at = read_varint(data, at)
    size, at = read_varint(data, at)
    return offset, size, at


def _block(file: BinaryIO, offset: int, length: int, size: int) -> bytes:
    if offset + length + _TRAILER.size > size - _FOOTER:
        raise Damaged("a block that reaches out of its table")
    file.seek(offset)
    stored = file.read(length + _TRAILER.size)
    if len(stored) != length + _TRAILER.size:
        raise Damaged("a block that was cut off")
    compression, checksum = _TRAILER.unpack_from(stored, length)
    if checksum != masked_checksum(stored[: length + 1]):
        raise Damaged("a block whose checksum is wrong")
    return _decompressed(stored[:length], compression)


def _decompressed(stored: bytes, compression: int) -> bytes:
    try:
        if compression == 0:
            return stored
        if compression == _SNAPPY:
            length, _ = read_varint(stored, 0)
            if length > _SNAPPY_RATIO * len(stored):
                raise Damaged("a block that claims to be larger than Snappy can make it")
            return bytes(cramjam.snappy.decompress_raw(stored))
        if compression == _ZSTANDARD:
            content = bytearray(_zstandard_size(stored))
            written = cramjam.zstd.decompress_into(stored, content)
            return bytes(content[:written])
    except cramjam.DecompressionError as error:
        raise Damaged(f"a block that can't be decompressed: {error}") from error
    raise Damaged(f"a block with the unknown compression {compression}")


def _zstandard_size(frame: bytes) -> int:
    """What a frame's header says of its content's size, which LevelDB relies on too (RFC 8878, 3.1.1.1)."""
    if frame[:4] != _ZSTANDARD_MAGIC:
        raise Damaged("no Zstandard frame")
    descriptor = frame[4] if len(frame) > 4 else 0
    has_window = not descriptor & 0x20
    width = _CONTENT_SIZE_BYTES[descriptor >> 6] or (0 if has_window else 1)
    at = 5 + has_window + _DICTIONARY_BYTES[descriptor & 3]
    size = int.from_bytes(frame[at : at + width], "little") + (256 if width == 2 else 0)
    if not width or len(frame) < at + width or size > _MAX_ZSTANDARD:
        raise Damaged("a Zstandard frame without a sensible size")
    return size
