"""The main job on real Chromium profiles: what only they have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests import blockfile_files
from tests.browsers import chromium_evidence, cleaning
from tests.browsers.expected import TABS
from tests.browsers.kept_files import Files, LevelDbs, leaves
from tests.browsers.neighbours import of_target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browsers.cleaning import Cleaned
    from tests.browsers.homes import ChromiumHome
    from tests.browsers.reopened import Reopened

pytestmark = pytest.mark.browser

JSON = ("Preferences", "Network Persistent State", "TransportSecurity")
"""The JSON files in which sites are named, or told by their hashes."""


@pytest.fixture(params=TABS)
def name(request: pytest.FixtureRequest) -> str:
    """Of the home's fixture."""
    fixture: str = request.param
    return fixture


@pytest.fixture
def cleaned(name: str, cleanings: Callable[[str], Cleaned[ChromiumHome]]) -> Cleaned[ChromiumHome]:
    return cleanings(name)


@pytest.fixture
def files(cleaned: Cleaned[ChromiumHome]) -> Files:
    return Files(cleaned.before.path, cleaned.after.path)


def test_leveldb_finds_all_records_but_the_target_s(cleaned: Cleaned[ChromiumHome]) -> None:
    databases = LevelDbs(cleaned.before.path, cleaned.after.path)
    assert "Default/Service Worker/Database" in databases.gone
    assert databases.unexplained() == []
    assert databases.altered == []


def test_the_indexes_of_caches_list_what_is_there(files: Files) -> None:
    assert files.indexes_off() == []


def test_no_cached_response_changed(files: Files) -> None:
    assert any(_ENTRY.search(path) for path in files.after)
    assert [path for path in files.changed if _ENTRY.search(path)] == []


_ENTRY = re.compile(r"/[0-9a-f]{16}_[01s]$")
"""An entry of a simple cache."""


def test_no_hash_tells_of_the_target(cleaned: Cleaned[ChromiumHome]) -> None:
    known = chromium_evidence.known(cleaned.before.path)
    assert chromium_evidence.hashed(cleaned.before.path, known)
    assert chromium_evidence.hashed(cleaned.after.path, known) == []


def test_nothing_says_that_the_target_s_site_framed_it(cleaned: Cleaned[ChromiumHome]) -> None:
    assert len(chromium_evidence.framed(cleaned.before.path)) > 100
    left = {line.partition(": ")[0] for line in chromium_evidence.framed(cleaned.after.path)}
    assert left == {
        ".config/chromium/Default/Login Data logins",  # a saved password
        # The third party's list of whose tokens it takes is its own.
        ".config/chromium/Default/Trust Tokens trust_tokens_toplevel_config",
    }


@pytest.mark.parametrize("profile", ["Default", "Profile 1"])
def test_block_files_hold_every_other_response_in_its_order(
    cleanings: Callable[[str], Cleaned[ChromiumHome]], profile: str
) -> None:
    cleaned = cleanings("chromium_blockfile_home")
    before, after = (
        blockfile_files.check(home.cache.parent / profile / "Cache" / "Cache_Data")
        for home in (cleaned.before, cleaned.after)
    )
    theirs = {key: streams for key, streams in before.entries.items() if not of_target(key.encode())}
    assert theirs
    assert after.entries == theirs
    assert after.lists == [[key for key in keys if key in theirs] for keys in before.lists]


@pytest.mark.parametrize("profile", ["Default", "Profile 1"])
@pytest.mark.parametrize("file", JSON)
def test_settings_lose_nothing_but_the_target_s(files: Files, profile: str, file: str) -> None:
    path = f"{profile}/{file}"
    before, after = leaves(files.before[path]), leaves(files.after[path])
    gone = before - after
    assert gone
    assert [leaf for leaf in gone if not of_target(leaf.encode())] == []
    assert after - before == {}


def test_the_tabs_of_others_come_back(name: str, reopenings: Callable[[str], Reopened]) -> None:
    assert reopenings(name).tabs == TABS[name]


def test_a_run_for_one_profile_leaves_the_other_alone(chromium_home: ChromiumHome, tmp_path: Path) -> None:
    home = chromium_home.copied(tmp_path)
    before = cleaning.state(*home.second)
    ran = cleaning.run(home.path, "clean", "--yes", "-p", "chromium:Default")
    assert ran.exit_code == 0
    assert ran.answer["equality"]["stores"]
    assert cleaning.differences(before, cleaning.state(*home.second)) == []
    assert any(place.startswith("Profile 1/") for place in cleaning.remnants(home.path))
