"""One run's changes: staged beside the profile, swapped in store by store, kept or taken back as a whole."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Self

from scrubber.errors import PlanOutdated, ProfileInUse, ScrubError, UnreadableStore
from scrubber.transaction.changes import Discard
from scrubber.transaction.journal import Act, Note
from scrubber.transaction.placing import sync
from scrubber.transaction.restoring import make_room, stage_restore
from scrubber.transaction.roots import check_way, outermost
from scrubber.transaction.stage import as_unreadable, check_written, stage_discard, stage_edit
from scrubber.transaction.staging import Staging, alive, fresh, keeping_times, left

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from scrubber.transaction.changes import Change


@dataclass(frozen=True)
class Swapped:
    """A change that was made."""

    path: Path
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failed:
    """A change that was not made, or not taken back; the store is wholly old or wholly new all the same."""

    path: Path
    reason: str


@dataclass
class StagedEdit:
    """The two private copies that `Transaction.edit` hands out."""

    before: Path
    """The original with its sidecars folded in; a folder where the original is one."""
    after: Path
    """Doesn't exist yet; its folder holds nothing else."""


class Transaction:
    """Fulfils `model.Changes`. Left without `commit`, by whatever way, it takes everything back.

    `roots` are the folders that may be written below; those that don't exist are skipped. Each outermost one
    holds a staging folder meanwhile, which also keeps a second scrubber out: ProfileInUse.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = outermost(roots)
        self._stagings: dict[Path, Staging] = {}
        self._pending: list[tuple[Staging, Change]] = []
        self._begun: dict[Change, None] = {}
        self._changed: set[Path] = set()
        self._taken: set[Path] = set()
        self._over = False

    def __enter__(self) -> Self:
        try:
            for root in self._roots:
                with as_unreadable(root):
                    self._stagings[root] = Staging.create(fresh(root))
            mine = {staging.folder for staging in self._stagings.values()}
            for folder in left(self._roots):
                if folder not in mine and alive(folder):
                    raise ProfileInUse(f"another scrubber is working on {folder.parent}")
        except BaseException:
            self._destroy()
            self._release()
            raise
        return self

    def __exit__(
        self, kind_: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            failed = () if self._over else self.rollback()
        finally:
            self._release()
        if failed:
            raise ScrubError(
                f"not everything could be put back and cleared away: {_listed(failed)}"
            ) from error

    @property
    def folders(self) -> tuple[Path, ...]:
        """The staging folders, for the sweep to leave out: until `commit` they hold what was removed."""
        return tuple(staging.folder for staging in self._stagings.values())

    @property
    def changes(self) -> tuple[Change, ...]:
        """What is staged, in order."""
        return tuple(change for _, change in self._pending)

    @contextmanager
    def edit(self, path: Path, sidecars: Iterable[str] = ()) -> Iterator[StagedEdit]:
        """Stage a new version of a file, or of a folder as a whole.

        With `sidecars` the file is a SQLite database and `before` its folded copy. An exception inside the
        block, or no new version at its end (Unproved), drops the edit. Raises UnreadableStore: a link on the
        way, outside the roots, changed already, or in place of any OSError, the block's included.
        """
        staging = self._staging_for(path)
        slot = staging.slot()
        try:
            with as_unreadable(path):
                change = stage_edit(path, tuple(sidecars), slot)
                yield StagedEdit(change.before, change.after)
                check_written(change)
        except BaseException:
            shutil.rmtree(slot, ignore_errors=True)
            raise
        self._add(staging, change)

    def discard(self, path: Path) -> None:
        """Stage the removal of a file or a whole folder. Raises UnreadableStore as `edit` does."""
        staging = self._staging_for(path)
        self._add(staging, stage_discard(path, staging.slot()))

    @contextmanager
    def restore(self, path: Path, sidecars: Collection[str] = ()) -> Iterator[Path]:
        """Stage what lay at a path before, in place of whatever lies there now, or of nothing.

        The block writes it where it is told to, the sidecars beside it, with the owners, modes and times that
        they had. `sidecars` are those that belong to the file, present or not. Raises as `edit` does.
        """
        staging = self._staging_for(path)
        slot = staging.slot()
        try:
            with as_unreadable(path):
                yield make_room(path, slot)
                change = stage_restore(path, sidecars, slot)
        except BaseException:
            shutil.rmtree(slot, ignore_errors=True)
            raise
        self._add(staging, change)

    @contextmanager
    def together(self) -> Iterator[list[Path]]:
        """Changes that make sense only as a whole: an exception inside the block drops all of them.

        The list that it yields holds their paths in the end.
        """
        count = len(self._pending)
        paths: list[Path] = []
        try:
            yield paths
            paths += [change.path for _, change in self._pending[count:]]
        except BaseException:
            dropped, self._pending = self._pending[count:], self._pending[:count]
            for _, change in dropped:
                self._changed.discard(change.path)
                shutil.rmtree(change.slot, ignore_errors=True)
            self._taken = {above for _, change in self._pending for above in change.path.parents}
            raise

    def swap(self, progress: Callable[[Path], None] | None = None) -> tuple[Swapped | Failed, ...]:
        """Make the staged changes in their order; `progress` is told each path before its turn.

        A change that fails is put back, and the others go on.
        """
        pending, self._pending = self._pending, []
        self._changed.clear()
        self._taken.clear()
        outcomes: dict[Path, Swapped | Failed] = {}
        for staging in self._stagings.values():
            outcomes |= _announce(staging, [change for its, change in pending if its is staging])
        changes = [change for _, change in pending]
        for group in _groups([change for change in changes if change.path not in outcomes]):
            outcomes |= self._swap_group(group, progress)
        return tuple(outcomes[change.path] for change in changes)

    def put_back(self, paths: Collection[Path]) -> tuple[Failed, ...]:
        """Put back some of what was swapped, because it makes no sense without what failed; what stays."""
        changes = [change for change in reversed(self._begun) if change.path in paths]
        return tuple(self._take_back(changes).values())

    def rollback(self) -> tuple[Failed, ...]:
        """Put back everything that was swapped; what could not be.

        Nothing that somebody else wrote meanwhile is replaced. Where something fails, the staging folder
        stays, and the next start puts back what is missing.
        """
        self._pending.clear()
        if self._begun:
            for staging in self._stagings.values():
                with suppress(OSError):  # a full disk is no reason not to try
                    staging.note([Note(Act.ROLLBACK)])
        failed = self._take_back(list(reversed(self._begun)))
        self._over = True
        return tuple(failed.values()) or self._destroy()

    def commit(self) -> None:
        """Destroy what was set aside. ScrubError, naming the folder, where that fails."""
        self._over = True
        self._begun.clear()
        if failed := self._destroy():
            raise ScrubError(f"what was removed could not be destroyed: {_listed(failed)}")

    def _staging_for(self, path: Path) -> Staging:
        """In the outermost root, or beside the file where that is another file system."""
        root = check_way(path, self._roots)
        if path in self._taken or not self._changed.isdisjoint((path, *path.parents)):
            raise UnreadableStore(path, "part of another change already")
        place = root if path.parent.lstat().st_dev == root.lstat().st_dev else path.parent
        if place not in self._stagings:
            folder = fresh(place)
            with as_unreadable(place):
                self._stagings[root].note([Note(Act.STAGING, folder.relative_to(root).as_posix())])
                self._stagings[place] = Staging.create(folder)
        return self._stagings[place]

    def _add(self, staging: Staging, change: Change) -> None:
        self._pending.append((staging, change))
        self._changed.add(change.path)
        self._taken.update(change.path.parents)

    def _swap_group(
        self, group: list[Change], progress: Callable[[Path], None] | None
    ) -> dict[Path, Swapped | Failed]:
        outcomes: dict[Path, Swapped | Failed] = {}
        for change in group:
            if progress is not None:
                progress(change.path)
            outcomes[change.path] = self._attempt(change)
        folder = group[0].path.parent
        try:
            if any(isinstance(outcome, Swapped) for outcome in outcomes.values()):
                sync(folder)
        except OSError as error:
            made = [change for change in reversed(group) if isinstance(outcomes[change.path], Swapped)]
            outcomes |= self._fail(made, error)
        return outcomes

    def _attempt(self, change: Change) -> Swapped | Failed:
        try:
            check_way(change.path, self._roots)
            if change.is_outdated():
                raise PlanOutdated("changed since the new version was made")
            with keeping_times(change.path.parent):
                self._begun[change] = None
                change.forward()
        except (OSError, ScrubError) as error:
            return self._fail([change], error)[change.path]
        return Swapped(change.path, change.warnings)

    def _fail(self, changes: list[Change], error: Exception) -> dict[Path, Failed]:
        """Undo what an error cut short."""
        stuck = self._take_back([change for change in changes if change in self._begun])
        return {change.path: stuck.get(change) or Failed(change.path, _reason(error)) for change in changes}

    def _take_back(self, changes: list[Change]) -> dict[Change, Failed]:
        """Undo these; the failures of those that stay."""
        failed: dict[Change, Failed] = {}
        for folder, group in groupby(changes, key=lambda change: change.path.parent):
            done = []
            for change in group:
                try:
                    check_way(change.path, self._roots)
                    with keeping_times(folder):
                        change.back()
                except (OSError, ScrubError) as error:
                    failed[change] = Failed(change.path, f"not put back: {_reason(error)}")
                else:
                    done.append(change)
            with suppress(OSError):  # the disk may lose it with the power, and then holds the new version
                sync(folder)
            for change in done:
                del self._begun[change]
        return failed

    def _destroy(self) -> tuple[Failed, ...]:
        """Those on other file systems first: only the journals of the roots' own know of them."""
        failed = []
        for place, staging in reversed(list(self._stagings.items())):
            try:
                staging.destroy()
            except OSError as error:
                failed.append(Failed(staging.folder, _reason(error)))
            else:
                del self._stagings[place]
        return tuple(failed)

    def _release(self) -> None:
        for staging in self._stagings.values():
            staging.release()


def _announce(staging: Staging, changes: list[Change]) -> dict[Path, Swapped | Failed]:
    """Journal what is about to be done; the failures of all of it where that fails."""
    try:
        if changes:
            staging.note(change.note() for change in changes)
    except OSError as error:
        return {change.path: Failed(change.path, _reason(error)) for change in changes}
    return {}


def _groups(changes: list[Change]) -> Iterator[list[Change]]:
    """Each edit alone; neighbouring discards of one folder together.

    A sync for each of ten thousand cache entries would take minutes.
    """
    group: list[Change] = []
    for change in changes:
        together = group and isinstance(change, Discard) and isinstance(group[-1], Discard)
        if group and not (together and group[-1].path.parent == change.path.parent):
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _listed(failed: tuple[Failed, ...]) -> str:
    return ", ".join(f"{failure.path}: {failure.reason}" for failure in failed)


def _reason(error: Exception) -> str:
    if isinstance(error, UnreadableStore):
        return error.reason
    return getattr(error, "strerror", None) or str(error)
