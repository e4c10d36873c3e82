"""A home with every described store of every browser, each with the target and with bystanders in it.

The stores are shared out among profiles of all browsers that have them. What can't stand beside what is there
already (Chromium's three kinds of HTTP cache want the same folder) goes to the next profile that has room.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber.browsers import BROWSERS
from scrubber.model import BrowserProfile
from tests.faults.homes import leave_a_wal
from tests.saboteurs.fillers import fill
from tests.saboteurs.scene import Scene, stores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scrubber.browsers import Browser
    from scrubber.model import Family, Store

OPTIONS = ("--include", "bookmarks,logins", "--mentions", "all")
"""Everything goes that can go at all."""

PROFILES = 2
"""Of each browser. What fails for a profile as a whole is tried in all of them at once: so there are many."""

_MARKS = {"chromium": {"Preferences": "{}"}, "firefox": {"prefs.js": "", "times.json": "{}"}}
"""Files by which a folder is known for a profile."""


@dataclass(frozen=True)
class Room:
    """A profile that stores can be put in."""

    browser: Browser
    number: int

    @property
    def name(self) -> str:
        """Of its folder."""
        return f"Profile {self.number}" if self.browser.family == "chromium" else f"{self.number}.default"

    def profile(self, home: Path) -> BrowserProfile:
        """As it will be found in this home."""
        key, family = self.browser.key, self.browser.family
        usual = next(each for each in self.browser.places if each.platform == "linux" and not each.variant)
        data, caches = (
            home / place.format(config=".config", cache=".cache") for place in (usual.data, usual.cache)
        )
        data_home, cache_home = home / ".local" / "share", home / ".cache"
        places = (data / self.name, data, caches / self.name)
        names = (self.name, self.name)
        return BrowserProfile(key, family, *names, *places, "", data_home, cache_home, home=home)


def make(home: Path) -> None:
    """Fill an empty folder."""
    for family in ("chromium", "firefox"):
        rooms = _rooms(family)
        mine = [store for _, key, store in stores() if key in {room.browser.key for room in rooms}]
        for number, store in enumerate(mine):
            # What the desktop and the system keep is changed for the first one, and keeps it busy enough.
            first = 1 + number % (len(rooms) - 1)
            _put(store, [*rooms[first:], *rooms[:first]], home)
        for room in rooms:
            _mark(room.profile(home))
    for launcher in home.rglob("*.desktop"):
        # One that names the folder would be another home's once this one is copied.
        launcher.write_text(re.sub(r' "--user-data-dir=[^"]*"', "", launcher.read_text()))
    for name in ("History", "places.sqlite"):
        leave_a_wal(min(home.rglob(name)), "CREATE TABLE late (note)")


def described() -> set[tuple[object, ...]]:
    """Every store of every browser."""
    return {kind(store) for browser in BROWSERS for store in browser.stores}


def kind(store: Store) -> tuple[object, ...]:
    """What tells one store from another; several browsers may describe it alike."""
    return type(store), store.places[0], store.holds[0], type(getattr(store, "inner", None))


def _rooms(family: Family) -> list[Room]:
    browsers = [browser for browser in BROWSERS if browser.family == family]
    return [Room(browser, number) for number in range(1, PROFILES + 1) for browser in browsers]


def _put(store: Store, rooms: Sequence[Room], home: Path) -> None:
    with tempfile.TemporaryDirectory(dir=home.parent) as name:
        for room in (room for room in rooms if store in room.browser.stores):
            apart = Path(name) / f"{room.browser.key} {room.number}"
            profile = room.profile(apart)
            for folder in (profile.path, profile.cache, apart / ".local" / "share"):
                folder.mkdir(parents=True)
            fill(store, Scene(profile))
            _rename(apart, room)
            if not any(_collide(path, apart, home) for path in _files(apart)):
                shutil.copytree(apart, home, dirs_exist_ok=True)
                return
    raise AssertionError(f"{store.places[0]}: no profile has room for it")


def _rename(apart: Path, room: Room) -> None:
    """Launchers name their profile; jump lists have names of no meaning, here all alike."""
    for path in apart.rglob("*-Default.*"):
        path.rename(path.with_stem(path.stem.replace("-Default", f"-{room.name.replace(' ', '_')}")))
    for path in apart.rglob("*.customDestinations-ms"):
        path.rename(path.with_name(f"{room.browser.key} {path.name}"))


def _collide(path: Path, apart: Path, home: Path) -> bool:
    """Whether something else lies there, or a file where a folder has to be."""
    there = home / path.relative_to(apart)
    if there.exists():
        return there.is_dir() or there.read_bytes() != path.read_bytes()
    return any((home / above).is_file() for above in path.relative_to(apart).parents)


def _mark(profile: BrowserProfile) -> None:
    profile.path.mkdir(parents=True, exist_ok=True)
    for name, content in _MARKS[profile.family].items():
        if not (profile.path / name).exists():
            (profile.path / name).write_text(content)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
