"""Profiles of Chrome and its relatives in the person's own home."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber import discovery
from scrubber.discovery.spec import folder
from tests.discovery.tree import CHROMIUM_PROFILE, FIFO, Link, Tree, age, local_state, plant, state

if TYPE_CHECKING:
    from scrubber.browsers.base import Platform
    from scrubber.discovery import Found

CHROME = ".config/google-chrome"


def found_in(home: Path, tree: Tree, **environment: str) -> Found:
    plant(home, tree)
    return discovery.find(home, environment, "linux")


def shown(found: Found) -> dict[str, str]:
    return {profile.spec: profile.display_name for profile in found.profiles}


def caches(found: Found, home: Path) -> dict[str, str]:
    return {profile.spec: str(profile.cache.relative_to(home)) for profile in found.profiles}


def test_listed_profiles_have_the_names_that_chrome_shows(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        {
            CHROME: {
                "Local State": local_state(Default="Ånn · 日本", Profile_1="Work"),
                "Default": CHROMIUM_PROFILE,
                "Profile 1": CHROMIUM_PROFILE,
            }
        },
    )
    assert shown(found) == {"chrome:Default": "Ånn · 日本", "chrome:Profile 1": "Work"}
    default = found.profiles[0]
    assert default.path == tmp_path / CHROME / "Default"
    assert default.user_data == tmp_path / CHROME
    assert default.cache == tmp_path / ".cache/google-chrome/Default"
    assert default.roots == (default.path, default.cache)
    assert found.skipped == ()


@pytest.mark.parametrize(
    ("name", "content", "is_profile"),
    [
        pytest.param("Default", CHROMIUM_PROFILE, True, id="the first profile"),
        pytest.param("Guest Profile", CHROMIUM_PROFILE, True, id="guests leave traces too"),
        pytest.param("System Profile", CHROMIUM_PROFILE, True, id="the profile of the profile chooser"),
        pytest.param("Ünüsual", {"Preferences": ""}, True, id="any name, by its Preferences"),
        pytest.param("Profile 7", {"History": ""}, True, id="Preferences are lost, history is not"),
        pytest.param("Crashpad", {"settings.dat": ""}, False, id="a folder of the browser"),
        pytest.param("Profile 8", {}, False, id="an empty folder"),
        pytest.param("Profile 9", "a file", False, id="a file with a profile's name"),
    ],
)
def test_unlisted_folders_count_by_what_is_in_them(
    tmp_path: Path, name: str, content: object, is_profile: bool
) -> None:
    found = found_in(tmp_path, {CHROME: {"Local State": local_state(), name: content}})
    assert [profile.name for profile in found.profiles] == ([name] if is_profile else [])
    assert found.skipped == ()


def test_a_listed_folder_counts_although_it_is_empty_and_a_missing_one_does_not(tmp_path: Path) -> None:
    tree = {"Local State": local_state(Default="Person 1", Profile_1="Gone"), "Default": {}}
    assert shown(found_in(tmp_path, {CHROME: tree})) == {"chrome:Default": "Person 1"}


def test_an_unlisted_profile_is_shown_by_its_own_preferences(tmp_path: Path) -> None:
    preferences = json.dumps({"profile": {"name": "Work"}})
    assert shown(found_in(tmp_path, {CHROME: {"Profile 1": {"Preferences": preferences}}})) == {
        "chrome:Profile 1": "Work"
    }


@pytest.mark.parametrize(
    ("local", "reason"),
    [
        pytest.param("", "not JSON", id="empty"),
        pytest.param("{", "not JSON", id="cut off"),
        pytest.param(b"\xff\xfe\x00\xd8", "not JSON", id="no text in any encoding"),
        pytest.param("[" * 200_000, "not JSON", id="nested beyond what the parser takes"),
        pytest.param("9" * 10_000, "not JSON", id="a number that is too long"),
        pytest.param("[]", "not a JSON object", id="a list"),
        pytest.param('{"profile": 1}', "its list of profiles is not one", id="profile is a number"),
        pytest.param(
            '{"profile": {"info_cache": []}}', "its list of profiles is not one", id="list of profiles"
        ),
        pytest.param(FIFO, "a FIFO, not a file", id="a pipe, which must not hang"),
        pytest.param({}, "a folder, not a file", id="a folder"),
        pytest.param(Link("nowhere"), "a link that leads nowhere", id="a dangling link"),
        pytest.param(Link("Default"), "a link to a folder, not to a file", id="a link to a folder"),
    ],
)
def test_a_broken_local_state_is_said_and_hides_no_profile(
    tmp_path: Path, local: object, reason: str
) -> None:
    found = found_in(tmp_path, {CHROME: {"Local State": local, "Default": CHROMIUM_PROFILE}})
    assert shown(found) == {"chrome:Default": "Default"}
    assert [(skipped.path, skipped.reason) for skipped in found.skipped] == [
        (tmp_path / CHROME / "Local State", reason)
    ]


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        pytest.param({"name": 5}, "Default", id="a number"),
        pytest.param({"name": None}, "Default", id="null"),
        pytest.param({"name": ""}, "Default", id="empty"),
        pytest.param([], "Default", id="an entry that is a list"),
        pytest.param({"name": "one\ntwo"}, "one\ntwo", id="a newline is kept, the report escapes it"),
        pytest.param({"name": "\ud800"}, "?", id="half a surrogate pair"),
    ],
)
def test_display_names_of_any_type(tmp_path: Path, entry: object, name: str) -> None:
    listed = json.dumps({"profile": {"info_cache": {"Default": entry}}})
    found = found_in(tmp_path, {CHROME: {"Local State": listed, "Default": CHROMIUM_PROFILE}})
    assert shown(found) == {"chrome:Default": name}
    assert found.skipped == ()


@pytest.mark.parametrize("key", ["../../../elsewhere", "/etc", "..", ".", "", "nul\0", "\ud800", "x" * 5000])
def test_listed_names_lead_nowhere_else(tmp_path: Path, key: str) -> None:
    plant(tmp_path, {"elsewhere": CHROMIUM_PROFILE})
    listed = json.dumps({"profile": {"info_cache": {key: {"name": "x"}}}})
    found = found_in(tmp_path / "home", {CHROME: {"Local State": listed, "Default": CHROMIUM_PROFILE}})
    assert shown(found) == {"chrome:Default": "Default"}


def test_links_that_chrome_makes_are_no_profiles(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        {
            "elsewhere/file": "",
            CHROME: {
                "Default": CHROMIUM_PROFILE,
                "SingletonLock": Link("host-4711"),
                "SingletonCookie": Link("1234567890"),
                "SingletonSocket": Link("{root}/elsewhere/file"),
            },
        },
    )
    assert shown(found) == {"chrome:Default": "Default"}
    assert found.skipped == ()


def test_folders_that_were_moved_are_found_by_their_links(tmp_path: Path) -> None:
    found = found_in(
        tmp_path / "home",
        {
            "../disk/chrome": {"Default": CHROMIUM_PROFILE, "Profile 1": Link("../one")},
            "../disk/one": CHROMIUM_PROFILE,
            "../disk/cache": {"Default": {}},
            CHROME: Link("{root}/../disk/chrome"),
            ".cache/google-chrome": Link("{root}/../disk/cache"),
        },
    )
    disk = tmp_path / "disk"
    assert [(profile.path, profile.cache) for profile in found.profiles] == [
        (disk / "chrome/Default", disk / "cache/Default"),
        (disk / "one", tmp_path / "home/.cache/google-chrome/Profile 1"),
    ]


def test_a_profile_whose_disk_is_away_is_said(tmp_path: Path) -> None:
    found = found_in(tmp_path, {CHROME: {"Default": Link("/mnt/away/Default")}})
    assert found.profiles == ()
    assert [skipped.reason for skipped in found.skipped] == ["a link that leads nowhere"]


def test_a_loop_of_links_is_said(tmp_path: Path) -> None:
    found = found_in(tmp_path, {CHROME: Link("google-chrome")})
    assert [(skipped.path, skipped.reason) for skipped in found.skipped] == [
        (tmp_path / CHROME, "a link that leads nowhere")
    ]


def test_the_same_folder_counts_once(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        {
            CHROME: {"Default": CHROMIUM_PROFILE, "Profile 1": Link("Default")},
            ".config/chromium": Link("google-chrome"),
        },
    )
    assert [profile.spec for profile in found.profiles] == ["chrome:Default"]


@pytest.mark.parametrize(
    ("data", "spec", "cache"),
    [
        (".config/google-chrome-beta", "chrome-beta:Default", ".cache/google-chrome-beta/Default"),
        (".config/google-chrome-unstable", "chrome-dev:Default", ".cache/google-chrome-unstable/Default"),
        (".config/chromium", "chromium:Default", ".cache/chromium/Default"),
        (".config/microsoft-edge-dev", "edge-dev:Default", ".cache/microsoft-edge-dev/Default"),
        (
            ".config/BraveSoftware/Brave-Browser",
            "brave:Default",
            ".cache/BraveSoftware/Brave-Browser/Default",
        ),
        (
            "snap/chromium/common/chromium",
            "chromium-snap:Default",
            "snap/chromium/common/.cache/chromium/Default",
        ),
        (
            ".var/app/com.google.Chrome/config/google-chrome",
            "chrome-flatpak:Default",
            ".var/app/com.google.Chrome/cache/google-chrome/Default",
        ),
        (
            ".var/app/com.google.ChromeDev/config/google-chrome-unstable",
            "chrome-dev-flatpak:Default",
            ".var/app/com.google.ChromeDev/cache/google-chrome-unstable/Default",
        ),
    ],
)
def test_channels_and_packages_have_specs_and_caches_of_their_own(
    tmp_path: Path, data: str, spec: str, cache: str
) -> None:
    assert caches(found_in(tmp_path, {data: {"Default": CHROMIUM_PROFILE}}), tmp_path) == {spec: cache}


def test_former_revisions_of_a_snap_are_found_beside_the_one_in_use(tmp_path: Path) -> None:
    brave = {".config/BraveSoftware/Brave-Browser": {"Default": CHROMIUM_PROFILE}}
    found = found_in(tmp_path, {"snap/brave": {"41": brave, "42": brave, "current": Link("42")}})
    revisions = {profile.spec: profile.path.relative_to(tmp_path).parts[2] for profile in found.profiles}
    assert revisions == {"brave-snap:Default": "42", "brave-snap-2:Default": "41"}
    assert caches(found, tmp_path)["brave-snap-2:Default"].startswith("snap/brave/41/.cache/")


def test_opera_keeps_a_profile_in_the_user_data_folder_itself(tmp_path: Path) -> None:
    plant(tmp_path, {"AppData/Roaming/Opera Software/Opera Stable": CHROMIUM_PROFILE})
    [opera] = discovery.find(tmp_path, {}, "windows").profiles
    assert (opera.browser, opera.name) == ("opera", "Opera Stable")
    assert opera.path == opera.user_data == tmp_path / "AppData/Roaming/Opera Software/Opera Stable"
    assert opera.cache == tmp_path / "AppData/Local/Opera Software/Opera Stable"


@pytest.mark.parametrize(
    ("system", "data", "cache", "spec"),
    [
        pytest.param(
            "windows",
            "AppData/Roaming/Opera Software/Opera GX Stable/_side_profiles/4d1a",
            "AppData/Local/Opera Software/Opera GX Stable/_side_profiles/4d1a",
            "opera-gx-side",
            id="a second profile of Opera GX",
        ),
        pytest.param(
            "macos",
            "Library/Application Support/com.operasoftware.Opera/_side_profiles/4d1a",
            "Library/Caches/com.operasoftware.Opera/_side_profiles/4d1a",
            "opera-side",
            id="a second profile on macOS",
        ),
        pytest.param(
            "windows",
            "AppData/Roaming/Opera Software/Opera Air Stable",
            "AppData/Local/Opera Software/Opera Air Stable",
            "opera-other",
            id="an edition that has no place of its own",
        ),
        pytest.param(
            "macos",
            "Library/Application Support/com.operasoftware.OperaAir",
            "Library/Caches/com.operasoftware.OperaAir",
            "opera-other",
            id="the same on macOS",
        ),
    ],
)
def test_other_folders_of_opera_are_found_with_their_caches(
    tmp_path: Path, system: Platform, data: str, cache: str, spec: str
) -> None:
    """In either layout: the profile is the folder, or `Default` in it."""
    beside = data.rpartition("/")[0] + "/Somebody Else"
    plant(tmp_path, {data: {**CHROMIUM_PROFILE, "Default": CHROMIUM_PROFILE}, cache: {"Default": {}}})
    plant(tmp_path, {beside: CHROMIUM_PROFILE} if "side" not in spec else {})
    found = discovery.find(tmp_path, {}, system)
    assert caches(found, tmp_path) == {
        f"{spec}:{Path(data).name}": cache,
        f"{spec}:Default": f"{cache}/Default",
    }
    user_data = tmp_path / data
    assert folder(user_data / "Default").spec == f"{spec}:Default"
    assert folder(user_data / "Default").cache == tmp_path / cache / "Default"


def test_each_folder_of_opera_is_found_once_and_by_its_own_name(tmp_path: Path) -> None:
    opera = tmp_path / "AppData/Roaming/Opera Software"
    for name in ("Opera Stable", "Opera GX Stable", "Opera Next"):
        plant(opera, {name: CHROMIUM_PROFILE})
    found = {profile.spec for profile in discovery.find(tmp_path, {}, "windows").profiles}
    assert found == {"opera:Opera Stable", "opera-gx:Opera GX Stable", "opera-beta:Opera Next"}


def test_windows_compares_names_without_regard_to_case(tmp_path: Path) -> None:
    user_data = {"Local State": local_state(PROFILE_1="Work"), "Profile 1": {}}
    plant(tmp_path, {"appdata/local/google/chrome/user data": user_data})
    found = discovery.find(tmp_path, {}, "windows")
    assert shown(found) == {"chrome:Profile 1": "Work"}
    assert found.profiles[0].cache == found.profiles[0].path
    assert found.profiles[0].roots == (found.profiles[0].path,)


def test_linux_does_not(tmp_path: Path) -> None:
    user_data = {"Local State": local_state(PROFILE_1="Work"), "Profile 1": {}}
    assert found_in(tmp_path, {CHROME: user_data, ".config/Chromium": user_data}).profiles == ()


def test_macos_keeps_caches_in_the_library(tmp_path: Path) -> None:
    plant(tmp_path, {"Library/Application Support/Google/Chrome": {"Default": CHROMIUM_PROFILE}})
    found = discovery.find(tmp_path, {}, "macos")
    assert caches(found, tmp_path) == {"chrome:Default": "Library/Caches/Google/Chrome/Default"}


@pytest.mark.parametrize("platform", ["macos", "windows"])
def test_one_system_does_not_look_at_the_places_of_another(tmp_path: Path, platform: str) -> None:
    plant(tmp_path, {CHROME: {"Default": CHROMIUM_PROFILE}})
    system = "macos" if platform == "macos" else "windows"
    assert discovery.find(tmp_path, {}, system).profiles == ()  # type: ignore[arg-type]


PROFILE: Tree = {"Default": CHROMIUM_PROFILE}


@pytest.mark.parametrize(
    ("variable", "data", "spec", "cache"),
    [
        ("XDG_CONFIG_HOME=x", "x/google-chrome", "chrome:Default", ".cache/google-chrome/Default"),
        ("XDG_CACHE_HOME=y", CHROME, "chrome:Default", "y/google-chrome/Default"),
        ("CHROME_CONFIG_HOME=z", "z/chromium", "chromium:Default", "z/chromium/Default"),
        ("CHROME_USER_DATA_DIR=u", "u", "chromium:Default", "u/Default"),
        ("CHROME_USER_DATA_DIR=.config/own", ".config/own", "chromium:Default", ".cache/own/Default"),
        (
            "CHROME_USER_DATA_DIR=d/.config/google-chrome",
            "d/.config/google-chrome",
            "chrome:Default",
            "d/.config/google-chrome/Default",
        ),
    ],
)
def test_the_environment_of_the_person_counts(
    tmp_path: Path, variable: str, data: str, spec: str, cache: str
) -> None:
    name, _, folder = variable.partition("=")
    found = found_in(tmp_path, {data: PROFILE}, **{name: str(tmp_path / folder)})
    assert caches(found, tmp_path) == {spec: cache}
    assert found.profiles[0].path == tmp_path / data / "Default"


def test_the_usual_folder_is_looked_at_beside_the_one_of_the_environment(tmp_path: Path) -> None:
    tree = {CHROME: PROFILE, "x/google-chrome": PROFILE}
    found = found_in(tmp_path, tree, XDG_CONFIG_HOME=str(tmp_path / "x"))
    assert {profile.spec: profile.path.parts[-3] for profile in found.profiles} == {
        "chrome:Default": "x",
        "chrome-2:Default": ".config",
    }


def test_a_relative_variable_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    tree = {"x/google-chrome": PROFILE, "u": PROFILE, CHROME: PROFILE}
    found = found_in(tmp_path, tree, XDG_CONFIG_HOME="x", CHROME_USER_DATA_DIR="u", CHROME_CONFIG_HOME="x")
    assert [profile.path for profile in found.profiles] == [tmp_path / CHROME / "Default"]


def test_windows_takes_its_folders_from_the_environment(tmp_path: Path) -> None:
    plant(tmp_path, {"L/Google/Chrome/User Data": PROFILE, "R/Opera Software/Opera Stable": PROFILE})
    environment = {"LOCALAPPDATA": str(tmp_path / "L"), "APPDATA": str(tmp_path / "R")}
    found = discovery.find(tmp_path, environment, "windows")
    assert caches(found, tmp_path) == {
        "chrome:Default": "L/Google/Chrome/User Data/Default",
        "opera:Default": "L/Opera Software/Opera Stable/Default",
    }


def test_nothing_found_names_the_places_looked_at(tmp_path: Path) -> None:
    found = found_in(tmp_path, {})
    assert (found.profiles, found.skipped) == ((), ())
    assert tmp_path / CHROME in found.looked
    assert tmp_path / ".mozilla/firefox" in found.looked
    assert len(set(found.looked)) == len(found.looked)
    assert not any("Library" in path.parts or "AppData" in path.parts for path in found.looked)


@pytest.mark.parametrize("refused", ["", "Default", "Local State"])
def test_what_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str) -> None:
    plant(tmp_path, {CHROME: {"Local State": local_state(), **PROFILE, "Profile 1": CHROMIUM_PROFILE}})
    closed = str(tmp_path / CHROME / refused)
    lstat, opened = Path.lstat, os.open

    def refuse(path: object, *, below: bool) -> None:
        if str(path).startswith(closed + "/") or (not below and str(path) == closed):
            raise PermissionError(13, "Permission denied", str(path))

    def refusing_lstat(path: Path) -> os.stat_result:
        refuse(path, below=True)
        return lstat(path)

    def refusing_open(path: str, flags: int, mode: int = 0o777) -> int:
        refuse(path, below=False)
        return opened(path, flags, mode)

    monkeypatch.setattr(Path, "lstat", refusing_lstat)
    monkeypatch.setattr(os, "open", refusing_open)
    found = discovery.find(tmp_path, {}, "linux")
    assert {skipped.reason for skipped in found.skipped} == {"Permission denied"}
    expected = {"": set(), "Default": {"Profile 1"}, "Local State": {"Default", "Profile 1"}}
    assert {profile.name for profile in found.profiles} == expected[refused]


def test_nothing_is_changed_by_looking(tmp_path: Path) -> None:
    plant(tmp_path, {CHROME: {"Local State": local_state(Default="Person 1"), **PROFILE}})
    age(tmp_path)
    before = state(tmp_path)
    [profile] = discovery.find(tmp_path, {}, "linux").profiles
    discovery.size(profile)
    assert state(tmp_path) == before


def test_size_is_that_of_the_files_in_profile_and_cache_without_links(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        {
            "large": "x" * 1000,
            CHROME: {"Default": {"Preferences": "{}", "a/b": "12345", "link": Link("{root}/large")}},
            ".cache/google-chrome/Default/Cache/data": "1234567",
        },
    )
    assert discovery.size(found.profiles[0]) == 2 + 5 + 7
