"""Files of Chromium's that don't say whose they are: scripts, dictionaries, what was fetched in between."""

from __future__ import annotations

from scrubber.browsers.chromium.layout import in_partitions, in_profile
from scrubber.stores.background_downloads import BackgroundDownloads
from scrubber.stores.owned_cache import DICTIONARIES, SCRIPTS, OwnedCache, dictionary_owners, script_owners
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Repair, Rows

SCRIPT_CACHE = OwnedCache(
    *in_partitions("Service Worker/ScriptCache"),
    database="Database",
    owners=script_owners,
    by=SCRIPTS,
    holds="storage",
    source="components/services/storage/service_worker/service_worker_storage.cc",
)

DICTIONARY_CACHE = OwnedCache(
    *in_partitions("Shared Dictionary/cache"),
    database="db",
    owners=dictionary_owners,
    by=DICTIONARIES,
    holds="cache",
    source="net/extras/shared_dictionary/sqlite_persistent_shared_dictionary_store.cc",
)

DICTIONARIES_DATABASE = Sqlite(
    *in_partitions("Shared Dictionary/db"),
    holds="cache",
    source="net/extras/shared_dictionary/sqlite_persistent_shared_dictionary_store.cc",
    rows=(Rows("dictionaries", *DICTIONARIES),),
    mendings=(
        Repair(
            "meta.value",
            value="""CAST(CAST(value AS INTEGER) - (
                         SELECT coalesce(sum(size), 0) FROM temp."removed dictionaries") AS TEXT)""",
            where="key = 'total_dict_size'",
            reads=("dictionaries",),
        ),
    ),
)

BACKGROUND_DOWNLOADS = BackgroundDownloads(*in_profile("Download Service/Files"))

OWNED = (BACKGROUND_DOWNLOADS, SCRIPT_CACHE, DICTIONARY_CACHE, DICTIONARIES_DATABASE)
