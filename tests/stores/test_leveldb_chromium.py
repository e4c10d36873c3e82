"""Chromium's LevelDB databases: the target's records, what hangs on them, and what resembles them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.chromium import leveldb as tables
from scrubber.formats import leveldb
from scrubber.formats.leveldb import Record
from scrubber.formats.leveldb.coding import string, varint
from scrubber.model import Policy, Standing
from scrubber.sites import Target
from scrubber.sites.site_files import ad_hoc
from scrubber.stores.columns import Origin
from scrubber.stores.leveldb import FOLDERS, LevelDb
from scrubber.stores.leveldb_records import HashedHost, Message, PushApp, Records
from tests.cleaned import TARGET, clean, look, tree
from tests.leveldb_files import BYTEWISE, folder, log_of, manifest

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Trace

HOSTS = (
    "https://shop.example",
    "https://notopenai.com",
    "https://labs.openai.com.evil.example",
    "https://openai.com",
)
PARTITIONED_OURS = (
    "https://third.example/^0https://openai.com",
    "https://labs.openai.com/^0https://news.example.org",
)
PARTITIONED_THEIRS = (
    "https://third.example/^0https://news.example.org",
    "https://chat.openai.com/^0https://openai.com",
)

Made = dict[str, bytes]


def md5(host: str) -> str:
    return hashlib.md5(host.encode()).hexdigest()


def each(*keys: str, of: tuple[str, ...]) -> Made:
    return {key.format(origin=origin): b"\x01value" for key in keys for origin in of}


def worker(registration: int, version: int, host: str) -> bytes:
    url = f"https://{host}/".encode()
    return (
        b"\x08"
        + varint(registration)
        + b"\x12"
        + string(url)
        + b"\x1a"
        + string(url)
        + b"\x20"
        + varint(version)
    )


def service_worker(number: int, host: str, origin: str = "") -> Made:
    """A registration with two scripts and data; version and scripts are numbered apart from it."""
    origin = origin or f"https://{host}/"
    version = 100 + number
    return {
        f"INITDATA_UNIQUE_ORIGIN:{origin}": b"",
        f"REGID_TO_ORIGIN:{number}": origin.encode(),
        f"REG:{origin}\0{number}": worker(number, version, host),
        f"RES:{version}\0{10 * number}": b"\x12" + string(f"https://{host}/worker.js".encode()),
        f"RES:{version}\0{10 * number + 1}": b"\x12" + string(b"https://code.example/library.js"),
        f"REG_USER_DATA:{number}\0BackgroundSyncUserData": b"tag",
        f"REG_HAS_USER_DATA:BackgroundSyncUserData\0{number}": b"",
    }


TAB, TWIN = "0e7a597f_00c5_4034_83b1_75c87c07465a", "11111111_00c5_4034_83b1_75c87c07465a"
GUID = "0F9A0000-AAAA-4034-83B1-75C87C07465A"
ITEMS = ("META:{origin}", "METAACCESS:{origin}", "_{origin}\0\x01name", "_{origin}\0\0\u2713")
URL = b"\x0a" + string(b"https://labs.openai.com/x")
OTHER_URL = b"\x0a" + string(b"https://shop.example/x")


def tab_of(name: str, url: str) -> bytes:
    """A tab of a saved group (SavedTabGroupData)."""
    tab = b"".join((b"\x0a", string(name.encode()), b"\x10\0\x1a", string(url.encode())))
    return b"\x08\x01\x12" + string(b"\x0a\x04guid\x2a" + string(tab))


def group(title: str) -> bytes:
    """A saved group (SavedTabGroupData)."""
    return b"\x08\x01\x12" + string(b"\x0a\x04guid\x22" + string(b"\x12" + string(title.encode())))


CASES = [
    pytest.param(
        tables.LOCAL_STORAGE,
        each(*ITEMS, of=("https://labs.openai.com", "https://x.labs.openai.com", *PARTITIONED_OURS)),
        {"VERSION": b"1", **each(*ITEMS, of=(*HOSTS, *PARTITIONED_THEIRS))},
        id="local-storage",
    ),
    pytest.param(
        tables.LOCAL_STORAGE,
        {
            "_devtools://devtools\0\x01previouslyViewedFiles": b'\x01[{"url":"https://labs.openai.com/a.js"}]',
            "_chrome://history\0\x01last": b"\x01labs.openai.com",
            "_chrome-untrusted://lens\0\x01last": "\0labs.openai.com".encode("utf-16-le"),
        },
        {
            "META:devtools://devtools": b"\x08\x01",
            "_devtools://devtools\0\x01other": b"\x01https://labs.openai.com.evil.example/",
            "_https://shop.example\0\x01seen": b"\x01https://labs.openai.com/",
            "_chrome-extension://abcdef\0\x01seen": b"\x01https://labs.openai.com/",
        },
        id="local-storage-of-the-browser",
    ),
    pytest.param(
        tables.SESSION_STORAGE,
        {
            f"namespace-{TAB}-https://labs.openai.com/": b"0",
            f"namespace-{TWIN}-https://labs.openai.com/": b"0",
            f"namespace-{TAB}-https://third.example/^0https://openai.com": b"7",
            "map-0-name": b"v\0",
            "map-0-a-name-with-hyphens": b"v\0",
            "map-7-name": b"v\0",
        },
        {
            "version": b"1",
            "next-map-id": b"9",
            f"namespace-{TAB}-": b"",
            f"namespace-{TAB}-https://shop.example/": b"1",
            f"namespace-{TAB}-https://labs.openai.com.evil.example/": b"70",
            "map-1-name": b"v\0",
            "map-70-name": b"v\0",
            "map-5-nobody-points-here": b"v\0",
        },
        id="session-storage",
    ),
    pytest.param(
        tables.SERVICE_WORKERS,
        {**service_worker(0, "labs.openai.com"), **service_worker(3, "third.example", PARTITIONED_OURS[0])},
        {
            "INITDATA_DB_VERSION": b"2",
            "INITDATA_NEXT_REGISTRATION_ID": b"4",
            "URES:77": b"",
            "PRES:78": b"",
            **service_worker(1, "shop.example"),
            **service_worker(2, "labs.openai.com.evil.example"),
            **service_worker(30, "chat.openai.com", PARTITIONED_THEIRS[1]),
        },
        id="service-workers",
    ),
    pytest.param(
        tables.NOTIFICATIONS,
        each(
            "DATA:{origin}\0p#https://x/#tag",
            "RESOURCES:{origin}\0p#https://x/#tag",
            of=("https_labs.openai.com_0", "https_x.labs.openai.com_8443"),
        ),
        {
            "NEXT_NOTIFICATION_ID": b"3",
            **each("DATA:{origin}\0p#1", of=("https_shop.example_0", "https_labs.openai.com.evil.example_0")),
        },
        id="notifications",
    ),
    pytest.param(
        tables.SITE_CHARACTERISTICS,
        {md5("labs.openai.com"): b"\x08\x01"},
        {"database_metadata": b"1", md5("shop.example"): b"\x08\x01", md5("openai.com"): b"\x08\x01"},
        id="site-characteristics",
    ),
    pytest.param(
        tables.PUSH,
        {
            f"reg1-wp:https://labs.openai.com/#{GUID}": b"token",
            f"iid1-wp:https://labs.openai.com/#{GUID}-V2": b"token",
            f"reg1-iid-wp:https://labs.openai.com/#{GUID},123,GCM": b"token",
        },
        {
            "device_aid_key": b"1",
            f"reg1-wp:https://shop.example/#{GUID}": b"token",
            f"reg1-wp:https://labs.openai.com.evil.example/#{GUID}": b"token",
            "reg1-com.google.chrome.sync.invalidations": b"token",
        },
        id="push",
    ),
    pytest.param(
        tables.SHARED_PROTO_DB,
        {
            f"9_{GUID}": URL,
            f"21_download,{GUID}": URL,
            "10_https://labs.openai.com/icon.png": b"",
            "18_https://labs.openai.com/": b"",
            "19_CreditCardSave__labs.openai.com": b"",
            "20_3_labs.openai.com": b"",
            "32_labs.openai.com": b"",
            "41_https://labs.openai.com/": b"",
            "44_https://labs.openai.com/": b"",
            "48_https://labs.openai.com/deal": b"",
        },
        {
            "__VERSION": b"1",
            "9_other": OTHER_URL,
            "21_download,other": OTHER_URL,
            "10_https://shop.example/icon.png": b"",
            "18_https://labs.openai.com.evil.example/": b"",
            "19_CreditCardSave__shop.example": b"",
            "20_3_notopenai.com": b"",
            "20_2_471_labs.openai.com": b"a list that comes with the browser",
            "33_product": URL,
            "32_shop.example": b"",
            "37_segment": b"",
        },
        id="shared-proto-db",
    ),
    pytest.param(
        tables.SYNC,
        {
            "sessions-dt-tab7": URL,
            "sessions-md-tab7": b"hash",
            "saved_tab_group-dt-tab1": tab_of("mixed", "https://labs.openai.com/x"),
            "saved_tab_group-md-tab1": b"hash",
            "saved_tab_group-dt-tab2": tab_of("all", "https://labs.openai.com/y"),
            "saved_tab_group-dt-all": group("labs.openai.com"),
            "saved_tab_group-md-all": b"hash",
            f"send_tab_to_self-dt-{GUID}": URL,
            f"send_tab_to_self-md-{GUID}": b"hash",
        },
        {
            "_mts_schema_descriptor": b"\x08\x01",
            "sessions-GlobalMetadata": b"",
            "sessions-dt-tab8": OTHER_URL,
            "sessions-md-tab8": b"hash",
            "reading_list-dt-https://labs.openai.com/read": URL,
            "reading_list-md-https://labs.openai.com/read": b"hash",
            "saved_tab_group-dt-tab3": tab_of("mixed", "https://labs.openai.com.evil.example/"),
            "saved_tab_group-md-tab3": b"hash",
            "saved_tab_group-dt-mixed": group("pictures of labs.openai.com"),
            "saved_tab_group-dt-tab4": tab_of("other", "https://shop.example/"),
            "saved_tab_group-dt-other": group("shops"),
            "saved_tab_group-dt-empty": group("without tabs"),
            f"saved_tab_group-dt-{GUID}": b"\x12\xffcut off, https://labs.openai.com/",
            "web_apps-dt-app": URL,
            f"webauthn_credential-dt-{GUID}": b"\x0a" + string(b"labs.openai.com"),
        },
        id="sync",
    ),
    pytest.param(
        tables.DOWNLOADS, {GUID: URL}, {"other": OTHER_URL}, id="downloads-before-the-shared-database"
    ),
    pytest.param(
        tables.BUDGETS,
        {"https://labs.openai.com/": b""},
        {"https://labs.openai.com.evil.example/": b""},
        id="budgets",
    ),
    pytest.param(
        tables.DECLINED_OFFERS,
        {"CreditCardSave__labs.openai.com": b""},
        {"CreditCardSave__shop.example": b"", "CreditCardSave__4111": b""},
        id="declined-offers",
    ),
    pytest.param(
        tables.HINTS,
        {"3_labs.openai.com": b"", "x.labs.openai.com": b""},
        {"3_shop.example": b"", "2_471_labs.openai.com": b"", "notopenai.com": b""},
        id="hints",
    ),
    pytest.param(
        tables.ORIGIN_TRIALS,
        {"https://labs.openai.com": b""},
        {"https://shop.example": b""},
        id="origin-trials",
    ),
    pytest.param(
        tables.SHOPPING,
        {"labs.openai.com": b"", "https://labs.openai.com/deal": b"", "persisted": URL},
        {"shop.example": OTHER_URL},
        id="shopping",
    ),
]


def make(path: Path, *records: Made) -> None:
    path.mkdir(parents=True, exist_ok=True)
    leveldb.write(path, ((key.encode(), value) for made in records for key, value in made.items()), BYTEWISE)


def live(path: Path) -> Made:
    return {record.key.decode(): record.value or b"" for record in leveldb.read(path).records()}


def keys(traces: list[Trace]) -> set[str]:
    return {
        trace.key[1].decode()
        for trace in traces
        if isinstance(trace.key, tuple) and isinstance(trace.key[1], bytes)
    }


@pytest.mark.parametrize(("store", "ours", "theirs"), CASES)
def test_the_targets_go_and_the_others_stay(tmp_path: Path, store: LevelDb, ours: Made, theirs: Made) -> None:
    place = tmp_path / "profile" / "Place" / "database"
    make(place, ours, theirs)
    removed, equal = clean(store, place, tmp_path)
    assert keys(removed) == set(ours)
    assert equal == len(theirs)
    assert live(place) == theirs


@pytest.mark.parametrize(
    ("store", "made", "kept"),
    [
        pytest.param(
            tables.EXTENSIONS, {"a": b'"labs.openai.com"', "b": b""}, {"a"}, id="extension-settings"
        ),
        pytest.param(
            tables.SYNC,
            {
                "reading_list-dt-https://labs.openai.com/": b"",
                "web_apps-dt-app": URL,
                "webauthn_credential-dt-x": URL,
                "reading_list-dt-https://shop.example/": b"",
            },
            {"reading_list-dt-https://labs.openai.com/", "web_apps-dt-app", "webauthn_credential-dt-x"},
            id="sync",
        ),
        pytest.param(
            tables.HINTS,
            {"2_471_labs.openai.com": b"", "2_471_x.example": b""},
            {"2_471_labs.openai.com"},
            id="lists",
        ),
    ],
)
def test_what_a_person_made_is_reported_as_kept(
    tmp_path: Path, store: LevelDb, made: Made, kept: set[str]
) -> None:
    make(tmp_path / "database", made)
    traces = list(store.find(tmp_path / "database", look(tmp_path)))
    assert keys(traces) == kept
    assert {trace.standing for trace in traces} == {Standing.KEPT}


def test_the_reading_list_goes_on_request_with_what_sync_knows_of_it(tmp_path: Path) -> None:
    ours = each("reading_list-dt-{origin}", "reading_list-md-{origin}", of=("https://labs.openai.com/read",))
    theirs = {
        **each("reading_list-dt-{origin}", "reading_list-md-{origin}", of=HOSTS),
        "web_apps-dt-app": URL,
    }
    make(tmp_path / "database", ours, theirs)
    removed, _ = clean(tables.SYNC, tmp_path / "database", tmp_path, Policy(include=frozenset({"bookmarks"})))
    assert keys(removed) == set(ours)
    assert live(tmp_path / "database") == theirs


def test_what_is_not_asked_for_stays_with_its_older_versions(tmp_path: Path) -> None:
    log = log_of(*(Record(b"sessions-dt-tab7", URL, number) for number in (1, 2)))
    place = folder(tmp_path / "database", {"MANIFEST-000001": manifest(log_number=3), "000003.log": log})
    for only, expected in (({"sessions"}, {"sessions-dt-tab7"}), ({"bookmarks"}, set())):
        asked = look(tmp_path, Policy(only=frozenset(only)))
        assert keys(list(tables.SYNC.find(place, asked))) == expected


def test_a_map_that_another_namespace_still_needs_stays(tmp_path: Path) -> None:
    place = tmp_path / "Session Storage"
    theirs = {f"namespace-{TAB}-https://shop.example/": b"4", "map-4-name": b"v\0"}
    make(place, {f"namespace-{TAB}-https://labs.openai.com/": b"4"}, theirs)
    clean(tables.SESSION_STORAGE, place, tmp_path)
    assert live(place) == theirs


def test_a_registration_is_found_by_its_number_where_its_record_is_missing(tmp_path: Path) -> None:
    place = tmp_path / "Service Worker" / "Database"
    whole = service_worker(5, "labs.openai.com")
    del whole["REG:https://labs.openai.com/\x005"]
    scripts = {key: whole.pop(key) for key in list(whole) if key.startswith("RES:")}
    make(place, whole, scripts)
    removed, _ = clean(tables.SERVICE_WORKERS, place, tmp_path)
    assert keys(removed) == set(whole)
    assert live(place) == scripts


def test_scripts_of_others_that_come_from_the_target_are_mentions(tmp_path: Path) -> None:
    place = tmp_path / "Service Worker" / "Database"
    imported = {"RES:101\x0019": b"\x08\x13\x12" + string(b"https://labs.openai.com/lib.js")}
    make(place, service_worker(1, "shop.example"), imported)
    traces = tables.SERVICE_WORKERS.find(place, look(tmp_path))
    assert [trace.standing for trace in traces] == [Standing.MENTION]


def test_messages_of_push_are_found_in_the_database_inside(tmp_path: Path) -> None:
    place = tmp_path / "GCM Store"
    make(place, {f"reg1-wp:https://shop.example/#{GUID}": b""})
    theirs = {f"wp:https://shop.example/#{GUID}": b"key"}
    make(place / "Encryption", {f"wp:https://labs.openai.com/#{GUID},123": b"key"}, theirs)
    removed, _ = clean(tables.PUSH, place, tmp_path)
    assert len(removed) == 1
    assert live(place / "Encryption") == theirs
    assert len(live(place)) == 1


class TestFileSystem:
    """Folders of files that a database beside them gives to origins."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Path:
        for name in ("000", "001", "002", "primary"):
            (tmp_path / "File System" / name / "t").mkdir(parents=True)
            (tmp_path / "File System" / name / "t" / "file").write_text(name)
        return tmp_path / "File System" / "Origins"

    def test_the_targets_folder_goes_with_its_record(self, place: Path, tmp_path: Path) -> None:
        theirs = {
            "ORIGIN:https_shop.example_0": b"001",
            "ORIGIN:https_labs.openai.com.evil.example_0": b"002",
            "LAST_PATH": b"002",
        }
        make(place, {"ORIGIN:https_labs.openai.com_0": b"000"}, theirs)
        removed, equal = clean(tables.FILE_SYSTEM, place, tmp_path)
        assert [trace.key for trace in removed if trace.where == FOLDERS] == ["000"]
        assert equal == 3
        assert live(place) == theirs
        assert sorted(path.name for path in place.parent.iterdir()) == ["001", "002", "Origins", "primary"]

    @pytest.mark.parametrize(
        "value",
        [
            pytest.param(b"001", id="another-origins-too"),
            pytest.param(b"../../outside", id="outside"),
            pytest.param(b"primary", id="no-number"),
            pytest.param(b"..", id="its-parent"),
            pytest.param(b"", id="none"),
            pytest.param(b"777", id="not-there"),
        ],
    )
    def test_no_other_folder_goes(self, place: Path, tmp_path: Path, value: bytes) -> None:
        make(place, {"ORIGIN:https_labs.openai.com_0": value, "ORIGIN:https_shop.example_0": b"001"})
        files = {name: data for name, data in tree(tmp_path).items() if "Origins" not in name}
        removed, _ = clean(tables.FILE_SYSTEM, place, tmp_path)
        assert [trace.where for trace in removed] == [""]
        assert {name: data for name, data in tree(tmp_path).items() if "Origins" not in name} == files

    def test_the_plan_stands_for_the_folders_too(self, place: Path) -> None:
        make(place, {})
        names = [path.name for path in tables.FILE_SYSTEM.unit(place)]
        assert names == ["Origins", "000", "001", "002"]


