"""JSON texts in columns of a database, of which only the target's items go: all else in the row stays."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated
from scrubber.files import copy_private
from scrubber.formats import json_text, jsonb
from scrubber.formats.damaged import Damaged
from scrubber.model import Standing, Trace
from scrubber.stores import json_edit
from scrubber.stores.columns import text
from scrubber.stores.json_edit import Becomes, Gone, at_places
from scrubber.stores.records import concerns
from scrubber.stores.sqlite_edit import keep_journal_mode
from scrubber.stores.sqlite_tables import connected, quoted, tables

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from scrubber.formats.json_text import Node
    from scrubber.model import Key, Look
    from scrubber.stores.columns import Value
    from scrubber.stores.json_edit import Place
    from scrubber.stores.sqlite_tables import Table

Found = tuple["Place", "Standing", str]
"""Where in the JSON, how it stands to the target, and what gave it away."""


@dataclass(frozen=True)
class Within:
    """A column with JSON; `look_through` says which items in it are the target's, and which texts name it.

    A trace's key is that of the row, and its `blank` has the way to each item: `["record", "tabs", 0]`. Items
    of lists go, texts become empty.
    """

    table: str
    column: str
    look_through: Callable[[Node, Look], Iterator[Found]]
    is_binary: bool = False
    """Whether it is JSONB, of which a row may have several; one that is none goes no way by this."""

    def find(self, known: Mapping[str, Table], look: Look, holds: str) -> Iterator[Trace]:
        """A trace for each row and standing; what is no JSON goes with its row."""
        table = known.get(self.table)
        if table is None or self.column not in table.columns or not look.policy.wants(holds):
            return
        for key, value in table.computed(quoted(self.column)):
            try:
                found = list(self.look_through(self.read(value), look)) if value else []
            except (Damaged, RecursionError):
                if not self.is_binary and concerns(text(value), look, holds):
                    yield Trace(self.table, key, Standing.MENTION, text(value), holds)
                continue
            for standing in dict.fromkeys(standing for _, standing, _ in found):
                mine = [
                    (json.dumps([self.column, *place]), seen) for place, its, seen in found if its is standing
                ]
                yield Trace(self.table, key, standing, mine[0][1], holds, tuple(way for way, _ in mine))

    def read(self, value: Value) -> Node:
        """The value in a cell. Raises Damaged."""
        if self.is_binary:
            return jsonb.read(value if isinstance(value, bytes) else b"")
        return json_text.read(text(value).encode("utf-8", "surrogateescape"))

    def cut(self, value: Value, places: Collection[Place]) -> str | bytes:
        """What a cell holds without these, proved. Raises Damaged, PlanOutdated, Unproved."""
        before = self.read(value)
        cuts = at_places((place, _change(place)) for place in places)
        written: str | bytes
        if self.is_binary and isinstance(value, bytes):
            gone = {place: None if isinstance(_change(place), Gone) else jsonb.EMPTY_TEXT for place in places}
            written = jsonb.without(value, gone)
        else:
            written = json_text.write(json_edit.changed(before, cuts)).decode()
        json_edit.prove(before, self.read(written), cuts)
        return written


@contextmanager
def without(
    before: Path, beside: Path, withins: Iterable[Within], traces: Sequence[Trace]
) -> Iterator[tuple[Path, tuple[Trace, ...]]]:
    """A copy in which these items are gone, for as long as the block runs, and the traces of whole rows.

    `beside`: a file in a private folder, whose name the copy's starts with. Raises PlanOutdated, Unproved.
    """
    inside = [trace for trace in traces if _is_inside(trace)]
    rest = tuple(trace for trace in traces if not _is_inside(trace))
    if not inside:
        yield before, rest
        return
    work = beside.with_name(beside.name + ".within")
    copy_private(before, work)
    try:
        _cut_all(work, withins, inside)
        keep_journal_mode(before, work)
        yield work, rest
    finally:
        work.unlink(missing_ok=True)


def _is_inside(trace: Trace) -> bool:
    """Whether it is of items; what is emptied as a whole is a column's name, which starts otherwise."""
    return bool(trace.blank) and trace.blank[0].startswith("[")


def _cut_all(path: Path, withins: Iterable[Within], traces: Iterable[Trace]) -> None:
    columns = {(within.table, within.column): within for within in withins}
    cells: dict[tuple[str, Key], list[str]] = {}
    for trace in traces:
        cells.setdefault((trace.where, trace.key), []).extend(trace.blank)
    with connected(path) as database:
        database.execute("PRAGMA journal_mode = MEMORY")
        known = tables(database)
        for (name, key), ways in cells.items():
            for column, places in _by_column(ways).items():
                within = columns.get((name, column))
                if within is None or name not in known:
                    raise PlanOutdated(f"{name}: not as the plan knows it")
                _cut(database, known[name], within, key, places)


def _by_column(ways: Iterable[str]) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for way in ways:
        column, *place = json.loads(way)
        found.setdefault(column, []).append(tuple(place))
    return found


def _cut(
    database: sqlite3.Connection, table: Table, within: Within, key: Key, places: Collection[Place]
) -> None:
    """All of a cell at once: a list's items have other numbers as soon as one of them is gone."""
    column = quoted(within.column)
    found = database.execute(
        f"SELECT {column} FROM main.{quoted(table.name)} WHERE {table.where}", table.parameters(key)
    ).fetchall()
    if len(found) != 1:
        raise PlanOutdated(f"{table.name}: a planned row is no longer there")
    try:
        written = within.cut(found[0][0], places)
    except (Damaged, RecursionError) as error:
        raise PlanOutdated(f"{table.name}: a planned row holds something else now") from error
    database.execute(
        f"UPDATE main.{quoted(table.name)} SET {column} = ? WHERE {table.where}",
        (written, *table.parameters(key)),
    )


def _change(place: Place) -> Gone | Becomes:
    return Gone() if isinstance(place[-1], int) else Becomes("")
