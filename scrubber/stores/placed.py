"""What stores have in common: where they lie, who defines their layout, what they hold, and plain removals.

A store that is always of one source and holds one kind of thing says so in its class; others take it as
arguments of a constructor of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.files import kind
from scrubber.stores.frozen import settle

if TYPE_CHECKING:
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

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The file or folder."""
        return (path,)


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


class Shared(Placed):
    """What other programs, or other profiles' turns, write to or remove from at any time."""

    def unit(self, path: Path) -> tuple[Path, ...]:  # noqa: ARG002 - the same for every path
        """Nothing as a whole: it may change between plan and removal, and each entry is known by itself."""
        return ()

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of those files that are still there."""
        for trace in traces:
            if kind(path / str(trace.key)) == "file":
                changes.discard(path / str(trace.key))
        return 0
