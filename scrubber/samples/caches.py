"""Sample HTTP caches, with entries as the browsers write them.

Layouts: formats/simple_cache.py, formats/cache2/entry.py.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from scrubber.formats.cache2.index import Index
from scrubber.formats.cache2.index import write_index as write_cache2_index
from scrubber.formats.cache2.jenkins import lookup2
from scrubber.formats.cache2.key import file_name
from scrubber.formats.simple_cache import file_hash
from scrubber.formats.simple_index import Record, SimpleIndex, write_index

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_BODY = b"a picture"
_HEAD = b"HTTP/1.1 200\0content-type:image/png\0\0"
_CHROMIUM_NOW = 13_440_000_000_000_000  # µs since 1601
_FIREFOX_NOW = 1_795_501_402  # s since 1970


def simple_cache(folder: Path, keys: Iterable[str]) -> None:
    """Chromium's: a file for each entry, and an index."""
    names = {key: file_hash(key.encode()) for key in keys}
    (folder / "index-dir").mkdir(parents=True)
    (folder / "index").write_bytes(struct.pack("<QIIQ", 0xFCFB6D1BA7725C30, 9, 0, 0))
    for key, name in names.items():
        (folder / f"{name}_0").write_bytes(_simple_entry(key.encode()))
    records = tuple(Record(name, _CHROMIUM_NOW, 512) for name in names.values())
    index = SimpleIndex(9, 512 * len(records), 1, records, _CHROMIUM_NOW)
    (folder / "index-dir" / "the-real-index").write_bytes(write_index(index))


def cache2(folder: Path, keys: Iterable[str]) -> None:
    """Firefox's: a file for each entry, and an index."""
    names = {key: file_name(key.encode()) for key in keys}
    (folder / "entries").mkdir(parents=True)
    (folder / "doomed").mkdir()
    for key, name in names.items():
        (folder / "entries" / name).write_bytes(_cache2_entry(key.encode()))
    records = tuple(
        bytes.fromhex(name) + struct.pack(">IQHHBI", 7, 0, 0, 0, 0, 0x80000001) for name in names.values()
    )
    header = struct.pack(">5I", 12, _FIREFOX_NOW, 0, 5, 0)
    (folder / "index").write_bytes(write_cache2_index(Index(header, records, 41)))


def _simple_entry(key: bytes) -> bytes:
    start = struct.pack("<QIIII", 0xFCFB6D1BA7725C30, 5, len(key), 0, 0) + key
    return start + _BODY + _end_of_stream(_BODY) + _HEAD + _end_of_stream(_HEAD)


def _end_of_stream(stream: bytes) -> bytes:
    return struct.pack("<QIIII", 0xF4FA6F45970D41D8, 1, zlib.crc32(stream), len(stream), 0)


def _cache2_entry(key: bytes) -> bytes:
    metadata = struct.pack(">H", lookup2(_BODY) & 0xFFFF)
    metadata += struct.pack(">8I", 4, 1, _FIREFOX_NOW, _FIREFOX_NOW, 1, 0xFFFFFFFF, len(key), 0)
    metadata += key + b"\0" + b"request-method\0GET\0"
    return _BODY + struct.pack(">I", lookup2(metadata)) + metadata + struct.pack(">II", 4, len(_BODY))
