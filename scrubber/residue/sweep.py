"""Is anything of the target left below these folders? Every file is read, whatever it is; nothing is written.

It must not know what the removers know: it imports no store, no browser and no transaction.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import UnreadableStore
from scrubber.files import kind, names, open_regular
from scrubber.residue.forms import Needles
from scrubber.residue.readers import HEAD, Piece, reader_for, windows

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from pathlib import Path

    from scrubber.sites import Target


@dataclass(frozen=True)
class Remnant:
    """A name of the target in one part of one file."""

    path: Path
    seen_as: str
    """`cell`, `free page`, `free space`, `wal`, `journal`, `bytes`, `file name`, …"""
    where: str
    """The first place: `moz_places.url rowid 5`, `offset 4096`."""
    name: str
    """`labs.openai.com`."""
    form: str
    """How the first is written: `plain`, `utf-16le`, `reversed`, …"""
    count: int = 1
    """How often in that column, or in that kind of bytes of the file."""


@dataclass(frozen=True)
class NotExamined:
    """What couldn't be read, or not as what it is (of a file the bytes are searched all the same)."""

    path: Path
    reason: str


def sweep(
    roots: Sequence[Path], target: Target, *, progress: Callable[[Path, int], None] | None = None
) -> Iterator[Remnant | NotExamined]:
    """Every remnant of the target below `roots`, in the order of the paths; roots that don't exist are empty.

    Findings in one column, or in one kind of bytes of a file, are one Remnant per name.
    `progress` is told of every file with its size in bytes when it is done.
    """
    needles = Needles(target.names)
    for root in roots:
        for path, what in _walk(root):
            if path != root:
                yield from _tally(path, [_own_name(path)], needles)
            if what == "file":
                size = yield from _file(path, needles)
                if progress:
                    progress(path, size)
            elif what != "folder":
                yield NotExamined(path, what)


def _walk(root: Path) -> Iterator[tuple[Path, str]]:
    """All entries below a folder with what they are: `file`, `folder`, or why they aren't read."""
    try:
        entries = names(root)
    except UnreadableStore as error:
        yield root, error.reason
        return
    for name in entries:
        path = root / name
        try:
            found = kind(path)
            what = found if found in ("file", "folder", None) else f"a {found}"
        except UnreadableStore as error:
            what = error.reason
        if what is not None:
            yield path, what
        if what == "folder":
            yield from _walk(path)


def _own_name(path: Path) -> Piece:
    return Piece("file name", "", path.name, os.fsencode(path.name), "name")


def _file(path: Path, needles: Needles) -> Generator[Remnant | NotExamined, None, int]:
    """Sweep one file; returns its size."""
    size = 0
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            yield from _content(file, path, size, needles)
    except UnreadableStore as error:
        yield NotExamined(path, error.reason)
    except OSError as error:
        yield NotExamined(path, error.strerror or str(error))
    return size


def _content(file: BinaryIO, path: Path, size: int, needles: Needles) -> Iterator[Remnant | NotExamined]:
    head = file.read(HEAD)
    file.seek(0)
    reader = reader_for(path, head)
    if reader and reader.in_clear:
        if not any(needles.near_half(piece.data) for piece in windows(file, size, needles.reach)):
            return
        file.seek(0)
    if reader:
        try:
            yield from _tally(path, reader.read(file, path, needles), needles)
            return
        except UnreadableStore as error:
            yield NotExamined(path, error.reason)
            file.seek(0)
    yield from _tally(path, windows(file, size, needles.reach), needles)


def _tally(path: Path, pieces: Iterable[Piece], needles: Needles) -> Iterator[Remnant]:
    """One Remnant for each name in each part; what was found before a failure counts, then it is raised."""
    found: dict[tuple[str, str, str], Remnant] = {}
    failure: UnreadableStore | OSError | None = None
    try:
        for piece in pieces:
            for hit in needles.find(piece.data, piece.reading, piece.begin, piece.end):
                key = piece.seen_as, piece.where, hit.name
                if key in found:
                    found[key] = replace(found[key], count=found[key].count + 1)
                else:
                    found[key] = Remnant(path, piece.seen_as, piece.place(hit.at), hit.name, hit.form)
    except (UnreadableStore, OSError) as error:
        failure = error
    yield from found.values()
    if failure:
        raise failure
