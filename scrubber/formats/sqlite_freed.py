"""What deletions leave in the b-tree pages of a SQLite database: chains of blocks that no cell lies in.

    1  u16  first free block of a page, 0 = none        free block: u16 next one, u16 size, what was there

A file that was just written afresh with `secure_delete` has none, or none with anything in it. In a database
with auto-vacuum, pages of pointers lie between the others. Source: https://www.sqlite.org/fileformat2.html
(sections 1.6, 1.8).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from scrubber.files import open_regular
from scrubber.formats.sqlite_page import (
    HEADER_SIZE,
    INTERIOR_INDEX,
    INTERIOR_TABLE,
    LEAF_INDEX,
    LEAF_TABLE,
    read_header,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_KINDS = frozenset({INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE})
_LARGEST_ROOT = 52
"""Where the header has the largest root page: 0 without auto-vacuum."""
_POINTER = 5
_LINK = struct.Struct(">HH")


def freed(path: Path) -> Iterator[bytes]:
    """What lies in each free block, without its link. Raises UnreadableStore."""
    with open_regular(path) as file:
        head = file.read(HEADER_SIZE)
        header = read_header(head, path)
        between = header.usable // _POINTER + 1 if any(head[_LARGEST_ROOT : _LARGEST_ROOT + 4]) else 0
        file.seek(0)
        number = 0
        while page := file.read(header.page_size):
            number += 1
            if between and number >= 2 and (number - 2) % between == 0:
                continue
            start = HEADER_SIZE if number == 1 else 0
            if len(page) == header.page_size and page[start] in _KINDS:
                yield from _blocks(page, start + 1)


def _blocks(page: bytes, link: int) -> Iterator[bytes]:
    (at,) = struct.unpack_from(">H", page, link)
    seen = 0
    while at > seen and at + _LINK.size <= len(page):
        following, size = _LINK.unpack_from(page, at)
        yield page[at + _LINK.size : at + size]
        seen, at = at, following
