"""What the sweep answers: findings, counted by where in a file they are, and what couldn't be examined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from scrubber.residue.forms import Hit
from scrubber.residue.piece import Facts, Gap, Match, Part, Piece
from scrubber.residue.shipped import shipped

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.residue.search import Search


@dataclass(frozen=True)
class Remnant:
    """A name of the target in one part of one file."""

    path: Path
    seen_as: str
    """`cell`, `free page`, `free space`, `wal`, `journal`, `bytes`, `file name`, …"""
    where: str
    """The first place: `moz_places.url rowid 5`, `offset 4096`."""
    name: str
    """`labs.openai.com`."""
    form: str
    """How the first is written: `plain`, `utf-16le`, `reversed`, …"""
    count: int = 1
    """How often in that column, or in that kind of bytes of the file."""
    explained: str = ""
    """Why it may be there: `kept`, `mention`, …; empty where nothing explains it."""
    inside: tuple[str, ...] = ()
    """What the first is in, outermost first: `simple cache entry`, `br`, `base64`; empty for plain files."""
    spot: Facts = ()
    """Where the first is, for a program (`piece.Piece.spot`)."""


@dataclass(frozen=True)
class NotExamined:
    """What couldn't be read, or not as what it is (of a file the bytes are searched all the same)."""

    path: Path
    reason: str


Known = Callable[["Path", str, "int | None"], str]
"""Why a place may name the target: a path, the table there (empty outside of databases) and the rowid."""


_DEAD = frozenset(
    {
        "free page", "free space", "damaged page", "past the end", "wal", "journal", "free block",
        "torn record",
    }
)  # fmt: skip
"""What nobody owns any more, so that nobody keeps it on purpose."""


@dataclass(frozen=True)
class Tally:
    """The findings in one file while its parts go by."""

    path: Path
    known: Known
    containers: tuple[str, ...]
    found: dict[tuple[str, str, str, str], Remnant] = field(default_factory=dict)
    gaps: dict[str, None] = field(default_factory=dict)

    def add(self, part: Part, search: Search) -> None:
        """Search one part."""
        if isinstance(part, Gap):
            self.gaps[part.reason] = None
        elif isinstance(part, Match):
            self._count(part, Hit(part.name, part.form, 0), part.place, part.facts)
        else:
            for hit in search.find(part.data, part.reading, part.begin, part.end, is_value=part.is_value):
                if isinstance(hit, Hit):
                    self._count(part, hit, part.place(hit.at), part.spot(hit.at))
                elif not part.explained:
                    self.gaps[hit.reason] = None

    def _count(self, part: Piece | Match, hit: Hit, place: str, spot: Facts) -> None:
        inside: tuple[str, ...] = ()
        why = self._why(part.seen_as, part.table, part.row) or hit.explained
        if isinstance(part, Piece):
            inside = (*part.inside, *hit.inside)
            why = why or part.explained
        key = part.seen_as, part.where, hit.name, why
        if before := self.found.get(key):
            self.found[key] = replace(before, count=before.count + 1)
            return
        self.found[key] = Remnant(
            self.path, part.seen_as, place, hit.name, hit.form, 1, why, (*self.containers, *inside), spot
        )

    def _why(self, seen_as: str, table: str, row: int | None) -> str:
        kept = "" if seen_as in _DEAD else self.known(self.path, table, row)
        return kept or self._shipped

    @cached_property
    def _shipped(self) -> str:
        return shipped(self.path)
