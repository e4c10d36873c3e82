"""A Firefox home that was lived in for two sessions: what a person made of the target, and of others."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.browsers import cleaning, evidence, firefox_evidence
from tests.browsers.firefox_homes import IN_PRIVATE
from tests.browsers.hosts import NEWS, SHOP, TARGET, TARGETS, url
from tests.browsers.pages import script
from tests.browsers.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browsers.cleaning import Cleaned
    from tests.browsers.homes import FirefoxHome

pytestmark = pytest.mark.browser

PUSH = "storage/permanent/chrome/idb/2918063365piupsah.sqlite"
TRACES = {
    "the session before": "sessionstore-backups/previous.jsonlz4 inside as plain",
    "the session before an upgrade": "sessionstore-backups/upgrade.jsonlz4-",
    "who opens mail links": "handlers.json at",
    "notifications": "notificationstore.json at",
    "push messages": f"{PUSH} object_data.data",
    "push messages, in shifted letters": f"{PUSH} unique_index_data.value",
    "notes on tabs": "tabnotes.sqlite tabnotes.canonical_url",
    "start pages and tiles": "prefs.js at",
    "copies of bookmarks": "bookmarkbackups ",
}

KNOWN = (url(TARGET, "/forgotten"), url(TARGET, "/often"), url(TARGET))
"""Addresses whose hashes the home has in more places than others."""


@pytest.fixture(scope="module")
def lived_in(firefox_lived_in_home: FirefoxHome) -> FirefoxHome:
    return firefox_lived_in_home


@pytest.fixture
def cleaned(cleanings: Callable[[str], Cleaned[FirefoxHome]]) -> Cleaned[FirefoxHome]:
    return cleanings("firefox_lived_in_home")


@pytest.fixture(scope="module")
def left(lived_in: FirefoxHome) -> list[str]:
    found = cleaning.remnants(lived_in.path)
    return [f"{path} {line}" for path, lines in found.items() for line in lines]


@pytest.mark.parametrize("place", TRACES.values(), ids=TRACES)
def test_a_life_left_a_trace_of_the_target(left: list[str], place: str) -> None:
    assert any(line.startswith(place) for line in left)


def test_a_life_left_hashes_of_the_target_s_addresses(lived_in: FirefoxHome) -> None:
    hashed = firefox_evidence.hashed(lived_in.path, KNOWN, ())
    lines = {line.rpartition("/k3v9x2ma.default-esr/")[2] for line in hashed}
    assert lines >= {
        f"places.sqlite: sha256 of {url(TARGET, '/forgotten')}",
        f"prefs.js: md5 of {url(TARGET, '/often')}",
    }


def test_nothing_was_ever_written_of_a_private_window(lived_in: FirefoxHome) -> None:
    known = {(request.host, request.path) for request in lived_in.web.requests}
    assert (TARGET, IN_PRIVATE) in known
    private = IN_PRIVATE.encode()
    assert [path for path, content in evidence.contents(lived_in.path) if private in content] == []


def test_a_session_has_groups_and_windows_of_both(lived_in: FirefoxHome) -> None:
    session = evidence.session(lived_in.profile / "sessionstore.jsonlz4")
    for host in (TARGET, SHOP):
        for part in (
            session["savedGroups"],
            session["windows"][0]["closedGroups"],
            session["_closedWindows"],
        ):
            assert host in json.dumps(part)
    assert [group["name"] for group in session["windows"][0]["groups"]] == ["Both"]


def test_nothing_is_left_in_name_or_hash_where_a_person_asks_for_that(
    lived_in: FirefoxHome, tmp_path: Path
) -> None:
    home = lived_in.copied(tmp_path)
    addresses = {*firefox_evidence.addresses(home.path), *KNOWN}
    keys = firefox_evidence.cache_keys(home.cache)
    ran = cleaning.run(home.path, "clean", "--yes", "--include", "bookmarks,logins", "--mentions", "all")
    assert cleaning.remnants(home.path) == {}
    assert firefox_evidence.hashed(home.path, addresses, keys) == []
    assert (ran.exit_code, ran.answer["residue"], ran.missed) == (0, [], [])
    assert evidence.damaged(home.path) == []
    _starts_without_asking_the_target(home)
    assert cleaning.remnants(home.path) == {}


def _starts_without_asking_the_target(home: FirefoxHome) -> None:
    """Start pages, tiles and tabs that come back would make the traces anew."""
    before = len(home.web.requests)
    with home.open() as browser:
        until(lambda: _asked(home, before, SHOP, "/start"), "the other start page")
        entries = browser.run_inside(script("restore.js"))
        browser.tab("about:home")
        until(lambda: SHOP in browser.run_inside(_TILES), "the tiles of the start page")
    assert any(SHOP in entry for entry in entries)
    assert not any(host in entry for entry in entries for host in TARGETS)
    assert not any(request.host in TARGETS for request in home.web.requests[before:])


_TILES = """
    const { AboutNewTab } = ChromeUtils.importESModule("resource:///modules/AboutNewTab.sys.mjs");
    return JSON.stringify(AboutNewTab.activityStream.store.getState().TopSites.rows);
