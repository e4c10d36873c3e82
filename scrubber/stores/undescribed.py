"""Databases that no table describes, of a browser's own features: what names the target in them is reported.

Nobody knows whose such a row or record is, so none is taken for the target's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from scrubber.files import kind
from scrubber.formats import leveldb
from scrubber.formats.sqlite_unit import database_files, is_database, is_sqlite
from scrubber.stores.frozen import settle
from scrubber.stores.leveldb import LevelDb
from scrubber.stores.placed import Placed
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Keep, Rows
from scrubber.stores.sqlite_tables import copied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from scrubber.model import Changes, Look, Store, Trace


_STANDS_FOR_ANY = re.compile(r"[*?[]")


def is_leveldb(path: Path) -> bool:
    """Whether a folder is a LevelDB database. Raises UnreadableStore."""
    return kind(path) == "folder" and leveldb.is_database(path)


@dataclass(frozen=True, init=False)
class AnySqlite(Placed):
    """A SQLite database of whatever tables: each row that names the target in any text or blob.

    With `kept`, such a row is the person's own, and nothing takes it away.
    """

    kept: bool

    def __init__(self, *places: str, holds: str, source: str, kept: bool = False) -> None:
        settle(self, places=places, holds=(holds,), source=source, kept=kept)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """As of every SQLite database; of a file that is none, or empty, nothing."""
        return database_files(path) if is_sqlite(path) else ()

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Rows, and bytes that no row holds."""
        if not look.policy.wants(self.holds[0]) or not is_database(path):
            return ()
        with copied(path) as (_, tables):
            names = tuple(tables)
        return self._described(names).find(path, look)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the database without these rows; the number of others compared."""
        return self._described(dict.fromkeys(trace.where for trace in traces)).remove(path, traces, changes)

    def _described(self, tables: Iterable[str]) -> Sqlite:
        keep = Keep("") if self.kept else None
        rows = tuple(Rows(table, keep=keep) for table in tables)
        return Sqlite(*self.places, holds=self.holds[0], source=self.source, rows=rows)


@dataclass(frozen=True)
class Undescribed:
    """The databases of one kind among whatever lies at some places, less those that other stores describe."""

    inner: Store
    described: tuple[str, ...]
    """Places of those stores; what lies below them is theirs too."""
    is_one: Callable[[Path], bool] = is_sqlite

    @property
    def places(self) -> tuple[str, ...]:
        """Where to look."""
        return self.inner.places

    @property
    def holds(self) -> tuple[str, ...]:
        """As of the databases."""
        return self.inner.holds

    @property
    def source(self) -> str:
        """As of the databases."""
        return self.inner.source

    @property
    def is_told(self) -> bool:
        """As of the databases."""
        return self.inner.is_told

    def unit(self, path: Path) -> tuple[Path, ...]:
        """As of the database; of anything else, nothing."""
        return self.inner.unit(path) if self._is_ours(path) else ()

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """What it says of a database that is nobody's."""
        return self.inner.find(path, look) if self._is_ours(path) else ()

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """As it does."""
        return self.inner.remove(path, traces, changes)

    def _is_ours(self, path: Path) -> bool:
        return self.is_one(path) and not any(
            _fits(way, place) for way in (path, path.parent) for place in _ending(self.described, way.name)
        )


def undescribed(stores: Iterable[Store], *places: str, source: str) -> tuple[Store, ...]:
    """A store for SQLite and one for LevelDB databases at these places that none of `stores` describes."""
    described = tuple(place for store in stores for place in store.places)
    sqlite = AnySqlite(*places, holds="extensions", source=source)
    records = LevelDb(*places, holds="extensions", source=f"{source}, LevelDB", records=())
    return (Undescribed(sqlite, described), Undescribed(records, described, is_leveldb))


def _ending(places: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Those of hundreds of places whose end may be this name."""
    named, others = _by_end(places)
    return (*named.get(name, ()), *others)


@cache
def _by_end(places: tuple[str, ...]) -> tuple[dict[str, list[str]], list[str]]:
    """By their ends, and those whose ends stand for any."""
    named: dict[str, list[str]] = {}
    others: list[str] = []
    for place in places:
        end = place.rpartition("/")[2]
        (others if _STANDS_FOR_ANY.search(end) else named.setdefault(end, [])).append(place)
    return named, others


def _fits(way: Path, place: str) -> bool:
    """Whether a path ends as a place does."""
    steps = place.split("/")[1:]
    return len(way.parts) > len(steps) and all(
        fnmatchcase(*pair) for pair in zip(way.parts[-len(steps) :], steps, strict=True)
    )
