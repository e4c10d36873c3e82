"""Firefox's push subscriptions, which lie in an IndexedDB database of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.files import copy_private
from scrubber.stores.columns import OneColumn
from scrubber.stores.sqlite_edit import rebuild
from scrubber.stores.sqlite_rows import Linked, Rows
from scrubber.stores.sqlite_tables import connected, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from scrubber.model import Trace
    from scrubber.sites import Target
    from scrubber.stores.columns import Value
    from scrubber.stores.sqlite_repair import Mending

# dom/indexedDB/Key.cpp: a list whose first item is a text; a zero ends each text but the last.
_LIST_OF_TEXT = b"\x80"
_TEXT = b"\x30"


class PushIdentity(OneColumn):
    """`80 "iuuqt;00mbct/pqfobj/dpn0" 00 30 "_vtfsDpoufyuJe>3"`: in texts, every character counts one more."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By the scope's URL, or the partition that it is used in."""
        value = row[self.column]
        if not isinstance(value, bytes) or not value.startswith(_LIST_OF_TEXT):
            return False
        scope, _, attributes = value[len(_LIST_OF_TEXT) :].partition(b"\0")
        url, suffix = _lowered(scope), _lowered(attributes.removeprefix(_TEXT))
        return target.url(url) or target.partition(suffix, of=url)


def without_triggers(
    before: Path,
    after: Path,
    traces: Sequence[Trace],
    empty: Mapping[tuple[str, str], Value],
    mendings: Sequence[Mending],
) -> None:
    """`rebuild` for databases whose triggers call functions that only Firefox has.

    They count the files of big values; a subscription has none. They are taken out of the copy that is
    edited, and come back unchanged.
    """
    work = after.with_name(after.name + ".quiet")
    copy_private(before, work)
    try:
        triggers = _taken_out(work)
        rebuild(work, after, traces, empty, mendings)
    finally:
        work.unlink(missing_ok=True)
    _put_back(after, triggers)


PUSH_ROWS = (
    Rows("unique_index_data", PushIdentity("value")),
    Rows("object_data", Linked("key", "unique_index_data.object_data_key")),
    Rows("unique_index_data", Linked("object_data_key", "object_data.key")),
    Rows("index_data", Linked("object_data_key", "object_data.key")),
)
"""A subscription, and what finds it again."""


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
