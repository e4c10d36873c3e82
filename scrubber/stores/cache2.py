"""Firefox's HTTP cache: the target's entries go, file by file, and their records leave the index."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated, Unproved, UnreadableStore
from scrubber.files import kind, names, open_regular, read_regular, walk
from scrubber.formats.cache2.entry import Entry, NoKey, UnknownVersion, read_body, read_entry
from scrubber.formats.cache2.index import Index, name, read_index, read_log, without, write_index
from scrubber.formats.cache2.key import MARKER, file_name, read_key, read_marker
from scrubber.formats.damaged import Damaged
from scrubber.formats.prefs_js import read_lines
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores import proving
from scrubber.stores.cached_content import is_asked, names_target, tells_of_visit
from scrubber.stores.placed import Placed
from scrubber.stores.records import concerns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from scrubber.sites import Target

_ENTRIES = "entries"
_KEY_PREFERENCE = "browser.cache.disk.encryption.key"
_START_PAGE = "about:home"
_PREDICTIONS = "predictor-origin"
"""What a site's pages loaded last time, in an entry of its own; until Firefox 139."""
_INDEXES = ("index", "index.log", "index.tmp")
_Seen = tuple[Standing, str, str]
"""How an entry stands to the target, what gave it away, and the name of its record in the index."""


class Cache2(Placed):
    """The folder `cache2`: entries in use, entries waiting to be deleted, marks of evictions, the index."""

    source = "netwerk/cache2/CacheFileIOManager.cpp"
    holds = ("cache",)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Entries by key and partition, never by what is in them; marks by the origin that they name."""
        if kind(path) != "folder" or not look.policy.wants("cache"):
            return ()
        judge = _Judge(_secret(look.profile.path / "prefs.js"), look)
        return (*_entries(path, judge), *_deleted(path, judge), *_marks(path, look.target))

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of these files and of their records; the index's other records are compared."""
        files = []
        gone = set()
        for trace in sorted(traces, key=lambda trace: trace.where):
            file, record = trace.key if isinstance(trace.key, tuple) else (trace.key, "")
            files.append(path.joinpath(trace.where, str(file)))
            gone.add(str(record))
        gone.discard("")
        # First, because in a run that is cut off between the two nothing would tell any more whose a hash is.
        equal = _cut_index(path, gone, changes) if gone else 0
        for each in files:
            changes.discard(each)
        return equal

    def remade(self, path: Path, traces: tuple[Trace, ...]) -> tuple[Path, ...]:
        """The indexes, which go where they can't be read, and what is left of writing one."""
        return tuple(path / each for each in _INDEXES) if traces else ()


@dataclass(frozen=True)
class _Judge:
    secret: bytes | None
    look: Look

    def __call__(self, file: Path, *, in_use: bool) -> _Seen | None:
        with open_regular(file) as opened:
            try:
                entry = read_entry(opened, self.secret)
                if in_use and file_name(entry.key) != file.name and not entry.is_intact:
                    raise Damaged("neither name nor checksum is right")
                text = entry.key.decode("utf-8", "replace")
                standing = self._standing(text)
                key = read_key(text)
                of_browsing = key.url == _START_PAGE or key.extension == _PREDICTIONS
                whole = of_browsing or is_asked(self.look)
                if standing is None and tells_of_visit(entry.metadata, self.look):
                    standing = Standing.MENTION
                if standing is None and whole:
                    body = b"".join(read_body(opened, entry, self.secret))
                    standing = Standing.MENTION if self._holds_name(entry, body) else None
            except UnknownVersion as error:
                raise UnreadableStore(file, str(error)) from error
            except NoKey:
                return (Standing.MENTION, "an encrypted entry whose key is gone", "")
            except Damaged:
                return self._damaged(file, in_use=in_use)
        return (standing, text, file_name(entry.key)) if standing else None

    def _standing(self, text: str) -> Standing | None:
        key = read_key(text)
        if self.look.target.url(key.url) or self.look.target.partition(key.suffix, of=key.url):
            return Standing.OWN
        return Standing.MENTION if concerns(text, self.look, "cache") else None

    def _holds_name(self, entry: Entry, body: bytes) -> bool:
        """Whether headers, certificates, the body or code compiled from it name the target."""
        end = entry.response_size
        certificates = _decoded(dict(entry.elements).get(b"security-info", b""))
        parts = (body[:end], body[end:], certificates)
        return names_target(entry.metadata, parts, self.look)

    def _damaged(self, file: Path, *, in_use: bool) -> _Seen | None:
        """Firefox can't read it either. What waits to be deleted may be the target's and has no other use."""
        if in_use and not self.look.target.mentions(read_regular(file)):
            return None
        return (Standing.MENTION, "an entry that can't be read", "")


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return b""


