"""Profiles of Firefox and its relatives in the person's own home."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import unicodedata
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber import discovery
from tests.discovery.tree import FIFO, FIREFOX_PROFILE, Link, Tree, age, ini, plant, state

if TYPE_CHECKING:
    from scrubber.discovery import Found

FIREFOX = ".mozilla/firefox"


def found_in(home: Path, tree: Tree, **environment: str) -> Found:
    plant(home, tree)
    return discovery.find(home, environment, "linux")


def places(found: Found, home: Path) -> dict[str, tuple[str, str]]:
    return {
        profile.spec: (str(profile.path.relative_to(home)), str(profile.cache.relative_to(home)))
        for profile in found.profiles
    }


def group(path: Path, *profiles: tuple[object, object], wal: bool = False) -> None:
    """A database of a profile group; with `wal`, as a browser that was killed leaves it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / path.name
        with closing(sqlite3.connect(made, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(
                "CREATE TABLE Profiles (id INTEGER PRIMARY KEY, path TEXT, name TEXT, avatar TEXT)"
            )
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.executemany("INSERT INTO Profiles (path, name) VALUES (?, ?)", profiles)
            for suffix in ("", "-wal") if wal else ():
                shutil.copy(f"{made}{suffix}", f"{path}{suffix}")
        if not wal:
            shutil.copy(made, path)


@pytest.mark.parametrize(
    ("data", "cache", "browser"),
    [
        pytest.param(".config/mozilla/firefox", ".cache/mozilla/firefox", "firefox", id="XDG"),
        pytest.param(".mozilla/firefox", ".cache/mozilla/firefox", "firefox", id="before XDG"),
        pytest.param(
            "snap/firefox/common/.mozilla/firefox",
            "snap/firefox/common/.cache/mozilla/firefox",
            "firefox-snap",
            id="snap",
        ),
        pytest.param(
            ".var/app/org.mozilla.firefox/.mozilla/firefox",
            ".var/app/org.mozilla.firefox/cache/mozilla/firefox",
            "firefox-flatpak",
            id="flatpak before XDG",
        ),
        pytest.param(
            ".var/app/org.mozilla.firefox/config/mozilla/firefox",
            ".var/app/org.mozilla.firefox/cache/mozilla/firefox",
            "firefox-flatpak",
            id="flatpak, XDG",
        ),
        pytest.param(".config/librewolf/librewolf", ".cache/librewolf", "librewolf", id="LibreWolf"),
        pytest.param(".waterfox", ".cache/waterfox", "waterfox", id="Waterfox"),
        pytest.param(".floorp", ".cache/floorp", "floorp", id="Floorp"),
        pytest.param(".zen", ".cache/zen", "zen", id="Zen"),
    ],
)
def test_places_on_linux(tmp_path: Path, data: str, cache: str, browser: str) -> None:
    found = found_in(tmp_path, {data: {"profiles.ini": ini(("default", "a.default")), "a.default": {}}})
    assert places(found, tmp_path) == {f"{browser}:default": (f"{data}/a.default", f"{cache}/a.default")}
    assert found.profiles[0].user_data == tmp_path / data
    assert found.profiles[0].family == "firefox"


@pytest.mark.parametrize(
    ("platform", "data", "cache", "browser"),
    [
        ("macos", "Library/Application Support/Firefox", "Library/Caches/Firefox", "firefox"),
        ("windows", "AppData/Roaming/Mozilla/Firefox", "AppData/Local/Mozilla/Firefox", "firefox"),
        (
            "windows",
            "AppData/Local/Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Roaming/Mozilla/Firefox",
            "AppData/Local/Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Local/Mozilla/Firefox",
            "firefox-msstore",
        ),
        (
            "windows",
            "AppData/Local/Packages/Mozilla.FirefoxNightly_gmpnhwe7bv608/LocalCache/Roaming/Mozilla/Firefox",
            "AppData/Local/Packages/Mozilla.FirefoxNightly_gmpnhwe7bv608/LocalCache/Local/Mozilla/Firefox",
            "firefox-msstore",
        ),
        (
            "windows",
            "AppData/Local/Packages/31856maltejur.LibreWolf_w76z7w7v0b4qc/LocalCache/Roaming/librewolf",
            "AppData/Local/Packages/31856maltejur.LibreWolf_w76z7w7v0b4qc/LocalCache/Local/librewolf",
            "librewolf-msstore",
        ),
    ],
)
def test_places_on_other_systems(tmp_path: Path, platform: str, data: str, cache: str, browser: str) -> None:
    plant(
        tmp_path, {data: {"profiles.ini": ini(("default", "Profiles/a.default")), "Profiles/a.default": {}}}
    )
    found = discovery.find(tmp_path, {}, "macos" if platform == "macos" else "windows")
    assert places(found, tmp_path) == {
        f"{browser}:default": (f"{data}/Profiles/a.default", f"{cache}/Profiles/a.default")
    }


def test_two_installs_with_equal_names_stay_apart_as_a_whole(tmp_path: Path) -> None:
    old = {"profiles.ini": ini(("default", "a"), ("work", "b")), "a": {}, "b": {}}
    new = {"profiles.ini": ini(("default", "c")), "c": {}}
    found = found_in(tmp_path, {".config/mozilla/firefox": new, FIREFOX: old})
    assert [profile.spec for profile in found.profiles] == [
        "firefox:default",
        "firefox-2:default",
        "firefox-2:work",
    ]


def test_equal_names_in_one_list_stay_apart(tmp_path: Path) -> None:
    tree = {"profiles.ini": ini(("same", "a"), ("same", "b")), "a": {}, "b": {}}
    found = found_in(tmp_path, {FIREFOX: tree})
    assert [profile.spec for profile in found.profiles] == ["firefox:same", "firefox-2:same"]


def test_a_link_from_the_old_layout_to_the_new_one_makes_no_second_profile(tmp_path: Path) -> None:
    tree = {"profiles.ini": ini(("default", "a")), "a": {}}
    found = found_in(tmp_path, {".config/mozilla/firefox": tree, FIREFOX: Link("../.config/mozilla/firefox")})
    assert [profile.spec for profile in found.profiles] == ["firefox:default"]


@pytest.mark.parametrize(
    ("content", "is_profile"),
    [
        pytest.param(FIREFOX_PROFILE, True, id="prefs and times"),
        pytest.param({"places.sqlite": ""}, True, id="history alone"),
        pytest.param({"cookies.sqlite": ""}, True, id="cookies alone"),
        pytest.param({"times.json": ""}, False, id="a profile never used"),
        pytest.param({"prefs.js": ""}, False, id="prefs alone"),
        pytest.param({}, False, id="an empty folder"),
        pytest.param("", False, id="a file"),
    ],
)
@pytest.mark.parametrize("below", ["", "Profiles/"])
def test_unlisted_folders_count_by_what_is_in_them(
    tmp_path: Path, content: object, is_profile: bool, below: str
) -> None:
    found = found_in(tmp_path, {FIREFOX: {"profiles.ini": ini(), f"{below}x.left": content}})
    path = f"{FIREFOX}/{below}x.left"
    assert places(found, tmp_path) == ({"firefox:x.left": (path, path)} if is_profile else {})
    assert found.skipped == ()


def test_an_unlisted_profile_takes_the_cache_that_is_there(tmp_path: Path) -> None:
    tree = {FIREFOX: {"x": FIREFOX_PROFILE}, ".cache/mozilla/firefox/x/cache2": {}}
    assert places(found_in(tmp_path, tree), tmp_path) == {
        "firefox:x": (f"{FIREFOX}/x", ".cache/mozilla/firefox/x")
    }


def test_a_listed_profile_that_is_gone_is_no_profile(tmp_path: Path) -> None:
    found = found_in(tmp_path, {FIREFOX: {"profiles.ini": ini(("gone", "a.gone"))}})
    assert (found.profiles, found.skipped) == ((), ())


def test_an_absolute_path_is_followed_and_has_its_caches_inside(tmp_path: Path) -> None:
    plant(tmp_path, {"disk/a": {}})
    tree = {FIREFOX: {"profiles.ini": ini(("far", f"{tmp_path}/disk/a"), relative=0)}}
    found = found_in(tmp_path / "home", tree)
    assert places(found, tmp_path) == {"firefox:far": ("disk/a", "disk/a")}


def test_a_path_that_climbs_out_of_the_folder_has_its_caches_inside(tmp_path: Path) -> None:
    tree = {FIREFOX: {"profiles.ini": ini(("far", "../../far"))}, "far": {}}
    assert places(found_in(tmp_path, tree), tmp_path) == {"firefox:far": ("far", "far")}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        pytest.param("/mnt/away/a", "not there, though profiles.ini names it", id="a disk that is away"),
        pytest.param(
            r"C:\Users\ann\p", "names a profile by a path of another system", id="a path of Windows"
        ),
        pytest.param("/dev/null", "a device, not a folder (profiles.ini names it)", id="a device"),
        pytest.param("/nul\0", "embedded null byte", id="no path at all"),
    ],
)
def test_an_absolute_path_that_leads_nowhere_is_said(tmp_path: Path, path: str, reason: str) -> None:
    found = found_in(tmp_path, {FIREFOX: {"profiles.ini": ini(("far", path), relative=0)}})
    assert found.profiles == ()
    [skipped] = found.skipped
    assert skipped.reason.startswith(reason)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(FIFO, "a FIFO, not a file", id="a pipe, which must not hang"),
        pytest.param({}, "a folder, not a file", id="a folder"),
        pytest.param(b"\xff\xfe\xff", "not UTF-8 text", id="not text"),
        pytest.param("SQLite format 3", "no section in it", id="something else"),
        pytest.param(Link("nowhere"), "a link that leads nowhere", id="a dangling link"),
    ],
)
@pytest.mark.parametrize("name", ["profiles.ini", "installs.ini"])
def test_a_broken_list_is_said_and_hides_no_profile(
    tmp_path: Path, name: str, content: object, reason: str
) -> None:
    found = found_in(tmp_path, {FIREFOX: {name: content, "x": FIREFOX_PROFILE}})
    assert [profile.spec for profile in found.profiles] == ["firefox:x"]
    assert [(skipped.path, skipped.reason) for skipped in found.skipped] == [
        (tmp_path / FIREFOX / name, reason)
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[Profile0]\r\nName=née\r\nIsRelative=1\r\nPath=ä b\r\n", id="line ends of Windows"),
        pytest.param("\ufeff[Profile0]\nName=née\nPath=ä b\n", id="a byte order mark, no IsRelative"),
        pytest.param("# x\n;y=z\njunk\n[Profile0]\njunk\nName=née\nPath=ä b", id="lines that say nothing"),
        pytest.param("[Profile0]\nName=no\nName=née\nPath=ä b\n[Profile0]\nName=2\n", id="everything twice"),
    ],
)
def test_lists_are_read_as_firefox_reads_them(tmp_path: Path, text: str) -> None:
    found = found_in(tmp_path, {FIREFOX: {"profiles.ini": text, "ä b": {}}})
    assert [(profile.spec, profile.path.name) for profile in found.profiles] == [("firefox:née", "ä b")]
    assert found.skipped == ()


