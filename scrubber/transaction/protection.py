"""What protects a file beside its mode: marks that keep it from being replaced, and what Python doesn't copy.

That is its access list on Windows and macOS, where the browser's own sandbox may be named, and on macOS its
extended attributes.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_DACL = 4  # <winnt.h>: DACL_SECURITY_INFORMATION

# <copyfile.h>: COPYFILE_ACL, COPYFILE_XATTR, COPYFILE_NOFOLLOW_SRC and _DST
_ACCESS_AND_ATTRIBUTES = 1 << 0 | 1 << 2 | 1 << 18 | 1 << 19

# Set by the Finder ("Locked"), or by `chflags`.
_FIXED = stat.UF_IMMUTABLE | stat.UF_APPEND | stat.SF_IMMUTABLE | stat.SF_APPEND


def fixed(status: os.stat_result, *, whole: bool) -> str:
    """Why a file or folder can't give way to another; empty where it can.

    `whole`: it goes, or a folder around it gives way; only Windows minds the file's own mark alone.
    """
    if getattr(status, "st_flags", 0) & _FIXED:
        return "locked; take the lock away first (Finder > Get Info, or chflags)"
    attributes = getattr(status, "st_file_attributes", 0)
    if attributes & stat.FILE_ATTRIBUTE_READONLY and stat.S_ISREG(status.st_mode) and not whole:
        return "marked read-only; take the mark away first (Properties, or attrib -r)"
    return ""


def give(model: Path, path: Path, *, system: str = sys.platform, library: Any = None) -> None:
    """Give `path` what protects `model`, as far as the system lets us.

    Where it doesn't, `path` keeps what its folder has handed down.
    """
    if system == "win32":
        _give_access_list(library or ctypes.WinDLL("advapi32"), str(model), str(path))  # type: ignore[attr-defined,unused-ignore]
    elif system == "darwin":
        copy = (library or ctypes.CDLL(None)).copyfile
        copy(os.fsencode(model), os.fsencode(path), None, _ACCESS_AND_ATTRIBUTES)


def _give_access_list(library: Any, model: str, path: str) -> None:
    """As it stands there: newer functions would have the folder around it hand its own down once more."""
    needed = ctypes.c_ulong()
    library.GetFileSecurityW(model, _DACL, None, 0, ctypes.byref(needed))
    descriptor = ctypes.create_string_buffer(needed.value)
    if library.GetFileSecurityW(model, _DACL, descriptor, needed.value, ctypes.byref(needed)):
        library.SetFileSecurityW(path, _DACL, descriptor)
