"""What a person typed, chose or was offered in Chromium: forms, search engines, payments, page texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.browsers.chromium.layout import in_partitions, in_profile
from scrubber.stores.columns import Host, Origin, Site, Url
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Keep, Linked, Orphaned, Rows
from scrubber.stores.undescribed import AnySqlite

if TYPE_CHECKING:
    from scrubber.model import Store

_ENGINES = Keep("")

WEB_DATA = Sqlite(
    *in_profile("Web Data"),
    *in_profile("Account Web Data"),
    holds="forms",
    source="components/webdata/common/web_database.cc",
    rows=(
        # Neither knows a site: only what was typed can name the target.
        Rows("autofill"),
        Rows("autocomplete"),
        Rows("keywords", Url("url"), Url("originating_url"), keep=_ENGINES, holds="extensions"),
        Rows("payment_method_manifest", Url("method_name")),
        Rows("web_app_manifest_section", Url("method_name")),
        Rows("secure_payment_confirmation_instrument", Host("relying_party_id"), keep=Keep("logins")),
        Rows("secure_payment_confirmation_browser_bound_key", Host("relying_party_id"), keep=Keep("logins")),
        Rows("offer_merchant_domain", Url("merchant_domain")),
        Rows("offer_data", Url("offer_details_url"), Url("merchant_domain")),
        Rows("benefit_merchant_domains", Url("merchant_domain")),
        Rows("virtual_card_usage_data", Url("merchant_domain")),
        Rows("loyalty_card_merchant_domain", Url("merchant_domain"), keep=Keep("")),
        Rows("plus_addresses", Url("facet"), keep=Keep("logins")),
    ),
)

PAGE_CONTENTS = Sqlite(
    *in_profile("annotated_page_contents_db"),
    *in_profile("PageContentAnnotations/annotated_page_contents_db"),
    holds="history",
    source="components/page_content_annotations/core/page_content_store.cc",
    rows=(
        Rows("page_metadata", Url("url")),
        Rows("page_content", Orphaned("id", by="page_metadata.content_id")),
    ),
)

RECORDINGS = Sqlite(
    *in_profile("ReplayTaskDatabase.db"),
    holds="history",
    source="chrome/browser/record_replay/replay_task_database.cc",
    rows=(
        Rows("recordings", Url("url")),
        Rows("task_definitions", Url("url")),
        Rows("task_steps", Url("url")),
        Rows("task_parameter_values"),
    ),
)

PERFORMANCE_OBSERVER = Sqlite(
    *in_partitions("declarative_performance_observer.db"),
    *in_partitions("declarative_performance_observer"),
    holds="network",
    source="content/browser/declarative_performance_observer/declarative_performance_observer_database.cc",
    rows=(
        Rows("declarative_performance_observer_policies", Origin("origin")),
        Rows("declarative_performance_observer_reports", Origin("origin")),
    ),
)

BOUND_SESSIONS = Sqlite(
    *in_partitions("Network/Device Bound Sessions"),
    *in_partitions("Device Bound Sessions"),
    holds="cookies",
    source="net/device_bound_sessions/session_store_impl.cc",
    rows=(Rows("dbsc_session_tbl", Site("key")),),
)

PROTECTED_MEDIA = Sqlite(
    *in_partitions("CdmStorage.db"),
    *in_partitions("Media License/CdmStorage.db"),
    holds="storage",
    source="content/browser/media/cdm_storage_database.cc",
    rows=(Rows("cdm_storage", Origin("storage_key")),),
)

MEDIA_HISTORY = Sqlite(  # before Chromium 120
    *in_profile("Media History"),
    holds="history",
    source="chrome/browser/media/history/media_history_store.cc",
    rows=(
        Rows("origin", Origin("origin")),
        Rows("playback", Linked("origin_id", "origin.id"), Url("url")),
        Rows("playbackSession", Linked("origin_id", "origin.id"), Url("url")),
        Rows("sessionImage", Linked("session_id", "playbackSession.id")),
        Rows("mediaImage", Orphaned("id", by="sessionImage.image_id"), Url("url")),
        Rows("mediaFeed", Linked("origin_id", "origin.id"), Url("url")),
        Rows("mediaFeedItem", Linked("feed_id", "mediaFeed.id")),
    ),
)

APPLICATION_CACHE = Sqlite(  # before Chromium 95
    *in_partitions("Application Cache/Index"),
    holds="cache",
    source="content/browser/appcache/appcache_database.cc",
    rows=(
        Rows("Groups", Url("origin"), Url("manifest_url")),
        Rows("Caches", Linked("group_id", "Groups.group_id")),
        Rows("Entries", Linked("cache_id", "Caches.cache_id"), Url("url")),
        Rows("Namespaces", Linked("cache_id", "Caches.cache_id"), Url("origin")),
        Rows("OnlineWhiteLists", Linked("cache_id", "Caches.cache_id")),
        Rows("DeletableResponseIds", Orphaned("response_id", by="Entries.response_id")),
    ),
)

WEB_SQL_INDEX = Sqlite(  # before Chromium 124
    *in_partitions("databases/Databases.db"),
    holds="storage",
    source="storage/browser/database/databases_table.cc",
    rows=(Rows("Databases", Origin("origin")), Rows("Quota", Origin("origin"))),
)

# Groups of tabs that several people share, with their talk about them, and a list of things to do.
SHARED_GROUPS = AnySqlite(
    *in_profile("DataSharing/DataSharingDB"),
    *in_profile("Collaboration/MessageDB"),
    *in_profile("ContextHub.db"),
    holds="bookmarks",
    source="components/data_sharing/internal/group_data_model.cc",
    kept=True,
)

PERSON: tuple[Store, ...] = (
    WEB_DATA,
    PAGE_CONTENTS,
    RECORDINGS,
    PERFORMANCE_OBSERVER,
    BOUND_SESSIONS,
    PROTECTED_MEDIA,
    MEDIA_HISTORY,
    APPLICATION_CACHE,
    WEB_SQL_INDEX,
    SHARED_GROUPS,
)