def test_a_list_that_is_a_link_is_read(tmp_path: Path) -> None:
    tree = {"dotfiles.ini": ini(("n", "a")), FIREFOX: {"profiles.ini": Link("{root}/dotfiles.ini"), "a": {}}}
    assert [profile.spec for profile in found_in(tmp_path, tree).profiles] == ["firefox:n"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("installs.ini", "[3B60]\nDefault=a\nLocked=1\n"),
        ("profiles.ini", "[Install3B60]\nDefault=a\nLocked=1\n"),
    ],
)
def test_what_only_an_install_names_is_found(tmp_path: Path, name: str, text: str) -> None:
    found = found_in(tmp_path, {FIREFOX: {name: text, "a": {}}})
    assert [profile.spec for profile in found.profiles] == ["firefox:a"]


@pytest.mark.parametrize("wal", [False, True], ids=["closed", "killed, its rows still in the WAL"])
def test_profiles_that_only_a_group_names_are_found(tmp_path: Path, wal: bool) -> None:
    root = tmp_path / FIREFOX
    plant(root, {"profiles.ini": ini(("original", "a")), "a": {}, "b": {}, "c": {}})
    rows = [("a", "At home"), ("b", "one\ntwo"), (str(root / "c"), "Wörk"), ("gone", "Gone")]
    group(root / "Profile Groups/5a5a.sqlite", *rows, wal=wal)
    age(tmp_path)
    before = state(tmp_path)
    found = discovery.find(tmp_path, {}, "linux")
    assert {profile.spec: profile.display_name for profile in found.profiles} == {
        "firefox:original": "At home",
        "firefox:b": "one\ntwo",
        "firefox:c": "Wörk",
    }
    assert [skipped.reason for skipped in found.skipped] == []
    assert state(tmp_path) == before


