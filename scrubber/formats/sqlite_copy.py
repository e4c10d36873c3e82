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
from scrubber.files import create_private, kind
from scrubber.formats.sqlite_unit import snapshot

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = "scrubber-copy-"
_LOCK = ".lock"
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
        _release(folder, lock)


def clear_abandoned() -> None:
    """Delete the copies that killed runs of this person have left."""
    place = Path(tempfile.gettempdir())
    if sys.platform == "win32":
        _clear_by_files(place)
        return
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # gone by now, another person's, or a link
            lock = os.open(folder, _OPEN)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(lock).st_uid == os.geteuid():
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def _clear_by_files(place: Path) -> None:
    """On Windows, where no folder can be locked: by a file beside it, not to be deleted while it is open."""
    for lock in place.glob(f"{_PREFIX}*{_LOCK}"):
        with suppress(OSError):
            lock.unlink()
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)


def _locked_folder() -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        if sys.platform == "win32":
            return folder, _lock_file(folder)
        # Another run may find it in the moment before it is locked, and delete it.
        try:
            lock = os.open(folder, _OPEN)
        except FileNotFoundError:
            continue
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock).st_nlink:
            return folder, lock
        os.close(lock)


def _lock_file(folder: Path) -> int:
    return create_private(folder.with_suffix(_LOCK))


def _release(folder: Path, lock: int) -> None:
    os.close(lock)
    if sys.platform == "win32":
        _forget(folder)


def _forget(folder: Path) -> None:
    """Its lock goes last: what could not be deleted of the folder is known by it."""
    if kind(folder) is None:
        with suppress(OSError):
            folder.with_suffix(_LOCK).unlink(missing_ok=True)
