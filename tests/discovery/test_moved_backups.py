"""The folders of Firefox's own backups: by a preference, by the desktop's word for documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scrubber import discovery, engine, plan
from scrubber.discovery.spec import folder
from scrubber.model import Policy, Standing
from tests.backup_files import page
from tests.cleaned import TARGET, tree
from tests.discovery.test_moved_cache import home
from tests.discovery.tree import plant

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.discovery import Found

USER_DIRS = ".config/user-dirs.dirs"


def preference(path: object) -> str:
    return f'user_pref("browser.backup.location", "{str(path).replace(chr(92), chr(92) * 2)}");\n'


def folders(found: Found) -> tuple[Path, ...]:
    [profile] = found.profiles
    return profile.backups


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('XDG_DOCUMENTS_DIR="$HOME/Dokumente"', "Dokumente"),
        ('  XDG_DOCUMENTS_DIR="$HOME/my \\"papers\\""', 'my "papers"'),
        ('# XDG_DOCUMENTS_DIR="$HOME/Dokumente"', ""),
        ('XDG_DOWNLOAD_DIR="$HOME/Dokumente"', ""),
        ("XDG_DOCUMENTS_DIR=Dokumente", ""),
    ],
    ids=["another language", "escaped", "a comment", "another folder", "no text"],
)
def test_documents_bear_the_name_that_the_desktop_gave_them(tmp_path: Path, line: str, place: str) -> None:
    home(tmp_path, {USER_DIRS: f"# written\n{line}\n", f"{place or 'Dokumente'}/Restore Firefox/a.html": "x"})
    expected = (tmp_path / place / "Restore Firefox",) if place else ()
    assert folders(discovery.find(tmp_path, {}, "linux")) == expected


@pytest.mark.parametrize("file", ["prefs.js", "user.js"])
def test_a_preference_names_the_folder_itself(tmp_path: Path, file: str) -> None:
    place = tmp_path / "usb/Restore Firefox"
    prefs = {"prefs": preference(place)} if file == "prefs.js" else {"user": preference(place)}
    home(tmp_path, {"usb/Restore Firefox/a.html": "x"}, **prefs)
    assert folders(discovery.find(tmp_path, {}, "linux")) == (place,)


def test_a_profile_named_by_its_folder_alone(tmp_path: Path) -> None:
    place = tmp_path / "usb/Restore Firefox"
    files = {"p/times.json": "{}", "p/prefs.js": preference(place), "usb/Restore Firefox/a.html": "x"}
    assert folder(plant(tmp_path, dict(files)) / "p").backups == (place,)


def test_none_were_made_yet(tmp_path: Path) -> None:
    home(tmp_path, {"usb": {}}, prefs=preference(tmp_path / "usb/Restore Firefox"))
    found = discovery.find(tmp_path, {}, "linux")
    assert (folders(found), found.skipped) == ((), ())


def test_a_disk_that_is_not_there_is_said(tmp_path: Path) -> None:
    home(tmp_path, {}, prefs=preference(tmp_path / "usb/Restore Firefox"))
    [skipped] = discovery.find(tmp_path, {}, "linux").skipped
    assert skipped.path == tmp_path / "usb/Restore Firefox"
    assert skipped.reason == "not there, though prefs.js has backups there"


@pytest.mark.parametrize(("user", "known"), [("ann", True), ("bob", False)])
def test_a_path_of_windows_on_a_mounted_disk(tmp_path: Path, user: str, known: bool) -> None:
    ann = tmp_path / "Users/ann"
    profile = "AppData/Roaming/Mozilla/Firefox/Profiles/a.default"
    for name, content in {
        f"{profile}/prefs.js": preference(f"C:\\Users\\{user}\\Eigene\\Restore Firefox"),
        f"{profile}/times.json": "{}",
        "Eigene/Restore Firefox/a.html": "x",
    }.items():
        (ann / name).parent.mkdir(parents=True, exist_ok=True)
        (ann / name).write_text(content)
    found = discovery.find_in(ann)
    assert folders(found) == ((ann / "Eigene/Restore Firefox",) if known else ())
    assert bool(found.skipped) != known


def test_a_backup_there_is_reported_and_kept(tmp_path: Path) -> None:
    place = tmp_path / "usb/Restore Firefox"
    home(tmp_path, {"usb/Restore Firefox": {}}, prefs=preference(place))
    for name, host in (("ours.html", "labs.openai.com"), ("theirs.html", "labs.openai.com.evil.example")):
        (place / name).write_bytes(page({"places.sqlite": f"https://{host}/".encode()}))
    before = tree(place)
    profiles = discovery.find(tmp_path, {}, "linux").profiles
    made = plan.make(profiles, TARGET, Policy(mentions="all"))
    found = [
        (one.path, trace.standing)
        for one in made.stores
        for trace in one.traces
        if one.path.suffix == ".html"
    ]
    assert found == [(place / "ours.html", Standing.KEPT)]
    engine.apply(made, ())
    assert tree(place) == before
