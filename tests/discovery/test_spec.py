"""`-b NAME`, `-p SPEC` and folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrubber import discovery
from scrubber.discovery import Found
from scrubber.discovery.spec import folder, select
from scrubber.errors import UsageError
from tests.discovery.tree import CHROMIUM_PROFILE, FIFO, FIREFOX_PROFILE, Link, Tree, ini, local_state, plant

HOME: Tree = {
    ".config/google-chrome": {
        "Local State": local_state(Default="Person 1", Profile_1="Work / Büro"),
        "Default": CHROMIUM_PROFILE,
        "Profile 1": CHROMIUM_PROFILE,
    },
    ".config/google-chrome-beta": {"Default": CHROMIUM_PROFILE},
    "snap/chromium/common/chromium": {
        "Local State": local_state(Default="one\ntwo"),
        "Default": CHROMIUM_PROFILE,
    },
    ".config/microsoft-edge": {
        "Local State": local_state(Default="Person 1"),
        "Default": CHROMIUM_PROFILE,
    },
    ".mozilla/firefox": {"profiles.ini": ini(("default-esr", "a.default-esr")), "a.default-esr": {"x": ""}},
}
CHROME = ("chrome:Default", "chrome:Profile 1")
ALL = (*CHROME, "chrome-beta:Default", "chromium-snap:Default", "edge:Default", "firefox:default-esr")


@pytest.fixture
def found(tmp_path: Path) -> Found:
    return discovery.find(plant(tmp_path / "home", HOME), {}, "linux")


def chosen(found: Found, *specs: str, browsers: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(profile.spec for profile in select(found, browsers, specs))


def refused(found: Found, *specs: str, browsers: tuple[str, ...] = ()) -> str:
    with pytest.raises(UsageError) as caught:
        select(found, browsers, specs)
    message = str(caught.value)
    assert message.isprintable()
    return message


def test_without_a_choice_all_are_chosen(found: Found) -> None:
    assert chosen(found) == ALL


@pytest.mark.parametrize("spec", ALL)
def test_every_profile_is_chosen_by_its_spec(found: Found, spec: str) -> None:
    assert chosen(found, spec) == (spec,)


@pytest.mark.parametrize(
    ("spec", "profile"),
    [
        pytest.param("CHROME:default", "chrome:Default", id="a spec in other letters"),
        pytest.param("Chrome-Beta:Default", "chrome-beta:Default", id="one of several installs"),
        pytest.param("edge:person 1", "edge:Default", id="display name of one browser"),
        pytest.param("work / büro", "chrome:Profile 1", id="display name, with a slash"),
        pytest.param("chrome:WORK / BÜRO", "chrome:Profile 1", id="display name in capitals"),
        pytest.param("Profile 1", "chrome:Profile 1", id="the folder's name alone"),
        pytest.param("default-esr", "firefox:default-esr", id="Firefox's name alone"),
        pytest.param("chromium:Default", "chromium-snap:Default", id="the only install of a browser"),
        pytest.param("one\ntwo", "chromium-snap:Default", id="a newline"),
    ],
)
def test_other_ways_to_say_it(found: Found, spec: str, profile: str) -> None:
    assert chosen(found, spec) == (profile,)


@pytest.mark.parametrize(
    ("spec", "candidates"),
    [
        ("Person 1", "chrome:Default, edge:Default"),
        ("default", "chrome:Default, chrome-beta:Default, chromium-snap:Default, edge:Default"),
    ],
)
def test_an_ambiguous_name_lists_the_candidates(found: Found, spec: str, candidates: str) -> None:
    assert refused(found, spec) == f"{spec} is ambiguous; it could be: {candidates}"
    for candidate in candidates.split(", "):
        assert chosen(found, candidate) == (candidate,)


@pytest.mark.parametrize(
    "spec", ["Profile", "chrome:", ":Default", "firefox:Default", "", "x" * 5000, "a\nb"]
)
def test_an_unknown_name_lists_what_there_is(found: Found, spec: str) -> None:
    message = refused(found, spec)
    assert message.startswith("no profile ")
    assert message.endswith(", ".join(ALL))


def test_where_nothing_was_found_a_name_is_unknown() -> None:
    assert refused(Found((), (), ()), "Default") == "no profile Default; none was found at all"


@pytest.mark.parametrize(
    ("browsers", "profiles"),
    [
        (("chrome",), (*CHROME, "chrome-beta:Default")),
        (("chrome-beta",), ("chrome-beta:Default",)),
        (("Firefox", "EDGE"), ("edge:Default", "firefox:default-esr")),
        (("chromium",), ("chromium-snap:Default",)),
    ],
)
def test_a_browser_stands_for_its_profiles(
    found: Found, browsers: tuple[str, ...], profiles: tuple[str, ...]
) -> None:
    assert chosen(found, browsers=browsers) == profiles


@pytest.mark.parametrize(
    ("browser", "message"),
    [
        pytest.param("netscape", "unknown browser 'netscape'; known: chrome, ", id="no such browser"),
        pytest.param("vivaldi", "no profile of vivaldi; there is: chrome:Default, ", id="not installed"),
        pytest.param(
            "chrome-dev", "no profile of chrome-dev; there is: chrome:Default, ", id="no such install"
        ),
    ],
)
def test_a_browser_without_profiles_is_refused(found: Found, browser: str, message: str) -> None:
    assert refused(found, browsers=("chrome", browser)).startswith(message)


def test_names_are_looked_up_among_the_chosen_browsers(found: Found) -> None:
    assert chosen(found, "Person 1", browsers=("edge",)) == ("edge:Default",)
    assert refused(found, "default-esr", browsers=("edge",)).endswith("there is: edge:Default")


def test_a_profile_named_twice_is_chosen_once(found: Found) -> None:
    assert chosen(found, "edge:Default", "firefox:default-esr", "edge:person 1") == (
        "edge:Default",
        "firefox:default-esr",
    )


def test_a_folder_that_discovery_knows_is_what_it_knows(tmp_path: Path, found: Found) -> None:
    path = tmp_path / "home/.config/google-chrome/Profile 1"
    assert select(found, (), (str(path),)) == (found.profiles[1],)
    assert chosen(found, str(tmp_path / "home/.mozilla/firefox")) == ("firefox:default-esr",)


def test_a_folder_below_the_working_folder(
    tmp_path: Path, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(plant(tmp_path / "here", {"copy": CHROMIUM_PROFILE, "Profile 1": CHROMIUM_PROFILE}))
    assert [profile.path for profile in select(found, (), ("copy",))] == [tmp_path / "here/copy"]
    assert chosen(found, "Profile 1") == ("chrome:Profile 1",)


@pytest.mark.parametrize("spec", ["/no/such/folder", "./no", "../no", "no/such"])
def test_what_looks_like_a_folder_is_refused_as_one(found: Found, spec: str) -> None:
    assert refused(found, spec) == f"{Path(spec)}: no such folder"


def test_a_copy_of_a_chromium_profile_stands_alone(tmp_path: Path) -> None:
    path = plant(tmp_path / "copy", CHROMIUM_PROFILE)
    profile = folder(path)
    assert (profile.spec, profile.family) == ("chromium:copy", "chromium")
    assert profile.path == profile.user_data == profile.cache == path


def test_a_copy_of_a_firefox_profile_stands_alone(tmp_path: Path) -> None:
    path = plant(tmp_path / "copy", FIREFOX_PROFILE)
    profile = folder(path)
    assert (profile.spec, profile.family) == ("firefox:copy", "firefox")
    assert profile.path == profile.user_data == profile.cache == path


@pytest.mark.parametrize(
    ("way", "spec"),
    [
        pytest.param(".config/google-chrome/Profile 1", "chrome:Profile 1", id="a profile of several"),
        pytest.param(".config/microsoft-edge", "edge:Default", id="user data with one profile"),
        pytest.param(".config/google-chrome-beta", "chrome-beta:Default", id="without Local State"),
        pytest.param(".config/google-chrome-beta/Default", "chrome-beta:Default", id="a profile without it"),
        pytest.param("snap/chromium/common/chromium/Default", "chromium-snap:Default", id="in a snap"),
        pytest.param(".mozilla/firefox", "firefox:default-esr", id="Firefox's folder with one profile"),
    ],
)
def test_a_folder_in_a_known_place_has_its_browser_its_name_and_its_caches(
    tmp_path: Path, found: Found, way: str, spec: str
) -> None:
    [known] = [profile for profile in found.profiles if profile.spec == spec]
    assert folder(tmp_path / "home" / way) == known


def test_a_used_firefox_profile_in_its_place(tmp_path: Path) -> None:
    tree = {"profiles.ini": ini(("n", "Profiles/a")), "Profiles/a": FIREFOX_PROFILE}
    plant(tmp_path, {"Library/Application Support/Firefox": tree})
    [known] = discovery.find(tmp_path, {}, "macos").profiles
    assert folder(known.path) == known
    assert known.cache == tmp_path / "Library/Caches/Firefox/Profiles/a"


def test_a_profile_of_windows_whose_list_is_lost_is_still_that_browser_s(tmp_path: Path) -> None:
    user_data = "Users/ann/appdata/local/Microsoft/Edge/User Data"
    plant(tmp_path, {user_data: {"Default": CHROMIUM_PROFILE}})
    profile = folder(tmp_path / user_data / "Default")
    assert (profile.spec, profile.user_data) == ("edge:Default", tmp_path / user_data)


def test_a_former_revision_of_a_snap_has_the_caches_of_that_revision(tmp_path: Path) -> None:
    data = "snap/brave/41/.config/BraveSoftware/Brave-Browser"
    plant(tmp_path, {data: {"Default": CHROMIUM_PROFILE}})
    profile = folder(tmp_path / data)
    assert profile.spec == "brave-snap:Default"
    assert profile.cache == tmp_path / "snap/brave/41/.cache/BraveSoftware/Brave-Browser/Default"


@pytest.mark.parametrize(
    ("data", "cache"),
    [
        pytest.param(".config/own", ".cache/own/Default", id="Linux"),
        pytest.param("Library/Application Support/Own", "Library/Caches/Own/Default", id="macOS"),
        pytest.param("elsewhere", "elsewhere/Default", id="outside of the standard folder"),
    ],
)
def test_chromium_keeps_the_caches_of_any_folder_below_the_standard_one_apart(
    tmp_path: Path, data: str, cache: str
) -> None:
    plant(tmp_path, {data: {"Local State": local_state(Default="x"), "Default": CHROMIUM_PROFILE}})
    profile = folder(tmp_path / data)
    assert (profile.browser, profile.cache) == ("chromium", tmp_path / cache)


def test_a_folder_is_reached_by_a_link(tmp_path: Path) -> None:
    plant(tmp_path, {"copy": CHROMIUM_PROFILE, "link": Link("copy")})
    assert folder(tmp_path / "link").path == tmp_path / "copy"


def test_a_link_in_a_known_place_keeps_its_caches(tmp_path: Path) -> None:
    plant(tmp_path, {"disk": {"Default": CHROMIUM_PROFILE}, ".config/vivaldi": Link("../disk")})
    profile = folder(tmp_path / ".config/vivaldi")
    assert (profile.browser, profile.path) == ("vivaldi", tmp_path / "disk/Default")
    assert profile.cache == tmp_path / ".cache/vivaldi/Default"


def test_a_profile_is_not_mistaken_for_its_neighbour(tmp_path: Path) -> None:
    plant(tmp_path, {"Local State": local_state(A="One"), "A": CHROMIUM_PROFILE, "B": CHROMIUM_PROFILE})
    assert (folder(tmp_path / "A").display_name, folder(tmp_path / "B").display_name) == ("One", "B")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("missing", "no such folder", id="nothing there"),
        pytest.param("empty", "an empty folder, not a browser profile", id="empty"),
        pytest.param("file", "a file, not a folder", id="a file"),
        pytest.param("pipe", "a FIFO, not a folder", id="a pipe"),
        pytest.param("dangling", "a link that leads nowhere", id="a dangling link"),
        pytest.param("other", "no Chromium or Firefox profile in it", id="a folder of other things"),
        pytest.param("bare", "no Chromium or Firefox profile in it", id="user data without a profile"),
    ],
)
def test_what_is_no_profile_is_refused_with_its_reason(tmp_path: Path, name: str, reason: str) -> None:
    tree = {
        "empty": {},
        "file": "",
        "pipe": FIFO,
        "dangling": Link("nowhere"),
        "other": {"letters": {"a.txt": ""}, "prefs.js": ""},
        "bare": {"Local State": local_state()},
    }
    plant(tmp_path, tree)
    with pytest.raises(UsageError) as caught:
        folder(tmp_path / name)
    assert str(caught.value) == f"{tmp_path / name}: {reason}"


@pytest.mark.parametrize("listed", [{}, {"Local State": local_state(A="One", B="Two")}])
def test_user_data_with_several_profiles_is_refused_and_names_them(tmp_path: Path, listed: Tree) -> None:
    plant(tmp_path, {"A": CHROMIUM_PROFILE, "B": CHROMIUM_PROFILE, **listed})
    with pytest.raises(UsageError) as caught:
        folder(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: holds 2 profiles, name one of them: {tmp_path / 'A'}, {tmp_path / 'B'}"
    )


def test_a_newline_in_a_folder_s_name_stays_on_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        folder(tmp_path / "a\nb\x1b[2J")
    assert str(caught.value) == rf"{tmp_path}/a\nb\x1b[2J: no such folder"
