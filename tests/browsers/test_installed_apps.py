"""Installed web apps, of the target and of a bystander: a person's own, which stay until they are removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browsers import chromium_evidence, cleaning
from tests.browsers.homes import ChromiumHome
from tests.browsers.hosts import SHOP, TARGET, url
from tests.browsers.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browsers.chromium import Chromium
    from tests.browsers.web import Web

pytestmark = pytest.mark.browser

ALL = ("--include", "bookmarks,logins", "--mentions", "all")
SYNC = "const { periodicSync } = await navigator.serviceWorker.ready;"
TAGS = f"{SYNC} return await periodicSync.getTags();"
LAUNCHERS = {".local/share/applications", ".gnome/apps"}
"""The folders that launchers lie in."""


def opened(home: ChromiumHome) -> Chromium:
    """With the pipe, without which Chromium lets no program install an app."""
    return home.open(switches=("--remote-debugging-pipe",))


@pytest.fixture
def home(chromium_binary: Path, web: Web, tmp_path: Path) -> ChromiumHome:
    """In which both have an app with a periodic sync. No copy: launchers have the profile's path."""
    made = ChromiumHome(tmp_path / "home", web, chromium_binary)
    with opened(made) as browser:
        for host in (SHOP, TARGET):
            browser.ask(
                "PWA.install", manifestId=url(host, "/start"), installUrlOrBundleUrl=url(host, "/app")
            )
            browser.visit(url(host, "/leave"))
            browser.run_async(f"{SYNC} await periodicSync.register('news', {{ minInterval: 86400000 }});")
    return made


def launchers(home: ChromiumHome) -> dict[str, bytes]:
    return {
        path.relative_to(home.path).as_posix(): path.read_bytes()
        for folder in LAUNCHERS
        for path in (home.path / folder).glob("*.desktop")
    }


def test_apps_stay_and_what_they_stored_goes(home: ChromiumHome) -> None:
    before, known = launchers(home), chromium_evidence.known(home.path)
    for options in ((), ALL):
        ran = cleaning.run(home.path, "clean", "--yes", *options)
        assert ran.exit_code == 0
        kept = {cleaning.within(home.path, each["path"]) for each in ran.planned if each["kept"]}
        assert kept == {*LAUNCHERS, "Default/Sync Data/LevelDB"}
        assert launchers(home) == before
        left = {place.rpartition("/")[0] for place in cleaning.remnants(home.path)}
        assert left == kept
    with opened(home) as browser:
        for host, tags in ((SHOP, ["news"]), (TARGET, [])):
            browser.visit(url(host, "/leave"))
            assert browser.run_async(TAGS) == tags
            browser.ask("PWA.getOsAppState", manifestId=url(host, "/start"))
        browser.ask("PWA.uninstall", manifestId=url(TARGET, "/start"))
        until(lambda: len(launchers(home)) == len(before) // 2, "the launchers of an app that is removed")
    cleaning.run(home.path, "clean", "--yes", *ALL)
    assert cleaning.remnants(home.path) == {}
    assert chromium_evidence.hashed(home.path, known) == []
    assert all(before[path] == content for path, content in launchers(home).items())
