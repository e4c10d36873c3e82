"""The main job on real profiles: the target gone, everybody else as they were, the browser content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browsers import chromium_evidence, cleaning, evidence
from tests.browsers.expected import HOMES, Expected
from tests.browsers.hosts import ALL, FRAMES, SHOP, SIBLINGS, TARGET, TARGETS
from tests.browsers.kept_files import Files
from tests.browsers.neighbours import Databases
from tests.browsers.story import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browsers.cleaning import Cleaned
    from tests.browsers.homes import ChromiumHome, FirefoxHome
    from tests.browsers.reopened import Reopened
    from tests.browsers.story import Report

    AnyHome = ChromiumHome | FirefoxHome

pytestmark = pytest.mark.browser


@pytest.fixture(params=HOMES)
def name(request: pytest.FixtureRequest) -> str:
    """Of the home's fixture."""
    fixture: str = request.param
    return fixture


@pytest.fixture
def expected(name: str) -> Expected:
    return HOMES[name]


@pytest.fixture
def cleaned(name: str, cleanings: Callable[[str], Cleaned[AnyHome]]) -> Cleaned[AnyHome]:
    return cleanings(name)


@pytest.fixture
def databases(cleaned: Cleaned[AnyHome], expected: Expected) -> Databases:
    return Databases(cleaned.before.path, cleaned.after.path, expected.ties)


@pytest.fixture
def files(cleaned: Cleaned[AnyHome]) -> Files:
    return Files(cleaned.before.path, cleaned.after.path)


def test_the_target_s_name_is_nowhere_but_in_what_is_kept(
    cleaned: Cleaned[AnyHome], expected: Expected
) -> None:
    found = cleaning.remnants(cleaned.after.path)
    assert set(found) == set(expected.kept), found
    assert cleaned.ran.missed == []
    assert cleaned.ran.answer["status"] == "clean", cleaned.ran.answer["messages"]
    assert cleaned.ran.exit_code == 0


def test_no_row_is_gone_that_is_not_the_target_s(databases: Databases, expected: Expected) -> None:
    assert databases.unexplained() == []
    assert databases.changes.new == []
    assert databases.changes.altered - expected.marks == expected.altered


def test_no_row_still_refers_to_one_that_is_gone(databases: Databases) -> None:
    assert databases.changes.gone
    assert databases.dangling() == []


def test_no_database_is_damaged(cleaned: Cleaned[AnyHome]) -> None:
    assert evidence.damaged(cleaned.after.path) == []


def test_no_file_is_gone_that_is_not_the_target_s(files: Files, expected: Expected) -> None:
    assert files.unexplained(expected.unnamed) == []
    assert files.halves() == []
    assert [path for path in files.new if not _NAMED_ANEW.search(path)] == []


def test_no_file_changed_but_those_that_named_the_target(files: Files, expected: Expected) -> None:
    assert {path for path in files.changed if not _NAMED_ANEW.search(path)} == expected.changed


_NAMED_ANEW = re.compile(
    r"^Profile 1/|^cache: |/Sessions/|^sessionstore"
    r"|/index-dir/the-real-index$|/(?:\d{6}\.log|MANIFEST-\d{6})$"
)
"""Files that other tests look at: of the second profile, of caches, sessions and LevelDB."""


def test_verify_finds_before_what_an_independent_look_finds(cleaned: Cleaned[AnyHome]) -> None:
    assert cleaned.asked.exit_code == 1
    found = cleaning.remnants(cleaned.before.path)
    assert found
    assert [path for path in found if not cleaned.asked.names(path)] == []


def test_verify_explains_afterwards_what_is_kept_and_finds_nothing_else(
    cleaned: Cleaned[AnyHome], expected: Expected
) -> None:
    asked = cleaned.asked_again
    assert asked.missed == []
    assert asked.left == set()
    assert asked.explained == {*expected.kept, *expected.encrypted}
    assert asked.exit_code == 0


def test_scan_finds_nothing_to_remove_afterwards(cleaned: Cleaned[AnyHome], expected: Expected) -> None:
    scanned = cleaned.scanned_again
    assert scanned.missed == []
    assert scanned.exit_code == 0
    assert [store for store in scanned.planned if store["own"]] == []
    assert {cleaning.within(scanned.home, store["path"]) for store in scanned.planned} == {
        *expected.kept,
        *expected.encrypted,
    }


def test_the_browser_has_nothing_to_complain_of(name: str, reopenings: Callable[[str], Reopened]) -> None:
    assert reopenings(name).complaints == ()


@pytest.mark.parametrize("host", ALL)
def test_pages_find_all_of_theirs_but_the_target_nothing(
    name: str, reopenings: Callable[[str], Reopened], reports: dict[str, Report], host: str
) -> None:
    report = reopenings(name).reports[host]
    assert report["own"] == (NOTHING if host in TARGETS else _without_sign_in(host, reports[host]["own"]))
    assert set(report["frames"]) == set(FRAMES.get(host, ()))
    for framed, found in report["frames"].items():
        if TARGET in (host, framed):
            # Where cookies aren't partitioned, a frame's are those of its own page.
            assert {**found, "cookies": []} == NOTHING
            assert framed != TARGET or found["cookies"] == []
        else:
            assert found == reports[host]["frames"][framed]


@pytest.mark.parametrize(
    "asked",
    ["chromium_crashed_home", "chromium_sqlite_home", "chromium_blockfile_home", "firefox_crashed_home"],
)
def test_nothing_at_all_names_the_target_where_a_person_asks_for_that(
    request: pytest.FixtureRequest, tmp_path: Path, asked: str
) -> None:
    home: AnyHome = request.getfixturevalue(asked).copied(tmp_path)
    known = chromium_evidence.known(home.path)
    options = ("--include", "bookmarks,logins", "--mentions", "all")
    ran = cleaning.run(home.path, "clean", "--yes", *options)
    assert cleaning.remnants(home.path) == {}
    if asked.startswith("chromium"):
        assert chromium_evidence.hashed(home.path, known) == []
        assert chromium_evidence.framed(home.path) == []
        assert _saved_passwords(home.path) == [(f"https://{SHOP}/".encode(), 1)]
    assert ran.exit_code == 0
    assert ran.answer["residue"] == []
    assert evidence.damaged(home.path) == []


def _saved_passwords(home: Path) -> list[tuple[evidence.Cell, int]]:
    """Chromium's, by the host that they are for, and how many notes there are."""
    found = {key.rpartition("/")[2]: table for key, table in evidence.tables(home).items()}
    logins, notes = found["Login Data logins"], found["Login Data password_notes"]
    realm = logins.columns.index("signon_realm")
    return [(row[realm], notes.rows.total()) for row in logins.rows]


@pytest.fixture
def reports(name: str, request: pytest.FixtureRequest) -> dict[str, Report]:
    """What the pages said before."""
    fixture = "chromium_reports" if name.startswith("chromium") else "firefox_reports"
    found: dict[str, Report] = request.getfixturevalue(fixture)
    return found


def _without_sign_in(host: str, own: Any) -> Any:
    """Signing in sets a cookie for all of the target's site, which its other hosts are sent too."""
    if host not in SIBLINGS:
        return own
    cookies = list(own["cookies"])
    cookies.remove("whole_domain")
    return {**own, "cookies": cookies}
