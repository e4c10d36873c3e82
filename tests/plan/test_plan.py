"""The plan: made without a trace of its own, the same each time, refused once something has changed."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber import engine, plan
from scrubber.browsers.chromium.site_data import COOKIES
from scrubber.model import BrowserProfile, Policy, Skipped, Standing
from scrubber.samples import make_home
from scrubber.stores.sqlite import Sqlite
from tests.schemas import create, insert
from tests.stores.running import TARGET, ask, run

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Look, Trace


@pytest.fixture
def chrome(tmp_path: Path) -> BrowserProfile:
    make_home(tmp_path)
    user_data = tmp_path / ".config" / "google-chrome"
    return BrowserProfile(
        "chrome", "chromium", "Default", "Person 1", user_data / "Default", user_data, user_data / "Default"
    )


@pytest.fixture
def firefox(chrome: BrowserProfile) -> BrowserProfile:
    root = chrome.user_data.parent / "mozilla" / "firefox"
    path = root / "a1b2c3d4.default"
    return BrowserProfile("firefox", "firefox", "default", "default", path, root, path)


def state(folder: Path) -> dict[str, os.stat_result]:
    """All that `lstat` tells of everything below, access times included."""
    return {str(path): path.lstat() for path in (folder, *folder.rglob("*"))}


def made(*profiles: BrowserProfile, policy: Policy | None = None) -> plan.Plan:
    return plan.make(profiles, TARGET, policy or Policy())


def test_a_plan_made_twice_is_the_same(chrome: BrowserProfile, firefox: BrowserProfile) -> None:
    first = made(chrome, firefox)
    assert first.stores
    assert {planned.profile for planned in first.stores} == {chrome, firefox}
    assert made(chrome, firefox) == first


def test_planning_changes_nothing(chrome: BrowserProfile, firefox: BrowserProfile) -> None:
    for path, table in ((chrome.path / "History", "urls"), (firefox.path / "places.sqlite", "moz_places")):
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(f"UPDATE {table} SET title = 'new'")
            parts = {part: part.read_bytes() for part in path.parent.glob(f"{path.name}-*")}
        assert len(parts) == 2
        for part, content in parts.items():
            part.write_bytes(content)
    home = chrome.user_data.parent.parent
    for path in home.rglob("*"):
        os.utime(path, ns=(1_000_000_007, path.lstat().st_mtime_ns), follow_symlinks=False)
    before = state(home)
    assert made(chrome, firefox).stores
    assert state(home) == before


def test_a_plan_has_no_store_without_traces(chrome: BrowserProfile) -> None:
    stores = made(chrome).stores
    assert all(planned.traces for planned in stores)
    names = {planned.path.name for planned in stores}
    assert {"History", "Cookies", "Favicons", "QuotaManager"} <= names
    assert "https_kept.example_0.indexeddb.leveldb" not in names


def test_what_goes_and_what_stays(firefox: BrowserProfile) -> None:
    found = made(firefox)
    places = next(planned for planned in found.stores if planned.path.name == "places.sqlite")
    going, staying = found.going(places), found.staying(places)
    assert set(going) | set(staying) == set(places.traces)
    assert {trace.standing for trace in staying} == {Standing.KEPT}
    assert not found.is_empty


def test_a_profile_without_the_target_gives_an_empty_plan(tmp_path: Path) -> None:
    create(tmp_path / "Default" / "History", "chromium-156/History")
    profile = BrowserProfile(
        "chrome", "chromium", "Default", "x", tmp_path / "Default", tmp_path, tmp_path / "Default"
    )
    assert made(profile).is_empty
    assert made(profile).stores == ()
    assert made(profile).skipped == ()


def test_only_what_is_kept_gives_an_empty_plan_that_names_it(tmp_path: Path) -> None:
    profile = BrowserProfile(
        "chrome", "chromium", "Default", "x", tmp_path / "Default", tmp_path, tmp_path / "Default"
    )
    create(profile.path / "Login Data", "chromium-156/Login Data")
    insert(profile.path / "Login Data", "logins", {"origin_url": "https://labs.openai.com/"})
    found = made(profile)
    assert found.is_empty
    assert [len(planned.traces) for planned in found.stores] == [1]


@pytest.mark.parametrize(
    ("policy", "names"),
    [
        (Policy(only=frozenset({"cookies"})), {"Cookies"}),
        (Policy(only=frozenset({"icons", "cookies"})), {"Cookies", "Favicons"}),
        (Policy(only=frozenset({"downloads"})), {"History"}),
        (Policy(only=frozenset({"cookies"}), without=frozenset({"cookies"})), set()),
    ],
    ids=["one word", "two words", "part of a database", "--except wins"],
)
def test_words_choose_the_stores(policy: Policy, names: set[str], chrome: BrowserProfile) -> None:
    assert {planned.path.name for planned in made(chrome, policy=policy).stores} == names


def test_a_store_that_profiles_share_is_looked_through_once(tmp_path: Path) -> None:
    create(tmp_path / "segmentation_platform" / "ukm_db", "chromium-156/ukm_db")
    insert(
        tmp_path / "segmentation_platform" / "ukm_db",
        "urls",
        {"url_id": 1, "url": "https://labs.openai.com/"},
    )
    profiles = [
        BrowserProfile("chrome", "chromium", name, name, tmp_path / name, tmp_path, tmp_path / name)
        for name in ("Default", "Profile 1")
    ]
    for profile in profiles:
        profile.path.mkdir()
    found = made(*profiles)
    assert [planned.profile.name for planned in found.stores] == ["Default"]
    assert found.of(profiles[1]) == ()
    assert found.only([profiles[1]]).stores == ()
    assert found.only([profiles[1]]).profiles == (profiles[1],)


@pytest.mark.parametrize("knowing", ["Default", "Profile 1"])
def test_a_store_of_hashes_is_judged_by_what_any_of_its_profiles_knows(tmp_path: Path, knowing: str) -> None:
    """Metrics of pages of which only one profile's history still has the address."""
    pages = ("https://labs.openai.com/only/here", "https://kept.example/only/here")
    ours, theirs = (struct.unpack("<q", hashlib.md5(page.encode()).digest()[:8])[0] for page in pages)
    shared = tmp_path / "segmentation_platform" / "ukm_db"
    create(shared, "chromium-156/ukm_db")
    insert(shared, "metrics", {"id": 1, "url_id": ours}, {"id": 2, "url_id": theirs})
    profiles = [
        BrowserProfile("chrome", "chromium", name, name, tmp_path / name, tmp_path, tmp_path / name)
        for name in ("Default", "Profile 1")
    ]
    for profile in profiles:
        profile.path.mkdir()
        create(profile.path / "History", "chromium-156/History")
    insert(tmp_path / knowing / "History", "urls", *({"url": page} for page in pages))

    found = made(*profiles)
    assert [
        ([trace.key for trace in planned.traces], planned.profile)
        for planned in found.stores
        if planned.path == shared
    ] == [([1], profiles[0])]
    assert not [one.failed for one in engine.apply(found, []).cleaned if one.failed]
    assert ask(shared, "SELECT id FROM metrics") == [2]