"""


def _asked(home: FirefoxHome, since: int, host: str, path: str) -> bool:
    return any((request.host, request.path) == (host, path) for request in home.web.requests[since:])


def test_hashes_are_left_of_what_is_kept_alone(cleaned: Cleaned[FirefoxHome]) -> None:
    addresses = {*firefox_evidence.addresses(cleaned.before.path), *KNOWN}
    keys = firefox_evidence.cache_keys(cleaned.before.cache)
    left = firefox_evidence.hashed(cleaned.after.path, addresses, keys)
    assert [line.rpartition("/k3v9x2ma.default-esr/")[2] for line in left] == [
        f"places.sqlite: url hash of {url(TARGET, '/bookmarked')}"
    ]


def test_tiles_and_start_pages_of_others_stay(cleaned: Cleaned[FirefoxHome]) -> None:
    before, after = (_preferences(home.profile / "prefs.js") for home in (cleaned.before, cleaned.after))
    pinned, dismissed = "browser.newtabpage.pinned", "browser.newtabpage.blocked"
    assert [tile and tile["url"] for tile in before[pinned]] == [url(TARGET, "/pinned"), url(SHOP, "/pinned")]
    # A tile's number is its place on the page.
    assert after[pinned] == [None, before[pinned][1]]
    assert len(before[dismissed]) == 4
    assert after[dismissed] == {_tile(url(SHOP, path)): 1 for path in ("/often", "/")}
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed == {pinned, dismissed}
    assert before.keys() == after.keys()


def _preferences(path: Path) -> dict[str, Any]:
    lines = re.findall(r'user_pref\("(.*?)", (.*)\);', path.read_text())
    values = {name: json.loads(value) for name, value in lines}
    for name in ("browser.newtabpage.pinned", "browser.newtabpage.blocked"):
        values[name] = json.loads(values[name])
    return values


def _tile(address: str) -> str:
    return base64.b64encode(hashlib.md5(address.encode()).digest()).decode()


def test_who_else_opens_mail_links_and_shows_notifications_stays(cleaned: Cleaned[FirefoxHome]) -> None:
    for name in ("handlers.json", "notificationstore.json"):
        before, after = (
            json.loads((home.profile / name).read_text()) for home in (cleaned.before, cleaned.after)
        )
        assert TARGET in json.dumps(before)
        if name == "handlers.json":
            # The first is the preferred one, and null where the person is asked; later nulls mean nothing.
            handlers = after["schemes"]["mailto"]["handlers"]
            after["schemes"]["mailto"]["handlers"] = [handlers[0], *filter(None, handlers[1:])]
        assert after == _without_target(before)


def _without_target(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_target(each) for key, each in node.items() if TARGET not in key}
    if isinstance(node, list):
        return [_without_target(each) for each in node if TARGET not in json.dumps(each)]
    return node


def test_push_messages_of_others_are_found_as_before(cleaned: Cleaned[FirefoxHome], tmp_path: Path) -> None:
    home = cleaned.after.copied(tmp_path)
    with home.open() as browser:
        found = browser.run_inside(script("push.js"), SHOP, NEWS, TARGET)
    assert found == {
        "all": [
            [url(NEWS), ""],
            [url(NEWS), "^userContextId=2"],
            [url(SHOP), ""],
            [url(SHOP), "^userContextId=2"],
        ],
        "by scope": {SHOP: True, NEWS: True, TARGET: False},
    }
    assert evidence.damaged(home.path) == []


def test_previews_and_what_is_left_of_them(cleaned: Cleaned[FirefoxHome]) -> None:
    gone = {hashlib.sha256(url(SHOP, "/forgotten").encode()).hexdigest()}
    with closing(
        sqlite3.connect(f"{(cleaned.after.profile / 'places.sqlite').as_uri()}?immutable=1", uri=True)
    ) as database:
        assert {hash_ for (hash_,) in database.execute("SELECT hash FROM moz_previews_tombstones")} == gone
    previews = {path.name for path in (cleaned.after.profile / "places-previews").iterdir()}
    assert previews == {f"{hashlib.sha256(url(SHOP, '/grouped').encode()).hexdigest()}.webp"}
