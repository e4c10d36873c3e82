"""Bob Jenkins's `lookup2`, the checksum of cache2's metadata and index.

Source: netwerk/cache2/CacheHashUtils.cpp.
"""

from __future__ import annotations

import struct

_GOLDEN = 0x9E3779B9
_WORD = 0xFFFFFFFF
_BLOCK = struct.Struct("<III")


def lookup2(data: bytes) -> int:
    """The 32-bit checksum with 0 as its start."""
    a = b = _GOLDEN
    c = 0
    whole = len(data) - len(data) % _BLOCK.size
    for first, second, third in _BLOCK.iter_unpack(data[:whole]):
        a, b, c = _mixed(a + first, b + second, c + third)
    # The rest, with the length of it all in the place of the third word's lowest byte.
    rest = data[whole:]
    first, second, third = _BLOCK.unpack(rest[:8].ljust(8, b"\0") + b"\0" + rest[8:].ljust(3, b"\0"))
    return _mixed(a + first, b + second, c + third + len(data))[2]


def _mixed(a: int, b: int, c: int) -> tuple[int, int, int]:
    a = (a - b - c & _WORD) ^ (c & _WORD) >> 13
    b = (b - c - a & _WORD) ^ a << 8 & _WORD
    c = (c - a - b & _WORD) ^ b >> 13
    a = (a - b - c & _WORD) ^ c >> 12
    b = (b - c - a & _WORD) ^ a << 16 & _WORD
    c = (c - a - b & _WORD) ^ b >> 5
    a = (a - b - c & _WORD) ^ c >> 3
    b = (b - c - a & _WORD) ^ a << 10 & _WORD
    c = (c - a - b & _WORD) ^ b >> 15
    return a, b, c
