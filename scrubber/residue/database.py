"""SQLite as the sweep reads it: cells, what nobody owns any more, write-ahead logs and journals.

Most pages are done with after a quick look at their bytes. That is not enough where a cell may hold a hash of
an address as a number, or a value that is packed without a mark: there, records are looked at one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import UnreadableStore
from scrubber.formats.sqlite_file import Database
from scrubber.formats.sqlite_log import WAL_MAGICS, journal_images, wal_images
from scrubber.formats.sqlite_page import DAMAGED, MAGIC, Field, Record, Slack, Tree
from scrubber.formats.sqlite_unit import JOURNAL_MAGIC
from scrubber.residue import sql_bodies
from scrubber.residue.encoded import SEPARATOR
from scrubber.residue.packed import holds_packed
from scrubber.residue.piece import MENTION, Facts, Match, Part, Piece
from scrubber.residue.sql_bodies import Bodies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from scrubber.residue.borders import Reading
    from scrubber.residue.search import Search

__all__ = ["JOURNAL_MAGIC", "MAGIC", "WAL_MAGICS", "read_database", "read_journal", "read_wal"]

_WIDE_INTEGERS = (4, 5, 6)  # serial types of 32, 48 and 64 bits
_FIRST_BLOB = 12
_LONGEST_SHORT_BLOB = _FIRST_BLOB + 2 * 12
# Serial types of one byte that can be neither a hash nor something packed: other numbers, texts, short blobs.
_PLAIN = bytes(
    kind for kind in range(128) if kind not in _WIDE_INTEGERS and (kind % 2 or kind < _LONGEST_SHORT_BLOB)
)


_HIDING = re.compile("hash|url_id|data|value|blob|body|content|head|payload|proto", re.IGNORECASE)
_SMALL = 4 << 20
"""Up to this size all records of all tables are looked at one by one."""
_BATCH = 1 << 14


def read_database(file: BinaryIO, path: Path, search: Search) -> Iterator[Part]:
    """Raises UnreadableStore where it is damaged, after all that could be read."""
    database = Database(file, path)
    is_small = database.pages * database.header.page_size <= _SMALL

    def wanted(data: bytes) -> bool:
        return search.suspects(data) or holds_packed(data)

    yield from _parts(database.examine(wanted, lambda tree: is_small or _may_hide(tree)), search)
    if database.damage:
        more = f" (and {len(database.damage) - 1} more)" if len(database.damage) > 1 else ""
        raise UnreadableStore(path, f"a damaged database: {database.damage[0]}{more}")


def read_wal(file: BinaryIO, path: Path, search: Search) -> Iterator[Part]:
    """The pages of a write-ahead log. Raises UnreadableStore."""
    return _parts(wal_images(file, path), search)


def read_journal(file: BinaryIO, path: Path, search: Search) -> Iterator[Part]:
    """The pages of a rollback journal. Raises UnreadableStore."""
    return _parts(journal_images(file, path), search)


@dataclass
class _Entries:
    """Which entries of a cache in SQLite don't name the target by their keys.

    What such an entry is made of can only mention it. What belongs to no entry any more may be anything.
    """

    search: Search
    bodies: Bodies
    others: set[int | None] = field(default_factory=set)

    def note(self, record: Record) -> None:
        """Remember a record if it is such an entry."""
        if record.tree and record.tree.name in _KEYS and not record.tree.table:
            fields = list(record.fields())
            key = self._key(record.tree, fields)
            if key is not None and not self.search.names(key):
                self.others.add(record.rowid)
            if record.tree.name == sql_bodies.ENTRIES:
                self.bodies.note(record, _by_name(record.tree, fields))

    def body(self, record: Record) -> Iterator[Part]:
        """What a record completes, where bodies lie in several."""
        if record.tree and record.tree.name == sql_bodies.PARTS and not record.tree.table:
            fields = list(record.fields())
            why = MENTION if self.contents(record, fields) else ""
            yield from self.bodies.add(record, _by_name(record.tree, fields), why)

    def contents(self, record: Record, fields: list[Field]) -> frozenset[str]:
        """The columns of a record that hold what another site's entry is made of."""
        if record.tree is None or record.tree.table:
            return frozenset()
        table = record.tree.name
        if table in _KEYS:
            key = self._key(record.tree, fields)
            return frozenset() if key is None or self.search.names(key) else _CONTENTS[table]
        owner = _by_name(record.tree, fields).get(_OWNERS.get(table, ""))
        return _CONTENTS[table] if owner and owner.integer in self.others else frozenset()

    def _key(self, tree: Tree, fields: list[Field]) -> bytes | None:
        row = _by_name(tree, fields)
        return next((row[name].data for name in _KEYS[tree.name] if name in row), None)


