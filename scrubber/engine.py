"""A run: plan → guard → apply → prove → verify. Says nothing, asks nothing; `cli` does."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from scrubber import guard, residue
from scrubber.browsers import by_key
from scrubber.errors import PlanOutdated, Unproved, UnreadableStore
from scrubber.files import kind, walk
from scrubber.locate import located
from scrubber.model import Skipped, Standing
from scrubber.plan import Plan, PlannedStore, make
from scrubber.transaction import (
    Failed,
    Recovered,
    Swapped,
    Transaction,
    fingerprint,
    interrupted,
    recover,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from scrubber.model import BrowserProfile, Key, Policy, Trace
    from scrubber.residue import NotExamined, Remnant
    from scrubber.sites import Target

Progress = Callable[[str, "Path"], None]
"""Told what is being done (`plan`, `stage`, `swap`, `verify`) and to what."""


def quiet(_step: str, _path: Path) -> None:
    """No progress."""


@dataclass(frozen=True)
class Verdict:
    """The answer to: is anything left?"""

    remnants: tuple[Remnant, ...]
    not_examined: tuple[NotExamined, ...]
    plan: Plan
    """Made for this answer: what it lists as kept, or as mentioned elsewhere, explains remnants."""
    files: int
    bytes: int
    """How much was read."""
    seconds: float

    @property
    def unexplained(self) -> tuple[Remnant, ...]:
        """What should not be there."""
        return tuple(remnant for remnant in self.remnants if not remnant.explained)


@dataclass(frozen=True)
class Cleaned:
    """One store after a run."""

    planned: PlannedStore
    removed: tuple[Trace, ...] = ()
    equal: int = 0
    """Entries that were compared with the original and found the same."""
    failed: str = ""
    """Why the store is as it was."""
    warnings: tuple[str, ...] = ()


@dataclass
class Outcome:
    """What a run did."""

    cleaned: list[Cleaned] = field(default_factory=list)
    freed: int = 0
    """Bytes by which the profiles' files became smaller, measured."""
    seconds: float = 0.0


def occupancy(profile: BrowserProfile, standard: Collection[Path], *, held: bool = False) -> guard.Occupancy:
    """What has the profile in use. `standard`: user-data folders that a browser opens without being told."""
    executables = by_key(profile.browser).executables
    return guard.check(profile, executables, standard=profile.user_data in standard, held=held)


def left_behind(profiles: Sequence[BrowserProfile]) -> tuple[Path, ...]:
    """Staging folders of runs that were cut off."""
    return tuple(dict.fromkeys(path for profile in profiles for path in interrupted(_roots(profile))))


def finish_interrupted(profiles: Sequence[BrowserProfile]) -> tuple[Recovered, ...]:
    """Finish or take back what a run that was cut off has left."""
    return tuple(dict.fromkeys(done for profile in profiles for done in recover(_roots(profile))))


def apply(plan: Plan, standard: Collection[Path], progress: Progress = quiet) -> Outcome:
    """Remove what the plan names, profile by profile; each store is cleaned and proved, or as it was.

    Raises ProfileInUse before anything was changed in the profile that it names. An exception or Ctrl-C
    takes back what was done to the profile at hand; earlier ones are complete.
    """
    run = _Run(plan, standard, progress, Outcome())
    start = time.monotonic()
    for profile in plan.profiles:
        run.clean(profile)
    run.outcome.seconds = time.monotonic() - start
    return run.outcome


@dataclass(frozen=True)
class _Run:
    plan: Plan
    standard: Collection[Path]
    progress: Progress
    outcome: Outcome

    def clean(self, profile: BrowserProfile) -> None:
        stores = [planned for planned in self.plan.of(profile) if self.plan.going(planned)]
        if not stores:
            return
        with guard.hold(profile) as held:
            occupancy(profile, self.standard, held=held).refuse()
            before = sum(_size(planned) for planned in stores)
            with Transaction(_roots(profile)) as transaction:
                staged = [self._staged(planned, transaction) for planned in stores]
                # A browser may have been started while the copies were made.
                occupancy(profile, self.standard, held=held).refuse()
                made = transaction.swap(lambda path: self.progress("swap", path))
                done = [_with_failures(cleaned, made) for cleaned in staged]
                transaction.commit()
            self.outcome.cleaned += done
            self.outcome.freed += before - sum(_size(planned) for planned in stores)

    def _staged(self, planned: PlannedStore, transaction: Transaction) -> Cleaned:
        self.progress("stage", planned.path)
        going = self.plan.going(planned)
        try:
            if fingerprint(planned.store.unit(planned.path)) != planned.fingerprint:
                raise PlanOutdated("changed since the plan was made")
            equal = planned.store.remove(planned.path, going, transaction)
        except UnreadableStore as error:
            return Cleaned(planned, failed=error.reason)
        except (PlanOutdated, Unproved) as error:
            return Cleaned(planned, failed=str(error))
        return Cleaned(planned, going, equal)


