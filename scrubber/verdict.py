"""Is anything left? The sweep, the plan made once more, a foreign reader: each sees what the others can't."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scrubber import residue, rights, witness
from scrubber.browsers import by_key
from scrubber.discovery import chromium, firefox
from scrubber.engine import Progress, quiet
from scrubber.engine.writable import left_behind
from scrubber.errors import UnreadableStore
from scrubber.files import kind, names
from scrubber.model import Skipped, Standing
from scrubber.plan import Plan, make
from scrubber.plan.locate import located
from scrubber.stores.encrypted_cache import EncryptedCache

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from scrubber.model import BrowserProfile, Key, Policy, Trace
    from scrubber.plan import PlannedStore
    from scrubber.residue import NotExamined, Remnant
    from scrubber.sites import Target
    from scrubber.witness import Witness

NOT_ASKED = "not asked for"
"""Explains what `--only` and `--except` leave out."""

_LISTS = (chromium.LIST, firefox.LIST)
"""What makes a folder one of a browser's that holds profiles."""

_SEALED = "encrypted with a key that only the browser has; clean drops it as a whole"


@dataclass(frozen=True)
class Verdict:
    """The answer to: is anything left?"""

    remnants: tuple[Remnant, ...]
    not_examined: tuple[NotExamined, ...]
    plan: Plan
    """Made for this answer, as the policy would have it."""
    files: int
    bytes: int
    """How much was read."""
    seconds: float
    witnesses: tuple[Witness, ...] = ()
    """What a foreign reader says of each file of cookies."""

    @property
    def unexplained(self) -> tuple[Remnant, ...]:
        """What should not be there."""
        return tuple(remnant for remnant in self.remnants if not remnant.explained)

    @property
    def to_remove(self) -> tuple[PlannedStore, ...]:
        """Stores in which `clean` would find something to remove, whatever the sweep saw of it.

        An encrypted cache, in which nobody finds anything, is among what could not be examined.
        """
        return tuple(
            planned for planned in self.plan.stores if self.plan.going(planned) and not _is_sealed(planned)
        )

    @property
    def seen(self) -> tuple[Witness, ...]:
        """Files in which a foreign reader sees what should not be there."""
        return tuple(one for one in self.witnesses if one.answer == "found" and not one.reason)

    @property
    def left(self) -> tuple[Path, ...]:
        """Every file and store that speaks against calling these profiles clean."""
        found: tuple[Remnant | PlannedStore | Witness, ...] = (*self.unexplained, *self.to_remove, *self.seen)
        return tuple(dict.fromkeys(one.path for one in found))


def verify(
    profiles: Sequence[BrowserProfile],
    target: Target,
    policy: Policy,
    progress: Progress = quiet,
    *,
    addresses: Collection[str] = (),
    leaving_out: Collection[Path] = (),
) -> Verdict:
    """Look at every file of these profiles for anything of the target; changes nothing.

    `addresses` are the target's URLs that were known before anything was removed. `leaving_out` are folders
    in which a run that is not over keeps what it removed.
    """
    start = time.monotonic()
    everything = replace(policy, only=frozenset(), without=frozenset())
    plan = make(profiles, target, everything, lambda path: progress("plan", path))
    read = _Read(progress)
    found: list[Remnant | NotExamined] = []
    heard: list[Witness] = []
    for person, theirs in rights.by_person(profiles).items():
        with rights.of(person):
            swept = _swept(theirs)
            found += residue.sweep(
                swept,
                target,
                known=_explanations(plan, policy),
                progress=read,
                urls=plan.addresses.union(addresses),
                leaving_out=leaving_out,
            )
            heard += witness.ask(swept, target, leaving_out)
    kept = _kept_whole(plan, policy)
    excused = _Excuses(profiles, policy, kept)
    return Verdict(
        tuple(excused(item) for item in found if isinstance(item, residue.Remnant)),
        tuple(item for item in _not_examined(found, plan, policy) if item.path not in kept),
        _asked_for(plan, policy),
        files=read.files,
        bytes=read.bytes,
        witnesses=tuple(_heard(one, policy) for one in heard),
        seconds=time.monotonic() - start,
    )


@dataclass
class _Read:
    """How much was read, counted as the sweep tells of each file."""

    progress: Progress
    files: int = 0
    bytes: int = 0

    def __call__(self, path: Path, size: int) -> None:
        self.files += 1
        self.bytes += size
        self.progress("verify", path)


def _is_sealed(planned: PlannedStore) -> bool:
    return isinstance(planned.store, EncryptedCache)


def _not_examined(
    found: Iterable[Remnant | NotExamined], plan: Plan, policy: Policy
) -> Iterator[NotExamined]:
    """What could not be looked into; an encrypted cache as a whole, and only where caches are asked for."""
    sealed = [planned.path for planned in plan.stores if _is_sealed(planned)]
    if policy.wants("cache"):
        yield from (residue.NotExamined(path, _SEALED) for path in sealed)
    for item in found:
        if isinstance(item, residue.NotExamined) and not any(map(item.path.is_relative_to, sealed)):
            yield item


