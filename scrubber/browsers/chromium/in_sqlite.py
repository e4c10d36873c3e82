"""The backends in SQLite that newer Chromiums can be switched to: DOM storage."""

from __future__ import annotations

from scrubber.browsers.chromium.layout import in_partitions
from scrubber.stores.columns import Origin
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Linked, Orphaned, Rows

LOCAL_STORAGE = Sqlite(
    *in_partitions("LocalStorage"),
    holds="storage",
    source="components/services/storage/dom_storage/local_storage_sqlite.cc",
    rows=(
        Rows("maps", Origin("storage_key")),
        Rows("map_entries", Linked("map_id", "maps.row_id")),
    ),
)

SESSION_STORAGE = Sqlite(
    *in_partitions("SessionStorage"),
    holds="storage",
    source="components/services/storage/dom_storage/session_storage_sqlite.cc",
    rows=(
        Rows("session_metadata", Origin("storage_key")),
        # Tabs that were duplicated share a map.
        Rows("map_entries", Orphaned("map_id", by="session_metadata.map_id")),
    ),
)

IN_SQLITE = (LOCAL_STORAGE, SESSION_STORAGE)
