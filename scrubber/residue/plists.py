"""Binary property lists of macOS, whose texts touch each other, as something packed: text by text."""

from __future__ import annotations

from scrubber.formats import property_list
from scrubber.formats.damaged import Damaged
from scrubber.residue.packed import Unpacked

_BETWEEN = b"\xff\xff"
_FORM = "property list"


def strings(data: bytes) -> Unpacked | None:
    """All texts and data of a list, each by itself; None where it is none."""
    if not data.startswith(property_list.BINARY):
        return None
    try:
        return Unpacked(_FORM, _BETWEEN.join(property_list.texts(data)))
    except Damaged:
        return Unpacked(_FORM, b"")  # its bytes are searched as they are
