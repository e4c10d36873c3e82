"""Changes that bring back what lay at a path once; every state between is logically old or new here, too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated, UnreadableStore
from scrubber.files import kind
from scrubber.formats.sqlite_unit import SIDECARS, sidecar, snapshot
from scrubber.transaction.changes import FolderEdit, identity, note_of, size_of
from scrubber.transaction.fingerprints import fingerprint, outline
from scrubber.transaction.journal import Act, Note
from scrubber.transaction.placing import dress, keep, sync, sync_folders
from scrubber.transaction.staging import make_private

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


@dataclass(frozen=True)
class Version:
    """A file with its sidecars, the way it is to lie or lay at its place."""

    main: Path
    sidecars: tuple[str, ...] = ()
    """In the order in which they may be taken away."""
    folded: Path | None = None
    """The file without them, where they hold something of it."""


@dataclass(frozen=True, eq=False)
class FileRestore:
    """A file, perhaps with sidecars, that comes back in place of a file with sidecars or of nothing."""

    path: Path
    slot: Path
    unit: tuple[Path, ...]
    staged_from: str
    """The unit's fingerprint."""
    now: Version | None
    """What lies there, once it is set aside; None where nothing does."""
    once: Version
    warnings: tuple[str, ...] = ()
    ours: dict[str, Version] = field(default_factory=dict)
    """Identities of what may lie in the unit's place; anything else is from a browser started meanwhile."""

    def note(self) -> Note:
        """With the inode by which recovery tells whether it was made."""
        return note_of(Act.EDIT, self, self.once.main.lstat().st_ino)

    def is_outdated(self) -> bool:
        """Content and all."""
        return fingerprint(self.unit) != self.staged_from

    def forward(self) -> None:
        """What lies there folds up and gives way to the other, folded, which then unfolds."""
        if self.now:
            self._set_aside(self.now)
            self._fold(self.now)
        self._unfold(self.once)

    def back(self) -> None:
        """The same with both changed over, from wherever it was cut short."""
        if self.now and kind(self.now.main) is None:
            return
        if any(size_of(path) and identity(path) not in self.ours for path in self.unit):
            raise PlanOutdated(f"{self.path}: written to by something else since")
        if kind(self.path) is not None and self.ours.get(identity(self.path)) is self.once:
            self._fold(self.once)
        if self.now:
            self._unfold(self.now)
        else:
            self.path.unlink(missing_ok=True)
            sync(self.path.parent)

    def _set_aside(self, now: Version) -> None:
        """The main file last: where it lies aside, all of the unit does."""
        make_private(now.main.parent)
        if now.folded:
            dress(self.path, now.folded)
        for suffix in (*now.sidecars, ""):
            self.ours[identity(sidecar(self.path, suffix))] = now
            keep(sidecar(self.path, suffix), sidecar(now.main, suffix))

    def _fold(self, version: Version) -> None:
        """From a version, perhaps unfolded in part only, to its folded file alone."""
        if version.folded:
            self._place_folded(version, version.folded)
        for suffix in version.sidecars:
            sidecar(self.path, suffix).unlink(missing_ok=True)
        if version.sidecars:
            sync(self.path.parent)

    def _unfold(self, version: Version) -> None:
        """From any file alone to a version; sidecars only ever lie beside a file that they belong to."""
        if version.folded:
            self._place_folded(version, version.folded)
        else:
            self._place(version, version.main, self.path)
        for suffix in reversed(version.sidecars):
            if kind(sidecar(version.main, suffix)) is not None:
                self._place(version, sidecar(version.main, suffix), sidecar(self.path, suffix))
        if version.folded:
            sync(self.path.parent)
            self._place(version, version.main, self.path)

    def _place_folded(self, version: Version, folded: Path) -> None:
        keep(folded, self.slot / "placing")
        self._place(version, self.slot / "placing", self.path)
        sync(self.path.parent)

    def _place(self, version: Version, source: Path, target: Path) -> None:
        self.ours[identity(source)] = version
        source.replace(target)


def make_room(path: Path, slot: Path) -> Path:
    """Where in a new slot the version of a path is to be written that comes back."""
    make_private(slot)
    make_private(slot / "after")
    return slot / "after" / path.name


def stage_restore(path: Path, sidecars: Collection[str], slot: Path) -> FileRestore | FolderEdit:
    """The change that puts back what was written where `make_room` said.

    Raises UnreadableStore and OSError.
    """
    after = slot / "after" / path.name
    wanted, found = kind(after), kind(path)
    if wanted not in ("file", "folder") or found not in (wanted, None):
        reason = f"a {found} lies where a {wanted} was" if found else "nothing to put back"
        raise UnreadableStore(path, reason)
    if wanted == "folder":
        sync_folders(after)
        return FolderEdit(path, slot, outline(path), dressed=True)
    ordered = tuple(suffix for suffix in SIDECARS if suffix in sidecars)
    unit = (path, *(sidecar(path, suffix) for suffix in ordered))
    staged_from = fingerprint(unit)
    if found is None and any(map(size_of, unit)):
        raise UnreadableStore(path, "gone, but something that belonged to it is not")
    now = _version(path, slot / "aside" / path.name, ordered, slot / "before") if found else None
    once = _version(after, after, ordered, slot / "folded")
    if once.folded:
        dress(after, once.folded)
    sync(after.parent)
    return FileRestore(path, slot, unit, staged_from, now, once)


def _version(path: Path, main: Path, sidecars: tuple[str, ...], folder: Path) -> Version:
    """Of the file at `path`, which lies, or will lie by then, at `main`."""
    present = tuple(suffix for suffix in sidecars if kind(sidecar(path, suffix)) is not None)
    if not any(size_of(sidecar(path, suffix)) for suffix in present if suffix != "-shm"):
        return Version(main, present)
    make_private(folder)
    return Version(main, present, snapshot(path, folder))
