"""Staging what lay at a path once, for it to come back with the owners, modes and times that it had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind
from scrubber.formats.sqlite_unit import SIDECARS, sidecar, snapshot
from scrubber.transaction.changes import FileEdit, FolderEdit
from scrubber.transaction.fingerprints import fingerprint, outline
from scrubber.transaction.placing import dress, sync, sync_folders
from scrubber.transaction.staging import make_private
from scrubber.transaction.versions import Version, size_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


def make_room(path: Path, slot: Path) -> Path:
    """Where in a new slot the version of a path is to be written that comes back."""
    make_private(slot)
    make_private(slot / "after")
    return slot / "after" / path.name


def stage_restore(path: Path, sidecars: Collection[str], slot: Path) -> FileEdit | FolderEdit:
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
    return FileEdit(path, slot, unit, staged_from, now, once, dressed=True)


def _version(path: Path, main: Path, sidecars: tuple[str, ...], folder: Path) -> Version:
    """Of the file at `path`, which lies, or will lie by then, at `main`."""
    present = tuple(suffix for suffix in sidecars if kind(sidecar(path, suffix)) is not None)
    if not any(size_of(sidecar(path, suffix)) for suffix in present if suffix != "-shm"):
        return Version(main, present)
    make_private(folder)
    return Version(main, present, snapshot(path, folder))
