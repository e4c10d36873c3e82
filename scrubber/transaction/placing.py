"""The file operations that swaps are made of; each leaves its target old or new and never half."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import stat
import sys
from typing import TYPE_CHECKING

from scrubber.files import copy_private, flush, kind, names, walk
from scrubber.transaction import protection
from scrubber.transaction.patience import replace, unlink
from scrubber.transaction.staging import make_private

if TYPE_CHECKING:
    from pathlib import Path

_RENAME_EXCHANGE = 2  # <linux/fs.h>; renamex_np's RENAME_SWAP is the same number
_AT_FDCWD = -100

# What renameat2 says where the system or the file system has no such operation.
_UNSUPPORTED = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


def sync(path: Path) -> None:
    """Wait until the disk has a file's content, or a folder's list (which Windows keeps by itself)."""
    if sys.platform == "win32" and path.is_dir():
        return
    if sys.platform == "win32" and not path.stat().st_mode & stat.S_IWRITE:
        return  # marked as read-only after it was synced, and can't be opened for that any more
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        flush(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """The same for a folder and all that it holds."""
    for path in walk(folder):
        sync(path)
    sync(folder)


def sync_folders(folder: Path) -> None:
    """The same for the lists alone of a folder and of those below it."""
    for path in walk(folder):
        if kind(path) == "folder":
            sync(path)
    sync(folder)


def copy_tree(source: Path, target: Path) -> None:
    """A private copy of a folder of plain files and folders; UnreadableStore where it holds anything else."""
    make_private(target)
    for name in names(source):
        if kind(source / name) == "folder":
            copy_tree(source / name, target / name)
        else:
            copy_private(source / name, target / name)


def dress(model: Path, path: Path) -> None:
    """Give `path` the owner, mode, times, access list and extended attributes of `model`; fsynced."""
    _give(path, model)
    protection.give(model, path)
    shutil.copystat(model, path, follow_symlinks=False)
    sync(path)


def dress_tree(model: Path, folder: Path) -> None:
    """The same for a folder: each entry by its namesake; a new one gets the owner and stays private."""
    for path in walk(folder):
        namesake = model / path.relative_to(folder)
        if kind(namesake) == kind(path):
            dress(namesake, path)
        else:
            _give(path, model)
            path.chmod(0o700 if path.is_dir() else 0o600)
            sync(path)
    dress(model, folder)


def keep(path: Path, target: Path) -> None:
    """A second name for a file, or a copy where hard links are refused; `target` never holds half of it."""
    part = target.with_name(target.name + ".part")
    unlink(part)
    try:
        os.link(path, part)
    except OSError:
        copy_private(path, part)
        dress(path, part)
    replace(part, target)


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; False, with nothing done, where the system can't."""
    arguments = (os.fsencode(one), os.fsencode(other))
    if sys.platform == "win32":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    if hasattr(library, "renameat2"):
        failed = library.renameat2(_AT_FDCWD, arguments[0], _AT_FDCWD, arguments[1], _RENAME_EXCHANGE)
    elif hasattr(library, "renamex_np"):
        failed = library.renamex_np(*arguments, _RENAME_EXCHANGE)
    else:
        return False
    if failed and ctypes.get_errno() not in _UNSUPPORTED:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(one))
    return not failed


def _give(path: Path, model: Path) -> None:
    """An owner that can't be given fails the swap: the browser of another person couldn't open the file."""
    if sys.platform != "win32":
        wanted, found = model.lstat(), path.lstat()
        if (wanted.st_uid, wanted.st_gid) != (found.st_uid, found.st_gid):
            os.chown(path, wanted.st_uid, wanted.st_gid)
