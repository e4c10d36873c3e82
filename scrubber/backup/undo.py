"""The undoing of a run: guard → compare → stage → swap, all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from scrubber import engine, rights
from scrubber.backup.putting_back import ChangedSince, compare, stage, swap
from scrubber.engine.writable import needed_roots
from scrubber.errors import ScrubError, UnreadableStore
from scrubber.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from scrubber.backup.archive import Archive
    from scrubber.engine import Progress
    from scrubber.model import BrowserProfile


@dataclass(frozen=True)
class Undone:
    """What came of it."""

    put_back: tuple[Path, ...]
    already: int
    """How many were as before the run."""
    trouble: str = ""
    """Why the new versions, set aside, could not be cleared away."""


def undo(
    archive: Archive,
    profiles: Sequence[BrowserProfile],
    standard: Collection[Path],
    progress: Progress = engine.quiet,
    *,
    force: bool = False,
) -> Undone:
    """Put back everything that an archive holds of these profiles, which are all that it names.

    Raises ProfileInUse; ChangedSince, unless `force`; UsageError where the archive is damaged; ScrubError.
    Nothing was changed then.
    """
    try:
        return _undo(archive, profiles, standard, progress, force=force)
    except UnreadableStore as error:
        raise ScrubError(f"{error}; nothing was put back") from error


def _undo(
    archive: Archive,
    profiles: Sequence[BrowserProfile],
    standard: Collection[Path],
    progress: Progress,
    *,
    force: bool,
) -> Undone:
    paths = [saved.path for saved in archive.manifest.saved]
    roots = [root for profile in profiles for root in needed_roots(profile, paths)]
    people = tuple(rights.by_person(profiles)) or (None,)
    if len(people) > 1:
        raise ScrubError("the backup is of several people's profiles; nothing was put back")
    with engine.shut(profiles, standard) as refuse, rights.of(people[0]):
        difference = compare(archive.manifest, partial(progress, "plan"))
        if difference.changed and not force:
            raise ChangedSince(difference.changed)
        put_back = tuple(paths[number] for number in sorted(difference.gone))
        with Transaction(roots) as transaction:
            stage(archive, difference.gone, transaction, partial(progress, "stage"))
            # A browser may have been started while the archive was read.
            refuse()
            swap(transaction, partial(progress, "swap"))
            try:
                transaction.commit()
            except ScrubError as error:
                return Undone(put_back, len(paths) - len(put_back), str(error))
    return Undone(put_back, len(paths) - len(put_back))
