"""What a browser was writing when it crashed, and never looks at again: it goes where it names the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.files import kind, read_regular
from scrubber.formats import mozlz4
from scrubber.formats.damaged import Damaged
from scrubber.model import Look, Standing, Trace
from scrubber.stores.frozen import settle
from scrubber.stores.hashed_hosts import hashed
from scrubber.stores.placed import Whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.sites import Target


class Unfinished(Whole):
    """What a crash leaves of a file that is written beside the old one and then renamed."""

    holds = ("logs",)

    def __init__(self, *places: str, source: str) -> None:
        settle(self, places=places, source=source)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The file, where it names the target, or holds the hash of one of its hosts (HSTS)."""
        # Its places are patterns, which the name of a folder in use may fit too.
        if kind(path) != "file" or not look.policy.wants("logs"):
            return ()
        content = read_regular(path)
        if content.startswith(mozlz4.MAGIC):
            try:
                content = mozlz4.read(content)
            except Damaged:
                # Cut off in the middle, it may name the target, and nothing will read it any more.
                return (Trace("", path.name, Standing.MENTION, "a file that can't be read", "logs"),)
        if look.target.mentions(content) or any(each in content for each in _hashes(look.target)):
            return (Trace("", path.name, Standing.OWN, "", "logs"),)
        return ()


def _hashes(target: Target) -> Iterator[bytes]:
    return (hashed(host).encode() for host in target.host_names if host.isascii())
