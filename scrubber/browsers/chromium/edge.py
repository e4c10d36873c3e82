"""What Microsoft Edge keeps beside Chromium's stores. Known from published layouts, not from a real Edge."""

from __future__ import annotations

from scrubber.browsers.chromium.layout import in_profile
from scrubber.stores.columns import Host, Url
from scrubber.stores.leveldb import LevelDb
from scrubber.stores.leveldb_records import Records
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Keep, Linked, Rows

_COLLECTIONS = Keep("bookmarks")

COLLECTIONS = Sqlite(
    *in_profile("Collections/collectionsSQLite"),
    holds="bookmarks",
    source="Collections (closed source)",
    rows=(
        Rows("items", Url("source"), keep=_COLLECTIONS),
        Rows("collections_items_relationship", Linked("item_id", "items.id"), keep=_COLLECTIONS),
        Rows("collections", keep=_COLLECTIONS),
        Rows("comments", keep=_COLLECTIONS),
    ),
)

LOAD_STATISTICS = Sqlite(
    *in_profile("load_statistics.db"),
    holds="network",
    source="load_statistics (closed source)",
    rows=(
        Rows("load_statistics", Host("top_level_hostname"), Host("resource_hostname")),
        Rows("redirect_statistics", Host("source_hostname"), Host("destination_hostname")),
    ),
)

ASSETS = LevelDb(
    *in_profile("Asset Store/assets.db"),
    *in_profile("EntityExtraction/EntityExtractionAssetStore.db"),
    *in_profile("EdgeCoupons/coupons_data.db"),
    *in_profile("EdgePushStorageWithConnectTokenAndKey"),
    *in_profile("EdgePushStorageWithWinRt"),
    holds="network",
    source="Asset Store (closed source)",
    records=(Records("entries", "{of}", Host("of"), Url("of")),),
)

EDGE = (COLLECTIONS, LOAD_STATISTICS, ASSETS)
