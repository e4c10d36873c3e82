"""What sites left in a Firefox profile, and what Firefox noted of them: cookies, permissions, storage."""

from __future__ import annotations

from scrubber.stores.columns import (
    CookieHost,
    Host,
    Origin,
    Partition,
    PermissionType,
    ReversedHost,
    Site,
)
from scrubber.stores.dom_cache import OthersResponses, cached_bodies
from scrubber.stores.indexed_db import OthersRecords, files_of_records
from scrubber.stores.origin_dirs import OriginDirs, SetAside, by_metadata
from scrubber.stores.others_storage import OthersDatabases, OthersFiles
from scrubber.stores.private_windows import PrivateWindows
from scrubber.stores.push_subscriptions import PUSH_ROWS
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Linked, Orphaned, Repair, Rows
from scrubber.stores.sqlite_triggers import without_triggers
from scrubber.stores.undescribed import Undescribed

COOKIES = Sqlite(
    "{profile}/cookies.sqlite",
    holds="cookies",
    source="netwerk/cookie/CookiePersistentStorage.cpp",
    rows=(Rows("moz_cookies", CookieHost("host"), Partition("originAttributes", of="host")),),
)

PERMISSIONS = Sqlite(
    "{profile}/permissions.sqlite",
    holds="permissions",
    source="extensions/permissions/PermissionManager.cpp",
    rows=(
        Rows("moz_perms", Origin("origin"), PermissionType("type")),
        Rows("moz_perms_v6", Origin("origin")),  # set aside by an update to Firefox 42 or so
        Rows("moz_origin_interactions", Origin("origin")),
        Rows("moz_hosts", Host("host")),  # before Firefox 42
    ),
)

CONTENT_PREFS = Sqlite(
    "{profile}/content-prefs.sqlite",
    holds="permissions",
    source="toolkit/components/contentprefs/ContentPrefService2.sys.mjs",
    rows=(
        Rows("groups", Host("name")),
        Rows("prefs", Linked("groupID", "groups.id")),
    ),
)

FORM_HISTORY = Sqlite(
    "{profile}/formhistory.sqlite",
    holds="forms",
    source="toolkit/components/satchel/FormHistory.sys.mjs",
    rows=(
        Rows("moz_formhistory"),  # it knows no site: only what was typed can name the target
        Rows("moz_sources"),  # names of search engines
        Rows(
            "moz_history_to_sources",
            Linked("history_id", "moz_formhistory.id"),
            Linked("source_id", "moz_sources.id"),
        ),
        Rows("moz_sources", Orphaned("id", by="moz_history_to_sources.source_id")),
    ),
)

BOUNCE_TRACKING = Sqlite(
    "{profile}/bounce-tracking-protection.sqlite",
    holds="network",
    source="toolkit/components/antitracking/bouncetrackingprotection/BounceTrackingProtectionStorage.cpp",
    rows=(Rows("sites", Site("siteHost"), Partition("originAttributeSuffix", of="siteHost")),),
)

CREDENTIAL_STATE = Sqlite(
    "{profile}/credentialstate.sqlite",
    holds="permissions",
    source="toolkit/components/credentialmanagement/IdentityCredentialStorageService.cpp",
    rows=(
        Rows("identity", Origin("rpOrigin"), Origin("idpOrigin")),
        Rows("lightweight_identity", Origin("rpOrigin"), Origin("idpOrigin"), Origin("origin")),
    ),
)

STORAGE = OriginDirs(
    "{profile}/storage/default/*",
    "{profile}/storage/permanent/*",
    "{profile}/storage/temporary/*",
    "{profile}/storage/private/*",
    "{profile}/storage/persistent/*",  # before Firefox 41
    "{profile}/indexedDB/*",  # before Firefox 29
    whose=by_metadata,
    source="dom/quota/ActorsParent.cpp",
)

TO_BE_REMOVED = SetAside("{profile}/storage/to-be-removed/*")

PRIVATE_WINDOWS = PrivateWindows("{profile}/storage/private/uuid+++*")

