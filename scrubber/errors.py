"""Everything that scrubber raises on purpose; `cli` turns each into one line and its exit code."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

if sys.platform != "win32":
    import pwd

if TYPE_CHECKING:
    from pathlib import Path


_FULL_DISK_ACCESS = (
    " (macOS keeps programs out there: give your terminal Full Disk Access in System Settings > Privacy & "
    "Security, and start it anew)"
)


class ScrubError(Exception):
    """The root: a run that failed and changed nothing that isn't named in the message."""

    exit_code = 5


class UsageError(ScrubError):
    """An unknown site, profile or option, or a broken site file."""

    exit_code = 2


class NothingFound(UsageError):
    """No browser profile at all, which is not the same as clean."""

    def __init__(self, message: str, looked: tuple[Path, ...]) -> None:
        super().__init__(message)
        self.looked = looked


class ProfileInUse(ScrubError):
    """A browser has the profile open; nothing was changed."""

    exit_code = 3


class PlanOutdated(ScrubError):
    """A store is no longer what the plan was made from."""


class Unproved(ScrubError):
    """An edited copy doesn't hold exactly what it should; the original stays."""


class UnreadableStore(ScrubError):
    """A store that can't be read as what it should be: skipped, reported, never called clean."""

    exit_code = 4

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def reason_of(error: Exception, system: str = sys.platform) -> str:
    """What an error says beside the path; of a refusal also whom it was for, where root works for another."""
    if isinstance(error, UnreadableStore):
        return error.reason
    said = getattr(error, "strerror", None) or str(error)
    if not isinstance(error, PermissionError):
        return said
    # macOS says EACCES where modes or access lists forbid something; EPERM where it asks the person first.
    hint = _FULL_DISK_ACCESS if system == "darwin" and error.errno == errno.EPERM else ""
    return said + _with_whose_rights() + hint


def _with_whose_rights() -> str:
    """Empty where they are those of who has started us; `rights.of` only changes the effective ones."""
    if sys.platform == "win32" or os.geteuid() == os.getuid():
        return ""
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # of another system, whose disk this is
        name = f"user {os.geteuid()}"
    return f" (with the rights of {name})"
