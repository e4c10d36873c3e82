"""The harness itself: what the homes hold before anything is cleaned."""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.browsers import evidence
from tests.browsers.chromium_pages import more_words
from tests.browsers.homes import BEFORE_THE_CRASH
from tests.browsers.hosts import ALL, NEWS, SHOP, TARGET, WIDGET, url
from tests.browsers.kept_files import records

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browsers.homes import ChromiumHome, FirefoxHome

pytestmark = pytest.mark.browser

CHROMIUM_TRACES = {
    "typed pages": "History urls.url",
    "their titles": "History urls.title",
    "segments, whose names are URLs of their own kind": "History segments.name",
    "links clicked on the target's page": "History visited_links.top_level_url",
    "download": "History downloads.tab_url",
    "the download's chain": "History downloads_url_chains.url",
    "cookies": "Cookies cookies.host_key",
    "pages with icons": "Favicons icon_mapping.page_url",
    "icons": "Favicons favicons.url",
    "storage buckets": "WebStorage/QuotaManager buckets.storage_key",
    "typed words, seeded": "Shortcuts omni_box_shortcuts.url",
    "typed words for the preloader, seeded": "Network Action Predictor network_action_predictor.url",
    "preloader of another page, seeded": "Network Action Predictor resource_prefetch_predictor_origin.proto",
    "tiles, seeded": "Top Sites top_sites.url",
    "unsaved sign-ins, seeded": "Login Data stats.origin_domain",
    "error reports' policies": "Reporting and NEL nel_policies.origin_host",
    "error reports' collectors": "Reporting and NEL reporting_endpoints.url",
    "HSTS, hashed": "TransportSecurity at",
    "alternative services": "Network Persistent State at",
    "private tokens": "Trust Tokens trust_tokens_toplevel_config.key",
    "device salts": "MediaDeviceSalts media_device_salts.storage_key",
    "compression dictionaries": "Shared Dictionary/db dictionaries.host",
    "searched words": "Web Data autofill.value",
    "local storage": "Local Storage/leveldb/",
    "session storage": "Session Storage/",
    "IndexedDB": "IndexedDB/https_labs.openai.com_0.indexeddb.leveldb",
    "IndexedDB's blobs": "IndexedDB/https_labs.openai.com_0.indexeddb.blob",
    "service workers": "Service Worker/Database/",
    "service workers' scripts": "Service Worker/ScriptCache/",
    "cache storage": "Service Worker/CacheStorage/",
    "origin private files": "File System/Origins/",
    "partitioned cache storage": "WebStorage/",
    "notifications": "Platform Notifications/",
    "site characteristics, hashed": "Site Characteristics Database/",
    "permissions and zoom": "Preferences at",
    "open tabs": "Sessions/Session_",
    "closed tabs": "Sessions/Tabs_",
    "downloads under way": "shared_proto_db/",
    "fetched in the background": "Download Service/Files/",
    "storage turned into tables": "Local Storage/leveldb/000003.ldb",
    "named buckets": "WebStorage/",
    "bookmarks": "Bookmarks at",
}

FIREFOX_TRACES = {
    "pages": "places.sqlite moz_places.url",
    "pages, reversed": "places.sqlite moz_places.rev_host",
    "origins": "places.sqlite moz_origins.host",
    "pages with icons": "favicons.sqlite moz_pages_w_icons.page_url",
    "icons": "favicons.sqlite moz_icons.icon_url",
    "cookies": "cookies.sqlite moz_cookies.host",
    "permissions": "permissions.sqlite moz_perms.origin",
    "permissions of others that name it": "permissions.sqlite moz_perms.type",
    "visits with interaction": "permissions.sqlite moz_origin_interactions.origin",
    "zoom": "content-prefs.sqlite groups.name",
    "typed into forms": "formhistory.sqlite moz_formhistory.value",
    "storage's own list": "storage.sqlite at",
    "HSTS": "SiteSecurityServiceState.bin at",
    "alternative services": "AlternateServices.bin at",
    "service workers": "serviceworker.txt at",
    "open tabs": "sessionstore.jsonlz4 inside as plain",
    "open tabs, in base64": "sessionstore.jsonlz4 inside as base64",
    "federated sign-ins": "credentialstate.sqlite identity.rpOrigin",
    "federated sign-ins of others": "credentialstate.sqlite identity.idpOrigin",
    "saved logins": "logins.json at",
    "accepted certificates": "cert_override.txt at",
}


