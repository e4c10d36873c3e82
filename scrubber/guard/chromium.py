"""Whether a Chromium browser has a user-data folder open: all profiles in it then count as in use.

Upstream: chrome/browser/process_singleton_{posix,win}.cc, third_party/leveldatabase/env_chromium.cc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber import files
from scrubber.errors import UnreadableStore
from scrubber.guard.locks import holder, link_text
from scrubber.guard.occupancy import Occupancy, Stale, Use

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scrubber.guard.machine import Machine
    from scrubber.guard.processes import Process
    from scrubber.model import BrowserProfile

_LEVELDB = (
    "Local Storage/leveldb",
    "Session Storage",
    "Extension State",
    "Site Characteristics Database",
    "Sync Data/LevelDB",
    "shared_proto_db",
    "Service Worker/Database",
)
"""Databases that a running browser keeps open, some from its first moment on, some from their first use."""


def occupancy(
    profile: BrowserProfile, executables: Sequence[str], standard: bool, machine: Machine
) -> Occupancy:
    """What its own lock says, else its processes, else the locks of its databases."""
    listed = tuple(machine.processes())
    if machine.platform == "windows":
        lock = _lockfile(profile, machine)
    else:
        lock = _singleton(profile, executables, listed, machine)
    if any(use.process for use in lock.uses):
        return lock
    # A lock that names nobody, or a machine that this one was called before, says less than a process does.
    started = tuple(
        Use(profile, "its command line says so", process)
        for process in listed
        if process.runs(executables) and _opens(process, profile, standard)
    )
    if started:
        return Occupancy(started)
    if lock.in_use:
        return lock
    databases = _databases(profile, executables, listed, machine)
    return databases if databases.in_use else lock


def _singleton(
    profile: BrowserProfile, executables: Sequence[str], listed: Sequence[Process], machine: Machine
) -> Occupancy:
    """`SingletonLock`, a link to `hostname-pid`, which leads nowhere by design."""
    path = profile.user_data / "SingletonLock"
    if files.kind(path) is None:
        return Occupancy()
    host, _, number = link_text(path).rpartition("-")
    if not (host and number.isascii() and number.isdigit()):
        return Occupancy(stale=(Stale(profile, "SingletonLock names no process"),))
    pid = int(number)
    process = next((process for process in listed if process.pid == pid), None)
    named = f"SingletonLock names process {pid}"
    if process is not None and _owns(process, profile, executables, host == machine.hostname):
        return Occupancy((Use(profile, named, process, pid),))
    if host != machine.hostname:
        return Occupancy(
            (Use(profile, f"{named} of the machine {host}", pid=None, remedy=_elsewhere(profile)),)
        )
    if process is None and machine.hidden(pid):
        hint = "It belongs to another person, who has to close it."
        return Occupancy((Use(profile, named, pid=pid, remedy=hint),))
    why = "which has ended" if process is None else f"which is {process.name or 'another program'} now"
    return Occupancy(stale=(Stale(profile, f"{named}, {why}"),))


def _elsewhere(profile: BrowserProfile) -> str:
    return (
        "Close the browser there; if nothing runs there or this machine had that name before, "
        f"start the browser here once, let it unlock the folder {profile.user_data}, and close it."
    )


def _owns(process: Process, profile: BrowserProfile, executables: Sequence[str], here: bool) -> bool:
    """Whether the process that a lock names can be the browser, or is a later bearer of its number.

    `here` tells that the lock was made under this machine's present name.
    """
    if process.command is None:
        return here
    if not process.runs(executables) or process.argument("type") is not None:
        return False
    named = process.argument("user-data-dir")
    return here if named is None else process.means(named, profile.user_data)


def _opens(process: Process, profile: BrowserProfile, standard: bool) -> bool:
    if process.command is None or process.argument("type") is not None:
        return False
    named = process.argument("user-data-dir")
    if named is not None:
        return process.means(named, profile.user_data)
    return standard and process.at_home_with(profile.user_data)


def _lockfile(profile: BrowserProfile, machine: Machine) -> Occupancy:
    """Windows: `lockfile`, open without sharing while the browser runs and deleted when it closes."""
    path = profile.user_data / "lockfile"
    try:
        if holder(path, machine.platform):
            return Occupancy((Use(profile, "lockfile is open in a browser"),))
    except UnreadableStore as error:
        return Occupancy((Use(profile, f"lockfile can't be examined ({error.reason})"),))
    if files.kind(path) is None:
        return Occupancy()
    return Occupancy(stale=(Stale(profile, "lockfile is open in no program"),))


def _databases(
    profile: BrowserProfile, executables: Sequence[str], listed: Sequence[Process], machine: Machine
) -> Occupancy:
    """The locks of its databases, which count through sandboxes too, where process numbers mean nothing."""
    for path in _database_locks(profile.user_data):
        where = path.relative_to(profile.user_data).as_posix()
        try:
            found = holder(path, machine.platform)
        except UnreadableStore as error:
            return Occupancy((Use(profile, f"{where} can't be examined ({error.reason})"),))
        if found is not None:
            main = _main(found.pid, executables, listed)
            return Occupancy((Use(profile, f"{where} is locked", main, found.pid),))
    return Occupancy()


def _database_locks(user_data: Path) -> Iterator[Path]:
    for folder in (user_data, *(user_data / name for name in files.names(user_data))):
        for database in _LEVELDB:
            if _is_folder(folder, database):
                yield folder / database / "LOCK"


def _is_folder(folder: Path, below: str) -> bool:
    """Whether a folder is there, without a link on the way that could lead out of the user data."""
    path = folder
    for step in ("", *below.split("/")):
        path = path / step
        if files.kind(path) != "folder":
            return False
    return True


def _main(pid: int | None, executables: Sequence[str], listed: Sequence[Process]) -> Process | None:
    """The browser itself, where one of its child processes holds a lock."""
    by_pid = {process.pid: process for process in listed}
    process = by_pid.get(pid or 0)
    while process and process.argument("type") is not None and (parent := by_pid.get(process.parent)):
        if not parent.runs(executables):
            break
        process = parent
    return process
