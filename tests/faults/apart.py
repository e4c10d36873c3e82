"""Which operations of a clean fail in one run, so that each failure finds all that it touches undisturbed."""

from __future__ import annotations

import errno
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrubber.transaction import PREFIX
from tests.faults.layer import CHANGING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.faults.layer import Operation

KINDS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EINTR)
"""They take turns, for each name of an operation by itself."""

_SLOT = re.compile(rf".*/{re.escape(PREFIX)}[^/]*/\d+(?=/|$)")


def errors(operations: Iterable[Operation]) -> dict[Operation, int]:
    """The error that each operation fails with."""
    turns: Counter[str] = Counter()
    chosen: dict[Operation, int] = {}
    for one in operations:
        chosen[one] = KINDS[turns[one.name] % len(KINDS)]
        turns[one.name] += 1
    return chosen


def thinned(operations: Sequence[Operation], reads: int) -> list[Operation]:
    """All that change something; of those that only read, and of SQLite's, one in `reads`."""
    counts: Counter[str] = Counter()
    found = []
    for one in operations:
        counts[one.name] += 1
        if one.name in CHANGING or counts[one.name] % reads == 1:
            found.append(one)
    return found


Slots = dict[tuple[str, str], str]
"""The stores of a profile by their places in its staging folders: when these go, nothing else tells."""


def slots(operations: Iterable[Operation]) -> Slots:
    """As the turns before have shown them."""
    found: Slots = {}
    for one in operations:
        slot = _SLOT.match(one.path)
        if slot and one.turn.store:
            found.setdefault((one.turn.profile, slot[0]), one.turn.store)
    return found


@dataclass
class Round:
    """The operations that fail in one run: of each store at most one, and alone what is a whole profile's.

    Of what clears up a profile's folders in the end one may fail beside its stores: they are done by then.
    """

    slots: Slots
    chosen: list[Operation] = field(default_factory=list)
    _taken: set[tuple[str, str]] = field(default_factory=set)
    _touched: set[str] = field(default_factory=set)
    _closed: set[str] = field(default_factory=set)

    def add(self, one: Operation) -> bool:
        """Whether there was room for it."""
        profile, step = one.turn.profile, one.turn.step
        keys = {(profile, key) for key in (self._store(one), step if step == "end" else "") if key}
        if profile in self._closed or not keys.isdisjoint(self._taken):
            return False
        if step == "profile":
            if profile in self._touched:
                return False
            self._closed.add(profile)
        self._touched.add(profile)
        self._taken |= keys
        self.chosen.append(one)
        return True

    def _store(self, one: Operation) -> str:
        slot = _SLOT.match(one.path)
        store = one.turn.store or (self.slots.get((one.turn.profile, slot[0]), "") if slot else "")
        return store or ("" if one.turn.step in ("profile", "end") else one.path)


def together(pending: Iterable[Operation], slots: Slots) -> list[Operation]:
    """As many as can fail in one run."""
    found = Round(slots)
    for one in pending:
        found.add(one)
    return found.chosen
