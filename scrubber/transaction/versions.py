"""A file's place, where one version of it with its sidecars gives way to another, one rename at a time.

A version folds up into one file that reads the same, and unfolds from it; sidecars only ever lie beside a
file that they belong to. Cut short anywhere, the place reads as either version does.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrubber.files import kind
from scrubber.formats.sqlite_unit import sidecar
from scrubber.transaction.patience import replace, unlink
from scrubber.transaction.placing import dress, keep, sync
from scrubber.transaction.staging import make_private

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Version:
    """A file with its sidecars, the way it is to lie or lay at its place."""

    main: Path
    """Where it lies while it is not at its place; its sidecars lie beside it."""
    sidecars: tuple[str, ...] = ()
    """In the order in which they may be taken away."""
    folded: Path | None = None
    """The file without them, where they hold something of it."""


@dataclass(frozen=True, eq=False)
class Place:
    """Where versions come and go."""

    path: Path
    slot: Path
    """A private folder for what is on its way."""
    unit: tuple[Path, ...]
    """The file and all sidecars that may belong to it."""
    ours: dict[str, Version] = field(default_factory=dict)
    """Identities of what may lie here; anything else is from a browser started meanwhile."""

    @property
    def is_ours(self) -> bool:
        """Whether everything that lies here is known; what is empty counts for nothing."""
        return not any(size_of(path) and identity(path) not in self.ours for path in self.unit)

    def shows(self, version: Version) -> bool:
        """Whether a file of this version lies here."""
        return kind(self.path) is not None and self.ours.get(identity(self.path)) is version

    def set_aside(self, now: Version) -> None:
        """Another name for what lies here; the main file last: where it lies aside, all of the unit does."""
        make_private(now.main.parent)
        if now.folded:
            dress(self.path, now.folded)
        for suffix in (*now.sidecars, ""):
            self.ours[identity(sidecar(self.path, suffix))] = now
            keep(sidecar(self.path, suffix), sidecar(now.main, suffix))

    def fold(self, version: Version) -> None:
        """From a version, perhaps unfolded in part only, to its folded file alone.

        Beside that, an old WAL or journal changes nothing: played back, either writes what is there already.
        """
        if version.folded:
            self._put_folded(version, version.folded)
        for suffix in version.sidecars:
            unlink(sidecar(self.path, suffix))
        if version.sidecars:
            sync(self.path.parent)

    def unfold(self, version: Version) -> None:
        """From any file alone, or none, to a version; its main file comes last.

        Until then all of the version lies where it lay, so that a later run, too, knows what belongs to it.
        """
        if version.folded:
            self._put_folded(version, version.folded)
        for suffix in reversed(version.sidecars):
            if kind(sidecar(version.main, suffix)) is not None:
                self._put_copy(version, sidecar(version.main, suffix), sidecar(self.path, suffix))
        if version.sidecars:
            sync(self.path.parent)
        self._put(version, version.main, self.path)

    def _put_folded(self, version: Version, folded: Path) -> None:
        self._put_copy(version, folded, self.path)
        sync(self.path.parent)

    def _put_copy(self, version: Version, source: Path, target: Path) -> None:
        keep(source, self.slot / "placing")
        self._put(version, self.slot / "placing", target)

    def _put(self, version: Version, source: Path, target: Path) -> None:
        self.ours[identity(source)] = version
        replace(source, target)


def identity(path: Path) -> str:
    """What tells a file from any other that may come to lie in its place."""
    status = os.lstat(path)
    return f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns}"


def size_of(path: Path) -> int:
    """In bytes; 0 where nothing is."""
    return os.lstat(path).st_size if kind(path) is not None else 0
