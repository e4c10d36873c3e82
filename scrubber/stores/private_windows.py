"""What private windows leave where Firefox crashes: nobody can read it, and its next start throws it away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scrubber.files import kind
from scrubber.model import Standing, Trace
from scrubber.stores.placed import Whole

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Look

_NAMELESS = re.compile(r"uuid\+\+\+[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class PrivateWindows(Whole):
    """A folder `uuid+++1fe96e20-…`: one origin's storage, encrypted with a key that only that run had.

    Whose it is, nobody knows, so that it can be the target's; it lasts no longer than a cache does.
    """

    source = "dom/quota/PersistenceType.cpp"
    holds = ("cache",)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The folder, if its name is one of those that tell nothing."""
        if not look.policy.wants("cache") or kind(path) != "folder" or not _NAMELESS.fullmatch(path.name):
            return ()
        return (
            Trace("", path.name, Standing.MENTION, "storage of a private window whose key is gone", "cache"),
        )
