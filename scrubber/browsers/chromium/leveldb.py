r"""Where a Chromium profile keeps LevelDB databases, what their keys look like, and whose they are.

`\0` is a zero byte. What isn't described of a database is found by the names in its keys and values.
"""

from __future__ import annotations

from scrubber.browsers.chromium.layout import in_partitions, in_profile
from scrubber.stores.columns import Host, Named, Origin, Url
from scrubber.stores.leveldb import LevelDb
from scrubber.stores.leveldb_records import HashedHost, Message, PushApp, Records
from scrubber.stores.sqlite_rows import Keep, Linked, Orphaned

LOCAL_STORAGE = LevelDb(
    *in_partitions("Local Storage/leveldb"),
    holds="storage",
    source="components/services/storage/dom_storage/local_storage_impl.cc",
    records=(
        Records("sizes", "META:{origin}", Origin("origin")),
        Records("accesses", "METAACCESS:{origin}", Origin("origin")),
        # The browser's own pages are no other site: recently viewed files, typed commands.
        *(
            Records(f"items of {scheme} pages", f"_{scheme}://{{page}}\0{{name}}", holds="history")
            for scheme in ("devtools", "chrome", "chrome-untrusted")
        ),
        Records("items", "_{origin}\0{name}", Origin("origin")),
    ),
)

SESSION_STORAGE = LevelDb(
    *in_partitions("Session Storage"),
    holds="storage",
    source="components/services/storage/dom_storage/session_storage_metadata.cc",
    records=(
        # Tabs that were duplicated share a map until one of them writes.
        Records("namespaces", "namespace-{tab:36}-{origin}", Origin("origin"), value="{map}"),
        Records("maps", "map-{map}-{name}", Orphaned("map", by="namespaces.map")),
    ),
)

SERVICE_WORKERS = LevelDb(
    *in_partitions("Service Worker/Database"),
    holds="storage",
    source="components/services/storage/service_worker/service_worker_database.cc",
    # `URES:` and `PRES:` are numbers of scripts alone, which Chromium deletes when it starts.
    records=(
        Records("origins", "INITDATA_UNIQUE_ORIGIN:{origin}", Origin("origin")),
        Records("registrations", "REGID_TO_ORIGIN:{registration}", Origin("origin"), value="{origin}"),
        Records("workers", "REG:{origin}\0{registration}", Origin("origin"), value=Message(version=4)),
        Records("scripts", "RES:{version}\0{script}", Linked("version", "workers.version")),
        Records(
            "data",
            "REG_USER_DATA:{registration}\0{name}",
            Linked("registration", "registrations.registration"),
        ),
        Records(
            "names of data",
            "REG_HAS_USER_DATA:{name}\0{registration}",
            Linked("registration", "registrations.registration"),
        ),
    ),
)

FILE_SYSTEM = LevelDb(
    *in_partitions("File System/Origins"),
    holds="storage",
    source="storage/browser/file_system/sandbox_origin_database.cc",
    # `LAST_PATH` is the highest folder ever given: it stays, or a folder would be given twice.
    records=(Records("origins", "ORIGIN:{origin}", Origin("origin"), value="{folder}"),),
    beside="origins.folder",
)

NOTIFICATIONS = LevelDb(
    *in_partitions("Platform Notifications"),
    holds="storage",
    source="content/browser/notifications/notification_database.cc",
    records=(
        Records("notifications", "DATA:{origin}\0{notification}", Origin("origin")),
        Records("images", "RESOURCES:{origin}\0{notification}", Origin("origin")),
    ),
)

SITE_CHARACTERISTICS = LevelDb(
    *in_profile("Site Characteristics Database"),
    holds="network",
    source="components/performance_manager/persistence/site_data/leveldb_site_data_store.cc",
    records=(Records("sites", "{hash:32}", HashedHost("hash")),),
)

PUSH = LevelDb(
    *in_profile("GCM Store"),
    holds="permissions",
    source="google_apis/gcm/engine/gcm_store_impl.cc",
    # The keys that messages are encrypted with lie in a database inside (components/gcm_driver/crypto).
    records=(
        Records("registrations", "reg1-{app}", PushApp("app")),
        Records("instances", "iid1-{app}", PushApp("app")),
        Records("encryption", "{app}", PushApp("app")),
    ),
)

SHARED_PROTO_DB = LevelDb(
    *in_profile("shared_proto_db"),
    holds="history",
    source="components/leveldb_proto/public/shared_proto_database_client_list.h",
    # The number is the feature's in ProtoDbType; its key follows.
    records=(
        Records("background downloads", "9_{guid}", Named("value"), holds="downloads"),
        Records("downloads", "21_{guid}", Named("value"), holds="downloads"),
        Records("images", "10_{url}", Url("url"), holds="cache"),
        Records("budgets", "18_{origin}", Origin("origin"), holds="permissions"),
        Records("declined offers", "19_{kind}__{of}", Host("of"), Origin("of"), holds="forms"),
        Records("hints", "20_3_{host}", Host("host"), holds="network"),
        # They come with the browser, the same for everybody.
        Records("component hints", "20_2_{version}_{host}", keep=Keep(""), holds="network"),
        Records("followed prices", "33_{product}", keep=Keep("bookmarks"), holds="bookmarks"),
        Records("parcels", "49_{parcel}", keep=Keep("bookmarks"), holds="bookmarks"),
        Records("origin trials", "44_{origin}", Origin("origin"), holds="storage"),
        Records("others", "{feature}_{of}", Host("of"), Origin("of"), Url("of")),
    ),
)

