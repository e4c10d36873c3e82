"""Chromium's JSON files: settings for single sites, what the network service learned, bookmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.browsers.chromium.layout import in_network, in_profile
from scrubber.stores.app_windows import AppWindows
from scrubber.stores.columns import Host, Partition, Url
from scrubber.stores.encrypted_twin import EncryptedTwin
from scrubber.stores.hashed_hosts import HashedHosts
from scrubber.stores.hashed_items import HashedItems, of_hosts, of_pages
from scrubber.stores.json_file import KEY, Items, JsonFile
from scrubber.stores.leveldb_records import PushApp
from scrubber.stores.preferences import Encoded, HostOrUrl, PackedLog, Pattern, Preferences, under
from scrubber.stores.unfinished import Unfinished

if TYPE_CHECKING:
    from scrubber.model import Store

_CONTENT_SETTINGS = ("profile", "content_settings")

_SETTINGS = (
    Items(*_CONTENT_SETTINGS, "exceptions", "*", of=(Pattern(KEY),), holds="permissions"),
    # What one site may use of others, one by one: with whom it shares a sign-in (FedCM).
    Items(
        *_CONTENT_SETTINGS,
        "exceptions",
        "*",
        "*",
        "setting",
        "chosen-objects",
        of=(HostOrUrl("idp-origin"), HostOrUrl("rp-requester"), HostOrUrl("rp-embedder")),
        holds="permissions",
    ),
    Items(*_CONTENT_SETTINGS, "partitioned_exceptions", "*", "*", of=(Pattern(KEY),), holds="permissions"),
    Items("partition", "per_host_zoom_levels", "*", of=(HostOrUrl(KEY),), holds="permissions"),
    *(
        Items(name, of=(HostOrUrl(KEY), HostOrUrl("")), holds="permissions")
        for name in (
            "translate_site_blocklist_with_time",
            "translate_site_blocklist",
            "translate_site_blacklist_with_time",
            "translate_site_blacklist",
        )
    ),
    *(
        Items(
            "performance_tuning", "tab_discarding", name, of=(Pattern(KEY), Pattern("")), holds="permissions"
        )
        for name in ("exceptions_with_time", "exceptions")
    ),
    *(
        Items("custom_handlers", name, of=(Url("url"),), holds="permissions")
        for name in ("registered_protocol_handlers", "ignored_protocol_handlers")
    ),
    Items("gcm", "push_messaging_application_id_map", of=(PushApp(KEY),), holds="permissions"),
    Items("gcm", "push_messaging_unsubscribed_entries_list", of=(HostOrUrl("origin"),), holds="permissions"),
    *(
        Items(*place, of=(HostOrUrl(KEY), HostOrUrl(""), Pattern(KEY)), holds="permissions")
        for place in (
            ("compose", "proactive_nudge_disabled_sites_with_time"),
            ("contextual_tasks", "site_exclusions"),
            ("fingerprinting_protection_filter", "refresh_heuristic_breakage_exception_sites"),
            ("protocol_handler", "allowed_origin_protocol_pairs"),
            ("profile", "lookalike_domain_allowlist"),
            ("profile", "managed", "manual_hosts"),
            ("profile", "managed", "manual_urls"),
            ("profile", "safety_hub_menu_notifications"),
            ("privacy_sandbox", "fledge_join_blocked"),
        )
    ),
)

# What the developer tools remember: breakpoints, blocked addresses, recordings, talks about pages.
_TOOLS = tuple(
    ("devtools", name)
    for name in ("preferences", "synced_preferences_sync_enabled", "synced_preferences_sync_disabled")
)

# Answers and guesses that were kept to be faster, and what was counted or noted on the way.
_BROWSING = (
    ("zerosuggest",),
    ("prefetch", "search_prefetch"),
    ("omnibox", "search_preload"),
    ("history_clusters",),
    ("commerce",),
    ("group_suggestions_tracker",),
    ("login_detection",),
    ("site_isolation",),
    ("profile", "web_share"),
    ("web_apps", "daily_metrics"),
    ("media_router",),
    ("browser", "last_redirect_origin"),
    ("NewTabPage",),
    ("dns_prefetching",),
    *_TOOLS,
)

_SERVERS = ("net", "http_server_properties")
_NETWORK = (
    Items(
        *_SERVERS, "servers", of=(Url("server"), Partition("anonymization.0", of="server")), holds="network"
    ),
    Items(
        *_SERVERS,
        "broken_alternative_services",
        of=(Host("host"), Partition("anonymization.0", of="host")),
        holds="network",
    ),
    Items(
        *_SERVERS,
        "quic_servers",
        of=(HostOrUrl("server_id"), Partition("anonymization.0", of="server_id")),
        holds="network",
    ),
)

# The tiles of the new-tab page that the person has arranged.
_TILES = tuple(
    Items(*place, of=(Url("url"),), holds="bookmarks", keep="bookmarks")
    for place in (
        ("custom_links", "list"),
        ("custom_links_mobile", "list"),
        ("enterprise_shortcuts", "user_list"),
    )
)

# chrome/browser/prefs/chrome_pref_service_factory.cc (tracked preferences); folders that the person chose.
_PROTECTED = (
    ("homepage",),
    ("session",),
    ("pinned_tabs",),
    ("search_provider_overrides",),
    ("default_search_provider",),
    ("default_search_provider_data",),
    ("extensions",),
    ("media", "cdm"),
    ("google", "services"),
    ("protection",),
    ("download",),
    ("savefile",),
    ("selectfile",),
    ("web_apps", "web_app_ids"),
)
_ITEMS = (*_SETTINGS, *_NETWORK, *_TILES)

# Pages that the person doesn't want among the tiles; hosts about which hints were asked for.
_HASHED = (
    HashedItems("ntp", "most_visited_blacklist", spelled=of_pages, holds="history"),
    HashedItems(
        "optimization_guide",
        "hintsfetcher",
        "hosts_successfully_fetched",
        spelled=of_hosts,
        holds="network",
    ),
    HashedItems(
        "optimization_guide", "hintsfetcher", "top_host_blacklist", spelled=of_hosts, holds="network"
    ),
)

# Windows without a bar for addresses, which `--app=URL` opens.
_WINDOWS = AppWindows("browser", "app_window_placement", holds="history")

PREFERENCES = Preferences(
    *in_profile("Preferences"),
    *in_profile("AccountPreferences"),
    items=(*_ITEMS, *under("account_values", _ITEMS)),
    browsing=_BROWSING,
    protected=(*_PROTECTED, *(("account_values", *way) for way in _PROTECTED)),
    spelled=(*_HASHED, _WINDOWS),
    texts=_TOOLS,
    source="components/content_settings/core/browser/content_settings_pref_provider.cc",
)

SECURE_PREFERENCES = Preferences(
    *in_profile("Secure Preferences"),
    items=(),
    protected=((),),
    source="services/preferences/tracked/pref_hash_store_impl.cc",
)

LOCAL_STATE = Preferences(
    "{user_data}/Local State",
    # Each has the addresses of pages, where the person lets Chromium report them (UKM).
    items=tuple(
        Items(*place, of=(PackedLog("data"),), holds="logs")
        for place in (
            ("ukm", "persisted_logs"),
            ("user_experience_metrics", "initial_logs2"),
            ("user_experience_metrics", "ongoing_logs2"),
        )
    ),
    browsing=(("HostReferralList",), ("StartupDNSPrefetchList",), ("dns_prefetching",)),
    source="chrome/browser/prefs/browser_prefs.cc",
)

NETWORK_STATE = JsonFile(
    *in_network("Network Persistent State"),
    items=_NETWORK,
    source="net/http/http_server_properties_manager.cc",
)

TRANSPORT_SECURITY = HashedHosts(*in_network("TransportSecurity"))

SCT_REPORTS = JsonFile(
    *in_network("SCT Auditing Pending Reports"),
    items=(Items(of=(Encoded("report"),), holds="network"),),
    source="services/network/sct_auditing/sct_auditing_handler.cc",
)

BOOKMARKS = JsonFile(
    *in_profile("Bookmarks"),
    *in_profile("Bookmarks.bak"),
    *in_profile("AccountBookmarks"),
    *in_profile("AccountBookmarks.bak"),
    items=(Items("roots", "**", "children", of=(Url("url"),), holds="bookmarks", keep="bookmarks"),),
    source="components/bookmarks/browser/bookmark_codec.cc",
)

ENCRYPTED_BOOKMARKS = tuple(
    EncryptedTwin(*in_profile(f"Encrypted{name}2{before}"), plain=f"{name}{before}", of=BOOKMARKS)
    for name in ("Bookmarks", "AccountBookmarks")
    for before in ("", ".bak")  # as it was when the browser last started
)

UNFINISHED = Unfinished(
    *in_network(".org.chromium.Chromium.*"),
    *in_network(".com.google.Chrome.*"),
    "{user_data}/.org.chromium.Chromium.*",
    "{user_data}/.com.google.Chrome.*",
    *in_network("*.tmp"),  # Windows
    *in_network("*.TMP"),
    "{user_data}/*.tmp",
    "{user_data}/*.TMP",
    source="base/files/important_file_writer.cc",
)

SETTINGS: tuple[Store, ...] = (
    PREFERENCES,
    SECURE_PREFERENCES,
    LOCAL_STATE,
    NETWORK_STATE,
    TRANSPORT_SECURITY,
    SCT_REPORTS,
    *ENCRYPTED_BOOKMARKS,
    BOOKMARKS,
    UNFINISHED,
)
