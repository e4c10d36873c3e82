"""Firefox's DataStorage files: the target's slots are filled with zeros, which is how a free slot looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated, Unproved, UnreadableStore
from scrubber.files import kind, read_regular
from scrubber.formats.damaged import Damaged
from scrubber.formats.data_storage import Slot, read_slots, slot_size, without
from scrubber.stores import proving
from scrubber.stores.frozen import settle
from scrubber.stores.placed import Placed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from scrubber.model import Changes, Look, Trace
    from scrubber.stores.columns import Row
    from scrubber.stores.records import Rule

_LIMIT = 1 << 24  # 2048 slots are the most that Firefox keeps


@dataclass(frozen=True, init=False)
class DataStorage(Placed):
    """One `.bin` file; `fields` takes a slot's key and value apart for the rule."""

    fields: Callable[[str, str], Row]
    rule: Rule

    def __init__(self, *places: str, fields: Callable[[str, str], Row], rule: Rule, source: str) -> None:
        settle(self, places=places, fields=fields, rule=rule, source=source, holds=(rule.holds,))

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Slots by their key and value."""
        if kind(path) is None or not look.policy.wants(self.rule.holds):
            return ()
        slots = _slots(path, read_regular(path, _LIMIT))
        records = (((slot.number, slot.key), self.fields(slot.key, slot.value)) for slot in slots)
        return self.rule.traces(records, look)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the file with these slots free; the number of other slots compared."""
        if not traces:
            return 0
        keys = {trace.key for trace in traces}

        def write(before: Path, after: Path) -> None:
            content = before.read_bytes()
            found = ((slot.number, slot.key) for slot in _slots(path, content))
            if not keys.issubset(found):
                raise PlanOutdated(f"{path}: a planned slot holds something else now")
            after.write_bytes(without(content, planned))

        planned = {key[0] for key in keys if isinstance(key, tuple) and isinstance(key[0], int)}
        return proving.edit(
            path,
            changes,
            write,
            lambda before, after: _prove(path, before.read_bytes(), after.read_bytes(), planned),
        )


def _slots(path: Path, content: bytes) -> list[Slot]:
    try:
        return list(read_slots(content))
    except Damaged as error:
        raise UnreadableStore(path, str(error)) from error


def _prove(path: Path, before: bytes, after: bytes, planned: Collection[int]) -> int:
    size = slot_size(before)
    if len(before) != len(after):
        raise Unproved(f"{path}: the length changed")
    equal = 0
    for start in range(0, len(before), size):
        expected = bytes(size) if start // size in planned else before[start : start + size]
        if after[start : start + size] != expected:
            raise Unproved(f"{path}: slot {start // size} differs")
        equal += any(expected)
    return equal