@pytest.fixture(scope="module")
def in_chromium(chromium_home: ChromiumHome) -> list[str]:
    return evidence.remaining(chromium_home.profile, [TARGET])


CHROMIUM_IN_SQLITE = {
    "local storage": "LocalStorage maps.storage_key",
    "session storage": "SessionStorage session_metadata.storage_key",
    "IndexedDB": "IndexedDB/https_labs.openai.com_0/",
    "HTTP cache": "Cache/Cache_Data/sqldb",
    "code cache": "Code Cache/pc/",
}


@pytest.fixture(scope="module")
def in_firefox(firefox_home: FirefoxHome) -> list[str]:
    return evidence.remaining(firefox_home.profile, [TARGET])


@pytest.mark.parametrize("place", CHROMIUM_TRACES.values(), ids=CHROMIUM_TRACES)
def test_chromium_kept_a_trace_of_the_target(in_chromium: list[str], place: str) -> None:
    assert any(line.startswith(place) for line in in_chromium)


@pytest.mark.parametrize("place", FIREFOX_TRACES.values(), ids=FIREFOX_TRACES)
def test_firefox_kept_a_trace_of_the_target(in_firefox: list[str], place: str) -> None:
    assert any(line.startswith(place) for line in in_firefox)


@pytest.mark.parametrize("place", CHROMIUM_IN_SQLITE.values(), ids=CHROMIUM_IN_SQLITE)
def test_chromium_kept_a_trace_in_sqlite(chromium_sqlite_home: ChromiumHome, place: str) -> None:
    home = chromium_sqlite_home
    found = [line for root in (home.profile, home.cache) for line in evidence.remaining(root, [TARGET])]
    assert any(line.startswith(place) for line in found)


def test_chromium_kept_its_cache_in_block_files(chromium_blockfile_home: ChromiumHome) -> None:
    found = evidence.remaining(chromium_blockfile_home.cache / "Cache" / "Cache_Data", [TARGET])
    assert {line.split(" at ")[0] for line in found} & {"data_1", "data_2", "data_3"}


@pytest.mark.parametrize("host", [TARGET, SHOP])
@pytest.mark.parametrize(("name", "coding"), [("words-1.txt", b"dcz"), ("words-2.txt", b"dcb")])
def test_chromium_unpacked_what_was_packed_with_a_dictionary(
    chromium_home: ChromiumHome, host: str, name: str, coding: bytes
) -> None:
    """And left its header as it was: the sweep must not take the body for packed."""
    key = f" {url(host, f'/{name}')}".encode()
    folder = chromium_home.cache / "Cache" / "Cache_Data"
    (content,) = (found for path in folder.glob("*_0") if key in (found := path.read_bytes()))
    assert b"\0Content-Encoding: " + coding + b"\0" in content
    assert more_words(host) in content


@pytest.mark.parametrize("host", [TARGET, SHOP])
def test_firefox_kept_a_picture_of_the_page(firefox_home: FirefoxHome, host: str) -> None:
    name = hashlib.md5(f"https://{host}/bare".encode()).hexdigest()
    assert (firefox_home.cache / "thumbnails" / f"{name}.png").stat().st_size


PARTITIONS = [
    pytest.param(TARGET, "openai.com", "example.net", id="the target under a third party"),
    pytest.param(WIDGET, "example.net", "openai.com", id="a third party under the target"),
    pytest.param(WIDGET, "example.net", "shop.example", id="a third party under a bystander"),
]


