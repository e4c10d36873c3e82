"""What a run did, store by store."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.transaction import Failed, Swapped
from scrubber.transaction.space import size

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from scrubber.model import Trace
    from scrubber.plan import PlannedStore
    from scrubber.transaction import Elsewhere, Transaction


@dataclass(frozen=True)
class Cleaned:
    """One store after a run."""

    planned: PlannedStore
    removed: tuple[Trace, ...] = ()
    equal: int = 0
    """Entries that were compared with the original and found the same."""
    failed: str = ""
    """Why the store is as it was."""
    detail: str = ""
    """What exactly failed; shown only on request, because it may name what the person visited."""
    warnings: tuple[Elsewhere, ...] = ()
    """What lies on in places that no change reaches."""
    paths: frozenset[Path] = frozenset()
    """What is changed for it."""

    def undone(self, *reasons: str) -> Cleaned:
        """The same store, to be put back, and why."""
        return replace(self, removed=(), equal=0, failed="; ".join(reasons))

    def unchanged(self, stuck: Iterable[Failed]) -> Cleaned:
        """The same store, put back; `stuck` is what of all that was could not be."""
        mine = (change.reason for change in stuck if change.path in self.paths)
        return replace(self, failed="; ".join(dict.fromkeys((self.failed, *mine))), paths=frozenset())


@dataclass
class Outcome:
    """What a run did, filled in as it goes: what a run did that was cut short is in it, too."""

    cleaned: list[Cleaned] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    """What went wrong beside the stores."""
    freed: int = 0
    """Bytes by which the profiles' files became smaller, measured."""
    seconds: float = 0.0

    @property
    def elsewhere(self) -> tuple[Elsewhere, ...]:
        """What of it lies on in places that no change reaches."""
        return tuple(warning for one in self.cleaned if not one.failed for warning in one.warnings)

    @property
    def changed(self) -> bool:
        """Whether anything at all was changed."""
        return any(one.removed for one in self.cleaned)


def needed(planned: PlannedStore, failed: Iterable[PlannedStore]) -> str:
    """Why a store has to stay, if it tells whose things are in one that could not be cleaned."""
    told = next(filter(planned.tells, failed), None)
    if told is None:
        return ""
    way_out = f"`--except {told.store.holds[0]}` leaves that alone"
    return f"has to stay: it tells whose things are in {told.path}, which could not be cleaned ({way_out})"


def told_first(stores: Iterable[PlannedStore]) -> tuple[PlannedStore, ...]:
    """The same, each behind those whose things it tells: the next run can finish one that is cut off."""
    told: defaultdict[Path, list[PlannedStore]] = defaultdict(list)
    at: defaultdict[Path, list[PlannedStore]] = defaultdict(list)
    stores = tuple(stores)
    for planned in stores:
        at[planned.path].append(planned)
        for teller in planned.tellers:
            told[teller].append(planned)
    ordered: dict[int, PlannedStore] = {}
    begun: set[int] = set()

    def place(planned: PlannedStore) -> None:
        if id(planned) in begun:
            return
        begun.add(id(planned))
        for above in planned.path.parents:
            for other in at.get(above, ()):
                place(other)
        for other in told.get(planned.path, ()):
            place(other)
        ordered[id(planned)] = planned

    for planned in stores:
        place(planned)
    return tuple(ordered.values())


def with_tellers(parts: Sequence[list[Cleaned]]) -> Sequence[list[Cleaned]]:
    """The same stores; those that tell whose things are in one that failed are to be put back, too."""
    failed = [one.planned for part in parts for one in part if one.failed]
    words = [
        [one if one.failed or not (why := needed(one.planned, failed)) else one.undone(why) for one in part]
        for part in parts
    ]
    return parts if words == parts else with_tellers(words)


def settled(staged: Iterable[Cleaned], made: Sequence[Swapped | Failed]) -> list[Cleaned]:
    """The stores once their changes were made; one of whose files failed is to be put back."""
    done: list[Cleaned] = []
    for one in staged:
        mine = [change for change in made if change.path in one.paths]
        failed = dict.fromkeys(change.reason for change in mine if isinstance(change, Failed))
        warnings = (each for change in mine if isinstance(change, Swapped) for each in change.warnings)
        done.append(one.undone(*failed) if failed else replace(one, warnings=tuple(warnings)))
    return done


def put_back(cleaned: Iterable[Cleaned], transaction: Transaction) -> list[Cleaned]:
    """The same stores, with all that was changed for those that failed as it was.

    In one go, which takes back the last change first: what was told of stays clean until its teller is back.
    """
    cleaned = list(cleaned)
    paths = {path for one in cleaned if one.failed for path in one.paths}
    stuck = transaction.put_back(paths) if paths else ()
    return [one.unchanged(stuck) if one.failed else one for one in cleaned]


def measured(stores: Iterable[PlannedStore]) -> int:
    """Bytes of all files of these stores, each part once; what can't be looked at counts as nothing."""
    sizes: dict[Path, int] = {}
    for planned in stores:
        try:
            for part in planned.store.unit(planned.path):
                if part not in sizes:
                    sizes[part] = size((part,))
        except (OSError, UnreadableStore):
            continue
    return sum(found for part, found in sizes.items() if sizes.keys().isdisjoint(part.parents))