_BY_KEY = (Records("entries", "{of}", Host("of"), Origin("of"), Url("of")),)
_LEVELDB_PROTO = "components/leveldb_proto/public/proto_database_provider.h"

# The same features, each with a database of its own: before they moved into the shared one, key for key.
DOWNLOADS = LevelDb(
    *in_profile("Download Service/EntryDB"),
    holds="downloads",
    source=_LEVELDB_PROTO,
    records=(Records("background downloads", "{guid}", Named("value")),),
)

BUDGETS = LevelDb(*in_profile("BudgetDatabase"), holds="permissions", source=_LEVELDB_PROTO, records=_BY_KEY)

DECLINED_OFFERS = LevelDb(
    *in_profile("AutofillStrikeDatabase"),
    holds="forms",
    source=_LEVELDB_PROTO,
    records=(Records("declined offers", "{kind}__{of}", Host("of"), Origin("of")),),
)

HINTS = LevelDb(
    *in_profile("optimization_guide_hint_cache_store"),
    *in_profile("previews_hint_cache_store"),
    *in_profile("data_reduction_proxy_leveldb"),
    holds="network",
    source=_LEVELDB_PROTO,
    records=(
        Records("hints", "3_{host}", Host("host")),
        Records("component hints", "2_{version}_{host}", keep=Keep("")),
        *_BY_KEY,
    ),
)

ORIGIN_TRIALS = LevelDb(
    *in_profile("PersistentOriginTrials"), holds="storage", source=_LEVELDB_PROTO, records=_BY_KEY
)

FOLLOWED_PRICES = LevelDb(
    *in_profile("commerce_subscription_db"),
    *in_profile("parcel_tracking_db"),
    holds="bookmarks",
    source=_LEVELDB_PROTO,
    records=(Records("entries", "{of}", keep=Keep("bookmarks")),),
)

SHOPPING = LevelDb(
    *in_profile("chrome_cart_db"),
    *in_profile("coupon_db"),
    *in_profile("discounts_db"),
    *in_profile("merchant_signal_db"),
    *in_profile("persisted_state_db"),
    holds="history",
    source=_LEVELDB_PROTO,
    records=_BY_KEY,
)

SYNC = LevelDb(
    *in_profile("Sync Data/LevelDB"),
    holds="bookmarks",
    source="components/sync/model/data_type_store_backend.cc",
    # `dt` is data, `md` what sync knows of it. Deleting here deletes nothing on the account's other devices.
    records=(
        Records("reading list", "reading_list-{part:2}-{url}", Url("url"), keep=Keep("bookmarks")),
        Records("open tabs", "sessions-dt-{id}", Named("value"), holds="sessions"),
        Records("metadata of open tabs", "sessions-md-{id}", Linked("id", "open tabs.id"), holds="sessions"),
        Records("sent tabs", "send_tab_to_self-dt-{id}", Named("value"), holds="history"),
        Records(
            "metadata of sent tabs", "send_tab_to_self-md-{id}", Linked("id", "sent tabs.id"), holds="history"
        ),
        # All groups are saved, and a tab that is missing in an open one is opened again at the next start.
        Records(
            "tabs of groups, and groups",
            "saved_tab_group-dt-{id}",
            Url("url"),
            Orphaned("id", by="tabs of groups, and groups.group"),
            value=Message(url=(2, 5, 3), group=(2, 5, 1)),
            keep=Keep(""),
            keeps_own=False,
            holds="sessions",
        ),
        Records(
            "metadata of tabs of groups",
            "saved_tab_group-md-{id}",
            Linked("id", "tabs of groups, and groups.id"),
            holds="sessions",
        ),
        Records("passkeys", "webauthn_credential-{part:2}-{id}", keep=Keep(""), holds="logins"),
        Records("apps and others", "{type}-{part:2}-{id}", keep=Keep("")),
    ),
)

EXTENSIONS = LevelDb(
    *in_profile("Local Extension Settings/*"),
    *in_profile("Sync Extension Settings/*"),
    *in_profile("Managed Extension Settings/*"),
    *in_profile("Local App Settings/*"),
    *in_profile("Sync App Settings/*"),
    *in_profile("Extension State"),
    *in_profile("Extension Rules"),
    *in_profile("Extension Scripts"),
    holds="extensions",
    source="extensions/browser/api/storage/value_store_util.cc",
    records=(Records("settings", "{name}", keep=Keep("")),),
)

LEVELDB = (
    LOCAL_STORAGE,
    SESSION_STORAGE,
    SERVICE_WORKERS,
    FILE_SYSTEM,
    NOTIFICATIONS,
    SITE_CHARACTERISTICS,
    PUSH,
    SHARED_PROTO_DB,
    DOWNLOADS,
    BUDGETS,
    DECLINED_OFFERS,
    HINTS,
    ORIGIN_TRIALS,
    FOLLOWED_PRICES,
    SHOPPING,
    SYNC,
    EXTENSIONS,
)
