"""SQLite database files without SQLite: live records, and every byte that no record owns.

Nothing is lost in reading: a byte of the file belongs to a live cell that could be followed, or it is
yielded as slack. Pages are read one at a time, so that a file of any size takes little memory.

Source: https://www.sqlite.org/fileformat2.html; `sqlite_page` draws the layout.
"""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import UnreadableStore, reason_of
from scrubber.formats.sqlite_page import (
    HEADER_SIZE,
    SEAM,
    Cell,
    Record,
    Slack,
    Tree,
    between,
    continuations,
    read_cells,
    read_header,
    read_stale,
)
from scrubber.formats.sqlite_schema import stored_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_U32 = struct.Struct(">I")
# Longer payloads are not assembled: their pages come as slack, so that memory stays bounded.
_LONGEST_PAYLOAD = 64 << 20


class Database:
    """A database file open for reading. Raises UnreadableStore where it isn't one."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._size = file.seek(0, os.SEEK_END)
        self.header = read_header(self._read(0, HEADER_SIZE), path)
        self.pages = self._size // self.header.page_size
        self.trees: list[Tree] = []
        """Filled by `examine`."""
        self.damage: list[str] = []
        """What didn't hold together in the last `examine`; its bytes came as slack."""
        self._owned = bytearray()

    def cells(self) -> Iterator[Record]:
        """Every live record of every table and index."""
        return (item for item in self.examine() if isinstance(item, Record) and item.tree is not None)

    def slack(self) -> Iterator[Slack | Record]:
        """Every byte that no live record owns; where it still reads as records, these."""
        nothing: Callable[[bytes], bool] = lambda _: False  # noqa: E731
        return (item for item in self.examine(nothing) if isinstance(item, Slack) or item.tree is None)

    def examine(
        self,
        wanted: Callable[[bytes], bool] = lambda _: True,
        in_full: Callable[[Tree], bool] = lambda _: False,
    ) -> Iterator[Record | Slack]:
        """The whole file once: live records first, tree by tree, then what nothing refers to.

        Live records that lie in their page alone may be left out where `wanted` says that the page
        (or the assembled payload) is of no interest; slack never is, nor are records of a tree `in_full`.
        """
        self._owned = bytearray(self.pages + 1)
        self.damage = []
        schema = Tree("sqlite_schema", 1, ("type", "name", "tbl_name", "rootpage", "sql"))
        self.trees = [schema]
        if self.pages:
            yield from self._schema_tree(schema, wanted)
        else:
            self.damage.append("not one whole page")
        for tree in self.trees[1:]:
            yield from self._tree(tree, (lambda _: True) if in_full(tree) else wanted)
        yield from self._unowned()
        yield from self._past_the_end()

    def _schema_tree(self, schema: Tree, wanted: Callable[[bytes], bool]) -> Iterator[Record | Slack]:
        for item in self._tree(schema, lambda _: True):
            if isinstance(item, Record):
                match item.values(self.header.encoding):
                    case ("table" | "index" as kind, str(name), str(table), int(root), sql) if root:
                        columns = stored_columns(sql) if isinstance(sql, str) else ()
                        self.trees.append(Tree(name, root, columns, table if kind == "index" else ""))
                if not wanted(item.payload):
                    continue
            yield item

    def _tree(self, tree: Tree, wanted: Callable[[bytes], bool]) -> Iterator[Record | Slack]:
        todo = [tree.root]
        while todo:
            number = todo.pop()
            if not self._claim(number):
                self.damage.append(f"{tree.name}: page {number} is outside the file or used twice")
                continue
            image = self._page(number)
            try:
                cells, children = read_cells(image, number, self.header)
            except (IndexError, ValueError, struct.error) as error:
                self.damage.append(f"{tree.name}: page {number}: {error}")
                yield Slack("damaged page", self._offset(number), image)
                continue
            todo += reversed(children)
            interesting = wanted(image)
            for cell in cells:
                if cell.size is None or not (interesting or cell.overflow):
                    continue
                yield from self._record(tree, number, image, cell, wanted)
            yield from between(image, cells, self._offset(number))

    def _record(
        self, tree: Tree, number: int, image: bytes, cell: Cell, wanted: Callable[[bytes], bool]
    ) -> Iterator[Record | Slack]:
        payload = image[cell.local : cell.local_end]
        if not cell.overflow:
            yield Record(tree, number, cell.rowid, payload)
            return
        chain = self._chain(cell)
        if chain is None:
            self.damage.append(f"{tree.name}: page {number}: a broken overflow chain")
            yield Slack("damaged page", self._offset(number) + cell.start, image[cell.start : cell.end])
            yield from self._seam(payload, cell.overflow, self._offset(number) + cell.local)
            return
        parts = [payload]
        missing = (cell.size or 0) - len(payload)
        for page in chain:
            self._owned[page] = 1
            content = self._page(page)
            part = content[4 : min(self.header.usable, 4 + missing)]
            missing -= len(part)
            parts.append(part)
            rest = content[4 + len(part) :]
            if rest:
                yield Slack("free space", self._offset(page) + 4 + len(part), rest)
        whole = b"".join(parts)
        if wanted(whole):
            yield Record(tree, number, cell.rowid, whole)

    def _chain(self, cell: Cell) -> list[int] | None:
        """The overflow pages of a cell, None where one is missing, used twice, or they are too many."""
        missing = (cell.size or 0) - (cell.local_end - cell.local)
        if missing > min(_LONGEST_PAYLOAD, self._size):
            return None
        chain: dict[int, None] = {}
        number = cell.overflow
        while missing > 0:
            if not 0 < number <= self.pages or self._owned[number] or number in chain:
                return None
            chain[number] = None
            number = _U32.unpack(self._read(self._offset(number), 4))[0]
            missing -= self.header.usable - 4
        return list(chain)

    def _unowned(self) -> Iterator[Record | Slack]:
        """Freelist, pointer map and lost pages: whatever they were, no live record owns them."""
        for number in range(1, self.pages + 1):
            if self._owned[number]:
                continue
            image = self._page(number)
            yield from read_stale(image, number, self.header, "free page", self._offset(number))
            for following, before in continuations(image, number, self.header):
                yield from self._seam(before, following, self._offset(number))

    def _seam(self, before: bytes, following: int, offset: int) -> Iterator[Slack]:
        """The border between a page and the one that it chains to, where that is unowned too."""
        if 0 < following <= self.pages and not self._owned[following]:
            head = self._read(self._offset(following) + 4, min(SEAM, self.header.usable - 4))
            yield Slack("free page", offset, before[-SEAM:] + head)

    def _past_the_end(self) -> Iterator[Slack]:
        rest = self._read(self._offset(self.pages + 1), self.header.page_size)
        if rest:
            yield Slack("past the end", self._offset(self.pages + 1), rest)

    def _claim(self, number: int) -> bool:
        if not 0 < number <= self.pages or self._owned[number]:
            return False
        self._owned[number] = 1
        return True

    def _offset(self, number: int) -> int:
        return (number - 1) * self.header.page_size

    def _page(self, number: int) -> bytes:
        image = self._read(self._offset(number), self.header.page_size)
        if len(image) < self.header.page_size:
            raise UnreadableStore(self._path, "became shorter while it was read")
        return image

    def _read(self, offset: int, size: int) -> bytes:
        try:
            self._file.seek(offset)
            return self._file.read(size)
        except OSError as error:
            raise UnreadableStore(self._path, reason_of(error)) from error
