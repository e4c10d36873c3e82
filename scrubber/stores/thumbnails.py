"""The desktop's thumbnails: pictures in files named by the MD5 of the pictured file's URI.

Specification: freedesktop.org, Thumbnail Managing Standard.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.files import kind, names
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores.downloaded import downloaded, uris
from scrubber.stores.frozen import settle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, init=False)
class Thumbnails:
    """The folder with a folder for each size, and one with a folder for each program that failed."""

    places: tuple[str, ...]
    source: str = "freedesktop.org: Thumbnail Managing Standard"
    holds: tuple[str, ...] = ("downloads",)

    def __init__(self, *places: str) -> None:
        settle(self, places=places)

    def unit(self, path: Path) -> tuple[Path, ...]:  # noqa: ARG002 - the same for every path
        """Nothing as a whole: every program writes here at any time, and each file is a record of its own."""
        return ()

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The thumbnails of what was downloaded from the target, whether or not the download still exists."""
        if kind(path) != "folder" or not look.policy.wants("downloads"):
            return ()
        named = {f"{_hash(uri)}.png": file for file in downloaded(look) for uri in uris(file)}
        return tuple(
            Trace("", f"{folder.relative_to(path).as_posix()}/{name}", Standing.OWN, file, "downloads")
            for folder in (_folders(path) if named else ())
            for name, file in named.items()
            if kind(folder / name) == "file"
        )

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of those that are still there: another profile may know the same download."""
        for trace in traces:
            if kind(path / str(trace.key)) == "file":
                changes.discard(path / str(trace.key))
        return 0


def _folders(path: Path) -> Iterator[Path]:
    for parent in (path, path / "fail"):
        yield from (parent / name for name in names(parent) if kind(parent / name) == "folder")


def _hash(uri: str) -> str:
    return hashlib.md5(uri.encode(), usedforsecurity=False).hexdigest()
