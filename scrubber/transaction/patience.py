"""What Windows refuses for a moment: a virus scanner or an index has opened what was just written."""

from __future__ import annotations

import errno
import shutil
import stat
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from scrubber.errors import UnreadableStore
from scrubber.files import kind, walk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

# As often and about as long as Chromium tries (base/files/important_file_writer.cc), in seconds.
_PAUSES = (0.05, 0.1, 0.15, 0.2)

# ENOTEMPTY: a folder whose last file is deleted, but still open in the scanner.
_PASSING = (errno.EACCES, errno.ENOTEMPTY)


def patiently(
    act: Callable[[], T], *, system: str = sys.platform, sleep: Callable[[float], None] = time.sleep
) -> T:
    """Do it, on Windows up to five times. Raises OSError as the last time did; others at once."""
    for pause in _PAUSES if system == "win32" else ():
        try:
            return act()
        except OSError as error:
            if error.errno not in _PASSING:
                raise
        sleep(pause)
    return act()


def rename(source: Path, target: Path) -> None:
    """To where nothing is. Raises OSError."""
    patiently(lambda: source.rename(target))


def replace(source: Path, target: Path) -> None:
    """In place of a file, or where nothing is. Raises OSError."""
    patiently(lambda: source.replace(target))


def unlink(path: Path) -> None:
    """Take a file away, if it is there. Raises OSError."""
    patiently(lambda: path.unlink(missing_ok=True))


def remove_tree(folder: Path, *, system: str = sys.platform) -> None:
    """A folder with all that it holds, also what is marked read-only, which keeps Windows from deleting it.

    Raises OSError.
    """
    if system == "win32":
        with suppress(UnreadableStore):  # what can't be listed can't be deleted, which is said below
            for path in walk(folder):
                if kind(path) == "file" and not path.lstat().st_mode & stat.S_IWRITE:
                    path.chmod(stat.S_IREAD | stat.S_IWRITE)
    patiently(lambda: shutil.rmtree(folder), system=system)
