"""What a browser does by itself when it deletes rows, done for it: renumbering, counting, word for sync.

`rebuild` carries it out on the copy that is being edited; `prove` computes from the original what must come
out. Both need the removed rows at hand, as temporary tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrubber.stores.sqlite_rows import Added, Repair
from scrubber.stores.sqlite_tables import Table, quoted

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scrubber.model import Key, Trace
    from scrubber.stores.columns import Value

Mending = Repair | Added


@dataclass(frozen=True)
class Expected:
    """What must come out of it."""

    values: dict[str, dict[Key, dict[str, Value]]] = field(default_factory=dict)
    """By table, row and column."""
    added: dict[str, list[tuple[Value, ...]]] = field(default_factory=dict)
    """Rows at the end of a table."""


def remember(
    database: sqlite3.Connection,
    known: Mapping[str, Table],
    traces: Iterable[Trace],
    mendings: Sequence[Mending],
) -> None:
    """Copy the rows that go into `temp."removed <table>"`, for every table that a mending reads."""
    read = {name for mending in mendings for name in mending.reads if name in known}
    for name in read:
        database.execute(f"CREATE TABLE {_removed(name)} AS SELECT * FROM main.{quoted(name)} WHERE 0")
    for trace in traces:
        if trace.where in read and not trace.blank:
            table = known[trace.where]
            statement = f"INSERT INTO {_removed(table.name)} SELECT * FROM main.{quoted(table.name)}"
            database.execute(f"{statement} WHERE {table.where}", table.parameters(trace.key))


def mend(database: sqlite3.Connection, known: Mapping[str, Table], mendings: Sequence[Mending]) -> None:
    """Carry it out, once the rows are gone."""
    for mending in _possible(known, mendings):
        if isinstance(mending, Added):
            columns = ", ".join(map(quoted, mending.columns))
            database.execute(f"INSERT INTO {quoted(mending.table)} ({columns}) {mending.rows}")
        else:
            name, _, column = mending.changes.partition(".")
            change = f"UPDATE {quoted(name)} SET {quoted(column)} = {mending.value}"
            database.execute(f"{change} WHERE {mending.where}")


def expected(
    database: sqlite3.Connection, known: Mapping[str, Table], mendings: Sequence[Mending]
) -> Expected:
    """The same, computed from the original."""
    found = Expected()
    for mending in _possible(known, mendings):
        if isinstance(mending, Added):
            found.added[mending.table] = database.execute(mending.rows).fetchall()
            continue
        name, _, column = mending.changes.partition(".")
        rows = found.values.setdefault(name, {})
        for key, value in known[name].computed(mending.value, mending.where):
            rows.setdefault(key, {})[column] = value
    return found


def _possible(known: Mapping[str, Table], mendings: Sequence[Mending]) -> Iterator[Mending]:
    """Those for which this version of the browser has tables and columns."""
    for mending in mendings:
        if isinstance(mending, Added):
            needed = [(mending.table, column) for column in mending.columns]
        else:
            name, _, column = mending.changes.partition(".")
            needed = [(name, column)]
        needed += [(name, "") for name in mending.reads]
        if all(name in known and column in ("", *known[name].columns) for name, column in needed):
            yield mending


def _removed(table: str) -> str:
    return f"temp.{quoted('removed ' + table)}"
