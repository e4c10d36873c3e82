"""JSON as Firefox writes it (`JSON.stringify`), read so that what isn't changed is written back as it was.

Key order, and the spelling of numbers that Python would write otherwise (`1e-7`, `1e21`), are kept. What is
written has no space between its parts, as Firefox has none.
"""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

from scrubber.formats.damaged import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterator


class Real(float):
    """A number with a fraction or exponent, and how the file spells it."""

    spelling: str

    def __new__(cls, spelling: str) -> Real:
        """From what stands in the file."""
        number = super().__new__(cls, spelling)
        number.spelling = spelling
        return number


Node = None | bool | int | Real | str | list["Node"] | dict[str, "Node"]
"""A parsed value."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def read(text: bytes) -> Node:
    """The parsed text; before Firefox 3.5 a session stood in parentheses, as JavaScript. Raises Damaged."""
    if text.startswith(b"(") and text.rstrip().endswith(b")"):
        text = text.rstrip()[1:-1]
    try:
        # A repeated key's last value counts, as in JavaScript.
        node: Node = json.loads(
            text.decode("utf-8-sig"), parse_float=Real, parse_int=_integer, parse_constant=_no_json
        )
    except RecursionError as error:
        raise Damaged("nested too deeply") from error
    except ValueError as error:
        raise Damaged(f"not JSON: {error}") from error
    return node


def write(node: Node) -> bytes:
    """The text of a value. Raises Damaged where it is nested too deeply."""
    try:
        text = "".join(_pieces(node))
    except RecursionError as error:
        raise Damaged("nested too deeply") from error
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text).encode()


def members(node: Node) -> Iterator[tuple[str | int, Node]]:
    """What an object or a list holds, by key or number; nothing for any other value."""
    if isinstance(node, dict):
        yield from node.items()
    elif isinstance(node, list):
        yield from enumerate(node)


def _pieces(node: Node) -> Iterator[str]:
    if isinstance(node, str):
        yield encode_basestring(node)
    elif isinstance(node, dict):
        yield "{"
        for number, (key, value) in enumerate(node.items()):
            yield f"{',' if number else ''}{encode_basestring(key)}:"
            yield from _pieces(value)
        yield "}"
    elif isinstance(node, list):
        yield "["
        for number, value in enumerate(node):
            if number:
                yield ","
            yield from _pieces(value)
        yield "]"
    else:
        yield node.spelling if isinstance(node, Real) else json.dumps(node)


def _integer(digits: str) -> int:
    if len(digits) > 400:  # beyond what a double can be; Python refuses 4300
        raise Damaged("a number of more than 400 digits")
    return int(digits)


def _no_json(name: str) -> Node:
    raise Damaged(f"not JSON: {name}")
