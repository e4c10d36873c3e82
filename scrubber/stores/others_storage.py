"""What other sites keep in Firefox that names the target: their own data, which is reported.

`--mentions all` takes away items of local storage here, and files that nothing refers to any more. The
records of Firefox itself and of extensions stay even then, as do the files of a site's own file system.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scrubber.files import kind, read_regular, walk
from scrubber.formats import firefox_values
from scrubber.formats.sqlite_unit import database_files, is_database, is_sqlite
from scrubber.model import Standing, Trace
from scrubber.stores import sqlite_edit
from scrubber.stores.columns import shown
from scrubber.stores.frozen import settle
from scrubber.stores.origin_dirs import by_metadata
from scrubber.stores.placed import Parts, Placed
from scrubber.stores.sqlite_left_over import left_over
from scrubber.stores.sqlite_tables import copied
from scrubber.stores.sqlite_triggers import without_triggers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from scrubber.model import Changes, Key, Look
    from scrubber.stores.columns import Row, Value
    from scrubber.stores.sqlite_repair import Mending
    from scrubber.stores.sqlite_tables import Table

Naming = dict[tuple[str, "Key"], Trace]
"""Traces by table and row."""

Owned = dict[str, bool]
"""The files of a folder that records refer to, by their way from it; true where the record always stays."""

_ITEMS = "data"  # of local storage
_EXTENSION = "moz-extension+++"


@dataclass(frozen=True, init=False)
class OthersDatabases(Placed):
    """One database of an origin that is not the target's; what is the target's own goes with its folder."""

    kept: bool
    """Whether its rows stay whatever is asked for."""
    holds = ("storage",)

    def __init__(self, *places: str, source: str, kept: bool = False) -> None:
        settle(self, places=places, source=source, kept=kept)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The database, its WAL and its journal; of a file that is none, nothing."""
        return database_files(path) if is_sqlite(path) else ()

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Rows in which a value names the target, packed or not; and bytes that no row holds."""
        kept = self.kept or is_extensions(path, look)

        def judge(found: Mapping[str, Table]) -> Iterable[Trace]:
            rows = naming_rows(found, look)
            return (always(trace) if kept or trace.where != _ITEMS else trace for trace in rows.values())

        return looked_through(path, look, judge)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the database without these rows; the number of others compared."""
        return edited(path, traces, (), changes)


@dataclass(frozen=True, init=False)
class OthersFiles(Parts):
    """A folder of an origin that is not the target's, and what names the target in its other files."""

    owned: Callable[[Path], Owned | None]
    """Which files records refer to, with which they go; None where nothing tells."""
    holds = ("storage",)

    def __init__(
        self, *places: str, source: str, owned: Callable[[Path], Owned | None] = lambda _: None
    ) -> None:
        settle(self, places=places, source=source, owned=owned)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Files that are no database: cached responses, big values, files of the origin's file system."""
        if kind(path) != "folder" or not look.policy.wants("storage") or is_targets(path, look):
            return ()
        naming = [
            file
            for file in walk(path)
            if kind(file) == "file" and not is_sqlite(file) and is_named_in(read_regular(file), look)
        ]
        owned = self.owned(path) if naming and not is_extensions(path, look) else None
        found = ((file.relative_to(path).as_posix(), file.name) for file in naming)
        return tuple(
            Trace("", name, standing, seen, "storage")
            for name, seen in found
            if (standing := _standing(name, owned, look))
        )


def _standing(name: str, owned: Owned | None, look: Look) -> Standing | None:
    """None for what goes with its record, which another store finds."""
    if owned is None or owned.get(name):
        return Standing.KEPT
    return None if name in owned and look.policy.mentions == "all" else Standing.MENTION


def looked_through(
    path: Path, look: Look, judge: Callable[[Mapping[str, Table]], Iterable[Trace]]
) -> tuple[Trace, ...]:
    """What `judge` finds in another origin's database, or, where none of it goes, bytes that no row holds."""
    if not look.policy.wants("storage") or is_targets(path, look) or not is_database(path):
        return ()
    with copied(path) as (copy, found):
        traces = tuple(judge(found))
        if any(map(look.policy.removes, traces)):
            return traces
        where = left_over(path, copy, look.target)
    return (*traces, Trace("", where, Standing.OWN, "", "storage")) if where else traces


def followed(
    path: Path,
    look: Look,
    is_described: Callable[[Mapping[str, Table]], bool],
    follow: Callable[[Naming, Mapping[str, Table]], Iterable[Trace]],
) -> tuple[Trace, ...]:
    """As `looked_through`, with what `follow` makes of the rows that name the target.

    Where the database is an extension's, or its tables are none that anybody described, these rows are kept.
    """

    def judge(found: Mapping[str, Table]) -> Iterable[Trace]:
        naming = naming_rows(found, look)
        if is_extensions(path, look) or not is_described(found):
            return map(always, naming.values())
        return follow(naming, found)

    return looked_through(path, look, judge)


def edited(path: Path, traces: Sequence[Trace], mendings: Sequence[Mending], changes: Changes) -> int:
    """Stage a database without these rows, counted again as `mendings` say; the number of others compared."""
    return sqlite_edit.edit(path, traces, mendings, changes, rewrite=without_triggers)


def naming_rows(found: Mapping[str, Table], look: Look) -> Naming:
    """A mention for each row that names the target."""
    return {
        (table.name, key): trace
        for table in found.values()
        for key, row in table.rows()
        if (trace := _judged(table.name, key, row, look))
    }


def always(trace: Trace) -> Trace:
    """The same, kept whatever is asked for."""
    return replace(trace, standing=Standing.KEPT)


def mention(table: str, key: Key, seen: Value) -> Trace:
    """A row of another's that names the target itself, or hangs on one that does."""
    return Trace(table, key, Standing.MENTION, shown(seen), "storage")


def is_named_in(value: Value, look: Look) -> bool:
    """Whether a value names the target in any way in which it may have to be read."""
    if isinstance(value, bytes):
        return any(map(look.target.mentions, firefox_values.readings(value)))
    return isinstance(value, str) and look.target.mentions(value)


def is_targets(path: Path, look: Look) -> bool:
    """Whether what lies there is the target's own, which goes with the folder of its origin."""
    return look.target.origin(by_metadata(_folder(path, look)))


def is_extensions(path: Path, look: Look) -> bool:
    """Whether it is an extension's, not a site's."""
    return _folder(path, look).name.startswith(_EXTENSION)


def _judged(table: str, key: Key, row: Row, look: Look) -> Trace | None:
    seen = next((value for value in row.values() if value and is_named_in(value, look)), None)
    return None if seen is None else mention(table, key, seen)


def _folder(path: Path, look: Look) -> Path:
    """The folder of the origin: `storage/default/https+++shop.example`."""
    storage = look.profile.path / "storage"
    return storage.joinpath(*path.relative_to(storage).parts[:2])