def test_rows_of_any_type_make_no_profile(tmp_path: Path) -> None:
    root = tmp_path / FIREFOX
    rows = [(1, "number"), (None, "null"), (b"a", "bytes"), ("", "empty"), ("a", 5), ("nul\0", "x")]
    plant(root, {"profiles.ini": ini(), "a": {}})
    group(root / "Profile Groups/5a5a.sqlite", *rows)
    found = discovery.find(tmp_path, {}, "linux")
    assert [(profile.spec, profile.display_name) for profile in found.profiles] == [("firefox:a", "5")]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("not a database, though long enough to be read as one" * 20, id="not a database"),
        pytest.param("", id="empty, without the table"),
        pytest.param(FIFO, id="a pipe, which must not hang"),
        pytest.param({}, id="a folder"),
        pytest.param(Link("../a/prefs.js"), id="a link"),
    ],
)
def test_a_broken_group_is_said_and_hides_no_profile(tmp_path: Path, content: object) -> None:
    tree = {FIREFOX: {"a": FIREFOX_PROFILE, "Profile Groups/x.sqlite": content}}
    found = found_in(tmp_path, tree)
    assert [profile.spec for profile in found.profiles] == ["firefox:a"]
    assert [skipped.path for skipped in found.skipped] == [tmp_path / FIREFOX / "Profile Groups/x.sqlite"]


