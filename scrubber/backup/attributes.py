"""Extended attributes of files and folders: a person's own, access lists (POSIX ACL), SELinux labels.

In the archive they stand where GNU tar and star look for them, as `SCHILY.xattr.NAME` in the extended header;
as there, `%` and `=` in a name are `%25` and `%3D`. Only on Linux does Python know them.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore, reason_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Attributes = dict[str, bytes]
"""Values by name."""

_KEYWORD = "SCHILY.xattr."
_ACCESS_LIST = "system.posix_acl_"
_SAVED = ("user.", _ACCESS_LIST, "security.selinux")
"""How the names start of those that are saved. Some others give powers, or are made from the content."""

# The file system has none (any more), or the system's rules forbid it.
_NOT_HERE = (errno.ENOTSUP, errno.EINVAL, errno.ENODATA, errno.EPERM, errno.EACCES)


def read(path: Path) -> Attributes:
    """What a file, folder or link has. Raises UnreadableStore."""
    if not hasattr(os, "listxattr"):
        return {}
    try:
        names = sorted(os.listxattr(path, follow_symlinks=False))
        saved = [name for name in names if name.startswith(_SAVED)]
        return {name: os.getxattr(path, name, follow_symlinks=False) for name in saved}
    except OSError as error:
        if error.errno not in _NOT_HERE:
            raise UnreadableStore(path, reason_of(error)) from error
        return {}


def give(path: Path, wanted: Attributes) -> None:
    """The other way round. Raises OSError, also for an access list that can't be given.

    Without its list, a file would be open to the group as far as the list was to anybody. Others may be lost:
    the file lies on another disk by now, or the system knows no such labels.
    """
    for name, value in wanted.items():
        try:
            os.setxattr(path, name, value, follow_symlinks=False)
        except OSError as error:
            if name.startswith(_ACCESS_LIST) or error.errno not in _NOT_HERE:
                raise


def to_headers(attributes: Attributes) -> dict[str, str]:
    """As a tar header holds them: bytes that are no UTF-8 as surrogates, which tarfile turns back."""
    return {
        _KEYWORD + name.replace("%", "%25").replace("=", "%3D"): value.decode("utf-8", "surrogateescape")
        for name, value in attributes.items()
    }


def from_headers(headers: Mapping[str, str]) -> Attributes:
    """The other way round; nothing where Python knows none. Raises ValueError for one that is never saved."""
    found = {
        keyword.removeprefix(_KEYWORD).replace("%3D", "=").replace("%25", "%"): value.encode(
            "utf-8", "surrogateescape"
        )
        for keyword, value in headers.items()
        if keyword.startswith(_KEYWORD)
    }
    if not all(name.startswith(_SAVED) for name in found):
        raise ValueError("an attribute that no backup holds")
    return found if hasattr(os, "setxattr") else {}
