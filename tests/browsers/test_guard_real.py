"""The guard against real browsers: what they do with their locks while they run and when they end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from scrubber import guard
from scrubber.errors import ProfileInUse
from scrubber.guard import Machine, Occupancy
from scrubber.model import BrowserProfile, Family

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.name == "nt", reason="the locks of POSIX systems are looked at here"),
]

DEADLINE = 60
"""Seconds after which a browser that has not started, or not ended, counts as broken."""
EXECUTABLES = {"chromium": ("chromium", "chrome"), "firefox": ("firefox", "firefox-esr")}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path.resolve()


@pytest.fixture
def chromium(home: Path) -> BrowserProfile:
    return profile(home / "chromium", "chromium", "Default")


@pytest.fixture
def firefox(home: Path) -> BrowserProfile:
    folder = profile(home / "firefox", "firefox", "")
    folder.path.mkdir()
    return folder


def profile(user_data: Path, family: Family, name: str) -> BrowserProfile:
    folder = user_data / name
    return BrowserProfile(family, family, name or user_data.name, name, folder, user_data, folder)


def look(profile: BrowserProfile, *, held: bool = False, machine: Machine | None = None) -> Occupancy:
    return guard.check(profile, EXECUTABLES[profile.family], held=held, machine=machine)


def until_free(profile: BrowserProfile) -> Occupancy:
    return guard.wait(lambda: look(profile), lambda *_: None, limit=DEADLINE, pause=0.1)


@contextlib.contextmanager
def running(binary: Path, profile: BrowserProfile, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The browser on this profile, from the moment when it has opened its databases."""
    if profile.family == "chromium":
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile.user_data}"]
        ready = profile.path / "Local Storage" / "leveldb" / "CURRENT"
    else:
        options = ["--headless", "--no-remote", "--profile", str(profile.path)]
        ready = profile.path / "places.sqlite"
    process = subprocess.Popen(
        [str(binary), *options, "about:blank"],
        env={**os.environ, "HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        limit = time.monotonic() + DEADLINE
        while not ready.exists():
            assert process.poll() is None, "the browser has ended at once"
            assert time.monotonic() < limit, "the browser does not start"
            time.sleep(0.05)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(DEADLINE)


def tree(root: Path) -> dict[Path, tuple[int, ...]]:
    """Everything that `lstat` says of each file, times in nanoseconds."""
    return {path: lstat(path) for path in (root, *sorted(root.rglob("*")))}


def lstat(path: Path) -> tuple[int, ...]:
    status = path.lstat()
    times = (status.st_atime_ns, status.st_mtime_ns, status.st_ctime_ns)
    return (status.st_ino, status.st_mode, status.st_size, *times)


def assert_looking_changes_nothing(profile: BrowserProfile) -> None:
    tree(profile.user_data)  # listing a folder may set its access time, once a day
    before = tree(profile.user_data)
    assert not look(profile).in_use
    assert not look(profile).in_use
    assert tree(profile.user_data) == before


def test_chromium_is_in_use_until_it_has_been_asked_to_close(
    chromium_binary: Path, chromium: BrowserProfile, home: Path
) -> None:
    other = profile(home / "other", "chromium", "Default")
    other.path.mkdir(parents=True)
    with running(chromium_binary, chromium, home) as process:
        found = look(chromium)
        assert [use.pid for use in found.uses] == [process.pid]
        assert found.uses[0].process is not None
        assert found.uses[0].process.runs(EXECUTABLES["chromium"])
        assert look(other) == Occupancy()

        assert guard.close(found) == ()
        assert process.wait(DEADLINE) == 0
        assert until_free(chromium) == Occupancy()
    preferences = json.loads((chromium.path / "Preferences").read_text("utf-8"))
    assert preferences["profile"]["exit_type"] == "Normal"
    assert_looking_changes_nothing(chromium)


def test_each_witness_of_a_running_chromium_is_enough(
    chromium_binary: Path, chromium: BrowserProfile, home: Path
) -> None:
    with running(chromium_binary, chromium, home) as process:
        listed = Machine().processes
        renamed = look(chromium, machine=Machine(hostname="renamed.example"))
        assert [use.pid for use in renamed.uses] == [process.pid]

        (chromium.user_data / "SingletonLock").unlink()  # some people do
        by_command = look(chromium, machine=Machine(processes=listed))
        assert [use.seen for use in by_command.uses] == ["its command line says so"]
        by_database = look(chromium, machine=Machine(processes=lambda: ()))
        assert [use.seen.rpartition("/")[2] for use in by_database.uses] == ["LOCK is locked"]


def test_a_killed_chromium_leaves_a_lock_that_is_no_obstacle(
    chromium_binary: Path, chromium: BrowserProfile, home: Path
) -> None:
    with running(chromium_binary, chromium, home) as process:
        assert look(chromium).in_use
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(DEADLINE)
        found = until_free(chromium)
    assert [stale.seen for stale in found.stale] == [
        f"SingletonLock names process {process.pid}, which has ended"
    ]
    assert (chromium.user_data / "SingletonLock").is_symlink()
    assert_looking_changes_nothing(chromium)


def test_firefox_is_in_use_until_it_has_been_asked_to_close(
    firefox_binary: Path, firefox: BrowserProfile, home: Path
) -> None:
    other = profile(home / "other", "firefox", "")
    other.path.mkdir()
    (other.path / ".parentlock").touch()
    with running(firefox_binary, firefox, home) as process:
        found = look(firefox)
        assert [use.pid for use in found.uses] == [process.pid]
        assert found.uses[0].seen == ".parentlock is locked"
        assert look(other) == Occupancy()
        with pytest.raises(ProfileInUse), guard.hold(firefox):
            pytest.fail("Firefox has the profile open")

        assert guard.close(found) == ()
        process.wait(DEADLINE)
        assert until_free(firefox) == Occupancy()
    assert_looking_changes_nothing(firefox)


def test_a_killed_firefox_leaves_a_link_that_is_no_obstacle(
    firefox_binary: Path, firefox: BrowserProfile, home: Path
) -> None:
    with running(firefox_binary, firefox, home) as process:
        assert look(firefox).in_use
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(DEADLINE)
        assert until_free(firefox) == Occupancy()
    assert (firefox.path / "lock").is_symlink()
    assert_looking_changes_nothing(firefox)


def test_a_firefox_started_while_we_hold_its_profile_goes_away(
    firefox_binary: Path, firefox: BrowserProfile, home: Path
) -> None:
    (firefox.path / ".parentlock").touch()
    command = [str(firefox_binary), "--headless", "--no-remote", "--profile", str(firefox.path)]
    with guard.hold(firefox) as held:
        assert held
        turned_away = subprocess.run(
            command,
            env={**os.environ, "HOME": str(home)},
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        assert "already running" in turned_away.stdout + turned_away.stderr
        assert look(firefox, held=True) == Occupancy()
    assert not (firefox.path / "prefs.js").exists()
    assert not (firefox.path / "places.sqlite").exists()
