from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scrubber import guard
from scrubber.errors import ProfileInUse
from scrubber.guard import Occupancy, Process, locks
from tests.guard.stage import EXECUTABLES, HERE, locked_by_another, look, lstat, machine, posix

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scrubber.model import BrowserProfile

CHROME = EXECUTABLES["chromium"]
PID = 4242
BROWSER = Process(PID, "chrome", ("/opt/google/chrome/chrome",))
ELSEWHERE = Process(PID, "chrome", ("chrome", "--user-data-dir=/srv/other"))


@posix
@pytest.mark.parametrize(
    ("link", "process", "reason"),
    [
        pytest.param(f"{HERE}-{PID}", BROWSER, "names process 4242", id="the browser runs"),
        pytest.param(
            f"two-part-{PID}", BROWSER, "machine two-part", id="host with a dash is another machine"
        ),
        pytest.param(
            f"other.example-{PID}", None, "machine other.example", id="another machine, nothing here"
        ),
        pytest.param(
            f"{HERE}-{PID}", Process(PID, "chrome", None), "names process 4242", id="command line unreadable"
        ),
        pytest.param(f"{HERE}-{PID}", Process(PID, "", None), "names process 4242", id="nothing readable"),
    ],
)
def test_a_lock_that_may_count_blocks(
    chrome: BrowserProfile, link: str, process: Process | None, reason: str
) -> None:
    (chrome.user_data / "SingletonLock").symlink_to(link)
    found = look(chrome, *filter(None, [process]))
    (use,) = found.uses
    assert reason in use.seen
    assert found.stale == ()
    with pytest.raises(ProfileInUse, match="chrome:Default is in use"):
        found.refuse()


@posix
@pytest.mark.parametrize(
    ("link", "processes", "reason"),
    [
        pytest.param(f"{HERE}-{PID}", (), "which has ended", id="the browser has crashed"),
        pytest.param(
            f"{HERE}-{PID}", (Process(PID, "bash", ("bash",)),), "which is bash now", id="number used again"
        ),
        pytest.param(
            f"{HERE}-{PID}",
            (Process(PID, "chrome", ("chrome", "--type=renderer")),),
            "which is chrome now",
            id="number used again by a renderer",
        ),
        pytest.param(
            f"{HERE}-{PID}", (ELSEWHERE,), "which is chrome now", id="number used for another folder"
        ),
        pytest.param("/nowhere/at/all", (BROWSER,), "names no process", id="a link of another kind"),
        pytest.param(f"-{PID}", (BROWSER,), "names no process", id="no host"),
        pytest.param(f"{HERE}-²", (), "names no process", id="a digit that is no number"),
    ],
)
def test_a_lock_left_behind_is_told_and_passes(
    chrome: BrowserProfile, link: str, processes: tuple[Process, ...], reason: str
) -> None:
    lock = chrome.user_data / "SingletonLock"
    lock.symlink_to(link)
    found = look(chrome, *processes)
    assert found.uses == ()
    assert reason in found.stale[0].seen
    assert reason in found.stale[0].message
    found.refuse()
    assert lock.is_symlink()


@posix
def test_a_browser_hidden_from_the_process_list_blocks(chrome: BrowserProfile) -> None:
    (chrome.user_data / "SingletonLock").symlink_to(f"{HERE}-{PID}")
    found = guard.check(chrome, CHROME, machine=machine(hidden=(PID,)))
    assert [use.pid for use in found.uses] == [PID]
    assert "another person" in found.uses[0].message


@posix
def test_a_machine_renamed_while_the_browser_runs_still_names_the_process(chrome: BrowserProfile) -> None:
    (chrome.user_data / "SingletonLock").symlink_to(f"old-name.example-{PID}")
    process = Process(PID, "chrome", ("chrome", f"--user-data-dir={chrome.user_data}"))
    assert [use.process for use in look(chrome, process).uses] == [process]


