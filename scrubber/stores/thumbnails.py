"""The desktop's thumbnails: pictures in files named by the MD5 of the pictured file's URI.

Specification: freedesktop.org, Thumbnail Managing Standard.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from scrubber.files import is_file, kind, names
from scrubber.model import Look, Standing, Trace
from scrubber.stores.downloaded import downloaded, teller, uris
from scrubber.stores.placed import Shared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Thumbnails(Shared):
    """The folder with a folder for each size, and one with a folder for each program that failed."""

    source = "freedesktop.org: Thumbnail Managing Standard"
    holds = ("downloads",)
    is_told = True

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """The thumbnails of what was downloaded from the target, whether or not the download still exists."""
        if kind(path) != "folder" or not look.policy.wants("downloads"):
            return ()
        named = {f"{_hash(uri)}.png": file for file in downloaded(look) for uri in uris(file)}
        told_by = teller(look.profile)
        pictures = (
            (f"{folder.relative_to(path).as_posix()}/{name}", file)
            for folder in (_folders(path) if named else ())
            for name, file in named.items()
            if is_file(folder / name)
        )
        return tuple(
            Trace("", key, Standing.OWN, file, "downloads", told_by=told_by) for key, file in pictures
        )


def _folders(path: Path) -> Iterator[Path]:
    for parent in (path, path / "fail"):
        yield from (parent / name for name in names(parent) if kind(parent / name) == "folder")


def _hash(uri: str) -> str:
    return hashlib.md5(uri.encode(), usedforsecurity=False).hexdigest()
