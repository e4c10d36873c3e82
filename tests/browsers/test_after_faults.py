"""A clean of a real home is killed: its browser opens what is there, and the next clean finishes the work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browsers import cleaning, reopened, story
from tests.browsers.cut_off import Moment, cut_off
from tests.browsers.expected import HOMES, Expected
from tests.browsers.hosts import FRAMES, KEPT, SHOP, TARGET
from tests.browsers.kept_files import Files
from tests.browsers.neighbours import Databases
from tests.faults import homes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.browsers.homes import ChromiumHome, FirefoxHome
    from tests.browsers.story import Report

    AnyHome = ChromiumHome | FirefoxHome

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "firefox")


@pytest.mark.parametrize("browser", BROWSERS)
def test_the_browser_opens_a_home_with_some_stores_old_and_some_new(
    request: pytest.FixtureRequest, tmp_path: Path, browser: str
) -> None:
    home, expected = _killed(request, tmp_path, browser, "swapping")
    before = request.getfixturevalue(f"{browser}_home")
    swapped = _swapped(before, home, expected)
    assert swapped
    assert swapped < expected.changed
    assert _lost(before, home, expected) == []

    reports: dict[str, Report] = request.getfixturevalue(f"{browser}_reports")
    between = reopened.reopen_in_place(home, tmp_path / "log")
    assert between.complaints == ()
    assert _of_bystanders(between.reports) == _of_bystanders(reports)
    assert homes.staged(home.path)

    _finish(home, expected)
    with home.open() as again:
        assert _own(story.check(again, SHOP)) == _own(reports[SHOP])


@pytest.mark.parametrize(("browser", "moment"), [("chromium", "looking"), ("firefox", "staging")])
def test_the_next_run_takes_no_more_than_one_that_nothing_disturbs(
    request: pytest.FixtureRequest, tmp_path: Path, browser: str, moment: Moment
) -> None:
    home, expected = _killed(request, tmp_path, browser, moment)
    before = request.getfixturevalue(f"{browser}_home")
    assert _swapped(before, home, expected) == (expected.changed if moment == "looking" else set())

    _finish(home, expected)
    assert _swapped(before, home, expected) == expected.changed
    assert _lost(before, home, expected) == []


def _killed(
    request: pytest.FixtureRequest, folder: Path, browser: str, moment: Moment
) -> tuple[AnyHome, Expected]:
    """A copy of the browser's home with what a clean has left that was killed, and what it must become."""
    name = f"{browser}_home"
    home: AnyHome = request.getfixturevalue(name).copied(folder)
    cut_off(home.path, moment)
    assert homes.staged(home.path)
    return home, HOMES[name]


def _swapped(before: AnyHome, after: AnyHome, expected: Expected) -> set[str]:
    return set(Files(before.path, after.path).changed) & expected.changed


def _lost(before: AnyHome, after: AnyHome, expected: Expected) -> list[str]:
    """Rows and files that are gone and weren't the target's, and folders of which a part is gone."""
    files = Files(before.path, after.path)
    databases = Databases(before.path, after.path, expected.ties)
    return [*databases.unexplained(), *files.unexplained(expected.unnamed), *files.halves()]


def _finish(home: AnyHome, expected: Expected) -> None:
    """Clean it once more."""
    ran = cleaning.run(home.path, "clean", "--yes")
    assert any("An earlier run was cut off. It is finished now" in each for each in ran.answer["messages"])
    assert ran.exit_code == 0, ran.answer["messages"]
    assert ran.missed == []
    found = cleaning.remnants(home.path)
    assert set(found) == set(expected.kept), found
    assert homes.staged(home.path) == []


def _of_bystanders(reports: Mapping[str, Report]) -> dict[str, Any]:
    """What others' pages find of their own, and in frames that have nothing to do with the target."""
    return {
        host: (
            _own(reports[host]),
            [reports[host]["frames"][framed] for framed in FRAMES.get(host, ()) if framed != TARGET],
        )
        for host in KEPT
    }


def _own(report: Report) -> Any:
    """Without the cookie of all of the target's site that signing in sets: where it is old, it is there."""
    own = report["own"]
    return {**own, "cookies": [each for each in own["cookies"] if each != "whole_domain"]}
