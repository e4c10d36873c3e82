"""Chromium's encrypted cache: nobody but the browser can tell whose entries are in it, so it goes whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind
from scrubber.model import Look, Standing, Trace
from scrubber.stores.cache_entries import is_encrypted
from scrubber.stores.placed import Whole

if TYPE_CHECKING:
    from pathlib import Path


class EncryptedCache(Whole):
    """A cache's folder with all that is in it; the browser makes it anew."""

    source = "services/network/enterprise/encryption/encrypted_cache_file.cc"
    holds = ("cache",)

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
