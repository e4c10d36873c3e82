"""What forensic tools call carving: deleted content in an SQLite file, by its public description alone.

<https://sqlite.org/fileformat2.html>. Pages on the freelist are taken for what they were, and their rows put
together again across overflow pages, as `.recover` does; of pages in use, the space that no cell has.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAGIC = b"SQLite format 3\0"
_SIDECARS = ("-wal", "-journal")

_TABLE_LEAF, _INDEX_LEAF, _INDEX_INTERIOR, _TABLE_INTERIOR = 13, 10, 2, 5
_B_TREES = (_TABLE_LEAF, _INDEX_LEAF, _INDEX_INTERIOR, _TABLE_INTERIOR)
_INTERIORS = (_INDEX_INTERIOR, _TABLE_INTERIOR)


def databases(home: Path) -> dict[str, Path]:
    """Every SQLite file, by its path below the home."""
    files = (path for path in home.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(home).as_posix(): path for path in files if _is_database(path)}


def deleted(path: Path) -> Iterator[bytes]:
    """Every piece of deleted content: rows, free pages, free space in pages in use; and logs beside it."""
    for suffix in _SIDECARS:
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            yield beside.read_bytes()
    yield from _File(path.read_bytes()).deleted()


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


@dataclass(frozen=True)
class _File:
    content: bytes

    @cached_property
    def page_size(self) -> int:
        size: int = struct.unpack_from(">H", self.content, 16)[0]
        return 65536 if size == 1 else size

    @cached_property
    def usable(self) -> int:
        return self.page_size - self.content[20]

    def page(self, number: int) -> bytes:
        return self.content[(number - 1) * self.page_size : number * self.page_size]

    def deleted(self) -> Iterator[bytes]:
        free = set(self._freelist())
        for number in range(1, len(self.content) // self.page_size + 1):
            page = self.page(number)
            start = 100 if number == 1 else 0
            if number in free:
                yield page
                yield from self._rows(page)
            elif page[start] in _B_TREES:
                yield from _space(page, start, self.usable)

    def _freelist(self) -> Iterator[int]:
        trunk: int = struct.unpack_from(">I", self.content, 32)[0]
        while trunk:
            yield trunk
            page = self.page(trunk)
            trunk, count = struct.unpack_from(">II", page)
            yield from struct.unpack_from(f">{count}I", page, 8)

    def _rows(self, page: bytes) -> Iterator[bytes]:
        """The payloads of what was a leaf, as far as its cells are still where it says."""
        if page[0] not in (_TABLE_LEAF, _INDEX_LEAF):
            return
        (count,) = struct.unpack_from(">H", page, 3)
        if 8 + 2 * count > self.usable:
            return
        for place in struct.unpack_from(f">{count}H", page, 8):
            if 8 + 2 * count <= place < self.usable:
                yield self._payload(page, place, is_table=page[0] == _TABLE_LEAF)

    def _payload(self, page: bytes, place: int, *, is_table: bool) -> bytes:
        size, place = _varint(page, place)
        if is_table:
            _, place = _varint(page, place)
        most = self.usable - 35 if is_table else (self.usable - 12) * 64 // 255 - 23
        if size <= most:
            return page[place : place + size]
        least = (self.usable - 12) * 32 // 255 - 23
        local = least + (size - least) % (self.usable - 4)
        local = local if local <= most else least
        chunks = [page[place : place + local]]
        follow = page[place + local : place + local + 4]
        seen: set[bytes] = set()
        while any(follow) and follow not in seen and len(follow) == 4:
            seen.add(follow)
            more = self.page(int.from_bytes(follow))
            chunks.append(more[4 : self.usable])
            follow = more[:4]
        return b"".join(chunks)[:size]


def _space(page: bytes, start: int, usable: int) -> Iterator[bytes]:
    """The gap between the pointers to the cells and the first of them, and the chain of free blocks."""
    block, count, first = struct.unpack_from(">HHH", page, start + 1)
    header = 12 if page[start] in _INTERIORS else 8
    yield page[start + header + 2 * count : first or usable]
    while block:
        following, size = struct.unpack_from(">HH", page, block)
        yield page[block + 4 : block + size]
        block = following


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for count, byte in enumerate(data[place : place + 9], 1):
        if count == 9:
            return value << 8 | byte, place + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + count
    return value, len(data)
