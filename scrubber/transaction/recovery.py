"""After a run that died: every store is old or new already, so only its staging folder is left to deal with.

Nothing that exists at a path is ever replaced: a browser may have run since.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from scrubber.errors import UnreadableStore, reason_of
from scrubber.files import kind
from scrubber.transaction.journal import Act
from scrubber.transaction.patience import rename
from scrubber.transaction.placing import sync
from scrubber.transaction.roots import check_way
from scrubber.transaction.staging import PREFIX, Staging, interrupted, keeping_times

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scrubber.transaction.journal import Note

Fate = Literal["changed", "unchanged", "put back"]


@dataclass(frozen=True)
class Recovered:
    """What became of an interrupted run."""

    staging: Path
    """Its staging folder, gone now."""
    fates: tuple[tuple[Path, Fate], ...]
    """Each store that it was about to change: changed for good, as it was before, or missing until now."""


def recover(roots: Sequence[Path]) -> tuple[Recovered, ...]:
    """Clear up after dead runs in these roots; a living one is left alone.

    Raises UnreadableStore where a staging folder can't be read or removed.
    """
    found = (recover_one(folder) for folder in interrupted(roots))
    return tuple(recovered for recovered in found if recovered is not None)


def recover_one(folder: Path) -> Recovered | None:
    """The same for one staging folder; None where its run is alive. Raises UnreadableStore."""
    try:
        staging = Staging.adopt(folder)
        if staging is None:
            return None
        try:
            fates = tuple(_fates(staging))
            staging.destroy()
        finally:
            staging.release()
    except OSError as error:
        raise UnreadableStore(folder, reason_of(error)) from error
    return Recovered(folder, fates)


def _fates(staging: Staging) -> Iterator[tuple[Path, Fate]]:
    notes = staging.notes()
    taken_back = any(note.act is Act.ROLLBACK for note in notes)
    for note in notes:
        path = staging.parent / note.path
        if note.act in (Act.ROLLBACK, Act.STAGING):
            continue
        try:
            check_way(path, (staging.parent,))
        except UnreadableStore:
            continue  # the profile has another shape by now: there is nothing to put back into it
        yield path, _fate(staging, note, path, taken_back=taken_back)
    for folder in inner(staging):
        found = recover_one(folder)
        yield from found.fates if found else ()


def inner(staging: Staging) -> Iterator[Path]:
    """The staging folders that the same run had on other file systems, as far as they are there."""
    for note in staging.notes():
        path = staging.parent / note.path
        if note.act is Act.STAGING and path.name.startswith(PREFIX):
            try:
                check_way(path, (staging.parent,))
            except UnreadableStore:
                continue
            if kind(path) == "folder":
                yield path


def _fate(staging: Staging, note: Note, path: Path, *, taken_back: bool) -> Fate:
    slot = staging.folder / note.slot
    if note.act is Act.DISCARD:
        if kind(slot) is None:
            return "unchanged"
        return _put_back(slot, path) if taken_back and kind(path) is None else "changed"
    after = slot / "after" / path.name
    aside = slot / "aside" / path.name
    # Only folders that can't change places in one step are ever missing in between.
    if note.act is Act.EDIT_FOLDER and kind(path) is None and kind(aside) == kind(after) == "folder":
        return _put_back(aside, path)
    if taken_back:
        return "changed" if inode(path) == note.inode else "unchanged"
    if inode(path) == note.inode:  # nothing lay there before, perhaps
        return "changed"
    return "changed" if inode(after) != note.inode and (inode(after) or inode(aside)) else "unchanged"


def _put_back(aside: Path, path: Path) -> Fate:
    with keeping_times(path.parent):
        rename(aside, path)
        sync(path.parent)
    return "put back"


def inode(path: Path) -> int:
    """Of whatever lies there, 0 where nothing does."""
    return os.lstat(path).st_ino if kind(path) is not None else 0
