"""Folders that hold one origin's data each: the whole folder goes, its neighbours aren't touched."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, names
from scrubber.formats.sqlite_unit import sidecar, snapshot
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores.columns import text
from scrubber.stores.sqlite_tables import connected, tables

if TYPE_CHECKING:
    from scrubber.sites import Target


@dataclass(frozen=True, init=False)
class OriginDirs:
    """Folders named by their origin: `https_labs.openai.com_0.indexeddb.leveldb`."""

    places: tuple[str, ...]
    source: str
    endings: tuple[str, ...]
    """What may follow the origin in a name."""
    holds: tuple[str, ...] = ("storage",)

    def __init__(self, *places: str, source: str, endings: tuple[str, ...] = ()) -> None:
        for name, value in (("places", places), ("source", source), ("endings", endings)):
            object.__setattr__(self, name, value)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The folder."""
        return (path,)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The folder itself, if it is the target's."""
        origin = self.origin(path)
        if not look.policy.wants("storage") or not look.target.origin(origin):
            return ()
        return (Trace("", path.name, Standing.OWN, origin, "storage"),)

    def origin(self, path: Path) -> str:
        """Whose folder it is."""
        ending = next((ending for ending in self.endings if path.name.endswith(ending)), "")
        return path.name.removesuffix(ending)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of the folder; nothing else is in it to compare."""
        if traces:
            changes.discard(path)
        return 0


@dataclass(frozen=True, init=False)
class Buckets:
    """Chromium's storage buckets: folders named by the number of their row in `QuotaManager`."""

    places: tuple[str, ...]
    source: str
    holds: tuple[str, ...] = ("storage",)

    def __init__(self, *places: str, source: str) -> None:
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "source", source)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The database that says whose bucket is whose, and the folders."""
        database = path / "QuotaManager"
        return (database, sidecar(database, "-wal"), sidecar(database, "-journal"), *self._folders(path))

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The folders of the target's buckets that exist."""
        folders = {folder.name for folder in self._folders(path)}
        if not folders or not look.policy.wants("storage"):
            return ()
        return tuple(
            Trace("", name, Standing.OWN, key, "storage")
            for name, key in self._buckets(path / "QuotaManager", look.target)
            if name in folders
        )

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of these folders."""
        for trace in traces:
            changes.discard(path / str(trace.key))
        return 0

    def _folders(self, path: Path) -> tuple[Path, ...]:
        found = (path / name for name in names(path) if name.isdigit())
        return tuple(folder for folder in found if kind(folder) == "folder")

    def _buckets(self, database: Path, target: Target) -> list[tuple[str, str]]:
        if kind(database) is None:
            raise UnreadableStore(database, "missing, so nothing says whose the storage buckets are")
        with (
            tempfile.TemporaryDirectory(prefix="scrubber-") as folder,
            connected(snapshot(database, Path(folder))) as copy,
        ):
            table = tables(copy).get("buckets")
            rows = [row for _, row in table.rows()] if table else []
        keys = ((str(row.get("id")), text(row.get("storage_key"))) for row in rows)
        return [(number, key) for number, key in keys if target.origin(key)]
