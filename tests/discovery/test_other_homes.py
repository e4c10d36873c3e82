"""`--home DIR`: another person's home, or a mounted disk of whatever system."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from scrubber import discovery, files
from scrubber.discovery.people import other_homes
from scrubber.errors import UnreadableStore, UsageError
from scrubber.model import Skipped
from tests.discovery.tree import CHROMIUM_PROFILE, Link, Tree, age, ini, local_state, plant, state

if TYPE_CHECKING:
    from pathlib import Path

PROFILE: Tree = {"Default": CHROMIUM_PROFILE}
FIREFOX: Tree = {"profiles.ini": ini(("default", "Profiles/a.default")), "Profiles/a.default": {}}

LAYOUTS: dict[str, Tree] = {
    "linux": {".config/google-chrome": PROFILE, ".config/mozilla/firefox": FIREFOX},
    "macos": {
        "Library/Application Support/Google/Chrome": PROFILE,
        "Library/Application Support/Firefox": FIREFOX,
    },
    "windows": {
        "AppData/Local/Google/Chrome/User Data": PROFILE,
        "AppData/Roaming/Mozilla/Firefox": FIREFOX,
    },
}


@pytest.mark.parametrize("system", LAYOUTS)
def test_every_layout_is_recognised_by_what_is_there(tmp_path: Path, system: str) -> None:
    home = plant(tmp_path / "Users/ann", LAYOUTS[system])
    found = discovery.find_in(home)
    assert sorted(profile.spec for profile in found.profiles) == ["chrome:Default", "firefox:default"]
    assert all(root.is_relative_to(home) for profile in found.profiles for root in profile.roots)
    assert found.skipped == ()


@pytest.mark.parametrize("system", LAYOUTS)
def test_only_a_linux_home_has_the_desktops_places(tmp_path: Path, system: str) -> None:
    places: Tree = {".local/share": {}, ".cache": {}}
    home = plant(tmp_path / "ann", LAYOUTS[system] | places)
    expected = (home / ".local/share", home / ".cache") if system == "linux" else (None, None)
    found = discovery.find_in(home).profiles
    assert {(profile.data_home, profile.cache_home) for profile in found} == {expected}
    assert {profile.home for profile in found} == {home}


def test_the_desktops_places_may_be_links_but_not_out_of_the_home(tmp_path: Path) -> None:
    links = {".cache": Link("{root}/big/cache"), ".local/share": Link("/")}
    home = plant(tmp_path / "ann", {**LAYOUTS["linux"], "big/cache": {}, **links})
    [place] = {(profile.data_home, profile.cache_home) for profile in discovery.find_in(home).profiles}
    assert place == (None, home / "big/cache")


@pytest.mark.parametrize(("homes", "system"), [("home", "linux"), ("Users", "macos"), ("Users", "windows")])
def test_the_root_of_a_disk_stands_for_the_homes_on_it(tmp_path: Path, homes: str, system: str) -> None:
    plant(tmp_path, {homes: {"ann": LAYOUTS[system], "bob": LAYOUTS[system], "file": ""}})
    found = discovery.find_in(tmp_path)
    owners = {profile.spec: profile.path.relative_to(tmp_path).parts[1] for profile in found.profiles}
    assert owners == {
        "chrome:Default": "ann",
        "firefox:default": "ann",
        "chrome-2:Default": "bob",
        "firefox-2:default": "bob",
    }


def test_everybodys_profiles_are_found_each_as_their_home_has_them(tmp_path: Path) -> None:
    """The environment is the own home's, and a link leads nowhere out of another's."""
    own = plant(tmp_path / "ann", {"config/google-chrome": PROFILE})
    other = plant(
        tmp_path / "bob", {**LAYOUTS["linux"], ".config/microsoft-edge": Link("{root}/../ann/config")}
    )
    found = discovery.find_all(own, [other], {"XDG_CONFIG_HOME": str(own / "config")}, "linux")
    assert {profile.spec: profile.path.relative_to(tmp_path).parts[0] for profile in found.profiles} == {
        "chrome:Default": "ann",
        "chrome-2:Default": "bob",
        "firefox:default": "bob",
    }
    assert found.skipped == (Skipped(other / ".config/microsoft-edge", OUTSIDE),)


def test_a_home_that_may_not_be_read_is_named_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(folder: Path) -> list[str]:
        if folder.is_relative_to(tmp_path / "bob"):
            raise UnreadableStore(folder, "Permission denied")
        return names(folder)

    names = files.names
    monkeypatch.setattr(files, "names", closed)
    own, other = plant(tmp_path / "ann", LAYOUTS["linux"]), plant(tmp_path / "bob", LAYOUTS["linux"])
    found = discovery.find_all(own, [other], {}, "linux")
    assert {profile.home for profile in found.profiles} == {own}
    assert found.skipped == (Skipped(other, "Permission denied"),)


@pytest.mark.parametrize("homes", ["home", "Users"])
def test_other_homes_are_those_beside_ones_own(tmp_path: Path, homes: str) -> None:
    plant(tmp_path, {"root": {}, homes: {"ann": {}, "bob": {}, "eve": Link("{root}/../root"), "file": ""}})
    others = [path for path in other_homes(tmp_path / homes / "ann", tmp_path) if tmp_path in path.parents]
    assert sorted(others) == [tmp_path / homes / "bob", tmp_path / "root"]


def test_accounts_homes_are_those_that_are_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform == "win32":
        pytest.skip("this system keeps no such list")
    (theirs := tmp_path / "far" / "ann").mkdir(parents=True)
    mine = os.getuid()

    def accounts() -> list[SimpleNamespace]:
        places = {"/": mine + 1, str(tmp_path / "gone"): mine, str(theirs): mine, str(tmp_path): mine + 1}
        return [SimpleNamespace(pw_dir=home, pw_uid=user) for home, user in places.items()]

    monkeypatch.setattr("scrubber.discovery.people.pwd.getpwall", accounts)
    assert other_homes(tmp_path / "own", tmp_path / "disk") == (theirs,)


def test_a_disk_of_windows_is_read_without_regard_to_case(tmp_path: Path) -> None:
    plant(tmp_path, {"APPDATA/LOCAL/GOOGLE/CHROME/USER DATA": {**PROFILE, "Local State": local_state()}})
    [profile] = discovery.find_in(tmp_path).profiles
    assert profile.path == tmp_path / "APPDATA/LOCAL/GOOGLE/CHROME/USER DATA/Default"


def test_nothing_of_the_running_environment_leaks_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = plant(tmp_path / "mine", {"google-chrome": PROFILE, **PROFILE})
    theirs = plant(tmp_path / "theirs", {".config/google-chrome": PROFILE})
    for variable in (
        "HOME",
        "USERPROFILE",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "CHROME_USER_DATA_DIR",
        "CHROME_CONFIG_HOME",
        "LOCALAPPDATA",
        "APPDATA",
    ):
        monkeypatch.setenv(variable, str(mine))
    monkeypatch.chdir(mine)
    found = discovery.find_in(theirs)
    [profile] = found.profiles
    assert profile.path == theirs / ".config/google-chrome/Default"
    assert profile.cache == theirs / ".cache/google-chrome/Default"
    assert all(path.is_relative_to(theirs) for path in found.looked)


OUTSIDE = "lies outside the home that was given; name it with --home or --profile"


@pytest.mark.parametrize(
    ("tree", "seen"),
    [
        pytest.param(
            {".config/google-chrome": Link("{root}/../out")}, ".config/google-chrome", id="user-data folder"
        ),
        pytest.param({".config": Link("{root}/../parent")}, ".config/google-chrome", id="a folder above it"),
        pytest.param(
            {".config/google-chrome": {"Default": Link("{root}/../out/Default")}},
            ".config/google-chrome/Default",
            id="a profile",
        ),
        pytest.param(
            {".config/google-chrome": {"x": Link("../../../out/Default")}},
            ".config/google-chrome/x",
            id="a relative link, an unlisted profile",
        ),
        pytest.param(
            {".mozilla/firefox": {"Profiles": Link("{root}/../out")}},
            ".mozilla/firefox/Profiles",
            id="Firefox's folder of profiles",
        ),
        pytest.param(
            {".mozilla/firefox": {"profiles.ini": Link("{root}/../out/list.ini")}},
            ".mozilla/firefox/profiles.ini",
            id="the list of profiles",
        ),
        pytest.param(
            {"snap/brave": Link("{root}/../out")}, "snap/brave", id="the folder of a snap's revisions"
        ),
    ],
)
def test_links_out_of_the_home_are_not_followed(tmp_path: Path, tree: Tree, seen: str) -> None:
    plant(tmp_path, {"out": {**PROFILE, "list.ini": ini(("x", "/x"))}, "parent/google-chrome": PROFILE})
    home = plant(tmp_path / "home", tree)
    found = discovery.find_in(home)
    assert found.profiles == ()
    assert (home / seen, OUTSIDE) in [(skipped.path, skipped.reason) for skipped in found.skipped]


def test_a_cache_outside_is_said_and_left_out(tmp_path: Path) -> None:
    plant(tmp_path, {"out/Default": {}})
    home = plant(
        tmp_path / "home", {".config/google-chrome": PROFILE, ".cache/google-chrome": Link("../../out")}
    )
    found = discovery.find_in(home)
    [profile] = found.profiles
    assert profile.roots == (home / ".config/google-chrome/Default",)
    assert [skipped.path for skipped in found.skipped] == [home / ".cache/google-chrome/Default"]


def test_links_within_the_home_are_followed(tmp_path: Path) -> None:
    home = plant(
        tmp_path / "home",
        {"big/chrome": PROFILE, ".config/google-chrome": Link("../big/chrome"), "self": Link("{root}")},
    )
    found = discovery.find_in(home / "self")
    assert [profile.path for profile in found.profiles] == [home / "big/chrome/Default"]
    assert found.skipped == ()


def test_a_profile_elsewhere_is_skipped_with_a_hint(tmp_path: Path) -> None:
    plant(tmp_path, {"out": {}})
    listed = ini(("far", str(tmp_path / "out")), relative=0)
    home = plant(tmp_path / "home", {".mozilla/firefox/profiles.ini": listed})
    found = discovery.find_in(home)
    assert found.profiles == ()
    assert [(skipped.path, skipped.reason) for skipped in found.skipped] == [
        (tmp_path / "out", f"{OUTSIDE} (profiles.ini names it)")
    ]


def test_an_absolute_path_within_the_home_is_followed(tmp_path: Path) -> None:
    listed = ini(("near", str(tmp_path / "near")), relative=0)
    plant(tmp_path, {"near": {}, ".mozilla/firefox/profiles.ini": listed})
    assert [profile.path for profile in discovery.find_in(tmp_path).profiles] == [tmp_path / "near"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("missing", "no such folder", id="not there"),
        pytest.param("file", "a file, not a folder", id="a file"),
        pytest.param("loop", "a link that leads nowhere", id="a loop"),
    ],
)
def test_what_is_no_home_is_a_usage_error(tmp_path: Path, name: str, reason: str) -> None:
    plant(tmp_path, {"file": "", "loop": Link("loop")})
    with pytest.raises(UsageError) as caught:
        discovery.find_in(tmp_path / name)
    assert str(caught.value) == f"{tmp_path / name}: {reason}"


def test_nothing_found_names_the_places_of_all_systems(tmp_path: Path) -> None:
    found = discovery.find_in(tmp_path)
    assert found.profiles == ()
    assert {
        tmp_path / ".config/google-chrome",
        tmp_path / "Library/Application Support/Google/Chrome",
        tmp_path / "AppData/Local/Google/Chrome/User Data",
    } <= set(found.looked)


def test_nothing_is_changed_by_looking(tmp_path: Path) -> None:
    plant(tmp_path, {"home": LAYOUTS["linux"], "Users": {"ann": LAYOUTS["macos"], "bob": LAYOUTS["windows"]}})
    age(tmp_path)
    before = state(tmp_path)
    assert len(discovery.find_in(tmp_path).profiles) == 4
    assert state(tmp_path) == before
