"""Looking through one LevelDB database for the target's records and all that hangs on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrubber.model import BROWSING, Look, Standing, Trace
from scrubber.stores.columns import shown, text
from scrubber.stores.leveldb_records import Records
from scrubber.stores.sqlite_rows import Linked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scrubber.formats.leveldb import Record
    from scrubber.stores.columns import Row, Value
    from scrubber.stores.sqlite_rows import Orphaned

_OTHER = Records("other", "{rest}")
"""Whatever isn't described: found only by what it mentions."""

_Seen = tuple[Standing, str]


@dataclass(frozen=True)
class Found:
    """One record of the target."""

    kind: str
    trace: Trace
    pointers: Row
    """Those of its columns that point, or are pointed to."""


@dataclass
class Search:
    """One database being looked through, in one pass, with keys and pointers in memory, but no values."""

    name: str
    """Of the database's folder, for the keys of traces."""
    kinds: Sequence[Records]
    look: Look
    holds: str
    beside: str = ""
    """As in LevelDb."""
    found: dict[bytes, Found] = field(default_factory=dict)
    """By the record's key."""
    linked: dict[str, list[tuple[bytes, Row]]] = field(default_factory=dict)
    """Every record of the kinds that point or are pointed to, with just these columns."""

    def run(self, records: Iterable[Record]) -> None:
        """Find what each record says by itself, then what hangs on it, kind by kind."""
        columns = {kind.name: self._pointers(kind) for kind in self.kinds}
        for record in records:
            kind, row = self._read(record)
            pointers = {name: row[name] for name in columns.get(kind.name, ()) if name in row}
            if pointers:
                self.linked.setdefault(kind.name, []).append((record.key, pointers))
            if seen := self._judge(kind, row):
                self._note(kind, record.key, seen, pointers)
        for kind in self.kinds:
            for link in kind.links:
                self._follow(kind, link)

    def concerns(self, record: Record) -> bool:
        """Whether a record that nobody reads any more was, or named, the target's."""
        return self._judge(*self._read(record)) is not None

    def goes(self, found: Found) -> bool:
        """Whether the run removes it."""
        return self.look.policy.wants(found.trace.holds) and self.look.policy.removes(found.trace)

    def orphaned(self, by: str) -> dict[Value, _Seen]:
        """The values of a column (`spaces.map`) that only records which go have."""
        stay = {pointers[by.partition(".")[2]] for _, pointers in self._rows(by, going=False)}
        return {value: seen for value, seen in self._pointed(by).items() if value not in stay}

    def _pointers(self, kind: Records) -> set[str]:
        """The columns of a kind that links are about."""
        links = [link for each in self.kinds for link in each.links]
        ends = [*(_end(link) for link in links), self.beside]
        pointed = {column for name, _, column in (end.partition(".") for end in ends) if name == kind.name}
        return pointed | {link.column for link in kind.links}

    def _read(self, record: Record) -> tuple[Records, Row]:
        value = record.value or b""
        for kind in self.kinds:
            row = kind.read(record.key, value)
            if row is not None:
                return kind, row
        return _OTHER, {"key": record.key, "value": value}

    def _judge(self, kind: Records, row: Row) -> _Seen | None:
        for by in kind.own:
            if all(column in row for column in by.columns) and by.owns(row, self.look.target):
                return Standing.OWN, shown(row[by.columns[0]])
        for part in (row["key"], row["value"]):
            if isinstance(part, bytes) and self._names(kind, part):
                return Standing.MENTION, shown(part)
        return None

    def _names(self, kind: Records, part: bytes) -> bool:
        if self.look.target.mentions(part):
            return True
        holds = kind.holds or self.holds
        # In their own storage, sites write hosts as they like: backwards too.
        if holds == "storage" and self.look.target.mentions(part[::-1]):
            return True
        asked = self.look.policy.keywords and holds in BROWSING
        return asked and self.look.target.keyword(text(part))

    def _note(self, kind: Records, key: bytes, seen: _Seen, pointers: Row) -> None:
        kept = kind.keep is not None and kind.keep.include not in self.look.policy.include
        kept = kept and (kind.keeps_own or seen[0] is not Standing.OWN)
        standing = Standing.KEPT if kept else seen[0]
        holds = kind.holds or self.holds
        trace = Trace("", (self.name, key), standing, seen[1], holds, told_by=kind.teller(key))
        self.found[key] = Found(kind.name, trace, pointers)

    def _follow(self, kind: Records, link: Linked | Orphaned) -> None:
        end = _end(link)
        pointed = self._pointed(end) if isinstance(link, Linked) else self.orphaned(end)
        for key, pointers in self.linked.get(kind.name, ()):
            seen = pointed.get(pointers.get(link.column))
            known = self.found.get(key)
            if seen and (known is None or known.trace.standing is not Standing.OWN):
                self._note(kind, key, seen, pointers)

    def _pointed(self, end: str) -> dict[Value, _Seen]:
        """The values of a column in records that go; those of the target outweigh those that mention it."""
        column = end.partition(".")[2]
        pointed: dict[Value, _Seen] = {}
        for key, pointers in self._rows(end, going=True):
            trace = self.found[key].trace
            if pointers[column] not in pointed or trace.standing is Standing.OWN:
                pointed[pointers[column]] = trace.standing, trace.seen
        return pointed

    def _rows(self, end: str, *, going: bool) -> Iterator[tuple[bytes, Row]]:
        name, _, column = end.partition(".")
        for key, pointers in self.linked.get(name, ()):
            found = self.found.get(key)
            if column in pointers and (found is not None and self.goes(found)) is going:
                yield key, pointers


def _end(link: Linked | Orphaned) -> str:
    return link.to if isinstance(link, Linked) else link.by