@pytest.mark.parametrize(("host", "site", "top"), PARTITIONS)
def test_chromium_partitioned_both_ways(chromium_home: ChromiumHome, host: str, site: str, top: str) -> None:
    profile = chromium_home.profile
    cookies = "SELECT name FROM cookies WHERE host_key = ? AND top_frame_site_key = ?"
    assert ("chips",) in _select(profile / "Cookies", cookies, host, f"https://{top}")
    buckets = "SELECT id FROM buckets WHERE storage_key = ?"
    ((bucket,),) = _select(
        profile / "WebStorage" / "QuotaManager", buckets, f"https://{host}/^0https://{top}"
    )
    assert {"IndexedDB", "CacheStorage", "FileSystem"} <= _names(profile / "WebStorage" / str(bucket))
    stored = records(profile / "Local Storage" / "leveldb")
    assert any(f"_https://{host}/^0https://{top}\0".encode() in key for key in stored)
    frame = f"_dk_s_https://{top} https://{site} https://{host}/frame"
    assert frame.encode() in _bytes(chromium_home.cache / "Cache" / "Cache_Data")


@pytest.mark.parametrize(("host", "site", "top"), PARTITIONS)
def test_firefox_partitioned_both_ways(firefox_home: FirefoxHome, host: str, site: str, top: str) -> None:
    profile = firefox_home.profile
    suffix = f"^partitionKey=%28https%2C{top}%29"
    cookies = "SELECT name FROM moz_cookies WHERE host = ? AND originAttributes = ?"
    assert {("chips",), ("framed",)} <= {*_select(profile / "cookies.sqlite", cookies, host, suffix)}
    stored = profile / "storage" / "default" / f"https+++{host}{suffix}"
    assert {"ls", "idb", "cache", "fs"} <= _names(stored)
    assert f"O{suffix},:https://{host}/frame".encode() in _bytes(firefox_home.cache / "cache2" / "entries")


@pytest.mark.parametrize("host", [TARGET, SHOP])
def test_firefox_kept_a_container_apart(firefox_home: FirefoxHome, host: str) -> None:
    profile = firefox_home.profile
    cookies = "SELECT name FROM moz_cookies WHERE host = ? AND originAttributes = '^userContextId=2'"
    assert ("only_host",) in _select(profile / "cookies.sqlite", cookies, host)
    assert {"ls", "idb", "cache", "fs"} <= _names(
        profile / "storage" / "default" / f"https+++{host}^userContextId=2"
    )


def test_firefox_tied_the_target_to_others(firefox_home: FirefoxHome) -> None:
    places = firefox_home.profile / "places.sqlite"
    page = "SELECT id FROM moz_places WHERE url = ?"
    (target,), (shop,) = (_select(places, page, f"https://{host}/leave")[0] for host in (TARGET, SHOP))
    pairs = _select(places, "SELECT place_id, referrer_place_id FROM moz_places_metadata")
    assert {(target, shop), (shop, target)} <= {*pairs}
    chain = _select(
        places,
        "SELECT a.url, b.url FROM moz_historyvisits x JOIN moz_historyvisits y ON y.from_visit = x.id"
        " JOIN moz_places a ON a.id = x.place_id JOIN moz_places b ON b.id = y.place_id",
    )
    assert (f"https://{SHOP}/to-target", f"https://{TARGET}/from-shop") in chain
    assert (f"https://{TARGET}/from-shop", f"https://{NEWS}/landed") in chain
    assert (f"https://{NEWS}/to-news", f"https://{NEWS}/landed") in chain
    tagged = "SELECT count(*) FROM moz_bookmarks b JOIN moz_places p ON p.id = b.fk WHERE p.url = ?"
    # The bookmark itself and its two tags.
    assert _select(places, tagged, f"https://{TARGET}/bookmarked") == [(3,)]
    assert _select(places, tagged, f"https://{SHOP}/bookmarked") == [(3,)]


def test_both_downloaded_and_kept_the_file(chromium_home: ChromiumHome, firefox_home: FirefoxHome) -> None:
    for home in (chromium_home, firefox_home):
        assert len(_names(home.path / "Downloads")) == 2


