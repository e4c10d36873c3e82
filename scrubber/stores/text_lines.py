"""Text files whose lines, or blocks of lines, are records: the target's go, all others stay byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated, Unproved
from scrubber.files import kind, read_regular
from scrubber.stores import proving
from scrubber.stores.frozen import settle
from scrubber.stores.placed import Placed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scrubber.model import Changes, Look, Trace
    from scrubber.stores.columns import Row
    from scrubber.stores.records import Rule

_LIMIT = 1 << 26


def lines(content: bytes) -> list[bytes]:
    """Each line is a record."""
    return content.splitlines(keepends=True)


def blocks(content: bytes) -> list[bytes]:
    """The first line tells the version; then each record ends with a line that is `#`."""
    first, *rest = content.splitlines(keepends=True) or [b""]
    found = [first]
    open_block = b""
    for line in rest:
        open_block += line
        if line.strip() == b"#":
            found.append(open_block)
            open_block = b""
    return [*found, open_block] if open_block else found


def whole(record: str) -> Row:
    """A record that has no fields is one itself, without a name."""
    return {"": record.strip()}


@dataclass(frozen=True, init=False)
class TextLines(Placed):
    """One text file; `split` finds its records, `fields` takes one apart or says None where it is none."""

    split: Callable[[bytes], list[bytes]]
    fields: Callable[[str], Row | None]
    rule: Rule

    def __init__(
        self,
        *places: str,
        rule: Rule,
        source: str,
        fields: Callable[[str], Row | None] = whole,
        split: Callable[[bytes], list[bytes]] = lines,
    ) -> None:
        settle(self, places=places, split=split, fields=fields, rule=rule, source=source, holds=(rule.holds,))

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Records by their fields."""
        if kind(path) is None or not look.policy.wants(self.rule.holds):
            return ()
        keys = _numbered(self.split(read_regular(path, _LIMIT)))
        return self.rule.traces(((key, self.fields(key[1])) for key in keys), look)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the file without these records; the number of others compared."""
        if not traces:
            return 0
        planned = {trace.key for trace in traces}

        def write(before: Path, after: Path) -> None:
            records = self._numbered(before)
            if not planned.issubset(records):
                raise PlanOutdated(f"{path}: a planned line is no longer there")
            after.write_bytes(b"".join(record for key, record in records.items() if key not in planned))

        def prove(before: Path, after: Path) -> int:
            kept = [record for key, record in self._numbered(before).items() if key not in planned]
            if self.split(after.read_bytes()) != kept:
                raise Unproved(f"{path}: lines of others differ")
            return len(kept)

        return proving.edit(path, changes, write, prove)

    def _numbered(self, path: Path) -> dict[tuple[int, str], bytes]:
        return _numbered(self.split(path.read_bytes()))


def _numbered(records: list[bytes]) -> dict[tuple[int, str], bytes]:
    return {(number, each.decode("utf-8", "replace")): each for number, each in enumerate(records)}
