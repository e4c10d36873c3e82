"""A sabotaged run from the outside: it says which store is as it was, and never that all is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scrubber.samples import make_home
from tests.cleaned import tree
from tests.faults.homes import CHROME, FIREFOX, scrubber
from tests.saboteurs.seam import spoil_discards, spoil_edits
from tests.saboteurs.spoilt_files import nothing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_home(tmp_path / "home")
    return tmp_path.resolve() / "home"


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(f"{CHROME}/History", id="database"),
        pytest.param(f"{CHROME}/Local Storage/leveldb", id="LevelDB"),
        pytest.param(f"{CHROME}/Sessions/Session_13440000000000000", id="session of Chromium"),
        pytest.param(f"{CHROME}/Preferences", id="JSON"),
        pytest.param(f"{FIREFOX}/sessionstore.jsonlz4", id="session of Firefox"),
        pytest.param(f"{FIREFOX}/SiteSecurityServiceState.bin", id="slots"),
    ],
)
def test_one_store_is_named_and_as_it_was_and_the_others_are_clean(
    home: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(home / place) if (home / place).is_dir() else (home / place).read_bytes()
    spoil_edits(monkeypatch, nothing, lambda path: path == home / place)
    ran = scrubber("clean", "--yes", "--json", "--home", str(home))
    assert ran.code in (1, 4)  # a part was left, and is found again
    skipped = {
        store["path"] for profile in ran.said["profiles"] for store in profile["stores"] if store["skipped"]
    }
    assert skipped == {str(home / place)}
    assert before == (tree(home / place) if (home / place).is_dir() else (home / place).read_bytes())


def test_no_store_changes_where_all_are_sabotaged(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(home)
    spoil_edits(monkeypatch, nothing)
    spoil_discards(monkeypatch, lambda _: ())
    ran = scrubber("clean", "--yes", "--json", "--home", str(home))
    assert ran.code == 5
    assert tree(home) == before


def test_equality_is_counted(home: Path) -> None:
    ran = scrubber("clean", "--yes", "--json", "--home", str(home))
    assert ran.code == 0
    assert ran.said["equality"]["stores"] > 10
    assert ran.said["equality"]["entries"] > 50
