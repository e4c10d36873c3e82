"""Taking planned rows out of a private copy, so that not a byte of them stays in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated
from scrubber.files import copy_private
from scrubber.formats.sqlite_unit import SIDECARS
from scrubber.stores import proving
from scrubber.stores.sqlite_proof import prove
from scrubber.stores.sqlite_repair import mend, remember
from scrubber.stores.sqlite_tables import Table, connected, quoted, tables

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from scrubber.model import Changes, Trace
    from scrubber.stores.columns import Value
    from scrubber.stores.sqlite_repair import Mending

Rewrite = Callable[
    ["Path", "Path", Sequence["Trace"], Mapping[tuple[str, str], "Value"], Sequence["Mending"]], None
]
"""How a database is written afresh: `rebuild`, or what does something around it."""

_WRITE_VERSION = 18  # bytes 18 and 19 of the header: 1 is a rollback journal, 2 a write-ahead log


def rebuild(
    before: Path,
    after: Path,
    traces: Sequence[Trace],
    empty: Mapping[tuple[str, str], Value],
    mendings: Sequence[Mending],
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
            known = tables(database)
            remember(database, known, traces, mendings)
            for trace in traces:
                _carry_out(database, known, trace, empty)
            mend(database, known, mendings)
            database.execute("COMMIT")
            database.execute("VACUUM INTO ?", (str(after),))
    finally:
        work.unlink(missing_ok=True)
    keep_journal_mode(before, after)


def edit(
    path: Path,
    traces: Sequence[Trace],
    mendings: Sequence[Mending],
    changes: Changes,
    *,
    sidecars: Iterable[str] = SIDECARS,
    rewrite: Rewrite = rebuild,
) -> int:
    """Stage a database without these rows, put right as `mendings` say; the number of others compared.

    Raises UnreadableStore, PlanOutdated, Unproved.
    """
    return proving.edit(
        path,
        changes,
        lambda before, after: rewrite(before, after, traces, {}, mendings),
        lambda before, after: prove(before, after, traces, {}, mendings),
        sidecars,
    )


def _carry_out(
    database: sqlite3.Connection,
    known: Mapping[str, Table],
    trace: Trace,
    empty: Mapping[tuple[str, str], Value],
) -> None:
    if not trace.where:
        return  # bytes that no row holds: the new file is without them
    table = known.get(trace.where)
    if table is None or any((trace.where, column) not in empty for column in trace.blank):
        raise PlanOutdated(f"{trace.where}: not as the plan knows it")
    values = [empty[trace.where, column] for column in trace.blank]
    if trace.blank:
        assignments = ", ".join(f"{quoted(column)} = ?" for column in trace.blank)
        statement = f"UPDATE main.{quoted(table.name)} SET {assignments} WHERE {table.where}"
    else:
        statement = f"DELETE FROM main.{quoted(table.name)} WHERE {table.where}"
    done = database.execute(statement, (*values, *table.parameters(trace.key)))
    if done.rowcount != 1:
        raise PlanOutdated(f"{table.name}: a planned row is no longer there")


def keep_journal_mode(before: Path, after: Path) -> None:
    """Have the new file say, as the old one does, whether it is used with a write-ahead log."""
    with before.open("rb") as old, after.open("r+b") as new:
        old.seek(_WRITE_VERSION)
        new.seek(_WRITE_VERSION)
        new.write(old.read(2))
