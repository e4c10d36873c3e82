"""The lines of a staging folder's journal: what a run was about to do, for the next start to read.

One JSON object a line: `{"act": "edit", "path": "Default/Network/Cookies", "slot": "3", "inode": 4711,
"holds": "9f86d0…"}`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Act(StrEnum):
    """What a line is about."""

    EDIT = "edit"
    EDIT_FOLDER = "edit folder"
    DISCARD = "discard"
    STAGING = "staging"
    """`path` is a second staging folder, on another file system."""
    ROLLBACK = "rollback"
    """From here on everything is put back."""


@dataclass(frozen=True)
class Note:
    """One line."""

    act: Act
    path: str = ""
    """Relative to the folder that the staging folder lies in."""
    slot: str = ""
    """Name of the folder inside the staging folder that holds the change's copies."""
    inode: int = 0
    """Of the new version: once another one, or none, is in its place there, the swap was made."""
    holds: str = ""
    """Digest of what the new version holds; empty where no later run may take the change back."""

    def line(self) -> bytes:
        """As it stands in the journal."""
        return json.dumps(asdict(self)).encode() + b"\n"


def read_notes(journal: bytes) -> Iterator[Note]:
    """Every note; what isn't one, a line that was torn or isn't ours, is passed over."""
    for line in journal.splitlines():
        try:
            fields = json.loads(line)
            act, path, slot = Act(fields["act"]), str(fields["path"]), str(fields["slot"])
            note = Note(act, path, slot, int(fields["inode"]), str(fields.get("holds", "")))
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
        # Slots are called by numbers; anything else could lead out of the staging folder.
        if not note.slot or note.slot.isdecimal():
            yield note
