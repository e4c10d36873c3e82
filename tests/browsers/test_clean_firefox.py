"""The main job on a real Firefox profile: what only it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browsers import evidence
from tests.browsers.hosts import NEWS, SHOP, TARGET
from tests.browsers.kept_files import Files

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browsers.cleaning import Cleaned
    from tests.browsers.homes import FirefoxHome
    from tests.browsers.reopened import Reopened

pytestmark = pytest.mark.browser

SESSIONS = {
    "firefox_home": "sessionstore.jsonlz4",
    "firefox_crashed_home": "sessionstore-backups/recovery.jsonlz4",
}
"""The file that holds the tabs, by the name of the home's fixture."""

LISTS = ("AlternateServices.bin", "SiteSecurityServiceState.bin", "cert_override.txt", "serviceworker.txt")
"""Files with an entry for each site, and nothing else."""


@pytest.fixture(params=SESSIONS)
def name(request: pytest.FixtureRequest) -> str:
    """Of the home's fixture."""
    fixture: str = request.param
    return fixture


@pytest.fixture
def cleaned(name: str, cleanings: Callable[[str], Cleaned[FirefoxHome]]) -> Cleaned[FirefoxHome]:
    return cleanings(name)


@pytest.mark.parametrize(
    ("name", "file", "start_pages"),
    [
        *((name, file, ()) for name, file in SESSIONS.items()),
        # A start page is made on purpose: it stays unless bookmarks are included, and opens.
        (
            "firefox_lived_in_home",
            "sessionstore.jsonlz4",
            (f"https://{TARGET}/start", f"https://{SHOP}/start"),
        ),
    ],
    ids=[*SESSIONS, "firefox_lived_in_home"],
)
def test_every_page_of_others_comes_back_in_its_tab(
    cleaned: Cleaned[FirefoxHome],
    reopenings: Callable[[str], Reopened],
    name: str,
    file: str,
    start_pages: tuple[str, ...],
) -> None:
    session = evidence.session(cleaned.before.profile / file)
    windows = [*session["windows"], *session["_closedWindows"]]
    groups = [*session["savedGroups"], *(group for window in windows for group in window["closedGroups"])]
    tabs = [tab for window in windows for tab in window["tabs"]]
    closed = [tab["state"] for each in windows for tab in each["_closedTabs"]]
    grouped = [tab["state"] for group in groups for tab in group["tabs"]]
    pages = {entry["url"] for tab in (*tabs, *closed, *grouped) for entry in tab["entries"]}
    expected = {page for page in pages if page.startswith("https://") and TARGET not in page}
    assert f"https://{SHOP}/closed-tab" in expected
    assert set(reopenings(name).tabs) == {*expected, *start_pages}


@pytest.mark.parametrize("path", LISTS)
def test_lists_of_sites_keep_those_of_others(cleaned: Cleaned[FirefoxHome], path: str) -> None:
    files = Files(cleaned.before.path, cleaned.after.path)
    assert any(host.encode() in files.before[path] for host in (SHOP, NEWS))
    assert files.miscounted(path, (SHOP, NEWS)) == []


def test_no_cached_response_changed(cleaned: Cleaned[FirefoxHome]) -> None:
    files = Files(cleaned.before.path, cleaned.after.path)
    assert [path for path in files.gone if path.startswith("cache: cache2/entries/")]
    assert [path for path in files.changed if path.startswith("cache: cache2/entries/")] == []


@pytest.mark.parametrize("path", ["logins.json", "key4.db", "prefs.js", "search.json.mozlz4", "addons.json"])
def test_what_has_nothing_to_remove_is_the_same_file(cleaned: Cleaned[FirefoxHome], path: str) -> None:
    before, after = (home.profile / path for home in (cleaned.before, cleaned.after))
    assert after.read_bytes() == before.read_bytes()
    assert after.stat().st_mtime_ns == before.stat().st_mtime_ns
