"""What file systems keep beside a file's content: above all, where a browser has downloaded it from.

`user.xdg.origin.url` and `user.xdg.referrer.url` on Linux. Python reads such attributes only there.
Source: components/services/quarantine/common_linux.cc.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from scrubber.errors import reason_of
from scrubber.residue.piece import Gap, Part, Piece

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NONE_THERE = frozenset({errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENODATA, errno.ENOENT})


def attributes(path: Path) -> Iterator[Part]:
    """The attributes of a file, folder or link, names and values; of none that a link leads to."""
    if not hasattr(os, "listxattr"):
        return
    try:
        for name in os.listxattr(path, follow_symlinks=False):
            yield Piece("attribute", "", "name", os.fsencode(name), "text", part="name")
            value = os.getxattr(path, name, follow_symlinks=False)
            yield Piece(
                "attribute", name, "value", value, "binary", facts=(("attribute", name),), part="value"
            )
    except OSError as error:
        if error.errno not in _NONE_THERE:
            yield Gap(f"its attributes can't be read: {reason_of(error)}")