def _heard(said: Witness, policy: Policy) -> Witness:
    if said.answer != "found" or policy.wants("cookies"):
        return said
    return replace(said, reason=NOT_ASKED)


def _asked_for(plan: Plan, policy: Policy) -> Plan:
    stores = (
        replace(planned, traces=tuple(trace for trace in planned.traces if policy.wants(trace.holds)))
        for planned in plan.stores
    )
    return replace(plan, policy=policy, stores=tuple(planned for planned in stores if planned.traces))


def _explanations(plan: Plan, policy: Policy) -> Callable[[Path, str, int | None], str]:
    """What the run leaves on purpose, as an answer for a place that names the target.

    Rows of databases are known one by one. Another kind of file is explained as a whole, and only where
    nothing is left in it that should go.
    """
    rows: dict[tuple[Path, str], dict[Key, str]] = {}
    reasons: dict[Path, list[str]] = {}
    for planned in plan.stores:
        for trace in planned.traces:
            why = _why_left(trace, policy)
            reasons.setdefault(planned.path, []).append(why)
            if why:
                rows.setdefault((planned.path, trace.where), {})[trace.key] = why
    wholes = {path: found[0] for path, found in reasons.items() if all(found)}

    def explain(path: Path, table: str, row: int | None) -> str:
        if table:
            known = rows.get((path, table), {})
            # A table WITHOUT ROWID has no number to tell its rows by; one at the end of an index is another.
            if row is None or any(isinstance(key, tuple) for key in known):
                return next(iter(known.values()), "")
            return known.get(row, "")
        return next((wholes[above] for above in (path, *path.parents) if above in wholes), "")

    return explain


def _why_left(trace: Trace, policy: Policy) -> str:
    if not policy.wants(trace.holds):
        return NOT_ASKED
    staying = trace.standing is Standing.KEPT or not policy.removes(trace)
    return trace.standing.value if staying else ""


def _kept_whole(plan: Plan, policy: Policy) -> dict[Path, str]:
    """The files that are left as wholes on purpose, and why: no part of one is left by mistake."""
    found: dict[Path, str] = {}
    for planned in plan.stores:
        for trace in planned.traces:
            why = _why_left(trace, policy)
            if why and not trace.where and isinstance(trace.key, str):
                beside = planned.store.unit(planned.path) if trace.key == planned.path.name else ()
                files = (path for path in (*beside, planned.path / trace.key) if kind(path) == "file")
                found |= dict.fromkeys(files, why)
    return found


class _Excuses:
    """Explains what lies in files that are `kept` as wholes, or those of stores that the policy leaves out.

    In both it may lie where no entry holds it.
    """

    def __init__(self, profiles: Iterable[BrowserProfile], policy: Policy, kept: Mapping[Path, str]) -> None:
        self._kept = kept
        self._whole: set[Path] = set()
        self._slack: set[Path] = set()
        if policy.only or policy.without:
            for profile in profiles:
                self._note(profile, policy)

    def __call__(self, remnant: Remnant) -> Remnant:
        if not remnant.explained and remnant.path in self._kept:
            return replace(remnant, explained=self._kept[remnant.path])
        places = {remnant.path, *remnant.path.parents}
        is_entry = remnant.seen_as == "cell"
        if remnant.explained or places.isdisjoint(self._whole if is_entry else self._whole | self._slack):
            return remnant
        return replace(remnant, explained=NOT_ASKED)

    def _note(self, profile: BrowserProfile, policy: Policy) -> None:
        for store in by_key(profile.browser).stores:
            # What a store's files hold beside entries goes with the first of its words.
            if policy.wants(store.holds[0]):
                continue
            into = self._slack if any(policy.wants(word) for word in store.holds) else self._whole
            for path in located(store.places, profile):
                if not isinstance(path, Skipped):
                    into.update(store.unit(path))


def _swept(profiles: Sequence[BrowserProfile]) -> tuple[Path, ...]:
    """The folders to look through: the profiles', what their browsers share, what dead runs have left."""
    roots: dict[Path, None] = {}
    for profile in profiles:
        roots |= dict.fromkeys(profile.roots)
        roots |= dict.fromkeys(_shared(profile))
    roots |= dict.fromkeys(left_behind(profiles))
    return tuple(root for root in roots if not any(parent in roots for parent in root.parents))


def _shared(profile: BrowserProfile) -> Iterator[Path]:
    for found in located(by_key(profile.browser).shared, profile):
        yield found.path if isinstance(found, Skipped) else found
    yield from _beside(profile.user_data)


def _beside(user_data: Path) -> Iterator[Path]:
    """Files in a user-data folder, known or not. Folders hold other profiles, or come with the browser."""
    try:
        if any(kind(user_data / name) == "file" for name in _LISTS):
            yield from (path for name in names(user_data) if kind(path := user_data / name) == "file")
    except UnreadableStore as error:
        yield error.path  # the sweep says why