@pytest.mark.parametrize(
    ("pattern", "key", "expected"),
    [
        ("_{origin}\0{name}", b"_o\0n\0n", {"origin": b"o", "name": b"n\0n"}),
        ("_{origin}\0{name}", b"_o", None),
        ("a-{tab:3}-{rest}", b"a-x-y-z", {"tab": b"x-y", "rest": b"z"}),
        ("a-{tab:3}-{rest}", b"a-xy-z", None),
        ("a.{rest}", b"abc", None),
        ("{rest}", b"\n\xff", {"rest": b"\n\xff"}),
        ("map-{map}-{name}", b"map-1-2-3", {"map": b"1", "name": b"2-3"}),
    ],
)
def test_keys_are_told_by_their_pattern(pattern: str, key: bytes, expected: dict[str, bytes] | None) -> None:
    row = Records("any", pattern, Origin("origin")).read(key, b"value")
    assert row == (None if expected is None else {"key": key, "value": b"value", **expected})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"\x20\x07\x0a\x03abc", {"version": b"7", "name": b"abc"}),
        (b"\x20\x07", {"version": b"7"}),
        (b"\x20", {}),
        (b"\xff\xff", {}),
    ],
)
def test_fields_of_messages_are_columns(value: bytes, expected: dict[str, bytes]) -> None:
    assert Message(version=4, name=1).read(value) == expected


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        (f"wp:https://labs.openai.com/#{GUID}", True),
        (f"iid-wp:https://labs.openai.com:8443/#{GUID}-V2,1,GCM", True),
        (f"wp:https://shop.example/#{GUID}", False),
        (f"wp:https://labs.openai.com.evil.example/#{GUID}", False),
        (f"owp:https://labs.openai.com/#{GUID}", False),
        ("https://labs.openai.com/", False),
    ],
)
def test_push_subscriptions_tell_their_origin(text: str, ours: bool) -> None:
    assert PushApp("app").owns({"app": text.encode()}, TARGET) is ours


