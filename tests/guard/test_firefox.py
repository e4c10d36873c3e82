from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scrubber import guard
from scrubber.errors import ProfileInUse
from scrubber.guard import Occupancy, Process
from tests.guard.stage import EXECUTABLES, can_be_locked, locked_by_another, look, lstat, machine, posix

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scrubber.model import BrowserProfile

FIREFOX = EXECUTABLES["firefox"]


@posix
def test_the_firefox_lock_blocks_and_names_its_holder(firefox: BrowserProfile) -> None:
    other = replace(firefox, name="other", path=firefox.path.with_name("cd34.other"))
    other.path.mkdir()
    (other.path / ".parentlock").touch()
    with locked_by_another(firefox.path / ".parentlock") as pid:
        process = Process(pid, "firefox", ("firefox",))
        found = look(firefox, process)
        assert [(use.process, use.pid) for use in found.uses] == [(process, pid)]
        assert "kill" in found.uses[0].message
        assert look(other, process) == Occupancy()
    assert look(firefox) == Occupancy()


@posix
@pytest.mark.parametrize(
    ("link", "processes", "uses", "stale"),
    [
        pytest.param("127.0.1.1:+71", (), 0, 0, id="a clean exit leaves it"),
        pytest.param("192.0.2.7:+71", (), 0, 0, id="with the plus sign no machine counts"),
        pytest.param("127.0.1.1:71", (), 0, 1, id="without it, and ended"),
        pytest.param(
            "127.0.1.1:71", (Process(71, "firefox", ("firefox",)),), 1, 0, id="without it, and alive"
        ),
        pytest.param(
            "127.0.1.1:71", (Process(71, "bash", ("bash",)),), 0, 1, id="without it, number used again"
        ),
        pytest.param("192.0.2.7:71", (), 1, 0, id="without it, of another machine"),
        pytest.param("nonsense", (), 0, 0, id="not of this kind"),
    ],
)
def test_the_firefox_link_counts_only_as_a_stand_in(
    firefox: BrowserProfile, link: str, processes: tuple[Process, ...], uses: int, stale: int
) -> None:
    (firefox.path / "lock").symlink_to(link)
    found = look(firefox, *processes)
    assert (len(found.uses), len(found.stale)) == (uses, stale)


@pytest.mark.parametrize(
    ("command", "in_use"),
    [
        pytest.param(("firefox", "--profile", "{path}"), True, id="--profile"),
        pytest.param(("firefox", "-Profile", "{path}/../ab12.default"), True, id="-Profile, roundabout"),
        pytest.param(("firefox", "-P", "default"), True, id="-P"),
        pytest.param(("firefox", "-P", "other"), False, id="-P with another name"),
        pytest.param(("firefox", "-P"), False, id="the profile manager"),
        pytest.param(("firefox", "--profile", "{path}2"), False, id="another folder"),
        pytest.param(("firefox",), False, id="no option: the lock tells"),
        pytest.param(("firefox", "-contentproc", "-profile", "{path}"), False, id="a child process"),
        pytest.param(None, False, id="unreadable"),
    ],
)
def test_a_firefox_blocks_by_the_profile_it_names(
    firefox: BrowserProfile, command: tuple[str, ...] | None, in_use: bool
) -> None:
    words = command and tuple(word.format(path=firefox.path) for word in command)
    assert look(firefox, Process(7, "firefox", words, home=firefox.path.parent.parent)).in_use is in_use


def test_the_same_name_in_another_home_does_not_block(firefox: BrowserProfile) -> None:
    someone = firefox.path.parent.parent.parent / "someone"
    assert not look(firefox, Process(7, "firefox", ("firefox", "-P", "default"), home=someone)).in_use


@pytest.mark.parametrize(
    ("folder", "in_use"), [("{path}/cache2", True), ("{path}2/cache2", False)], ids=["ours", "another"]
)
@pytest.mark.parametrize("held", [True, False], ids=["held", "not held"])
def test_a_background_task_blocks_even_while_we_hold_the_profile(
    firefox: BrowserProfile, folder: str, in_use: bool, held: bool
) -> None:
    command = ("firefox", "--backgroundtask", "removeDirectory", folder.format(path=firefox.path))
    processes = machine(Process(7, "firefox", command))
    assert guard.check(firefox, FIREFOX, held=held, machine=processes).in_use is in_use


@pytest.mark.parametrize("shared", [True, False], ids=["persists after exit", "open in the browser"])
def test_windows_firefox_parent_lock(
    firefox: BrowserProfile, refuse_writing: Callable[[Path], None], shared: bool
) -> None:
    lock = firefox.path / "parent.lock"
    lock.touch()
    if not shared:
        refuse_writing(lock)
    found = guard.check(firefox, FIREFOX, machine=machine(platform="windows"))
    assert found.in_use is not shared
    assert found.stale == ()


@posix
def test_hold_keeps_others_out_until_it_ends(firefox: BrowserProfile) -> None:
    lock = firefox.path / ".parentlock"
    os.utime(lock, (1_000_000_000, 1_000_000_000))  # Firefox tells by it when the profile was last used
    before = lstat([lock, firefox.path])
    with guard.hold(firefox) as held:
        assert held
        with lock.open("rb"):
            pass  # what the sweep does; it ends a plain fcntl lock of the same process
        assert not can_be_locked(lock)
        assert guard.check(firefox, FIREFOX, held=True, machine=machine()) == Occupancy()
        assert look(firefox).in_use  # what a second scrubber sees
    assert can_be_locked(lock)
    assert lstat([lock, firefox.path]) == before


@posix
def test_hold_gives_way_to_a_browser_that_was_faster(firefox: BrowserProfile) -> None:
    with (
        locked_by_another(firefox.path / ".parentlock"),
        pytest.raises(ProfileInUse, match="started meanwhile"),
        guard.hold(firefox),
    ):
        pytest.fail("the profile was in use")


def test_hold_makes_no_file(firefox: BrowserProfile, chrome: BrowserProfile) -> None:
    (firefox.path / ".parentlock").unlink()
    for profile in (firefox, chrome):
        with guard.hold(profile, machine()) as held:
            assert not held
        assert list(profile.path.iterdir()) == []


@posix
def test_looking_changes_no_timestamp(firefox: BrowserProfile) -> None:
    paths = (firefox.path / ".parentlock", firefox.path)
    for path in paths:
        os.utime(path, (1_000_000_000, path.stat().st_mtime))  # so old that reading would renew it
    before = lstat(paths)
    assert look(firefox) == Occupancy()
    assert lstat(paths) == before
