"""Is anything of the target left below these folders? Every file is read, whatever it is; nothing is written.

It must not know what the removers know: it imports no store, no browser and no transaction.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import UnreadableStore
from scrubber.files import kind, names, open_regular
from scrubber.residue.forms import Needles
from scrubber.residue.readers import HEAD, Piece, reader_for, windows

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
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
    explained: str = ""
    """Why it may be there: `kept`, `mention`, …; empty where nothing explains it."""


@dataclass(frozen=True)
class NotExamined:
    """What couldn't be read, or not as what it is (of a file the bytes are searched all the same)."""

    path: Path
    reason: str


Known = Callable[["Path", str, "int | None"], str]
"""Why a place may name the target: a path, the table there (empty outside of databases) and the rowid."""


def sweep(
    roots: Sequence[Path],
    target: Target,
    *,
    known: Known = lambda _path, _table, _row: "",
    progress: Callable[[Path, int], None] = lambda _path, _size: None,
) -> Iterator[Remnant | NotExamined]:
    """Every remnant of the target in `roots`, in the order of the paths; roots that don't exist are empty.

    Findings in one column, or in one kind of bytes of a file, are one Remnant per name and explanation.
    `progress` is told of every file with its size in bytes when it is done.
    """
    search = _Search(Needles(target.names), known)
    for root in roots:
        for path, what in _walk(root):
            if path != root:
                yield from search.tally(path, [_own_name(path)])
            if what == "file":
                size = yield from search.file(path)
                progress(path, size)
            elif what == "link":
                yield from search.link(path)
            elif what != "folder":
                yield NotExamined(path, what)


def _walk(root: Path) -> Iterator[tuple[Path, str]]:
    """All that is there, a file itself too, with what it is: `file`, `folder`, or why it isn't read."""
    try:
        if kind(root) == "file":
            yield root, "file"
            return
        entries = names(root)
    except UnreadableStore as error:
        yield root, error.reason
        return
    for name in entries:
        path = root / name
        try:
            found = kind(path)
            what = found if found in ("file", "folder", "link", None) else f"a {found}"
        except UnreadableStore as error:
            what = error.reason
        if what is not None:
            yield path, what
        if what == "folder":
            yield from _walk(path)


def _own_name(path: Path) -> Piece:
    return Piece("file name", "", path.name, os.fsencode(path.name), "name")


@dataclass(frozen=True)
class _Search:
    needles: Needles
    known: Known

    def link(self, path: Path) -> Iterator[Remnant | NotExamined]:
        """The path that a link holds is its content; what lies there is another matter."""
        try:
            leads = os.fsencode(path.readlink())
        except OSError as error:
            yield NotExamined(path, error.strerror or str(error))
            return
        yield from self.tally(path, [Piece("link", "", path.name, leads, "name")])
        if path.exists():  # one that leads nowhere, as a browser's locks do, hides nothing
            yield NotExamined(path, "a link, not followed")

    def file(self, path: Path) -> Generator[Remnant | NotExamined, None, int]:
        """Sweep one file; returns its size."""
        size = 0
        try:
            with open_regular(path) as file:
                size = os.fstat(file.fileno()).st_size
                yield from self._content(file, path, size)
        except UnreadableStore as error:
            yield NotExamined(path, error.reason)
        except OSError as error:
            yield NotExamined(path, error.strerror or str(error))
        return size

    def _content(self, file: BinaryIO, path: Path, size: int) -> Iterator[Remnant | NotExamined]:
        head = file.read(HEAD)
        file.seek(0)
        reach = self.needles.reach
        reader = reader_for(path, head)
        if reader and reader.in_clear:
            if not any(self.needles.near_half(piece.data) for piece in windows(file, size, reach)):
                return
            file.seek(0)
        if reader:
            try:
                yield from self.tally(path, reader.read(file, path, self.needles))
                return
            except UnreadableStore as error:
                yield NotExamined(path, error.reason)
                file.seek(0)
        yield from self.tally(path, windows(file, size, reach))

    def tally(self, path: Path, pieces: Iterable[Piece]) -> Iterator[Remnant]:
        """One Remnant for each name in each part; a failure is raised after what was found before it."""
        found: dict[tuple[str, str, str, str], Remnant] = {}
        failure: UnreadableStore | OSError | None = None
        try:
            for piece in pieces:
                hits = self.needles.find(piece.data, piece.reading, piece.begin, piece.end)
                for hit in hits:
                    # What nobody owns any more, nobody keeps on purpose.
                    live = piece.seen_as in ("cell", "bytes", "file name")
                    why = self.known(path, piece.table, piece.row) if live else ""
                    key = piece.seen_as, piece.where, hit.name, why
                    if key in found:
                        found[key] = replace(found[key], count=found[key].count + 1)
                    else:
                        place = piece.place(hit.at)
                        found[key] = Remnant(path, piece.seen_as, place, hit.name, hit.form, 1, why)
        except (UnreadableStore, OSError) as error:
            failure = error
        yield from found.values()
        if failure:
            raise failure
