"""Does an edited database hold, row by row, what the original held less what the plan named?"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from scrubber.errors import Unproved
from scrubber.formats.sqlite_freed import freed
from scrubber.stores.sqlite_repair import Expected, expected, remember
from scrubber.stores.sqlite_tables import Table, connected, tables

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from scrubber.model import Key, Trace
    from scrubber.stores.columns import Value
    from scrubber.stores.sqlite_repair import Mending

_PRAGMAS = (
    "page_size",
    "encoding",
    "auto_vacuum",
    "user_version",
    "application_id",
    "journal_mode",
    "default_cache_size",
)
_Found = tuple["Key", tuple["Value", ...]]
_END: _Found = (-1, ())


def prove(
    before: Path,
    after: Path,
    traces: Sequence[Trace],
    empty: Mapping[tuple[str, str], Value],
    mendings: Sequence[Mending],
) -> int:
    """The number of rows compared and found equal; raises Unproved at the first difference.

    `empty` and `mendings` are what `rebuild` was given.
    """
    planned: dict[str, dict[Key, list[Trace]]] = {}
    for trace in traces:
        planned.setdefault(trace.where, {}).setdefault(trace.key, []).append(trace)
    with connected(before) as old, connected(after) as new:
        _same_frame(old, new)
        if any(map(any, freed(after))):
            raise Unproved("the new file has bytes of deleted rows")
        old_tables, new_tables = tables(old), tables(new)
        remember(old, old_tables, traces, mendings)
        mended = expected(old, old_tables, mendings)
        return sum(
            _same_rows(_expected(table, planned.get(name, {}), empty, mended), new_tables[name])
            for name, table in old_tables.items()
        )


def _same_frame(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    verdict = new.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise Unproved(f"the new file fails SQLite's integrity check: {verdict}")
    schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
    if old.execute(schema).fetchall() != new.execute(schema).fetchall():
        raise Unproved("the schema changed")
    if new.execute("PRAGMA freelist_count").fetchone()[0]:
        raise Unproved("the new file has free pages, which may hold what went")
    for pragma in _PRAGMAS:
        if old.execute(f"PRAGMA {pragma}").fetchone() != new.execute(f"PRAGMA {pragma}").fetchone():
            raise Unproved(f"{pragma} changed")


def _expected(
    table: Table,
    planned: Mapping[Key, list[Trace]],
    empty: Mapping[tuple[str, str], Value],
    mended: Expected,
) -> Iterator[_Found]:
    last: Key = 0
    repaired = mended.values.get(table.name, {})
    for key, values in table.values():
        traces = planned.get(key, ())
        if any(not trace.blank for trace in traces):
            continue
        changed = {column: empty[table.name, column] for trace in traces for column in trace.blank}
        changed |= repaired.get(key, {})
        last = key
        yield key, _with(changed, table.columns, values) if changed else values
    for values in mended.added.get(table.name, ()):
        last = last + 1 if isinstance(last, int) else last
        yield last, values


def _with(
    changed: Mapping[str, Value], columns: tuple[str, ...], values: tuple[Value, ...]
) -> tuple[Value, ...]:
    return tuple(changed.get(column, value) for column, value in zip(columns, values, strict=True))


def _same_rows(wanted: Iterator[_Found], table: Table) -> int:
    count = 0
    for old, new in zip_longest(wanted, table.values(), fillvalue=_END):
        if old != new or _types(old[1]) != _types(new[1]):
            raise Unproved(f"{table.name}: the row {old[0] if old is not _END else new[0]} differs")
        count += 1
    return count


def _types(values: tuple[Value, ...]) -> list[type]:
    """Compared too, because 1 equals 1.0 in Python but not in a file."""
    return list(map(type, values))
