"""Is the browser closed? Looks at locks and processes, holds what can be held, writes nothing."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from scrubber.guard import chromium, firefox
from scrubber.guard.closing import close, wait
from scrubber.guard.locks import held as _held
from scrubber.guard.machine import Machine
from scrubber.guard.occupancy import Occupancy, Stale, Use
from scrubber.guard.processes import Process

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from scrubber.model import BrowserProfile

__all__ = ["Machine", "Occupancy", "Process", "Stale", "Use", "check", "close", "hold", "wait"]


def check(
    profile: BrowserProfile,
    executables: Sequence[str],
    *,
    standard: bool = False,
    held: bool = False,
    machine: Machine | None = None,
) -> Occupancy:
    """What keeps the profile in use, and which locks were left behind.

    `executables`: file names of the browser's main program. `standard`: whether a browser that is started
    without options opens this user-data folder. `held`: whether we are inside `hold`, which yielded True.
    Raises UnreadableStore where the folder may not even be looked into.
    """
    machine = machine or Machine()
    if profile.family == "chromium":
        return chromium.occupancy(profile, executables, standard, machine)
    return firefox.occupancy(profile, executables, held, machine)


def hold(profile: BrowserProfile, machine: Machine | None = None) -> AbstractContextManager[bool]:
    """Keep the browser from opening the profile while we work; yields whether anything does keep it.

    Firefox: its own lock, which ends with this process and leaves nothing. Chromium: False, always. It takes
    a SingletonLock of a process that is no Chromium for an old one, a lock under another machine's name would
    outlive a crash of ours, and a Chromium whose databases are locked throws them away and begins anew.

    Raises ProfileInUse where a browser was faster.
    """
    if profile.family == "chromium":
        return nullcontext(False)
    return _held(firefox.lock_file(profile, (machine or Machine()).platform))