PUSH = Sqlite(
    "{profile}/storage/permanent/chrome/idb/2918063365piupsah.sqlite",
    holds="permissions",
    source="dom/push/PushDB.sys.mjs",
    rows=PUSH_ROWS,
    rewrite=without_triggers,
)

_OTHERS = (
    "{profile}/storage/default/*",
    "{profile}/storage/temporary/*",
    "{profile}/storage/private/http*",  # what bears no name is encrypted
    "{profile}/storage/permanent/[!c]*",
    "{profile}/storage/permanent/c[!h]*",
)
"""Every origin but Firefox itself."""
_FIREFOX = "{profile}/storage/permanent/chrome"

OTHERS_DATABASES = OthersDatabases(
    *(f"{origin}/{database}" for origin in _OTHERS for database in ("ls/data.sqlite", "fs/metadata.sqlite")),
    source="dom/localstorage/ActorsParent.cpp",
)

OTHERS_RECORDS = OthersRecords(*(f"{origin}/idb/*.sqlite" for origin in _OTHERS))

OTHERS_RESPONSES = OthersResponses(*(f"{origin}/cache/caches.sqlite" for origin in _OTHERS))

OTHERS_BLOBS = OthersFiles(
    *(f"{origin}/idb/*.files" for origin in _OTHERS),
    source="dom/indexedDB/FileInfo.cpp",
    owned=files_of_records,
)

OTHERS_BODIES = OthersFiles(
    *(f"{origin}/cache/morgue" for origin in _OTHERS),
    source="dom/cache/FileUtils.cpp",
    owned=cached_bodies,
)

OTHERS_FILES = OthersFiles(
    *(f"{origin}/{folder}" for origin in (*_OTHERS, _FIREFOX) for folder in ("fs", "sdb")),
    *(f"{_FIREFOX}/{folder}" for folder in ("cache/morgue", "idb/*.files")),
    source="dom/fs/parent",
)

# What developer tools, the new-tab page and the updated lists keep.
FIREFOXS_OWN = Undescribed(
    OthersDatabases(
        f"{_FIREFOX}/idb/*.sqlite",
        source="dom/indexedDB/ActorsParent.cpp, Firefox itself",
        kept=True,
    ),
    PUSH.places,
)

STORAGE_INDEX = Sqlite(
    "{profile}/storage.sqlite",
    holds="storage",
    source="dom/quota/ActorsParent.cpp",
    rows=(Rows("origin", Origin("origin"), Partition("suffix", of="origin")),),
    mendings=(
        # It is a cache of the folders: Firefox looks at them afresh when it isn't valid.
        Repair("cache.valid", "0", where='EXISTS (SELECT 1 FROM temp."removed origin")', reads=("origin",)),
    ),
)

LOCAL_STORAGE_BEFORE_68 = Sqlite(
    "{profile}/webappsstore.sqlite",
    "{profile}/storage/ls-archive.sqlite",
    "{profile}/chromeappsstore.sqlite",
    holds="storage",
    source="dom/storage/StorageDBThread.cpp",
    rows=(
        Rows(
            "webappsstore2",
            ReversedHost("originKey"),
            ReversedHost("scope"),  # the only one before Firefox 41
            Partition("originAttributes", of="originKey"),
        ),
    ),
)

SITE_DATA = (
    COOKIES,
    PERMISSIONS,
    CONTENT_PREFS,
    FORM_HISTORY,
    BOUNCE_TRACKING,
    CREDENTIAL_STATE,
    STORAGE,
    TO_BE_REMOVED,
    PRIVATE_WINDOWS,
    OTHERS_DATABASES,
    OTHERS_RECORDS,
    OTHERS_RESPONSES,
    OTHERS_BLOBS,
    OTHERS_BODIES,
    OTHERS_FILES,
    PUSH,
    FIREFOXS_OWN,
    STORAGE_INDEX,
    LOCAL_STORAGE_BEFORE_68,
)
