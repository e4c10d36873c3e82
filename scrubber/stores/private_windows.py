"""What private windows leave where Firefox crashes: nobody can read it, and its next start throws it away."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.files import kind
from scrubber.model import Standing, Trace
from scrubber.stores.frozen import settle

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Changes, Look

_NAMELESS = re.compile(r"uuid\+\+\+[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, init=False)
class PrivateWindows:
    """A folder `uuid+++1fe96e20-…`: one origin's storage, encrypted with a key that only that run had.

    Whose it is, nobody knows, so that it can be the target's; it lasts no longer than a cache does.
    """

    places: tuple[str, ...]
    source: str = "dom/quota/PersistenceType.cpp"
    holds: tuple[str, ...] = ("cache",)

    def __init__(self, *places: str) -> None:
        settle(self, places=places)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The folder."""
        return (path,)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The folder, if its name is one of those that tell nothing."""
        if not look.policy.wants("cache") or kind(path) != "folder" or not _NAMELESS.fullmatch(path.name):
            return ()
        return (
            Trace("", path.name, Standing.MENTION, "storage of a private window whose key is gone", "cache"),
        )

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of the folder; nothing else is in it to compare."""
        if traces:
            changes.discard(path)
        return 0
