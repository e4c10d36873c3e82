"""One run's changes: staged beside the profile, swapped in store by store, kept or taken back as a whole."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

from scrubber.errors import ProfileInUse, ScrubError, UnreadableStore, reason_of
from scrubber.transaction.journal import Act, Note
from scrubber.transaction.outcomes import Failed, Swapped, listed
from scrubber.transaction.placing import sync
from scrubber.transaction.restoring import make_room, stage_restore
from scrubber.transaction.roots import check_way, outermost
from scrubber.transaction.stage import as_unreadable, check_written, stage_discard, stage_edit
from scrubber.transaction.staging import Staging, alive, fresh, left
from scrubber.transaction.swapping import Swaps

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from scrubber.transaction.changes import Change

Result = TypeVar("Result")


@dataclass
class StagedEdit:
    """The two private copies that `Transaction.edit` hands out."""

    before: Path
    """The original with its sidecars folded in; a folder where the original is one."""
    after: Path
    """Doesn't exist yet; its folder holds nothing else."""


class Transaction:
    """Fulfils `model.Changes`. Left without `keep` or `commit`, by whatever way, it takes everything back.

    `roots` are the folders that may be written below; those that don't exist are skipped. Each outermost one
    holds a staging folder meanwhile, which also keeps a second scrubber out: ProfileInUse. `beside` are the
    staging folders of this run's other transactions.
    """

    def __init__(self, roots: Sequence[Path], beside: Collection[Path] = ()) -> None:
        self._roots = tuple(roots)
        self._beside = beside
        self._stagings: dict[Path, Staging] = {}
        self._pending: list[tuple[Staging, Change]] = []
        self._swaps = Swaps(self._roots)
        self._changed: set[Path] = set()
        self._taken: set[Path] = set()
        self._kept = False
        self._over = False

    def __enter__(self) -> Self:
        try:
            self.open()
        except BaseException:
            self._destroy()
            self._release()
            raise
        return self

    def open(self) -> None:
        """Make the staging folders; who calls this alone has seen to `__exit__`, whatever becomes of it.

        Raises ProfileInUse, UnreadableStore.
        """
        self._roots = outermost(self._roots)
        self._swaps = Swaps(self._roots)
        for root in self._roots:
            with as_unreadable(root):
                self._open_staging(root, fresh(root))
        mine = {*self.folders, *self._beside}
        for folder in left(self._roots):
            if folder not in mine and alive(folder):
                raise ProfileInUse(f"another scrubber is working on {folder.parent}")

    def __exit__(
        self, kind_: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        failed: tuple[Failed, ...] = ()
        try:
            if not self._over:
                failed = to_its_end(self._close)
        finally:
            self._release()
        if failed:
            raise ScrubError(
                f"not everything could be put back and cleared away: {listed(failed)}"
            ) from error

    @property
    def is_kept(self) -> bool:
        """Whether what was swapped stays."""
        return self._kept

    def keep(self) -> None:
        """Let what was swapped stay, however this ends; the originals are destroyed at the end."""
        self._kept = True

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
        announced = [change for change in changes if change.path not in outcomes]
        outcomes |= self._swaps.make(announced, progress)
        return tuple(outcomes[change.path] for change in changes)

    def put_back(self, paths: Collection[Path]) -> tuple[Failed, ...]:
        """Put back some of what was swapped, because it makes no sense without what failed; what stays."""
        return to_its_end(lambda: self._swaps.put_back(paths))

    def rollback(self) -> tuple[Failed, ...]:
        """Put back everything that was swapped; what could not be.

        Nothing that somebody else wrote meanwhile is replaced. Where something fails, the staging folder
        stays, and the next start puts back what is missing.
        """
        self._pending.clear()
        if self._swaps:
            for staging in self._stagings.values():
                with suppress(OSError):  # a full disk is no reason not to try
                    staging.note([Note(Act.ROLLBACK)])
        failed = self._swaps.put_back()
        self._over = True
        return failed or self._destroy()

    def commit(self) -> None:
        """Destroy what was set aside. ScrubError, naming the folder, where that fails."""
        self._kept = True
        if failed := to_its_end(self._close):
            raise ScrubError(f"what was removed could not be destroyed: {listed(failed)}")

    def _close(self) -> tuple[Failed, ...]:
        if not self._kept:
            return self.rollback()
        self._swaps.forget()
        failed = self._destroy()
        self._over = True
        return failed

    def _open_staging(self, place: Path, folder: Path) -> None:
        """Known before it is made, so that no interrupt can leave it behind."""
        self._stagings[place] = Staging(folder)
        try:
            self._stagings[place].create()
        except OSError:
            del self._stagings[place]
            raise

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
                self._open_staging(place, folder)
        return self._stagings[place]

    def _add(self, staging: Staging, change: Change) -> None:
        self._pending.append((staging, change))
        self._changed.add(change.path)
        self._taken.update(change.path.parents)

    def _destroy(self) -> tuple[Failed, ...]:
        """Those on other file systems first: only the journals of the roots' own know of them."""
        failed = []
        for place, staging in reversed(list(self._stagings.items())):
            try:
                staging.destroy()
            except OSError as error:
                failed.append(Failed(staging.folder, reason_of(error)))
            else:
                del self._stagings[place]
        return tuple(failed)

    def _release(self) -> None:
        for staging in self._stagings.values():
            staging.release()


def _announce(staging: Staging, changes: list[Change]) -> dict[Path, Swapped | Failed]:
    """Journal what is about to be done, for the next start to find; the failures of all where that fails."""
    try:
        if changes:
            staging.note(change.note() for change in changes)
            sync(staging.folder)
            sync(staging.parent)
    except OSError as error:
        return {change.path: Failed(change.path, reason_of(error)) for change in changes}
    return {}


def to_its_end(work: Callable[[], Result]) -> Result:
    """Let an interrupt not cut it short: done once more, it ends what was begun. Whoever stops a run by a
    signal is heard once (`cli.failures`), so that nothing comes in between again.
    """
    try:
        return work()
    except KeyboardInterrupt:
        work()
        raise
