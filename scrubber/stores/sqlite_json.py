"""JSON texts in columns of a database, of which only the target's items go: all else in the row stays."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated
from scrubber.files import copy_private
from scrubber.formats import json_text
from scrubber.formats.damaged import Damaged
from scrubber.model import Standing, Trace
from scrubber.stores import json_edit
from scrubber.stores.columns import text
from scrubber.stores.json_edit import Becomes, Gone, at_places
from scrubber.stores.records import names
from scrubber.stores.sqlite_edit import keep_journal_mode
from scrubber.stores.sqlite_tables import connected, quoted, tables

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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

    A trace's key is that of the row, and its `blank` has the way to each item: `["tabs", 0]`. Items of lists
    go, texts become empty.
    """

    table: str
    column: str
    look_through: Callable[[Node, Look], Iterator[Found]]

    def find(self, known: Mapping[str, Table], look: Look, holds: str) -> Iterator[Trace]:
        """A trace for each row and standing; what is no JSON goes with its row."""
        table = known.get(self.table)
        if table is None or self.column not in table.columns or not look.policy.wants(holds):
            return
        for key, value in table.computed(quoted(self.column)):
            try:
                found = list(self.look_through(_read(value), look))
            except (Damaged, RecursionError):
                if names(text(value), look, holds):
                    yield Trace(self.table, key, Standing.MENTION, text(value), holds)
                continue
            for standing in dict.fromkeys(standing for _, standing, _ in found):
                mine = [(json.dumps(place), seen) for place, its, seen in found if its is standing]
                yield Trace(self.table, key, standing, mine[0][1], holds, tuple(way for way, _ in mine))


@contextmanager
def without(
    before: Path, beside: Path, withins: Iterable[Within], traces: Sequence[Trace]
) -> Iterator[tuple[Path, tuple[Trace, ...]]]:
    """A copy in which these items are gone, for as long as the block runs, and the traces of whole rows.

    `beside`: a file in a private folder, whose name the copy's starts with. Raises PlanOutdated, Unproved.
    """
    columns = {within.table: within.column for within in withins}
    inside: dict[tuple[str, Key], list[str]] = {}
    for trace in traces:
        if trace.blank and trace.where in columns:
            inside.setdefault((trace.where, trace.key), []).extend(trace.blank)
    if not inside:
        yield before, tuple(traces)
        return
    work = beside.with_name(beside.name + ".within")
    copy_private(before, work)
    try:
        with connected(work) as database:
            database.execute("PRAGMA journal_mode = MEMORY")
            known = tables(database)
            for (name, key), ways in inside.items():
                if name not in known:
                    raise PlanOutdated(f"{name}: no longer there")
                _cut(database, known[name], columns[name], key, ways)
        keep_journal_mode(before, work)
        yield work, tuple(trace for trace in traces if (trace.where, trace.key) not in inside)
    finally:
        work.unlink(missing_ok=True)


def _cut(database: sqlite3.Connection, table: Table, column: str, key: Key, ways: Iterable[str]) -> None:
    """All of a row at once: a list's items have other numbers as soon as one of them is gone."""
    found = database.execute(
        f"SELECT {quoted(column)} FROM main.{quoted(table.name)} WHERE {table.where}",
        table.parameters(key),
    ).fetchall()
    if len(found) != 1:
        raise PlanOutdated(f"{table.name}: a planned row is no longer there")
    try:
        before = _read(found[0][0])
        cuts = at_places(map(_change, ways))
        written = json_text.write(json_edit.changed(before, cuts))
        json_edit.prove(before, json_text.read(written), cuts)
    except (Damaged, RecursionError) as error:
        raise PlanOutdated(f"{table.name}: a planned row holds something else now") from error
    database.execute(
        f"UPDATE main.{quoted(table.name)} SET {quoted(column)} = ? WHERE {table.where}",
        (written.decode(), *table.parameters(key)),
    )


def _change(way: str) -> tuple[Place, Gone | Becomes]:
    place = tuple(json.loads(way))
    return place, Gone() if isinstance(place[-1], int) else Becomes("")


def _read(value: Value) -> Node:
    return json_text.read(text(value).encode("utf-8", "surrogateescape"))
