"""What browsers pack, unpacked by code of the tests' own: Snappy as a block and as a stream, and gzip.

Sources: https://github.com/google/snappy, `format_description.txt` and `framing_format.txt`.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STREAM = b"\xff\x06\0\0sNaPpY"
_GZIP = b"\x1f\x8b\x08"
_LONGEST = 1 << 24


def unpacked(content: bytes) -> Iterator[bytes]:
    """What a file's content is the packed form of, if its start says so; what follows is passed over."""
    if content.startswith(_STREAM):
        yield b"".join(_chunks(content))
    if content.startswith(_GZIP):
        yield zlib.decompressobj(31).decompress(content)


def _chunks(content: bytes) -> Iterator[bytes]:
    place = 0
    while place + 4 <= len(content):
        kind = content[place]
        (length,) = struct.unpack("<I", content[place + 1 : place + 4] + b"\0")
        body = content[place + 4 : place + 4 + length]
        place += 4 + length
        if kind == 0:
            yield snappy(body[4:]) or b""  # after the checksum
        elif kind == 1:
            yield body[4:]


def snappy(block: bytes) -> bytes | None:
    """A block of Snappy, None where it is none: any bytes may be asked about."""
    length, place = _varint(block)
    if not place or length > _LONGEST:
        return None
    out = bytearray()
    while place < len(block):
        step = _literal if block[place] & 3 == 0 else _copy
        place = step(block, place, out)
        if place < 0 or len(out) > length:
            return None
    return bytes(out) if len(out) == length else None


def _varint(block: bytes) -> tuple[int, int]:
    """The number that a block begins with, and where it ends; 0 where it has no end."""
    value = 0
    for place, byte in enumerate(block[:5]):
        value |= (byte & 127) << (7 * place)
        if byte < 128:
            return value, place + 1
    return 0, 0


def _literal(block: bytes, place: int, out: bytearray) -> int:
    length = block[place] >> 2
    place += 1
    if length >= 60:
        more = length - 59
        length = int.from_bytes(block[place : place + more], "little")
        place += more
    end = place + length + 1
    out += block[place:end]
    return end if end <= len(block) else -1


def _copy(block: bytes, place: int, out: bytearray) -> int:
    tag = block[place]
    size = (0, 1, 2, 4)[tag & 3]
    if place + size >= len(block):
        return -1
    distance = int.from_bytes(block[place + 1 : place + 1 + size], "little")
    length = (tag >> 2) + 1
    if size == 1:
        distance |= (tag >> 5) << 8
        length = (tag >> 2 & 7) + 4
    if not 0 < distance <= len(out):
        return -1
    for _ in range(length):
        out.append(out[-distance])
    return place + 1 + size
