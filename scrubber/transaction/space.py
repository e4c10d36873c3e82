"""Whether the disk has room for the copies of a store that is edited."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

PEAK = 3
"""Times the size of what is edited: the copy of the original, the new version, and what SQLite needs beside
them to vacuum it."""


def size(unit: Iterable[Path]) -> int:
    """Bytes of all files and of all that folders hold. Raises UnreadableStore."""
    parts = (item for path in unit for item in (path, *(walk(path) if kind(path) == "folder" else ())))
    return sum(part.lstat().st_size for part in parts if kind(part) == "file")


def check(unit: Sequence[Path], place: Path, *, taken: int = 0) -> None:
    """Raises UnreadableStore where copies of a unit have no room in a folder, of which some is spoken for."""
    needed, free = PEAK * size(unit), max(0, shutil.disk_usage(place).free - taken)
    if needed > free:
        reason = f"needs {needed} bytes of free space, {free} are free: lacks {needed - free}"
        raise UnreadableStore(unit[0], reason)
