"""Files that Firefox found damaged and renamed, to start afresh: it never reads them again.

One that can be read all the same loses what the file in use would lose. Any other goes as a whole as soon as
it names the target, unless it may be the only copy of what a person made: that one is kept as a whole.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import is_file, kind, read_regular
from scrubber.formats import json_text
from scrubber.formats.damaged import Damaged
from scrubber.formats.sqlite_copy import private_copy
from scrubber.formats.sqlite_unit import SIDECARS, is_sqlite, sidecar
from scrubber.model import Changes, Look, Standing, Store, Trace
from scrubber.stores.frozen import settle
from scrubber.stores.placed import Placed, discard_existing
from scrubber.stores.sqlite_tables import connected
from scrubber.stores.whole_files import names_it, unpacked

if TYPE_CHECKING:
    from pathlib import Path

# `places.sqlite.corrupt`, `places.sqlite-1.corrupt`, `cookies.sqlite.bak-rebuild`; once `….corrupt-1`
_NAME = re.compile(r"(?P<original>.+?)(?:-[0-9]+)?\.(?:corrupt|bak)(?:-[^.]*)?")


@dataclass(frozen=True)
class Original:
    """The file in use, and what becomes of a copy of it that can't be read."""

    store: Store
    kept: str | None = None
    """The word of `--include` that takes it; empty where only `--mentions all` does; None where it goes."""


@dataclass(frozen=True, init=False)
class DamagedCopies(Placed):
    """The copies at some places, each by the name of its original; one of another file is kept."""

    originals: tuple[Original, ...]

    def __init__(self, *places: str, originals: tuple[Original, ...], source: str) -> None:
        words = dict.fromkeys(word for original in originals for word in original.store.holds)
        settle(self, places=places, originals=originals, source=source, holds=tuple(words))

    @property
    def is_told(self) -> bool:
        """As of the originals."""
        return any(original.store.is_told for original in self.originals)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The file, and a database's sidecars."""
        return (path, *(part for part in _sidecars(path) if kind(part) is not None))

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Entries of one that can be read, else the file, if it or a sidecar names the target anywhere."""
        if _is_sidecar(path) or not is_file(path):
            return ()
        original = self._original(path)
        if original and _is_sound(path):
            return original.store.find(path, look)
        holds = (original.kept or original.store.holds[0]) if original else self.holds[0]
        if not look.policy.wants(holds) or not any(names_it(part, look.target) for part in self.unit(path)):
            return ()
        return (Trace("", path.name, _standing(original, look), path.name, holds),)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of the file and its sidecars, or its edition by the original's store."""
        if is_whole(path, traces):
            discard_existing((path, *_sidecars(path)), changes)
            return 0
        original = self._original(path)
        return original.store.remove(path, traces, changes) if original and traces else 0

    def along(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:
        """The sidecars of a file that goes."""
        return _sidecars(path) if is_whole(path, traces) else ()

    def _original(self, path: Path) -> Original | None:
        name = _NAME.fullmatch(path.name)
        return next(
            (
                original
                for original in self.originals
                if name and f"{{profile}}/{name['original']}" in original.store.places
            ),
            None,
        )


def is_whole(path: Path, traces: tuple[Trace, ...]) -> bool:
    """Whether these are no entries of the file, but the file."""
    return any(not trace.where and trace.key == path.name for trace in traces)


def _standing(original: Original | None, look: Look) -> Standing:
    kept = original.kept if original else ""
    if kept is None or kept in look.policy.include:
        return Standing.OWN
    return Standing.MENTION if look.policy.mentions == "all" else Standing.KEPT


def _sidecars(path: Path) -> tuple[Path, ...]:
    return tuple(sidecar(path, suffix) for suffix in SIDECARS)


def _is_sidecar(path: Path) -> bool:
    return any(
        path.name.endswith(suffix) and kind(path.with_name(path.name.removesuffix(suffix))) == "file"
        for suffix in SIDECARS
    )


def _is_sound(path: Path) -> bool:
    """Whether it is what it should be. Raises UnreadableStore where that can't be told: a disk that fails."""
    if not is_sqlite(path):
        return _is_json(path)
    try:
        with private_copy(path) as copy, connected(copy) as database:
            return bool(database.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
    except UnreadableStore as error:
        if _is_damage(error):
            return False
        raise


def _is_json(path: Path) -> bool:
    try:
        json_text.read(unpacked(read_regular(path)))
    except Damaged:
        return False
    return True


def _is_damage(error: BaseException | None) -> bool:
    """Whether SQLite says in the end that the file is damaged, and not that something else is amiss."""
    while error is not None:
        if isinstance(error, sqlite3.DatabaseError):
            code = getattr(error, "sqlite_errorcode", 0)  # the module's own errors have none
            return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
        error = error.__cause__
    return False
