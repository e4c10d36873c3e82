"""What other sites keep in Firefox that names the target: their own data, which is reported.

`--mentions all` takes away items of local storage and records of IndexedDB. What a site has cached on purpose
stays even then, as do the records of Firefox itself and of extensions: nothing tells which part it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scrubber.files import kind, read_regular, walk
from scrubber.formats import firefox_values
from scrubber.formats.sqlite_unit import SIDECARS, sidecar
from scrubber.model import Standing, Trace
from scrubber.stores import proving
from scrubber.stores.columns import text
from scrubber.stores.frozen import settle
from scrubber.stores.origin_dirs import by_metadata
from scrubber.stores.push_subscriptions import without_triggers
from scrubber.stores.sqlite_left_over import left_over
from scrubber.stores.sqlite_proof import prove
from scrubber.stores.sqlite_tables import copied
from scrubber.stores.undescribed import is_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from scrubber.model import Changes, Key, Look
    from scrubber.stores.columns import Row, Value
    from scrubber.stores.sqlite_tables import Table

_ITEMS = "data"  # of local storage
_RECORDS = "object_data"
_INDEXES = ("index_data", "unique_index_data")
_EXTENSION = "moz-extension+++"
_LONGEST_SEEN = 300


@dataclass(frozen=True, init=False)
class OthersDatabases:
    """One database of an origin that is not the target's; what is the target's own goes with its folder."""

    places: tuple[str, ...]
    source: str
    kept: bool
    """Whether its rows stay whatever is asked for."""
    holds: tuple[str, ...] = ("storage",)

    def __init__(self, *places: str, source: str, kept: bool = False) -> None:
        settle(self, places=places, source=source, kept=kept)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The database, its WAL and its journal; of a file that is none, nothing."""
        return (path, sidecar(path, "-wal"), sidecar(path, "-journal")) if is_sqlite(path) else ()

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Rows in which a value names the target, packed or not; and bytes that no row holds."""
        if not look.policy.wants("storage") or not is_sqlite(path) or _is_targets(path, look):
            return ()
        kept = self.kept or _folder(path, look).name.startswith(_EXTENSION)
        with copied(path) as (copy, found):
            traces = tuple(_rows(found, look, kept=kept))
            if any(map(look.policy.removes, traces)):
                return traces
            where = left_over(path, copy, look.target)
        return (*traces, Trace("", where, Standing.OWN, "", "storage")) if where else traces

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the database without these rows; the number of others compared."""
        return proving.edit(
            path,
            changes,
            lambda before, after: without_triggers(before, after, traces, {}, ()),
            lambda before, after: prove(before, after, traces, {}, ()),
            SIDECARS,
        )


def _rows(found: Mapping[str, Table], look: Look, *, kept: bool) -> Iterator[Trace]:
    naming = {
        (table.name, key): trace
        for table in found.values()
        for key, row in table.rows()
        if (trace := _judged(table.name, key, row, look))
    }
    if not kept:
        naming |= _whole_records(naming, found)
    for (table, _), trace in naming.items():
        stays = kept or table not in (_ITEMS, _RECORDS, *_INDEXES)
        yield replace(trace, standing=Standing.KEPT) if stays else trace


def _judged(table: str, key: Key, row: Row, look: Look) -> Trace | None:
    seen = next((value for value in row.values() if value and _names(value, look)), None)
    if seen is None:
        return None
    # Big values lie in files that are counted; such a record can't be taken out alone.
    standing = Standing.KEPT if row.get("file_ids") else Standing.MENTION
    return Trace(table, key, standing, text(seen)[:_LONGEST_SEEN], "storage")


def _names(value: Value, look: Look) -> bool:
    if isinstance(value, bytes):
        return any(map(look.target.mentions, firefox_values.readings(value)))
    return isinstance(value, str) and look.target.mentions(value)


def _whole_records(
    naming: Mapping[tuple[str, Key], Trace], found: Mapping[str, Table]
) -> dict[tuple[str, Key], Trace]:
    """The records that naming index entries belong to, and all index entries of naming records."""
    entries = {
        (name, key): (row.get("object_store_id"), row.get("object_data_key"))
        for name in _INDEXES
        if name in found
        for key, row in found[name].rows()
    }
    records = {key: trace for (table, key), trace in naming.items() if table == _RECORDS}
    for place, record in entries.items():
        if place in naming:
            records.setdefault(record, replace(naming[place], where=_RECORDS, key=record))
    files = (
        {key for key, row in found[_RECORDS].rows() if row.get("file_ids")} if _RECORDS in found else set()
    )
    records = {
        key: replace(trace, standing=Standing.KEPT) if key in files else trace
        for key, trace in records.items()
    }
    linked = {
        (name, key): replace(records[record], where=name, key=key)
        for (name, key), record in entries.items()
        if record in records
    }
    return {(_RECORDS, key): trace for key, trace in records.items()} | linked


@dataclass(frozen=True, init=False)
class OthersFiles:
    """A folder of an origin that is not the target's, and what names the target in its other files."""

    places: tuple[str, ...]
    source: str
    holds: tuple[str, ...] = ("storage",)

    def __init__(self, *places: str, source: str) -> None:
        settle(self, places=places, source=source)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The folder."""
        return (path,)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Files that are no database: cached responses, big values, files of the origin's file system."""
        if kind(path) != "folder" or not look.policy.wants("storage") or _is_targets(path, look):
            return ()
        return tuple(
            Trace("", file.relative_to(path).as_posix(), Standing.KEPT, file.name, "storage")
            for file in walk(path)
            if kind(file) == "file" and not is_sqlite(file) and _names(read_regular(file), look)
        )

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of these files."""
        for trace in traces:
            changes.discard(path / str(trace.key))
        return 0


def _is_targets(path: Path, look: Look) -> bool:
    return look.target.origin(by_metadata(_folder(path, look)))


def _folder(path: Path, look: Look) -> Path:
    """The folder of the origin: `storage/default/https+++shop.example`."""
    storage = look.profile.path / "storage"
    return storage.joinpath(*path.relative_to(storage).parts[:2])