def test_what_can_not_be_read_is_named_and_the_rest_is_planned(chrome: BrowserProfile) -> None:
    (chrome.path / "Favicons").write_bytes(b"no database at all" * 300)
    (chrome.path / "Top Sites").symlink_to("History")
    found = made(chrome)
    assert {skipped.path.name for skipped in found.skipped} == {"Favicons", "Top Sites"}
    assert all(skipped.path.parent == chrome.path for skipped in found.skipped)
    assert "History" in {planned.path.name for planned in found.stores}


def test_a_store_that_changes_while_it_is_looked_through(
    chrome: BrowserProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = Sqlite.find

    def slow(self: Sqlite, path: Path, look: Look) -> tuple[Trace, ...]:
        traces = find(self, path, look)
        if path.name == "History":
            run(path, "DELETE FROM urls")
        return traces

    stores = [planned.path.name for planned in made(chrome).stores]
    monkeypatch.setattr(Sqlite, "find", slow)
    found = made(chrome)
    assert Skipped(chrome.path / "History", "changed while it was read") in found.skipped
    assert [planned.path.name for planned in found.stores] == [name for name in stores if name != "History"]


def test_a_store_that_has_changed_since_is_left_alone_and_named(chrome: BrowserProfile) -> None:
    found = made(chrome)
    cookies = chrome.path / "Network" / "Cookies"
    run(cookies, "UPDATE cookies SET last_access_utc = 1 WHERE host_key = 'labs.openai.com'")
    outcome = engine.apply(found, [])
    failed = [one for one in outcome.cleaned if one.failed]
    assert [(one.planned.path, one.planned.store, one.removed) for one in failed] == [(cookies, COOKIES, ())]
    assert "changed since the plan was made" in failed[0].failed
    assert "labs.openai.com" in ask(cookies, "SELECT host_key FROM cookies")
    assert made(chrome, policy=Policy(without=frozenset({"cookies"}))).is_empty


def test_a_log_that_has_grown_since_counts_as_a_change(chrome: BrowserProfile) -> None:
    found = made(chrome)
    (chrome.path / "History-wal").write_bytes(b"")
    outcome = engine.apply(found, [])
    assert [one.planned.path.name for one in outcome.cleaned if one.failed] == ["History"]


def test_after_a_run_the_plan_is_empty(chrome: BrowserProfile, firefox: BrowserProfile) -> None:
    outcome = engine.apply(made(chrome, firefox), [])
    assert [one.failed for one in outcome.cleaned if one.failed] == []
    again = made(chrome, firefox)
    assert again.is_empty
    assert {trace.standing for planned in again.stores for trace in planned.traces} == {Standing.KEPT}
