"""Which browser profiles exist: pure functions of a home, an environment and a platform; nothing is written.

A home that isn't the person's own (`find_in`, `find_all`) is taken as it lies there: nothing of the running
environment leaks in, nothing outside it is touched, and root looks with the rights of whoever owns it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scrubber import files, rights
from scrubber.browsers import BROWSERS, Browser
from scrubber.discovery import chromium, firefox
from scrubber.discovery.layout import PLATFORMS, Installation, homes, installations
from scrubber.discovery.reach import Reach, or_skipped
from scrubber.errors import UnreadableStore, UsageError
from scrubber.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from scrubber.browsers.base import Platform
    from scrubber.model import BrowserProfile

__all__ = ["Found", "Skipped", "find", "find_all", "find_in", "size"]


@dataclass(frozen=True)
class Found:
    """What a search came to."""

    profiles: tuple[BrowserProfile, ...]
    looked: tuple[Path, ...]
    """Every folder that was looked for, found or not."""
    skipped: tuple[Skipped, ...]


def find(
    home: Path,
    environment: Mapping[str, str],
    platform: Platform,
    browsers: Iterable[Browser] = BROWSERS,
) -> Found:
    """The profiles of the person who runs this: the environment counts and links are followed anywhere."""
    return _searched(_places(home, environment, platform, browsers))


def find_all(
    home: Path,
    others: Iterable[Path],
    environment: Mapping[str, str],
    platform: Platform,
    browsers: Iterable[Browser] = BROWSERS,
) -> Found:
    """The profiles of everybody on this computer: as `find` in one's own home, as `find_in` in the others.

    A home that may not be read is skipped as one.
    """
    browsers = tuple(browsers)
    unread: list[Skipped] = []

    def places() -> Iterator[tuple[Reach, Installation | Skipped]]:
        yield from _places(home, environment, platform, browsers)
        for other in others:
            try:
                with rights.of(rights.owner(other)):
                    files.names(other)
            except UnreadableStore as error:
                unread.append(Skipped(error.path, error.reason))
            else:
                yield from _places(other, {}, platform, browsers, limit=other)

    found = _searched(places())
    return replace(found, skipped=(*unread, *found.skipped))


def find_in(folder: Path, browsers: Iterable[Browser] = BROWSERS) -> Found:
    """The profiles of another home, or of all homes on a mounted disk, whatever system they come from.

    Raises UsageError where `folder` is no folder or may not be read.
    """
    browsers = tuple(browsers)
    try:
        real = Reach().folder(folder)
        below = homes(real) if real else ()
    except UnreadableStore as error:
        raise UsageError(str(error)) from error
    if real is None:
        raise UsageError(f"{folder}: no such folder")

    def places() -> Iterator[tuple[Reach, Installation | Skipped]]:
        for home in below:
            for platform in PLATFORMS:
                yield from _places(home, {}, platform, browsers, limit=real)

    return _searched(places())


def size(profile: BrowserProfile) -> int:
    """Bytes of all files of a profile and its caches, links not followed. Raises UnreadableStore."""
    total = 0
    for root in profile.roots:
        for path in files.walk(root):
            try:
                total += path.lstat().st_size if files.kind(path) == "file" else 0
            except FileNotFoundError:  # a browser that runs takes its temporary files away
                continue
    return total


def _places(
    home: Path,
    environment: Mapping[str, str],
    platform: Platform,
    browsers: Iterable[Browser],
    limit: Path | None = None,
) -> Iterator[tuple[Reach, Installation | Skipped]]:
    reach = Reach(limit, fold=platform == "windows")
    with rights.of(rights.owner(home)):
        found = tuple(installations(home, environment, platform, browsers, reach))
    yield from ((reach, place) for place in found)


def _searched(places: Iterable[tuple[Reach, Installation | Skipped]]) -> Found:
    profiles: dict[Path, BrowserProfile] = {}
    looked: dict[Path, None] = {}
    skipped: dict[Skipped, None] = {}
    taken: set[str] = set()
    known: set[object] = set()
    for reach, place in places:
        if isinstance(place, Skipped):
            skipped[place] = None
            continue
        looked[place.data] = None
        batch: dict[Path, BrowserProfile] = {}
        family = chromium if place.browser.family == "chromium" else firefox
        with rights.of(rights.owner(place.home) if place.home else None):
            every = tuple(or_skipped(family.profiles(place, reach)))
        for seen in every:
            if isinstance(seen, Skipped):
                skipped[seen] = None
            elif (identity := _identity(seen.path)) not in known:
                known.add(identity)
                batch[seen.path] = seen
        for profile in _distinct(tuple(batch.values()), taken):
            profiles[profile.path] = profile
    return Found(tuple(profiles.values()), tuple(looked), tuple(skipped))


def _identity(folder: Path) -> object:
    """The same for all spellings of its name: macOS takes any case, and `ü` as one letter or two."""
    try:
        status = folder.stat()
    except OSError:  # gone meanwhile
        return folder
    return (status.st_dev, status.st_ino) if status.st_ino else folder


def _distinct(batch: tuple[BrowserProfile, ...], taken: set[str]) -> Iterator[BrowserProfile]:
    """Number the variant where a spec is taken: for a whole install, so that its profiles stay together."""
    number = 1
    while any(_numbered(profile, number).spec in taken for profile in batch):
        number += 1
    for profile in batch:
        own = number
        while _numbered(profile, own).spec in taken:
            own += 1
        taken.add(_numbered(profile, own).spec)
        yield _numbered(profile, own)


def _numbered(profile: BrowserProfile, number: int) -> BrowserProfile:
    if number == 1:
        return profile
    variant = f"{profile.variant}-{number}" if profile.variant else str(number)
    return replace(profile, variant=variant)
