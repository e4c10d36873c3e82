"""Undo: what an archive holds takes the place of what the run left, if nothing else has been there since."""

from __future__ import annotations

import os
import shutil
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.backup import attributes
from scrubber.backup.archive import mtime_ns
from scrubber.backup.state import look
from scrubber.errors import PlanOutdated, ScrubError, UnreadableStore
from scrubber.files import create_private, kind
from scrubber.transaction import Failed
from scrubber.transaction.staging import make_private

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from scrubber.backup.archive import Archive
    from scrubber.backup.manifest import Manifest, Saved
    from scrubber.transaction import Transaction


class ChangedSince(PlanOutdated):
    """Something wrote to the profile after the run that made the backup; a line about each place."""

    def __init__(self, paths: Collection[Path]) -> None:
        self.messages = (
            *(f"{path}: changed since the backup was made" for path in paths),
            "Nothing was put back; --force does it all the same, and loses what came since in these places.",
        )
        super().__init__("; ".join(self.messages))


@dataclass(frozen=True)
class Difference:
    """How the profile differs from what an archive holds."""

    gone: frozenset[int]
    """Numbers of what isn't as it was before the run."""
    changed: tuple[Path, ...]
    """Of these, what is not as the run left it either."""


def compare(manifest: Manifest, progress: Callable[[Path], None] = lambda _: None) -> Difference:
    """Look at everything that an archive has an original of."""
    gone, changed = set(), []
    for number, saved in enumerate(manifest.saved):
        progress(saved.path)
        exact, content = _state(saved)
        if exact != saved.exact:
            gone.add(number)
            if content not in saved.known:
                changed.append(saved.path)
    return Difference(frozenset(gone), tuple(changed))


def stage(
    archive: Archive,
    gone: Collection[int],
    transaction: Transaction,
    progress: Callable[[Path], None] = lambda _: None,
) -> None:
    """Stage the originals of these numbers; the whole archive is read and proved in any case.

    Raises UsageError where the archive is damaged, UnreadableStore where an original can't be put back.
    """
    for number, members in archive.originals():
        if number not in gone:
            for _ in members:
                pass
            continue
        saved = archive.manifest.saved[number]
        progress(saved.path)
        with transaction.restore(saved.path, saved.sidecars) as place:
            _lay_out(archive, saved, members, place)


def swap(transaction: Transaction, progress: Callable[[Path], None] = lambda _: None) -> None:
    """Make what is staged: all of it, or ScrubError for the transaction to take back what was made."""
    failed = [one for one in transaction.swap(progress) if isinstance(one, Failed)]
    if failed:
        raise ScrubError("; ".join(f"{one.path}: {one.reason}" for one in failed))


def _state(saved: Saved) -> tuple[str, str]:
    try:
        state = look(saved.path, saved.sidecars)
    except UnreadableStore:
        return "", ""  # a link by now, say: changed in any case
    return state.exact, state.content


def _lay_out(
    archive: Archive, saved: Saved, members: Iterator[tuple[tuple[str, ...], tarfile.TarInfo]], place: Path
) -> None:
    """Write an original where it is staged; folders get their times last, when nothing is added to them."""
    folders: list[tuple[Path, tarfile.TarInfo]] = []
    for way, member in members:
        target = place.joinpath(*way[1:]) if len(way) > 1 else place.with_name(way[0])
        beside = len(way) == 1 and way[0] in (place.name + suffix for suffix in saved.sidecars)
        if (way[0] != place.name and not beside) or kind(target.parent) != "folder":
            raise archive.damaged()
        match member.type:
            case tarfile.DIRTYPE:
                make_private(target)
                folders.append((target, member))
                continue
            case tarfile.SYMTYPE:
                target.symlink_to(member.linkname)
            case _:
                _write(archive, member, target)
        _dress(target, member)
    for target, member in reversed(folders):
        _dress(target, member)


def _write(archive: Archive, member: tarfile.TarInfo, target: Path) -> None:
    content = archive.content(member)
    with os.fdopen(create_private(target), "wb") as file:
        shutil.copyfileobj(content, file, 1 << 20)
        file.flush()
        os.fsync(file.fileno())


def _dress(path: Path, member: tarfile.TarInfo) -> None:
    """Owner, attributes, mode and time; links have no mode."""
    follow = member.type != tarfile.SYMTYPE
    status = path.lstat()
    if hasattr(os, "chown") and (status.st_uid, status.st_gid) != (member.uid, member.gid):
        os.chown(path, member.uid, member.gid, follow_symlinks=follow)
    attributes.give(path, attributes.from_headers(member.pax_headers))
    if follow:
        path.chmod(member.mode)
    if follow or os.utime in os.supports_follow_symlinks:
        os.utime(path, ns=(status.st_atime_ns, mtime_ns(member)), follow_symlinks=follow)
