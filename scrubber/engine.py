"""A run: guard → apply → prove. Says nothing, asks nothing; `cli` does."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from scrubber import guard, scope
from scrubber.browsers import by_key
from scrubber.errors import PlanOutdated, ProfileInUse, ScrubError, Unproved, UnreadableStore
from scrubber.files import kind, walk
from scrubber.model import Skipped
from scrubber.transaction import (
    Change,
    Failed,
    Recovered,
    Swapped,
    Transaction,
    fingerprint,
    interrupted,
    recover,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from scrubber.model import BrowserProfile, Trace
    from scrubber.plan import Plan, PlannedStore

Progress = Callable[[str, "Path"], None]
"""Told what is being done (`plan`, `stage`, `swap`, `verify`) and to what."""

Keep = Callable[
    [Sequence["BrowserProfile"], Sequence[Change], Callable[["Path"], None]], AbstractContextManager[None]
]
"""Saves the originals of staged changes; where its block fails, nothing was changed, and they go again."""


NEEDED = "left as it is: it tells whose things are in a store that could not be cleaned"


Look = guard.Occupancy | Skipped
"""What has a profile in use, or why that can't be told."""
Looks = dict["BrowserProfile", Look]


def quiet(_step: str, _path: Path) -> None:
    """No progress."""


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
    warnings: tuple[str, ...] = ()


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
    def changed(self) -> bool:
        """Whether anything at all was changed."""
        return any(one.removed for one in self.cleaned)


class InUse(ProfileInUse):
    """The profiles that browsers have open, with a line about each."""

    def __init__(self, uses: Iterable[guard.Use]) -> None:
        self.messages = tuple(dict.fromkeys(use.message for use in uses))
        super().__init__("; ".join(self.messages))


def occupancies(
    profiles: Iterable[BrowserProfile], standard: Collection[Path], *, held: bool = False
) -> Looks:
    """What has each profile in use; Skipped where its folder may not even be looked into.

    `standard`: user-data folders that a browser opens without being told.
    """
    listed = tuple(guard.Machine().processes())
    machine = guard.Machine(processes=lambda: listed)
    found: Looks = {}
    for profile in profiles:
        executables = by_key(profile.browser).executables
        is_standard = profile.user_data in standard
        try:
            found[profile] = guard.check(
                profile, executables, standard=is_standard, held=held, machine=machine
            )
        except UnreadableStore as error:
            found[profile] = Skipped(error.path, error.reason)
    return found


@contextmanager
def shut(profiles: Iterable[BrowserProfile], standard: Collection[Path]) -> Iterator[Callable[[], None]]:
    """Keep browsers out, where that can be done; it yields what to ask whether one came in all the same.

    Raises ProfileInUse, and UnreadableStore where that can't be told, as does what it yields.
    """
    with ExitStack() as locks:
        held = {profile: locks.enter_context(guard.hold(profile)) for profile in profiles}
        _refuse(held, standard)
        yield lambda: _refuse(held, standard)


def _refuse(held: Mapping[BrowserProfile, bool], standard: Collection[Path]) -> None:
    for profile, is_held in held.items():
        found = occupancies((profile,), standard, held=is_held)[profile]
        if isinstance(found, Skipped):
            raise UnreadableStore(found.path, found.reason)
        if found.in_use:
            raise InUse(found.uses)


def left_behind(profiles: Iterable[BrowserProfile]) -> tuple[Path, ...]:
    """Staging folders of runs that were cut off, as far as they can be seen."""
    found: dict[Path, None] = {}
    for profile in profiles:
        for root in roots(profile):
            try:
                found |= dict.fromkeys(interrupted((root,)))
            except UnreadableStore:
                continue  # the plan and the sweep say so
    return tuple(found)


def finish_interrupted(profiles: Iterable[BrowserProfile]) -> tuple[Recovered, ...]:
    """Finish or take back what a run that was cut off has left. Raises UnreadableStore."""
    return tuple(dict.fromkeys(done for profile in profiles for done in recover(roots(profile))))


def apply(
    plan: Plan,
    standard: Collection[Path],
    progress: Progress = quiet,
    *,
    outcome: Outcome | None = None,
    keep_going: bool = False,
    keep: Keep | None = None,
) -> Outcome:
    """Remove what the plan names, profile by profile; each store is cleaned and proved, or as it was.

    With `keep` the originals are saved first, and all profiles are then treated as if they were one.

    Raises ProfileInUse as long as nothing was changed; later, or with `keep_going`, a profile that a browser
    has opened meanwhile is left as it was. An exception or Ctrl-C takes back what was done to the profile at
    hand; earlier ones are complete, and `outcome` has them.
    """
    run = _Run(plan, standard, progress, Outcome() if outcome is None else outcome, keep_going, keep)
    start = time.monotonic()
    try:
        for profiles in (plan.profiles,) if keep else ((profile,) for profile in plan.profiles):
            run.clean(profiles)
    finally:
        run.outcome.seconds = time.monotonic() - start
    return run.outcome


