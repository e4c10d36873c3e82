"""Binary property lists of macOS: their texts touch each other, and what parts them may look like a letter.

    "bplist00" objects; one byte of kind and length before each | offsets | trailer of 32 bytes

Source: https://opensource.apple.com/source/CF (CFBinaryPList.c), as Python's plistlib has it.
"""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING

from scrubber.residue.packed import Unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"bplist00"
_BETWEEN = b"\xff\xff"
_FORM = "property list"


def strings(data: bytes) -> Unpacked | None:
    """All texts and data of a list, each by itself; None where it is none."""
    if not data.startswith(MAGIC):
        return None
    try:
        content = plistlib.loads(data, fmt=plistlib.FMT_BINARY)
    except (plistlib.InvalidFileException, TypeError, RecursionError, MemoryError):
        return Unpacked(_FORM, b"")  # its bytes are searched as they are
    return Unpacked(_FORM, _BETWEEN.join(_leaves(content)))


def _leaves(content: object) -> Iterator[bytes]:
    # What several lists share is one object, which must not be walked through once for each of them.
    todo, seen = [content], {id(content)}
    while todo:
        match todo.pop():
            case str(text):
                yield text.encode("utf-8", "surrogatepass")
            case bytes(data):
                yield data
            case dict(pairs):
                more = [one for pair in pairs.items() for one in pair]
                todo += [one for one in more if id(one) not in seen]
                seen |= set(map(id, more))
            case list(entries):
                todo += [one for one in entries if id(one) not in seen]
                seen |= set(map(id, entries))
