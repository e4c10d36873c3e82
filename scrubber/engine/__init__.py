"""A run: guard → apply → prove. Says nothing, asks nothing; `cli` does."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from scrubber import guard, model, rights
from scrubber.browsers import by_key
from scrubber.engine.outcome import (
    Cleaned,
    Outcome,
    measured,
    needed,
    put_back,
    settled,
    told_first,
    with_tellers,
)
from scrubber.engine.prepared import prepared
from scrubber.engine.room import Room
from scrubber.engine.writable import needed_roots
from scrubber.errors import ProfileInUse, ScrubError, UnreadableStore, UsageError
from scrubber.model import Skipped
from scrubber.transaction import Change, Transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from scrubber.model import BrowserProfile
    from scrubber.plan import Plan, PlannedStore

Progress = Callable[[str, "Path"], None]
"""Told what is being done (`plan`, `stage`, `swap`, `verify`) and to what."""

Keep = Callable[
    [Sequence["BrowserProfile"], Sequence[Change], Callable[["Path"], None]], AbstractContextManager[None]
]
"""Saves the originals of staged changes; where its block fails, nothing was changed, and they go again."""


Look = guard.Occupancy | Skipped
"""What has a profile in use, or why that can't be told."""
Looks = dict["BrowserProfile", Look]


def quiet(_step: str, _path: Path) -> None:
    """No progress."""


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
    # Only we may look at everybody's processes; of the profile, locks are read and nothing of them told.
    with rights.ours():
        listed = tuple(guard.Machine().processes())
        machine = guard.Machine(processes=lambda: listed)
        return {profile: _look(profile, standard, held, machine) for profile in profiles}


def _look(profile: BrowserProfile, standard: Collection[Path], held: bool, machine: guard.Machine) -> Look:
    executables, is_standard = by_key(profile.browser).executables, profile.user_data in standard
    try:
        return guard.check(profile, executables, standard=is_standard, held=held, machine=machine)
    except UnreadableStore as error:
        return Skipped(error.path, error.reason)


@contextmanager
def shut(profiles: Iterable[BrowserProfile], standard: Collection[Path]) -> Iterator[Callable[[], None]]:
    """Keep browsers out, where that can be done; it yields what to ask whether one came in all the same.

    Raises ProfileInUse, and UnreadableStore where that can't be told, as does what it yields.
    """
    with ExitStack() as locks:
        held = {}
        for profile in profiles:
            with rights.within(profile):
                held[profile] = locks.enter_context(guard.hold(profile))
        _refuse(held, standard)
        yield lambda: _refuse(held, standard)


def _refuse(held: Mapping[BrowserProfile, bool], standard: Collection[Path]) -> None:
    for profile, is_held in held.items():
        found = occupancies((profile,), standard, held=is_held)[profile]
        if isinstance(found, Skipped):
            raise UnreadableStore(found.path, found.reason)
        if found.in_use:
            raise InUse(found.uses)


def apply(plan: Plan, standard: Collection[Path], progress: Progress = quiet, **how: Any) -> Outcome:
    """`applied`, with nobody looking before the originals are destroyed."""
    with applied(plan, standard, progress, **how) as run:
        return run.outcome


@contextmanager
def applied(
    plan: Plan,
    standard: Collection[Path],
    progress: Progress = quiet,
    *,
    outcome: Outcome | None = None,
    keep_going: bool = False,
    keep: Keep | None = None,
) -> Iterator[Run]:
    """Remove what the plan names, profile by profile; each store is cleaned and proved, or as it was.

    The block looks at what has become of it (`Run.judge`). Until it ends, the originals lie aside, and
    browsers are kept out where that can be done; by whatever way it ends, they are destroyed then. Residue is
    no reason to bring them back: the stores were proved equal to them less what the plan names, and they hold
    all that the person wants gone. A process that dies meanwhile leaves them for the next start.

    With `keep` the originals are saved first, and all profiles are then treated as if they were one.

    Raises ProfileInUse as long as nothing was changed; later, or with `keep_going`, a profile that a browser
    has opened meanwhile is left as it was. An exception or Ctrl-C before the block takes back what was done
    to the profile at hand; earlier ones are complete, and `outcome` has them.
    """
    with ExitStack() as ends:
        run = Run(plan, standard, progress, Outcome() if outcome is None else outcome, keep_going, keep, ends)
        try:
            run.start()
            yield run
        finally:
            run.tell()


@dataclass
class _Part:
    """The stores of profiles that are cleaned together, or left as they are."""

    profiles: tuple[BrowserProfile, ...]
    stores: list[PlannedStore]
    transaction: Transaction
    locks: ExitStack = field(default_factory=ExitStack)
    cleaned: list[Cleaned] = field(default_factory=list)
    before: int = 0
    """Bytes of all files."""
    freed: int = 0
    is_left: bool = False

    @property
    def counts(self) -> bool:
        """Whether `cleaned` is what has become of them, whatever comes."""
        return self.is_left or self.transaction.is_kept


