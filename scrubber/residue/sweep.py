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
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from scrubber.errors import UnreadableStore, reason_of
from scrubber.files import kind, names, open_regular, read_regular
from scrubber.formats import persistent_cache
from scrubber.formats.cache2.key import MARKER, read_marker
from scrubber.residue.attributes import attributes
from scrubber.residue.dictionaries import PutOff
from scrubber.residue.embedded import embedded
from scrubber.residue.forms import Needles
from scrubber.residue.hashes import Hashes
from scrubber.residue.members import topics_key
from scrubber.residue.opaque import is_recognised, looks_opaque
from scrubber.residue.partitions import Partitions
from scrubber.residue.piece import Part, Piece, windows
from scrubber.residue.readers import Readers, signs
from scrubber.residue.search import Search
from scrubber.residue.shipped import shipped
from scrubber.residue.simple_cache import is_damaged
from scrubber.residue.tally import Known, NotExamined, Remnant, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from scrubber.sites import Target

__all__ = ["NotExamined", "Remnant", "sweep"]


def sweep(
    roots: Sequence[Path],
    target: Target,
    *,
    known: Known = lambda _path, _table, _row: "",
    progress: Callable[[Path, int], None] = lambda _path, _size: None,
    urls: Collection[str] = (),
    leaving_out: Collection[Path] = (),
) -> Iterator[Remnant | NotExamined]:
    """Every remnant of the target in `roots`, in the order of the paths; roots that don't exist are empty.

    Files of which a body needs a dictionary come last, since that may lie in any other file.
    Findings in one column, or in one kind of bytes of a file, are one Remnant per name and explanation.
    `progress` is told of every file with its size in bytes when it is done. `urls` are addresses of the
    target that were known before anything was removed: hashes of them are looked for, besides those of
    addresses that anyone would guess. Folders in `leaving_out` are another's business.
    """
    hashes = Hashes(target, urls, _topics_key(roots))
    search = Search(Needles(target.names), hashes, Partitions(target), _cache_secret(roots))
    sweeping = _Sweep(search, known, Readers())
    put_off = PutOff(search.dictionaries, sweeping.file)
    for root in roots:
        for path, what in _walk(root, leaving_out):
            if path != root:
                yield from sweeping.tally(path, _own_names(path))
            yield from sweeping.tally(path, attributes(path))
            if what == "file":
                found, size = put_off.first(path)
                yield from found
                progress(path, size)
            elif what == "link":
                yield from sweeping.link(path)
            elif what != "folder":
                yield NotExamined(path, what)
    yield from put_off.last()


def _walk(root: Path, leaving_out: Collection[Path]) -> Iterator[tuple[Path, str]]:
    """All that is there, a file itself too, with what it is: `file`, `folder`, or why it isn't read."""
    try:
        if kind(root) == "file":
            yield root, "file"
            return
        entries = names(root)
    except UnreadableStore as error:
        yield root, error.reason
        return
    for path in (root / name for name in entries if root / name not in leaving_out):
        try:
            found = kind(path)
            what = found if found in ("file", "folder", "link", None) else f"a {found}"
        except UnreadableStore as error:
            what = error.reason
        if what is not None:
            yield path, what
        if what == "folder":
            yield from _walk(path, leaving_out)


def _own_names(path: Path) -> Iterator[Piece]:
    """A file's or folder's name as it is, and as what browsers make names of.

    Where a finding stands says no more than how the name is read: the path has it, and what it names
    besides the target is nobody's business.
    """
    name = os.fsencode(path.name)
    yield Piece("file name", "", "as it is", name, "name", part="name")
    if path.suffix in (persistent_cache.DATABASE, persistent_cache.JOURNAL):
        rotated = persistent_cache.site(path.stem)
        yield _reading("rotated letters", rotated.encode("utf-8", "replace"))
    if path.name.startswith(MARKER):
        marked = "\n".join(read_marker(path.name))
        yield _reading("marker", marked.encode("utf-8", "replace"))
    if interleaved := _INTERLEAVED.fullmatch(name):
        turned = interleaved[1][::2] + interleaved[1][1::2][::-1]
        yield _reading("interleaved letters", turned)


def _reading(form: str, content: bytes) -> Piece:
    return Piece("file name", "", f"as {form}", content, "text", inside=(form,), part="name")


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


def _topics_key(roots: Iterable[Path]) -> bytes | None:
    """Under which Chromium has hashed who called the Topics API, in a database beside the key's file."""
    for root in roots:
        with suppress(UnreadableStore):
            if found := topics_key(read_regular(root / "BrowsingTopicsState")):
                return found
    return None


_CACHE_SECRET = re.compile(rb'"browser\.cache\.disk\.encryption\.key",\s*"([A-Za-z0-9+/=]+)"')


_ORIGIN = re.compile(r"(?:https?|moz-extension|chrome-extension)(?:\+\+\+|_).")
"""A folder that is named after the origin whose data lie in it."""


_LOCKS = frozenset({"lock", "SingletonLock", "SingletonCookie", "SingletonSocket"})
"""Links that lead nowhere by design: to a host and a process (toolkit/profile/nsProfileLock.cpp,
chrome/browser/process_singleton_posix.cc)."""


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
            yield NotExamined(path, reason_of(error))
            return
        yield from self.tally(path, [Piece("link", "", "where it leads", leads, "name", part="name")])
        if path.exists():
            yield NotExamined(path, "a link, not followed")
        elif path.name not in _LOCKS:  # what it led to may be on a disk that isn't there now
            yield NotExamined(path, "a link that leads nowhere")

    def file(self, path: Path) -> tuple[list[Remnant | NotExamined], int]:
        """What one file holds, and its size in bytes."""
        found: list[Remnant | NotExamined] = []
        size = 0
        try:
            with open_regular(path) as file:
                size = os.fstat(file.fileno()).st_size
                for item in self._content(file, path, size):
                    found.append(item)
        except UnreadableStore as error:
            found.append(NotExamined(path, error.reason))
        except OSError as error:
            found.append(NotExamined(path, reason_of(error)))
        return found, size

    def _content(self, file: BinaryIO, path: Path, size: int) -> Iterator[Remnant | NotExamined]:
        found = signs(file, path, size)
        reader = self.readers.reader_for(found)
        if reader:
            containers = (reader.name,) if reader.name else ()
            try:
                yield from self.tally(path, reader.read(file, path, self.search), containers)
                return
            except UnreadableStore as error:
                yield NotExamined(path, error.reason)
                file.seek(0)
        elif looks_opaque(file, size) and not self._is_clear(path, found.head):
            yield NotExamined(path, "unknown content that is encrypted or packed")
        elif is_damaged(path, found.head):
            yield NotExamined(path, "an entry of a cache that doesn't start as one")
        yield from self.tally(path, windows(file, size, self.search.reach))

    def _is_clear(self, path: Path, head: bytes) -> bool:
        """Whether it is known why its bytes are so even, or they can only mention the target.

        The latter where it lies among what is shipped, or what another origin keeps.
        """
        if is_recognised(head) or any(True for _ in embedded(head)):
            return True
        folders = [part.encode("utf-8", "replace") for part in path.parent.parts if _ORIGIN.match(part)]
        of_others = folders and not any(self.search.names(folder, "name") for folder in folders)
        return bool(of_others or shipped(path))

    def tally(
        self, path: Path, parts: Iterable[Part], containers: tuple[str, ...] = ()
    ) -> Iterator[Remnant | NotExamined]:
        """One Remnant for each name in each part; a failure is raised after what was found before it.

        `containers`: what the parts are in, all of them.
        """
        tally = Tally(path, self.known, containers)
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
