"""A clean of a real home is killed, refused things or left without power: nobody else loses anything.

The home's browser opens what is there, and the next clean finishes the work by itself and says so.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from scrubber import discovery
from scrubber.engine import writable
from tests.browsers import cleaning, hindered, reopened
from tests.browsers.cut_off import Moment, cut_off
from tests.browsers.expected import HOMES, Expected
from tests.browsers.homes import ChromiumHome
from tests.browsers.hosts import FRAMES, KEPT, TARGET
from tests.browsers.kept_files import Files
from tests.browsers.neighbours import Databases
from tests.faults import homes
from tests.faults.conftest import Scene
from tests.faults.test_failing_operations import check_what_was_said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.browsers.cleaning import Cleaned
    from tests.browsers.homes import FirefoxHome
    from tests.browsers.story import Report

    AnyHome = ChromiumHome | FirefoxHome
    Cleanings = Callable[[str], Cleaned[AnyHome]]

pytestmark = pytest.mark.browser

DEFAULT = ("chromium_home", "firefox_home")

_TARGETS_ICON = re.compile(r"^gone moz_icons_to_pages|^gone moz_(icons|pages_w_icons)\b.*openai\.com")
"""What Firefox's own maintenance takes from old icons where the history that they belong to is new."""


@pytest.mark.parametrize(
    "name", [*DEFAULT, "chromium_sqlite_home", "chromium_blockfile_home", "firefox_lived_in_home"]
)
def test_killed_among_the_swaps_it_leaves_what_the_browser_opens(
    request: pytest.FixtureRequest, cleanings: Cleanings, tmp_path: Path, name: str
) -> None:
    home = _copy(request, tmp_path, name)
    cut_off(home.path, "swapping")
    assert homes.staged(home.path)
    _check_old_or_new(cleanings(name), home, HOMES[name])
    _check_reopening(request, home, tmp_path)
    assert homes.staged(home.path)
    _finish(home, HOMES[name], was_cut_off=True)


@pytest.mark.parametrize(
    ("name", "moment"), [("chromium_home", "looking"), ("firefox_home", "staging")], ids=DEFAULT
)
def test_the_next_run_takes_no_more_than_one_that_nothing_disturbs(
    request: pytest.FixtureRequest, cleanings: Cleanings, tmp_path: Path, name: str, moment: Moment
) -> None:
    home = _copy(request, tmp_path, name)
    cut_off(home.path, moment)
    assert homes.staged(home.path)
    old, new = (homes.content(each.path) for each in (cleanings(name).before, cleanings(name).after))
    assert homes.differing(homes.content(home.path), new if moment == "looking" else old) == []
    _finish(home, HOMES[name], was_cut_off=True)
    assert homes.differing(homes.content(home.path), new) == []


@pytest.mark.parametrize("name", DEFAULT)
def test_refused_things_it_leaves_what_the_browser_opens(
    request: pytest.FixtureRequest, cleanings: Cleanings, tmp_path: Path, name: str
) -> None:
    home = _copy(request, tmp_path, name)
    cleaned = cleanings(name)
    ran, refused = hindered.refused(home.path)
    assert len(refused) >= len(hindered.ERRORS)
    assert ran.exit_code in (1, 4), ran.answer["messages"]
    old, new, found = (homes.content(each.path) for each in (cleaned.before, cleaned.after, home))
    scene = Scene(home.path, old, new, operations=(), looking=())
    check_what_was_said(scene, found, home.path, homes.Ran(ran.exit_code, ran.answer))
    _check_old_or_new(cleaned, home, HOMES[name])
    left = homes.staged(home.path)
    _check_reopening(request, home, tmp_path)
    _finish(home, HOMES[name], was_cut_off=bool(left))


@pytest.mark.parametrize("name", DEFAULT)
def test_left_without_power_it_leaves_what_the_browser_opens(
    request: pytest.FixtureRequest, cleanings: Cleanings, tmp_path: Path, name: str
) -> None:
    home = _copy(request, tmp_path, name)
    cleaned = cleanings(name)
    old, new = homes.content(cleaned.before.path), homes.content(cleaned.after.path)
    staging, swapping, later, destroying = hindered.powerless(home.path)
    assert homes.differing(homes.content(home.path), new) == []
    assert homes.staged(swapping)
    assert homes.staged(later)
    for cut in (staging, later, destroying):
        assert homes.halves(homes.content(cut), old, new) == [], cut
        left = homes.staged(cut)
        assert bool(writable.finish_interrupted(discovery.find_in(cut).profiles)) == bool(left)
        assert homes.halves(homes.content(cut), old, new) == [], cut
        assert homes.staged(cut) == []
    opened = replace(home, path=swapping)
    _check_old_or_new(cleaned, opened, HOMES[name])
    _check_reopening(request, opened, tmp_path)
    _finish(opened, HOMES[name], was_cut_off=True)


def _copy(request: pytest.FixtureRequest, folder: Path, name: str) -> AnyHome:
    home: AnyHome = request.getfixturevalue(name)
    return home.copied(folder)


def _check_old_or_new(cleaned: Cleaned[AnyHome], home: AnyHome, expected: Expected) -> None:
    """Every store is as it was or as it should become, some are this and some that, and nobody's is gone."""
    old, new, found = (homes.content(each.path) for each in (cleaned.before, cleaned.after, home))
    assert homes.halves(found, old, new) == []
    assert homes.differing(found, old)
    assert homes.differing(found, new)
    files = Files(cleaned.before.path, home.path)
    assert Databases(cleaned.before.path, home.path, expected.ties).unexplained() == []
    assert files.unexplained(expected.unnamed) == []
    assert files.halves() == []


def _check_reopening(request: pytest.FixtureRequest, home: AnyHome, folder: Path) -> None:
    """Its browser has nothing to complain of, and others' pages find all of theirs."""
    reports = _reports(request, home)
    again = reopened.reopen_in_place(home, folder / "log")
    assert [said for said in again.complaints if not _TARGETS_ICON.search(said)] == []
    assert _of_bystanders(again.reports) == _of_bystanders(reports)


def _finish(home: AnyHome, expected: Expected, *, was_cut_off: bool) -> None:
    """Clean it once more."""
    ran = cleaning.run(home.path, "clean", "--yes")
    said = [
        each for each in ran.answer["messages"] if "An earlier run was cut off. It is finished now" in each
    ]
    assert bool(said) == was_cut_off
    assert ran.exit_code == 0, ran.answer["messages"]
    assert ran.missed == []
    found = cleaning.remnants(home.path)
    assert set(found) == set(expected.kept), found
    assert homes.staged(home.path) == []


def _reports(request: pytest.FixtureRequest, home: AnyHome) -> dict[str, Report]:
    """What the pages said before anything happened."""
    family = "chromium" if isinstance(home, ChromiumHome) else "firefox"
    found: dict[str, Report] = request.getfixturevalue(f"{family}_reports")
    return found


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