@dataclass(frozen=True)
class Run:
    """One run over a plan."""

    plan: Plan
    standard: Collection[Path]
    progress: Progress
    outcome: Outcome
    keep_going: bool
    keep: Keep | None
    ends: ExitStack
    parts: list[_Part] = field(default_factory=list)
    lacking: dict[int, str] = field(default_factory=dict)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where the originals lie aside: the sweep leaves these out."""
        return tuple(folder for part in self.parts for folder in part.transaction.folders)

    def start(self) -> None:
        """Clean it all."""
        begun = time.monotonic()
        every = told_first(planned for planned in self.plan.stores if self.plan.going(planned))
        going = {id(planned): self.plan.going(planned) for planned in every}
        room, people = Room(), rights.by_person(dict.fromkeys(planned.profile for planned in every))
        if self.keep and len(people) > 1:
            raise UsageError("a backup holds one person's profiles: name one home, or profiles of one person")
        for person, theirs in people.items():
            with rights.of(person):
                mine = [planned for planned in every if planned.profile in theirs]
                self.lacking.update(room.lacking(mine, going))
        try:
            for profiles in (self.plan.profiles,) if self.keep else ((one,) for one in self.plan.profiles):
                if stores := [planned for planned in every if planned.profile in profiles]:
                    self._clean(stores)
        finally:
            self.outcome.seconds = time.monotonic() - begun

    def judge(self, skipped: Iterable[Skipped]) -> None:
        """Put back what can't be read any more since it was changed, and what made sense only with that.

        `skipped` is what a new plan could not look into; stores in it are read once more.
        """
        places = [one.path for one in skipped]
        kept = [part for part in self.parts if part.transaction.is_kept]
        for part in kept:
            with rights.within(part.profiles[0]):
                part.cleaned = [self._judged(one, places) for one in part.cleaned]
        self._put_back()
        for part in kept:
            with rights.within(part.profiles[0]):
                part.freed = part.before - measured(part.stores)
        self.tell()

    def tell(self) -> None:
        """Bring the outcome up to date."""
        counting = [part for part in self.parts if part.counts]
        self.outcome.cleaned[:] = [one for part in counting for one in part.cleaned]
        self.outcome.freed = sum(part.freed for part in counting)

    def _clean(self, stores: list[PlannedStore]) -> None:
        profiles = tuple(dict.fromkeys(planned.profile for planned in stores))
        paths = [planned.path for planned in stores]
        writable = [root for one in profiles for root in needed_roots(one, paths)]
        part = _Part(profiles, stores, Transaction(writable, self.folders))
        self.parts.append(part)
        # Before anything is opened, so that nothing stays open whatever comes between.
        self.ends.push(partial(self._end, part))
        try:
            with rights.within(part.profiles[0]):
                self._swap(part)
        except (ProfileInUse, UnreadableStore) as error:
            self._end(part)
            self.tell()
            if isinstance(error, ProfileInUse) and not (self.keep_going or self.outcome.changed):
                raise
            self._leave(part, str(error))
        except BaseException as error:
            self._end(part, type(error), error, error.__traceback__)
            raise

    def _swap(self, part: _Part) -> None:
        refuse = part.locks.enter_context(shut(part.profiles, self.standard))
        part.before = measured(part.stores)
        part.transaction.open()
        for planned in part.stores:
            part.cleaned.append(self._staged(planned, part.transaction))
        saved = partial(self.progress, "backup")
        changes = part.transaction.changes
        with self.keep(part.profiles, changes, saved) if self.keep else nullcontext():
            # A browser may have been started while the copies were made.
            refuse()
        made = part.transaction.swap(lambda path: self.progress("swap", path))
        part.cleaned = settled(part.cleaned, made)
        self._put_back()
        part.freed = part.before - measured(part.stores)
        part.transaction.keep()

    def _end(self, part: _Part, *why: Any) -> None:
        """Destroy the originals of what stays, put the rest back; done already, it does nothing."""
        with part.locks, rights.within(part.profiles[0]):
            try:
                if part.transaction.is_kept:
                    part.transaction.commit()
            except ScrubError as error:
                self.outcome.troubles.append(str(error))
            finally:
                part.transaction.__exit__(*(why or (None, None, None)))

    def _leave(self, part: _Part, reason: str) -> None:
        part.cleaned = [Cleaned(planned, failed=reason) for planned in part.stores]
        part.is_left = True
        self._put_back()

    def _put_back(self) -> None:
        """Put back the stores that failed, and those that tell whose things are in them, of whichever part.

        First the words, then the deeds: an interrupt between must not call them clean.
        """
        words = with_tellers([part.cleaned for part in self.parts])
        for part, cleaned in zip(self.parts, words, strict=True):
            part.cleaned = cleaned
        for part in reversed(self.parts):
            with rights.within(part.profiles[0]):
                part.cleaned = put_back(part.cleaned, part.transaction)

    def _judged(self, one: Cleaned, places: Collection[Path]) -> Cleaned:
        """The same store; as one that failed where it was read for the plan and can't be any more."""
        planned = one.planned
        if one.failed or not any(planned.path in (place, *place.parents) for place in places):
            return one
        try:
            planned.store.find(planned.path, model.Look(self.plan.target, planned.profile, self.plan.policy))
        except (UnreadableStore, OSError) as error:
            return one.undone(f"could not be read any more once it was changed ({error}), and was put back")
        return one

    def _staged(self, planned: PlannedStore, transaction: Transaction) -> Cleaned:
        """The store as it will be, with what is to be changed for that."""
        self.progress("stage", planned.path)
        failed = [one.planned for part in self.parts for one in part.cleaned if one.failed]
        if reason := needed(planned, failed) or self.lacking.get(id(planned)):
            return Cleaned(planned, failed=reason)
        return prepared(planned, self.plan.going(planned), transaction)
