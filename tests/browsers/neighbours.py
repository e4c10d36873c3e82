"""What else is in a home: every entry before and after, and what may be missing afterwards.

It says by itself what belongs to the target and what hangs on what; nothing here is shared with what it
judges.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.browsers import evidence
from tests.browsers.hosts import TARGETS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.browsers.evidence import Cell, Row, Table

# What others stored while the target's site framed them names the site alone: eTLD+1, in every format.
_UNDER_THE_TARGET = (
    re.compile(rb"\^0https://openai\.com"),
    # The target's siblings have their own under this very partition: only what is framed is the target's.
    re.compile(rb"partitionKey=%28https%2Copenai\.com(%2Cf)?%29.*widget\.example\.net", re.DOTALL),
    re.compile(rb"widget\.example\.net.*partitionKey=%28https%2Copenai\.com(%2Cf)?%29", re.DOTALL),
    re.compile(rb"_dk_(s_|cn_)*https://openai\.com https://[a-z.]+ https://widget\."),
    re.compile(rb"widget\.example\.net\0https://openai\.com\0"),  # one column, and the next
    # base64(pickle("https://openai.com")): of a network anonymization key.
    re.compile(rb"GAAAABIAAABodHRwczovL29wZW5haS5jb20AAA==.*widget\.example\.net", re.DOTALL),
)


def of_target(*values: bytes | float | None) -> bool:
    """Whether an entry says that it is the target's: its name in any form, or its site as what frames."""
    if evidence.mentions(values, TARGETS):
        return True
    text = b"\0".join(value if isinstance(value, bytes) else str(value).encode() for value in values)
    return any(pattern.search(text) for pattern in _UNDER_THE_TARGET)


@dataclass(frozen=True)
class Ties:
    """What hangs on what in the databases of a browser, as `Default/History visits.url`: `urls.id`."""

    links: Mapping[str, str]
    """A row goes with the row that it refers to."""
    blanks: Mapping[str, str]
    """A row forgets the row that it refers to, and what is there instead means nothing."""
    shared: Mapping[str, str] = field(default_factory=dict)
    """`favicons.id`: `icon_mapping.icon_id`: a row goes with the last row that refers to it."""
    site_wide: Mapping[str, Cell] = field(default_factory=dict)
    """By table, a value that is the target's although it only names its site."""


@dataclass
class Changes:
    """What a run did to the databases that are still there."""

    gone: dict[str, Counter[Row]] = field(default_factory=dict)
    """Rows that are no longer there, by table."""
    altered: set[str] = field(default_factory=set)
    """Columns that differ in rows which are there before and after: `History visits.from_visit`."""
    new: list[str] = field(default_factory=list)
    """Rows that were not there before."""


class Databases:
    """The databases that are in two states of a home, and what became of their rows."""

    def __init__(self, before: Path, after: Path, ties: Ties) -> None:
        self._ties = ties
        self._before = {
            key: table for key, table in evidence.tables(before).items() if (after / _file(key)).exists()
        }
        self._after = evidence.tables(after)
        self.changes = Changes()
        for key in self._before.keys() | self._after.keys():
            self._compare(key)

    def _compare(self, key: str) -> None:
        nothing = evidence.Table((), Counter())
        old, new = self._before.get(key, nothing), self._after.get(key, nothing)
        gone = old.rows - new.rows
        for row in (new.rows - old.rows).elements():
            was = min(gone, key=lambda other: _distance(row, other), default=())
            if not _same(row, was):
                self.changes.new.append(f"{key}: {row!r:.200}")
                continue
            gone -= Counter([was])
            columns = zip(old.columns, row, was, strict=True)
            self.changes.altered |= {
                f"{_short(key)}.{column}" for column, now, then in columns if now != then
            }
        if gone:
            self.changes.gone[key] = gone

    def unexplained(self) -> list[str]:
        """The rows that are gone and neither are the target's nor hang on what is."""
        return [
            f"{key}: {row!r:.200}"
            for key, gone in self.changes.gone.items()
            for row in gone
            if not (
                of_target(*row) or self._ties.site_wide.get(_short(key), ...) in row or self._tied(key, row)
            )
        ]

    def _tied(self, key: str, row: Row) -> bool:
        for column, value in zip(self._before[key].columns, row, strict=True):
            if value in (None, 0, b""):
                continue
            name = f"{_short(key)}.{column}"
            if (owner := self._ties.links.get(name)) and value in self._gone(key, owner):
                return True
            if (user := self._ties.shared.get(name)) and value in self._gone(key, user):
                return value not in self._there(key, user)
        return False

    def dangling(self) -> list[str]:
        """What still refers to a row that is gone."""
        return [
            f"{key}.{column}: {value!r}"
            for key, table in self._after.items()
            for place, column in enumerate(table.columns)
            if (owner := {**self._ties.links, **self._ties.blanks}.get(f"{_short(key)}.{column}"))
            for value in {row[place] for row in table.rows} & self._gone(key, owner)
        ]

    def _gone(self, beside: str, name: str) -> set[Cell]:
        """The values of `urls.id` in the rows that are gone from the same file as `beside`."""
        table, _, column = name.partition(".")
        key = f"{_file(beside)} {table}"
        return _column(self._before.get(key), self.changes.gone.get(key, Counter()), column) - {None, 0, b""}

    def _there(self, beside: str, name: str) -> set[Cell]:
        table, _, column = name.partition(".")
        found = self._after.get(f"{_file(beside)} {table}")
        return _column(found, found.rows if found else Counter(), column)


def _same(one: Row, other: Row) -> bool:
    """Whether one can be the other, altered: half of the columns agree."""
    return len(one) == len(other) and _distance(one, other) <= len(one) // 2


def _distance(one: Row, other: Row) -> int:
    return sum(a != b for a, b in zip(one, other, strict=False))


def _column(table: Table | None, rows: Counter[Row], column: str) -> set[Cell]:
    if table is None:
        return set()
    place = table.columns.index(column)
    return {row[place] for row in rows}


def _file(key: str) -> str:
    return key.rpartition(" ")[0]


def _short(key: str) -> str:
    """`.config/chromium/Default/History visits`: `History visits`."""
    return key.rpartition("/")[2]
