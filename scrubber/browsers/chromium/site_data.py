"""What sites themselves left in a Chromium profile: cookies, storage, and what the person saved for them."""

from __future__ import annotations

from scrubber.browsers.chromium.layout import in_network, in_partitions, in_profile
from scrubber.stores.columns import CookieHost, CookiePort, Host, Origin, Partition, Url
from scrubber.stores.origin_dirs import Buckets, OriginDirs, by_name
from scrubber.stores.others_folders import (
    OthersFolders,
    OthersIndexedDb,
    by_bucket,
    by_number,
    of_bucket,
    of_origin,
)
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Clear, Keep, Linked, Orphaned, Rows

COOKIES = Sqlite(
    *in_network("Cookies"),
    *in_network("Extension Cookies"),
    *in_network("Safe Browsing Cookies"),
    "{user_data}/Safe Browsing Cookies",
    holds="cookies",
    source="net/extras/sqlite/sqlite_persistent_cookie_store.cc",
    rows=(
        Rows(
            "cookies",
            CookieHost("host_key"),
            CookiePort("source_port", of="host_key"),
            Partition("top_frame_site_key", of="host_key"),
        ),
    ),
)

MEDIA_DEVICE_SALTS = Sqlite(
    *in_partitions("MediaDeviceSalts"),
    holds="permissions",
    source="components/media_device_salt/media_device_salt_database.cc",
    rows=(Rows("media_device_salts", Origin("storage_key")),),
)

INDEXED_DB = OriginDirs(
    *in_partitions("IndexedDB/*"),
    whose=by_name,
    source="content/browser/indexed_db/file_path_util.cc",
)

WEB_SQL = OriginDirs(  # before Chromium 124
    *in_partitions("databases/*"),
    whose=by_name,
    source="storage/browser/database/database_tracker.cc",
)

BUCKETS = Buckets(
    *in_partitions("WebStorage"),
    source="storage/browser/quota/quota_database.cc",
)

QUOTA = Sqlite(
    *in_partitions("WebStorage/QuotaManager"),
    *in_partitions("QuotaManager"),
    holds="storage",
    source="storage/browser/quota/quota_database.cc",
    rows=(
        Rows("buckets", Origin("storage_key")),
        Rows("quota", Host("host")),  # before Chromium 110
        # Before Chromium 100.
        Rows("HostQuotaTable", Host("host")),
        Rows("OriginInfoTable", Origin("origin")),
        Rows("EvictionInfoTable", Origin("origin")),
    ),
)

OTHERS = (
    OthersFolders(
        *INDEXED_DB.places,
        whose=by_name,
        source="content/browser/indexed_db/instance/leveldb/backing_store.cc",
    ),
    OthersFolders(*in_partitions("WebStorage/[0-9]*"), whose=by_bucket, source=BUCKETS.source),
    OthersFolders(
        *in_partitions("File System/[0-9]*"),
        whose=by_number,
        source="storage/browser/file_system/sandbox_origin_database.cc",
    ),
)
# The folders of LevelDB end in letters.
OTHERS_INDEXED_DB = OthersIndexedDb(*in_partitions("IndexedDB/*[0-9]/*"), whose=of_origin)
OTHERS_BUCKETS_INDEXED_DB = OthersIndexedDb(*in_partitions("WebStorage/[0-9]*/IndexedDB/*"), whose=of_bucket)

_LOGINS = Keep("logins")

LOGINS = Sqlite(
    *in_profile("Login Data"),
    *in_profile("Login Data For Account"),
    holds="logins",
    source="components/password_manager/core/browser/password_store/login_database.cc",
    rows=(
        Rows(
            "logins",
            Url("origin_url"),
            Url("signon_realm"),
            Url("action_url"),
            Url("federation_url"),
            keep=_LOGINS,
        ),
        Rows("insecure_credentials", Linked("parent_id", "logins.id"), keep=_LOGINS),
        Rows("password_notes", Linked("parent_id", "logins.id"), keep=_LOGINS),
        Rows("sync_entities_metadata", Linked("storage_key", "logins.id"), keep=_LOGINS),
        # What the offer to save a password met with; there even where nothing was saved.
        Rows("stats", Url("origin_domain")),
    ),
)

AFFILIATIONS = Sqlite(
    *in_profile("Affiliation Database"),
    holds="logins",
    source="components/affiliations/core/browser/affiliation_database.cc",
    rows=(
        # Chromium drops a class as a whole; without one member it still is true of the others.
        Rows("eq_class_members", Url("facet_uri")),
        Rows("eq_class_groups", Url("facet_uri"), Host("main_domain")),
        Rows(
            "eq_classes",
            Orphaned("id", by="eq_class_members.set_id", unless="eq_class_groups.set_id"),
            Orphaned("id", by="eq_class_groups.set_id", unless="eq_class_members.set_id"),
        ),
        Rows("psl_extensions", Host("domain")),
    ),
    clears=(
        Clear("eq_classes", "group_icon_url", to=""),
        Clear("eq_class_members", "facet_icon_url", to=""),
        Clear("eq_class_members", "change_password_url", to=""),
        Clear("eq_class_groups", "change_password_url", to=""),
    ),
)

SITE_DATA = (
    COOKIES,
    MEDIA_DEVICE_SALTS,
    INDEXED_DB,
    WEB_SQL,
    *OTHERS,
    OTHERS_INDEXED_DB,
    OTHERS_BUCKETS_INDEXED_DB,
    BUCKETS,
    QUOTA,
    LOGINS,
    AFFILIATIONS,
)
