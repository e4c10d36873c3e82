"""The harness itself: a browser takes a copy of its home back, with everything that was in it.

Where a later test fails, it is then the cleaning's doing and not the harness's.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.browsers import evidence, story
from tests.browsers.hosts import ALL, FRAMES, SHOP, TARGET, TARGETS, UNVISITED

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browsers.homes import ChromiumHome, FirefoxHome
    from tests.browsers.story import Report

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("host", ALL)
def test_a_copy_opens_again_with_everything(
    chromium_reports: dict[str, Report], firefox_reports: dict[str, Report], host: str
) -> None:
    for reports in (chromium_reports, firefox_reports):
        report = reports[host]
        for found in (report["own"], *report["frames"].values()):
            assert {kind for kind, nothing in story.NOTHING.items() if found[kind] == nothing} == set()
            assert [value for value in found.values() if str(value).startswith("failed")] == []
        assert set(report["frames"]) == set(FRAMES.get(host, ()))


def test_chromium_opens_again_with_everything_in_other_formats(
    chromium_sqlite_home: ChromiumHome, chromium_blockfile_home: ChromiumHome, tmp_path: Path
) -> None:
    for home in (chromium_sqlite_home, chromium_blockfile_home):
        with home.copied(tmp_path / home.path.parent.name).open() as browser:
            for host in (TARGET, SHOP):
                report = story.check(browser, host)
                for found in (report["own"], *report["frames"].values()):
                    assert {
                        kind for kind, nothing in story.NOTHING.items() if found[kind] == nothing
                    } == set()


def test_a_page_finds_nothing_where_nobody_was(
    chromium_home: ChromiumHome, firefox_home: FirefoxHome, tmp_path: Path
) -> None:
    for home in (chromium_home, firefox_home):
        with home.copied(tmp_path / type(home).__name__).open() as browser:
            # Twice, because the first look must not be what the second finds.
            assert [story.check(browser, UNVISITED)["own"] for _ in range(2)] == [story.NOTHING] * 2


def test_firefox_finds_nothing_to_repair_in_places(firefox_home: FirefoxHome, tmp_path: Path) -> None:
    home = firefox_home.copied(tmp_path)
    with home.open() as browser:
        assert browser.maintain_places() == []


def test_firefox_s_maintenance_would_find_what_is_broken(firefox_home: FirefoxHome, tmp_path: Path) -> None:
    home = firefox_home.copied(tmp_path)
    with closing(sqlite3.connect(home.profile / "places.sqlite")) as database, database:
        database.execute("UPDATE moz_places SET foreign_count = 7 WHERE url = ?", (f"https://{SHOP}/leave",))
    with home.open() as browser:
        assert any(f"https://{SHOP}/leave" in row for row in browser.maintain_places())


def test_rows_of_bystanders_are_there_to_be_compared(firefox_home: FirefoxHome, tmp_path: Path) -> None:
    def bystander(_: str, row: evidence.Row) -> bool:
        return evidence.mentions(row, [SHOP]) and not evidence.mentions(row, TARGETS)

    before = evidence.rows(firefox_home.profile, bystander)
    assert {"places.sqlite moz_places", "cookies.sqlite moz_cookies"} <= set(before)
    home = firefox_home.copied(tmp_path)
    assert evidence.rows(home.profile, bystander) == before
    with closing(sqlite3.connect(home.profile / "cookies.sqlite")) as database, database:
        database.execute("DELETE FROM moz_cookies WHERE host = ? AND name = 'only_host'", (SHOP,))
    assert evidence.rows(home.profile, bystander) != before
