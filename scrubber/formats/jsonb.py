"""SQLite's JSONB, which Firefox's newer databases keep lists and objects in.

    u8: size << 4 | type; the size of what follows, or 12, 13, 14, 15 for one in the next 1, 2, 4 or 8 bytes
    0 null  1 true  2 false  3 integer  4 its JSON5 forms  5 real  6 its JSON5 forms   in digits
    7 text  8 with JSON's escapes  9 with those of JSON5  10 to be escaped             UTF-8
    11 array  12 object: keys and values in turn                                      elements

Sizes are big-endian and may be longer than they need to be. What stays when something is taken out is copied
byte for byte, with only the sizes around it written anew. Source: https://sqlite.org/jsonb.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.formats import json_text
from scrubber.formats.damaged import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scrubber.formats.json_text import Node

EMPTY_TEXT = b"\x07"
"""An element."""

_LITERALS: tuple[Node, ...] = (None, True, False)
_NUMBERS = (3, 5)
_TEXTS = (7, 10)
_ESCAPED_TEXT = 8
_ARRAY, _OBJECT = 11, 12
_SIZE_BYTES = {12: 1, 13: 2, 14: 4, 15: 8}

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class _Element:
    """One value as it lies there."""

    kind: int
    payload: bytes
    raw: bytes
    """With its head."""


def read(blob: bytes) -> Node:
    """The value. Raises Damaged, also for JSON5's own forms, which nothing that Firefox writes has."""
    try:
        return _value(_only(blob))
    except RecursionError as error:
        raise Damaged("nested too deeply") from error


def without(blob: bytes, cuts: Mapping[Place, bytes | None]) -> bytes:
    """The same with other elements at these places, or nothing, where there is None. Raises Damaged."""
    try:
        return _without(_only(blob), (), cuts)
    except RecursionError as error:
        raise Damaged("nested too deeply") from error


def _only(blob: bytes) -> _Element:
    found = list(_elements(blob))
    if len(found) != 1:
        raise Damaged(f"{len(found)} values where one should be")
    return found[0]


def _elements(data: bytes) -> Iterator[_Element]:
    at = 0
    while at < len(data):
        kind, size = data[at] & 15, data[at] >> 4
        start = at + 1 + _SIZE_BYTES.get(size, 0)
        if size in _SIZE_BYTES:
            size = int.from_bytes(data[at + 1 : start], "big")
        if start + size > len(data):
            raise Damaged("a value is longer than what it lies in")
        yield _Element(kind, data[start : start + size], data[at : start + size])
        at = start + size


def _value(element: _Element) -> Node:
    kind, payload = element.kind, element.payload
    if kind == _ARRAY:
        return [_value(each) for each in _elements(payload)]
    if kind == _OBJECT:
        return {key: _value(each) for key, each in _pairs(payload)}
    if kind < len(_LITERALS) and not payload:
        return _LITERALS[kind]
    try:
        if kind in _TEXTS:
            return payload.decode("utf-8", "surrogatepass")
        if kind == _ESCAPED_TEXT:
            return json_text.read(b'"' + payload + b'"')
    except UnicodeDecodeError as error:
        raise Damaged("a text that is no UTF-8") from error
    number = json_text.read(payload) if kind in _NUMBERS else None
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise Damaged(f"no value of kind {kind}")
    return number


def _pairs(payload: bytes) -> Iterator[tuple[str, _Element]]:
    found = list(_elements(payload))
    if len(found) % 2:
        raise Damaged("a key without a value")
    for key, value in zip(found[::2], found[1::2], strict=True):
        name = _value(key)
        if not isinstance(name, str):
            raise Damaged("a key that is no text")
        yield name, value


def _without(element: _Element, at: Place, cuts: Mapping[Place, bytes | None]) -> bytes:
    if element.kind == _ARRAY:
        members = [(b"", (*at, number), each) for number, each in enumerate(_elements(element.payload))]
    elif element.kind == _OBJECT:
        heads = list(_elements(element.payload))[::2]
        named = zip(heads, _pairs(element.payload), strict=True)
        members = [(head.raw, (*at, name), each) for head, (name, each) in named]
    else:
        return element.raw
    payload = b""
    for head, place, each in members:
        left = cuts[place] if place in cuts else _without(each, place, cuts)
        payload += b"" if left is None else head + left
    return element.raw if payload == element.payload else _headed(element.kind, payload)


def _headed(kind: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < min(_SIZE_BYTES):
        return bytes((size << 4 | kind,)) + payload
    code = next(code for code, width in _SIZE_BYTES.items() if size < 1 << 8 * width)
    return bytes((code << 4 | kind,)) + size.to_bytes(_SIZE_BYTES[code], "big") + payload
