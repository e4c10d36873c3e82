"""The kinds of change, each able to go forward and back; every state between is logically old or new."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from scrubber.errors import PlanOutdated
from scrubber.files import kind
from scrubber.formats.sqlite_unit import sidecar
from scrubber.transaction.fingerprints import fingerprint, outline
from scrubber.transaction.journal import Act, Note
from scrubber.transaction.placing import dress, dress_tree, exchange, keep, sync
from scrubber.transaction.staging import make_private

if TYPE_CHECKING:
    from pathlib import Path


class Change(Protocol):
    """A change that is staged in its slot of the staging folder."""

    @property
    def path(self) -> Path:
        """What it changes."""

    @property
    def slot(self) -> Path:
        """What holds its copies."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the person should know of it."""

    def note(self) -> Note:
        """Its line of the journal."""

    def is_outdated(self) -> bool:
        """Whether the original is no longer what the change was staged from."""

    def forward(self) -> None:
        """Make it; the folder's list is yet to be synced. Raises OSError, and may then be partly made."""

    def back(self) -> None:
        """Undo what was made of it, if anything. Raises OSError; PlanOutdated where others wrote since."""


@dataclass(frozen=True, eq=False)
class FileEdit:
    """A file, perhaps with sidecars, that a new version replaces."""

    path: Path
    slot: Path
    unit: tuple[Path, ...]
    staged_from: str
    """The unit's fingerprint."""
    live: tuple[str, ...]
    """Suffixes of the sidecars that hold something; those that are empty stay where they are."""
    warnings: tuple[str, ...] = ()
    ours: set[str] = field(default_factory=set)
    """Identities of what may lie in the unit's place; anything else is from a browser started meanwhile."""

    @property
    def before(self) -> Path:
        """The original, folded."""
        return self.slot / "before" / self.path.name

    @property
    def after(self) -> Path:
        """The new version, until it takes the original's place."""
        return self.slot / "after" / self.path.name

    @property
    def aside(self) -> Path:
        """The original; its sidecars lie beside it."""
        return self.slot / "aside" / self.path.name

    def note(self) -> Note:
        """With the inode by which recovery tells whether it was made."""
        return note_of(Act.EDIT, self, self.after.lstat().st_ino)

    def is_outdated(self) -> bool:
        """Content and all."""
        return fingerprint(self.unit) != self.staged_from

    def forward(self) -> None:
        """Folded file in, sidecars out, new version in.

        The folded file with its old WAL or journal beside it reads as the original did, because playing
        either back writes what is there already. The new version must never meet them.
        """
        dress(self.path, self.after)
        if self.is_folded:
            dress(self.path, self.before)
        self._set_aside()
        if self.is_folded:
            self._place_folded()
        for suffix in self.live:
            sidecar(self.path, suffix).unlink()
        if self.live:
            sync(self.path.parent)
        self._place(self.after, self.path)

    def back(self) -> None:
        """The same way in reverse, through the folded file."""
        if kind(self.aside) is None:
            return
        if any(size_of(path) and identity(path) not in self.ours for path in self.unit):
            raise PlanOutdated(f"{self.path}: written to by something else since")
        if self.is_folded:
            self._place_folded()
        for suffix in reversed(self.live):
            if kind(sidecar(self.aside, suffix)) is not None:
                self._place(sidecar(self.aside, suffix), sidecar(self.path, suffix))
        if self.live:
            sync(self.path.parent)
        self._place(self.aside, self.path)

    @property
    def is_folded(self) -> bool:
        """Whether sidecars hold something of it, so that `before` differs from the file."""
        return any(suffix != "-shm" for suffix in self.live)

    def _set_aside(self) -> None:
        """The main file last: where it lies aside, all of the unit does."""
        make_private(self.aside.parent)
        for suffix in (*self.live, ""):
            self.ours.add(identity(sidecar(self.path, suffix)))
            keep(sidecar(self.path, suffix), sidecar(self.aside, suffix))

    def _place_folded(self) -> None:
        keep(self.before, self.slot / "placing")
        self._place(self.slot / "placing", self.path)
        sync(self.path.parent)

    def _place(self, source: Path, target: Path) -> None:
        self.ours.add(identity(source))
        source.replace(target)


@dataclass(frozen=True, eq=False)
class FolderEdit:
    """A folder that a new version replaces as a whole; where there is none, it comes to be."""

    path: Path
    slot: Path
    staged_from: str
    """The folder's outline."""
    warnings: tuple[str, ...] = ()
    ours: set[str] = field(default_factory=set)
    """Outlines of what may lie in its place beside the original."""
    dressed: bool = False
    """Whether the new version has owners, modes and times of its own."""

    @property
    def before(self) -> Path:
        """A copy of the original."""
        return self.slot / "before" / self.path.name

    @property
    def after(self) -> Path:
        """The new version; the original once they have changed places."""
        return self.slot / "after" / self.path.name

    @property
    def aside(self) -> Path:
        """The original, where the system can't let two folders change places."""
        return self.slot / "aside" / self.path.name

    def note(self) -> Note:
        """With the inode by which recovery tells whether it was made."""
        return note_of(Act.EDIT_FOLDER, self, self.after.lstat().st_ino)

    def is_outdated(self) -> bool:
        """By names, sizes and times of what it holds."""
        return outline(self.path) != self.staged_from

    def forward(self) -> None:
        """In one step where the system has one; else recovery puts the original back into the gap."""
        if not self.dressed:
            dress_tree(self.path, self.after)
        self.ours.add(outline(self.after))
        if kind(self.path) is None:
            self.after.rename(self.path)
        elif not exchange(self.path, self.after):
            make_private(self.aside.parent)
            self.path.rename(self.aside)
            self.after.rename(self.path)

    def back(self) -> None:
        """Undone by the same step, or by closing the gap."""
        now = outline(self.path)
        if now == self.staged_from:
            return
        if kind(self.path) is not None:
            if now not in self.ours:
                raise PlanOutdated(f"{self.path}: written to by something else since")
            if kind(self.after) is not None:
                exchange(self.path, self.after)
                return
            self.path.rename(self.after)
        if kind(self.aside) is not None:
            self.aside.rename(self.path)


@dataclass(frozen=True, eq=False)
class Discard:
    """A file or folder that goes."""

    path: Path
    slot: Path
    """Where it lies once it is gone."""
    staged_from: str
    """Its outline."""
    warnings: tuple[str, ...] = ()

    def note(self) -> Note:
        """Once something lies in its slot, it is made."""
        return note_of(Act.DISCARD, self)

    def is_outdated(self) -> bool:
        """By size and time, for a folder of all that it holds."""
        return outline(self.path) != self.staged_from

    def forward(self) -> None:
        """Moved away whole."""
        self.path.rename(self.slot)

    def back(self) -> None:
        """Moved back, unless something is there again."""
        if kind(self.slot) is None:
            return
        if kind(self.path) is not None:
            raise PlanOutdated(f"{self.path}: made anew by something else since")
        self.slot.rename(self.path)


def note_of(act: Act, change: Change, inode: int = 0) -> Note:
    """A change's line of the journal."""
    parent = change.slot.parent.parent
    return Note(act, change.path.relative_to(parent).as_posix(), change.slot.name, inode)


def identity(path: Path) -> str:
    """What tells a file from any other that may come to lie in its place."""
    status = os.lstat(path)
    return f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns}"


def size_of(path: Path) -> int:
    """In bytes; 0 where nothing is."""
    return os.lstat(path).st_size if kind(path) is not None else 0
