"""The one way in which stores change what is in a file or folder: it is written anew, then compared."""

from __future__ import annotations

import filecmp
from typing import TYPE_CHECKING

from scrubber.files import copy_private, kind, names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from scrubber.model import Changes


def edit(
    path: Path,
    changes: Changes,
    write: Callable[[Path, Path], None],
    prove: Callable[[Path, Path], int],
    sidecars: Iterable[str] = (),
) -> int:
    """Stage what `write(before, after)` makes of a file or folder; the number of entries compared.

    `prove(before, after)` comes last and reads both from the disk, so that it believes nothing that the
    writer had in its hands. What either raises drops the new version, and leaves the original alone.
    """
    with changes.edit(path, sidecars) as staged:
        write(staged.before, staged.after)
        return prove(staged.before, staged.after)


def copy(source: Path, target: Path) -> None:
    """A private copy of a file, or of a folder with all that it holds. Raises UnreadableStore, OSError."""
    if kind(source) != "folder":
        copy_private(source, target)
        return
    target.mkdir(mode=0o700)
    for name in names(source):
        copy(source / name, target / name)


def is_same(one: Path, other: Path) -> bool:
    """Whether two files, or two folders with all that they hold, have the same content."""
    if kind(one) != "folder" or kind(other) != "folder":
        return kind(one) == kind(other) and filecmp.cmp(one, other, shallow=False)
    return names(one) == names(other) and all(is_same(one / name, other / name) for name in names(one))