def _with_failures(cleaned: Cleaned, made: Sequence[Swapped | Failed]) -> Cleaned:
    path = cleaned.planned.path
    mine = [change for change in made if change.path == path or path in change.path.parents]
    failed = [change.reason for change in mine if isinstance(change, Failed)]
    warnings = tuple(text for change in mine if isinstance(change, Swapped) for text in change.warnings)
    if failed:
        return replace(cleaned, removed=(), equal=0, failed=failed[0], warnings=warnings)
    return replace(cleaned, warnings=warnings)


def verify(
    profiles: Sequence[BrowserProfile], target: Target, policy: Policy, progress: Progress = quiet
) -> Verdict:
    """Look at every file of these profiles for anything of the target; changes nothing."""
    start = time.monotonic()
    everything = replace(policy, only=frozenset(), without=frozenset())
    plan = make(profiles, target, everything, lambda path: progress("plan", path))
    read = [0, 0]

    def count(path: Path, size: int) -> None:
        read[0] += 1
        read[1] += size
        progress("verify", path)

    found = list(residue.sweep(_swept(profiles), target, known=_explanations(plan, policy), progress=count))
    return Verdict(
        tuple(item for item in found if isinstance(item, residue.Remnant)),
        tuple(item for item in found if isinstance(item, residue.NotExamined)),
        plan,
        files=read[0],
        bytes=read[1],
        seconds=time.monotonic() - start,
    )


def _explanations(plan: Plan, policy: Policy) -> Callable[[Path, str, int | None], str]:
    """What the run leaves on purpose, as an answer for a place that names the target.

    Rows of databases are known one by one. Another kind of file is explained as a whole, and only where
    nothing is left in it that should go.
    """
    rows: dict[tuple[Path, str], dict[Key, str]] = {}
    wholes: dict[Path, str] = {}
    for planned in plan.stores:
        reasons = [(trace, _why_left(trace, policy)) for trace in planned.traces]
        for trace, why in reasons:
            if why:
                rows.setdefault((planned.path, trace.where), {})[trace.key] = why
        if all(why for _, why in reasons):
            wholes[planned.path] = reasons[0][1]

    def explain(path: Path, table: str, row: int | None) -> str:
        if table:
            known = rows.get((path, table), {})
            # A table WITHOUT ROWID has no number to tell its rows by.
            return known.get(row, "") if row is not None else next(iter(known.values()), "")
        return next((wholes[above] for above in (path, *path.parents) if above in wholes), "")

    return explain


def _why_left(trace: Trace, policy: Policy) -> str:
    if not policy.wants(trace.holds):
        return "not asked for"
    staying = trace.standing is Standing.KEPT or not policy.removes(trace)
    return trace.standing.value if staying else ""


def _swept(profiles: Sequence[BrowserProfile]) -> tuple[Path, ...]:
    """The folders to look through: the profiles', and what their browsers share between profiles."""
    roots: dict[Path, None] = {}
    for profile in profiles:
        roots |= dict.fromkeys(profile.roots)
        shared = located(by_key(profile.browser).shared, profile)
        roots |= dict.fromkeys(path for path in shared if not isinstance(path, Skipped))
    return tuple(root for root in roots if not any(parent in roots for parent in root.parents))


def _roots(profile: BrowserProfile) -> tuple[Path, ...]:
    """Where a run may write. The user-data folder has stores that all its profiles share."""
    return (*profile.roots, profile.user_data) if profile.family == "chromium" else profile.roots


def _size(planned: PlannedStore) -> int:
    total = 0
    for part in planned.store.unit(planned.path):
        inside = walk(part) if kind(part) == "folder" else (part,)
        total += sum(path.lstat().st_size for path in inside if kind(path) == "file")
    return total
