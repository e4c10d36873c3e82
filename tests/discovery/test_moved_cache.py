"""The caches of a Firefox whose preferences have them somewhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scrubber import discovery, engine, plan
from scrubber.discovery.spec import folder
from scrubber.model import Policy, Skipped
from tests.cleaned import TARGET
from tests.discovery.tree import Link, Tree, ini, plant

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = ".mozilla/firefox/a.default"
CACHED: Tree = {"cache2": {"entries": {}}}


def preference(path: object, name: str = "disk.parent_directory") -> str:
    spelled = str(path).replace("\\", "\\\\")
    return f'user_pref("browser.cache.{name}", "{spelled}");\n'


def home(root: Path, tree: Tree, prefs: str = "", user: str | None = None) -> Path:
    listed: Tree = {".mozilla/firefox/profiles.ini": ini(("default", "a.default"))}
    files = {f"{PROFILE}/prefs.js": prefs, f"{PROFILE}/times.json": "{}"}
    return plant(root, listed | files | ({} if user is None else {f"{PROFILE}/user.js": user}) | tree)


def own(root: Path) -> tuple[set[Path], set[Skipped]]:
    found = discovery.find(root, {}, "linux")
    [profile] = found.profiles
    return set(profile.moved_caches), set(found.skipped)


def test_a_cache_is_found_where_preferences_have_it(tmp_path: Path) -> None:
    tree: Tree = {"big": CACHED | {"cache2.2026.purge.bg_rm": {}, "other": {}, "cache2.txt": "", "cache": {}}}
    home(tmp_path, tree, prefs=preference(tmp_path / "elsewhere") + preference(tmp_path / "big"))
    [profile] = discovery.find(tmp_path, {}, "linux").profiles
    expected = {tmp_path / "big/cache2", tmp_path / "big/cache2.2026.purge.bg_rm"}
    assert set(profile.moved_caches) == expected
    assert {*profile.roots} == {profile.path, profile.cache, *expected}


@pytest.mark.parametrize(
    "prefs",
    [
        pytest.param("", id="no preference"),
        pytest.param(preference(""), id="an empty one"),
        pytest.param("// " + preference("/big"), id="a comment"),
        pytest.param(preference("/big", name="disk.parent_directory.other"), id="another name"),
    ],
)
def test_without_the_preference_nothing_is_looked_for(prefs: str, tmp_path: Path) -> None:
    home(tmp_path, {"big": CACHED}, prefs=prefs)
    assert own(tmp_path) == (set(), set())


def test_what_older_versions_kept_there_is_found(tmp_path: Path) -> None:
    """Each preference has caches of its own below its folder, also where that is the same for both."""
    old: Tree = {"Cache": {}, "Cache.Trash16807": {}, "OfflineCache": {"index.sqlite": ""}}
    home(
        tmp_path,
        {"disk": old, "offline": old, "both": old, "neither": old},
        prefs=preference(tmp_path / "disk") + preference(tmp_path / "offline", "offline.parent_directory"),
        user=preference(tmp_path / "both") + preference(tmp_path / "both", "offline.parent_directory"),
    )
    of_disk, of_sites = ("Cache", "Cache.Trash16807"), ("OfflineCache",)
    expected = {"disk": of_disk, "offline": of_sites, "both": (*of_disk, *of_sites)}
    found = {tmp_path / folder / name for folder, names in expected.items() for name in names}
    assert own(tmp_path) == (found, set())


def test_what_older_versions_kept_there_is_cleaned(tmp_path: Path) -> None:
    """As a whole, where the target is in it, and with what lies beside it left alone."""
    tree: Tree = {
        "ours": {
            "OfflineCache": {"index.sqlite": "HTTP:https://labs.openai.com/", "1": {"a-0": "x"}},
            "Cache": "",
        },
        "theirs": {"Cache": {"_CACHE_001_": "HTTP:https://notopenai.com/"}},
    }
    offline = preference(tmp_path / "ours", "offline.parent_directory")
    home(tmp_path, tree, prefs=offline + preference(tmp_path / "theirs"))
    [profile] = discovery.find(tmp_path, {}, "linux").profiles
    outcome = engine.apply(plan.make((profile,), TARGET, Policy()), ())
    assert [one.failed for one in outcome.cleaned] == [""]
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*s/**/*") if path.is_file()}
    assert left == {"ours/Cache", "theirs/Cache/_CACHE_001_"}


def test_both_files_count(tmp_path: Path) -> None:
    """What lies where the cache was until now, and where it will be from the next start on."""
    tree: Tree = {"before": CACHED, "next": CACHED}
    home(tmp_path, tree, prefs=preference(tmp_path / "before"), user=preference(tmp_path / "next"))
    assert own(tmp_path) == ({tmp_path / "before/cache2", tmp_path / "next/cache2"}, set())


def test_a_cache_inside_the_profile_is_no_root_of_its_own(tmp_path: Path) -> None:
    home(tmp_path, {PROFILE: CACHED}, prefs=preference(tmp_path / PROFILE))
    [profile] = discovery.find(tmp_path, {}, "linux").profiles
    assert profile.moved_caches == (profile.path / "cache2",)
    assert profile.roots == (profile.path, profile.cache)


def test_what_cannot_be_looked_into_is_said(tmp_path: Path) -> None:
    tree: Tree = {"real": CACHED, "link": Link("{root}/real"), "half": {"cache2": Link("{root}/real/cache2")}}
    home(tmp_path, tree, prefs=preference(tmp_path / "link"), user=preference(tmp_path / "half"))
    assert own(tmp_path) == (
        set(),
        {
            Skipped(tmp_path / "link", "a link, not followed (prefs.js names it)"),
            Skipped(tmp_path / "half/cache2", "a link, not followed"),
        },
    )


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param("/nowhere/at/all", "not there, though prefs.js has the cache there", id="not there"),
        pytest.param(
            r"D:\cache", r"names a cache folder by a path of another system: 'D:\\cache'", id="of Windows"
        ),
        pytest.param("cache", "names a cache folder by a path of another system: 'cache'", id="relative"),
        pytest.param(
            r"/a\x00b", r"names a cache folder by a path of another system: '/a\x00b'", id="no path"
        ),
    ],
)
def test_a_place_that_is_none_is_said(value: str, reason: str, tmp_path: Path) -> None:
    text = f'user_pref("browser.cache.disk.parent_directory", "{value}");'
    home(tmp_path, {}, prefs=text if "x00" in value else preference(value))
    caches, skipped = own(tmp_path)
    assert not caches
    assert {each.reason for each in skipped} == {reason}


@pytest.mark.parametrize("given", ["disk", "disk/home/ann"])
def test_a_mounted_home_has_it_inside(given: str, tmp_path: Path) -> None:
    home(tmp_path / "disk/home/ann", {"big": CACHED}, prefs=preference("/home/ann/big"))
    [profile] = discovery.find_in(tmp_path / given).profiles
    assert profile.moved_caches == (tmp_path / "disk/home/ann/big/cache2",)


def test_a_mounted_home_leads_nowhere_else(tmp_path: Path) -> None:
    home(tmp_path / "ann", {}, prefs=preference(tmp_path / "bea"))
    plant(tmp_path, {"bea": CACHED})
    found = discovery.find_in(tmp_path / "ann")
    assert [profile.moved_caches for profile in found.profiles] == [()]
    assert [each.path for each in found.skipped] == [tmp_path / "bea"]


def test_a_profile_named_by_its_folder_has_its_moved_cache(tmp_path: Path) -> None:
    plant(tmp_path, {"p": {"prefs.js": preference(tmp_path / "big"), "times.json": "{}"}, "big": CACHED})
    assert folder(tmp_path / "p").moved_caches == (tmp_path / "big/cache2",)
