"""The kinds of change, each able to go forward and back; every state between is logically old or new."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from scrubber.errors import PlanOutdated
from scrubber.files import kind
from scrubber.transaction.fingerprints import fingerprint, held, outline
from scrubber.transaction.journal import Act, Note
from scrubber.transaction.patience import rename, unlink
from scrubber.transaction.placing import dress, dress_tree, exchange, sync
from scrubber.transaction.staging import make_private
from scrubber.transaction.versions import Place, Version

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.transaction.outcomes import Elsewhere


class Change(Protocol):
    """A change that is staged in its slot of the staging folder."""

    @property
    def path(self) -> Path:
        """What it changes."""

    @property
    def slot(self) -> Path:
        """What holds its copies."""

    @property
    def warnings(self) -> tuple[Elsewhere, ...]:
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
    """A file, perhaps with sidecars, in place of which another version comes; or of nothing."""

    path: Path
    slot: Path
    unit: tuple[Path, ...]
    staged_from: str
    """The unit's fingerprint."""
    now: Version | None
    """What lies there, once it is set aside; None where nothing does. Sidecars that are empty may stay."""
    once: Version
    """What comes."""
    warnings: tuple[Elsewhere, ...] = ()
    dressed: bool = False
    """Whether what comes has an owner, a mode and times of its own."""
    ours: dict[str, Version] = field(default_factory=dict)

    @property
    def before(self) -> Path:
        """The original, folded; it stays only as long as it differs from the original."""
        return self.slot / "before" / self.path.name

    @property
    def after(self) -> Path:
        """The new version, until it takes the original's place."""
        return self.once.main

    @property
    def live(self) -> tuple[str, ...]:
        """Suffixes of the sidecars that hold something."""
        return self.now.sidecars if self.now else ()

    @property
    def is_folded(self) -> bool:
        """Whether sidecars hold something of it, so that `before` differs from the file."""
        return self.now is not None and self.now.folded is not None

    def note(self) -> Note:
        """With the inode by which recovery tells whether it was made."""
        return note_of(Act.EDIT, self, self.after, lasting=not self.dressed)

    @property
    def is_ours(self) -> bool:
        """Whether nobody else has written there since it was begun."""
        return self._place.is_ours

    def is_outdated(self) -> bool:
        """Content and all."""
        return fingerprint(self.unit) != self.staged_from

    def forward(self) -> None:
        """What lies there folds up and gives way to the other, which then unfolds."""
        if self.now and not self.dressed:
            dress(self.path, self.after)
        if self.now:
            self._place.set_aside(self.now)
            self._place.fold(self.now)
        self._place.unfold(self.once)

    def back(self) -> None:
        """The same with both changed over, from wherever it was cut short."""
        if self.now and kind(self.now.main) is None:
            return
        if not self.is_ours:
            raise PlanOutdated(f"{self.path}: written to by something else since")
        if self._place.shows(self.once):
            self._place.fold(self.once)
        if self.now:
            self._place.unfold(self.now)
        else:
            unlink(self.path)
            sync(self.path.parent)

    @property
    def _place(self) -> Place:
        return Place(self.path, self.slot, self.unit, self.ours)


@dataclass(frozen=True, eq=False)
class FolderEdit:
    """A folder that a new version replaces as a whole; where there is none, it comes to be."""

    path: Path
    slot: Path
    staged_from: str
    """The folder's outline."""
    warnings: tuple[Elsewhere, ...] = ()
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
        return note_of(Act.EDIT_FOLDER, self, self.after, lasting=not self.dressed)

    def is_outdated(self) -> bool:
        """By names, sizes and times of what it holds."""
        return outline(self.path) != self.staged_from

    def forward(self) -> None:
        """In one step where the system has one; else recovery puts the original back into the gap."""
        if not self.dressed:
            dress_tree(self.path, self.after)
        self.ours.add(outline(self.after))
        if kind(self.path) is None:
            rename(self.after, self.path)
        elif not exchange(self.path, self.after):
            make_private(self.aside.parent)
            rename(self.path, self.aside)
            rename(self.after, self.path)

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
            rename(self.path, self.after)
        if kind(self.aside) is not None:
            rename(self.aside, self.path)


@dataclass(frozen=True, eq=False)
class Discard:
    """A file or folder that goes."""

    path: Path
    slot: Path
    """Where it lies once it is gone."""
    staged_from: str
    """Its outline."""
    warnings: tuple[Elsewhere, ...] = ()

    def note(self) -> Note:
        """Once something lies in its slot, it is made."""
        return note_of(Act.DISCARD, self)

    def is_outdated(self) -> bool:
        """By size and time, for a folder of all that it holds."""
        return outline(self.path) != self.staged_from

    def forward(self) -> None:
        """Moved away whole."""
        rename(self.path, self.slot)

    def back(self) -> None:
        """Moved back, unless something is there again."""
        if kind(self.slot) is None:
            return
        if kind(self.path) is not None:
            raise PlanOutdated(f"{self.path}: made anew by something else since")
        rename(self.slot, self.path)


def note_of(act: Act, change: Change, after: Path | None = None, *, lasting: bool = True) -> Note:
    """A change's line of the journal. `lasting`: whether a later run may take it back."""
    parent = change.slot.parent.parent
    inode = after.lstat().st_ino if after else 0
    holds = held(after) if after and lasting else ""
    return Note(act, change.path.relative_to(parent).as_posix(), change.slot.name, inode, holds)
