"""One page of a SQLite database: its cells, their records, and the bytes between them.

Source: https://www.sqlite.org/fileformat2.html (sections 1.3, 1.5 to 1.6, 2.1).

Database header (big endian, 100 bytes, at the start of page 1)
    0   16s  "SQLite format 3\\0"       20  u8   reserved bytes at the end of each page
    16  u16  page size, 1 = 65536       32  u32  first freelist trunk page
    18  u8   write version              36  u32  number of freelist pages
    19  u8   read version               56  u32  encoding: 1 UTF-8, 2 UTF-16LE, 3 UTF-16BE

B-tree page header (at 0; at 100 on page 1)
    0   u8   2 interior index, 5 interior table, 10 leaf index, 13 leaf table
    3   u16  number of cells            8   u32  right-most child (interior pages only)
    then one u16 per cell: where in the page it lies

Cell     leaf table      payload size, rowid, payload [, overflow page u32]
         interior table  left child u32, rowid
         leaf index      payload size, payload [, overflow page u32]
         interior index  left child u32, payload size, payload [, overflow page u32]
         (sizes and rowids are varints)
Overflow page            next page u32 (0 = last), payload
Record (a payload)       size of this header, one serial type per column (all varints); the values
"""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from scrubber.errors import UnreadableStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MAGIC = b"SQLite format 3\0"
HEADER = struct.Struct(">16sHBBBBBBIIIIIIIIIIII")
HEADER_SIZE = 100
INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE = 2, 5, 10, 13
DAMAGED = -1
"""The serial type of a payload that doesn't hold together as a record."""

_FIRST_LEAF = 8
"""Where a freelist trunk has it, behind the next trunk and the number of leaves."""
SEAM = 1024
"""How much of two chained pages is yielded as one piece, for what lies across their border."""

_U16 = struct.Struct(">H")
_U32 = struct.Struct(">I")
_ENCODINGS = {0: "utf-8", 1: "utf-8", 2: "utf-16-le", 3: "utf-16-be"}  # 0: nothing was stored yet
_INTEGER_SIZES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)  # by serial type; 7 is a float, 8 and 9 are 0 and 1


@dataclass(frozen=True)
class Header:
    """What a database says of itself on its first page."""

    page_size: int
    reserved: int
    encoding: str
    """A Python codec: `utf-8`, `utf-16-le`, `utf-16-be`."""

    @property
    def usable(self) -> int:
        """Bytes of a page that SQLite uses."""
        return self.page_size - self.reserved


@dataclass(frozen=True)
class Tree:
    """One b-tree: a table or an index."""

    name: str
    root: int
    columns: tuple[str, ...] = ()
    """In the order in which its records store them; empty where its SQL wasn't understood."""
    table: str = ""
    """The table that an index belongs to; empty for a table."""

    def column(self, index: int) -> str:
        """`moz_places.url`, or `sqlite_autoindex_origins_1[0]` where the name isn't known."""
        return f"{self.name}.{self.columns[index]}" if index < len(self.columns) else f"{self.name}[{index}]"


class Field(NamedTuple):
    """One column of a record: its place, its serial type, and its bytes as they are stored."""

    column: int
    serial: int
    data: bytes

    @property
    def is_text(self) -> bool:
        """Whether it is a text, in the encoding of the database."""
        return self.serial >= 13 and self.serial % 2 == 1

    @property
    def integer(self) -> int:
        """The number that it is, where it is one."""
        # Zero and one have serial types of their own, and no bytes.
        return self.serial - 8 if self.serial in (8, 9) else int.from_bytes(self.data, "big", signed=True)


