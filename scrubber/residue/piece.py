"""What readers turn a file into: pieces to be searched, and what of it can't be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from scrubber.residue.borders import Reading

WINDOW = 8 << 20
"""Bytes of a file that are searched at a time."""
LIMIT = 64 << 20
"""Bytes that one packed content is unpacked to at most; what is behind them is said to be not examined."""
MENTION = "mention"
Facts = tuple[tuple[str, str | int], ...]
"""What leads a second program to a place: `("table", "urls"), ("column", "url"), ("rowid", 5)`."""


@dataclass(frozen=True)
class Piece:
    """Some bytes of a file, and what they are there."""

    seen_as: str
    """`cell`, `free page`, `wal`, `bytes`, `file name`, …"""
    where: str
    """What its findings are counted by: `moz_places.url`; empty where the file has no such parts."""
    at: str | int
    """Where that is: `rowid 5`, or the offset of the first byte in the file."""
    data: bytes
    reading: Reading
    begin: int = 0
    end: int | None = None
    """Only names that start within begin:end count; the rest is there for the look to the sides."""
    table: str = ""
    """The table whose row it is, also where it is seen in an index."""
    row: int | None = None
    """Its rowid."""
    explained: str = ""
    """Why it may name the target whatever it says: `mention` in what another site's page is made of."""
    is_value: bool = False
    """Whether it is one whole blob of a database, which may be packed without saying so."""
    inside: tuple[str, ...] = ()
    """What had to be unpacked or decrypted to get at it, outermost first."""
    facts: Facts = ()
    """Where it is in a file that has such parts."""
    part: str = ""
    """What of that it is, where it is no stretch of the file: `cell`, `key`, `value`, `headers`, `name`."""

    def spot(self, at: int) -> Facts:
        """Where a name found at this place of the piece stands, for a program: `offset` counts in `of`."""
        base = self.at if isinstance(self.at, int) else 0
        whole = "unpacked" if self.inside else "file"
        return (*self.facts, ("offset", base + at), ("of", self.part or whole))

    def place(self, at: int) -> str:
        """Where a name found at this place of the piece stands."""
        place = f"offset {self.at + at}" if isinstance(self.at, int) else self.at
        return f"{self.where} {place}" if self.where else place


@dataclass(frozen=True)
class Match:
    """A finding that needs no search: a hash in a table of hashes."""

    seen_as: str
    where: str
    at: str
    name: str
    form: str
    table: str = ""
    row: int | None = None
    facts: Facts = ()

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.where} {self.at}" if self.where else self.at


class Gap(NamedTuple):
    """A part of a file that can't be taken apart, while the rest of it can."""

    reason: str


Part = Piece | Match | Gap


def windows(file: BinaryIO, size: int, reach: int, window: int = WINDOW) -> Iterator[Piece]:
    """The file as bytes, from its start, in pieces that overlap by `reach` on either side."""
    like = Piece("bytes", "", 0, b"", "binary", is_value=size <= window)
    yield from stretch(file, 0, size, reach, like, window=window)


def stretch(
    file: BinaryIO, start: int, stop: int, reach: int, like: Piece, *, window: int = WINDOW
) -> Iterator[Piece]:
    """What lies between two offsets, in pieces that are `like` another but for data and place."""
    file.seek(start)
    base = done = start
    held = b""
    while base + len(held) < stop and (chunk := file.read(min(window, stop - base - len(held)))):
        data = held + chunk
        at_end = base + len(data) >= stop
        end = len(data) if at_end else max(done - base, len(data) - reach)
        yield _like(like, base, data, done - base, end)
        done = base + end
        held = data[max(0, end - reach) :]
        base += len(data) - len(held)


def slices(data: bytes, reach: int, like: Piece) -> Iterator[Piece]:
    """The same of bytes at hand; places count from their start."""
    for start in range(0, max(len(data), 1), WINDOW):
        base = max(0, start - reach)
        stop = min(start + WINDOW, len(data))
        yield _like(like, base, data[base : stop + reach], start - base, stop - base)


def _like(like: Piece, base: int, data: bytes, begin: int, end: int) -> Piece:
    return replace(like, at=base, data=data, begin=begin, end=end)