@posix
def test_every_profile_of_the_folder_counts_and_no_other_folder(
    chrome: BrowserProfile, tmp_path: Path
) -> None:
    (chrome.user_data / "SingletonLock").symlink_to(f"{HERE}-{PID}")
    sibling = replace(chrome, name="Profile 1", path=chrome.user_data / "Profile 1")
    beta = replace(chrome, user_data=tmp_path / "beta", path=tmp_path / "beta" / "Default")
    beta.path.mkdir(parents=True)
    assert look(sibling, BROWSER).in_use
    assert look(beta, BROWSER) == Occupancy()


@pytest.mark.parametrize(
    ("command", "standard", "in_use"),
    [
        pytest.param(("chrome", "--user-data-dir={user_data}"), False, True, id="names this folder"),
        pytest.param(
            ("chrome", "--user-data-dir={user_data}/../google-chrome"), False, True, id="roundabout"
        ),
        pytest.param(
            ("chrome", "--user-data-dir=google-chrome"), False, True, id="relative to where it started"
        ),
        pytest.param(("chrome", "--user-data-dir={user_data}-2"), True, False, id="names another folder"),
        pytest.param(("chrome",), True, True, id="no option, and this is the usual folder"),
        pytest.param(("chrome",), False, False, id="no option, and this is not the usual folder"),
        pytest.param(
            ("chrome", "--type=gpu-process", "--user-data-dir={user_data}"), True, False, id="a child process"
        ),
        pytest.param(None, True, False, id="unreadable: another person's, perhaps"),
    ],
)
def test_a_process_blocks_by_the_folder_it_was_started_on(
    chrome: BrowserProfile, command: tuple[str, ...] | None, standard: bool, in_use: bool
) -> None:
    words = command and tuple(word.format(user_data=chrome.user_data) for word in command)
    home = chrome.user_data.parent
    process = Process(7, "chrome", words, folder=home, home=home)
    assert look(chrome, process, standard=standard).in_use is in_use


def test_another_persons_browser_without_options_does_not_block(chrome: BrowserProfile) -> None:
    process = Process(7, "chrome", ("chrome",), home=chrome.user_data.parent.parent / "someone")
    assert not look(chrome, process, standard=True).in_use


