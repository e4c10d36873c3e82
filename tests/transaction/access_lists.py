"""POSIX access lists and other extended attributes, as bytes."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

ACCESS, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
SOMEBODY = 4711

# Tags of <linux/posix_acl.h>: the owner, a named user, the group, the mask, everybody else.
_OWNER, _USER, _GROUP, _MASK, _OTHERS = 1, 2, 4, 16, 32
_NOBODY_NAMED = 0xFFFFFFFF


def acl(somebody: int) -> bytes:
    """As setfacl writes it: the owner may read and write, one named user what is said."""
    entries = (
        (_OWNER, 6, _NOBODY_NAMED),
        (_USER, somebody, SOMEBODY),
        (_GROUP, 0, _NOBODY_NAMED),
        (_MASK, somebody, _NOBODY_NAMED),
        (_OTHERS, 0, _NOBODY_NAMED),
    )
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def give(path: Path, name: str, value: bytes) -> None:
    """Skips where that is refused: another kernel, another file system, not root."""
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        pytest.skip(f"{name}: {error.strerror}")


def held(path: Path) -> dict[str, bytes]:
    return {name: os.getxattr(path, name) for name in os.listxattr(path)}
