"""SQLite databases whose rows know a page, a visit or a host by a number that something else explains.

Numbered("{profile}/HistoryEmbeddings", rows=of_history(HISTORY, Rows("passages", Page("url_id"))), …)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from scrubber.files import kind
from scrubber.stores.columns import text
from scrubber.stores.frozen import settle
from scrubber.stores.placed import Placed
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scrubber.model import Changes, Look, Store, Trace
    from scrubber.sites import Target
    from scrubber.stores.columns import Value

Numbers = Mapping["Value", "Path | None"]
"""Numbers that are the target's, and the store that tells that; None where anyone would think of them."""


@dataclass(frozen=True)
class OneOf:
    """A column with a number that is known to be the target's."""

    column: str
    numbers: Numbers = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The one."""
        return (self.column,)

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:  # noqa: ARG002 - asked for before
        """By the number."""
        return row[self.column] in self.numbers


class Page(OneOf):
    """The number of a page in `History` (`urls.id`)."""


class Visit(OneOf):
    """The number of a visit there (`visits.id`)."""


@dataclass(frozen=True, init=False)
class Numbered(Placed):
    """One database; `rows` says, for its path, what makes a row the target's."""

    rows: Callable[[Path, Look], tuple[Rows, ...]]
    is_told = True

    def __init__(
        self, *places: str, holds: str, source: str, rows: Callable[[Path, Look], tuple[Rows, ...]]
    ) -> None:
        settle(self, places=places, holds=(holds,), source=source, rows=rows)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """As of every SQLite database."""
        return self._described(()).unit(path)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Rows with the target's numbers, and those that name it."""
        rows = self.rows(path, look)
        by = (one for each in rows for one in each.by if isinstance(one, OneOf))
        told = {text(number): teller for one in by for number, teller in one.numbers.items()}
        traces = self._described(rows).find(path, look)
        return tuple(replace(trace, told_by=told.get(trace.seen)) for trace in traces)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the database without these rows; the number of others compared."""
        return self._described(()).remove(path, traces, changes)

    def _described(self, rows: tuple[Rows, ...]) -> Sqlite:
        return Sqlite(*self.places, holds=self.holds[0], source=self.source, rows=rows)


def of_history(history: Store, *rows: Rows) -> Callable[[Path, Look], tuple[Rows, ...]]:
    """The same rows, with the numbers of pages and visits that go from the `History` beside the database."""

    def known(path: Path, look: Look) -> tuple[Rows, ...]:
        beside = path.parent / "History"
        traces = history.find(beside, look) if kind(beside) == "file" else ()
        going: dict[str, set[Value]] = {"urls": set(), "visits": set()}
        for trace in traces:
            # A visit that merely loses its referrer stays, and so does what is known of it.
            goes = look.policy.removes(trace) and not trace.blank
            if goes and trace.where in going and not isinstance(trace.key, tuple):
                going[trace.where].add(trace.key)
        pages: Numbers = dict.fromkeys(going["urls"], beside)
        visits: Numbers = dict.fromkeys(going["visits"], beside)
        return tuple(_with(each, pages, visits) for each in rows)

    return known


def _with(rows: Rows, pages: Numbers, visits: Numbers) -> Rows:
    by = (
        replace(one, numbers=pages if isinstance(one, Page) else visits) if isinstance(one, OneOf) else one
        for one in rows.by
    )
    return Rows(rows.table, *by, keep=rows.keep, holds=rows.holds)
