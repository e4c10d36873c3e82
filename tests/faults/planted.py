"""What fillers have planted of the target in a file, told by its bytes alone and by where they stand."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from tests.saboteurs.scene import BYSTANDER, LOOK_ALIKE, OURS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HOST = OURS.encode()
_SHAPES = (
    re.compile(re.escape(_HOST) + rb"(?!\.)"),
    re.compile(re.escape(OURS.encode("utf-16-le")) + rb"(?!\.\0)"),
    re.compile(rb"(?<!\.)" + re.escape(_HOST[::-1])),
    re.compile(re.escape(bytes(byte + 1 for byte in _HOST)) + rb"(?!/)"),  # as in Firefox's keys
    re.compile(re.escape(base64.b64encode(f"https://{OURS}".encode())[:-2])),
    re.compile(re.escape(hashlib.md5(_HOST, usedforsecurity=False).hexdigest().encode())),
)
"""None of them is found in the look-alike, nor in what any one bit makes of it."""


def spots(content: bytes) -> list[tuple[int, int]]:
    """Where the target is named."""
    return [match.span() for shape in _SHAPES for match in shape.finditer(content)]


def still_there(damaged: bytes, whole: bytes) -> bool:
    """Whether a damage has left the target's name in any of the places where it stood, and what is beside it.

    With another letter beside it, it may be another name.
    """
    return any(
        len(damaged) >= end and whole[max(0, start - 2) :].startswith(damaged[max(0, start - 2) : end + 2])
        for start, end in spots(whole)
    )


def bystanders(content: bytes) -> list[bytes]:
    """The others that are named in clear."""
    return [name for name in (BYSTANDER.encode(), LOOK_ALIKE.encode()) if name in content]


def naming(folder: Path) -> Iterator[Path]:
    """The files below a folder that name the target."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and spots(path.read_bytes()):
            yield path
