"""What tells that a store is no longer what a plan or a staged copy was made from."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore, reason_of
from scrubber.files import kind, open_regular, walk
from scrubber.transaction.staging import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_Line = tuple[str | int, ...]


def fingerprint(paths: Iterable[Path]) -> str:
    """Of a unit: files with size, mtime, inode and content; folders with what they list; gaps count too.

    A hex digest, whatever the order of `paths`. Raises UnreadableStore.
    """
    return digest_of(line for path in sorted(set(paths)) for line in _placed(path))


def outline(path: Path) -> str:
    """The same of one file or folder, wherever it lies, without content: enough where none of it is used."""
    return digest_of(_described(path, content=False))


def held(path: Path) -> str:
    """Of what a file or folder holds, wherever it lies: names and content, neither times nor inodes.

    A hex digest. Raises UnreadableStore.
    """
    return digest_of(_holdings(path))


def digest_of(lines: Iterable[object]) -> str:
    """Of lines that JSON can hold, in hex."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(json.dumps(line).encode() + b"\n")
    return digest.hexdigest()


def _holdings(path: Path) -> Iterator[_Line]:
    for item in (path, *(walk(path) if kind(path) == "folder" else ())):
        name = str(item.relative_to(path))
        if kind(item) == "file":
            size, *_, digest = _content(item)[1:]
            yield (name, "file", size, digest)
        else:
            yield (name, *_entry(item))


def _placed(path: Path) -> Iterator[_Line]:
    yield (str(path),)
    yield from _described(path, content=True)


def _described(path: Path, *, content: bool) -> Iterator[_Line]:
    found = kind(path)
    if found == "file" and content:
        yield _content(path)
        return
    try:
        yield _entry(path)
        if found == "folder":
            for item in walk(path):
                relative = item.relative_to(path)
                if not any(part.startswith(PREFIX) for part in relative.parts):
                    yield (str(relative), *_entry(item))
    except OSError as error:
        raise UnreadableStore(path, reason_of(error)) from error


def _content(path: Path) -> _Line:
    with open_regular(path) as file:
        status = os.fstat(file.fileno())
        digest = hashlib.sha256()
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return ("file", status.st_size, status.st_mtime_ns, status.st_ino, digest.hexdigest())


def _entry(path: Path) -> _Line:
    """A folder's own times say nothing that its list doesn't, and change with every swap inside it."""
    match kind(path):
        case "file":
            status = path.lstat()
            return ("file", status.st_size, status.st_mtime_ns, status.st_ino)
        case "link":
            return ("link", str(path.readlink()))
        case other:
            return (other or "missing",)
