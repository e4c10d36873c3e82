"""Where a run may write in a profile, and what runs that were cut off have left there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber import rights
from scrubber.errors import UnreadableStore
from scrubber.transaction import Recovered, interrupted, recover, take_back

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from scrubber.model import BrowserProfile


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


def left_behind(profiles: Iterable[BrowserProfile]) -> tuple[Path, ...]:
    """Staging folders of runs that were cut off, as far as they can be seen."""
    found: dict[Path, None] = {}
    for profile in profiles:
        for root in roots(profile):
            try:
                with rights.within(profile):
                    found |= dict.fromkeys(interrupted((root,)))
            except UnreadableStore:
                continue  # the plan and the sweep say so
    return tuple(found)


def take_interrupted_back(profiles: Iterable[BrowserProfile]) -> tuple[Path, ...]:
    """Put back all that runs which were cut off had swapped; the paths.

    Raises `transaction.WrittenSince` with nothing done, UnreadableStore, ScrubError.
    """
    done: list[Path] = []
    for person, theirs in rights.by_person(profiles).items():
        with rights.of(person):
            done += take_back([root for profile in theirs for root in roots(profile)])
    return tuple(done)


def finish_interrupted(profiles: Iterable[BrowserProfile]) -> tuple[Recovered, ...]:
    """Finish or take back what a run that was cut off has left. Raises UnreadableStore."""
    found: dict[Recovered, None] = {}
    for profile in profiles:
        with rights.within(profile):
            found |= dict.fromkeys(recover(roots(profile)))
    return tuple(found)
