"""Waiting until a browser is closed, and asking it to close; never ending it by force."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

from scrubber.guard.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrubber.guard.occupancy import Occupancy, Use
    from scrubber.guard.processes import Process
    from scrubber.model import Family

# Chromium (chrome_browser_main_posix.cc) quits on SIGINT as from its menu; on SIGTERM it leaves in a hurry,
# as at the end of a session, with its locks still there. Firefox has no handler: either signal ends it at
# once, SIGTERM after it has taken its link away. Its databases are made for that, and it restores its tabs
# at the next start.
_SIGNALS: dict[Family, signal.Signals] = {"chromium": signal.SIGINT, "firefox": signal.SIGTERM}


def wait(
    look: Callable[[], Occupancy],
    progress: Callable[[Occupancy, float], None],
    *,
    limit: float | None = None,
    pause: float = 0.5,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Occupancy:
    """Look again and again until nothing has the profile in use; the last look.

    `progress` gets each look that found it in use, and the seconds waited. Raises ProfileInUse after
    `limit` seconds; None waits for ever.
    """
    start = clock()
    while (found := look()).in_use:
        waited = clock() - start
        if limit is not None and waited >= limit:
            found.refuse()
        progress(found, waited)
        sleep(pause)
    return found


def request(process: Process, family: Family) -> bool:
    """Ask one browser to quit; False where it may not be asked or refuses at once."""
    if os.name == "nt":
        # Without /F it closes the windows; a browser that has none refuses.
        command = ["taskkill", "/PID", str(process.pid)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        os.kill(process.pid, _SIGNALS[family])
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return True


def close(
    found: Occupancy,
    machine: Machine | None = None,
    ask: Callable[[Process, Family], bool] = request,
) -> tuple[Use, ...]:
    """Ask every browser that keeps the profile in use to quit, once; the uses without anybody to ask.

    It returns before they have: `wait` comes next.
    """
    alive = {process.identity for process in (machine or Machine()).processes()}
    asked: dict[Process, bool] = {}
    for use in found.uses:
        process = use.process
        if process is not None and process.identity in alive and process not in asked:
            asked[process] = ask(process, use.profile.family)
    return tuple(use for use in found.uses if use.process is None or not asked.get(use.process, True))
