"""Databases of Chromium's Privacy Sandbox: written by versions of about 110 to 150, left behind since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.browsers.chromium.layout import in_partitions, in_profile
from scrubber.stores.columns import Host, Origin, Site, Url
from scrubber.stores.hashed_items import HashedItems, hosts_of_topics, of_topics
from scrubber.stores.numbered import Numbered, OneOf
from scrubber.stores.preferences import Preferences
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Keep, Linked, Orphaned, Rows

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Look, Store

INTEREST_GROUPS = Sqlite(
    *in_partitions("InterestGroups"),
    holds="network",
    source="content/browser/interest_group/interest_group_storage.cc",
    rows=(
        Rows("interest_groups", Origin("owner"), Origin("joining_origin"), Url("joining_url")),
        Rows("join_history", Origin("owner"), Origin("joining_origin")),
        Rows("bid_history", Origin("owner")),
        Rows("win_history", Origin("owner")),
        Rows("k_anon", Origin("owner_origin")),
        Rows("lockout_debugging_only_report", Origin("reporting_origin")),
        Rows("cooldown_debugging_only_report", Origin("origin")),
    ),
)

SHARED_STORAGE = Sqlite(
    *in_partitions("SharedStorage"),
    holds="storage",
    source="components/services/storage/shared_storage/shared_storage_database.cc",
    rows=(
        Rows("values_mapping", Origin("context_origin")),
        Rows("per_origin_mapping", Origin("context_origin")),
        Rows("budget_mapping", Site("context_site"), Origin("context_origin")),
    ),
)

ATTRIBUTION = Sqlite(
    *in_partitions("Conversions"),
    holds="network",
    source="content/browser/attribution_reporting/attribution_storage_sql.cc",
    rows=(
        Rows("sources", Origin("source_origin"), Origin("reporting_origin"), Site("source_site")),
        Rows("source_destinations", Linked("source_id", "sources.source_id"), Site("destination_site")),
        Rows("sources", Orphaned("source_id", by="source_destinations.source_id")),
        Rows("dedup_keys", Linked("source_id", "sources.source_id")),
        Rows("reports", Origin("context_origin"), Origin("reporting_origin")),
        Rows(
            "rate_limits",
            Site("source_site"),
            Site("destination_site"),
            Origin("context_origin"),
            Origin("reporting_origin"),
            Site("reporting_site"),
        ),
        Rows("aggregatable_debug_rate_limits", Site("context_site"), Site("reporting_site")),
        Rows("os_registrations", Origin("registration_origin")),
    ),
)

AGGREGATION = Sqlite(
    *in_partitions("AggregationService"),
    holds="network",
    source="content/browser/aggregation_service/aggregation_service_storage_sql.cc",
    rows=(
        Rows("report_requests", Origin("reporting_origin")),
        Rows("urls", Url("url")),
        Rows("keys", Linked("url_id", "urls.url_id")),
    ),
)

PRIVATE_AGGREGATION = Sqlite(
    *in_partitions("PrivateAggregation"),
    holds="network",
    source="content/browser/private_aggregation/private_aggregation_budget_storage.cc",
    rows=(Rows("private_aggregation_api_budgets", Site("id"), Site("key")),),
)

_DOMAINS = "browsing_topics_api_hashed_to_unhashed_domain"
_DOMAIN = "hashed_context_domain"


def _topics(path: Path, look: Look) -> tuple[Rows, ...]:
    """With the hashes of the pages on which the API was called."""
    return (
        Rows(_DOMAINS, Site("context_domain"), Host("context_domain")),
        Rows(
            "browsing_topics_api_usages",
            Linked(_DOMAIN, f"{_DOMAINS}.{_DOMAIN}"),
            OneOf("hashed_main_frame_host", hosts_of_topics(path, look)),
        ),
    )


TOPICS = Numbered(
    *in_partitions("BrowsingTopicsSiteData"),
    holds="network",
    source="components/browsing_topics/browsing_topics_site_data_storage.cc",
    rows=_topics,
)

TOPICS_STATE = Preferences(
    *in_profile("BrowsingTopicsState"),
    items=(),
    spelled=(
        HashedItems(
            "epochs",
            "*",
            "top_topics_and_observing_domains",
            "*",
            "hashed_domains",
            spelled=of_topics,
            holds="network",
        ),
    ),
    source="components/browsing_topics/browsing_topics_state.cc",
    rest="network",
)

FIRST_PARTY_SETS = Sqlite(
    "{user_data}/first_party_sets.db",
    holds="network",
    source="content/browser/first_party_sets/database/first_party_sets_database.cc",
    rows=(
        Rows("browser_context_sites_to_clear", Site("site")),
        # They come with the browser or from an administrator.
        Rows("public_sets", keep=Keep("")),
        Rows("manual_configurations", keep=Keep("")),
        Rows("policy_configurations", keep=Keep("")),
    ),
)

ADVERTISING: tuple[Store, ...] = (
    INTEREST_GROUPS,
    SHARED_STORAGE,
    ATTRIBUTION,
    AGGREGATION,
    PRIVATE_AGGREGATION,
    TOPICS,
    TOPICS_STATE,
    FIRST_PARTY_SETS,
)
