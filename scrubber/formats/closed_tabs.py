"""What a session file of closed tabs (`Tabs_…`) is made of, and how pages are taken out of it.

    window (9, 3) or group (13)   says how many tabs follow
      tab (4)                     says which of its pages is shown
        page (1), pinned (5), …   as many as there are
    tab (4) …                     one that was closed alone
    restored (2)                  an entry that is open again

Chromium drops a tab whose shown page isn't there, and with it the whole window; it reads no further where a
window has other tabs than it says. So what is left is counted anew.

    tab      i32 id | i32 shown page | i64 time            window (3)   i32 id | i32 shown tab | i32 tabs | …
    window   pickle: i32 id, i32 shown tab, i32 tabs, …    group (13)   pickle: token[16], i32 id, i32 tabs, …

Source: components/sessions/core/tab_restore_service_impl.cc (CreateEntriesFromCommands, ValidateEntry).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scrubber.formats.snss import Record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

PAGE = 1
_TAB, _WINDOW, _OLD_WINDOW, _GROUP = 4, 9, 3, 13
_ALONE = (2, 255)
_SHOWN_PAGE = 4
_COUNTS = {_WINDOW: 12, _OLD_WINDOW: 8, _GROUP: 24}
"""Where the number of tabs stands in the command."""
_SHOWN_TABS = {_WINDOW: 8, _OLD_WINDOW: 4}
_INT = struct.Struct("<i")

_Numbered = tuple[int, Record]


@dataclass
class _Tab:
    """A tab, or what stands outside of any."""

    head: _Numbered | None
    rest: list[_Numbered] = field(default_factory=list)


@dataclass
class _Entry:
    """A window or group with its tabs; one without a head is a tab closed alone, or something else."""

    head: _Numbered | None
    rest: list[_Numbered] = field(default_factory=list)
    """What follows before its first tab."""
    tabs: list[_Tab] = field(default_factory=list)
    missing: int = 0
    """Tabs that it says it has and that haven't come yet."""


def without(records: Sequence[Record], gone: Collection[int]) -> tuple[Record, ...]:
    """The records less those with these numbers, tabs without pages, and windows without tabs."""
    return tuple(record for entry in _entries(records) for record in _left_of_entry(entry, gone))


def _entries(records: Sequence[Record]) -> Iterator[_Entry]:
    entry = _Entry(None)
    for number, record in enumerate(records):
        if record.command in _COUNTS:
            yield entry
            entry = _Entry((number, record), missing=_int(record, _COUNTS[record.command]))
        elif record.command == _TAB:
            if entry.missing <= 0:
                yield entry
                entry = _Entry(None, missing=1)
            entry.missing -= 1
            entry.tabs.append(_Tab((number, record)))
        elif record.command in _ALONE:
            yield entry
            entry = _Entry(None, [(number, record)])
        else:
            (entry.tabs[-1].rest if entry.tabs else entry.rest).append((number, record))
    yield entry


def _left_of_entry(entry: _Entry, gone: Collection[int]) -> Iterator[Record]:
    tabs = [list(_left_of_tab(tab, gone)) for tab in entry.tabs]
    kept = [number for number, records in enumerate(tabs) if records]
    stays = entry.head is None or (entry.head[0] not in gone and (kept or not tabs))
    if entry.head is not None and stays:
        yield _recounted(entry.head[1], kept, len(tabs))
    # A window's name goes with it; a page that stands in no tab is nobody's to take away.
    rest = (record for number, record in entry.rest if number not in gone)
    yield from (record for record in rest if stays or record.command == PAGE)
    for records in tabs:
        yield from records


def _left_of_tab(tab: _Tab, gone: Collection[int]) -> Iterator[Record]:
    pages = [number for number, record in tab.rest if record.command == PAGE]
    kept = [place for place, number in enumerate(pages) if number not in gone]
    if pages and not kept:
        return
    if tab.head is not None:
        record = tab.head[1]
        yield (
            _with(record, _SHOWN_PAGE, _moved(_int(record, _SHOWN_PAGE), kept))
            if len(kept) < len(pages)
            else record
        )
    yield from (record for number, record in tab.rest if number not in gone)


def _recounted(record: Record, kept: Sequence[int], before: int) -> Record:
    if len(kept) == before:
        return record
    count = _COUNTS[record.command]
    shown = _SHOWN_TABS.get(record.command)
    if shown is not None:
        record = _with(record, shown, _moved(_int(record, shown), kept))
    return _with(record, count, _int(record, count) - before + len(kept))


def _moved(shown: int, kept: Sequence[int]) -> int:
    """The new place of what is shown; of the next one after it that is left, or the last, where it went."""
    return min(sum(1 for place in kept if place < shown), len(kept) - 1)


def _int(record: Record, offset: int) -> int:
    """0 where the payload is too short: no browser reads such a command either."""
    field_ = record.payload[offset : offset + _INT.size]
    return int(_INT.unpack(field_)[0]) if len(field_) == _INT.size else 0


def _with(record: Record, offset: int, value: int) -> Record:
    payload = record.payload
    return Record(record.command, payload[:offset] + _INT.pack(value) + payload[offset + _INT.size :])
