"""Private copies of what is to be changed, and the check of what was made from them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from scrubber.errors import Unproved, UnreadableStore, reason_of
from scrubber.files import copy_private, kind, walk
from scrubber.formats.sqlite_unit import sidecar, snapshot
from scrubber.transaction import protection, space
from scrubber.transaction.changes import Discard, FileEdit, FolderEdit
from scrubber.transaction.fingerprints import fingerprint, outline
from scrubber.transaction.outcomes import Elsewhere
from scrubber.transaction.patience import remove_tree, unlink
from scrubber.transaction.placing import copy_tree, sync, sync_tree
from scrubber.transaction.staging import make_private
from scrubber.transaction.versions import Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


_LINKED = "has another name (a hard link) elsewhere, which keeps the old content"
_LEADS = "a link, which is gone; what it led to is as it was"


def stage_edit(path: Path, sidecars: tuple[str, ...], slot: Path) -> FileEdit | FolderEdit:
    """Copy a unit into its slot. Raises UnreadableStore and OSError; the slot may then hold a part."""
    unit = (path, *(sidecar(path, suffix) for suffix in sidecars))
    _refuse_fixed(*unit, whole=kind(path) == "folder")
    space.check(unit, slot.parent)
    make_private(slot)
    for folder in (slot / "before", slot / "after"):
        make_private(folder)
    if kind(path) == "folder":
        edit = FolderEdit(path, slot, outline(path), _elsewhere(path))
        copy_tree(path, edit.before)
        return edit
    staged_from = fingerprint(unit)
    # Rolled back first, a journal leaves a WAL to be played on top; the other way round it would win.
    live = tuple(sorted((suffix for suffix in sidecars if _size(sidecar(path, suffix))), key=_journal_first))
    before = slot / "before" / path.name
    if sidecars:
        snapshot(path, before.parent)
    else:
        copy_private(path, before)
    # A -shm is an index of the WAL, without which it tells nothing.
    is_folded = any(suffix != "-shm" for suffix in live)
    now = Version(slot / "aside" / path.name, live, before if is_folded else None)
    return FileEdit(
        path, slot, unit, staged_from, now, Version(slot / "after" / path.name), _elsewhere(*unit)
    )


def stage_discard(path: Path, slot: Path) -> Discard:
    """Nothing to copy. Raises UnreadableStore where there is no file or folder."""
    found = kind(path)
    if found not in ("file", "folder"):
        raise UnreadableStore(path, f"a {found}, neither file nor folder" if found else "not there")
    _refuse_fixed(path, whole=True)
    return Discard(path, slot, outline(path), _elsewhere(path))


def check_written(edit: FileEdit | FolderEdit) -> None:
    """Make sure that a whole new version is there and on the disk. Raises Unproved and OSError.

    The copy of the original goes, unless it has something folded in: the disk may need the room.
    """
    wanted = "folder" if isinstance(edit, FolderEdit) else "file"
    if kind(edit.after) != wanted:
        raise Unproved(f"{edit.path}: no new {wanted} was written")
    if isinstance(edit, FolderEdit):
        sync_tree(edit.after)
        remove_tree(edit.before)
        return
    for suffix in ("-journal", "-wal"):
        if _size(sidecar(edit.after, suffix)):
            raise Unproved(f"{edit.path}: the new version still needs its {suffix}")
    edit.after.chmod(0o600)
    sync(edit.after)
    if not edit.is_folded:
        unlink(edit.before)


@contextmanager
def as_unreadable(path: Path) -> Iterator[None]:
    """Turn an OSError inside into an UnreadableStore of `path`."""
    try:
        yield
    except OSError as error:
        raise UnreadableStore(path, reason_of(error)) from error


def _elsewhere(*paths: Path) -> tuple[Elsewhere, ...]:
    """Files with another name, and links that lead somewhere: neither what is there nor who owns it is known.

    Of each kind the first below these paths, with the number of the others.
    """
    found: dict[str, list[Path]] = {}
    for each in _parts(paths):
        what = kind(each)
        if what == "file" and each.lstat().st_nlink > 1:
            found.setdefault(_LINKED, []).append(each)
        elif what == "link" and each.exists():
            found.setdefault(_LEADS, []).append(each)
    return tuple(
        Elsewhere(those[0], reason + (f" (and {len(those) - 1} more)" if len(those) > 1 else ""))
        for reason, those in found.items()
    )


def _refuse_fixed(*paths: Path, whole: bool) -> None:
    """Raise UnreadableStore where something can't be moved or deleted: better now than halfway."""
    for each in _parts(paths):
        if reason := protection.fixed(each.lstat(), whole=whole):
            raise UnreadableStore(each, reason)


def _parts(paths: Iterable[Path]) -> Iterator[Path]:
    """These, as far as they are there, and what folders hold."""
    for path in paths:
        found = kind(path)
        yield from (path,) if found else ()
        yield from walk(path) if found == "folder" else ()


def _journal_first(suffix: str) -> bool:
    return suffix != "-journal"


def _size(path: Path) -> int:
    return path.lstat().st_size if kind(path) == "file" else 0