def test_a_group_of_windows_spells_steps_with_backslashes(tmp_path: Path) -> None:
    root = tmp_path / "AppData/Roaming/Mozilla/Firefox"
    plant(root, {"profiles.ini": ini(), "Profiles/a": {}})
    group(root / "Profile Groups/5a5a.sqlite", (r"profiles\A", "Ann"))
    [profile] = discovery.find(tmp_path, {}, "windows").profiles
    assert (profile.path, profile.display_name) == (root / "Profiles/a", "Ann")
    assert profile.cache == tmp_path / "AppData/Local/Mozilla/Firefox/Profiles/a"


def test_a_profile_moved_by_a_link_keeps_its_cache(tmp_path: Path) -> None:
    tree = {
        "../disk/a": {},
        FIREFOX: {"profiles.ini": ini(("n", "a")), "a": Link("{root}/../disk/a")},
        ".cache/mozilla/firefox/a": {},
    }
    [profile] = found_in(tmp_path / "home", tree).profiles
    assert profile.path == tmp_path / "disk/a"
    assert profile.cache == tmp_path / "home/.cache/mozilla/firefox/a"


def test_the_environment_of_the_person_counts(tmp_path: Path) -> None:
    tree = {"x/mozilla/firefox": {"profiles.ini": ini(("n", "a")), "a": {}}}
    found = found_in(tmp_path, tree, XDG_CONFIG_HOME=f"{tmp_path}/x", XDG_CACHE_HOME=f"{tmp_path}/y")
    assert places(found, tmp_path) == {"firefox:n": ("x/mozilla/firefox/a", "y/mozilla/firefox/a")}


@pytest.mark.parametrize(
    ("desktop", "folder"),
    [
        pytest.param("Desktop", "Old Firefox Data", id="in English"),
        pytest.param("OneDrive/Desktop", "Old Firefox Data", id="a desktop in the cloud"),
        pytest.param("Schreibtisch", "Alte Firefox-Daten", id="in German"),
        pytest.param("", "Alte Firefox-Daten", id="no desktop at all, so that the home is it"),
    ],
)
def test_what_a_refresh_put_on_the_desktop_is_found(tmp_path: Path, desktop: str, folder: str) -> None:
    kept = f"{desktop}/{folder}/a.default".lstrip("/")
    tree = {
        FIREFOX: {"profiles.ini": ini(("default", "b.default")), "b.default": {}},
        kept: FIREFOX_PROFILE,
        f"{desktop}/Holiday/c.default".lstrip("/"): FIREFOX_PROFILE,
        f"{desktop}/Firefox pictures/mine".lstrip("/"): {"a.png": ""},
        ".config/user-dirs.dirs": f'# x\nXDG_DESKTOP_DIR="$HOME/{desktop}"\nXDG_MUSIC_DIR="$HOME/m"\n',
    }
    found = found_in(tmp_path, tree)
    assert places(found, tmp_path) == {
        "firefox:default": (f"{FIREFOX}/b.default", ".cache/mozilla/firefox/b.default"),
        "firefox-refreshed:a.default": (kept, kept),
    }
    assert found.skipped == ()


def test_a_desktop_that_cannot_be_looked_into_is_said(tmp_path: Path) -> None:
    plant(tmp_path, {"elsewhere/Old Firefox Data/a.default": FIREFOX_PROFILE})
    home = plant(tmp_path / "home", {"Desktop": Link("../elsewhere"), ".config/user-dirs.dirs": {}})
    found = discovery.find_in(home)
    assert found.profiles == ()
    assert {(skipped.path, skipped.reason.partition(";")[0]) for skipped in found.skipped} == {
        (home / "Desktop", "lies outside the home that was given"),
        (home / ".config/user-dirs.dirs", "a folder, not a file"),
    }


def test_two_spellings_of_one_folder_are_one_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list has the name as it was once written, a disk of macOS as it keeps it."""
    listed, kept = (
        unicodedata.normalize("NFC", "Profiles/ü.default"),
        unicodedata.normalize("NFD", "ü.default"),
    )
    tree = {"profiles.ini": ini(("default", listed)), listed: {}}
    tree |= {f"Profiles/{name}": FIREFOX_PROFILE for name in (kept, "other")}
    plant(tmp_path, {"Library/Application Support/Firefox": tree})
    monkeypatch.setattr(discovery, "_identity", lambda path: unicodedata.normalize("NFC", str(path)))
    found = discovery.find(tmp_path, {}, "macos")
    assert [profile.spec for profile in found.profiles] == ["firefox:default", "firefox:other"]


def test_one_folder_has_one_identity(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "link").symlink_to("a")
    assert discovery._identity(tmp_path / "link") == discovery._identity(tmp_path / "a")
    assert discovery._identity(tmp_path / "b") != discovery._identity(tmp_path / "a")
