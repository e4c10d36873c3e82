"""What lies at a path: enough of it to tell whether that is what a run found there, or what it left there."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from scrubber.backup import attributes
from scrubber.errors import UnreadableStore
from scrubber.files import kind, open_regular, walk
from scrubber.formats.sqlite_unit import sidecar
from scrubber.transaction.fingerprints import digest_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

MISSING = hashlib.sha256(b"missing").hexdigest()
"""The content of a place where nothing is."""

_INDEX = "-shm"  # SQLite builds it again whenever it likes; it says nothing about what a database holds


@dataclass(frozen=True)
class Part:
    """A file, folder or link of a state."""

    name: str
    """Relative to the folder, empty for itself; of a file and its sidecars the suffix: empty, `-wal`."""
    kind: str
    what: str
    """SHA-256 of a file's content; where a link leads."""
    size: int
    mode: int
    owner: int
    group: int
    mtime_ns: int
    attributes: tuple[tuple[str, str], ...] = ()
    """Extended ones by name, their values in hex."""


@dataclass(frozen=True)
class State:
    """A file with its sidecars, or a folder with all that it holds; no part where nothing is."""

    parts: tuple[Part, ...]

    @property
    def exact(self) -> str:
        """A digest of everything: owners, modes, times and attributes, too."""
        return digest_of(map(astuple, self.parts))

    @property
    def content(self) -> str:
        """A digest of what a browser would read."""
        if not self.parts:
            return MISSING
        if self.parts[0].kind == "folder":
            return digest_of((part.name, part.kind, part.what) for part in self.parts)
        return of_file(self.hashes)

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 by suffix, of the file and of each sidecar that holds something."""
        return {part.name: part.what for part in self.parts if part.size or not part.name}


def of_file(hashes: Mapping[str, str]) -> str:
    """The content of a file with sidecars of these hashes, by suffix."""
    return digest_of(sorted(item for item in hashes.items() if item[0] != _INDEX))


def look(path: Path, sidecars: Collection[str] = ()) -> State:
    """The state of a path. Raises UnreadableStore, also for what is neither file nor folder nor nothing."""
    match kind(path):
        case "folder":
            inside = ((item.relative_to(path).as_posix(), item) for item in walk(path))
            return State(tuple(_parts([("", path), *inside])))
        case None | "file":
            files = [(suffix, sidecar(path, suffix)) for suffix in ("", *sidecars)]
            return State(tuple(_parts((name, file) for name, file in files if kind(file) is not None)))
        case other:
            raise UnreadableStore(path, f"a {other}, neither file nor folder")


def sha256(path: Path) -> str:
    """Of a regular file's content, in hex. Raises UnreadableStore."""
    digest = hashlib.sha256()
    with open_regular(path) as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _parts(items: Iterable[tuple[str, Path]]) -> Iterator[Part]:
    for name, path in items:
        found = kind(path)
        status = path.lstat()
        mode = stat.S_IMODE(status.st_mode)
        match found:
            case "file":
                what, size = sha256(path), status.st_size
            case "folder":
                what, size = "", 0
            case "link":
                what, size = os.readlink(path), 0  # noqa: PTH115 - as it stands there
            case other:
                raise UnreadableStore(path, f"a {other}, which no backup can hold")
        extended = tuple((key, value.hex()) for key, value in attributes.read(path).items())
        yield Part(name, found, what, size, mode, status.st_uid, status.st_gid, status.st_mtime_ns, extended)
