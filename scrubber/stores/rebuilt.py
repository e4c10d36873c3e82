"""A database that Firefox only computed and makes anew: it goes as a file, whoever else is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import is_file
from scrubber.formats.sqlite_unit import SIDECARS, database_files, sidecar
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores.placed import Placed, discard_existing
from scrubber.stores.sqlite_tables import copied
from scrubber.stores.visited_pages import own_pages, places

if TYPE_CHECKING:
    from pathlib import Path


class SemanticHistory(Placed):
    """What Firefox computed from pages' titles, by hashes of their URLs; the rest takes a module to read."""

    source = "toolkit/components/places/PlacesSemanticHistoryDatabase.sys.mjs"
    holds = ("history",)
    is_told = True

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The database, its WAL and its journal."""
        return database_files(path)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The target's pages in it, by what the history knows."""
        if not is_file(path) or not look.policy.wants("history"):
            return ()
        pages = {page.url_hash: page.url for page in own_pages(look)}
        with copied(path) as (_, tables):
            mapping = tables.get("vec_history_mapping")
            if mapping and "url_hash" not in mapping.columns:
                raise UnreadableStore(path, "a table of pages without their hashes")
            rows = [(key, row["url_hash"]) for key, row in mapping.rows()] if mapping else []
        teller = places(look.profile)
        return tuple(
            Trace("vec_history_mapping", key, Standing.OWN, pages[value], "history", told_by=teller)
            for key, value in rows
            if value in pages
        )

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of the files: Firefox computes all of it again from its history."""
        if traces:
            discard_existing(_files(path), changes)
        return 0

    def along(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:
        """The files, whichever of its rows are the target's."""
        return _files(path) if traces else ()


def _files(path: Path) -> tuple[Path, ...]:
    return (path, *(sidecar(path, suffix) for suffix in SIDECARS))
