"""What Chromium has set aside to delete, can't reach any more, or wrote before it kept it elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.browsers.chromium.layout import in_caches, in_network, in_partitions, in_profile
from scrubber.stores.columns import Host, Site
from scrubber.stores.doomed import Doomed, LostFileSystems, PrimaryFileSystem
from scrubber.stores.encrypted_cache import EncryptedCache
from scrubber.stores.origin_dirs import OriginDirs, OriginFiles, by_host
from scrubber.stores.recreated import Recreated
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Rows

if TYPE_CHECKING:
    from scrubber.model import Store

# A cache that is damaged, or of another backend than wanted, is renamed: `old_Cache_Data_000`.
OLD_CACHES = Doomed(
    *(
        place
        for folder in ("", "Cache/", "Code Cache/")
        for place in in_caches(f"{folder}old_*_[0-9][0-9][0-9]")
    ),
    *in_partitions("Service Worker/old_*_[0-9][0-9][0-9]"),
    *in_partitions("Shared Dictionary/old_*_[0-9][0-9][0-9]"),
    holds="cache",
    source="net/disk_cache/cache_util.cc",
)
OLD_ENCRYPTED_CACHES = EncryptedCache(*OLD_CACHES.places)

DOOMED_BUCKETS = Doomed(
    *in_partitions("WebStorage/*-doomed-*"),
    *in_partitions("WebStorage-doomed-*"),
    holds="storage",
    source="storage/browser/quota/storage_directory.cc",
)

LOST_FILE_SYSTEMS = LostFileSystems(*in_partitions("File System"))
PRIMARY_FILE_SYSTEM = PrimaryFileSystem(*in_partitions("File System/primary.origin"))

LOCAL_STORAGE_FILES = OriginFiles(  # before Chromium 61
    *in_partitions("Local Storage/*.localstorage"),
    *in_partitions("Local Storage/*.localstorage-journal"),
    source="content/browser/dom_storage/dom_storage_area.cc",
)

# A file that couldn't be parsed is renamed, to be replaced by the next such; nobody reads it.
_JSON_STORE = "components/prefs/json_pref_store.cc"
BAD_PREFERENCES = Doomed(
    *(
        place
        for name in ("Preferences.bad", "Secure Preferences.bad", "AccountPreferences.bad")
        for place in in_profile(name)
    ),
    "{user_data}/Local State.bad",
    holds="permissions",
    source=_JSON_STORE,
)
BAD_NETWORK_STATE = Doomed(*in_network("Network Persistent State.bad"), holds="network", source=_JSON_STORE)

_FLASH = "Pepper Data/Shockwave Flash/WritableRoot/#SharedObjects/*"
FLASH_OBJECTS = OriginDirs(  # before Chromium 88
    *in_profile(f"{_FLASH}/*"),
    *in_profile(f"{_FLASH}/macromedia.com/support/flashplayer/sys/*"),
    *in_profile(
        "Pepper Data/Shockwave Flash/WritableRoot/macromedia.com/support/flashplayer/sys/*",
    ),
    whose=by_host,
    source="Local Shared Objects (Adobe Flash Player)",
)

CHANNEL_IDS = Sqlite(  # before Chromium 71
    *in_partitions("Origin Bound Certs"),
    *in_partitions("Channel ID"),
    holds="cookies",
    source="net/extras/sqlite/sqlite_channel_id_store.cc",
    rows=(
        Rows("channel_id", Site("host"), Host("host")),
        Rows("origin_bound_certs", Site("origin"), Host("origin")),
    ),
)

# Both were made of `History`; Chromium deletes the first when it starts, and can do without the second.
OLD_INDEXES = Recreated(
    *in_profile("History Index *"),
    *in_profile("History Provider Cache"),
    holds="history",
    source="components/history/core/browser/history_backend.cc",
)

LEFT_OVER: tuple[Store, ...] = (
    OLD_CACHES,
    OLD_ENCRYPTED_CACHES,
    DOOMED_BUCKETS,
    LOST_FILE_SYSTEMS,
    PRIMARY_FILE_SYSTEM,
    BAD_PREFERENCES,
    BAD_NETWORK_STATE,
    LOCAL_STORAGE_FILES,
    FLASH_OBJECTS,
    CHANNEL_IDS,
    OLD_INDEXES,
)