@pytest.mark.parametrize("host", ALL)
def test_both_know_every_host(chromium_home: ChromiumHome, firefox_home: FirefoxHome, host: str) -> None:
    page = f"https://{host}/leave"
    urls = "SELECT count(*) FROM {} WHERE url = ?"
    assert _select(chromium_home.profile / "History", urls.format("urls"), page) == [(1,)]
    assert _select(firefox_home.profile / "places.sqlite", urls.format("moz_places"), page) == [(1,)]
    cookies = "SELECT count(*) FROM {} WHERE {} = ?"
    assert _select(chromium_home.profile / "Cookies", cookies.format("cookies", "host_key"), host) > [(0,)]
    assert _select(firefox_home.profile / "cookies.sqlite", cookies.format("moz_cookies", "host"), host) > [
        (0,)
    ]


def test_firefox_cached_its_start_page_with_the_target_among_the_tiles(firefox_home: FirefoxHome) -> None:
    entries = [path.read_bytes() for path in (firefox_home.cache / "cache2" / "entries").iterdir()]
    (page,) = [content for content in entries if _cache2_key(content) == b":about:home"]
    assert evidence.mentions((page,), [TARGET])


def test_no_cached_bystander_names_the_target_but_in_its_key(
    chromium_home: ChromiumHome, firefox_home: FirefoxHome
) -> None:
    """Entries that go by their key take every mention with them, and Firefox's own start page besides."""
    for cache, key in (
        (chromium_home.cache / "Cache" / "Cache_Data", _simple_cache_key),
        (firefox_home.cache / "cache2" / "entries", _cache2_key),
    ):
        contents = [path.read_bytes() for path in cache.iterdir() if path.is_file() and path.name != "index"]
        naming = [content for content in contents if evidence.mentions((content,), [TARGET])]
        assert naming
        others = {name for name in map(key, naming) if not evidence.mentions((name,), [TARGET])}
        assert others <= {b":about:home"}


def _simple_cache_key(content: bytes) -> bytes:
    (length,) = struct.unpack_from("<I", content, 12)
    return content[24 : 24 + length]


def _cache2_key(content: bytes) -> bytes:
    (offset,) = struct.unpack(">I", content[-4:])
    # After the body: a hash of 4 bytes, one of 2 for each chunk of 256 KiB, the header with the key's length.
    header = offset + 4 + 2 * -(-offset // 262144)
    (length,) = struct.unpack_from(">I", content, header + 24)
    return content[header + 32 : header + 32 + length]


def test_chromium_kept_a_second_profile(chromium_home: ChromiumHome) -> None:
    profile, cache = chromium_home.second
    assert evidence.remaining(profile, [TARGET])
    assert evidence.remaining(cache, [TARGET])
    assert (chromium_home.user_data / "Local State").exists()


def test_both_closed_cleanly(chromium_home: ChromiumHome, firefox_home: FirefoxHome) -> None:
    assert not (chromium_home.user_data / "SingletonLock").is_symlink()
    assert (firefox_home.profile / "sessionstore.jsonlz4").exists()
    for home in (chromium_home, firefox_home):
        assert evidence.damaged(home.path) == []
        assert [path for path in home.profile.rglob("*-journal") if path.stat().st_size] == []


def test_chromium_crashed(chromium_crashed_home: ChromiumHome) -> None:
    home = chromium_crashed_home
    assert (home.user_data / "SingletonLock").is_symlink()
    assert (home.profile / "History-journal").stat().st_size
    assert (home.user_data / "segmentation_platform" / "ukm_db-wal").stat().st_size
    assert BEFORE_THE_CRASH.encode() in _bytes(home.profile / "Sessions")


def test_firefox_crashed(firefox_crashed_home: FirefoxHome) -> None:
    profile = firefox_crashed_home.profile
    assert not (profile / "sessionstore.jsonlz4").exists()
    assert (profile / "sessionstore-backups" / "recovery.jsonlz4").exists()
    assert BEFORE_THE_CRASH.encode() in (profile / "places.sqlite-wal").read_bytes()
    assert (profile / "cookies.sqlite-wal").stat().st_size


def _select(path: Path, query: str, *values: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as database:
        return database.execute(query, values).fetchall()


def _bytes(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}