@posix
def test_a_folder_reached_through_a_link_is_the_same_folder(chrome: BrowserProfile, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(chrome.user_data)
    process = Process(7, "chrome", ("chrome", f"--user-data-dir={chrome.user_data}"))
    assert look(replace(chrome, user_data=tmp_path / "link"), process).in_use
    linked = Process(7, "chrome", ("chrome", f"--user-data-dir={tmp_path / 'link'}"))
    assert look(chrome, linked).in_use


@pytest.mark.parametrize(
    ("name", "executable", "in_use"),
    [
        pytest.param("chrome", "", True, id="by name alone"),
        pytest.param("Chrome.EXE", "", True, id="as Windows writes it"),
        pytest.param(
            "thread", r"C:\Program Files\Google\Chrome\Application\chrome.exe", True, id="by its path"
        ),
        pytest.param("chromedriver", "/opt/chrome/chromedriver", False, id="a longer name in a like folder"),
        pytest.param("msedge", "/opt/microsoft/msedge/msedge", False, id="another browser"),
    ],
)
def test_only_the_browsers_own_program_counts(
    chrome: BrowserProfile, name: str, executable: str, in_use: bool
) -> None:
    command = (name, f"--user-data-dir={chrome.user_data}")
    assert look(chrome, Process(7, name, command, executable)).in_use is in_use


def database(profile: BrowserProfile, name: str = "Local Storage/leveldb") -> Path:
    folder = profile.path / name
    folder.mkdir(parents=True)
    (folder / "LOCK").touch()
    return folder / "LOCK"


@posix
def test_a_locked_database_blocks_although_the_link_looks_old(chrome: BrowserProfile) -> None:
    """As in a sandbox, whose process numbers mean nothing outside."""
    (chrome.user_data / "SingletonLock").symlink_to(f"{HERE}-2")
    lock = database(chrome)
    with locked_by_another(lock) as pid:
        child = Process(pid, "chrome", ("chrome", "--type=utility"), parent=PID)
        found = look(chrome, child, BROWSER)
        assert [use.process for use in found.uses] == [BROWSER]
        assert found.uses[0].seen == "Default/Local Storage/leveldb/LOCK is locked"
        assert found.stale == ()
    assert not look(chrome).in_use


@posix
@pytest.mark.parametrize(
    "folder", ["Profile 1", "."], ids=["another profile of the folder", "a folder that is its own profile"]
)
def test_a_database_locked_anywhere_in_the_folder_blocks(chrome: BrowserProfile, folder: str) -> None:
    holder = replace(chrome, path=chrome.user_data / folder)
    with locked_by_another(database(holder, "Session Storage")) as pid:
        (use,) = look(chrome).uses
        assert (use.process, use.pid) == (None, pid)
        assert f"process {pid}" in use.message


@posix
def test_a_database_locked_in_another_folder_does_not_block(chrome: BrowserProfile, tmp_path: Path) -> None:
    other = replace(chrome, user_data=tmp_path / "beta", path=tmp_path / "beta" / "Default")
    database(chrome)
    with locked_by_another(database(other)):
        assert not look(chrome).in_use
        assert look(other).in_use


@posix
def test_a_lock_file_that_is_a_link_is_not_followed_and_blocks(
    chrome: BrowserProfile, tmp_path: Path
) -> None:
    lock = database(chrome)
    lock.unlink()
    (tmp_path / "elsewhere").touch()
    lock.symlink_to(tmp_path / "elsewhere")
    (use,) = look(chrome).uses
    assert "can't be examined (a link, not a file)" in use.seen


@posix
def test_a_folder_that_is_a_link_is_not_entered(chrome: BrowserProfile, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "leveldb").mkdir(parents=True)
    (tmp_path / "elsewhere" / "leveldb" / "LOCK").touch()
    (chrome.path / "Local Storage").symlink_to(tmp_path / "elsewhere")
    with locked_by_another(tmp_path / "elsewhere" / "leveldb" / "LOCK"):
        assert not look(chrome).in_use


@pytest.mark.parametrize("shared", [True, False], ids=["left behind", "open in the browser"])
def test_windows_chromium_lockfile(
    chrome: BrowserProfile, refuse_writing: Callable[[Path], None], shared: bool
) -> None:
    lock = chrome.user_data / "lockfile"
    lock.touch()
    if not shared:
        refuse_writing(lock)
    found = guard.check(chrome, CHROME, machine=machine(platform="windows"))
    assert [use.seen for use in found.uses] == ([] if shared else ["lockfile is open in a browser"])
    assert [stale.seen for stale in found.stale] == (["lockfile is open in no program"] if shared else [])


@pytest.mark.parametrize("free", [True, False], ids=["nobody has it locked", "the browser has"])
def test_windows_databases_are_locked_within_the_file(
    chrome: BrowserProfile, monkeypatch: pytest.MonkeyPatch, free: bool
) -> None:
    """Chromium shares the file itself; whatever else hides the browser, its databases tell."""
    database(chrome)
    monkeypatch.setattr(locks, "_lockable", lambda _: free)
    found = guard.check(chrome, CHROME, machine=machine(platform="windows"))
    assert [use.seen for use in found.uses] == (
        [] if free else ["Default/Local Storage/leveldb/LOCK is locked"]
    )


def test_windows_names_the_process_where_one_fits(
    chrome: BrowserProfile, refuse_writing: Callable[[Path], None]
) -> None:
    (chrome.user_data / "lockfile").touch()
    refuse_writing(chrome.user_data / "lockfile")
    edge = replace(chrome, browser="edge")
    process = Process(7, "msedge.exe", ("msedge.exe", "--no-startup-window"), home=chrome.user_data.parent)
    found = guard.check(edge, ("msedge",), standard=True, machine=machine(process, platform="windows"))
    assert [use.process for use in found.uses] == [process]
    assert "Startup boost" in found.uses[0].message


@posix
def test_looking_changes_no_timestamp(chrome: BrowserProfile) -> None:
    lock = database(chrome)
    paths = (lock, *lock.relative_to(chrome.user_data).parents)
    paths = tuple(chrome.user_data / path for path in paths)
    for path in paths:
        os.utime(path, (1_000_000_000, path.stat().st_mtime))  # so old that reading would renew it
    before = lstat(paths)
    assert look(chrome) == Occupancy()
    assert lstat(paths) == before
