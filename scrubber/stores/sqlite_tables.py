"""The tables of one private copy of a database, read without trusting its schema."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.formats.sqlite_copy import private_copy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.model import Key
    from scrubber.stores.columns import Row, Value

_TEXT = partial(str, encoding="utf-8", errors="surrogateescape")


def quoted(name: str) -> str:
    """A table or column name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a private copy: autocommit, no foreign code, text that is no UTF-8 kept as it is.

    Raises UnreadableStore for whatever SQLite raises inside the block.
    """
    try:
        database = sqlite3.connect(path, isolation_level=None)
        try:
            database.text_factory = _TEXT
            database.execute("PRAGMA trusted_schema = OFF")
            # Some builds have them on, and a cascade would take rows that nobody planned.
            database.execute("PRAGMA foreign_keys = OFF")
            database.execute("PRAGMA secure_delete = ON")
            database.execute("PRAGMA temp_store = MEMORY")
            yield database
        finally:
            database.close()
    except (sqlite3.Error, UnicodeError) as error:
        raise UnreadableStore(path, str(error)) from error


@contextmanager
def copied(path: Path) -> Iterator[tuple[Path, dict[str, Table]]]:
    """A private, folded copy of the database at `path` for as long as the block runs, and its tables.

    Raises UnreadableStore of `path` for whatever SQLite can't read inside the block.
    """
    with private_copy(path) as copy:
        if copy.stat().st_size == 0:
            raise UnreadableStore(path, "an empty file, not a SQLite database")
        try:
            with connected(copy) as database:
                yield copy, tables(database)
        except UnreadableStore as error:
            raise UnreadableStore(path, error.reason) from error


@dataclass(frozen=True)
class Table:
    """One ordinary table."""

    database: sqlite3.Connection
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    """The rowid under a name that no column hides, or the primary key of a table WITHOUT ROWID."""
    has_rowid: bool

    def values(self) -> Iterator[tuple[Key, tuple[Value, ...]]]:
        """Every row with what finds it again, in the order of the key."""
        return self._select(", ".join(map(quoted, self.columns)))

    def computed(self, value: str, where: str = "true") -> Iterator[tuple[Key, Value]]:
        """What a SQL expression gives in the rows of which the SQL condition is true."""
        return ((key, values[0]) for key, values in self._select(value, f"WHERE {where}"))

    def rows(self) -> Iterator[tuple[Key, Row]]:
        """The same by column name."""
        for key, values in self.values():
            yield key, dict(zip(self.columns, values, strict=True))

    def matching(self, column: str, where: str) -> set[Value]:
        """The values of a column in the rows of which the SQL condition is true."""
        found = self.database.execute(f"SELECT {quoted(column)} FROM {quoted(self.name)} WHERE {where}")
        return {value for (value,) in found}

    def _select(self, what: str, where: str = "") -> Iterator[tuple[Key, tuple[Value, ...]]]:
        width = len(self.key)
        key = ", ".join(map(quoted, self.key))
        rows = self.database.execute(
            f"SELECT {key}, {what} FROM main.{quoted(self.name)} {where} ORDER BY {key}"
        )
        for row in rows:
            yield (row[0] if self.has_rowid else row[:width]), row[width:]

    @property
    def where(self) -> str:
        """A condition that finds one row by its key, given as parameters."""
        return " AND ".join(f"{quoted(part)} IS ?" for part in self.key)

    def parameters(self, key: Key) -> tuple[Value, ...]:
        """The parameters of `where`."""
        return key if isinstance(key, tuple) else (key,)


def tables(database: sqlite3.Connection) -> dict[str, Table]:
    """The ordinary tables by name; virtual ones, whose code isn't here, are left out."""
    names = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY name"
    ).fetchall()
    return {name: _table(database, name) for (name,) in names}


def _table(database: sqlite3.Connection, name: str) -> Table:
    info = database.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
    columns = tuple(row[1] for row in info)
    taken = {column.lower() for column in columns}
    rowid = next((alias for alias in ("rowid", "_rowid_", "oid") if alias not in taken), "rowid")
    try:
        # Unquoted: a quoted name that is no column would be taken for a text.
        database.execute(f"SELECT {rowid} FROM {quoted(name)} LIMIT 0")
    except sqlite3.OperationalError as error:
        if not str(error).startswith("no such column"):  # a disk that fails says nothing of the table
            raise
        primary = sorted((row[5], row[1]) for row in info if row[5])
        return Table(database, name, columns, tuple(column for _, column in primary), has_rowid=False)
    return Table(database, name, columns, (rowid,), has_rowid=True)
