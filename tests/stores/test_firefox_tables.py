"""Firefox's databases: in every table the target's rows go, and exactly those."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import pytest

from scrubber.browsers.firefox.files import SAVED_LOGINS
from scrubber.browsers.firefox.places_db import FAVICONS, PLACES
from scrubber.browsers.firefox.site_data import (
    BOUNCE_TRACKING,
    CONTENT_PREFS,
    COOKIES,
    CREDENTIAL_STATE,
    FORM_HISTORY,
    LOCAL_STORAGE_BEFORE_68,
    PERMISSIONS,
    STORAGE_INDEX,
)
from scrubber.model import Policy, Standing
from tests.schemas import create, insert
from tests.stores.running import MIXED, OURS, THEIRS, ask, clean, run

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.stores.sqlite import Sqlite

BOOKMARKS_TOO = Policy(include=frozenset({"bookmarks"}))
IN_OPENAI = "^partitionKey=%28https%2Copenai.com%29"
IN_SHOP = "^partitionKey=%28https%2Cshop.example%29"
IN_ALIKE = "^partitionKey=%28https%2Cnotopenai.com%29"


class Place(NamedTuple):
    """One column that says whose the row is; `reverse` where it has hosts read backwards."""

    store: Sqlite
    schema: str
    table: str
    column: str
    spelled: str
    reverse: bool = False

    def value(self, host: str) -> str:
        return self.spelled.format(host[::-1] if self.reverse else host)


PLACES_OF_ROWS = [
    Place(PLACES, "places", "moz_places", "url", "https://{}/a?b#c"),
    Place(PLACES, "places", "moz_places", "url", "about:reader?url=https%3A%2F%2F{}%2Fa"),
    Place(PLACES, "places", "moz_places", "rev_host", "{}.", reverse=True),
    Place(PLACES, "places", "moz_origins", "host", "{}"),
    Place(PLACES, "places", "moz_origins", "host", "{}:8443"),
    Place(FAVICONS, "favicons", "moz_icons", "icon_url", "https://{}/favicon.ico"),
    Place(FAVICONS, "favicons", "moz_pages_w_icons", "page_url", "https://{}/#ref"),
    Place(COOKIES, "cookies", "moz_cookies", "host", "{}"),
    Place(COOKIES, "cookies", "moz_cookies", "host", ".{}"),
    Place(PERMISSIONS, "permissions", "moz_perms", "origin", "https://{}"),
    Place(PERMISSIONS, "permissions", "moz_perms", "origin", "https://{}:8443^userContextId=2"),
    Place(PERMISSIONS, "permissions", "moz_perms", "type", "3rdPartyStorage^https://{}"),
    Place(PERMISSIONS, "permissions", "moz_origin_interactions", "origin", "https://{}"),
    Place(PERMISSIONS, "permissions", "moz_hosts", "host", "{}"),
    Place(CONTENT_PREFS, "content-prefs", "groups", "name", "{}"),
    Place(BOUNCE_TRACKING, "bounce-tracking-protection", "sites", "siteHost", "{}"),
    Place(CREDENTIAL_STATE, "credentialstate", "identity", "rpOrigin", "https://{}"),
    Place(CREDENTIAL_STATE, "credentialstate", "identity", "idpOrigin", "https://{}"),
    Place(STORAGE_INDEX, "storage", "origin", "origin", "https://{}"),
    Place(STORAGE_INDEX, "storage", "origin", "origin", "https://{}^userContextId=2"),
    Place(
        LOCAL_STORAGE_BEFORE_68, "webappsstore", "webappsstore2", "originKey", "{}.:https:443", reverse=True
    ),
    Place(LOCAL_STORAGE_BEFORE_68, "ls-archive", "webappsstore2", "scope", "{}.:https:443", reverse=True),
]

KEYS: dict[str, dict[str, object]] = {
    "identity": {"rpOrigin": "https://a.example", "idpOrigin": "https://b.example", "credentialId": "1"},
    "sites": {"originAttributeSuffix": ""},
    "origin": {"repository_id": 1},
}
"""What a primary key needs besides the column in question."""


def made(tmp_path: Path, schema: str) -> Path:
    path = tmp_path / f"{schema}.sqlite"
    create(path, f"firefox-153/{schema}")
    return path


@pytest.mark.parametrize(
    "place",
    PLACES_OF_ROWS,
    ids=[f"{place.schema} {place.table}.{place.column} {place.spelled}" for place in PLACES_OF_ROWS],
)
def test_rows_of_the_target_go_and_no_others(place: Place, tmp_path: Path) -> None:
    path = made(tmp_path, place.schema)
    if place.table == "origin":
        insert(path, "repository", {"id": 1, "name": "default"})
    insert(
        path, place.table, *(KEYS.get(place.table, {}) | {place.column: place.value(host)} for host in MIXED)
    )
    done = clean(place.store, path)
    assert ask(path, f"SELECT {place.column} FROM {place.table}") == [
        place.value(host) for host in MIXED if host in THEIRS
    ]
    assert {trace.standing for trace in done.removed} == {Standing.OWN}
    assert len(done.removed) == len(OURS)
    assert done.equal >= len(THEIRS)


# --- Partitions and sign-in


def test_cookies_by_sign_in_and_partition(tmp_path: Path) -> None:
    path = made(tmp_path, "cookies")
    rows = [
        (".openai.com", ""),
        ("openai.com", ""),
        ("auth.openai.com", ""),
        ("chat.openai.com", ""),
        ("third.example", IN_OPENAI),
        ("third.example", "^partitionKey=%28https%2Copenai.com%2Cf%29"),
        ("third.example", f"^userContextId=2&{IN_OPENAI[1:]}"),
        ("third.example", "^firstPartyDomain=openai.com"),
        ("third.example", IN_SHOP),
        ("third.example", IN_ALIKE),
        ("labs.openai.com", IN_SHOP),
        ("chat.openai.com", IN_OPENAI),
    ]
    insert(path, "moz_cookies", *({"host": host, "originAttributes": suffix} for host, suffix in rows))
    clean(COOKIES, path)
    assert ask(path, "SELECT host, originAttributes FROM moz_cookies") == [
        ("openai.com", ""),
        ("chat.openai.com", ""),
        ("third.example", IN_SHOP),
        ("third.example", IN_ALIKE),
        ("chat.openai.com", IN_OPENAI),
    ]


def test_cookies_of_old_schemas(tmp_path: Path) -> None:
    """With the base domain, which says nothing of the host, and without origin attributes."""
    path = tmp_path / "cookies.sqlite"
    run(path, "CREATE TABLE moz_cookies(id INTEGER PRIMARY KEY, baseDomain TEXT, appId INTEGER, host TEXT)")
    hosts = ["labs.openai.com", "chat.openai.com", "openai.com", ".labs.openai.com", ".chat.openai.com"]
    insert(path, "moz_cookies", *({"baseDomain": "openai.com", "host": host} for host in hosts))
    clean(COOKIES, path)
    assert ask(path, "SELECT host FROM moz_cookies") == ["chat.openai.com", "openai.com", ".chat.openai.com"]


def test_permissions_of_partitions_and_of_other_sites(tmp_path: Path) -> None:
    path = made(tmp_path, "permissions")
    rows = [
        (f"https://third.example{IN_OPENAI}", "geo"),
        ("https://shop.example", "3rdPartyFrameStorage^https://openai.com"),
        (f"https://third.example{IN_ALIKE}", "geo"),
        (f"https://chat.openai.com{IN_OPENAI}", "geo"),
        ("https://shop.example", "3rdPartyStorage^https://labs.openai.com.evil.example"),
        ("https://shop.example", "3rdPartyFrameStorage^https://notopenai.com"),
        ("https://shop.example", "open-protocol-handler^mailto"),
        ("https://openai.com", "https-only-load-insecure"),
    ]
    insert(path, "moz_perms", *({"origin": origin, "type": kind} for origin, kind in rows))
    clean(PERMISSIONS, path)
    assert ask(path, "SELECT origin, type FROM moz_perms") == rows[2:]


def test_content_preferences_go_with_their_group_and_settings_stay(tmp_path: Path) -> None:
    path = made(tmp_path, "content-prefs")
    insert(
        path, "settings", {"id": 1, "name": "browser.content.full-zoom"}, {"id": 2, "name": "spellcheck.lang"}
    )
    insert(path, "groups", {"id": 1, "name": "labs.openai.com"}, {"id": 2, "name": "kept.example"})
    prefs = [(1, 1), (1, 2), (2, 1), (None, 1)]
    insert(path, "prefs", *({"groupID": group, "settingID": setting} for group, setting in prefs))
    clean(CONTENT_PREFS, path)
    assert ask(path, "SELECT groupID, settingID FROM prefs") == prefs[2:]
    assert ask(path, "SELECT id FROM settings") == [1, 2]
    assert ask(path, "PRAGMA foreign_key_check") == []


def test_what_was_typed(tmp_path: Path) -> None:
    path = made(tmp_path, "formhistory")
    values = ["labs.openai.com", "a cat", "labs.openai.com.evil.example", "me@kept.example"]
    for number, value in enumerate(values, 1):
        insert(path, "moz_formhistory", {"id": number, "fieldname": "searchbar-history", "value": value})
        insert(path, "moz_history_to_sources", {"history_id": number, "source_id": 1 if number < 3 else 2})
    insert(path, "moz_formhistory", {"id": 5, "fieldname": "q", "value": "labs.openai.com"})
    insert(path, "moz_history_to_sources", {"history_id": 5, "source_id": 3})
    insert(path, "moz_sources", *({"id": number, "source": f"engine {number}"} for number in (1, 2, 3, 4)))
    clean(FORM_HISTORY, path)
    assert ask(path, "SELECT value FROM moz_formhistory") == values[1:]
    assert ask(path, "SELECT history_id FROM moz_history_to_sources ORDER BY 1") == [2, 3, 4]
    assert ask(path, "SELECT id FROM moz_sources") == [1, 2, 4]
    assert ask(path, "PRAGMA foreign_key_check") == []


def test_a_search_engine_that_bears_the_name_leaves_other_entries_alone(tmp_path: Path) -> None:
    path = made(tmp_path, "formhistory")
    for number in (1, 2):
        insert(path, "moz_formhistory", {"id": number, "fieldname": "q", "value": "a cat"})
        insert(path, "moz_history_to_sources", {"history_id": number, "source_id": number})
    insert(path, "moz_history_to_sources", {"history_id": 2, "source_id": 1})
    names = ("Labs (labs.openai.com)", "notopenai.com")
    insert(path, "moz_sources", *({"id": number, "source": name} for number, name in enumerate(names, 1)))
    clean(FORM_HISTORY, path)
    assert ask(path, "SELECT id FROM moz_formhistory") == [1, 2]
    assert ask(path, "SELECT * FROM moz_history_to_sources ORDER BY 1") == [(2, 2)]
    assert ask(path, "SELECT source FROM moz_sources") == ["notopenai.com"]
    assert ask(path, "PRAGMA foreign_key_check") == []


def test_bounce_tracking_by_site_and_partition(tmp_path: Path) -> None:
    path = made(tmp_path, "bounce-tracking-protection")
    rows = [
        ("", "openai.com"),
        (IN_OPENAI, "third.example"),
        ("", "notopenai.com"),
        (IN_SHOP, "third.example"),
    ]
    insert(path, "sites", *({"originAttributeSuffix": suffix, "siteHost": host} for suffix, host in rows))
    clean(BOUNCE_TRACKING, path)
    assert ask(path, "SELECT originAttributeSuffix, siteHost FROM sites") == rows[2:]


@pytest.mark.parametrize(
    ("origin", "valid"),
    [("https://labs.openai.com", 0), ("https://labs.openai.com.evil.example", 1)],
    ids=["a removed origin calls for a fresh look at the folders", "otherwise the cache stays valid"],
)
def test_the_index_of_storage(origin: str, valid: int, tmp_path: Path) -> None:
    path = made(tmp_path, "storage")
    insert(path, "cache", {"valid": 1, "build_id": "2026"})
    insert(path, "repository", {"id": 1, "name": "default"})
    rows = [(origin, ""), ("https://kept.example", ""), (f"https://third.example{IN_SHOP}", IN_SHOP)]
    insert(path, "origin", *({"repository_id": 1, "origin": name, "suffix": suffix} for name, suffix in rows))
    clean(STORAGE_INDEX, path)
    assert ask(path, "SELECT origin FROM origin")[-2:] == [rows[1][0], rows[2][0]]
    assert ask(path, "SELECT valid, build_id FROM cache") == [(valid, "2026")]


def test_the_index_of_storage_by_partition(tmp_path: Path) -> None:
    path = made(tmp_path, "storage")
    insert(path, "repository", {"id": 1, "name": "default"})
    rows = [
        ("https://third.example", IN_OPENAI),
        ("https://third.example", IN_ALIKE),
        ("https://chat.openai.com", IN_OPENAI),
    ]
    insert(
        path,
        "origin",
        *({"repository_id": 1, "origin": origin + suffix, "suffix": suffix} for origin, suffix in rows),
    )
    clean(STORAGE_INDEX, path)
    assert ask(path, "SELECT origin FROM origin") == [origin + suffix for origin, suffix in rows[1:]]


def test_local_storage_of_partitions(tmp_path: Path) -> None:
    path = made(tmp_path, "webappsstore")
    rows = [("", "moc.ianepo.sbal.:https:8443"), (IN_OPENAI, "elpmaxe.driht.:https:443"),
            (IN_OPENAI, "moc.ianepo.tahc.:https:443"), (IN_SHOP, "elpmaxe.driht.:https:443"),
            ("", "moc.ianepo.sbalton.:https:443")]  # fmt: skip
    insert(
        path,
        "webappsstore2",
        *({"originAttributes": suffix, "originKey": key, "key": "k"} for suffix, key in rows),
    )
    clean(LOCAL_STORAGE_BEFORE_68, path)
    assert ask(path, "SELECT originAttributes, originKey FROM webappsstore2") == rows[2:]


def test_local_storage_before_origin_attributes(tmp_path: Path) -> None:
    path = tmp_path / "webappsstore.sqlite"
    run(path, "CREATE TABLE webappsstore2(scope TEXT, key TEXT, value TEXT, secure INTEGER, owner TEXT)")
    scopes = ["moc.ianepo.sbal.:https:443", "moc.ianepo.sbalton.:https:443", "elpmaxe.tpek.:http:80"]
    insert(path, "webappsstore2", *({"scope": scope, "key": "k"} for scope in scopes))
    clean(LOCAL_STORAGE_BEFORE_68, path)
    assert ask(path, "SELECT scope FROM webappsstore2") == scopes[1:]


LOGIN = {"timesUsed": 1, "timeCreated": 1, "timePasswordChanged": 1, "server_modified": 1}


@pytest.mark.parametrize("table", ["loginsL", "loginsM"])
@pytest.mark.parametrize("included", [True, False])
def test_the_mirror_of_logins(table: str, included: bool, tmp_path: Path) -> None:
    path = made(tmp_path, "logins")
    columns = ask(path, f"SELECT name FROM pragma_table_info('{table}')")
    filled = {name: value for name, value in LOGIN.items() if name in columns}
    hosts = ["shop.example", "labs.openai.com", "notopenai.com"]
    forms = ["labs.openai.com", "kept.example", "labs.openai.com.evil.example"]
    insert(
        path,
        table,
        *(
            {"origin": f"https://{host}", "formActionOrigin": f"https://{form}", "guid": host} | filled
            for host, form in zip(hosts, forms, strict=True)
        ),
    )
    policy = Policy(include=frozenset({"logins"} if included else ()))
    done = clean(SAVED_LOGINS, path, policy)
    assert [trace.standing for trace in done.left] == [Standing.KEPT] * 2 * (not included)
    assert ask(path, f"SELECT guid FROM {table} ORDER BY id") == (hosts[2:] if included else hosts)


# --- Places


def places(tmp_path: Path) -> Path:
    """Pages 1 and 3 are others', 2 and 4 the target's; visit n is of page n, each led to the next."""
    path = made(tmp_path, "places")
    hosts = ["shop.example", "labs.openai.com", "kept.example", "labs.openai.com"]
    insert(
        path,
        "moz_origins",
        *({"id": number, "prefix": "https://", "host": host} for number, host in enumerate(hosts[:3], 1)),
    )
    insert(
        path,
        "moz_places",
        *(
            {
                "id": number,
                "url": f"https://{host}/{number}",
                "rev_host": f"{host[::-1]}.",
                "guid": f"guid{number}",
                "origin_id": {4: 2}.get(number, number),
                "visit_count": 1,
                "last_visit_date": 100,
            }
            for number, host in enumerate(hosts, 1)
        ),
    )
    numbers = range(1, 5)
    insert(
        path,
        "moz_historyvisits",
        *({"id": n, "place_id": n, "from_visit": n - 1, "triggeringPlaceId": n - 1 or None} for n in numbers),
    )
    for table, column in (
        ("moz_places_extra", "place_id"),
        ("moz_historyvisits_extra", "visit_id"),
        ("moz_newtab_shortcuts_interaction", "place_id"),
        ("moz_annos", "place_id"),
    ):
        insert(path, table, *({column: number} for number in numbers))
    insert(path, "moz_inputhistory", *({"place_id": n, "input": f"typed {n}"} for n in numbers))
    insert(path, "moz_places_metadata_search_queries", *({"id": n, "terms": f"term {n}"} for n in (1, 2, 3)))
    insert(
        path,
        "moz_places_metadata",
        {"id": 1, "place_id": 1, "referrer_place_id": 2, "search_query_id": 1},
        {"id": 2, "place_id": 2, "referrer_place_id": 1, "search_query_id": 1},
        {"id": 3, "place_id": 4, "referrer_place_id": 3, "search_query_id": 2},
        {"id": 4, "place_id": 3, "referrer_place_id": 1},
    )
    return path


def bookmarks(path: Path) -> None:
    """In the toolbar: pages 1 and 2, a folder with page 2 alone, page 3; tags of pages 2 and 3."""
    insert(
        path,
        "moz_bookmarks",
        {"id": 1, "type": 2, "parent": 0, "position": 0, "guid": "root________"},
        {"id": 3, "type": 2, "parent": 1, "position": 1, "guid": "toolbar_____", "syncChangeCounter": 0},
        {"id": 4, "type": 2, "parent": 1, "position": 2, "guid": "tags________", "syncChangeCounter": 0},
        {"id": 10, "type": 1, "fk": 1, "parent": 3, "position": 0, "guid": "ten"},
        {"id": 11, "type": 1, "fk": 2, "parent": 3, "position": 1, "guid": "eleven", "syncStatus": 2},
        {"id": 12, "type": 2, "parent": 3, "position": 2, "guid": "twelve", "title": "mine"},
        {"id": 13, "type": 1, "fk": 3, "parent": 3, "position": 3, "guid": "thirteen", "syncStatus": 2},
        {"id": 14, "type": 1, "fk": 2, "parent": 12, "position": 0, "guid": "fourteen", "syncStatus": 1},
        {"id": 20, "type": 2, "parent": 4, "position": 0, "guid": "twenty", "title": "of page 2 alone"},
        {"id": 21, "type": 2, "parent": 4, "position": 1, "guid": "twentyone", "title": "of both"},
        {"id": 22, "type": 2, "parent": 4, "position": 2, "guid": "twentytwo", "title": "empty before"},
        {"id": 23, "type": 1, "fk": 2, "parent": 20, "position": 0, "guid": "a"},
        {"id": 24, "type": 1, "fk": 2, "parent": 21, "position": 0, "guid": "b"},
        {"id": 25, "type": 1, "fk": 3, "parent": 21, "position": 1, "guid": "c"},
    )
    insert(path, "moz_items_annos", {"id": 1, "item_id": 11}, {"id": 2, "item_id": 13})
    insert(
        path,
        "moz_keywords",
        {"id": 1, "keyword": "l", "place_id": 2},
        {"id": 2, "keyword": "k", "place_id": 3},
    )
    run(
        path,
        "UPDATE moz_places SET foreign_count = CASE id WHEN 2 THEN 5 WHEN 3 THEN 3 ELSE 0 END",
    )


BY_PAGE = [
    ("moz_places", "id"),
    ("moz_places_extra", "place_id"),
    ("moz_historyvisits", "place_id"),
    ("moz_historyvisits_extra", "visit_id"),
    ("moz_newtab_shortcuts_interaction", "place_id"),
    ("moz_annos", "place_id"),
    ("moz_inputhistory", "place_id"),
    ("moz_places_metadata", "place_id"),
]


def test_what_hangs_on_a_page_goes_with_it(tmp_path: Path) -> None:
    path = places(tmp_path)
    clean(PLACES, path)
    for table, column in BY_PAGE:
        assert ask(path, f"SELECT {column} FROM {table} ORDER BY {column}") == [1, 3], table
    assert ask(path, "SELECT id, terms FROM moz_places_metadata_search_queries") == [
        (1, "term 1"),
        (3, "term 3"),
    ]
    assert ask(path, "PRAGMA foreign_key_check") == []


def test_pictures_still_to_be_deleted_are_known_by_their_hash(tmp_path: Path) -> None:
    path = places(tmp_path)
    ours = ("https://labs.openai.com/2", "https://labs.openai.com/", "http://labs.openai.com/")
    others = ("https://shop.example/1", "https://labs.openai.com.evil.example/", "https://notopenai.com/")
    hashes = {url: hashlib.sha256(url.encode()).hexdigest() for url in ours + others}
    insert(path, "moz_previews_tombstones", *({"hash": value} for value in hashes.values()))
    bookmarks(path)
    clean(PLACES, path)
    assert {*ask(path, "SELECT hash FROM moz_previews_tombstones ORDER BY 1")} == {
        hashes[url] for url in others
    }


def test_snapshots_of_pages(tmp_path: Path) -> None:
    """Firefox 93 to 103; groups 1 and 2 have pages of the target, group 3 has none."""
    path = places(tmp_path)
    run(
        path,
        "CREATE TABLE moz_places_metadata_snapshots(place_id INTEGER PRIMARY KEY, title TEXT)",
        """CREATE TABLE moz_places_metadata_snapshots_extra(place_id INTEGER, type INTEGER, data TEXT,
           PRIMARY KEY(place_id, type)) WITHOUT ROWID""",
        "CREATE TABLE moz_places_metadata_snapshots_groups(id INTEGER PRIMARY KEY, builder_data TEXT)",
        """CREATE TABLE moz_places_metadata_groups_to_snapshots(group_id INTEGER, place_id INTEGER,
           PRIMARY KEY(group_id, place_id)) WITHOUT ROWID""",
        """CREATE TABLE moz_session_to_places(session_id INTEGER, place_id INTEGER,
           PRIMARY KEY(session_id, place_id)) WITHOUT ROWID""",
    )
    insert(path, "moz_places_metadata_snapshots", *({"place_id": n, "title": "t"} for n in (1, 2)))
    for place in (1, 2):
        insert(path, "moz_places_metadata_snapshots_extra", {"place_id": place, "type": 1, "data": "{}"})
        insert(path, "moz_session_to_places", {"session_id": 1, "place_id": place})
    insert(
        path, "moz_places_metadata_snapshots_groups", *({"id": n, "builder_data": "{}"} for n in (1, 2, 3))
    )
    members = ((1, 1), (1, 2), (2, 2), (3, 1))
    insert(
        path,
        "moz_places_metadata_groups_to_snapshots",
        *({"group_id": group, "place_id": place} for group, place in members),
    )
    clean(PLACES, path)
    assert ask(path, "SELECT place_id FROM moz_places_metadata_snapshots") == [1]
    assert ask(path, "SELECT place_id FROM moz_places_metadata_snapshots_extra ORDER BY 1") == [1]
    assert ask(path, "SELECT place_id FROM moz_session_to_places ORDER BY 1") == [1]
    assert ask(path, "SELECT * FROM moz_places_metadata_groups_to_snapshots ORDER BY 1") == [(1, 1), (3, 1)]
    assert ask(path, "SELECT id FROM moz_places_metadata_snapshots_groups") == [1, 3]


def test_rows_of_others_forget_that_they_came_from_the_target(tmp_path: Path) -> None:
    path = places(tmp_path)
    clean(PLACES, path)
    assert ask(path, "SELECT id, from_visit, triggeringPlaceId FROM moz_historyvisits") == [
        (1, 0, None),
        (3, 0, None),
    ]
    assert ask(path, "SELECT place_id, referrer_place_id, search_query_id FROM moz_places_metadata") == [
        (1, None, 1),
        (3, 1, None),
    ]


def test_origins_that_nothing_needs_go(tmp_path: Path) -> None:
    path = places(tmp_path)
    insert(path, "moz_origins", {"id": 9, "prefix": "https://", "host": "no-page.example"})
    insert(path, "moz_origins", {"id": 10, "prefix": "https://", "host": "openai.com"})
    insert(path, "moz_origins", {"id": 11, "prefix": "http://", "host": "openai.com"})
    pages = [
        ("https://openai.com/dall-e", 10),
        ("https://openai.com/blog", 10),
        ("http://openai.com/dall-e", 11),
    ]
    insert(path, "moz_places", *({"url": url, "origin_id": origin, "guid": url} for url, origin in pages))
    clean(PLACES, path)
    assert ask(path, "SELECT id, recalc_frecency, recalc_alt_frecency FROM moz_origins") == [
        (1, 0, 0),
        (3, 0, 0),
        (9, 0, 0),
        (10, 1, 1),
    ]
    assert ask(path, "SELECT url FROM moz_places WHERE id > 4") == ["https://openai.com/blog"]


def test_bookmarked_pages_stay_without_what_visiting_left(tmp_path: Path) -> None:
    path = places(tmp_path)
    bookmarks(path)
    run(
        path,
        "UPDATE moz_places SET typed = 1, description = 'd', preview_image_url = 'https://cdn.example/',"
        " site_name = 'n'",
    )
    before = ask(path, "SELECT * FROM moz_bookmarks")
    done = clean(PLACES, path)
    columns = (
        "visit_count, last_visit_date, typed, description, preview_image_url, site_name,"
        " recalc_frecency, foreign_count"
    )
    assert ask(path, f"SELECT id, {columns} FROM moz_places") == [
        (1, 1, 100, 1, "d", "https://cdn.example/", "n", 0, 0),
        (2, 0, None, 0, None, None, None, 1, 5),
        (3, 1, 100, 1, "d", "https://cdn.example/", "n", 0, 3),
    ]
    assert ask(path, "SELECT * FROM moz_bookmarks") == before
    assert ask(path, "SELECT place_id FROM moz_historyvisits") == [1, 3]
    assert ask(path, "SELECT keyword FROM moz_keywords") == ["l", "k"]
    assert ask(path, "SELECT id FROM moz_origins") == [1, 2, 3]
    assert ask(path, "SELECT count(*) FROM moz_bookmarks_deleted") == [0]
    kept = [trace.where for trace in done.left if trace.standing is Standing.KEPT]
    assert sorted(set(kept)) == ["moz_bookmarks", "moz_items_annos", "moz_keywords", "moz_origins"]


def test_a_kept_page_is_not_a_trace_again_once_firefox_has_counted_it_afresh(tmp_path: Path) -> None:
    path = places(tmp_path)
    bookmarks(path)
    clean(PLACES, path)
    run(path, "UPDATE moz_places SET recalc_frecency = 0, recalc_alt_frecency = 0")
    assert clean(PLACES, path).removed == ()


def test_bookmarks_go_on_request(tmp_path: Path) -> None:
    path = places(tmp_path)
    bookmarks(path)
    clean(PLACES, path, BOOKMARKS_TOO)
    assert ask(path, "SELECT id, parent, position, syncChangeCounter FROM moz_bookmarks") == [
        (1, 0, 0, 1),
        (3, 1, 1, 1),
        (4, 1, 2, 1),
        (10, 3, 0, 1),
        (12, 3, 1, 2),  # a folder of the person's own stays, empty or not
        (13, 3, 2, 1),
        (21, 4, 0, 2),
        (22, 4, 1, 1),
        (25, 21, 0, 1),
    ]
    assert ask(path, "SELECT item_id FROM moz_items_annos") == [13]
    assert ask(path, "SELECT keyword FROM moz_keywords") == ["k"]
    assert ask(path, "SELECT id FROM moz_places") == [1, 3]
    assert ask(path, "SELECT id FROM moz_origins") == [1, 3]
    assert ask(path, "PRAGMA foreign_key_check") == []


def test_sync_is_told_of_removed_bookmarks_that_its_server_has(tmp_path: Path) -> None:
    path = places(tmp_path)
    bookmarks(path)
    insert(path, "moz_bookmarks_deleted", {"guid": "earlier", "dateRemoved": 7})
    run(path, "UPDATE moz_bookmarks SET lastModified = 42")
    clean(PLACES, path, BOOKMARKS_TOO)
    assert ask(path, "SELECT guid, dateRemoved FROM moz_bookmarks_deleted") == [
        ("earlier", 7),
        ("eleven", 42),
    ]


def test_bookmarks_alone(tmp_path: Path) -> None:
    path = places(tmp_path)
    bookmarks(path)
    policy = Policy(only=frozenset({"bookmarks"}), include=frozenset({"bookmarks"}))
    clean(PLACES, path, policy)
    assert ask(path, "SELECT fk FROM moz_bookmarks WHERE type = 1") == [1, 3, 3]
    assert ask(path, "SELECT id, foreign_count, visit_count FROM moz_places") == [
        (1, 0, 1),
        (2, 0, 1),
        (3, 3, 1),
        (4, 0, 1),
    ]
    assert ask(path, "SELECT id FROM moz_historyvisits") == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "policy",
    [
        Policy(only=frozenset({"history"}), include=frozenset({"bookmarks"})),
        Policy(without=frozenset({"bookmarks"}), include=frozenset({"bookmarks"})),
    ],
    ids=["only history", "all but bookmarks"],
)
def test_a_run_without_bookmarks_leaves_the_pages_that_they_need(policy: Policy, tmp_path: Path) -> None:
    path = places(tmp_path)
    bookmarks(path)
    before = ask(path, "SELECT * FROM moz_bookmarks")
    clean(PLACES, path, policy)
    assert ask(path, "SELECT * FROM moz_bookmarks") == before
    assert ask(path, "SELECT id FROM moz_places") == [1, 2, 3]


MENTIONED = {
    "visits go": (Policy(), 0, [], [1]),
    "all stays": (Policy(mentions="keep"), 3, [1], [1]),
    "the target's bookmarks are asked for, not those that mention it": (BOOKMARKS_TOO, 0, [], [1]),
    "everything goes": (Policy(mentions="all", include=frozenset({"bookmarks"})), None, [], []),
    "visits of a bookmark that is not asked for": (Policy(mentions="all"), 0, [], [1]),
}


@pytest.mark.parametrize(("policy", "count", "visits", "marks"), MENTIONED.values(), ids=MENTIONED)
def test_a_bookmarked_search_for_the_target(
    policy: Policy, count: int | None, visits: list[int], marks: list[int], tmp_path: Path
) -> None:
    path = made(tmp_path, "places")
    page = {"id": 1, "url": "https://s.example/?q=labs.openai.com", "visit_count": 3, "guid": "g"}
    insert(path, "moz_places", page)
    insert(path, "moz_historyvisits", {"id": 1, "place_id": 1})
    insert(path, "moz_bookmarks", {"id": 1, "type": 1, "fk": 1, "guid": "b"})
    clean(PLACES, path, policy)
    assert ask(path, "SELECT visit_count FROM moz_places") == ([] if count is None else [count])
    assert ask(path, "SELECT id FROM moz_historyvisits") == visits
    assert ask(path, "SELECT id FROM moz_bookmarks") == marks


def test_a_picture_of_the_target_on_anothers_page_is_forgotten(tmp_path: Path) -> None:
    path = made(tmp_path, "places")
    images = ["https://labs.openai.com/a.png", "https://labs.openai.com.evil.example/a.png", None]
    insert(
        path,
        "moz_places",
        *(
            {"url": f"https://kept.example/{n}", "guid": str(n), "preview_image_url": image}
            for n, image in enumerate(images)
        ),
    )
    clean(PLACES, path)
    assert ask(path, "SELECT preview_image_url FROM moz_places") == [None, *images[1:]]


def test_places_of_old_versions(tmp_path: Path) -> None:
    """Without origins, descriptions and counts of sync; with hosts and icons in the same file."""
    path = tmp_path / "places.sqlite"
    run(
        path,
        """CREATE TABLE moz_places(id INTEGER PRIMARY KEY, url LONGVARCHAR, rev_host LONGVARCHAR,
               visit_count INTEGER DEFAULT 0, favicon_id INTEGER, last_visit_date INTEGER);
           CREATE TABLE moz_historyvisits(id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER);
           CREATE TABLE moz_bookmarks(id INTEGER PRIMARY KEY, type INTEGER, fk INTEGER, parent INTEGER,
               position INTEGER, guid TEXT);
           CREATE TABLE moz_hosts(id INTEGER PRIMARY KEY, host TEXT NOT NULL UNIQUE, frecency INTEGER);
           CREATE TABLE moz_favicons(id INTEGER PRIMARY KEY, url LONGVARCHAR UNIQUE, data BLOB);""",
    )
    insert(path, "moz_hosts", {"host": "labs.openai.com"}, {"host": "notlabs.openai.com"})
    icons = [
        "https://cdn.example/shared",
        "https://cdn.example/ours",
        "https://cdn.example/unused",
        "https://labs.openai.com/i",
    ]
    insert(path, "moz_favicons", *({"id": n, "url": url} for n, url in enumerate(icons, 1)))
    pages = [("labs.openai.com", 1), ("kept.example", 1), ("labs.openai.com", 2), ("shop.example", 4)]
    insert(
        path,
        "moz_places",
        *(
            {"id": n, "url": f"https://{host}/", "favicon_id": icon}
            for n, (host, icon) in enumerate(pages, 1)
        ),
    )
    insert(path, "moz_historyvisits", *({"id": n, "place_id": n, "from_visit": n - 1} for n in range(1, 5)))
    insert(
        path,
        "moz_bookmarks",
        {"id": 1, "type": 1, "fk": 1, "parent": 3, "position": 0},
        {"id": 2, "type": 1, "fk": 2, "parent": 3, "position": 1},
    )
    clean(PLACES, path, BOOKMARKS_TOO)
    assert ask(path, "SELECT id, favicon_id FROM moz_places") == [(2, 1), (4, None)]
    assert ask(path, "SELECT id, from_visit FROM moz_historyvisits") == [(2, 0), (4, 0)]
    assert ask(path, "SELECT id, position FROM moz_bookmarks") == [(2, 0)]
    assert ask(path, "SELECT host FROM moz_hosts") == ["notlabs.openai.com"]
    assert ask(path, "SELECT id FROM moz_favicons") == [1, 3]


# --- Icons


def test_icons_stay_as_long_as_another_page_uses_them(tmp_path: Path) -> None:
    path = made(tmp_path, "favicons")
    icons = [("https://cdn.example/shared.png", 0), ("https://cdn.example/ours-alone.png", 0),
             ("https://cdn.example/never-mapped.png", 0), ("https://labs.openai.com/icon.png", 0),
             ("https://cdn.example/favicon.ico", 1), ("https://labs.openai.com/favicon.ico", 1)]  # fmt: skip
    insert(
        path,
        "moz_icons",
        *({"id": n, "icon_url": url, "root": root} for n, (url, root) in enumerate(icons, 1)),
    )
    insert(
        path,
        "moz_pages_w_icons",
        {"id": 1, "page_url": "https://labs.openai.com/"},
        {"id": 2, "page_url": "https://kept.example/"},
    )
    mapped = [(1, 1), (2, 1), (1, 2), (2, 4), (1, 5)]
    insert(path, "moz_icons_to_pages", *({"page_id": page, "icon_id": icon} for page, icon in mapped))
    clean(FAVICONS, path)
    assert ask(path, "SELECT id FROM moz_icons") == [1, 3, 5]
    assert ask(path, "SELECT page_id, icon_id FROM moz_icons_to_pages ORDER BY 1, 2") == [(2, 1)]
    assert ask(path, "SELECT id FROM moz_pages_w_icons") == [2]
    assert ask(path, "PRAGMA foreign_key_check") == []


def test_folders_that_bear_the_name_stay_for_what_others_have_in_them(tmp_path: Path) -> None:
    path = places(tmp_path)
    folder = {"type": 2, "parent": 1, "guid": "folder", "title": "About labs.openai.com"}
    insert(path, "moz_bookmarks", {"id": 80, "position": 8, **folder})
    insert(
        path, "moz_bookmarks", {"id": 81, "type": 1, "fk": 1, "parent": 80, "position": 0, "guid": "inside"}
    )
    insert(path, "moz_bookmarks", {"id": 82, "position": 9, **folder, "guid": "empty"})
    everything = Policy(include=frozenset({"bookmarks"}), mentions="all")
    clean(PLACES, path, everything)
    assert ask(path, "SELECT id, parent FROM moz_bookmarks WHERE id >= 80") == [(80, 1), (81, 80)]


def test_permissions_that_an_update_set_aside_go_too(tmp_path: Path) -> None:
    path = made(tmp_path, "permissions")
    origins = ["https://labs.openai.com", "https://labs.openai.com.evil.example", "https://shop.example"]
    run(path, "CREATE TABLE moz_perms_v6 (id INTEGER PRIMARY KEY, origin TEXT, type TEXT)")
    insert(path, "moz_perms_v6", *({"origin": origin, "type": "geo"} for origin in origins))
    clean(PERMISSIONS, path)
    assert ask(path, "SELECT origin FROM moz_perms_v6") == origins[1:]
