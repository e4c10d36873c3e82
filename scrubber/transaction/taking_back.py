"""The other end of a run that died: all that it had swapped goes back, byte for byte, or nothing does.

Nothing but what lies there tells what was done, and content alone whether somebody wrote to it since.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated, ScrubError, UnreadableStore, reason_of
from scrubber.files import kind
from scrubber.formats.sqlite_unit import SIDECARS, sidecar
from scrubber.transaction.changes import Discard, FileEdit, FolderEdit
from scrubber.transaction.fingerprints import held, outline
from scrubber.transaction.journal import Act, Note
from scrubber.transaction.outcomes import listed
from scrubber.transaction.recovery import inner, inode, recover_one
from scrubber.transaction.roots import check_way
from scrubber.transaction.staging import Staging, interrupted
from scrubber.transaction.swapping import Swaps
from scrubber.transaction.versions import Version, identity, size_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from scrubber.transaction.changes import Change


class WrittenSince(PlanOutdated):
    """Something wrote to the profile after the run was cut off; a line about each place."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.messages = (
            *(f"{path}: changed since the run was cut off" for path in paths),
            "Nothing was put back; `scrubber clean` finishes that run.",
        )
        super().__init__("; ".join(self.messages))


@dataclass(frozen=True)
class _Begun:
    """What a dead run had begun to change."""

    change: Change
    is_ours: bool
    """Whether nobody else wrote there since."""


def take_back(roots: Sequence[Path]) -> tuple[Path, ...]:
    """Put back what dead runs in these roots had swapped; the paths. A living run is left alone.

    Raises WrittenSince, with nothing done; UnreadableStore; ScrubError where something could not be put back,
    which stays where it is for the next attempt.
    """
    with ExitStack() as locks:
        stagings: list[Staging] = []
        for folder in interrupted(roots):
            for staging in _adopted(folder):
                locks.callback(staging.release)
                stagings.append(staging)
        begun = [one for staging in stagings for one in _begun(staging)]
        if strange := [one.change.path for one in begun if not one.is_ours]:
            raise WrittenSince(strange)
        try:
            return _put_back(stagings, [one.change for one in begun])
        except OSError as error:
            raise ScrubError(f"what was cut off could not be cleared away: {error}") from error


def _put_back(stagings: Sequence[Staging], changes: Sequence[Change]) -> tuple[Path, ...]:
    for staging in stagings if changes else ():
        staging.note([Note(Act.ROLLBACK)])
    swaps = Swaps([staging.parent for staging in stagings], changes)
    if failed := swaps.put_back():
        raise ScrubError(listed(failed))
    for staging in reversed(stagings):
        staging.destroy()
    return tuple(change.path for change in changes)


def _adopted(folder: Path) -> Iterator[Staging]:
    """The staging folder of a dead run, and those that it had on other file systems.

    What an `undo` was cut off in is finished instead: it is the way back itself.
    """
    try:
        staging = Staging.adopt(folder)
        if staging is None:
            return
        if any(note.act in (Act.EDIT, Act.EDIT_FOLDER) and not note.holds for note in staging.notes()):
            staging.release()
            recover_one(folder)
            return
    except OSError as error:
        raise UnreadableStore(folder, reason_of(error)) from error
    yield staging
    for other in inner(staging):
        yield from _adopted(other)


def _begun(staging: Staging) -> Iterator[_Begun]:
    for note in staging.notes():
        if note.act in (Act.ROLLBACK, Act.STAGING):
            continue
        path, slot = staging.parent / note.path, staging.folder / note.slot
        try:
            check_way(path, (staging.parent,))
        except UnreadableStore:
            # The profile has another shape by now; where nothing was set aside, it never mattered.
            if kind(slot) is not None and _was_made(note, slot, path):
                yield _Begun(Discard(path, slot, ""), is_ours=False)
            continue
        if note.act is Act.DISCARD:
            if kind(slot) is not None:
                yield _Begun(Discard(path, slot, ""), is_ours=kind(path) is None)
        elif note.act is Act.EDIT:
            yield from _file(note, slot, path)
        else:
            yield from _folder(note, slot, path)


def _was_made(note: Note, slot: Path, path: Path) -> bool:
    return note.act is Act.DISCARD or inode(slot / "after" / path.name) != note.inode


def _file(note: Note, slot: Path, path: Path) -> Iterator[_Begun]:
    before, aside = slot / "before" / path.name, slot / "aside" / path.name
    if kind(aside) is None:
        return
    live = tuple(suffix for suffix in SIDECARS if kind(sidecar(aside, suffix)) is not None)
    folded = before if kind(before) is not None else None
    now, once = Version(aside, live, folded), Version(slot / "after" / path.name)
    contents = {("", note.holds): once, ("", held(aside)): now}
    if folded:
        contents["", held(folded)] = now
    contents |= {(suffix, held(sidecar(aside, suffix))): now for suffix in live}
    ours: dict[str, Version] = {}
    for suffix in ("", *SIDECARS):
        part = sidecar(path, suffix)
        if size_of(part) and (version := contents.get((suffix, held(part)))):
            ours[identity(part)] = version
    unit = (path, *(sidecar(path, suffix) for suffix in SIDECARS))
    edit = FileEdit(path, slot, unit, "", now, once, ours=ours)
    yield _Begun(edit, kind(path) == "file" and edit.is_ours)


def _folder(note: Note, slot: Path, path: Path) -> Iterator[_Begun]:
    after, aside = slot / "after" / path.name, slot / "aside" / path.name
    if inode(after) == note.inode and kind(aside) is None:
        return
    original = aside if kind(aside) is not None else after
    is_gap = kind(path) is None and inode(after) == note.inode
    is_ours = is_gap or (inode(path) == note.inode and held(path) == note.holds)
    ours = {outline(path)} if is_ours else set()
    yield _Begun(FolderEdit(path, slot, outline(original), ours=ours), is_ours)
