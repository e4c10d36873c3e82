"""Who holds a lock: asked without taking it, writing a byte or changing a timestamp.

The exceptions: access times of links, which no system lets a reader keep; on Windows, locks within a file.
"""

from __future__ import annotations

import os
import struct
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import ProfileInUse, UnreadableStore, reason_of
from scrubber.files import kind, open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_WRITE = (
    os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)

# struct flock of <fcntl.h>, whole file: macOS has start, length, pid, type, whence;
# Linux has type, whence, start, length, pid.
_FLOCK = struct.Struct("qqihh" if sys.platform == "darwin" else "hhqqi4x")


@dataclass(frozen=True)
class Holder:
    """Somebody who has a lock file locked."""

    pid: int | None
    """None where the system doesn't tell: Windows, a network, a lock that belongs to an open file."""


def holder(path: Path, platform: str) -> Holder | None:
    """Who holds the lock file; None where nobody does, there is no such file, or the disk knows no locks.

    `platform` is `linux`, `macos` or `windows`. Raises UnreadableStore where the file can't be opened.
    """
    if kind(path) is None:
        return None
    return _sharing(path) if platform == "windows" else _asked(path)


def _sharing(path: Path) -> Holder | None:
    # Browsers open the locks of profiles without sharing, so that any other attempt to write is refused.
    try:
        descriptor = os.open(path, _WRITE)
    except PermissionError:
        return Holder(None)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadableStore(path, reason_of(error)) from error
    try:
        return None if _lockable(descriptor) else Holder(None)
    finally:
        os.close(descriptor)


def _lockable(descriptor: int) -> bool:
    """Windows: whether nobody has its content locked, as Chromium does with those of its databases.

    There is no way to ask: it is locked for a moment. Chromium tries for a second (env_chromium.cc, Retrier).
    """
    if sys.platform == "win32":
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        except OSError:
            return False
    return True


def _asked(path: Path) -> Holder | None:
    # F_GETLK only asks. Trying to take the lock instead could make a browser fail that starts right now.
    with open_regular(path) as file:
        try:
            kind_of_lock, pid = _unpack(fcntl.fcntl(file.fileno(), fcntl.F_GETLK, _write_lock()))
        except OSError:  # a network disk without locks; the browser could take none either
            return None
    if kind_of_lock == fcntl.F_UNLCK:
        return None
    return Holder(pid if pid > 0 else None)


def _write_lock() -> bytes:
    if sys.platform == "darwin":
        return _FLOCK.pack(0, 0, 0, fcntl.F_WRLCK, os.SEEK_SET)
    return _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)


def _unpack(answer: bytes) -> tuple[int, int]:
    if sys.platform == "darwin":
        _, _, pid, kind_of_lock, _ = _FLOCK.unpack(answer)
    else:
        kind_of_lock, _, _, _, pid = _FLOCK.unpack(answer)
    return kind_of_lock, pid


def link_text(path: Path) -> str:
    """What a lock that is a link says, which leads nowhere by design; empty where it is no link."""
    try:
        return str(path.readlink())
    except OSError:
        return ""


@contextmanager
def held(path: Path) -> Iterator[bool]:
    """Hold an existing lock file against a browser; False where there is none, or the disk knows no locks.

    The lock ends with this process, however that ends, and leaves nothing behind.
    Raises ProfileInUse where somebody else has it, UnreadableStore where the file can't be opened.
    """
    if kind(path) is None:
        yield False
        return
    try:
        # Write access without O_TRUNC: Firefox reads "last used" from the modification time.
        descriptor = os.open(path, _WRITE)
    except OSError as error:
        if sys.platform == "win32" and isinstance(error, PermissionError):
            raise ProfileInUse(f"{path} is locked: a browser has started meanwhile") from error
        raise UnreadableStore(path, reason_of(error)) from error
    try:
        yield _take(descriptor, path)
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path) -> bool:
    """Lock it, in a way that survives somebody in this process opening and closing the same file.

    A plain fcntl lock would be gone then: the sweep, which reads every file, would end it unnoticed.
    """
    if sys.platform == "win32":
        return True  # an open descriptor is enough: the browser wants the file for itself alone
    try:
        if sys.platform == "linux":
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _write_lock())
        else:
            # BSD kernels keep flock and fcntl locks in one list, where each keeps the other out.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:
        raise ProfileInUse(f"{path} is locked: a browser has started meanwhile") from error
    except OSError:
        return False
    return True
