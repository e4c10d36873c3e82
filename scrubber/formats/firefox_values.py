"""How Firefox's storage packs values: each way in which one may have to be read.

    raw Snappy                      values of local storage and IndexedDB
    ff 11 02, raw Snappy            IndexedDB's values that were compressed in the page's process
    ff 06 00 00 "sNaPpY" …          Snappy in frames: cached responses, big values in files
    every byte plus one             texts in IndexedDB's keys

Sources: dom/localstorage/LSValue.cpp, dom/indexedDB/ActorsParent.cpp and Key.cpp, dom/cache/FileUtils.cpp,
xpcom/io/SnappyFrameUtils.cpp.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cramjam

if TYPE_CHECKING:
    from collections.abc import Iterator

_FRAMED = b"\xff\x06\x00\x00sNaPpY"
_CHUNK_HEADER = 4  # the kind, and the length of what follows in three bytes
_CHECKSUM = 4
_PACKED, _PLAIN = 0, 1
_MARK = b"\xff\x11\x02"
_MARK_WITHIN = 16
_RATIO = 22  # the densest element makes 64 bytes of 3
_LARGEST = 1 << 28
_LONGEST_KEY = 1 << 14
_DOWN = bytes(max(byte, 1) - 1 for byte in range(256))


def readings(value: bytes) -> Iterator[bytes]:
    """The value as it lies there, and what else it may mean."""
    yield value
    if len(value) <= _LONGEST_KEY:
        yield value.translate(_DOWN)
    if value.startswith(_FRAMED):
        yield from _framed(value)
        return
    # What is packed may have the mark itself.
    yield from _raw(value)
    mark = value.find(_MARK, 0, _MARK_WITHIN)
    if mark >= 0:
        yield from _raw(value[mark + len(_MARK) :])


def _framed(value: bytes) -> Iterator[bytes]:
    # By hand: Firefox's checksums lack the last step of CRC-32C, and no library takes them.
    parts: list[bytes] = []
    at = 0
    while at + _CHUNK_HEADER <= len(value):
        kind, start = value[at], at + _CHUNK_HEADER
        at = start + int.from_bytes(value[at + 1 : start], "little")
        block = value[start + _CHECKSUM : at]
        if kind == _PACKED:
            parts += _raw(block)
        elif kind == _PLAIN:
            parts.append(block)
    yield b"".join(parts)


def _raw(value: bytes) -> Iterator[bytes]:
    try:
        length = cramjam.snappy.decompress_raw_len(value)
        if 0 < length <= min(_LARGEST, len(value) * _RATIO):
            yield bytes(cramjam.snappy.decompress_raw(value))
    except cramjam.DecompressionError:
        return
