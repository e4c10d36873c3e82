"""Opening what belongs to a person without following a link, hanging on a FIFO or changing a timestamp."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import UnreadableStore, reason_of

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | _NOFOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NOATIME = getattr(os, "O_NOATIME", 0)
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)

# Of Windows' reparse points, those that stand for what lies elsewhere: links, junctions, mounted disks. The
# others, files in OneDrive or deduplicated ones, are what they look like ([MS-FSCC] 2.1.2.1).
_NAME_SURROGATE = 0x20000000

_BARRIER = 85  # <sys/fcntl.h>: F_BARRIERFSYNC

_WINDOWS = os.name == "nt"
_MAX_PATH = 260  # with the NUL at its end
_INVALID_NAME = 123  # ERROR_INVALID_NAME: nothing there can be called so

_KINDS = (
    (stat.S_ISLNK, "link"),
    (stat.S_ISDIR, "folder"),
    (stat.S_ISFIFO, "FIFO"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
)


def kind(path: Path) -> str | None:
    """`file`, `folder`, `link`, `FIFO`, `socket`, `device`, or None where nothing is.

    A Windows junction counts as a link.
    Raises UnreadableStore where even the look is refused (a parent without permission), or where Windows
    hides what is there because its path is too long.
    """
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        if _WINDOWS:
            _refuse_too_long(path)
        return None
    except OSError as error:
        if getattr(error, "winerror", None) == _INVALID_NAME:
            return None
        raise UnreadableStore(path, reason_of(error)) from error
    if getattr(status, "st_reparse_tag", 0) & _NAME_SURROGATE:
        return "link"
    return next((name for test, name in _KINDS if test(status.st_mode)), "file")


def _refuse_too_long(path: Path) -> None:
    """Windows says that nothing is there, unless it is asked in a way that most programs don't know."""
    whole = os.path.abspath(path)  # noqa: PTH100 - without a look at the disk
    if len(whole) >= _MAX_PATH and os.path.lexists("\\\\?\\" + whole):
        reason = "its path is too long for Windows; it needs LongPathsEnabled, and a new start"
        raise UnreadableStore(path, reason)


def is_file(path: Path) -> bool:
    """Whether a file is where only a file should be; False where nothing is.

    Raises UnreadableStore for anything else.
    """
    found = kind(path)
    if found not in ("file", None):
        raise UnreadableStore(path, f"a {found}, not a file")
    return found == "file"


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; its access time stays as it was where the system allows that.

    Raises UnreadableStore for anything else: a link, a folder, a FIFO, a device, a refusal.
    """
    if not _NOFOLLOW and kind(path) == "link":  # Windows
        raise UnreadableStore(path, "a link, not a file")
    try:
        try:
            descriptor = os.open(path, _READ | _NOATIME)
        except PermissionError:
            # O_NOATIME is refused to all but the file's owner.
            descriptor = os.open(path, _READ)
    except OSError as error:
        raise _refused(path, "file", error) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        found = next((name for test, name in _KINDS if test(mode)), "something else")
        raise UnreadableStore(path, f"a {found}, not a file")
    return os.fdopen(descriptor, "rb")


def read_regular(path: Path, limit: int = 1 << 30) -> bytes:
    """The content of a regular file.

    Raises UnreadableStore where it can't be read or is longer than `limit` bytes.
    """
    with open_regular(path) as file:
        try:
            size = os.fstat(file.fileno()).st_size
            # One byte more than there is tells of growth; Python makes room for all that is asked for.
            content = file.read(min(size, limit) + 1)
        except OSError as error:
            raise _refused(path, "file", error) from error
    if len(content) > limit:
        raise UnreadableStore(path, f"larger than {limit} bytes")
    if len(content) > size:
        raise UnreadableStore(path, "changed while it was read")
    return content


def copy_private(source: Path, target: Path) -> None:
    """Copy a regular file's content to a new file that only this user can read; fsynced.

    Raises UnreadableStore for the source, OSError for the target.
    """
    with open_regular(source) as file:
        descriptor = create_private(target)
        try:
            os.chmod(target, 0o600)  # noqa: PTH101 - whatever the umask took away
            while chunk := file.read(1 << 20):
                write_all(descriptor, chunk)
            flush(descriptor)
        finally:
            os.close(descriptor)


def create_private(path: Path) -> int:
    """Open a new file that only this user can read, for writing; its descriptor.

    Raises OSError, also where anything is there already, be it a link that leads nowhere.
    """
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)


def write_all(descriptor: int, data: bytes) -> None:
    """`os.write` until nothing is left."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def flush(descriptor: int, system: str = sys.platform) -> None:
    """Wait until the disk has what was written, before anything that comes later. Raises OSError.

    On macOS fsync hands it to the disk alone, which writes in any order it likes; SQLite asks as we do.
    """
    if system == "darwin":
        with suppress(OSError):  # a disk that knows no such order, a network's perhaps
            fcntl.fcntl(descriptor, _BARRIER)
            return
    os.fsync(descriptor)


def names(folder: Path) -> list[str]:
    """What a folder holds, sorted; nothing where it doesn't exist.

    Raises UnreadableStore where it is a link or may not be read.
    """
    if not _DIRECTORY:  # Windows has neither descriptors of folders nor access times worth keeping
        return _names_by_path(folder)
    try:
        try:
            descriptor = os.open(folder, _READ | _DIRECTORY | _NOATIME)
        except PermissionError:
            descriptor = os.open(folder, _READ | _DIRECTORY)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _refused(folder, "folder", error) from error
    try:
        return sorted(os.listdir(descriptor))  # noqa: PTH208 - a Path can't name what is open
    except OSError as error:
        raise _refused(folder, "folder", error) from error
    finally:
        os.close(descriptor)


def _refused(path: Path, wanted: str, error: OSError) -> UnreadableStore:
    """In words of what is there: the system's own for a link in place of a folder is "Not a directory"."""
    found = kind(path)
    known = found not in (wanted, None)
    return UnreadableStore(path, f"a {found}, not a {wanted}" if known else reason_of(error))


def _names_by_path(folder: Path) -> list[str]:
    found = kind(folder)
    if found is None:
        return []
    if found != "folder":
        raise UnreadableStore(folder, f"a {found}, not a folder")
    try:
        return sorted(path.name for path in folder.iterdir())
    except OSError as error:
        raise UnreadableStore(folder, reason_of(error)) from error


def walk(root: Path) -> Iterator[Path]:
    """Everything below `root`, folders before their content, links named but never entered.

    Raises UnreadableStore at the first folder that may not be read.
    """
    for name in names(root):
        path = root / name
        yield path
        if kind(path) == "folder":
            yield from walk(path)
