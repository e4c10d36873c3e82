"""Files that a browser keeps to be faster, or as a log, and makes anew: they go once they name the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.model import Look, Standing, Trace
from scrubber.stores.frozen import settle
from scrubber.stores.placed import Files, named_files
from scrubber.stores.whole_files import names_it

if TYPE_CHECKING:
    from pathlib import Path


class Recreated(Files):
    """A file, or a folder whose files are of use only together."""

    def __init__(self, *places: str, holds: str, source: str) -> None:
        settle(self, places=places, holds=(holds,), source=source)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """All of its files, if one of them names the target."""
        if not look.policy.wants(self.holds[0]):
            return ()
        files = dict(named_files(path))
        if not any(names_it(file, look.target) for file in files.values()):
            return ()
        return tuple(Trace("", name, Standing.OWN, "", self.holds[0]) for name in files)
