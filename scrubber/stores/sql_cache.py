"""Caches of Chromium that are databases: the HTTP cache's SQL backend, and compiled code by site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import is_file, kind
from scrubber.formats import persistent_cache
from scrubber.formats.sqlite_unit import SIDECARS, database_files
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores import sqlite_edit
from scrubber.stores.cache_entries import standing
from scrubber.stores.cached_content import is_asked, names_target, tells_of_visit
from scrubber.stores.columns import Row, text
from scrubber.stores.placed import Placed, discard_existing
from scrubber.stores.sqlite_left_over import left_over
from scrubber.stores.sqlite_rows import Repair
from scrubber.stores.sqlite_tables import copied

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from scrubber.stores.sqlite_tables import Table

_GONE = 'FROM temp."removed resources" WHERE doomed = 0'
_COUNTS = tuple(
    Repair(
        "meta.value", f"CAST(value - (SELECT {what} {_GONE}) AS TEXT)", f"key = '{key}'", reads=("resources",)
    )
    for key, what in (("EntryCount", "count(*)"), ("TotalSize", "CAST(total(bytes_usage) AS INTEGER)"))
)


class SqlCache(Placed):
    """One of the databases `sqldb0`, `sqldb1`, … that an HTTP cache is spread over."""

    source = "net/disk_cache/sql/sql_backend_constants.h"
    holds = ("cache",)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The database and its journals."""
        return database_files(path)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Entries by key, with the pieces of their bodies."""
        if not _is_database(path) or not look.policy.wants("cache"):
            return ()
        with copied(path) as (copy, tables):
            traces = tuple(_resources(tables, look))
            where = left_over(path, copy, look.target)
        return (*traces, Trace("", where, Standing.OWN, "", "cache")) if where else traces

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the database without these entries, its counters put right."""
        return sqlite_edit.edit(path, traces, _COUNTS, changes)


class CompiledCode(Placed):
    """A database of one site's compiled code, named by the site (`5bb[a`6`2`2…`: see the format)."""

    source = "components/persistent_cache/sqlite/sqlite_backend_impl.cc"
    holds = ("cache",)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The database and its journal."""
        return (path, path.with_suffix(persistent_cache.JOURNAL))

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The whole database where its site is the target's, else scripts by their address."""
        if path.suffix != persistent_cache.DATABASE or not is_file(path) or not look.policy.wants("cache"):
            return ()
        site = persistent_cache.site(path.stem)
        journal = path.with_suffix(persistent_cache.JOURNAL)
        if kind(journal) == "file" and journal.lstat().st_size:
            raise UnreadableStore(path, "has a journal that only Chromium can play back")
        with copied(path) as (copy, tables):
            found = tuple(_scripts(tables, site, look))
            where = path.name if look.target.origin(site) else left_over(path, copy, look.target)
        return (*found, Trace("", where, Standing.OWN, site, "cache")) if where else found

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the database without these scripts, or the removal of one that would be empty."""
        if not _left(path, traces):
            discard_existing(self.unit(path), changes)
            return 0
        return sqlite_edit.edit(path, traces, (), changes, sidecars=())

    def along(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:
        """The whole database, where no entry would stay."""
        return self.unit(path) if traces and not _left(path, traces) else ()


def _left(path: Path, traces: tuple[Trace, ...]) -> int:
    with copied(path) as (_, tables):
        count = sum(1 for _ in tables["entries"].rows()) if "entries" in tables else 0
    return count - sum(1 for trace in traces if trace.where)


def _is_database(path: Path) -> bool:
    return is_file(path) and not path.name.endswith(SIDECARS)


def _resources(known: Mapping[str, Table], look: Look) -> Iterator[Trace]:
    found: dict[object, Trace] = {}
    bodies = _bodies(known) if is_asked(look) else {}
    for key, row in known["resources"].rows() if "resources" in known else ():
        name = text(row.get("cache_key"))
        ours = standing(name, look) or _by_content(row, bodies, look)
        if ours:
            found[row.get("res_id")] = Trace("resources", key, ours, name, "cache")
    yield from found.values()
    for key, row in known["blobs"].rows() if found and "blobs" in known else ():
        entry = found.get(row.get("res_id"))
        if entry:
            yield Trace("blobs", key, entry.standing, entry.seen, "cache")


def _bodies(known: Mapping[str, Table]) -> dict[object, bytes]:
    pieces: dict[object, dict[int, bytes]] = {}
    for _, row in known["blobs"].rows() if "blobs" in known else ():
        start, blob = row.get("start"), row.get("blob")
        if isinstance(start, int) and isinstance(blob, bytes):
            pieces.setdefault(row.get("res_id"), {})[start] = blob
    return {number: b"".join(part for _, part in sorted(parts.items())) for number, parts in pieces.items()}


def _by_content(row: Row, bodies: Mapping[object, bytes], look: Look) -> Standing | None:
    head, body = row.get("head"), bodies.get(row.get("res_id"), b"")
    if not isinstance(head, bytes):
        head = b""
    named = tells_of_visit(head, look) or (is_asked(look) and names_target(head, (body,), look))
    return Standing.MENTION if named else None


def _scripts(known: Mapping[str, Table], site: str, look: Look) -> Iterator[Trace]:
    for key, row in known["entries"].rows() if "entries" in known else ():
        name = f"{text(row.get('key'))} \n{site}"
        ours = standing(name, look)
        if ours:
            yield Trace("entries", key, ours, name, "cache")
