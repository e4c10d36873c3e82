"""The staging folder of a run: private, locked while the run lives, with a journal of what it will do."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore, reason_of
from scrubber.files import flush, kind, names, read_regular, write_all
from scrubber.transaction.journal import read_notes
from scrubber.transaction.patience import remove_tree, unlink

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from scrubber.transaction.journal import Note

PREFIX = ".scrubber-"
"""How the names of staging folders start; they hold copies of what is being removed."""

_OPEN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_OPEN_LOCK = os.O_RDWR | _OPEN
_OPEN_JOURNAL = os.O_WRONLY | os.O_APPEND | _OPEN


class Staging:
    """One staging folder, locked by this process until `destroy` or `release`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: int | None = None
        self._journal: int | None = None
        self._slots = 0

    def create(self) -> None:
        """Make it; the times of the folder around it stay. OSError where that can't be written to."""
        with keeping_times(self.folder.parent):
            try:
                make_private(self.folder)
                self._lock = _open_private(self.folder / "lock", _OPEN_LOCK | os.O_CREAT | os.O_EXCL)
            except BaseException:
                shutil.rmtree(self.folder, ignore_errors=True)
                raise
        _lock(self._lock)

    @classmethod
    def adopt(cls, folder: Path) -> Staging | None:
        """One that a dead run left; None where the run is alive."""
        staging = cls(folder)
        staging._lock = _open_private(folder / "lock", _OPEN_LOCK | os.O_CREAT)
        if _try_lock(staging._lock):
            return staging
        staging.release()
        return None

    @property
    def parent(self) -> Path:
        """The folder that it lies in; paths in the journal are relative to it."""
        return self.folder.parent

    def slot(self) -> Path:
        """A name inside that no other change uses."""
        self._slots += 1
        return self.folder / str(self._slots)

    def note(self, notes: Iterable[Note]) -> None:
        """Append to the journal and wait until the disk has it."""
        if self._journal is None:
            journal = self.folder / "journal"
            new = os.O_CREAT | os.O_EXCL if kind(journal) is None else 0
            self._journal = _open_private(journal, _OPEN_JOURNAL | new)
        # The first line break ends what a full disk may have torn.
        write_all(self._journal, b"\n" + b"".join(note.line() for note in notes))
        flush(self._journal)

    def notes(self) -> tuple[Note, ...]:
        """What its journal says."""
        journal = self.folder / "journal"
        return tuple(read_notes(read_regular(journal))) if kind(journal) == "file" else ()

    def destroy(self) -> None:
        """Delete the folder with all that it holds, then let go of the lock. OSError where that fails.

        The journal goes first: without the copies, recovery could no longer tell what it speaks of.
        """
        if sys.platform == "win32":
            self.release()  # an open file can't be deleted there
        if kind(self.folder) is not None:
            unlink(self.folder / "journal")
            with keeping_times(self.parent):
                remove_tree(self.folder)
        self.release()

    def release(self) -> None:
        """Let go of the lock and leave the folder for the next start."""
        for descriptor in (self._journal, self._lock):
            if descriptor is not None:
                os.close(descriptor)
        self._journal = self._lock = None


def fresh(parent: Path) -> Path:
    """Where a new staging folder in `parent` will lie."""
    return parent / (PREFIX + secrets.token_hex(8))


def left(roots: Sequence[Path]) -> Iterator[Path]:
    """Every staging folder directly in these roots, dead or alive. Raises UnreadableStore."""
    for root in sorted(set(roots)):
        for name in names(root) if kind(root) == "folder" else ():
            if name.startswith(PREFIX) and kind(root / name) == "folder":
                yield root / name


def alive(folder: Path) -> bool:
    """Whether the run that made this staging folder still works. Raises UnreadableStore."""
    try:
        lock = os.open(folder / "lock", _OPEN_LOCK)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise UnreadableStore(folder, reason_of(error)) from error
    try:
        return not _try_lock(lock)
    finally:
        os.close(lock)


def interrupted(roots: Sequence[Path]) -> tuple[Path, ...]:
    """The staging folders that dead runs left in these roots; only looks. Raises UnreadableStore."""
    return tuple(folder for folder in left(roots) if not alive(folder))


def make_private(folder: Path) -> None:
    """A new folder that only this user may enter, and whose files are for nobody else either."""
    folder.mkdir(mode=_mode())
    _inherit_nothing(folder)
    folder.chmod(0o700)  # whatever the umask took away


@contextmanager
def keeping_times(folder: Path) -> Iterator[None]:
    """Give a folder its times back after something in it was renamed."""
    status = folder.stat()
    try:
        yield
    finally:
        with suppress(OSError):  # another owner's folder: not worth failing for
            os.utime(folder, ns=(status.st_atime_ns, status.st_mtime_ns))


def _mode(system: str = sys.platform) -> int:
    """Of a folder that nobody else may enter.

    On Windows the profile's access list, handed down, sees to that. Asked for 0o700, newer Pythons write
    one instead that knows only the owner and administrators; files made in there take it along into the
    profile, and where an administrator's console has made them, the person's browser couldn't open them.
    """
    return 0o777 if system == "win32" else 0o700


def _inherit_nothing(folder: Path) -> None:
    """Drop the access list that a profile's folder hands down: made here, the new version would get it, too.

    One that the original has itself is given to the new version by `placing.dress`.
    """
    if not hasattr(os, "removexattr"):
        return
    for name in ("system.posix_acl_default", "system.posix_acl_access"):
        try:
            os.removexattr(folder, name)
        except OSError as error:
            if error.errno not in (errno.ENODATA, errno.ENOTSUP):
                raise


def _open_private(path: Path, flags: int) -> int:
    descriptor = os.open(path, flags, 0o600)
    path.chmod(0o600)
    return descriptor


def _lock(descriptor: int) -> None:
    """Wait for it: another scrubber may hold it for the moment that `alive` takes."""
    if sys.platform == "win32":
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True
