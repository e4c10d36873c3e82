"""What keeps a profile in use, and the one line that tells a person how to end it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import ProfileInUse

if TYPE_CHECKING:
    from scrubber.guard.processes import Process
    from scrubber.model import BrowserProfile

_BACKGROUND = (
    'Chromium browsers stay without a window where Settings > System says "Continue running background apps"'
)
_WINDOWLESS = {
    "chromium": _BACKGROUND,
    "edge": 'Edge stays without a window for its "Startup boost" and its background extensions and apps '
    "(Settings > System and performance)",
    "firefox": "Firefox stays without a window while it shuts down, runs a background task "
    "or shows its crash reporter",
}
_STOP = {"chromium": "kill -INT", "firefox": "kill"}  # why these: closing.py


@dataclass(frozen=True)
class Use:
    """One reason to leave a profile alone."""

    profile: BrowserProfile
    seen: str
    """What says so: `SingletonLock names it`."""
    process: Process | None = None
    """Who; None where it runs on another machine or the system doesn't tell."""
    pid: int | None = None
    """Its number where that is all there is; a sandbox or another machine counts on its own."""
    remedy: str = ""
    """What helps where there is no process that could be asked to close."""

    @property
    def message(self) -> str:
        """One line: what is in use, by whom, why it may have no window, how to end it."""
        start = f"{self.profile.spec} is in use{self._by}: {self.seen}."
        if self.process is None:
            return f"{start} {self.remedy or 'Close the browser that uses it.'}"
        stop = "taskkill /PID" if sys.platform == "win32" else _STOP[self.profile.family]
        end = f"Quit it from its menu or tray icon, use --close or --wait, or run: {stop} {self.process.pid}"
        return f"{start} {self._why}. {end}"

    @property
    def _by(self) -> str:
        if self.process is not None:
            return f" by process {self.process.pid} ({self.process.executable or self.process.name})"
        return f" by process {self.pid}" if self.pid else ""

    @property
    def _why(self) -> str:
        brand = self.profile.browser.partition("-")[0]
        return _WINDOWLESS.get(brand, _WINDOWLESS[self.profile.family])


@dataclass(frozen=True)
class Stale:
    """A lock that a browser left behind when it ended without care: said, never removed."""

    profile: BrowserProfile
    seen: str
    """What it is and why it counts no more: `SingletonLock names process 71, which has ended`."""

    @property
    def message(self) -> str:
        """One line."""
        return f"{self.profile.spec}: an old lock is no obstacle: {self.seen}."


@dataclass(frozen=True)
class Occupancy:
    """What one look at a profile found."""

    uses: tuple[Use, ...] = ()
    stale: tuple[Stale, ...] = ()

    @property
    def in_use(self) -> bool:
        """Whether anything speaks against writing."""
        return bool(self.uses)

    def refuse(self) -> None:
        """Raise ProfileInUse, with every reason, where the profile is in use."""
        if self.uses:
            raise ProfileInUse("\n".join(use.message for use in self.uses))
