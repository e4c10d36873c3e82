"""Files that a browser only keeps to be faster and makes anew: they go as soon as they name the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.files import kind, read_regular, walk
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores.frozen import settle
from scrubber.stores.placed import Placed
from scrubber.stores.whole_files import unpacked

if TYPE_CHECKING:
    from pathlib import Path


class Recreated(Placed):
    """A file, or a folder whose files are of use only together."""

    def __init__(self, *places: str, holds: str, source: str) -> None:
        settle(self, places=places, holds=(holds,), source=source)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """All of its files, if one of them names the target."""
        if not look.policy.wants(self.holds[0]):
            return ()
        files = _files(path)
        if not any(look.target.mentions(unpacked(read_regular(file))) for file in files):
            return ()
        return tuple(Trace("", _name(path, file), Standing.OWN, "", self.holds[0]) for file in files)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of these files."""
        planned = {trace.key for trace in traces}
        for file in _files(path):
            if _name(path, file) in planned:
                changes.discard(file)
        return 0


def _files(path: Path) -> tuple[Path, ...]:
    if kind(path) == "file":
        return (path,)
    return tuple(file for file in walk(path) if kind(file) == "file")


def _name(path: Path, file: Path) -> str:
    return file.relative_to(path).as_posix() if file != path else file.name
