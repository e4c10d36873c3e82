"""Firefox's push subscriptions, which lie in an IndexedDB database of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.files import copy_private
from scrubber.formats.sqlite_unit import SIDECARS
from scrubber.stores import proving
from scrubber.stores.frozen import settle
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_edit import rebuild
from scrubber.stores.sqlite_proof import prove
from scrubber.stores.sqlite_rows import Linked, Rows
from scrubber.stores.sqlite_tables import connected, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scrubber.model import Changes, Look, Trace
    from scrubber.sites import Target
    from scrubber.stores.columns import Value

# dom/indexedDB/Key.cpp: a list whose first item is a text; a zero ends each text but the last.
_LIST_OF_TEXT = b"\x80"
_TEXT = b"\x30"


@dataclass(frozen=True)
class PushIdentity:
    """`80 "iuuqt;00mbct/pqfobj/dpn0" 00 30 "_vtfsDpoufyuJe>3"`: in texts, every character counts one more."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The one."""
        return (self.column,)

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By the scope's URL, or the partition that it is used in."""
        value = row[self.column]
        if not isinstance(value, bytes) or not value.startswith(_LIST_OF_TEXT):
            return False
        scope, _, attributes = value[len(_LIST_OF_TEXT) :].partition(b"\0")
        url, suffix = _lowered(scope), _lowered(attributes.removeprefix(_TEXT))
        return target.url(url) or target.partition(suffix, of=url)


@dataclass(frozen=True, init=False)
class PushSubscriptions:
    """The database, whose triggers call functions that only Firefox has: they count files of big values.

    A subscription has none. The triggers are taken out of the copy that is edited, and come back unchanged.
    """

    inner: Sqlite

    def __init__(self, *places: str) -> None:
        rows = (
            Rows("unique_index_data", PushIdentity("value")),
            Rows("object_data", Linked("key", "unique_index_data.object_data_key")),
            Rows("unique_index_data", Linked("object_data_key", "object_data.key")),
            Rows("index_data", Linked("object_data_key", "object_data.key")),
        )
        inner = Sqlite(*places, holds="permissions", source="dom/push/PushDB.sys.mjs", rows=rows)
        settle(self, inner=inner)

    @property
    def places(self) -> tuple[str, ...]:
        """Of the database."""
        return self.inner.places

    @property
    def holds(self) -> tuple[str, ...]:
        """Of the database."""
        return self.inner.holds

    @property
    def source(self) -> str:
        """Of the database."""
        return self.inner.source

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The database, its WAL and its journal."""
        return self.inner.unit(path)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Subscriptions, what finds them again, and bytes that no row holds."""
        return self.inner.find(path, look)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the database without these rows; the number of others compared."""
        return proving.edit(
            path,
            changes,
            lambda before, after: _rebuild_quietly(before, after, traces),
            lambda before, after: prove(before, after, traces, {}, ()),
            SIDECARS,
        )


def _rebuild_quietly(before: Path, after: Path, traces: tuple[Trace, ...]) -> None:
    work = after.with_name(after.name + ".quiet")
    copy_private(before, work)
    try:
        triggers = _taken_out(work)
        rebuild(work, after, traces, {}, ())
    finally:
        work.unlink(missing_ok=True)
    _put_back(after, triggers)


def _taken_out(path: Path) -> tuple[str, ...]:
    with connected(path) as database:
        triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER main.{quoted(name)}")
    return tuple(statement for _, statement in triggers)


def _put_back(path: Path, triggers: tuple[str, ...]) -> None:
    with connected(path) as database:
        for statement in triggers:
            database.execute(statement)


def _lowered(text: bytes) -> str:
    """URLs are ASCII; what isn't has two bytes, and matches nothing here."""
    return bytes(max(byte, 1) - 1 for byte in text).decode("latin-1")
