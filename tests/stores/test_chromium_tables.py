"""Chromium's databases: in every table the target's rows go, and exactly those."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from scrubber.browsers.chromium.browsing import FAVICONS, HISTORY, PREDICTOR, SHORTCUTS, TOP_SITES, UKM
from scrubber.browsers.chromium.network import AD_INTERVENTIONS, DIPS, REPORTING, TRUST_TOKENS
from scrubber.browsers.chromium.person import WEB_DATA
from scrubber.browsers.chromium.site_data import (
    AFFILIATIONS,
    COOKIES,
    LOGINS,
    MEDIA_DEVICE_SALTS,
    QUOTA,
)
from scrubber.formats import anonymization_key
from scrubber.model import Policy, Standing
from scrubber.sites import Target
from scrubber.sites.site_files import ad_hoc
from tests.schemas import create, insert
from tests.stores.running import MIXED, OURS, TARGET, THEIRS, ask, clean, look, run

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.stores.sqlite import Sqlite

LOGINS_TOO = Policy(include=frozenset({"logins"}))
NIK = anonymization_key.encode


class Place(NamedTuple):
    """One column that says whose the row is."""

    store: Sqlite
    schema: str
    table: str
    column: str
    spelled: str
    policy: Policy = Policy()


PLACES = [
    Place(HISTORY, "History", "urls", "url", "https://{}/a?b#c"),
    Place(HISTORY, "History", "urls", "url", "view-source:https://{}:8443/"),
    Place(HISTORY, "History", "visited_links", "top_level_url", "https://{}/"),
    Place(HISTORY, "History", "visited_links", "frame_url", "https://{}/"),
    Place(HISTORY, "History", "segments", "name", "http://{}/"),
    Place(HISTORY, "History", "content_annotations", "search_normalized_url", "https://{}/"),
    Place(HISTORY, "History", "clusters_and_visits", "url_for_deduping", "https://{}/"),
    Place(HISTORY, "History", "clusters_and_visits", "normalized_url", "https://{}/"),
    Place(HISTORY, "History", "clusters_and_visits", "url_for_display", "https://{}/"),
    Place(HISTORY, "History", "downloads_url_chains", "url", "https://{}/a.png"),
    Place(HISTORY, "History", "downloads", "site_url", "https://{}/"),
    Place(HISTORY, "History", "downloads", "tab_url", "https://{}/"),
    Place(FAVICONS, "Favicons", "favicons", "url", "https://{}/favicon.ico"),
    Place(FAVICONS, "Favicons", "icon_mapping", "page_url", "https://{}/"),
    Place(TOP_SITES, "Top Sites", "top_sites", "url", "https://{}/"),
    Place(SHORTCUTS, "Shortcuts", "omni_box_shortcuts", "url", "https://{}/"),
    Place(PREDICTOR, "Network Action Predictor", "network_action_predictor", "url", "https://{}/"),
    Place(PREDICTOR, "Network Action Predictor", "resource_prefetch_predictor_host_redirect", "key", "{}"),
    Place(PREDICTOR, "Network Action Predictor", "resource_prefetch_predictor_origin", "key", "{}"),
    Place(PREDICTOR, "Network Action Predictor", "resource_prefetch_predictor_origin", "key", "https://{}"),
    Place(PREDICTOR, "Network Action Predictor", "lcp_critical_path_predictor", "key", "{}"),
    Place(
        PREDICTOR,
        "Network Action Predictor",
        "lcp_critical_path_predictor_initiator_origin",
        "key",
        "https://a.example https://{}",
    ),
    Place(UKM, "ukm_db", "urls", "url", "https://{}/"),
    Place(REPORTING, "Reporting and NEL", "nel_policies", "origin_host", "{}"),
    Place(REPORTING, "Reporting and NEL", "reporting_endpoint_groups", "origin_host", "{}"),
    Place(REPORTING, "Reporting and NEL", "reporting_endpoints", "origin_host", "{}"),
    Place(REPORTING, "Reporting and NEL", "reporting_endpoints", "url", "https://{}/report"),
    Place(TRUST_TOKENS, "Trust Tokens", "trust_tokens_issuer_config", "key", "https://{}"),
    Place(TRUST_TOKENS, "Trust Tokens", "trust_tokens_toplevel_config", "key", "https://{}:8443"),
    Place(
        TRUST_TOKENS,
        "Trust Tokens",
        "trust_tokens_issuer_toplevel_pair_config",
        "key",
        "https://{} https://a.example",
    ),
    Place(
        TRUST_TOKENS,
        "Trust Tokens",
        "trust_tokens_issuer_toplevel_pair_config",
        "key",
        "https://a.example https://{}",
    ),
    Place(AD_INTERVENTIONS, "heavy_ad_intervention_opt_out", "previews_v1", "host_name", "{}"),
    Place(COOKIES, "Cookies", "cookies", "host_key", "{}"),
    Place(COOKIES, "Cookies", "cookies", "host_key", ".{}"),
    Place(MEDIA_DEVICE_SALTS, "MediaDeviceSalts", "media_device_salts", "storage_key", "https://{}/"),
    Place(QUOTA, "QuotaManager", "buckets", "storage_key", "https://{}/"),
    Place(QUOTA, "QuotaManager", "buckets", "storage_key", "https://{}/^0https://a.example"),
    Place(LOGINS, "Login Data", "stats", "origin_domain", "https://{}/"),
    Place(LOGINS, "Login Data", "logins", "origin_url", "https://{}/", LOGINS_TOO),
    Place(LOGINS, "Login Data", "logins", "signon_realm", "https://{}/", LOGINS_TOO),
    Place(LOGINS, "Login Data For Account", "logins", "action_url", "https://{}/", LOGINS_TOO),
    Place(LOGINS, "Login Data For Account", "logins", "federation_url", "https://{}/", LOGINS_TOO),
    Place(AFFILIATIONS, "Affiliation Database", "eq_class_members", "facet_uri", "https://{}"),
    Place(AFFILIATIONS, "Affiliation Database", "eq_class_groups", "facet_uri", "https://{}"),
    Place(AFFILIATIONS, "Affiliation Database", "eq_class_groups", "main_domain", "{}"),
    Place(AFFILIATIONS, "Affiliation Database", "psl_extensions", "domain", "{}"),
]

# The column that tells rows apart where that isn't the one in question, and what else the key needs.
DISTINCT: dict[str, tuple[str, dict[str, object]]] = {
    "clusters_and_visits": ("visit_id", {"cluster_id": 1}),
    "downloads_url_chains": ("id", {"chain_index": 0}),
    "eq_class_members": ("set_id", {}),
    "logins": ("id", {}),
    "previews_v1": ("time", {"opt_out": 0, "type": 0}),
    "reporting_endpoints": ("origin_port", {}),
}


def made(tmp_path: Path, schema: str) -> Path:
    path = tmp_path / schema
    create(path, f"chromium-156/{schema}")
    return path


@pytest.mark.parametrize(
    "place", PLACES, ids=[f"{place.schema} {place.table}.{place.column} {place.spelled}" for place in PLACES]
)
def test_rows_of_the_target_go_and_no_others(place: Place, tmp_path: Path) -> None:
    path = made(tmp_path, place.schema)
    name, rest = DISTINCT.get(place.table, ("rowid", {}))
    rows = [rest | {name: n, place.column: place.spelled.format(host)} for n, host in enumerate(MIXED, 1)]
    insert(path, place.table, *rows)
    done = clean(place.store, path, place.policy)
    assert ask(path, f"SELECT {place.column} FROM {place.table} ORDER BY {name}") == [
        place.spelled.format(host) for host in MIXED if host in THEIRS
    ]
    assert {trace.standing for trace in done.removed} == {Standing.OWN}
    assert len(done.removed) == len(OURS)
    assert done.equal >= len(THEIRS)


def test_urls_of_a_shared_host(tmp_path: Path) -> None:
    path = made(tmp_path, "History")
    urls = [
        "https://openai.com/dall-e-2",
        "https://openai.com/dall-e/",
        "https://openai.com/dall-e?from=x",
        "https://openai.com/dall-electric",
        "https://openai.com/blog/dall-e-2x",
        "https://openai.com/",
    ]
    insert(path, "urls", *({"url": url} for url in urls))
    clean(HISTORY, path)
    assert ask(path, "SELECT url FROM urls") == urls[3:]


COOKIE_ROWS = [
    ("labs.openai.com", ""),
    (".openai.com", ""),
    ("openai.com", ""),
    ("auth.openai.com", ""),
    (".auth0.openai.com", ""),
    ("chat.openai.com", ""),
    ("third.example", "https://openai.com"),
    ("third.example", "https://shop.example"),
    ("third.example", "https://notopenai.com"),
    ("labs.openai.com", "https://shop.example"),
    ("chat.openai.com", "https://openai.com"),
    (".chat.openai.com", "https://openai.com"),
]


@pytest.mark.parametrize("name", ["Cookies", "Safe Browsing Cookies"])
def test_cookies_by_sign_in_and_partition(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    create(path, "chromium-156/Cookies")
    insert(path, "cookies", *({"host_key": host, "top_frame_site_key": top} for host, top in COOKIE_ROWS))
    clean(COOKIES, path)
    assert ask(path, "SELECT host_key, top_frame_site_key FROM cookies") == [
        ("openai.com", ""),
        ("chat.openai.com", ""),
        ("third.example", "https://shop.example"),
        ("third.example", "https://notopenai.com"),
        ("chat.openai.com", "https://openai.com"),
        (".chat.openai.com", "https://openai.com"),
    ]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", ".shop.example"])
def test_cookies_of_one_port_are_those_that_it_set(tmp_path: Path, host: str) -> None:
    path = tmp_path / "Cookies"
    create(path, "chromium-156/Cookies")
    ports = (8080, 80, 18080, -1)
    insert(path, "cookies", *({"host_key": host, "source_port": port, "name": str(port)} for port in ports))
    insert(path, "cookies", {"host_key": "kept.example", "source_port": 8080, "name": "kept"})
    target = Target((ad_hoc([f"{host.lstrip('.')}:8080"], []),))
    found = COOKIES.find(path, replace(look(tmp_path), target=target))
    assert [trace.seen for trace in found] == [host]
    assert [trace.key for trace in found] == ask(path, "SELECT rowid FROM cookies WHERE name = '8080'")


def test_cookies_of_others_that_mention_the_target_are_reported_and_stay(tmp_path: Path) -> None:
    path = made(tmp_path, "Cookies")
    insert(path, "cookies", {"host_key": "shop.example", "value": "from=labs.openai.com"})
    insert(path, "cookies", {"host_key": "labs.openai.com"})
    done = clean(COOKIES, path)
    assert ask(path, "SELECT host_key FROM cookies") == ["shop.example"]
    assert [(trace.standing, trace.key) for trace in done.left] == [(Standing.MENTION, 1)]
    clean(COOKIES, path, Policy(mentions="all"))
    assert ask(path, "SELECT host_key FROM cookies") == []


def test_cookies_of_an_older_schema_without_partitions(tmp_path: Path) -> None:
    path = tmp_path / "Cookies"
    run(path, "CREATE TABLE cookies(creation_utc INTEGER NOT NULL, host_key TEXT, name TEXT, new BLOB)")
    insert(path, "cookies", *({"host_key": host} for host in MIXED))
    clean(COOKIES, path)
    assert ask(path, "SELECT host_key FROM cookies") == list(THEIRS)


def test_network_keys_of_partitions(tmp_path: Path) -> None:
    path = made(tmp_path, "Reporting and NEL")
    rows = [
        ("third.example", NIK("https://openai.com")),
        ("third.example", NIK("https://notopenai.com")),
        ("chat.openai.com", NIK("https://openai.com")),
        ("kept.example", f'["{NIK("https://openai.com")}",true,0]'),
        ("kept.example", "[]"),
    ]
    for table in ("nel_policies", "reporting_endpoint_groups", "reporting_endpoints"):
        insert(path, table, *({"origin_host": host, "nik": nik} for host, nik in rows))
    clean(REPORTING, path)
    for table in ("nel_policies", "reporting_endpoint_groups", "reporting_endpoints"):
        assert ask(path, f"SELECT origin_host, nik FROM {table}") == [rows[1], rows[2], rows[4]]


def test_sites_of_bounces(tmp_path: Path) -> None:
    path = made(tmp_path, "DIPS")
    sites = ["openai.com", "notopenai.com", "openai.com.evil.example", "kept.example"]
    insert(path, "bounces", *({"site": site} for site in sites))
    pairs = [("openai.com", "a.example"), ("a.example", "openai.com"), ("a.example", "b.example")]
    insert(path, "popups", *({"opener_site": opener, "popup_site": popup} for opener, popup in pairs))
    clean(DIPS, path)
    assert ask(path, "SELECT site FROM bounces ORDER BY rowid") == sites[1:]
    assert ask(path, "SELECT opener_site, popup_site FROM popups") == [("a.example", "b.example")]


def test_buckets_of_partitions(tmp_path: Path) -> None:
    path = made(tmp_path, "QuotaManager")
    keys = [
        "https://third.example/^0https://openai.com",
        "https://third.example/^0https://shop.example",
        "https://third.example/^0https://notopenai.com",
        "https://chat.openai.com/^0https://openai.com",
        "https://labs.openai.com/^0https://shop.example",
        "https://labs.openai.com.evil.example/^0https://shop.example",
    ]
    for name in ("_default", "named"):
        insert(path, "buckets", *({"storage_key": key, "name": name} for key in keys))
    clean(QUOTA, path)
    assert ask(path, "SELECT id, storage_key FROM buckets") == [
        (2, keys[1]), (3, keys[2]), (4, keys[3]), (6, keys[5]),
        (8, keys[1]), (9, keys[2]), (10, keys[3]), (12, keys[5]),
    ]  # fmt: skip
    assert ask(path, "SELECT seq FROM sqlite_sequence") == [12]


class Old(NamedTuple):
    """A table that newer versions no longer have."""

    store: Sqlite
    columns: str
    table: str
    column: str
    spelled: str


_QUOTA = "(host TEXT NOT NULL, type INTEGER DEFAULT 0, quota INTEGER, PRIMARY KEY(host, type)) WITHOUT ROWID"
OLD = [
    Old(QUOTA, _QUOTA, "quota", "host", "{}"),
    Old(QUOTA, "(host TEXT NOT NULL, type INTEGER, quota INTEGER)", "HostQuotaTable", "host", "{}"),
    Old(QUOTA, "(origin TEXT NOT NULL, type INTEGER)", "OriginInfoTable", "origin", "https://{}/"),
    Old(QUOTA, "(origin TEXT NOT NULL, type INTEGER)", "EvictionInfoTable", "origin", "https://{}/"),
    Old(TOP_SITES, "(url LONGVARCHAR PRIMARY KEY, redirects TEXT)", "thumbnails", "url", "https://{}/"),
    Old(
        PREDICTOR,
        "(resource_url TEXT, main_page_url TEXT)",
        "resource_prefetch_predictor_url",
        "main_page_url",
        "https://{}/",
    ),
    Old(PREDICTOR, "(key TEXT, proto BLOB)", "resource_prefetch_predictor_manifest", "key", "{}"),
]


@pytest.mark.parametrize("old", OLD, ids=[old.table for old in OLD])
def test_tables_that_only_old_versions_have(old: Old, tmp_path: Path) -> None:
    path = tmp_path / "database"
    run(path, f"CREATE TABLE {old.table}{old.columns}")
    insert(path, old.table, *({old.column: old.spelled.format(host)} for host in MIXED))
    clean(old.store, path)
    left = ask(path, f"SELECT {old.column} FROM {old.table} ORDER BY 1")
    assert left == sorted(map(old.spelled.format, THEIRS))


# --- History: what hangs on what


def history(tmp_path: Path) -> Path:
    """Pages 1, 2, 4 and 5 are others', 3 is the target's; visit n is of page n, each led to the next."""
    path = made(tmp_path, "History")
    hosts = ["shop.example", "kept.example", "labs.openai.com", "chat.openai.com", "far.example"]
    for number, host in enumerate(hosts, 1):
        insert(path, "urls", {"id": number, "url": f"https://{host}/"})
        insert(
            path,
            "visits",
            {
                "id": number,
                "url": number,
                "visit_time": 100 + number,
                "from_visit": number - 1,
                "opener_visit": number - 1,
                "segment_id": number,
                "visited_link_id": number,
            },
        )
        insert(path, "segments", {"id": number, "name": f"http://{host}/", "url_id": number})
        insert(path, "segment_usage", {"id": number, "segment_id": number})
        insert(
            path,
            "visited_links",
            {"id": number, "link_url_id": number, "top_level_url": "https://kept.example/"},
        )
        for table, column in (
            ("visit_source", "id"),
            ("content_annotations", "visit_id"),
            ("context_annotations", "visit_id"),
        ):
            insert(path, table, {column: number})
        insert(path, "keyword_search_terms", {"keyword_id": 2, "url_id": number, "term": f"term {number}"})
        insert(path, "history_sync_metadata", {"storage_key": 100 + number})
    return path


LINKED = [
    ("urls", "id"),
    ("visits", "id"),
    ("visit_source", "id"),
    ("segments", "id"),
    ("segment_usage", "segment_id"),
    ("visited_links", "id"),
    ("content_annotations", "visit_id"),
    ("context_annotations", "visit_id"),
    ("keyword_search_terms", "url_id"),
]


def test_what_hangs_on_a_page_goes_with_it(tmp_path: Path) -> None:
    path = history(tmp_path)
    clean(HISTORY, path)
    for table, column in LINKED:
        assert ask(path, f"SELECT {column} FROM {table} ORDER BY 1") == [1, 2, 4, 5], table
    assert ask(path, "SELECT storage_key FROM history_sync_metadata") == [101, 102, 104, 105]


def test_visits_of_others_forget_that_they_came_from_the_target(tmp_path: Path) -> None:
    path = history(tmp_path)
    run(path, "UPDATE visits SET segment_id = 3, visited_link_id = 3 WHERE id = 5")
    clean(HISTORY, path)
    assert ask(path, "SELECT id, from_visit, opener_visit, segment_id, visited_link_id FROM visits") == [
        (1, 0, 0, 1, 1),
        (2, 1, 1, 2, 2),
        (4, 0, 0, 4, 4),
        (5, 4, 4, 0, 0),
    ]


def test_referrers_are_blanked_and_their_rows_stay(tmp_path: Path) -> None:
    path = history(tmp_path)
    run(path, "UPDATE visits SET external_referrer_url = 'https://labs.openai.com/' WHERE id = 1")
    run(path, "UPDATE visits SET external_referrer_url = 'https://notlabs.openai.com/' WHERE id = 2")
    for number, referrer in enumerate(("https://labs.openai.com/", "https://chat.openai.com/"), 1):
        insert(path, "downloads", {"id": number, "referrer": referrer, "tab_referrer_url": referrer})
    clean(HISTORY, path)
    assert ask(path, "SELECT id, external_referrer_url FROM visits WHERE id < 3") == [
        (1, ""),
        (2, "https://notlabs.openai.com/"),
    ]
    assert ask(path, "SELECT referrer, tab_referrer_url FROM downloads") == [
        ("", ""),
        ("https://chat.openai.com/", "https://chat.openai.com/"),
    ]


def test_clusters_that_become_empty_go_with_their_keywords(tmp_path: Path) -> None:
    path = history(tmp_path)
    for cluster, visits in ((1, (3,)), (2, (3, 4)), (3, (5,)), (4, ())):
        insert(path, "clusters", {"cluster_id": cluster})
        insert(path, "cluster_keywords", {"cluster_id": cluster, "keyword": f"word {cluster}"})
        for visit in visits:
            insert(path, "clusters_and_visits", {"cluster_id": cluster, "visit_id": visit})
    insert(path, "cluster_visit_duplicates", {"visit_id": 3, "duplicate_visit_id": 1})
    insert(path, "cluster_visit_duplicates", {"visit_id": 2, "duplicate_visit_id": 3})
    insert(path, "cluster_visit_duplicates", {"visit_id": 4, "duplicate_visit_id": 5})
    clean(HISTORY, path)
    assert ask(path, "SELECT cluster_id FROM clusters") == [2, 3, 4]  # the last was empty before
    assert ask(path, "SELECT cluster_id FROM cluster_keywords") == [2, 3, 4]
    assert ask(path, "SELECT cluster_id, visit_id FROM clusters_and_visits ORDER BY 1") == [(2, 4), (3, 5)]
    assert ask(path, "SELECT visit_id, duplicate_visit_id FROM cluster_visit_duplicates ORDER BY 1") == [
        (4, 5)
    ]


def test_journeys_that_become_empty_go_with_all_that_belongs_to_them(tmp_path: Path) -> None:
    path = history(tmp_path)
    for journey, times in (("gone", (103,)), ("shared", (103, 104)), ("kept", (105,))):
        insert(path, "journeys", {"journey_id": journey, "title": journey})
        insert(path, "journey_continuation_queries", {"journey_id": journey})
        insert(path, "journey_sync_metadata", {"storage_key": journey})
        for time in times:
            insert(path, "journey_history_entries", {"journey_id": journey, "visit_timestamp_micros": time})
    clean(HISTORY, path)
    assert ask(path, "SELECT journey_id FROM journeys ORDER BY rowid") == ["shared", "kept"]
    assert ask(path, "SELECT journey_id FROM journey_continuation_queries") == ["shared", "kept"]
    assert ask(path, "SELECT storage_key FROM journey_sync_metadata ORDER BY rowid") == ["shared", "kept"]
    assert ask(path, "SELECT journey_id, visit_timestamp_micros FROM journey_history_entries ORDER BY 1") == [
        ("kept", 105),
        ("shared", 104),
    ]


def test_a_time_that_another_visit_shares_keeps_what_stands_for_both(tmp_path: Path) -> None:
    path = history(tmp_path)
    run(path, "UPDATE visits SET visit_time = 103 WHERE id = 4")
    insert(path, "journeys", {"journey_id": "both"})
    insert(path, "journey_history_entries", {"journey_id": "both", "visit_timestamp_micros": 103})
    clean(HISTORY, path)
    assert ask(path, "SELECT storage_key FROM history_sync_metadata") == [101, 102, 103, 104, 105]
    assert ask(path, "SELECT journey_id FROM journeys") == ["both"]


def test_a_download_goes_by_any_address_of_its_way(tmp_path: Path) -> None:
    path = made(tmp_path, "History")
    chains = {
        1: ["https://cdn.example/a.png"],
        2: ["https://short.example/1", "https://labs.openai.com/a.png", "https://cdn.example/b.png"],
        3: ["https://labs.openai.com.evil.example/c.png"],
    }
    for number, chain in chains.items():
        insert(path, "downloads", {"id": number, "target_path": f"picture {number}"})
        insert(path, "downloads_slices", {"download_id": number, "offset": 0})
        for index, url in enumerate(chain):
            insert(path, "downloads_url_chains", {"id": number, "chain_index": index, "url": url})
    clean(HISTORY, path)
    assert ask(path, "SELECT id FROM downloads") == [1, 3]
    assert ask(path, "SELECT id, url FROM downloads_url_chains") == [(1, *chains[1]), (3, *chains[3])]
    assert ask(path, "SELECT download_id FROM downloads_slices") == [1, 3]


ONLY = [
    (Policy(only=frozenset({"downloads"})), ["labs.openai.com", "kept.example"], ["kept.example"]),
    (Policy(without=frozenset({"downloads"})), ["kept.example"], ["labs.openai.com", "kept.example"]),
]


@pytest.mark.parametrize(("policy", "pages", "downloads"), ONLY, ids=["downloads alone", "all but downloads"])
def test_parts_of_a_database(policy: Policy, pages: list[str], downloads: list[str], tmp_path: Path) -> None:
    path = made(tmp_path, "History")
    for number, host in enumerate(("labs.openai.com", "kept.example")):
        insert(path, "urls", {"url": f"https://{host}/"})
        insert(path, "downloads", {"tab_url": f"https://{host}/"})
        chain = {"id": number + 1, "chain_index": 0, "url": f"https://{host}/x"}
        insert(path, "downloads_url_chains", chain)
    clean(HISTORY, path, policy)
    assert ask(path, "SELECT url FROM urls") == [f"https://{host}/" for host in pages]
    assert ask(path, "SELECT tab_url FROM downloads") == [f"https://{host}/" for host in downloads]
    assert ask(path, "SELECT url FROM downloads_url_chains") == [f"https://{host}/x" for host in downloads]


MENTIONS = [
    ("browsing", ["https://s.example/?q=labs.openai.com.evil.example"]),
    ("all", ["https://s.example/?q=labs.openai.com.evil.example"]),
    ("keep", ["https://s.example/?q=labs.openai.com", "https://s.example/?q=labs.openai.com.evil.example"]),
]


@pytest.mark.parametrize(("mentions", "left"), MENTIONS, ids=[row[0] for row in MENTIONS])
def test_searches_for_the_target(mentions: Any, left: list[str], tmp_path: Path) -> None:
    path = made(tmp_path, "History")
    urls = [
        "https://s.example/?q=labs.openai.com",
        "https://s.example/?q=labs.openai.com.evil.example",
        "https://labs.openai.com/",
    ]
    for number, url in enumerate(urls, 1):
        insert(path, "urls", {"id": number, "url": url})
        insert(path, "visits", {"id": number, "url": number, "external_referrer_url": "labs.openai.com"})
        insert(path, "keyword_search_terms", {"keyword_id": 1, "url_id": number, "term": f"{number}"})
    done = clean(HISTORY, path, Policy(mentions=mentions))
    assert ask(path, "SELECT url FROM urls") == left
    assert len(ask(path, "SELECT id FROM visits")) == len(left)
    assert len(ask(path, "SELECT term FROM keyword_search_terms")) == len(left)
    referrers = ask(path, "SELECT DISTINCT external_referrer_url FROM visits")
    assert referrers == (["labs.openai.com"] if mentions == "keep" else [""])
    if mentions == "keep":
        assert {trace.standing for trace in done.left} == {Standing.MENTION}


def test_keywords_count_only_on_request(tmp_path: Path) -> None:
    path = made(tmp_path, "History")
    titles = ["DALL·E 2 in the news", "dalle", "dallex", "Pictures"]
    insert(path, "urls", *({"url": f"https://kept.example/{title}", "title": title} for title in titles))
    assert HISTORY.find(path, look(tmp_path)) == ()
    clean(HISTORY, path, Policy(keywords=True))
    assert ask(path, "SELECT title FROM urls") == titles[2:]


# --- Icons


def test_icons_stay_as_long_as_another_page_uses_them(tmp_path: Path) -> None:
    path = made(tmp_path, "Favicons")
    icons = ["https://cdn.example/shared.png", "https://cdn.example/ours-alone.png",
             "https://cdn.example/never-used.png", "https://labs.openai.com/icon.png"]  # fmt: skip
    for number, url in enumerate(icons, 1):
        insert(path, "favicons", {"id": number, "url": url})
        insert(path, "favicon_bitmaps", {"id": number, "icon_id": number})
    for page, icon in (("labs.openai.com", 1), ("kept.example", 1), ("labs.openai.com", 2),
                       ("kept.example", 4)):  # fmt: skip
        insert(path, "icon_mapping", {"page_url": f"https://{page}/", "icon_id": icon})
    clean(FAVICONS, path)
    assert ask(path, "SELECT id FROM favicons") == [1, 3]
    assert ask(path, "SELECT icon_id FROM favicon_bitmaps") == [1, 3]
    assert ask(path, "SELECT page_url, icon_id FROM icon_mapping") == [("https://kept.example/", 1)]


# --- What a person typed


def engine(number: int, host: str = "labs.openai.com", **columns: int) -> dict[str, Any]:
    seen = {"safe_for_autoreplace": 1, "prepopulate_id": 0, "is_active": 0}
    url = f"https://{host}/search?q={{searchTerms}}"
    return {"id": number, "short_name": str(number), "keyword": host, "url": url} | seen | columns


def test_search_engines_that_a_visit_alone_has_added_go_and_all_others_stay(tmp_path: Path) -> None:
    path = made(tmp_path, "Web Data")
    others = (
        engine(2, safe_for_autoreplace=0),  # added or changed by the person
        engine(3, is_active=1),  # switched on
        engine(4, is_active=2),  # switched off
        engine(5, prepopulate_id=1),
        engine(6, "labs.openai.com.evil.example"),
        engine(7, "kept.example"),
    )
    insert(path, "keywords", engine(1), *others)
    done = clean(WEB_DATA, path)
    assert ask(path, "SELECT id FROM keywords") == [2, 3, 4, 5, 6, 7]
    assert {trace.key for trace in done.left} == {2, 3, 4, 5}
    assert {trace.standing for trace in done.left} == {Standing.KEPT}


def test_search_engines_of_versions_that_switch_none_off_stay(tmp_path: Path) -> None:
    path = made(tmp_path, "Web Data")
    insert(path, "keywords", engine(1))
    run(path, "ALTER TABLE keywords DROP COLUMN is_active")
    assert [trace.standing for trace in WEB_DATA.find(path, look(tmp_path))] == [Standing.KEPT]


@pytest.mark.parametrize(
    ("table", "column"), [("address_type_tokens", "value"), ("credit_cards", "name_on_card")]
)
@pytest.mark.parametrize("mentions", ["browsing", "all"])
def test_saved_addresses_and_cards_are_reported_and_kept(
    table: str, column: str, mentions: Any, tmp_path: Path
) -> None:
    path = made(tmp_path, "Web Data")
    insert(path, table, {"guid": "a", column: "me@labs.openai.com"}, {"guid": "b", column: "me@kept.example"})
    done = clean(WEB_DATA, path, Policy(mentions=mentions))
    assert ask(path, f"SELECT guid FROM {table}") == ["a", "b"]
    assert [(trace.where, trace.standing) for trace in done.left] == [(table, Standing.KEPT)]


# --- Logins and affiliations


def logins(tmp_path: Path) -> Path:
    path = made(tmp_path, "Login Data")
    for number, host in enumerate(("labs.openai.com", "kept.example"), 1):
        insert(path, "logins", {"id": number, "origin_url": f"https://{host}/", "username_value": "me"})
        insert(path, "insecure_credentials", {"parent_id": number})
        insert(path, "password_notes", {"id": number, "parent_id": number})
        insert(path, "sync_entities_metadata", {"storage_key": number})
        insert(path, "stats", {"origin_domain": f"https://{host}/"})
    return path


def test_saved_logins_stay_and_are_counted_as_kept(tmp_path: Path) -> None:
    path = logins(tmp_path)
    done = clean(LOGINS, path)
    assert ask(path, "SELECT id FROM logins") == [1, 2]
    assert ask(path, "SELECT origin_domain FROM stats") == ["https://kept.example/"]
    assert [(trace.where, trace.standing) for trace in done.left] == [
        ("logins", Standing.KEPT),
        ("insecure_credentials", Standing.KEPT),
        ("password_notes", Standing.KEPT),
        ("sync_entities_metadata", Standing.KEPT),
    ]


def test_saved_logins_go_on_request_with_all_that_hangs_on_them(tmp_path: Path) -> None:
    path = logins(tmp_path)
    done = clean(LOGINS, path, LOGINS_TOO)
    for table, column in (
        ("logins", "id"),
        ("insecure_credentials", "parent_id"),
        ("password_notes", "parent_id"),
        ("sync_entities_metadata", "storage_key"),
    ):
        assert ask(path, f"SELECT {column} FROM {table}") == [2]
    assert done.left == ()
    assert ask(path, "PRAGMA foreign_key_check") == []


def test_an_affiliation_loses_its_member_and_stays_for_the_others(tmp_path: Path) -> None:
    path = made(tmp_path, "Affiliation Database")
    members = [(1, "https://labs.openai.com"), (1, "https://chat.openai.com"), (2, "https://cdn.labs.openai.com"),
               (3, "https://kept.example")]  # fmt: skip
    for number in (1, 2, 3, 4):
        insert(path, "eq_classes", {"id": number})
    insert(path, "eq_class_members", *({"set_id": number, "facet_uri": uri} for number, uri in members))
    insert(path, "eq_class_groups", {"set_id": 4, "facet_uri": "https://labs.openai.com"})
    insert(path, "eq_class_groups", {"set_id": 2, "facet_uri": "https://labs.openai.com"})
    clean(AFFILIATIONS, path)
    assert ask(path, "SELECT id FROM eq_classes") == [1, 3]
    assert ask(path, "SELECT set_id, facet_uri FROM eq_class_members") == [members[1], members[3]]
    assert ask(path, "SELECT count(*) FROM eq_class_groups") == [0]
    assert ask(path, "PRAGMA foreign_key_check") == []


def test_an_affiliation_whose_group_has_others_stays(tmp_path: Path) -> None:
    path = made(tmp_path, "Affiliation Database")
    insert(path, "eq_classes", {"id": 1})
    insert(path, "eq_class_members", {"set_id": 1, "facet_uri": "https://labs.openai.com"})
    insert(path, "eq_class_groups", {"set_id": 1, "facet_uri": "https://kept.example"})
    clean(AFFILIATIONS, path)
    assert ask(path, "SELECT id FROM eq_classes") == [1]
    assert ask(path, "SELECT facet_uri FROM eq_class_groups") == ["https://kept.example"]
    assert ask(path, "PRAGMA foreign_key_check") == []


@pytest.mark.parametrize("mentions", ["browsing", "all"])
def test_an_affiliation_of_others_that_points_to_the_target(mentions: Any, tmp_path: Path) -> None:
    path = made(tmp_path, "Affiliation Database")
    url = "https://labs.openai.com/password"
    insert(path, "eq_classes", {"id": 1, "group_icon_url": url})
    insert(
        path,
        "eq_class_members",
        {"set_id": 1, "facet_uri": "https://kept.example", "facet_icon_url": url, "change_password_url": url},
    )
    done = clean(AFFILIATIONS, path, Policy(mentions=mentions))
    left = "" if mentions == "all" else url
    assert ask(path, "SELECT group_icon_url FROM eq_classes") == [left]
    assert ask(path, "SELECT facet_icon_url, change_password_url FROM eq_class_members") == [(left, left)]
    assert {trace.standing for trace in done.left} == (set() if mentions == "all" else {Standing.MENTION})


def test_metrics_go_with_their_page(tmp_path: Path) -> None:
    path = made(tmp_path, "ukm_db")
    insert(
        path,
        "urls",
        {"url_id": -5, "url": "https://labs.openai.com/"},
        {"url_id": 7, "url": "https://kept.example/"},
    )
    insert(path, "metrics", {"id": 1, "url_id": -5}, {"id": 2, "url_id": 7}, {"id": 3, "url_id": 0})
    clean(UKM, path)
    assert ask(path, "SELECT url_id FROM urls") == [7]
    assert ask(path, "SELECT id FROM metrics") == [2, 3]


def test_metrics_that_outlived_their_page_go_by_its_hash(tmp_path: Path) -> None:
    path = made(tmp_path, "ukm_db")
    seen = {url: number(url) for url in ("https://labs.openai.com/a?b", "https://kept.example/a")}
    start = number("https://labs.openai.com/")
    rows = (*seen.values(), start, number("https://labs.openai.com.evil.example/"))
    insert(path, "metrics", *({"id": place, "url_id": hashed} for place, hashed in enumerate(rows, 1)))
    history = path.with_name("History")
    asked = replace(look(tmp_path), seen=dict.fromkeys(seen, history))
    told = {trace.key: trace.told_by for trace in UKM.find(path, asked)}
    assert told == {1: history, 3: None}


def number(url: str) -> int:
    (hashed,) = struct.unpack("<q", hashlib.md5(url.encode()).digest()[:8])
    return int(hashed)


def test_a_predictor_entry_of_another_host_that_holds_addresses_of_the_target(tmp_path: Path) -> None:
    path = made(tmp_path, "Network Action Predictor")
    protos = {
        "a.example": b"\n\x17https://labs.openai.com\x10\x01",
        "b.example": b"\n\x14https://kept.example",
    }
    for key, proto in protos.items():
        insert(path, "lcp_critical_path_predictor", {"key": key, "proto": proto})
    clean(PREDICTOR, path)
    assert ask(path, "SELECT key FROM lcp_critical_path_predictor") == ["b.example"]


def test_a_column_and_a_table_that_a_newer_version_has(tmp_path: Path) -> None:
    path = made(tmp_path, "History")
    run(path, "ALTER TABLE urls ADD COLUMN newer TEXT; CREATE TABLE newer(id INTEGER PRIMARY KEY, url TEXT)")
    insert(
        path,
        "urls",
        {"url": "https://kept.example/", "newer": "see labs.openai.com"},
        {"url": "https://b.example/"},
    )
    insert(path, "newer", {"url": "https://labs.openai.com/"})
    clean(HISTORY, path)
    assert ask(path, "SELECT url FROM urls") == ["https://b.example/"]
    assert ask(path, "SELECT url FROM newer") == ["https://labs.openai.com/"]  # for the sweep to find


def test_every_store_of_the_target_names_it(tmp_path: Path) -> None:
    """The site file that the tests stand on is the shipped one."""
    assert all(TARGET.host(host) for host in OURS)
    assert not any(TARGET.host(host) for host in THEIRS)
