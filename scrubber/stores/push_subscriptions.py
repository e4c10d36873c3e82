"""Firefox's push subscriptions, which lie in an IndexedDB database of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.stores.columns import OneColumn
from scrubber.stores.sqlite_rows import Linked, Rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrubber.sites import Target
    from scrubber.stores.columns import Value

# dom/indexedDB/Key.cpp: a list whose first item is a text; a zero ends each text but the last.
_LIST_OF_TEXT = b"\x80"
_TEXT = b"\x30"


class PushIdentity(OneColumn):
    """`80 "iuuqt;00mbct/pqfobj/dpn0" 00 30 "_vtfsDpoufyuJe>3"`: in texts, every character counts one more."""

    def owns(self, row: Mapping[str, Value], target: Target) -> bool:
        """By the scope's URL, or the partition that it is used in."""
        value = row[self.column]
        if not isinstance(value, bytes) or not value.startswith(_LIST_OF_TEXT):
            return False
        scope, _, attributes = value[len(_LIST_OF_TEXT) :].partition(b"\0")
        url, suffix = _lowered(scope), _lowered(attributes.removeprefix(_TEXT))
        return target.url(url) or target.partition(suffix, of=url)


PUSH_ROWS = (
    Rows("unique_index_data", PushIdentity("value")),
    Rows("object_data", Linked("key", "unique_index_data.object_data_key")),
    Rows("unique_index_data", Linked("object_data_key", "object_data.key")),
    Rows("index_data", Linked("object_data_key", "object_data.key")),
)
"""A subscription, and what finds it again."""


def _lowered(text: bytes) -> str:
    """URLs are ASCII; what isn't has two bytes, and matches nothing here."""
    return bytes(max(byte, 1) - 1 for byte in text).decode("latin-1")
