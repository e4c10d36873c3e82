"""How Firefox's storage packs values: each way in which one may have to be read.

    raw Snappy                      values of local storage and IndexedDB
    ff 11 02, raw Snappy            IndexedDB's values that were compressed in the page's process
    ff 06 00 00 "sNaPpY" …          Snappy in frames: cached responses, big values in files
    every byte plus one             texts in IndexedDB's keys

Sources: dom/localstorage/LSValue.cpp, dom/indexedDB/ActorsParent.cpp and Key.cpp, dom/cache/FileUtils.cpp.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cramjam

if TYPE_CHECKING:
    from collections.abc import Iterator

_FRAMED = b"\xff\x06\x00\x00sNaPpY"
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
    try:
        yield bytes(cramjam.snappy.decompress(value))
    except cramjam.DecompressionError:
        return


def _raw(value: bytes) -> Iterator[bytes]:
    try:
        length = cramjam.snappy.decompress_raw_len(value)
        if 0 < length <= min(_LARGEST, len(value) * _RATIO):
            yield bytes(cramjam.snappy.decompress_raw(value))
    except cramjam.DecompressionError:
        return