@dataclass(frozen=True)
class Record:
    """One cell, its overflow pages included."""

    tree: Tree | None
    """None for a record of a page that no tree holds any more."""
    page: int
    rowid: int | None
    """None in an index and in a table WITHOUT ROWID."""
    payload: bytes
    seen_as: str = "cell"
    """`cell`, or where a record lies that is no longer live: `free page`, `wal`, `journal`."""

    def fields(self) -> Iterator[Field]:
        """Column by column; one DAMAGED field with the whole payload where it isn't a record."""
        try:
            fields = _split(self.payload)
        except (IndexError, ValueError):
            fields = [Field(0, DAMAGED, self.payload)]
        yield from fields

    @property
    def row(self) -> int | None:
        """The rowid of the row that this is, or that an index entry points to; None WITHOUT ROWID."""
        if self.tree is None or not self.tree.table or not self.tree.columns:
            return self.rowid
        *_, last = self.fields()
        row = _value(last, "utf-8")
        return row if isinstance(row, int) else None

    def values(self, encoding: str) -> tuple[int | float | str | bytes | None, ...]:
        """The decoded columns; NULL stands where the rowid is the column's value."""
        return tuple(_value(field, encoding) for field in self.fields())


@dataclass(frozen=True)
class Slack:
    """Bytes that no live record owns."""

    seen_as: str
    """`free space` (inside a page in use), `free page`, `damaged page`, `past the end`; `wal`, `journal`."""
    offset: int
    """In the file."""
    data: bytes


class Cell(NamedTuple):
    """Where one cell lies in its page; `child` and `overflow` are page numbers, 0 for none."""

    start: int
    end: int
    child: int = 0
    rowid: int | None = None
    size: int | None = None
    """Of the payload, overflow included; None where the cell has none."""
    local: int = 0
    local_end: int = 0
    overflow: int = 0


def read_header(head: bytes, path: Path) -> Header:
    """Parse the first 100 bytes of a database. Raises UnreadableStore."""
    if len(head) < HEADER_SIZE or not head.startswith(MAGIC):
        raise UnreadableStore(path, "not a SQLite database")
    fields = HEADER.unpack_from(head)
    size, reserved = 65536 if fields[1] == 1 else fields[1], fields[4]
    encoding = _ENCODINGS.get(_U32.unpack_from(head, 56)[0])
    if not is_page_size(size) or size - reserved < 480 or encoding is None:
        raise UnreadableStore(path, "a SQLite header with an impossible page size or encoding")
    return Header(size, reserved, encoding)


def is_page_size(size: int) -> bool:
    """Whether SQLite can have pages of this size: a power of two from 512 to 65536."""
    return 512 <= size <= 65536 and size & (size - 1) == 0


def read_cells(image: bytes, number: int, header: Header) -> tuple[list[Cell], list[int]]:
    """The cells of a b-tree page and its children, left to right.

    Raises ValueError, IndexError or struct.error where it isn't a sound b-tree page.
    """
    base = HEADER_SIZE if number == 1 else 0
    flag = image[base]
    if flag not in (INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE):
        raise ValueError("not a page of a b-tree")
    interior = flag in (INTERIOR_INDEX, INTERIOR_TABLE)
    first = base + (12 if interior else 8)
    count = _U16.unpack_from(image, base + 3)[0]
    content = first + 2 * count
    if content > header.usable:
        raise ValueError("more cells than the page can hold")
    cells = [_cell(image, at, flag, header) for at in struct.unpack_from(f">{count}H", image, first)]
    if any(cell.start < content or cell.end > header.usable for cell in cells):
        raise ValueError("a cell outside the page's content")
    if any(one.end > other.start for one, other in itertools.pairwise(sorted(cells, key=_place))):
        raise ValueError("cells that overlap")
    children = [cell.child for cell in cells if interior]
    return cells, [*children, _U32.unpack_from(image, base + 8)[0]] if interior else children


def read_stale(
    image: bytes, number: int, header: Header, seen_as: str, offset: int
) -> Iterator[Record | Slack]:
    """A page that no tree holds: the records that it still reads as, and the bytes between them.

    All of it is slack named `seen_as` where it doesn't read as a page of a b-tree. Of a record that went
    on in overflow pages the part in this page comes as slack.
    """
    try:
        cells, _ = read_cells(image, number, header)
    except (IndexError, ValueError, struct.error):
        cells = []
    whole = [cell for cell in cells if not cell.overflow]
    for cell in whole:
        if cell.size is not None:
            yield Record(None, number, cell.rowid, image[cell.local : cell.local_end], seen_as)
    yield from between(image, whole, offset, seen_as)