@pytest.mark.parametrize(
    ("host", "ours"), [("labs.openai.com", True), ("openai.com", False), ("shared.example", False)]
)
def test_hashed_hosts_are_those_that_the_site_file_names(host: str, ours: bool) -> None:
    assert HashedHost("hash").owns({"hash": md5(host).encode()}, TARGET) is ours


@pytest.mark.parametrize("given", ["::1", "[::1]:8080"])
def test_an_address_has_brackets_in_its_hash(tmp_path: Path, given: str) -> None:
    path = tmp_path / "Site Characteristics Database"
    path.mkdir()
    leveldb.write(path, [(md5(host).encode(), b"\x08\x01") for host in ("[::1]", "[::2]", "[")], BYTEWISE)
    target = Target((ad_hoc([given], []),))
    (trace,) = tables.SITE_CHARACTERISTICS.find(path, replace(look(tmp_path), target=target))
    assert trace.key == ("", md5("[::1]").encode())


def test_a_port_of_a_host_that_was_seen_tells_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "Site Characteristics Database"
    path.mkdir()
    hosts = ("seen.shop.example", "kept.shop.example")
    leveldb.write(path, [(md5(host).encode(), b"\x08\x01") for host in sorted(hosts, key=md5)], BYTEWISE)
    target = Target((ad_hoc(["shop.example:8443"], []),))
    seen = ("https://seen.shop.example:8443/a", "https://kept.shop.example/a")
    asked = replace(look(tmp_path), target=target, seen=dict.fromkeys(seen, tmp_path / "History"))
    (trace,) = tables.SITE_CHARACTERISTICS.find(path, asked)
    assert trace.key == ("", md5("seen.shop.example").encode())


def test_hashed_hosts_are_also_those_that_the_profile_knows(tmp_path: Path) -> None:
    """Below the target, as other stores have shown them or other files name them."""
    path = tmp_path / "Site Characteristics Database"
    path.mkdir()
    ours = ["labs.openai.com", "seen.labs.openai.com", "named.labs.openai.com", "www.labs.openai.com"]
    others = ["kept.example", "seen.notopenai.com", "other.openai.com"]
    records = [(md5(host).encode(), b"\x08\x01") for host in (*ours, *others)]
    leveldb.write(path, records, BYTEWISE)
    (tmp_path / "Cookies").write_bytes(b"\0named.labs.openai.com\0other.openai.com")
    seen = ("https://seen.labs.openai.com/a", "https://seen.notopenai.com/", "https://kept.example/")
    asked = replace(look(tmp_path), seen=dict.fromkeys(seen, tmp_path / "History"))
    traces = tables.SITE_CHARACTERISTICS.find(path, asked)
    tellers = (None, tmp_path / "History", tmp_path / "Cookies", None)
    told = {("", md5(host).encode()): teller for host, teller in zip(ours, tellers, strict=True)}
    assert {trace.key: trace.told_by for trace in traces} == told
