"""What Chromium packs or cuts up, made whole by code of the tests' own: LevelDB, cached bodies, IndexedDB.

Sources: https://github.com/google/leveldb, `doc/table_format.md` and `doc/log_format.md`;
net/disk_cache/simple/simple_entry_format.h;
third_party/blink/renderer/modules/indexeddb/idb_value_wrapping.cc.
"""

from __future__ import annotations

import re
import struct
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

import cramjam

from tests.browsers.packed import snappy, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TABLE = struct.pack("<Q", 0xDB4775248B80FB57)
_TABLE_FOOTER = 48
_LOG = re.compile(r"(?:\d{6}\.log|MANIFEST-\d{6})")
_LOG_BLOCK = 32768
_LOG_HEADER = 7
_BATCH_HEADER = 12
_ENTRY = struct.pack("<Q", 0xFCFB6D1BA7725C30)
_ENTRY_HEADER = 24
_ENTRY_END = struct.Struct("<QIII4x")  # magic, flags, checksum, size of the stream
_KEY_HASHED = 2
_ZSTD = b"\x28\xb5\x2f\xfd"
_WRAPPED = b"\xff\x11\x02"  # a value of IndexedDB that Blink has packed by Snappy
_VERSION = 5
"""The most bytes of a record's version, which stands before its value in LevelDB."""


def made_whole(name: str, content: bytes) -> Iterator[bytes]:
    """What a file of this name holds besides its bytes as they are."""
    if content.endswith(_TABLE):
        yield from _in_table(content)
    elif _LOG.fullmatch(name):
        for record in _in_log(content):
            yield record
            if name.endswith(".log"):
                yield from (plain for value in _values(record) for plain in in_value(value))
    elif content.startswith(_ENTRY):
        _, head, body = cached(content)
        yield from in_body(head, body)


def in_value(value: bytes) -> Iterator[bytes]:
    """What a cell or a record of IndexedDB holds, packed; a cell of a cache may be a body as it came."""
    with suppress(zlib.error):
        yield from unpacked(value)
    if value.startswith(_ZSTD):
        yield _zstd(value)
    if (place := value.find(_WRAPPED, 0, _VERSION + len(_WRAPPED))) >= 0:
        yield snappy(value[place + len(_WRAPPED) :]) or b""


def in_body(head: bytes, body: bytes) -> Iterator[bytes]:
    """A response's body, unpacked as its headers say."""
    coding = re.search(rb"content-encoding:\s*([a-z]+)", head, re.IGNORECASE)
    unpack = _CODINGS.get(coding[1].lower()) if coding else None
    if unpack:
        with suppress(
            zlib.error, cramjam.DecompressionError
        ):  # a part of a body, or one that isn't as it says
            yield unpack(body)


def cached(entry: bytes) -> tuple[bytes, bytes, bytes]:
    """Of a simple cache's entry (`…_0`) key, headers and body; as far as it goes where it is cut."""
    (size,) = struct.unpack_from("<I", entry, 12)
    start = _ENTRY_HEADER + size
    key = entry[_ENTRY_HEADER:start]
    end = len(entry) - _ENTRY_END.size
    if end < start:
        return key, b"", entry[start:]
    _, flags, _, head = _ENTRY_END.unpack_from(entry, end)
    end -= 32 if flags & _KEY_HASHED else 0
    return key, entry[end - head : end], entry[start : end - head - _ENTRY_END.size]


def _zstd(data: bytes) -> bytes:
    try:
        return bytes(cramjam.zstd.decompress(data))
    except cramjam.DecompressionError:
        return b""


_CODINGS: dict[bytes, Callable[[bytes], bytes]] = {
    b"gzip": lambda body: next(unpacked(body), b""),
    b"deflate": lambda body: zlib.decompressobj().decompress(body),
    b"br": lambda body: bytes(cramjam.brotli.decompress(body)),
    b"zstd": _zstd,
}


def _in_table(table: bytes) -> Iterator[bytes]:
    """Its blocks, unpacked; and its keys and values, each in one piece, whatever keys share with others."""
    footer = table[-_TABLE_FOOTER:]
    *_, offset, size, _ = _varints(footer, 4)
    for _, handle in _entries(_block(table, offset, size)):
        start, length, _ = _varints(handle, 2)
        block = _block(table, start, length)
        yield block
        for key, value in _entries(block):
            yield key
            yield from in_value(value)


def _block(table: bytes, offset: int, size: int) -> bytes:
    raw, kind = table[offset : offset + size], table[offset + size]
    return (snappy(raw) or b"") if kind else raw


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    (restarts,) = struct.unpack_from("<I", block, len(block) - 4)
    end = len(block) - 4 * (restarts + 1)
    key, place = b"", 0
    while place < end:
        shared, rest, size, read = _varints(block[place : place + 15], 3)
        place += read
        key = key[:shared] + block[place : place + rest]
        place += rest
        yield key, block[place : place + size]
        place += size


def _varints(data: bytes, count: int) -> tuple[int, ...]:
    """That many numbers, and how many bytes they take."""
    found, place = [], 0
    for _ in range(count):
        value = shift = 0
        while True:
            value |= (data[place] & 127) << shift
            place += 1
            shift += 7
            if data[place - 1] < 128:
                break
        found.append(value)
    return *found, place


def _values(batch: bytes) -> Iterator[bytes]:
    """What a batch of writes sets keys to; as far as it goes where the batch is torn."""
    place = _BATCH_HEADER
    with suppress(IndexError):
        while place < len(batch):
            is_set = batch[place] == 1
            place += 1
            for part in range(2 if is_set else 1):
                size, read = _varints(batch[place : place + 5], 1)
                place += read
                if part:
                    yield batch[place : place + size]
                place += size


def _in_log(log: bytes) -> Iterator[bytes]:
    """Its records, each in one piece; what is torn at the end counts too."""
    record = b""
    for start in range(0, len(log), _LOG_BLOCK):
        block, place = log[start : start + _LOG_BLOCK], 0
        while place + _LOG_HEADER <= len(block):
            _, length, kind = struct.unpack_from("<IHB", block, place)
            if not kind:
                break
            place += _LOG_HEADER
            record += block[place : place + length]
            place += length
            if kind in (1, 4):  # the whole of it, or its last part
                yield record
                record = b""
    yield record