def continuations(image: bytes, number: int, header: Header) -> Iterator[tuple[int, bytes]]:
    """Where a page that no tree holds goes on: (overflow page, the bytes right before the border)."""
    try:
        cells, _ = read_cells(image, number, header)
    except (IndexError, ValueError, struct.error):
        tail = image[: header.usable][-SEAM:]
        yield _U32.unpack_from(image)[0], tail
        # A page that became a freelist trunk lost its pointer; the next of its chain is its first leaf.
        yield _U32.unpack_from(image, _FIRST_LEAF)[0], tail
        return
    for cell in cells:
        if cell.overflow:
            yield cell.overflow, image[cell.local : cell.local_end][-SEAM:]


def between(image: bytes, cells: Iterable[Cell], offset: int, seen_as: str = "free space") -> Iterator[Slack]:
    """What of a page lies in none of these cells: header, gap, free blocks, fragments, reserve."""
    at = 0
    for start, end in sorted(map(_place, cells)):
        if start > at:
            yield Slack(seen_as, offset + at, image[at:start])
        at = max(at, end)
    if at < len(image):
        yield Slack(seen_as, offset + at, image[at:])


def _place(cell: Cell) -> tuple[int, int]:
    return cell.start, cell.end


def _cell(image: bytes, start: int, flag: int, header: Header) -> Cell:
    at, child = start, 0
    if flag in (INTERIOR_INDEX, INTERIOR_TABLE):
        child = _U32.unpack_from(image, at)[0]
        at += 4
    if flag == INTERIOR_TABLE:
        rowid, at = _varint(image, at)
        return Cell(start, at, child, rowid)
    size, at = _varint(image, at)
    key = None
    if flag == LEAF_TABLE:
        rowid, at = _varint(image, at)
        key = rowid - (1 << 64) if rowid >> 63 else rowid
    local = _local_size(size, flag == LEAF_TABLE, header.usable)
    if local == size:
        return Cell(start, at + size, child, key, size, at, at + size)
    end = at + local
    return Cell(start, end + 4, child, key, size, at, end, _U32.unpack_from(image, end)[0])


def _local_size(size: int, in_table: bool, usable: int) -> int:
    """How much of a payload lies in the b-tree page itself (section 1.6: X, M and K)."""
    most = usable - 35 if in_table else (usable - 12) * 64 // 255 - 23
    if size <= most:
        return size
    least = (usable - 12) * 32 // 255 - 23
    fitting = least + (size - least) % (usable - 4)
    return fitting if fitting <= most else least


def _split(payload: bytes) -> list[Field]:
    header_size, at = _varint(payload, 0)
    start = header_size
    fields: list[Field] = []
    while at < header_size:
        serial, at = _varint(payload, at)
        size = _INTEGER_SIZES[serial] if serial < 12 else (serial - 12) // 2
        fields.append(Field(len(fields), serial, payload[start : start + size]))
        start += size
    if at != header_size or start != len(payload):
        raise ValueError("a record whose columns don't add up to its size")
    return fields


def _value(field: Field, encoding: str) -> int | float | str | bytes | None:
    if field.is_text:
        return field.data.decode(encoding, "replace")
    if field.serial >= 12 or field.serial == DAMAGED:
        return field.data
    if field.serial == 0:
        return None
    if field.serial == 7:
        return float(struct.unpack(">d", field.data)[0])
    if field.serial in (8, 9):
        return field.serial - 8
    return int.from_bytes(field.data, "big", signed=True)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A big endian number of one to nine bytes, seven bits each, the ninth with all eight."""
    value = 0
    for step in range(8):
        byte = data[at + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    return value << 8 | data[at + 8], at + 9
