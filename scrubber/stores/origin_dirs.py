"""Folders that hold one origin's data each: the whole folder goes, its neighbours aren't touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import is_file, kind, names, read_regular, walk
from scrubber.formats import metadata_v2
from scrubber.formats.firefox_values import readings
from scrubber.formats.sqlite_unit import database_files
from scrubber.model import Look, Standing, Trace
from scrubber.stores.columns import text
from scrubber.stores.frozen import settle
from scrubber.stores.placed import Parts, Whole
from scrubber.stores.sqlite_tables import copied

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scrubber.sites import Target


def by_name(path: Path) -> str:
    """Chromium's folders: `https_labs.openai.com_0`, `https_labs.openai.com_0.indexeddb.leveldb`."""
    return path.name.removesuffix(".indexeddb.leveldb").removesuffix(".indexeddb.blob")


def by_host(path: Path) -> str:
    """Flash's folders: `labs.openai.com`; those of its settings: `#labs.openai.com`."""
    return f"https://{path.name.removeprefix('#')}"


def by_metadata(path: Path) -> str:
    """Firefox's folders: what the metadata inside says, else the name `https+++labs.openai.com^…`."""
    for name, read in ((".metadata-v2", metadata_v2.origin), (".metadata", metadata_v2.origin_v1)):
        if kind(path / name) == "file":
            origin = read(read_regular(path / name, limit=1 << 20))
            if origin:
                return origin
    return path.name


@dataclass(frozen=True, init=False)
class OriginDirs(Whole):
    """Folders of which each belongs to one origin; `whose` says to which."""

    whose: Callable[[Path], str]
    holds = ("storage",)

    def __init__(self, *places: str, whose: Callable[[Path], str], source: str) -> None:
        settle(self, places=places, whose=whose, source=source)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The folder itself, if it is the target's."""
        if kind(path) != "folder" or not look.policy.wants("storage"):
            return ()
        origin = self.whose(path)
        if not look.target.origin(origin):
            return ()
        return (Trace("", path.name, Standing.OWN, origin, "storage"),)


class OriginFiles(Whole):
    """Databases of one origin each, named by it: `https_labs.openai.com_0.localstorage`."""

    holds = ("storage",)

    def __init__(self, *places: str, source: str) -> None:
        settle(self, places=places, source=source)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The file itself, if it is the target's."""
        origin = path.name.removesuffix("-journal").removesuffix(".localstorage")
        if not is_file(path) or not look.policy.wants("storage") or not look.target.origin(origin):
            return ()
        return (Trace("", path.name, Standing.OWN, origin, "storage"),)


class SetAside(Whole):
    """What Firefox moved away to delete it later, of one client or a whole origin: nobody's any more."""

    source = "dom/quota/ActorsParent.cpp, to-be-removed"
    holds = ("storage",)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The whole, if it was the target's, or names it anywhere."""
        if not look.policy.wants("storage"):
            return ()
        files = [path] if kind(path) == "file" else [each for each in walk(path) if kind(each) == "file"]
        named = any(
            map(look.target.mentions, (each for file in files for each in readings(read_regular(file))))
        )
        if not named and not look.target.origin(by_metadata(path)):
            return ()
        return (Trace("", path.name, Standing.OWN, by_metadata(path), "storage"),)


class Buckets(Parts):
    """Chromium's storage buckets: folders named by the number of their row in `QuotaManager`."""

    holds = ("storage",)

    def __init__(self, *places: str, source: str) -> None:
        settle(self, places=places, source=source)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The database that says whose bucket is whose, and the folders."""
        return (*database_files(path / "QuotaManager"), *self._folders(path))

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

    def _folders(self, path: Path) -> tuple[Path, ...]:
        found = (path / name for name in names(path) if name.isdigit())
        return tuple(folder for folder in found if kind(folder) == "folder")

    def _buckets(self, database: Path, target: Target) -> list[tuple[str, str]]:
        if kind(database) is None:
            raise UnreadableStore(database, "missing, so nothing says whose the storage buckets are")
        with copied(database) as (_, tables):
            table = tables.get("buckets")
            rows = [row for _, row in table.rows()] if table else []
        keys = ((str(row.get("id")), text(row.get("storage_key"))) for row in rows)
        return [(number, key) for number, key in keys if target.origin(key)]
