"""Where frames of Zstandard and LZ4, and Firefox's blocks of LZ4 end, without unpacking them.

Others may follow at once, and a block can only be unpacked where nothing does.

Zstandard (RFC 8878, 3.1.1)                           LZ4 (lz4_Frame_format.md)
    28 b5 2f fd | flags | window, dictionary, size        04 22 4d 18 | flags | sizes, dictionary, sum
    blocks: 3 bytes (1 bit last, 2 kind, 21 size)         blocks: u32 size (upper bit: as it is), 0 ends
    checksum                                              checksum

A block of LZ4 (lz4_Block_format.md): size once unpacked, then sequences; the last one is literals alone
    token (4 bits literals, 4 bits match) | more of the first | literals | u16 offset | more of the second
"""

from __future__ import annotations

import struct

_MAGIC_SIZE = 4
_CHECKSUM = 4
_U32 = struct.Struct("<I")
_MORE = 15
_OFFSET = 2
_SHORTEST_MATCH = 4
_REPEATED = 1  # a block of one byte, over and over


def end_of_zstandard(data: bytes, start: int) -> int | None:
    """The offset behind the frame that starts here; None where that isn't within the data."""
    try:
        flags = data[start + _MAGIC_SIZE]
        is_single = flags >> 5 & 1
        sizes = (is_single, 2, 4, 8)[flags >> 6] + (0, 1, 2, 4)[flags & 3] + (1 - is_single)
        at, last = start + _MAGIC_SIZE + 1 + sizes, 0
        while not last:
            word = data[at] | data[at + 1] << 8 | data[at + 2] << 16
            last = word & 1
            at += 3 + (1 if word >> 1 & 3 == _REPEATED else word >> 3)
    except IndexError:
        return None
    return _within(data, at + (_CHECKSUM if flags & 4 else 0))


def end_of_lz4(data: bytes, start: int) -> int | None:
    """The same of LZ4's."""
    try:
        flags = data[start + _MAGIC_SIZE]
        at = start + _MAGIC_SIZE + 3 + (8 if flags & 8 else 0) + (4 if flags & 1 else 0)
        after_each = _CHECKSUM if flags & 16 else 0
        while size := _U32.unpack_from(data, at)[0]:
            at += _U32.size + (size & 0x7FFFFFFF) + after_each
    except (IndexError, struct.error):
        return None
    return _within(data, at + _U32.size + (_CHECKSUM if flags & 4 else 0))


def end_of_block(data: bytes, start: int, magic: int) -> int | None:
    """The same of a block of LZ4 behind a magic of so many bytes and its size."""
    try:
        (size,) = _U32.unpack_from(data, start + magic)
        at, unpacked = start + magic + _U32.size, 0
        while True:
            token = data[at]
            literals, at = _count(data, at + 1, token >> 4)
            at += literals
            unpacked += literals
            if unpacked >= size:
                return _within(data, at) if unpacked == size else None
            matched, at = _count(data, at + _OFFSET, token & _MORE)
            unpacked += matched + _SHORTEST_MATCH
    except (IndexError, struct.error):
        return None


def _count(data: bytes, at: int, count: int) -> tuple[int, int]:
    """A length of which the token has up to 15, and where what follows it starts."""
    more = 255 if count == _MORE else 0
    while more == 255:
        more = data[at]
        count, at = count + more, at + 1
    return count, at


def _within(data: bytes, end: int) -> int | None:
    return end if end <= len(data) else None
