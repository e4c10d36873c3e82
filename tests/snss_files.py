"""Session files, written as Chromium writes them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Command = tuple[int, bytes]

MARKER: Command = (255, b"")
OPEN, CLOSED = 6, 1
"""The commands that hold a page, in a file of open tabs and in one of closed ones."""


def string(text: str) -> bytes:
    """A field of a pickle."""
    raw = text.encode()
    return struct.pack("<i", len(raw)) + raw + bytes(-len(raw) % 4)


def string16(text: str) -> bytes:
    """The same in UTF-16."""
    raw = text.encode("utf-16-le")
    return struct.pack("<i", len(text)) + raw + bytes(-len(raw) % 4)


def pickle(*fields: bytes) -> bytes:
    """A pickle of these fields."""
    payload = b"".join(fields)
    return struct.pack("<I", len(payload)) + payload


def page(
    url: str,
    *,
    command: int = OPEN,
    tab: int = 7,
    place: int = 0,
    title: str = "",
    state: str = "",
    referrer: str = "",
) -> Command:
    """A page in a tab's history; `state` is what the page itself had, frames and forms."""
    head = struct.pack("<ii", tab, place)
    raw = state.encode("utf-16-le")
    blob = struct.pack("<i", len(raw)) + raw + bytes(-len(raw) % 4)
    tail = struct.pack("<ii", 0, 1)
    return command, pickle(head, string(url), string16(title), blob, tail, string(referrer), bytes(4))


def session(commands: Iterable[Command], version: int = 3) -> bytes:
    """The content of a file."""
    records = (struct.pack("<HB", 1 + len(payload), command) + payload for command, payload in commands)
    return struct.pack("<4si", b"SNSS", version) + b"".join(records)


def sealed(count: int) -> bytes:
    """The content of an encrypted file of so many records."""
    return struct.pack("<4si", b"SNSS", 5) + b"".join(
        struct.pack("<I", 19) + b"v10" + bytes(16) for _ in range(count)
    )