def _secret(prefs: Path) -> bytes | None:
    found = read_lines(read_regular(prefs)) if kind(prefs) == "file" else ()
    for line in found:
        if line.name == _KEY_PREFERENCE:
            try:
                return base64.b64decode(str(line.value), validate=True)
            except ValueError:  # also for what isn't ASCII
                return None
    return None


def _entries(path: Path, judge: _Judge) -> Iterator[Trace]:
    for each in names(path / _ENTRIES):
        file = path / _ENTRIES / each
        seen = judge(file, in_use=True) if kind(file) == "file" else None
        if seen:
            yield Trace(_ENTRIES, (each, each), seen[0], seen[1], "cache")


def _deleted(path: Path, judge: _Judge) -> Iterator[Trace]:
    """What Firefox moved away to delete it later: one by one, or the whole cache at once."""
    for folder in names(path):
        if (folder != "doomed" and not folder.startswith("trash")) or kind(path / folder) != "folder":
            continue
        for file in walk(path / folder):
            seen = judge(file, in_use=False) if kind(file) == "file" else None
            if seen:
                inside = file.relative_to(path / folder).as_posix()
                yield Trace(folder, (inside, seen[2]), seen[0], seen[1], "cache")


def _marks(path: Path, target: Target) -> Iterator[Trace]:
    for each in names(path):
        if each.startswith(MARKER) and kind(path / each) == "file":
            for part in read_marker(each):
                # A whole site's mark also evicts what is not the target's: it stays unless all of it is.
                ours = target.host(part[2:]) if part.startswith("s:") else _is_ours(part, target)
                if ours:
                    yield Trace("", (each, ""), Standing.OWN, part, "cache")
                    break


def _is_ours(part: str, target: Target) -> bool:
    suffix = read_key(part).suffix
    return target.origin(part) or (bool(suffix) and target.partition(suffix, of=""))


def _cut_index(path: Path, gone: Collection[str], changes: Changes) -> int:
    """Firefox makes the index anew from the entries where it is missing, or can't be read here."""
    present = [each for each in _INDEXES if kind(path / each) == "file"]
    if "index" not in present:
        files: dict[str, Index] | None = None
    else:
        files = _read_indexes(path, present)
    if files is None:
        for each in present:
            changes.discard(path / each)
        return 0
    if "index.tmp" in present:
        changes.discard(path / "index.tmp")
    return sum(
        _edit(path / each, before, gone, changes)
        for each, before in files.items()
        if not set(before.names()).isdisjoint(gone)
    )


def _read_indexes(path: Path, present: Collection[str]) -> dict[str, Index] | None:
    try:
        index = read_index(read_regular(path / "index"))
        found = {"index": index}
        if "index.log" in present:
            found["index.log"] = read_log(read_regular(path / "index.log"), index.record_size)
    except Damaged:
        return None
    return found


def _edit(path: Path, before: Index, gone: Collection[str], changes: Changes) -> int:
    def write(old: Path, new: Path) -> None:
        if old.read_bytes() != write_index(before):
            raise PlanOutdated(f"{path}: changed while it was read")
        new.write_bytes(write_index(without(before, gone)))

    def read(part: Path) -> Index:
        content = part.read_bytes()
        return read_index(content) if before.header else read_log(content, before.record_size)

    def prove(old: Path, new: Path) -> int:
        first, second = read(old), read(new)
        expected = tuple(record for record in first.records if name(record) not in gone)
        if second != replace(first, records=expected):
            raise Unproved(f"{path}: records of other entries differ")
        return len(expected)

    try:
        return proving.edit(path, changes, write, prove)
    except Damaged as error:
        raise Unproved(f"{path}: {error}") from error