@dataclass(frozen=True)
class _Run:
    plan: Plan
    standard: Collection[Path]
    progress: Progress
    outcome: Outcome
    keep_going: bool
    keep: Keep | None

    def clean(self, profiles: Sequence[BrowserProfile]) -> None:
        found = (planned for profile in profiles for planned in self.plan.of(profile))
        stores = [planned for planned in found if self.plan.going(planned)]
        if not stores:
            return
        try:
            self._clean(tuple(dict.fromkeys(planned.profile for planned in stores)), stores)
        except ProfileInUse as error:
            if not (self.keep_going or self.outcome.changed):
                raise
            self._leave(stores, str(error))
        except UnreadableStore as error:
            self._leave(stores, f"{error.path}: {error.reason}")

    def _clean(self, profiles: Sequence[BrowserProfile], stores: list[PlannedStore]) -> None:
        with shut(profiles, self.standard) as refuse:
            before = _size(stores)
            paths = [planned.path for planned in stores]
            with Transaction([root for one in profiles for root in needed_roots(one, paths)]) as transaction:
                staged: list[tuple[Cleaned, Collection[Path]]] = []
                for planned in stores:
                    staged.append(self._staged(planned, transaction, [one for one, _ in staged]))
                saved = partial(self.progress, "backup")
                with self.keep(profiles, transaction.changes, saved) if self.keep else nullcontext():
                    # A browser may have been started while the copies were made.
                    refuse()
                made = transaction.swap(lambda path: self.progress("swap", path))
                self.outcome.cleaned += _all_settled(staged, made, transaction)
                try:
                    transaction.commit()
                except ScrubError as error:
                    self.outcome.troubles.append(str(error))
            self.outcome.freed += before - _size(stores)

    def _leave(self, stores: Iterable[PlannedStore], reason: str) -> None:
        self.outcome.cleaned += [Cleaned(planned, failed=reason) for planned in stores]

    def _staged(
        self, planned: PlannedStore, transaction: Transaction, others: Iterable[Cleaned]
    ) -> tuple[Cleaned, Collection[Path]]:
        """The store as it will be, and what is to be changed for that."""
        self.progress("stage", planned.path)
        if _explains(planned, others):
            return Cleaned(planned, failed=NEEDED), ()
        going = self.plan.going(planned)
        try:
            if fingerprint(planned.store.unit(planned.path)) != planned.fingerprint:
                raise PlanOutdated("the store is not what it was")
            with transaction.together() as paths:
                earlier = len(transaction.changes)
                equal = planned.store.remove(planned.path, going, transaction)
                scope.check(planned.store, planned.path, going, transaction.changes[earlier:])
        except UnreadableStore as error:
            return Cleaned(planned, failed=error.reason), ()
        except OSError as error:
            return Cleaned(planned, failed=error.strerror or str(error)), ()
        except PlanOutdated as error:
            return Cleaned(planned, failed="changed since the plan was made", detail=str(error)), ()
        except Unproved as error:
            failed = "what would stay could not be proved to be the same"
            return Cleaned(planned, failed=failed, detail=str(error)), ()
        return Cleaned(planned, going, equal), frozenset(paths)


def _explains(planned: PlannedStore, others: Iterable[Cleaned]) -> bool:
    """Whether it lies inside a store that failed: it may be all that tells whose things are in that one."""
    return any(one.failed and one.planned.path in planned.path.parents for one in others)


def _all_settled(
    staged: Iterable[tuple[Cleaned, Collection[Path]]],
    made: Sequence[Swapped | Failed],
    transaction: Transaction,
) -> list[Cleaned]:
    done: list[Cleaned] = []
    for cleaned, paths in staged:
        settled = _settled(cleaned, paths, made, transaction)
        if not settled.failed and _explains(settled.planned, done):
            stuck = transaction.put_back(paths)
            settled = replace(settled, removed=(), equal=0, failed=stuck[0].reason if stuck else NEEDED)
        done.append(settled)
    return done


def _settled(
    cleaned: Cleaned, paths: Collection[Path], made: Sequence[Swapped | Failed], transaction: Transaction
) -> Cleaned:
    """A store of several files is as it was where one of them could not be changed."""
    mine = [change for change in made if change.path in paths]
    failed = [change.reason for change in mine if isinstance(change, Failed)]
    if failed:
        stuck = transaction.put_back(paths)
        reasons = (*failed, *(change.reason for change in stuck))
        return replace(cleaned, removed=(), equal=0, failed="; ".join(dict.fromkeys(reasons)))
    warnings = tuple(text for change in mine if isinstance(change, Swapped) for text in change.warnings)
    return replace(cleaned, warnings=warnings)


def roots(profile: BrowserProfile) -> tuple[Path, ...]:
    """Where a run may write."""
    return (*_own_roots(profile), *profile.desktop, *profile.system)


def needed_roots(profile: BrowserProfile, paths: Collection[Path]) -> tuple[Path, ...]:
    """Places elsewhere only where something in them changes: every root gets a staging folder."""
    elsewhere = (*profile.moved_caches, *profile.desktop, *profile.system)
    unneeded = {root for root in elsewhere if not any(path.is_relative_to(root) for path in paths)}
    return tuple(root for root in roots(profile) if root not in unneeded)


def _own_roots(profile: BrowserProfile) -> tuple[Path, ...]:
    """The user-data folder has stores that all its profiles share."""
    return (*profile.roots, profile.user_data) if profile.family == "chromium" else profile.roots


def _size(stores: Iterable[PlannedStore]) -> int:
    """Bytes of all files of these stores, each once; what can't be looked at counts as nothing."""
    sizes: dict[Path, int] = {}
    for planned in stores:
        try:
            for path in _files(planned.store.unit(planned.path)):
                sizes[path] = path.lstat().st_size
        except (OSError, UnreadableStore):
            continue
    return sum(sizes.values())


def _files(parts: Iterable[Path]) -> Iterator[Path]:
    for part in parts:
        for path in (part, *walk(part)) if kind(part) == "folder" else (part,):
            if kind(path) == "file":
                yield path
