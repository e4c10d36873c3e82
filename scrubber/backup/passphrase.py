"""The passphrase of an archive: from a file, and how long it would withstand guessing."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from scrubber.errors import UsageError, reason_of

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST = 4096
_JUDGED = 72  # zxcvbn takes no more, because its time grows with the square


@dataclass(frozen=True)
class Strength:
    """What guessing would cost."""

    level: Literal["weak", "fair", "strong"]
    time: str
    """At ten thousand guesses a second, which takes a room of computers: `3 hours`."""
    advice: str
    """What makes it weak, and what would help; may be empty."""


def read(path: Path) -> str:
    """The first line of a file, or of a pipe. Raises UsageError where there is none."""
    try:
        with path.open("rb") as file:
            line = file.readline(_LONGEST).rstrip(b"\r\n")
        passphrase = line.decode()
    except OSError as error:
        raise UsageError(f"{path}: {reason_of(error)}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: the passphrase is not UTF-8") from error
    if not passphrase:
        raise UsageError(f"{path}: no passphrase in its first line")
    return passphrase


def exposed(path: Path) -> bool:
    """Whether other people of this computer may read the file."""
    if sys.platform == "win32":
        return False  # its modes say nothing about that
    status = os.stat(path)  # noqa: PTH116 - what a link leads to is what is read
    return stat.S_ISREG(status.st_mode) and bool(status.st_mode & 0o044)


def strength(passphrase: str) -> Strength:
    """How long it would withstand somebody who has the archive."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its word lists take a while to load

    found = zxcvbn(passphrase[:_JUDGED], user_inputs=["scrubber", "backup", "undo"])
    feedback = found["feedback"]
    return Strength(
        "weak" if found["score"] < 3 else "fair" if found["score"] < 4 else "strong",
        str(found["crack_times_display"]["offline_slow_hashing_1e4_per_second"]),
        " ".join(filter(None, (feedback["warning"], *feedback["suggestions"]))),
    )
