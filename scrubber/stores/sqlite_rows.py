"""The words that tables of databases are written with in `browsers`.

Rows("visits", Linked("url", "urls.id"))                     rows that hang on the target's of another table
Rows("favicons", Orphaned("id", by="icon_mapping.icon_id"))  rows that nobody needs any more
Clear("visits", "from_visit", to=0, linked="visits.id")      rows that stay, but pointed to what goes
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.stores.frozen import settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrubber.stores.columns import Column, Value


@dataclass(frozen=True)
class Linked:
    """The row goes with the row of another table that this column points to (`urls.id`)."""

    column: str
    to: str


@dataclass(frozen=True)
class Orphaned:
    """The row goes when the last row that pointed to it goes; one that nobody pointed to before stays."""

    column: str
    by: str
    unless: str = ""
    """Another column that may point to it (`eq_class_groups.set_id`) and then holds it."""
    where: str = ""
    """SQL: the only rows that this is true of."""


@dataclass(frozen=True)
class Hashed:
    """The row goes where this column has the hash of a URL of the target's.

    Known are those of another table's rows (`moz_places.url`) that go or are kept, those that were seen in
    the stores before, and start pages.
    """

    column: str
    of: str
    by: Callable[[str], Value]


if TYPE_CHECKING:
    By = Column | Linked | Orphaned | Hashed


@dataclass(frozen=True)
class Keep:
    """Rows that a person made on purpose: they stay unless `--include` asks for them."""

    include: str
    """The word of `--include`; empty where it is only for what else stays."""
    column: str = ""
    referenced: str = ""
    """Only rows that a remaining row of another table (`moz_bookmarks.fk`) points to by `column` are kept."""
    unless: tuple[tuple[str, Value], ...] = ()
    """Columns and values: a row with all of them was made by the browser itself, and is not kept."""
    contains: tuple[str, str] = ("", "")
    """`("id", "moz_bookmarks.parent")`: a row that remaining rows lie in is kept, whatever is asked for."""
    clear: tuple[tuple[str, Value], ...] = ()
    """What is emptied in a row that is kept: columns and their empty values."""
    then: tuple[tuple[str, Value], ...] = ()
    """What is set in a row in which something was emptied, so that the browser computes it afresh."""


@dataclass(frozen=True, init=False)
class Rows:
    """Rows of one table, and what makes one of them the target's: any one of `by` suffices."""

    table: str
    by: tuple[By, ...]
    keep: Keep | None
    holds: str
    """Where the table holds something else than the database's main word."""

    def __init__(self, table: str, *by: By, keep: Keep | None = None, holds: str = "") -> None:
        settle(self, table=table, by=by, keep=keep, holds=holds)


@dataclass(frozen=True)
class Clear:
    """A column that is emptied in rows that stay, where it names the target or points to a row that goes."""

    table: str
    column: str
    to: Value
    linked: str = ""
    """`visits.id`: the column is a pointer; otherwise it is a text."""
    holds: str = ""
    """As in Rows."""


@dataclass(frozen=True)
class Repair:
    """A value that the browser itself would have put right after a removal.

    `value` and `where` are SQL; they read the row itself and `temp."removed <table>"`, which has the removed
    rows of that table, and nothing else: the proof computes them from the original. The value has the type
    that the column stores (a number in a text column needs a CAST).
    """

    changes: str
    """`moz_bookmarks.position`."""
    value: str
    where: str
    reads: tuple[str, ...]
    """The tables whose removed rows it reads."""


@dataclass(frozen=True)
class Added:
    """Rows that the browser itself would have written at a removal, at the end of a table with rowids."""

    table: str
    columns: tuple[str, ...]
    """All that the table has."""
    rows: str
    """SQL that selects their values in a settled order; it reads what `value` of a Repair may read."""
    reads: tuple[str, ...]
