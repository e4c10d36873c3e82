"""The plan: what of the target is in which store of which profile. Made read-only, changed by nobody."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from scrubber import rights
from scrubber.browsers import by_key
from scrubber.errors import UnreadableStore, reason_of
from scrubber.model import Look, Skipped, Standing
from scrubber.plan.locate import is_shared, located
from scrubber.stores.hashed_files import urls
from scrubber.transaction import fingerprint
from scrubber.transaction.fingerprints import outline

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from scrubber.model import BrowserProfile, Policy, Store, Trace
    from scrubber.sites import Target

    _Turn = tuple[Path, int, BrowserProfile | None]
    """A path, a store that lies there, and for what the desktop keeps the profile that knows of it."""

LAST_CHANCE = "see to it before cleaning: afterwards nothing may tell any more whose things are in"
"""Said of a store that another one tells of, where it could not be looked through and the other could."""


@dataclass(frozen=True)
class PlannedStore:
    """One store that has traces of the target."""

    profile: BrowserProfile
    store: Store
    path: Path
    fingerprint: str
    """Of the store's unit, as `transaction.fingerprint` gives it."""
    traces: tuple[Trace, ...]

    @cached_property
    def tellers(self) -> frozenset[Path]:
        """The stores without which the next run would not find all of these traces."""
        return frozenset(trace.told_by for trace in self.traces if trace.told_by)

    def tells(self, other: PlannedStore) -> bool:
        """Whether it may be all that tells whose things are in another, as what lies inside that one may."""
        return self.path in other.tellers or other.path in self.path.parents


