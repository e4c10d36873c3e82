"""SQLite databases: rows that belong to the target go, the file is written afresh, the rest is compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.formats.sqlite_unit import SIDECARS, database_files
from scrubber.model import Standing, Trace
from scrubber.stores import proving
from scrubber.stores.frozen import settle
from scrubber.stores.placed import Placed
from scrubber.stores.sqlite_edit import Rewrite, rebuild
from scrubber.stores.sqlite_json import Within, without
from scrubber.stores.sqlite_left_over import left_over
from scrubber.stores.sqlite_proof import prove
from scrubber.stores.sqlite_rows import Hashed
from scrubber.stores.sqlite_search import Search
from scrubber.stores.sqlite_tables import copied

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Changes, Look
    from scrubber.stores.columns import Value
    from scrubber.stores.sqlite_repair import Mending
    from scrubber.stores.sqlite_rows import Clear, Rows


@dataclass(frozen=True, init=False)
class Sqlite(Placed):
    """One database. `rows` are looked through in order: what is pointed to comes before what points.

    `within` are columns with JSON; `rewrite` stands in for `rebuild` where that isn't enough.
    """

    rows: tuple[Rows, ...]
    clears: tuple[Clear, ...]
    mendings: tuple[Mending, ...]
    within: tuple[Within, ...]
    rewrite: Rewrite | None

    def __init__(
        self,
        *places: str,
        holds: str,
        source: str,
        rows: tuple[Rows, ...],
        clears: tuple[Clear, ...] = (),
        mendings: tuple[Mending, ...] = (),
        within: tuple[Within, ...] = (),
        rewrite: Rewrite | None = None,
    ) -> None:
        words = dict.fromkeys((holds, *(each.holds for each in rows if each.holds)))
        settle(
            self,
            places=places,
            holds=tuple(words),
            source=source,
            rows=rows,
            clears=clears,
            mendings=mendings,
            within=within,
            rewrite=rewrite,
        )

    @property
    def is_told(self) -> bool:
        """Where rows know a page by a hash of its URL."""
        return any(isinstance(by, Hashed) for each in self.rows for by in each.by)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The database, its WAL and its journal."""
        return database_files(path)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Rows and cells to empty; where there are none, whether bytes of the target lie where no row is."""
        with copied(path) as (copy, found):
            traces = (
                *Search(found, look, self.holds[0], self.clears).run(self.rows),
                *(trace for each in self.within for trace in each.find(found, look, self.holds[0])),
            )
            if any(map(look.policy.removes, traces)) or not look.policy.wants(self.holds[0]):
                return traces  # the file will be written afresh anyway, or is to be left alone
            where = left_over(path, copy, look.target)
        return (*traces, Trace("", where, Standing.OWN, "", self.holds[0])) if where else traces

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the database without these rows."""

        def write(before: Path, after: Path) -> None:
            with without(before, after, self.within, traces) as (base, rest):
                (self.rewrite or rebuild)(base, after, rest, self._empty, self.mendings)

        def compare(before: Path, after: Path) -> int:
            with without(before, after, self.within, traces) as (base, rest):
                return prove(base, after, rest, self._empty, self.mendings)

        return proving.edit(path, changes, write, compare, SIDECARS)

    @property
    def _empty(self) -> dict[tuple[str, str], Value]:
        found = {(clear.table, clear.column): clear.to for clear in self.clears}
        for rows in self.rows:
            if rows.keep:
                cleared = rows.keep.clear + rows.keep.then
                found |= {(rows.table, column): value for column, value in cleared}
        return found
