"""What a Chromium profile remembers of browsing: history, downloads, icons, the omnibox."""

from __future__ import annotations

import hashlib

from scrubber.browsers.chromium.layout import in_profile
from scrubber.stores.columns import Host, Named, Url
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Clear, Hashed, Linked, Orphaned, Rows

HISTORY = Sqlite(
    *in_profile("History"),
    *in_profile("Archived History"),  # before Chromium 37
    holds="history",
    source="components/history/core/browser/history_database.cc",
    rows=(
        Rows("urls", Url("url")),
        Rows("visited_links", Linked("link_url_id", "urls.id"), Url("top_level_url"), Url("frame_url")),
        Rows("visits", Linked("url", "urls.id")),
        Rows("visit_source", Linked("id", "visits.id")),
        Rows("keyword_search_terms", Linked("url_id", "urls.id")),
        Rows("segments", Linked("url_id", "urls.id"), Url("name")),
        Rows("segment_usage", Linked("segment_id", "segments.id")),
        Rows("content_annotations", Linked("visit_id", "visits.id"), Url("search_normalized_url")),
        Rows("context_annotations", Linked("visit_id", "visits.id")),
        Rows(
            "clusters_and_visits",
            Linked("visit_id", "visits.id"),
            Url("url_for_deduping"),
            Url("normalized_url"),
            Url("url_for_display"),
        ),
        Rows("clusters", Orphaned("cluster_id", by="clusters_and_visits.cluster_id")),
        Rows("clusters_and_visits", Linked("cluster_id", "clusters.cluster_id")),
        Rows("cluster_keywords", Linked("cluster_id", "clusters.cluster_id")),
        Rows(
            "cluster_visit_duplicates",
            Linked("visit_id", "visits.id"),
            Linked("duplicate_visit_id", "visits.id"),
        ),
        # The pages of one redirect share a time.
        Rows("history_sync_metadata", Orphaned("storage_key", by="visits.visit_time")),
        Rows("typed_url_sync_metadata", Linked("storage_key", "urls.id")),  # before Chromium 122
        Rows("journey_history_entries", Orphaned("visit_timestamp_micros", by="visits.visit_time")),
        Rows("journeys", Orphaned("journey_id", by="journey_history_entries.journey_id")),
        Rows("journey_continuation_queries", Linked("journey_id", "journeys.journey_id")),
        Rows("journey_history_entries", Linked("journey_id", "journeys.journey_id")),
        Rows("journey_sync_metadata", Linked("storage_key", "journeys.journey_id")),
        Rows("downloads_url_chains", Url("url"), holds="downloads"),
        Rows(
            "downloads",
            Linked("id", "downloads_url_chains.id"),
            Url("site_url"),
            Url("tab_url"),
            holds="downloads",
        ),
        Rows("downloads_url_chains", Linked("id", "downloads.id"), holds="downloads"),
        Rows("downloads_slices", Linked("download_id", "downloads.id"), holds="downloads"),
    ),
    clears=(
        Clear("visits", "from_visit", to=0, linked="visits.id"),
        Clear("visits", "opener_visit", to=0, linked="visits.id"),
        Clear("visits", "segment_id", to=0, linked="segments.id"),
        Clear("visits", "visited_link_id", to=0, linked="visited_links.id"),
        Clear("visits", "external_referrer_url", to=""),
        Clear("downloads", "referrer", to="", holds="downloads"),
        Clear("downloads", "tab_referrer_url", to="", holds="downloads"),
    ),
)

FAVICONS = Sqlite(
    *in_profile("Favicons"),
    holds="icons",
    source="components/favicon/core/favicon_database.cc",
    rows=(
        Rows("favicons", Url("url")),
        Rows("icon_mapping", Url("page_url"), Linked("icon_id", "favicons.id")),
        Rows("favicons", Orphaned("id", by="icon_mapping.icon_id")),
        Rows("favicon_bitmaps", Linked("icon_id", "favicons.id")),
    ),
)

TOP_SITES = Sqlite(
    *in_profile("Top Sites"),
    holds="history",
    source="components/history/core/browser/top_sites_database.cc",
    rows=(
        Rows("top_sites", Url("url")),
        Rows("thumbnails", Url("url")),  # before Chromium 74
    ),
)

SHORTCUTS = Sqlite(
    *in_profile("Shortcuts"),
    holds="history",
    source="components/omnibox/browser/shortcuts_database.cc",
    rows=(Rows("omni_box_shortcuts", Url("url")),),
)

PREDICTOR = Sqlite(
    *in_profile("Network Action Predictor"),
    holds="network",
    source="chrome/browser/predictors/predictor_database.cc",
    rows=(
        Rows("network_action_predictor", Url("url")),
        Rows("resource_prefetch_predictor_host_redirect", Host("key")),
        Rows("resource_prefetch_predictor_origin", Host("key"), Url("key")),
        Rows("lcp_critical_path_predictor", Host("key"), Url("key")),
        Rows("lcp_critical_path_predictor_initiator_origin", Host("key"), Named("key")),
        # Before Chromium 70.
        Rows("resource_prefetch_predictor_url", Url("main_page_url"), Url("key")),
        Rows("resource_prefetch_predictor_url_redirect", Url("key")),
        Rows("resource_prefetch_predictor_host", Host("main_page_url"), Host("key")),
        Rows("resource_prefetch_predictor_manifest", Host("key")),
    ),
)


def _url_id(url: str) -> int:
    """Source: components/segmentation_platform/internal/database/ukm_types.h, ukm_url_table.cc."""
    digest = hashlib.md5(url.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "little", signed=True)


UKM = Sqlite(
    "{user_data}/segmentation_platform/ukm_db",
    holds="history",
    source="components/segmentation_platform/internal/database/ukm_url_table.cc",
    rows=(
        Rows("urls", Url("url")),
        # Rows outlive that of their URL; the number is a hash of it.
        Rows("metrics", Linked("url_id", "urls.url_id"), Hashed("url_id", of="urls.url", by=_url_id)),
    ),
)

BROWSING = (HISTORY, FAVICONS, TOP_SITES, SHORTCUTS, PREDICTOR)