@dataclass(frozen=True)
class Plan:
    """Everything found for one run."""

    target: Target
    policy: Policy
    profiles: tuple[BrowserProfile, ...]
    stores: tuple[PlannedStore, ...]
    skipped: tuple[Skipped, ...]
    unread: frozenset[Path] = frozenset()
    """The stores on account of which something was skipped: that may be one file of a folder."""

    def going(self, planned: PlannedStore) -> tuple[Trace, ...]:
        """The traces of a store that the policy removes."""
        return tuple(trace for trace in planned.traces if self.policy.removes(trace))

    def staying(self, planned: PlannedStore) -> tuple[Trace, ...]:
        """The traces that are only reported: kept ones, and mentions in other sites' own data."""
        return tuple(
            trace
            for trace in planned.traces
            if trace.standing is Standing.KEPT or not self.policy.removes(trace)
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be removed."""
        return not any(self.going(planned) for planned in self.stores)

    @property
    def addresses(self) -> frozenset[str]:
        """The target's URLs that its own entries name, by which hashes of them can be recognised."""
        traces = (trace for planned in self.stores for trace in planned.traces)
        seen = {trace.seen for trace in traces if trace.standing is not Standing.MENTION}
        return frozenset(url for text in seen for url in urls(text))

    def only(self, profiles: Collection[BrowserProfile]) -> Plan:
        """The part of it that concerns these profiles."""
        return replace(
            self,
            profiles=tuple(profile for profile in self.profiles if profile in profiles),
            stores=tuple(planned for planned in self.stores if planned.profile in profiles),
        )

    def of(self, profile: BrowserProfile) -> tuple[PlannedStore, ...]:
        """The stores of one profile."""
        return tuple(planned for planned in self.stores if planned.profile == profile)


def make(
    profiles: Sequence[BrowserProfile],
    target: Target,
    policy: Policy,
    progress: Callable[[Path], None] = lambda _: None,
) -> Plan:
    """Look through every known store of these profiles; `progress` is told each path before its turn.

    A store that several profiles share is the first one's, but is looked through once more when all of them
    are known: it may know addresses by their hashes, and any of the profiles may have the addresses. What the
    desktop keeps is looked through once for each, because each profile knows its own downloads and apps.
    """
    search = _Search(target, policy, progress)
    together: dict[tuple[str, Path], list[BrowserProfile]] = {}
    for profile in profiles:
        together.setdefault((profile.browser, profile.user_data), []).append(profile)
        search.through(profile)
    for sharing in together.values():
        if len(sharing) > 1:
            search.through(sharing[0], again=True)
    return Plan(
        target,
        policy,
        tuple(profiles),
        tuple(search.stores.values()),
        tuple(search.skipped),
        frozenset(search.barred),
    )


@dataclass
class _Search:
    """What was found so far, and what helps to find more."""

    target: Target
    policy: Policy
    progress: Callable[[Path], None]
    stores: dict[_Turn, PlannedStore] = field(default_factory=dict)
    skipped: dict[Skipped, None] = field(default_factory=dict)
    seen: set[_Turn] = field(default_factory=set)
    known: dict[Path, dict[str, Path]] = field(default_factory=dict)
    """What gave the target's own entries away, and in which store, by user-data folder."""
    barred: set[Path] = field(default_factory=set)

    def through(self, profile: BrowserProfile, *, again: bool = False) -> None:
        """Look at the stores of a profile; `again`, at those that others share, whoever has seen them."""
        known = self.known.setdefault(profile.user_data, {})
        look = Look(self.target, profile, self.policy, known)
        with rights.within(profile):
            for store, found in _places(profile, self.policy, shared=again):
                if isinstance(found, Skipped):
                    self.skipped[found] = None
                    continue
                turn = (found, id(store), profile if _is_desktops(found, profile) else None)
                if again or turn not in self.seen:
                    self.seen.add(turn)
                    self._look(turn, store, look)

    def _look(self, turn: _Turn, store: Store, look: Look) -> None:
        path = turn[0]
        self.progress(path)
        self.stores.pop(turn, None)
        try:
            _check_way(path, self.barred)
            for planned in _planned(store, path, look):
                self.stores[turn] = planned
                self._note(planned)
        except (UnreadableStore, OSError) as error:  # a disk may fail in the middle of a file
            self.barred.add(path)
            where = error.path if isinstance(error, UnreadableStore) else path
            warning = f"; {LAST_CHANCE} {path.name}" if store.is_told else ""
            self.skipped[Skipped(where, reason_of(error) + warning)] = None

    def _note(self, planned: PlannedStore) -> None:
        """Whatever it shows, it tells; the last one that does is likeliest of the profile that asks."""
        known = self.known[planned.profile.user_data]
        for trace in planned.traces:
            is_better = trace.told_by is None or trace.seen not in known
            if is_better and trace.standing is not Standing.MENTION:
                known[trace.seen] = planned.path


def _planned(store: Store, path: Path, look: Look) -> Iterator[PlannedStore]:
    """The store with its traces, if it has any; the fingerprint is that of the state they were found in."""
    before = [outline(part) for part in store.unit(path)]
    traces = store.find(path, look)
    if not traces:
        return
    mark = fingerprint(store.unit(path))
    if [outline(part) for part in store.unit(path)] != before:
        raise UnreadableStore(path, "changed while it was read")
    yield PlannedStore(look.profile, store, path, mark, traces)


def _check_way(path: Path, barred: set[Path]) -> None:
    """What lies inside a store that can't be read may be all that tells whose things are in that one."""
    if not barred.isdisjoint(path.parents):
        raise UnreadableStore(path, "left alone: it tells whose things are in a store that can't be read")


def _is_desktops(path: Path, profile: BrowserProfile) -> bool:
    return any(path.is_relative_to(folder) for folder in profile.desktop)


def _places(
    profile: BrowserProfile, policy: Policy, *, shared: bool
) -> Iterator[tuple[Store, Path | Skipped]]:
    """Where the stores lie that are asked for; with `shared`, only those of several profiles."""
    for store in by_key(profile.browser).stores:
        if any(policy.wants(word) for word in store.holds):
            places = (place for place in store.places if is_shared(place) or not shared)
            for found in located(places, profile):
                yield store, found
