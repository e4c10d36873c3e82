"""A file that a browser writes a second time, encrypted: the copy goes when something goes from the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import is_file
from scrubber.model import Look, Store, Trace
from scrubber.stores.frozen import settle
from scrubber.stores.placed import Whole

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, init=False)
class EncryptedTwin(Whole):
    """The encrypted copy; the browser makes it anew from the file."""

    plain: str
    """The name of the file itself, which lies beside it."""
    of: Store
    """The store that reads the file."""
    is_told = True

    def __init__(self, *places: str, plain: str, of: Store) -> None:
        settle(self, places=places, source=of.source, holds=of.holds, plain=plain, of=of)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The copy: it goes if anything goes from the file, and is kept if only what is kept is there.

        Raises UnreadableStore where there is the copy alone.
        """
        plain = path.with_name(self.plain)
        if not (is_file(path) and is_file(plain)):
            raise UnreadableStore(path, "encrypted, and the file that it is a copy of is missing")
        traces = sorted(self.of.find(plain, look), key=look.policy.removes, reverse=True)
        return tuple(
            Trace("", path.name, trace.standing, trace.seen, trace.holds, told_by=plain)
            for trace in traces[:1]
        )
