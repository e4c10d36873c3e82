"""Making changes one by one, and the way back from those that were begun."""

from __future__ import annotations

from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated, ScrubError, reason_of
from scrubber.transaction.changes import Discard
from scrubber.transaction.outcomes import Failed, Swapped
from scrubber.transaction.placing import sync
from scrubber.transaction.roots import check_way
from scrubber.transaction.staging import keeping_times

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from scrubber.transaction.changes import Change


class Swaps:
    """The changes that were begun below these roots, in their order."""

    def __init__(self, roots: Sequence[Path], begun: Iterable[Change] = ()) -> None:
        self._roots = roots
        self._begun = dict.fromkeys(begun)

    def __bool__(self) -> bool:
        return bool(self._begun)

    def make(
        self, changes: Sequence[Change], progress: Callable[[Path], None] | None
    ) -> dict[Path, Swapped | Failed]:
        """Make these; one that fails is put back, and the others go on."""
        outcomes: dict[Path, Swapped | Failed] = {}
        for group in _groups(changes):
            outcomes |= self._make_group(group, progress)
        return outcomes

    def put_back(self, paths: Collection[Path] | None = None) -> tuple[Failed, ...]:
        """Undo what was begun, the last first: all of it, or what lies at these paths; what stays."""
        chosen = [change for change in reversed(self._begun) if paths is None or change.path in paths]
        return tuple(self._take_back(chosen).values())

    def forget(self) -> None:
        """There is no way back any more."""
        self._begun.clear()

    def _make_group(
        self, group: list[Change], progress: Callable[[Path], None] | None
    ) -> dict[Path, Swapped | Failed]:
        outcomes: dict[Path, Swapped | Failed] = {}
        for change in group:
            if progress is not None:
                progress(change.path)
            outcomes[change.path] = self._attempt(change)
        folder = group[0].path.parent
        try:
            if any(isinstance(outcome, Swapped) for outcome in outcomes.values()):
                sync(folder)
        except OSError as error:
            made = [change for change in reversed(group) if isinstance(outcomes[change.path], Swapped)]
            outcomes |= self._fail(made, error)
        return outcomes

    def _attempt(self, change: Change) -> Swapped | Failed:
        try:
            check_way(change.path, self._roots)
            if change.is_outdated():
                raise PlanOutdated("changed since the new version was made")
            with keeping_times(change.path.parent):
                self._begun[change] = None
                change.forward()
        except (OSError, ScrubError) as error:
            return self._fail([change], error)[change.path]
        return Swapped(change.path, change.warnings)

    def _fail(self, changes: list[Change], error: Exception) -> dict[Path, Failed]:
        """Undo what an error cut short."""
        stuck = self._take_back([change for change in changes if change in self._begun])
        return {change.path: stuck.get(change) or Failed(change.path, reason_of(error)) for change in changes}

    def _take_back(self, changes: list[Change]) -> dict[Change, Failed]:
        """Undo these; the failures of those that stay."""
        failed: dict[Change, Failed] = {}
        for folder, group in groupby(changes, key=lambda change: change.path.parent):
            done = []
            for change in group:
                try:
                    check_way(change.path, self._roots)
                    with keeping_times(folder):
                        change.back()
                except (OSError, ScrubError) as error:
                    failed[change] = Failed(change.path, f"not put back: {reason_of(error)}")
                else:
                    done.append(change)
            with suppress(OSError):  # the disk may lose it with the power, and then holds the new version
                sync(folder)
            for change in done:
                del self._begun[change]
        return failed


def _groups(changes: Iterable[Change]) -> Iterator[list[Change]]:
    """Each edit alone; neighbouring discards of one folder together.

    A sync for each of ten thousand cache entries would take minutes.
    """
    group: list[Change] = []
    for change in changes:
        together = group and isinstance(change, Discard) and isinstance(group[-1], Discard)
        if group and not (together and group[-1].path.parent == change.path.parent):
            yield group
            group = []
        group.append(change)
    if group:
        yield group
