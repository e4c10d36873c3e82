"""Files that can only be kept or removed as a whole, and that belong to nobody alone: reported, not touched.

Memory dumps of a crash, code and data of extensions, databases that were set aside because they were damaged.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.files import read_regular
from scrubber.formats import mozlz4, property_list
from scrubber.formats.damaged import Damaged
from scrubber.formats.zip_archive import FAILURES
from scrubber.model import Look, Standing, Trace
from scrubber.stores.frozen import settle
from scrubber.stores.placed import Files, named_files
from scrubber.stores.sqlite_left_over import in_a_cell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.sites import Target

_ZIP = b"PK\x03\x04"
_ROOM = 1 << 28
"""Bytes that are unpacked of one archive."""
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, init=False)
class WholeFiles(Files):
    """A file, or a folder with files at any depth; with `on_request`, `--mentions all` takes them away."""

    on_request: bool

    def __init__(self, *places: str, holds: str, source: str, on_request: bool = False) -> None:
        settle(self, places=places, holds=(holds,), source=source, on_request=on_request)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Each file that names the target anywhere, packed or not; its key is its way from the folder."""
        if not look.policy.wants(self.holds[0]):
            return ()
        asked = self.on_request and look.policy.mentions == "all"
        standing = Standing.MENTION if asked else Standing.KEPT
        return tuple(
            Trace("", name, standing, name, self.holds[0])
            for name, file in named_files(path)
            if names_it(file, look.target)
        )


def names_it(file: Path, target: Target) -> bool:
    """Whether a file names the target anywhere, packed or not, or in a cell of a database, live or not."""
    return target.mentions(unpacked(read_regular(file))) or in_a_cell(file, target)


def unpacked(content: bytes) -> bytes:
    """What a packed file holds; a damaged one as it lies there."""
    try:
        if content.startswith(mozlz4.MAGIC):
            return mozlz4.read(content)
        if content.startswith(property_list.BINARY):
            return b"\0".join(property_list.texts(content))
        if content.startswith(_ZIP):
            return b"\0".join(_members(content))
        return gzip.decompress(content) if content.startswith(_GZIP) else content
    except (Damaged, OSError, EOFError, zlib.error):
        return content


def _members(archive: bytes) -> Iterator[bytes]:
    """What the members of a zip archive (an extension) hold, and last the archive with their names."""
    room = _ROOM
    with suppress(*FAILURES), zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for member in opened.infolist():
            # One that is damaged hides none behind it.
            with suppress(*FAILURES), opened.open(member) as file:
                yield (content := file.read(room))
                room -= len(content)
    yield archive