def _by_name(tree: Tree, fields: list[Field]) -> dict[str, Field]:
    return dict(zip(tree.columns, fields, strict=False))


_KEYS = {"resources": ("cache_key",), "entries": ("key", "request_url_no_query")}
_OWNERS = {"blobs": "res_id", "response_headers": "entry_id", "request_headers": "entry_id"}
_CONTENTS = {
    "resources": frozenset({"head"}),  # Chromium's HTTP cache in SQLite: net/disk_cache/sql
    "blobs": frozenset({"blob"}),
    "entries": frozenset({"content"}),  # Chromium's compiled code: components/persistent_cache
    "response_headers": frozenset({"value"}),  # Firefox's DOM cache: dom/cache/DBSchema.cpp
    "request_headers": frozenset({"value"}),
}


def _may_hide(tree: Tree) -> bool:
    """Whether cells may hold what the bytes of a page don't show, by how their columns are called."""
    return not tree.columns or any(_HIDING.search(name) for name in tree.columns)


def _parts(items: Iterable[Record | Slack], search: Search) -> Iterator[Part]:
    entries = _Entries(search, Bodies(search))
    held: list[Record] = []
    size = 0
    for item in items:
        if isinstance(item, Slack):
            yield Piece(item.seen_as, "", item.offset, item.data, "packed")
            continue
        held.append(item)
        size += len(item.payload)
        if size > _BATCH:
            yield from _records(held, entries)
            held, size = [], 0
    yield from _records(held, entries)
    yield from entries.bodies.rest()


def _records(records: list[Record], entries: _Entries) -> Iterator[Part]:
    """One quick look at many records, which are small; then at each where there is a reason to."""
    search = entries.search
    suspicious = search.suspects(SEPARATOR.join(record.payload for record in records))
    for record in records:
        entries.note(record)
        if suspicious and search.suspects(record.payload):
            yield from _cells(record, entries)
        elif _has_more(record.payload):
            yield from _numbers_and_blobs(record, entries)
        yield from entries.body(record)


def _has_more(payload: bytes) -> bool:
    """Whether a record has a number that may be a hash, or a blob that may be packed."""
    size = payload[0] if payload else 0
    return size >= 128 or payload[1:size].translate(None, _PLAIN) != b""


def _numbers_and_blobs(record: Record, entries: _Entries) -> Iterator[Part]:
    fields = list(record.fields())
    blobs = (one.data for one in fields if one.serial >= _LONGEST_SHORT_BLOB and not one.serial % 2)
    if any(entries.search.suspects_packed(blob) for blob in blobs):
        yield from _cells(record, entries)
        return
    for one in fields:
        if one.serial in _WIDE_INTEGERS:
            yield from _number(record, one, entries.search)


def _cells(record: Record, entries: _Entries) -> Iterator[Part]:
    table = (record.tree.table or record.tree.name) if record.tree else ""
    readings: dict[bool, Reading] = {True: "text", False: "binary"}
    fields = list(record.fields())
    contents = entries.contents(record, fields)
    for one in fields:
        where = record.tree.column(one.column) if record.tree else ""
        if one.serial >= _FIRST_BLOB or one.serial == DAMAGED:
            reading = "packed" if one.serial == DAMAGED else readings[one.is_text]
            why = MENTION if where.rpartition(".")[2] in contents else ""
            yield Piece(
                record.seen_as, where, _at(record), one.data, reading, table=table, row=record.row,
                explained=why, is_value=reading == "binary", facts=_facts(record, one), part="cell",
            )  # fmt: skip
        elif one.serial in _WIDE_INTEGERS:
            yield from _number(record, one, entries.search)


def _number(record: Record, one: Field, search: Search) -> Iterator[Match]:
    where = record.tree.column(one.column) if record.tree else ""
    found = search.hashes.number(one.integer, where)
    if found:
        table = (record.tree.table or record.tree.name) if record.tree else ""
        yield Match(
            record.seen_as, where, _at(record), found.name, found.form, table, record.row, _facts(record, one)
        )


def _facts(record: Record, one: Field) -> Facts:
    """Which cell of the file it is: by names where a table or index has it, and by its page."""
    tree = record.tree
    named: Facts = ()
    if tree:
        column = tree.columns[one.column] if one.column < len(tree.columns) else ""
        named = (
            ("table", tree.table or tree.name),
            ("index", tree.name if tree.table else ""),
            ("column", column),
        )
    row: Facts = () if record.row is None else (("rowid", record.row),)
    return (*(pair for pair in named if pair[1]), ("column_number", one.column), *row, ("page", record.page))


def _at(record: Record) -> str:
    return f"page {record.page}" if record.rowid is None else f"rowid {record.rowid}"
