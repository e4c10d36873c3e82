"""Protocol buffers without their schema: the fields of one message, by number.

    message: field*
    field: varint (number << 3 | wire type), content
    wire type: 0 varint | 1 eight bytes | 2 varint length and bytes (a text, a message) | 5 four bytes

Source: https://protobuf.dev/programming-guides/encoding/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.formats.damaged import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterator

_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_FIXED = {_EIGHT: 8, _FOUR: 4}


def read_fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Every field's number and content: varints as numbers, all else as bytes. Raises Damaged."""
    for number, content, _ in read_spans(message):
        yield number, content


def read_spans(message: bytes) -> Iterator[tuple[int, int | bytes, bytes]]:
    """The same with all of the field's own bytes; joined, they are the message. Raises Damaged."""
    at = 0
    while at < len(message):
        start = at
        tag, at = read_varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = read_varint(message, at)
            yield number, value, message[start:at]
            continue
        if wire == _BYTES:
            length, at = read_varint(message, at)
        elif wire in _FIXED:
            length = _FIXED[wire]
        else:
            raise Damaged(f"a field of the unknown wire type {wire}")
        if length > len(message) - at:
            raise Damaged("a field longer than its message")
        content, at = message[at : at + length], at + length
        yield number, content, message[start:at]


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of up to 64 bits and the offset behind it. Raises Damaged."""
    number = shift = 0
    for byte in data[at : at + 10]:
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
    raise Damaged("a number without an end")
