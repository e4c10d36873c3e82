"""Taking planned rows out of a private copy, so that not a byte of them stays in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated
from scrubber.files import copy_private
from scrubber.stores.sqlite_tables import Table, connected, quoted, tables

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from scrubber.model import Trace
    from scrubber.stores.columns import Value
    from scrubber.stores.sqlite_rows import Repair

_WRITE_VERSION = 18  # bytes 18 and 19 of the header: 1 is a rollback journal, 2 a write-ahead log


def rebuild(
    before: Path,
    after: Path,
    traces: Iterable[Trace],
    empty: Mapping[tuple[str, str], Value],
    repairs: Sequence[Repair],
) -> None:
    """Write to `after` what `before` holds less the traces; `empty` has each column's empty value.

    The new file is written afresh (VACUUM INTO keeps rowids and makes no temporary file): pages, free
    space and indexes of the old one don't come along. Raises UnreadableStore, PlanOutdated.
    """
    work = after.with_name(after.name + ".work")
    copy_private(before, work)
    try:
        with connected(work) as database:
            database.execute("PRAGMA journal_mode = MEMORY")
            database.execute("BEGIN IMMEDIATE")
            _take_out(database, traces, empty)
            _repair(database, repairs)
            database.execute("COMMIT")
            database.execute("VACUUM INTO ?", (str(after),))
    finally:
        work.unlink(missing_ok=True)
    _keep_journal_mode(before, after)


def _take_out(
    database: sqlite3.Connection, traces: Iterable[Trace], empty: Mapping[tuple[str, str], Value]
) -> None:
    known = tables(database)
    for trace in traces:
        table = known.get(trace.where)
        if table is None:
            continue
        if trace.blank:
            assignments = ", ".join(f"{quoted(column)} = ?" for column in trace.blank)
            values = [empty[trace.where, column] for column in trace.blank]
            statement = f"UPDATE {quoted(table.name)} SET {assignments} WHERE {table.where}"
        else:
            values = []
            _remember(database, table, table.parameters(trace.key))
            statement = f"DELETE FROM {quoted(table.name)} WHERE {table.where}"
        done = database.execute(statement, (*values, *table.parameters(trace.key)))
        if done.rowcount != 1:
            raise PlanOutdated(f"{table.name}: a planned row is no longer there")


def _remember(database: sqlite3.Connection, table: Table, key: tuple[Value, ...]) -> None:
    removed = f"temp.{quoted('removed ' + table.name)}"
    database.execute(
        f"CREATE TABLE IF NOT EXISTS {removed} AS SELECT * FROM main.{quoted(table.name)} WHERE 0"
    )
    database.execute(
        f"INSERT INTO {removed} SELECT * FROM main.{quoted(table.name)} WHERE {table.where}", key
    )


def _repair(database: sqlite3.Connection, repairs: Sequence[Repair]) -> None:
    removed = {name for (name,) in database.execute("SELECT name FROM temp.sqlite_master")}
    known = tables(database)
    for repair in repairs:
        table, _, column = repair.changes.partition(".")
        known_column = table in known and column in known[table].columns
        if known_column and all(f"removed {name}" in removed for name in repair.after):
            database.execute(repair.sql)


def _keep_journal_mode(before: Path, after: Path) -> None:
    with before.open("rb") as old, after.open("r+b") as new:
        old.seek(_WRITE_VERSION)
        new.seek(_WRITE_VERSION)
        new.write(old.read(2))
