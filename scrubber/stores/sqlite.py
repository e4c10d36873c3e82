"""SQLite databases: rows that belong to the target go, the file is written afresh, the rest is compared."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber.files import kind, open_regular, read_regular
from scrubber.formats.sqlite_file import Database
from scrubber.formats.sqlite_page import Slack
from scrubber.formats.sqlite_unit import SIDECARS, sidecar, snapshot
from scrubber.model import Standing, Trace
from scrubber.stores.sqlite_edit import rebuild
from scrubber.stores.sqlite_proof import prove
from scrubber.stores.sqlite_search import Search
from scrubber.stores.sqlite_tables import connected, tables

if TYPE_CHECKING:
    from scrubber.model import Changes, Look
    from scrubber.sites import Target
    from scrubber.stores.columns import Value
    from scrubber.stores.sqlite_rows import Clear, Repair, Rows


@dataclass(frozen=True, init=False)
class Sqlite:
    """One database. `rows` are looked through in order: what is pointed to comes before what points."""

    places: tuple[str, ...]
    holds: tuple[str, ...]
    source: str
    rows: tuple[Rows, ...]
    clears: tuple[Clear, ...]
    repairs: tuple[Repair, ...]

    def __init__(
        self,
        *places: str,
        holds: str,
        source: str,
        rows: tuple[Rows, ...],
        clears: tuple[Clear, ...] = (),
        repairs: tuple[Repair, ...] = (),
    ) -> None:
        words = dict.fromkeys((holds, *(each.holds for each in rows if each.holds)))
        for name, value in (
            ("places", places),
            ("holds", tuple(words)),
            ("source", source),
            ("rows", rows),
            ("clears", clears),
            ("repairs", repairs),
        ):
            object.__setattr__(self, name, value)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The database, its WAL and its journal."""
        return (path, sidecar(path, "-wal"), sidecar(path, "-journal"))

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Rows, cells to empty, and whether bytes of the target lie where no row is."""
        with tempfile.TemporaryDirectory(prefix="scrubber-") as folder:
            copy = snapshot(path, Path(folder))
            with connected(copy) as database:
                traces = Search(tables(database), look, self.holds[0], self.clears).run(self.rows)
        if look.policy.wants(self.holds[0]) and (where := _left_over(path, look.target)):
            traces += (Trace("", where, Standing.OWN, "", self.holds[0]),)
        return traces

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the database without these rows."""
        with changes.edit(path, SIDECARS) as edit:
            rebuild(edit.before, edit.after, traces, self._empty, self.repairs)
            return prove(
                edit.before, edit.after, traces, self._empty, {repair.changes for repair in self.repairs}
            )

    @property
    def _empty(self) -> dict[tuple[str, str], Value]:
        found = {(clear.table, clear.column): clear.to for clear in self.clears}
        for rows in self.rows:
            if rows.keep:
                found |= {(rows.table, column): value for column, value in rows.keep.clear}
        return found


def _left_over(path: Path, target: Target) -> str:
    """Where bytes of the target lie that no row holds: `free page`, `wal`, …; empty where none do.

    Whatever stands beside a name: writing the file afresh is all that it takes, and harms no look-alike.
    """
    names = _raw(target)
    for suffix in ("-wal", "-journal"):
        part = sidecar(path, suffix)
        if kind(part) == "file" and _holds(read_regular(part), names):
            return suffix.removeprefix("-")
    with open_regular(path) as file:
        for piece in Database(file, path).slack():
            if _holds(piece.data if isinstance(piece, Slack) else piece.payload, names):
                return piece.seen_as
    return ""


def _raw(target: Target) -> list[bytes]:
    hosts = {name.text.partition("/")[0] for name in target.names}
    texts = [text for host in hosts for text in (host, host[::-1])]
    return [text.encode(codec) for text in texts for codec in ("utf-8", "utf-16-le", "utf-16-be")]


def _holds(data: bytes, names: list[bytes]) -> bool:
    lowered = data.lower()
    return any(name in lowered for name in names)
