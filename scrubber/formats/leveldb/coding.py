"""What LevelDB's files are made of: varints, strings behind their length, records, masked checksums.

Varints are those of protocol buffers. Source: util/coding.cc, util/crc32c.h (LevelDB).
"""

from __future__ import annotations

import struct
from functools import cache
from typing import NamedTuple

import cramjam

from scrubber.formats.damaged import Damaged
from scrubber.formats.protobuf import read_varint

_U32 = struct.Struct("<I")
_POLYNOMIAL = 0x82F63B78  # CRC-32C (Castagnoli), bits reversed
_MASK_DELTA = 0xA282EAD8
_PIECE = 1 << 16
_FRAME_CHECKSUM = 14  # stream identifier (10 bytes), chunk type (1), chunk length (3)


class Record(NamedTuple):
    """One entry of a log or table: a tuple, because databases hold hundreds of thousands."""

    key: bytes
    value: bytes | None
    """None: the key was deleted."""
    sequence: int
    """The higher one of two records with one key wins."""


def varint(number: int) -> bytes:
    """The shortest form, as LevelDB writes it."""
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def read_string(data: bytes, at: int) -> tuple[bytes, int]:
    """A string that stands behind its length, and the offset behind it. Raises Damaged."""
    length, at = read_varint(data, at)
    if length > len(data) - at:
        raise Damaged("a string longer than what holds it")
    return data[at : at + length], at + length


def string(text: bytes) -> bytes:
    """A string behind its length."""
    return varint(len(text)) + text


def masked_checksum(data: bytes | memoryview) -> int:
    """CRC-32C in the mask that LevelDB stores it in.

    Taken from a frame of the Snappy framing format, which has the very same masked checksum of what it
    holds: fifty times faster than Python, and Snappy is needed for tables anyway.
    """
    if len(data) <= _PIECE:
        return _frame_checksum(data)
    odd = len(data) % _PIECE or _PIECE
    checksum = _unmasked(_frame_checksum(data[:odd]))
    for start in range(odd, len(data), _PIECE):
        checksum = _times(_behind_zeros(), checksum) ^ _unmasked(
            _frame_checksum(data[start : start + _PIECE])
        )
    return ((checksum >> 15 | checksum << 17) + _MASK_DELTA) & 0xFFFFFFFF


def _frame_checksum(data: bytes | memoryview) -> int:
    (checksum,) = _U32.unpack_from(cramjam.snappy.compress(data), _FRAME_CHECKSUM)
    return int(checksum)


def _unmasked(masked: int) -> int:
    rotated = (masked - _MASK_DELTA) & 0xFFFFFFFF
    return (rotated >> 17 | rotated << 15) & 0xFFFFFFFF


@cache
def _behind_zeros() -> list[int]:
    """The matrix over GF(2) that makes a checksum that of the same data with a piece of zeros behind it."""
    matrix = [_POLYNOMIAL, *(1 << bit for bit in range(31))]  # one zero bit
    for _ in range(_PIECE.bit_length() - 1 + 3):
        matrix = [_times(matrix, column) for column in matrix]
    return matrix


def _times(matrix: list[int], vector: int) -> int:
    product = 0
    for column in matrix:
        if vector & 1:
            product ^= column
        vector >>= 1
    return product
