"""What other sites keep in Chromium that names the target: their own data, which is reported.

It stays even where every mention is to go: nothing tells which part of a site's database or file it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, names
from scrubber.formats import leveldb
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores.columns import text
from scrubber.stores.doomed import names_it
from scrubber.stores.frozen import settle
from scrubber.stores.sqlite_tables import copied
from scrubber.stores.undescribed import is_sqlite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_ORIGIN = b"ORIGIN:"


@dataclass(frozen=True, init=False)
class OthersFolders:
    """A folder of one origin, which `whose` tells; one that is the target's goes by another store."""

    places: tuple[str, ...]
    whose: Callable[[Path], str]
    source: str
    holds: tuple[str, ...] = ("storage",)

    def __init__(self, *places: str, whose: Callable[[Path], str], source: str) -> None:
        settle(self, places=places, whose=whose, source=source)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The folder."""
        return (path,)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The folder, where it is another's and anything in it names the target."""
        if kind(path) != "folder" or not look.policy.wants("storage") or not _is_named_in(path, look):
            return ()
        owner = self.whose(path)
        if not owner or look.target.origin(owner):
            return ()
        standing = Standing.KEPT if look.policy.mentions == "all" else Standing.MENTION
        return (Trace("", path.name, standing, owner, "storage"),)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:  # noqa: ARG002
        """Nothing, ever."""
        return 0


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


def _is_named_in(path: Path, look: Look) -> bool:
    # The border of a page cuts a look-alike's name in two: bytes of a database of SQLite say nothing.
    if any(is_sqlite(path / name) for name in names(path)):
        return False
    try:
        return names_it(path, look.target)
    except UnreadableStore:
        return False  # nothing would go from it; the last look says what it can't read
