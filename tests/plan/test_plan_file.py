"""A plan written for review, and read again: the same, or refused in one line."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scrubber import engine, plan
from scrubber.browsers.chromium.site_data import COOKIES
from scrubber.errors import UsageError
from scrubber.model import BrowserProfile, Policy, Skipped, Standing, Trace
from scrubber.plan import Plan, PlannedStore, plan_file
from tests.schemas import create, insert
from tests.stores.running import TARGET, ask, run

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def profile(tmp_path: Path) -> BrowserProfile:
    user_data = tmp_path / "data"
    path = user_data / "Default"
    create(path / "Cookies", "chromium-156/Cookies")
    insert(path / "Cookies", "cookies", {"host_key": "labs.openai.com"}, {"host_key": "kept.example"})
    create(path / "History", "chromium-156/History")
    insert(path / "History", "urls", {"url": "https://labs.openai.com/"})
    run(path / "History", "UPDATE urls SET title = CAST(x'c3ff' AS TEXT)")
    insert(
        path / "History",
        "clusters_and_visits",
        {"cluster_id": 1, "visit_id": 1, "url_for_display": "https://labs.openai.com"},
    )
    (path / "Favicons").write_bytes(b"no database")
    return BrowserProfile("chrome", "chromium", "Default", "Jörg", path, user_data, path, "beta")


@pytest.fixture
def made(profile: BrowserProfile) -> Plan:
    policy = Policy(frozenset(), frozenset({"logins"}), frozenset({"bookmarks"}), "all", keywords=True)
    return plan.make([profile], TARGET, policy)


def saved(made: Plan, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    path = tmp_path / "plan.json"
    plan_file.save(made, path)
    return path, json.loads(path.read_text())


def test_a_plan_read_again_is_the_same(made: Plan, tmp_path: Path) -> None:
    assert made.stores
    assert made.skipped
    path, _ = saved(made, tmp_path)
    assert plan_file.load(path) == made


KEYS = [
    7,
    -1,
    2**63 - 1,
    "text",
    ("a", 1, b"\x00\xff", None, 2.5),
    (b"",),
    "no utf-8: \udcff",
    ("",),
]


@pytest.mark.parametrize("key", KEYS, ids=[repr(key) for key in KEYS])
def test_every_kind_of_key_survives(key: Any, made: Plan, tmp_path: Path) -> None:
    store = made.stores[0]
    trace = Trace("t", key, Standing.MENTION, "DALL·E \udcff", "history", ("a", "b"), told_by=tmp_path)
    one = replace(made, stores=(replace(store, traces=(trace,)),))
    path, _ = saved(one, tmp_path)
    assert plan_file.load(path) == one


def test_what_a_review_took_out_stays(made: Plan, profile: BrowserProfile, tmp_path: Path) -> None:
    path, content = saved(made, tmp_path)
    content["stores"] = [store for store in content["stores"] if store["path"].endswith("Cookies")]
    path.write_text(json.dumps(content))
    outcome = engine.apply(plan_file.load(path), [])
    assert [one.planned.path.name for one in outcome.cleaned] == ["Cookies"]
    assert ask(profile.path / "Cookies", "SELECT host_key FROM cookies") == ["kept.example"]
    assert ask(profile.path / "History", "SELECT url FROM urls") == ["https://labs.openai.com/"]


def test_a_stale_plan_removes_nothing(made: Plan, profile: BrowserProfile, tmp_path: Path) -> None:
    path, _ = saved(made, tmp_path)
    run(profile.path / "Cookies", "DELETE FROM cookies WHERE rowid = 1")
    insert(profile.path / "Cookies", "cookies", {"rowid": 1, "host_key": "new.example"})
    outcome = engine.apply(plan_file.load(path), [])
    assert {one.planned.store: bool(one.failed) for one in outcome.cleaned}[COOKIES]
    assert ask(profile.path / "Cookies", "SELECT host_key FROM cookies") == ["new.example", "kept.example"]


def test_only_its_owner_may_read_it(made: Plan, tmp_path: Path) -> None:
    path, _ = saved(made, tmp_path)
    assert stat.S_IMODE(path.lstat().st_mode) == 0o600


def test_an_older_file_of_that_name_becomes_private_too(made: Plan, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text("x" * 100_000)
    path.chmod(0o644)
    plan_file.save(made, path)
    assert stat.S_IMODE(path.lstat().st_mode) == 0o600
    assert plan_file.load(path) == made


def test_what_is_no_file_keeps_its_mode(made: Plan) -> None:
    before = os.lstat(os.devnull).st_mode
    plan_file.save(made, Path(os.devnull))
    assert os.lstat(os.devnull).st_mode == before


def test_a_place_that_can_not_be_written(made: Plan, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent" / "plan.json"):
        with pytest.raises(UsageError, match=path.name):
            plan_file.save(made, path)


def _without(*names: str) -> Callable[[dict[str, Any]], object]:
    def take(content: dict[str, Any]) -> None:
        for name in names[:-1]:
            content = content[name][0] if isinstance(content[name], list) else content[name]
        del content[names[-1]]

    return take


def _with(value: object, *names: str) -> Callable[[dict[str, Any]], object]:
    def put(content: dict[str, Any]) -> None:
        for name in names[:-1]:
            content = content[name][0] if isinstance(content[name], list) else content[name]
        content[names[-1]] = value

    return put


BROKEN = {
    "another version": (_with(99, "plan"), "another version"),
    "no version": (_without("plan"), "not a plan"),
    "no sites": (_without("sites"), "not a plan"),
    "a site with an unknown key": (_with(["x"], "sites", "unknown"), "not a plan"),
    "no policy": (_without("policy"), "not a plan"),
    "an unknown way with mentions": (_with("some", "policy", "mentions"), "not a plan"),
    "an unknown browser": (_with("netscape", "profiles", "browser"), "unknown browser 'netscape'"),
    "a profile without a path": (_without("profiles", "path"), "not a plan"),
    "a profile elsewhere": (_with("/nowhere", "profiles", "path"), "no longer there"),
    "a store of no profile": (_with(7, "stores", "profile"), "not a plan"),
    "a store of the last profile": (_with(-1, "stores", "profile"), "not a plan"),
    "a store that no table has": (_with("/etc/passwd", "stores", "path"), "no longer there"),
    "a store above the profile": (_with("../x", "stores", "path"), "no longer there"),
    "an unknown source": (_with("x.cc", "stores", "source"), "no longer there"),
    "a trace without a key": (_without("stores", "traces", "key"), "not a plan"),
    "an unknown standing": (_with("lent", "stores", "traces", "standing"), "not a plan"),
    "a key that is no base64": (_with({"base64": "!"}, "stores", "traces", "key"), "not a plan"),
}  # fmt: skip


@pytest.mark.parametrize(("breaking", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plan_is_refused_in_one_line(
    breaking: Callable[[dict[str, Any]], object], reason: str, made: Plan, tmp_path: Path
) -> None:
    path, content = saved(made, tmp_path)
    breaking(content)
    path.write_text(json.dumps(content))
    with pytest.raises(UsageError, match=reason) as raised:
        plan_file.load(path)
    assert "\n" not in str(raised.value)


JUNK = [
    b"",
    b"\xff\xfe",
    b"{",
    b"[]",
    b"null",
    b"7",
    b'"plan"',
    b'{"plan": 2}',
    b"[" * 100_000,
    b'{"plan": 2, "sites": 3}',
]


@pytest.mark.parametrize("junk", JUNK, ids=[repr(junk[:12]) for junk in JUNK])
def test_junk_is_refused_in_one_line(junk: bytes, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(junk)
    with pytest.raises(UsageError, match="not a plan") as raised:
        plan_file.load(path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("kind", ["missing", "folder", "FIFO"])
def test_what_is_no_file_is_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    if kind == "folder":
        path.mkdir()
    elif kind == "FIFO":
        os.mkfifo(path)
    with pytest.raises(UsageError, match=path.name):
        plan_file.load(path)


def test_a_store_that_is_gone_is_named(made: Plan, profile: BrowserProfile, tmp_path: Path) -> None:
    path, _ = saved(made, tmp_path)
    (profile.path / "Cookies").unlink()
    with pytest.raises(UsageError, match="Cookies: in the plan, but no longer there; scan again"):
        plan_file.load(path)


def test_skipped_stores_are_part_of_it(made: Plan, profile: BrowserProfile, tmp_path: Path) -> None:
    path, _ = saved(made, tmp_path)
    assert [skipped.path for skipped in plan_file.load(path).skipped] == [profile.path / "Favicons"]
    assert all(isinstance(item, Skipped) for item in plan_file.load(path).skipped)
    assert all(isinstance(item, PlannedStore) for item in plan_file.load(path).stores)
