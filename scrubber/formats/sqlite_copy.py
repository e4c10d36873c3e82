"""A private, folded copy of a database in the system's folder for temporary files.

A run that is killed can't delete its copies, which hold what a person visited: who makes the next copy
deletes them first. One whose maker still works is locked.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore, reason_of
from scrubber.formats.sqlite_unit import snapshot

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "scrubber-copy-"
_OPEN = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def private_copy(path: Path) -> Iterator[Path]:
    """The committed state of the database at `path`, as one file, for as long as the block runs.

    Raises UnreadableStore, also where there is no room for a copy; what the block raises goes through.
    """
    with private_folder(path) as folder:
        try:
            copy = snapshot(path, folder)
        except OSError as error:
            raise UnreadableStore(path, f"can't be copied: {reason_of(error)}") from error
        yield copy


@contextmanager
def private_folder(path: Path) -> Iterator[Path]:
    """A new folder for copies of `path`, which only this user can enter, for as long as the block runs.

    Raises UnreadableStore where none can be made; what the block raises goes through.
    """
    try:
        clear_abandoned()
        folder, lock = _locked_folder()
    except OSError as error:
        raise UnreadableStore(path, f"no room for a copy: {reason_of(error)}") from error
    try:
        yield folder
    finally:
        # What can't be deleted now, the next copy's maker deletes.
        shutil.rmtree(folder, ignore_errors=True)
        _release(lock)


def clear_abandoned() -> None:
    """Delete the copies that killed runs of this person have left.

    On Windows, where a folder can't be locked, nothing tells them from those of a living run: they stay.
    """
    if sys.platform == "win32":
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # gone by now, another person's, or a link
            lock = os.open(folder, _OPEN)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(lock).st_uid == os.geteuid():
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def _locked_folder() -> tuple[Path, int | None]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        if sys.platform == "win32":
            return folder, None
        # Another run may find it in the moment before it is locked, and delete it.
        try:
            lock = os.open(folder, _OPEN)
        except FileNotFoundError:
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock).st_nlink:
            return folder, lock
        os.close(lock)


def _release(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)
