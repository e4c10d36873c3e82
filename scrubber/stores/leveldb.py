"""LevelDB databases: the target's records go, the folder is written afresh, the rest is compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.files import kind, names, read_regular
from scrubber.formats import leveldb
from scrubber.model import Standing, Trace
from scrubber.stores import proving
from scrubber.stores.columns import text
from scrubber.stores.frozen import settle
from scrubber.stores.leveldb_edit import prove, rebuild
from scrubber.stores.leveldb_records import HashedHost
from scrubber.stores.leveldb_search import Search
from scrubber.stores.placed import Placed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.model import Changes, Look
    from scrubber.stores.leveldb_records import Records

FOLDERS = "folders"
"""The `where` of a trace that is a folder beside the database."""


@dataclass(frozen=True, init=False)
class LevelDb(Placed):
    """A folder with one database, and perhaps more in folders inside it.

    A record is of the first of `records` that its key fits; those that others point to come first.
    `beside` (`origins.folder`) is a column that names a folder beside the database, which goes with it.

    Keys of traces: the name of the database's folder inside (empty: the folder itself), and the record's key;
    without a key, it is what no reader of the database sees any more.
    """

    records: tuple[Records, ...]
    beside: str

    def __init__(
        self, *places: str, holds: str, source: str, records: tuple[Records, ...], beside: str = ""
    ) -> None:
        words = dict.fromkeys((holds, *(each.holds for each in records if each.holds)))
        settle(self, places=places, holds=tuple(words), source=source, records=records, beside=beside)

    @property
    def is_told(self) -> bool:
        """Where records are filed under a hash of their host."""
        return any(isinstance(by, HashedHost) for each in self.records for by in each.by)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The folder, and those beside it that its records name."""
        beside = [name for name in names(path.parent) if name.isdigit()] if self.beside else []
        return (path, *(path.parent / name for name in beside))

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Records, folders beside, and whether bytes of the target lie where no reader sees them."""
        if kind(path) != "folder" or not any(look.policy.wants(word) for word in self.holds):
            return ()
        return tuple(trace for name in _databases(path) for trace in self._find(path, name, look))

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the folder without these records, and the removal of the folders beside it."""
        planned: dict[str, set[bytes]] = {}
        beside = [str(trace.key) for trace in traces if trace.where == FOLDERS]
        for trace in traces:
            if isinstance(trace.key, tuple):
                name, *keys = trace.key
                planned.setdefault(str(name), set()).update(key for key in keys if isinstance(key, bytes))
        for name in beside:  # first, because only the records tell that they go
            changes.discard(path.parent / name)
        return proving.edit(
            path,
            changes,
            lambda before, after: rebuild(before, after, planned),
            lambda before, after: prove(before, after, planned),
        )

    def _find(self, path: Path, name: str, look: Look) -> Iterator[Trace]:
        database = leveldb.read(path / name)
        known = tuple(each.knowing(path, look) for each in self.records)
        search = Search(name, known, look, self.holds[0], self.beside)
        search.run(database.records())
        wanted = [found for found in search.found.values() if look.policy.wants(found.trace.holds)]
        yield from (found.trace for found in wanted)
        for folder, (standing, seen) in search.orphaned(self.beside).items() if self.beside else ():
            # Anything but a number could lead elsewhere.
            if kind(path.parent / text(folder)) == "folder" and text(folder).isdigit():
                yield Trace(FOLDERS, text(folder), standing, seen, self.holds[0])
        # What is written anew for a record that goes loses the rest too.
        rewritten = any(map(search.goes, wanted))
        if not rewritten and look.policy.wants(self.holds[0]) and _left_over(database, search):
            yield Trace("", (name,), Standing.OWN, "", self.holds[0])


def _databases(path: Path) -> Iterator[str]:
    if leveldb.is_database(path):
        yield ""
    for name in names(path):
        if not leveldb.is_own(name) and kind(path / name) == "folder" and leveldb.is_database(path / name):
            yield name


def _left_over(database: leveldb.Database, search: Search) -> bool:
    """Whether anything of the target lies where no record is; older versions of what stays don't count."""
    staying = {key for key, found in search.found.items() if not search.goes(found)}
    if any(record.key not in staying and search.concerns(record) for record in database.history()):
        return True
    logs = [database.folder / name for name in ("LOG", "LOG.old") if kind(database.folder / name) == "file"]
    return any(search.look.target.mentions(read_regular(log)) for log in logs)
