"""Firefox homes besides those of `homes`: one that was lived in, and one with its cache elsewhere, sealed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from tests.browsers.firefox import Firefox, add_preferences
from tests.browsers.homes import FirefoxHome
from tests.browsers.hosts import NEWS, SHOP, TARGET, WIDGET, url
from tests.browsers.pages import script

if TYPE_CHECKING:
    from pathlib import Path

IN_PRIVATE = "/in-a-private-window"
"""The path that was visited in a private window and nowhere else: no file may name it, ever."""

LATER_PREFERENCES: dict[str, str | bool] = {
    "places.previews.enabled": True,
    # As of another build: at its next start it sets the session aside, as after an upgrade.
    "browser.sessionstore.upgradeBackup.latestBuildID": "20200101000000",
}


def live_on(home: FirefoxHome) -> FirefoxHome:
    """Open a home again and go on: what only a second session leaves, and what only Firefox knows."""
    add_preferences(home.path, LATER_PREFERENCES)
    with home.open() as browser:
        for host in (TARGET, SHOP):
            browser.visit(url(host, "/packed"))
        browser.run_inside(script("lived_in.js"), TARGET, SHOP, NEWS, IN_PRIVATE)
        browser.maintain_places()
    return home


@dataclass(frozen=True)
class SealedCacheHome(FirefoxHome):
    """With a cache that a preference puts elsewhere, and another encrypts."""

    @property
    def cache(self) -> Path:
        """Where the preference has it."""
        return self.path / "Elsewhere"

    def copied(self, to: Path) -> Self:
        """The same home, where the preferences know that it is another."""
        copy = super().copied(to)
        for name in ("prefs.js", "user.js"):
            path = copy.profile / name
            path.write_text(path.read_text().replace(str(self.path), str(copy.path)))
        return copy

    def open(self) -> Firefox:
        """Start the browser on it."""
        place = {"browser.cache.disk.parent_directory": str(self.cache)}
        return Firefox(self.path, self.web, self.binary, {**place, **_SEALED})


_SEALED = {"browser.cache.disk.encryption.enabled": True}


def make_sealed_cache(home: SealedCacheHome) -> SealedCacheHome:
    """Fill an empty home: two hosts with all that they store and frame, and what was sent to them packed."""
    shutil.rmtree(home.cache, ignore_errors=True)
    with home.open() as browser:
        for host in (TARGET, WIDGET, SHOP):
            browser.visit(url(host, "/leave"))
        for host in (TARGET, SHOP):
            browser.visit(url(host, "/packed"))
        for host in (TARGET, SHOP):
            browser.container_tab(url(host, "/leave"), 2)
    return home
