"""Is anything of the target left below these folders? Every file is read, whatever it is; nothing is written.

It must not know what the removers know: it imports no store, no browser and no transaction.

What can't be taken apart is said, never passed over: files that can't be read, known kinds that are damaged,
encrypted sessions, bookmarks and caches without a key, what unpacks to more than a limit. No such thing are
the pictures, fonts, models and shaders of a profile, whose bytes are searched as they are; a packed body of
another site's cache entry, which could only mention the target; and encrypted values inside cells, because
the rest of their row says whose they are.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import UnreadableStore
from scrubber.files import kind, names, open_regular, read_regular
from scrubber.formats import persistent_cache
from scrubber.formats.cache2.key import MARKER, read_marker
from scrubber.residue.forms import Hit, Needles
from scrubber.residue.hashes import Hashes
from scrubber.residue.partitions import Partitions
from scrubber.residue.piece import Gap, Match, Part, Piece, windows
from scrubber.residue.readers import Readers, signs
from scrubber.residue.search import Search
from scrubber.residue.shipped import shipped

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
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
    urls: Collection[str] = (),
) -> Iterator[Remnant | NotExamined]:
    """Every remnant of the target in `roots`, in the order of the paths; roots that don't exist are empty.

    Findings in one column, or in one kind of bytes of a file, are one Remnant per name and explanation.
    `progress` is told of every file with its size in bytes when it is done. `urls` are addresses of the
    target that were known before anything was removed: hashes of them are looked for, besides those of
    addresses that anyone would guess.
    """
    search = Search(Needles(target.names), Hashes(target, urls), Partitions(target), _cache_secret(roots))
    sweeping = _Sweep(search, known, Readers())
    for root in roots:
        for path, what in _walk(root):
            if path != root:
                yield from sweeping.tally(path, _own_names(path))
            if what == "file":
                size = yield from sweeping.file(path)
                progress(path, size)
            elif what == "link":
                yield from sweeping.link(path)
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


def _own_names(path: Path) -> Iterator[Piece]:
    """A file's or folder's name as it is, and as what browsers make names of.

    Where a finding stands says no more than how the name is read: the path has it, and what it names
    besides the target is nobody's business.
    """
    name = os.fsencode(path.name)
    yield Piece("file name", "", "as it is", name, "name")
    if path.suffix in (persistent_cache.DATABASE, persistent_cache.JOURNAL):
        rotated = persistent_cache.site(path.stem)
        yield Piece("file name", "", "in rotated letters", rotated.encode("utf-8", "replace"), "text")
    if path.name.startswith(MARKER):
        marked = "\n".join(read_marker(path.name))
        yield Piece("file name", "", "as a marker", marked.encode("utf-8", "replace"), "text")
    if interleaved := _INTERLEAVED.fullmatch(name):
        turned = interleaved[1][::2] + interleaved[1][1::2][::-1]
        yield Piece("file name", "", "in interleaved letters", turned, "text")


_INTERLEAVED = re.compile(rb"[0-9]{5,10}([^.]{2,}.*)\.(?:sqlite|files)")
"""Firefox names databases by a hash and the letters of their name: first, last, second, last but one, …"""


def _cache_secret(roots: Iterable[Path]) -> bytes | None:
    """What opens an encrypted cache: Firefox keeps it in the profile's preferences."""
    for root in roots:
        try:
            found = _CACHE_SECRET.search(read_regular(root / "prefs.js"))
            if found:
                return base64.b64decode(found[1])
        except (UnreadableStore, ValueError):
            continue
    return None


_CACHE_SECRET = re.compile(rb'"browser\.cache\.disk\.encryption\.key",\s*"([A-Za-z0-9+/=]+)"')


@dataclass(frozen=True)
class _Sweep:
    search: Search
    known: Known
    readers: Readers

    def link(self, path: Path) -> Iterator[Remnant | NotExamined]:
        """The path that a link holds is its content; what lies there is another matter."""
        try:
            leads = os.fsencode(path.readlink())
        except OSError as error:
            yield NotExamined(path, error.strerror or str(error))
            return
        yield from self.tally(path, [Piece("link", "", "where it leads", leads, "name")])
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
        reader = self.readers.reader_for(signs(file, path, size))
        if reader:
            try:
                yield from self.tally(path, reader.read(file, path, self.search))
                return
            except UnreadableStore as error:
                yield NotExamined(path, error.reason)
                file.seek(0)
        yield from self.tally(path, windows(file, size, self.search.reach))

    def tally(self, path: Path, parts: Iterable[Part]) -> Iterator[Remnant | NotExamined]:
        """One Remnant for each name in each part; a failure is raised after what was found before it."""
        tally = _Tally(path, self.known)
        failure: UnreadableStore | OSError | None = None
        try:
            for part in parts:
                tally.add(part, self.search)
        except (UnreadableStore, OSError) as error:
            failure = error
        yield from tally.found.values()
        yield from (NotExamined(path, reason) for reason in tally.gaps)
        if failure:
            raise failure


_DEAD = frozenset(
    {
        "free page", "free space", "damaged page", "past the end", "wal", "journal", "free block",
        "torn record",
    }
)  # fmt: skip
"""What nobody owns any more, so that nobody keeps it on purpose."""


@dataclass(frozen=True)
class _Tally:
    path: Path
    known: Known
    found: dict[tuple[str, str, str, str], Remnant] = field(default_factory=dict)
    gaps: dict[str, None] = field(default_factory=dict)

    def add(self, part: Part, search: Search) -> None:
        if isinstance(part, Gap):
            self.gaps[part.reason] = None
        elif isinstance(part, Match):
            why = self._why(part.seen_as, part.table, part.row)
            self._count(part.seen_as, part.where, part.place, Hit(part.name, part.form, 0), why)
        else:
            for hit in search.find(part.data, part.reading, part.begin, part.end, is_value=part.is_value):
                if isinstance(hit, Gap):
                    if not part.explained:
                        self.gaps[hit.reason] = None
                    continue
                why = self._why(part.seen_as, part.table, part.row) or hit.explained or part.explained
                self._count(part.seen_as, part.where, part.place(hit.at), hit, why)

    def _count(self, seen_as: str, where: str, place: str, hit: Hit, why: str) -> None:
        key = seen_as, where, hit.name, why
        if key in self.found:
            self.found[key] = replace(self.found[key], count=self.found[key].count + 1)
        else:
            self.found[key] = Remnant(self.path, seen_as, place, hit.name, hit.form, 1, why)

    def _why(self, seen_as: str, table: str, row: int | None) -> str:
        kept = "" if seen_as in _DEAD else self.known(self.path, table, row)
        return kept or self._shipped

    @cached_property
    def _shipped(self) -> str:
        return shipped(self.path)
