"""What other sites keep in Chromium that names the target: their own data, which is reported.

It stays even where every mention is to go: nothing tells which part of a site's database or file it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, names, read_regular
from scrubber.formats import blink_values, leveldb
from scrubber.formats.sqlite_unit import database_files, is_sqlite
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores import sqlite_edit
from scrubber.stores.columns import text
from scrubber.stores.frozen import settle
from scrubber.stores.origin_dirs import by_name
from scrubber.stores.placed import Placed
from scrubber.stores.sqlite_left_over import left_over
from scrubber.stores.sqlite_tables import copied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from scrubber.sites import Target
    from scrubber.stores.columns import Value
    from scrubber.stores.sqlite_tables import Table

_ORIGIN = b"ORIGIN:"


@dataclass(frozen=True, init=False)
class OthersFolders(Placed):
    """A folder of one origin, which `whose` tells; one that is the target's goes by another store."""

    whose: Callable[[Path], str]
    holds = ("storage",)

    def __init__(self, *places: str, whose: Callable[[Path], str], source: str) -> None:
        settle(self, places=places, whose=whose, source=source)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The folder, where it is another's and anything in it names the target."""
        if kind(path) != "folder" or not look.policy.wants("storage") or not _is_named_in(path, look):
            return ()
        owner = self.whose(path)
        if not owner or look.target.origin(owner):
            return ()
        return (Trace("", path.name, _standing(look), owner, "storage"),)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:  # noqa: ARG002
        """Nothing, ever."""
        return 0


@dataclass(frozen=True, init=False)
class OthersIndexedDb(Placed):
    """A database of IndexedDB in SQLite; what no row of it holds any more is nobody's, and goes."""

    whose: Callable[[Path], str]
    source = "content/browser/indexed_db/instance/sqlite/database_connection.cc"
    holds = ("storage",)

    def __init__(self, *places: str, whose: Callable[[Path], str]) -> None:
        settle(self, places=places, whose=whose)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The database, its WAL and its journal; of a file that is none, nothing."""
        return database_files(path) if is_sqlite(path) else ()

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Rows of another's that name the target, and bytes that no row holds."""
        if not look.policy.wants("storage") or not is_sqlite(path):
            return ()
        owner = self.whose(path)
        if not owner or look.target.origin(owner):
            return ()
        with copied(path) as (copy, tables):
            traces = tuple(_rows(tables, owner, look))
            where = left_over(path, copy, look.target)
        return (*traces, Trace("", where, Standing.OWN, "", "storage")) if where else traces

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the database with the same rows, written afresh; their number."""
        return sqlite_edit.edit(path, traces, (), changes)


def of_origin(path: Path) -> str:
    """Of `IndexedDB/https_shop.example_0/3KDA…`: the folder's name says it."""
    return by_name(path.parent)


def of_bucket(path: Path) -> str:
    """Of `WebStorage/7/IndexedDB/3KDA…`."""
    return by_bucket(path.parents[1])


def by_bucket(path: Path) -> str:
    """Of `WebStorage/7`: what `QuotaManager` beside it says."""
    with copied(path.parent / "QuotaManager") as (_, tables):
        rows = [row for _, row in tables["buckets"].rows()] if "buckets" in tables else []
    return next((text(row.get("storage_key")) for row in rows if text(row.get("id")) == path.name), "")


def by_number(path: Path) -> str:
    """Of `File System/003`: what the database `Origins` beside it says."""
    database = path.parent / "Origins"
    if not leveldb.is_database(database):
        return ""
    number = path.name.encode()
    keys = (record.key for record in leveldb.read(database).records() if record.value == number)
    return next((text(key.removeprefix(_ORIGIN)) for key in keys if key.startswith(_ORIGIN)), "")


def _standing(look: Look) -> Standing:
    return Standing.KEPT if look.policy.mentions == "all" else Standing.MENTION


def _rows(tables: Mapping[str, Table], owner: str, look: Look) -> Iterator[Trace]:
    for table in tables.values():
        for key, row in table.rows():
            if any(_says(value, look.target) for value in row.values()):
                yield Trace(table.name, key, _standing(look), owner, "storage")


def _says(value: Value, target: Target) -> bool:
    content = value.encode("utf-8", "replace") if isinstance(value, str) else value
    return isinstance(content, bytes) and any(map(target.mentions, blink_values.readings(content)))


def _is_named_in(path: Path, look: Look) -> bool:
    # The border of a page cuts a look-alike's name in two: bytes of a database of SQLite say nothing.
    if any(is_sqlite(path / name) for name in names(path)):
        return False
    try:
        return _names_it(path, look.target)
    except UnreadableStore:
        return False  # nothing would go from it; the last look says what it can't read


def _names_it(path: Path, target: Target) -> bool:
    """By its name, by the bytes of its files, or by what a LevelDB database packs. Raises UnreadableStore."""
    if target.mentions(path.name):
        return True
    if kind(path) == "file":
        return _says(read_regular(path), target)
    if any(_names_it(path / name, target) for name in names(path)):
        return True
    records = leveldb.read(path).records() if leveldb.is_database(path) else ()
    return any(_says(part, target) for record in records for part in (record.key, record.value))
