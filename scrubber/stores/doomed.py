"""What a browser has set aside to delete, or can't reach any more: it goes as soon as it names the target.

Whoever else is in it can't miss it: no browser reads it, and Chromium itself deletes or replaces it at the
next occasion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import is_file, kind, names, read_regular
from scrubber.formats import leveldb
from scrubber.formats.damaged import Damaged
from scrubber.formats.pickle import Pickle
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores.frozen import settle
from scrubber.stores.placed import Parts, Placed, Whole, discard_existing
from scrubber.stores.sqlite_left_over import in_a_cell

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.sites import Target

_ORIGINS = "Origins"
_PREFIX = b"ORIGIN:"
_PRIMARY = "primary"
_LIMIT = 1 << 16


class Doomed(Whole):
    """One file or folder that waits to be deleted."""

    def __init__(self, *places: str, holds: str, source: str) -> None:
        settle(self, places=places, holds=(holds,), source=source)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The whole, if its name or anything in it names the target."""
        if not look.policy.wants(self.holds[0]) or not names_it(path, look.target):
            return ()
        return (Trace("", path.name, Standing.OWN, path.name, self.holds[0]),)


class LostFileSystems(Parts):
    """Numbered folders in `File System` that no origin has any more; repairs of its database delete them."""

    source = "storage/browser/file_system/sandbox_origin_database.cc"
    holds = ("storage",)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The database that says whose a folder is, and the folders that it doesn't know."""
        return (path / _ORIGINS, *(path / name for name in _lost(path)))

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Those that name the target."""
        if kind(path) != "folder" or not look.policy.wants("storage"):
            return ()
        naming = (name for name in _lost(path) if names_it(path / name, look.target))
        return tuple(Trace("", name, Standing.OWN, name, "storage") for name in naming)


class PrimaryFileSystem(Placed):
    """`primary.origin`: the one origin whose files lie in `primary`, where an app has a profile to itself."""

    source = "storage/browser/file_system/sandbox_prioritized_origin_database.cc"
    holds = ("storage",)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The file and the folder."""
        return (path, path.parent / _PRIMARY)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Both, if the origin is the target's. Raises UnreadableStore where the file doesn't say it."""
        if not is_file(path) or not look.policy.wants("storage"):
            return ()
        try:
            origin = Pickle(read_regular(path, _LIMIT)).string()
        except Damaged as error:
            raise UnreadableStore(path, str(error)) from error
        if not look.target.origin(origin):
            return ()
        return (Trace("", path.name, Standing.OWN, origin, "storage"),)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of both, the folder first: without the file nothing would tell whose it is."""
        if traces:
            discard_existing((path.parent / _PRIMARY, path), changes)
        return 0


def _lost(path: Path) -> list[str]:
    database = path / _ORIGINS
    known = set()
    if kind(database) is not None and leveldb.is_database(database):
        records = leveldb.read(database).records()
        known = {record.value for record in records if record.key.startswith(_PREFIX)}
    folders = (name for name in names(path) if name.isdigit() and kind(path / name) == "folder")
    return [name for name in folders if name.encode() not in known]


def names_it(path: Path, target: Target) -> bool:
    """By its name, by the bytes of its files, or by what a LevelDB database packs. Raises UnreadableStore."""
    if target.mentions(path.name):
        return True
    what = kind(path)
    if what == "file":
        return target.mentions(read_regular(path)) or in_a_cell(path, target)
    if what != "folder":
        return False
    if any(names_it(path / name, target) for name in names(path)):
        return True
    return leveldb.is_database(path) and _in_records(path, target)


def _in_records(folder: Path, target: Target) -> bool:
    database = leveldb.read(folder)
    return any(
        target.mentions(record.key) or target.mentions(record.value or b"")
        for records in (database.records(), database.history())
        for record in records
    )
