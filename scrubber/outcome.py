"""What a run did, store by store."""

from __future__ import annotations

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

NEEDED = "left as it is: it tells whose things are in a store that could not be cleaned"


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
    """What was changed for it."""

    def undone(self, reason: str, stuck: Sequence[Failed] = ()) -> Cleaned:
        """The same store as it was, and why; `stuck` is what could not be put back."""
        reasons = dict.fromkeys((reason, *(one.reason for one in stuck)))
        return replace(self, removed=(), equal=0, failed="; ".join(reasons))


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


def explains(planned: PlannedStore, others: Iterable[Cleaned]) -> bool:
    """Whether it lies inside a store that failed: it may be all that tells whose things are in that one."""
    return any(one.failed and one.planned.path in planned.path.parents for one in others)


def settled(
    staged: Iterable[Cleaned], made: Sequence[Swapped | Failed], transaction: Transaction
) -> list[Cleaned]:
    """The stores once their changes were made, each whole: as it was where one of its files failed."""
    done: list[Cleaned] = []
    for one in staged:
        mine = [change for change in made if change.path in one.paths]
        failed = [change.reason for change in mine if isinstance(change, Failed)]
        if failed:
            done.append(one.undone("; ".join(dict.fromkeys(failed)), transaction.put_back(one.paths)))
        else:
            warnings = tuple(
                each for change in mine if isinstance(change, Swapped) for each in change.warnings
            )
            done.append(replace(one, warnings=warnings))
    return kept_whole(done, transaction)


def kept_whole(cleaned: Iterable[Cleaned], transaction: Transaction) -> list[Cleaned]:
    """The same stores, less those inside one that failed, which are put back."""
    done: list[Cleaned] = []
    for one in cleaned:
        if not one.failed and explains(one.planned, done):
            stuck = transaction.put_back(one.paths)
            done.append(one.undone(stuck[0].reason if stuck else NEEDED))
        else:
            done.append(one)
    return done


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
