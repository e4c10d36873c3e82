"""What stores have in common: where they lie, who defines their layout, what they hold, and plain removals.

A store that is always of one source and holds one kind of thing says so in its class; others take it as
arguments of a constructor of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.files import kind, walk
from scrubber.stores.frozen import settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from scrubber.model import Changes, Trace


@dataclass(frozen=True, init=False)
class Placed:
    """What lies at one place, as `model.Store` has it; how to find and remove is the store's own."""

    places: tuple[str, ...]
    source: str
    holds: tuple[str, ...]

    def __init__(self, *places: str) -> None:
        settle(self, places=places)

    @property
    def is_told(self) -> bool:
        """No: its entries say by themselves whose they are."""
        return False

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The file or folder."""
        return (path,)

    def along(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:  # noqa: ARG002
        """What goes with these traces and is named by none (`scope.TakesAlong`): nothing."""
        return ()

    def remade(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:  # noqa: ARG002
        """What may go beside, because the browser makes it anew: nothing."""
        return ()


class Whole(Placed):
    """A file or folder that is removed as a whole."""

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of the file or folder; nothing else is in it to compare."""
        if traces:
            changes.discard(path)
        return 0


class Parts(Placed):
    """A folder of which single files or folders are removed, whose ways from it are the traces' keys."""

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of these; each is removed as a whole, so that nothing is left to compare."""
        for trace in traces:
            changes.discard(path / str(trace.key))
        return 0


class Files(Placed):
    """A file, or a folder with files at any depth, of which single ones are removed."""

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of those whose names, as `named_files` has them, are the traces' keys."""
        planned = {trace.key for trace in traces}
        for name, file in named_files(path):
            if name in planned:
                changes.discard(file)
        return 0


class Shared(Placed):
    """What other programs, or other profiles' turns, write to or remove from at any time."""

    def unit(self, path: Path) -> tuple[Path, ...]:  # noqa: ARG002 - the same for every path
        """Nothing as a whole: it may change between plan and removal, and each entry is known by itself."""
        return ()

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of those files that are still there: another profile may know them too."""
        for trace in traces:
            if kind(path / str(trace.key)) == "file":
                changes.discard(path / str(trace.key))
        return 0


def named_files(path: Path) -> Iterator[tuple[str, Path]]:
    """A file by its name; the files in a folder by their ways from it."""
    if kind(path) == "file":
        yield path.name, path
        return
    for file in walk(path):
        if kind(file) == "file":
            yield file.relative_to(path).as_posix(), file


def discard_existing(paths: Iterable[Path], changes: Changes) -> None:
    """Stage the removal of those files and folders that are there."""
    for path in paths:
        if kind(path) is not None:
            changes.discard(path)
