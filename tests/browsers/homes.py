"""Homes with a browser's profile in which every kind of trace was left: made once, copied for each use."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from tests.browsers import chromium, chromium_story, firefox, story
from tests.browsers.chromium import Chromium
from tests.browsers.chromium_seeds import LATE, seed_bookmarks, seed_databases, seed_preferences
from tests.browsers.firefox import Firefox
from tests.browsers.hosts import NEWS, SHOP, TARGET, WIDGET, url
from tests.browsers.pages import script
from tests.browsers.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.browsers.web import Web

IN_SQLITE = (
    "DomStorageSqlite,DomStorageSqliteNewDatabases,IdbSqliteBackingStore,"
    "DiskCacheBackendExperiment:backend/sql,UsePersistentCacheForCodeCache"
)
"""The features by which Chromium 156 keeps storage and caches in SQLite, as later versions may do unasked."""
IN_BLOCKFILES = "DiskCacheBackendExperiment:backend/blockfile"
"""The feature by which it caches as it does on Windows."""
BEFORE_THE_CRASH = "/before-the-crash"
"""The path that was visited in a crashed home and in no other."""


@dataclass(frozen=True)
class Home:
    """A home, and what is needed to open its browser again: the same pages at the same port."""

    path: Path
    web: Web
    binary: Path

    def copied(self, to: Path) -> Self:
        """The same home at `to / "home"`, free to be changed."""
        copy = to / "home"
        shutil.copytree(self.path, copy, symlinks=True)
        return replace(self, path=copy)


@dataclass(frozen=True)
class ChromiumHome(Home):
    """`~/.config/chromium` with `Default` and `Profile 1`, the cache in `~/.cache/chromium`."""

    features: str = ""

    @property
    def user_data(self) -> Path:
        """The user-data folder."""
        return chromium.user_data(self.path)

    @property
    def profile(self) -> Path:
        """The profile in which everything was left."""
        return self.user_data / "Default"

    @property
    def cache(self) -> Path:
        """The cache of `profile`."""
        return self.path / ".cache" / "chromium" / "Default"

    @property
    def second(self) -> tuple[Path, Path]:
        """The other profile and its cache: a run for `Default` must not change a byte of them."""
        return self.user_data / "Profile 1", self.path / ".cache" / "chromium" / "Profile 1"

    def open(self, profile: str = "Default", switches: Iterable[str] = ()) -> Chromium:
        """Start the browser on it."""
        return Chromium(self.path, self.web, self.binary, profile, features=self.features, switches=switches)


@dataclass(frozen=True)
class FirefoxHome(Home):
    """`~/.config/mozilla/firefox` with `profiles.ini` and one profile, the cache in `~/.cache/mozilla`."""

    @property
    def profile(self) -> Path:
        """The profile in which everything was left."""
        return firefox.profile(self.path)

    @property
    def cache(self) -> Path:
        """The cache of `profile`."""
        return self.path / ".cache" / "mozilla" / "firefox" / firefox.PROFILE

    def open(self) -> Firefox:
        """Start the browser on it."""
        return Firefox(self.path, self.web, self.binary)


def make_chromium(home: ChromiumHome) -> ChromiumHome:
    """Fill an empty home: `Default` with everything, `Profile 1` with what two hosts store."""
    seed_preferences(home.profile)
    seed_bookmarks(home.profile)
    with home.open() as browser:
        story.leave(browser, home.web)
        chromium_story.first(browser)
        until(lambda: all((home.profile / name).exists() for name in LATE), "the databases made late")
    with home.open(switches=("--restore-last-session",)) as browser:
        chromium_story.second(browser, home.profile)
    with home.open("Profile 1") as browser:
        _visit(browser, (TARGET, SHOP))
    seed_databases(home.profile)
    return home


def make_firefox(home: FirefoxHome) -> FirefoxHome:
    """Fill an empty home's one profile with everything."""
    with home.open() as browser:
        story.leave(browser, home.web)
        browser.run_inside(script("inside.js"), TARGET, SHOP, NEWS, WIDGET)
        browser.tab("about:home")
        until(lambda: browser.run_inside(script("start_page.js"), TARGET), "the start page in the cache")
        for host in (SHOP, TARGET):
            browser.container_tab(url(host, "/leave"), 2)
            browser.tab(url(host, "/closed-tab"))
            browser.close_tab()
        # Firefox does it now and then; done here, it has nothing to repair unless a test broke something.
        browser.maintain_places()
    return home


def crash_chromium(home: ChromiumHome) -> None:
    """Open it again, go on, and kill it: with its locks, an unfinished journal and unflushed logs."""
    with home.open() as browser:
        _visit(browser, (SHOP, TARGET))
        browser.visit(url(TARGET, BEFORE_THE_CRASH))
        sessions = home.profile / "Sessions"
        until(lambda: _written(sessions.glob("Session_*")), "the session's record of the last page")
        browser.kill()


def crash_firefox(home: FirefoxHome) -> None:
    """Open it again, go on, and kill it: with filled write-ahead logs and the session's recovery file."""
    with home.open() as browser:
        _visit(browser, (SHOP, TARGET))
        browser.visit(url(TARGET, BEFORE_THE_CRASH))
        until(lambda: _written([home.profile / "places.sqlite-wal"]), "the visit in the log of places")
        recovery = home.profile / "sessionstore-backups" / "recovery.jsonlz4"
        until(recovery.exists, "the session's backup")
        browser.kill()


def _visit(browser: Chromium | Firefox, hosts: Iterable[str]) -> None:
    for host in hosts:
        browser.visit(url(host, "/leave"))


def _written(files: Iterable[Path]) -> bool:
    return any(BEFORE_THE_CRASH.encode() in path.read_bytes() for path in files if path.exists())
