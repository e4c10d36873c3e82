"""A made-up machine for the guard, real locks of real processes, and everything `lstat` says."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from scrubber import guard
from scrubber.guard import Machine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from scrubber.guard import Occupancy, Process
    from scrubber.model import BrowserProfile

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither these links nor these locks")

EXECUTABLES = {"chromium": ("chrome", "google-chrome"), "firefox": ("firefox", "firefox-esr")}
HERE = "desk.example"

_HOLD = """
import fcntl, os, sys
descriptor = os.open(sys.argv[1], os.O_WRONLY)
fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
print("held", flush=True)
sys.stdin.read()
"""


def machine(*processes: Process, platform: str = "linux", hidden: tuple[int, ...] = ()) -> Machine:
    return Machine(platform, HERE, lambda: processes, hidden.__contains__)


def look(profile: BrowserProfile, *processes: Process, standard: bool = False) -> Occupancy:
    executables = EXECUTABLES[profile.family]
    return guard.check(profile, executables, standard=standard, machine=machine(*processes))


@contextlib.contextmanager
def locked_by_another(path: Path) -> Iterator[int]:
    """A process, whose number it yields, holds the lock as a browser does."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process.pid
        process.stdin.close()


def can_be_locked(path: Path) -> bool:
    """Whether another process gets the lock right now."""
    command = [sys.executable, "-c", _HOLD, str(path)]
    process = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return process.returncode == 0


def lstat(paths: Iterable[Path]) -> dict[Path, tuple[int, ...]]:
    """Inode, mode, size and all three times, in nanoseconds."""
    return {path: _told(path) for path in paths}


def _told(path: Path) -> tuple[int, ...]:
    status = path.lstat()
    times = (status.st_atime_ns, status.st_mtime_ns, status.st_ctime_ns)
    return (status.st_ino, status.st_mode, status.st_size, *times)
