"""Chromium's session files: pages of the target go from them; their encrypted copies go whole.

A tab whose history is mixed comes back with the rest of it, a tab without any page doesn't come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.errors import PlanOutdated, Unproved, UnreadableStore
from scrubber.files import kind, names, read_regular
from scrubber.formats import closed_tabs
from scrubber.formats.damaged import Damaged
from scrubber.formats.snss import (
    MARKER,
    Encrypted,
    Record,
    Session,
    count_sealed,
    read_page,
    read_session,
    write_session,
)
from scrubber.model import Changes, Key, Look, Standing, Trace
from scrubber.stores import proving
from scrubber.stores.frozen import settle
from scrubber.stores.placed import Parts, Placed
from scrubber.stores.web_apps import apps, named_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path


_SOURCE = "components/sessions/core/command_storage_backend.cc"
_OPEN_TABS = ("Session_", "Apps_", "Current Session", "Last Session")
_CLOSED_TABS = ("Tabs_", "Current Tabs", "Last Tabs")
_PAGE_COMMANDS = {_OPEN_TABS: 6, _CLOSED_TABS: closed_tabs.PAGE}
"""The command that holds a page, by what the file's name starts with."""
_REST = "rest"


class SessionFile(Placed):
    """One file of tabs that are open, or were closed lately."""

    is_told = True  # the window of an app says no more than a hash
    source = _SOURCE
    holds = ("sessions",)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Pages of the target, and whatever else names it: a referrer, a frame, a window's title."""
        if not path.name.startswith((*_OPEN_TABS, *_CLOSED_TABS)) or not look.policy.wants("sessions"):
            return ()
        return tuple(_traces(path, look))

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the file without these records."""
        gone = {trace.key for trace in traces}

        def write(before: Path, after: Path) -> None:
            session = _read(path, before.read_bytes())
            if not gone <= {*range(len(session.records)), _REST}:
                raise PlanOutdated(f"{path}: a planned record is no longer there")
            after.write_bytes(write_session(_without(session, gone, path.name)))

        def prove(before: Path, after: Path) -> int:
            old, new = (_read(path, part.read_bytes()) for part in (before, after))
            return _prove(old, new, gone, path.name)

        return proving.edit(path, changes, write, prove)


@dataclass(frozen=True, init=False)
class EncryptedSessions(Parts):
    """The folder of encrypted copies of the session files, record by record, which no browser reads yet."""

    plain: str
    """The name of the folder with the files themselves."""
    source = _SOURCE
    holds = ("sessions",)
    is_told = True

    def __init__(self, *places: str, plain: str) -> None:
        settle(self, places=places, plain=plain)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """All copies, if a page goes from the files themselves, or the copies hold more than these.

        Raises UnreadableStore where there are copies alone.
        """
        copies = [name for name in names(path) if kind(path / name) == "file"]
        if not copies or not look.policy.wants("sessions"):
            return ()
        folder = path.parent / self.plain
        files = [folder / name for name in names(folder) if name.startswith((*_OPEN_TABS, *_CLOSED_TABS))]
        if not files:
            raise UnreadableStore(path, "sessions that only the browser can decrypt")
        pages = [(file, trace) for file in files for trace in _traces(file, look)]
        for file, page in [pair for pair in pages if look.policy.removes(pair[1])][:1]:
            return tuple(
                Trace("", name, page.standing, page.seen, "sessions", told_by=file) for name in copies
            )
        if _counts(path, copies) != _counts(folder, [file.name for file in files]):
            seen = "an encrypted copy of other sessions than are there"
            return tuple(Trace("", name, Standing.MENTION, seen, "sessions") for name in copies)
        return ()


def _read(path: Path, content: bytes) -> Session:
    try:
        return read_session(content)
    except Damaged as error:
        raise UnreadableStore(path, str(error)) from error


def _traces(path: Path, look: Look) -> Iterator[Trace]:
    target = look.target
    content = read_regular(path)
    if not content:
        return  # a browser that was killed at once
    session = _read(path, content)
    page_command = _page_command(path.name)
    known = apps(look)
    for number, record in enumerate(session.records):
        if record.command == MARKER or not record.payload:
            continue
        url, title = _shown(record) if record.command == page_command else ("", "")
        keyword = look.policy.keywords and (target.keyword(url) or target.keyword(title))
        if target.url(url):
            yield Trace("", number, Standing.OWN, url, "sessions")
        elif app := named_in(record.payload, known):
            yield Trace("", number, Standing.OWN, app.url, "sessions", told_by=app.teller)
        elif keyword or target.mentions(record.payload):
            yield Trace("", number, Standing.MENTION, url or f"command {record.command}", "sessions")
    if target.mentions(session.rest):
        yield Trace("", _REST, Standing.MENTION, "a record that was cut off", "sessions")


def _shown(record: Record) -> tuple[str, str]:
    try:
        page = read_page(record)
    except Damaged:
        return "", ""
    return page.url, page.title


def _without(session: Session, gone: Collection[Key], name: str) -> Session:
    numbers = {key for key in gone if isinstance(key, int)}
    if name.startswith(_CLOSED_TABS):
        kept = closed_tabs.without(session.records, numbers)
    else:
        kept = tuple(record for number, record in enumerate(session.records) if number not in numbers)
    return Session(session.version, kept, b"" if _REST in gone else session.rest)


def _prove(before: Session, after: Session, gone: Collection[Key], name: str) -> int:
    """That every other page is there, byte by byte and in order, and all else as it should be.

    The number of records.
    """
    command = _page_command(name)
    left = [record for number, record in enumerate(before.records) if number not in gone]
    pages = [record for record in left if record.command == command]
    if [record for record in after.records if record.command == command] != pages:
        raise Unproved("pages of other sites differ")
    if not name.startswith(_CLOSED_TABS) and list(after.records) != left:
        raise Unproved("other records differ")
    if [record.command for record in left].count(MARKER) != [
        record.command for record in after.records
    ].count(MARKER):
        raise Unproved("the marker that makes it whole is gone")
    if after != _without(before, gone, name):
        raise Unproved("what counts the pages, or what follows the last record, differs")
    return len(after.records)


def _page_command(name: str) -> int:
    return next(number for start, number in _PAGE_COMMANDS.items() if name.startswith(start))


def _counts(folder: Path, files: Collection[str]) -> list[tuple[str, int]]:
    """How many records each file has, by the start of its name: times in the names differ."""
    return sorted((name.partition("_")[0], _count(folder / name)) for name in files)


def _count(path: Path) -> int:
    content = read_regular(path)
    try:
        return len(read_session(content).records)
    except Encrypted:
        return count_sealed(content)
    except Damaged:
        return 0
