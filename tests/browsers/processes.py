"""What both browsers' processes have in common: whose they are, and whether they still run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from pathlib import Path


def environment(home: Path) -> dict[str, str]:
    """The environment of somebody whose home this is, with nothing of the running user's own folders."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "MOZ_"))}
    return inherited | {"HOME": str(home)}


def alive(process: psutil.Process) -> bool:
    """Whether it still runs; a dead process that nobody has waited for doesn't."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
