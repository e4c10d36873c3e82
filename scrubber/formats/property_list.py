"""Property lists of macOS, binary or XML: all texts and data in them, each apart from the others.

    "bplist00" objects; one byte of kind and length before each | offsets | trailer of 32 bytes

Raw, they touch each other, and the byte between two of them may look like a letter of either.
Source: https://opensource.apple.com/source/CF (CFBinaryPList.c), as Python's plistlib reads it.
"""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING
from xml.parsers.expat import ExpatError

from scrubber.formats.damaged import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterator

BINARY = b"bplist00"


def texts(content: bytes) -> tuple[bytes, ...]:
    """Every key, text and data; one that several share is one object, and comes once. Raises Damaged."""
    try:
        root = plistlib.loads(content)
    except (ValueError, TypeError, OverflowError, RecursionError, MemoryError, ExpatError) as error:
        raise Damaged("not a property list") from error
    return tuple(_leaves(root))


def _leaves(root: object) -> Iterator[bytes]:
    # Lists may hold themselves, or share a long text that would come as often as they do.
    waiting, seen = [root], {id(root)}
    while waiting:
        value = waiting.pop()
        inside: list[object] = []
        if isinstance(value, str):
            yield value.encode("utf-8", "surrogatepass")
        elif isinstance(value, bytes):
            yield value
        elif isinstance(value, dict):
            inside = [*value.keys(), *value.values()]
        elif isinstance(value, list):
            inside = value
        for one in inside:
            if id(one) not in seen:
                seen.add(id(one))
                waiting.append(one)
