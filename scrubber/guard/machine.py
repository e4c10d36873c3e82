"""What the guard asks of the system, as one value that a test can replace."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrubber.guard.processes import hidden, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scrubber.guard.processes import Process

_PLATFORMS = {"win32": "windows", "darwin": "macos"}


@dataclass(frozen=True)
class Machine:
    """A system with its name and its processes; by default the one that we run on."""

    platform: str = _PLATFORMS.get(sys.platform, "linux")
    """`linux`, `macos` or `windows`: which kind of lock the browsers use."""
    hostname: str = field(default_factory=socket.gethostname)
    processes: Callable[[], Iterable[Process]] = running
    hidden: Callable[[int], bool] = hidden
    """Whether a number belongs to a process that the list may leave out."""
