"""Chromium's encrypted cache: nobody but the browser can tell whose entries are in it, so it goes whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores.cache_entries import is_encrypted
from scrubber.stores.frozen import settle

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, init=False)
class EncryptedCache:
    """A cache's folder with all that is in it; the browser makes it anew."""

    places: tuple[str, ...]
    source: str = "services/network/enterprise/encryption/encrypted_cache_file.cc"
    holds: tuple[str, ...] = ("cache",)

    def __init__(self, *places: str) -> None:
        settle(self, places=places)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The folder."""
        return (path,)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The whole folder, which may hold the target's entries: a mention.

        Raises UnreadableStore where mentions are kept: what stays unread must not pass for clean.
        """
        if kind(path) != "folder" or not look.policy.wants("cache") or not is_encrypted(path):
            return ()
        if look.policy.mentions == "keep":
            raise UnreadableStore(
                path, "encrypted with a key that only the browser has; it could go as a whole, as a mention"
            )
        return (Trace("", path.name, Standing.MENTION, "a cache that is encrypted", "cache"),)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of the folder."""
        if traces:
            changes.discard(path)
        return 0
