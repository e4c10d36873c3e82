"""What a browser was writing when it crashed, and never looks at again: it goes where it names the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.files import kind, read_regular
from scrubber.formats import mozlz4
from scrubber.formats.damaged import Damaged
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores.frozen import settle
from scrubber.stores.hashed_hosts import hashed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.sites import Target


@dataclass(frozen=True, init=False)
class Unfinished:
    """What a crash leaves of a file that is written beside the old one and then renamed."""

    places: tuple[str, ...]
    source: str
    holds: tuple[str, ...] = ("logs",)

    def __init__(self, *places: str, source: str) -> None:
        settle(self, places=places, source=source)

    def unit(self, path: Path) -> tuple[Path, ...]:
        """The file."""
        return (path,)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The file, where it names the target, or holds the hash of one of its hosts (HSTS)."""
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

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of the file."""
        if traces:
            changes.discard(path)
        return 0


def _hashes(target: Target) -> Iterator[bytes]:
    hosts = (name.text.partition(":")[0] for name in target.names if "/" not in name.text)
    return (hashed(host).encode() for host in hosts if host.isascii())
