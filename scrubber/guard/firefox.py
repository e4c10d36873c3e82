"""Whether a Firefox has a profile open; other profiles of the same Firefox don't count.

Upstream: toolkit/profile/nsProfileLock.cpp, toolkit/components/backgroundtasks.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from scrubber import files
from scrubber.errors import UnreadableStore
from scrubber.guard.locks import holder, link_text
from scrubber.guard.occupancy import Occupancy, Stale, Use

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from scrubber.guard.machine import Machine
    from scrubber.guard.processes import Process
    from scrubber.model import BrowserProfile


def lock_file(profile: BrowserProfile, platform: str) -> Path:
    """The file that a Firefox keeps locked while it has the profile open, and never deletes."""
    return profile.path / ("parent.lock" if platform == "windows" else ".parentlock")


def occupancy(profile: BrowserProfile, executables: Sequence[str], held: bool, machine: Machine) -> Occupancy:
    """What its lock says, else its processes, else (on a disk without locks) its link.

    With `held` the lock is ours and keeps every Firefox out but those that need no lock: background tasks.
    """
    firefoxes = tuple(process for process in machine.processes() if process.runs(executables))
    tasks = tuple(process for process in firefoxes if _works_behind(process, profile))
    if tasks:
        return Occupancy(tuple(Use(profile, "a background task works on it", process) for process in tasks))
    if held:
        return Occupancy()
    opened = tuple(process for process in firefoxes if _opens(process, profile))
    lock = _locked(profile, firefoxes, opened, machine)
    if lock.in_use:
        return lock
    if opened:
        return Occupancy(tuple(Use(profile, "its command line says so", process) for process in opened))
    return Occupancy() if machine.platform == "windows" else _linked(profile, firefoxes)


def _locked(
    profile: BrowserProfile, firefoxes: Sequence[Process], opened: Sequence[Process], machine: Machine
) -> Occupancy:
    path = lock_file(profile, machine.platform)
    try:
        found = holder(path, machine.platform)
    except UnreadableStore as error:
        return Occupancy((Use(profile, f"{path.name} can't be examined ({error.reason})"),))
    if found is None:
        return Occupancy()
    owner = next((process for process in firefoxes if process.pid == found.pid), None)
    if found.pid is None:
        owner = next(iter(opened), None)
    return Occupancy((Use(profile, f"{path.name} is locked", owner, found.pid),))


def _opens(process: Process, profile: BrowserProfile) -> bool:
    """Whether its command line names the profile; where it names none, the lock alone tells."""
    if process.command is None or "-contentproc" in process.command:
        return False
    if (folder := process.argument("profile")) is not None:
        return process.means(folder, profile.path)
    return process.argument("p") == profile.name and process.at_home_with(profile.path)


def _works_behind(process: Process, profile: BrowserProfile) -> bool:
    """`firefox --backgroundtask removeDirectory FOLDER …` goes on deleting after the browser has ended."""
    words = process.command or ()
    return "--backgroundtask" in words and any(
        process.path(word).is_relative_to(root) for word in words[1:] for root in profile.roots
    )


def _linked(profile: BrowserProfile, firefoxes: Sequence[Process]) -> Occupancy:
    """`lock`, a link to `IP:+PID`, which a clean exit leaves behind.

    Without the plus sign the disk offered no better lock (NFS), and the link is the lock.
    """
    path = profile.path / "lock"
    if files.kind(path) is None:
        return Occupancy()
    address, _, number = link_text(path).partition(":")
    if not (number.isascii() and number.isdigit()):
        return Occupancy()
    named = f"the link lock names process {number}"
    owner = next((process for process in firefoxes if process.pid == int(number)), None)
    if owner is not None:
        return Occupancy((Use(profile, named, owner, owner.pid),))
    if _loopback(address):
        return Occupancy(stale=(Stale(profile, f"{named}, which has ended"),))
    remedy = f"Close the Firefox there; if none runs there, delete the link {path}."
    return Occupancy((Use(profile, f"{named} of the machine {address}", remedy=remedy),))


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
