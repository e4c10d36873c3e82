"""How the sweep takes a file apart: a reader by its magic, and any file as plain bytes.

A reader turns a file into pieces and judges nothing; one searcher looks at all of them. It takes the file
as it lies there: which browser wrote it, and what for, is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import UnreadableStore
from scrubber.formats.sqlite_file import Database
from scrubber.formats.sqlite_log import JOURNAL_MAGIC, WAL_MAGICS, journal_images, wal_images
from scrubber.formats.sqlite_page import DAMAGED, MAGIC, Record, Slack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from scrubber.residue.forms import Needles, Reading

HEAD = 32
"""Bytes at the start of a file that the readers recognise it by."""
WINDOW = 8 << 20
"""Bytes of a file that are searched at a time."""


@dataclass(frozen=True)
class Piece:
    """Some bytes of a file, and what they are there."""

    seen_as: str
    """`cell`, `free page`, `wal`, `bytes`, `file name`, …"""
    where: str
    """What its findings are counted by: `moz_places.url`; empty where the file has no such parts."""
    at: str | int
    """Where that is: `rowid 5`, or the offset of the first byte in the file."""
    data: bytes
    reading: Reading
    begin: int = 0
    end: int | None = None
    """Only names that start within begin:end count; the rest is there for the look to the sides."""
    table: str = ""
    """The table whose row it is, also where it is seen in an index."""
    row: int | None = None
    """Its rowid."""

    def place(self, at: int) -> str:
        """Where a name found at this place of the piece stands."""
        place = f"offset {self.at + at}" if isinstance(self.at, int) else self.at
        return f"{self.where} {place}" if self.where else place


@dataclass(frozen=True)
class Reader:
    """One kind of file that can be taken apart."""

    recognises: Callable[[Path, bytes], bool]
    """By the file's path and its first HEAD bytes."""
    read: Callable[[BinaryIO, Path, Needles], Iterator[Piece]]
    """Raises UnreadableStore where the file isn't (in full) what it seemed; pieces before that count."""
    in_clear: bool = True
    """A name (or the longer part of one that is cut in two) stands in the file's bytes as it is: a file
    without it needs no taking apart."""


def reader_for(path: Path, head: bytes) -> Reader | None:
    """The reader of such a file; None where it can only be read as bytes."""
    return next((reader for reader in READERS if reader.recognises(path, head)), None)


def windows(file: BinaryIO, size: int, reach: int, window: int = WINDOW) -> Iterator[Piece]:
    """The file as bytes, from its start, in pieces that overlap by `reach` on either side."""
    base = done = 0
    held = b""
    while base + len(held) < size and (chunk := file.read(min(window, size - base - len(held)))):
        data = held + chunk
        at_end = base + len(data) >= size
        end = len(data) if at_end else max(done - base, len(data) - reach)
        yield Piece("bytes", "", base, data, "binary", done - base, end)
        done = base + end
        held = data[max(0, end - reach) :]
        base += len(data) - len(held)


def _database(file: BinaryIO, path: Path, needles: Needles) -> Iterator[Piece]:
    database = Database(file, path)
    yield from _pieces(database.examine(needles.near), needles)
    if database.damage:
        more = f" (and {len(database.damage) - 1} more)" if len(database.damage) > 1 else ""
        raise UnreadableStore(path, f"a damaged database: {database.damage[0]}{more}")


def _wal(file: BinaryIO, path: Path, needles: Needles) -> Iterator[Piece]:
    return _pieces(wal_images(file, path), needles)


def _journal(file: BinaryIO, path: Path, needles: Needles) -> Iterator[Piece]:
    return _pieces(journal_images(file, path), needles)


def _pieces(items: Iterable[Record | Slack], needles: Needles) -> Iterator[Piece]:
    for item in items:
        if isinstance(item, Slack):
            yield Piece(item.seen_as, "", item.offset, item.data, "packed")
        elif needles.near(item.payload):
            yield from _columns(item)


def _columns(record: Record) -> Iterator[Piece]:
    at = f"page {record.page}" if record.rowid is None else f"rowid {record.rowid}"
    table = (record.tree.table or record.tree.name) if record.tree else ""
    readings: dict[bool, Reading] = {True: "text", False: "binary"}
    for field in record.fields():
        where = record.tree.column(field.column) if record.tree else ""
        if field.serial >= 12 or field.serial == DAMAGED:
            reading = "packed" if field.serial == DAMAGED else readings[field.is_text]
            yield Piece(record.seen_as, where, at, field.data, reading, table=table, row=record.row)


def _is_journal(path: Path, head: bytes) -> bool:
    """Journal mode PERSIST zeroes the header; only the name tells then."""
    return head.startswith(JOURNAL_MAGIC) or (path.name.endswith("-journal") and head == bytes(HEAD))


READERS = (
    Reader(lambda _, head: head.startswith(MAGIC), _database),
    Reader(lambda _, head: head.startswith(WAL_MAGICS), _wal),
    Reader(_is_journal, _journal),
)
"""The first that recognises a file reads it."""
