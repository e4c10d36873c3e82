"""Folders of others that name the target are reported and stay whole; the target's are none of these."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import cramjam
import pytest

from scrubber.browsers.chromium.site_data import (
    OTHERS,
    OTHERS_BUCKETS_INDEXED_DB,
    OTHERS_INDEXED_DB,
)
from scrubber.formats.leveldb.coding import Record
from scrubber.model import Policy, Standing
from tests.cleaned import clean, look, tree
from tests.leveldb_files import folder, log_of, manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scrubber.model import Store

    Maker = Callable[..., Path]

IDB, BUCKET, FILES = OTHERS
NAMING = b"a link to https://labs.openai.com/x"
PLAIN = b"a link to https://labs.openai.com.evil.example/x"
HOSTS = {"1": "https://shop.example/", "2": "https://labs.openai.com/", "3": ""}


def database(path: Path, *records: tuple[bytes, bytes]) -> None:
    made = [Record(key, value, number) for number, (key, value) in enumerate(records, 1)]
    folder(path, {"MANIFEST-000001": manifest(log_number=3), "000003.log": log_of(*made)})


def idb(profile: Path, owner: str, content: bytes) -> Path:
    host = HOSTS[owner].removeprefix("https://").removesuffix("/")
    path = profile / "IndexedDB" / (f"https_{host}_0.indexeddb.leveldb" if host else "LOCK")
    database(path, (b"\0\1", content.decode().encode("utf-16-be")))
    return path


def bucket(profile: Path, owner: str, content: bytes) -> Path:
    path = profile / "WebStorage" / owner
    (path / "CacheStorage").mkdir(parents=True)
    (path / "CacheStorage" / "index.txt").write_bytes(content)
    with closing(sqlite3.connect(path.parent / "QuotaManager")) as made, made:
        made.execute("CREATE TABLE buckets(id INTEGER, storage_key TEXT)")
        made.executemany(
            "INSERT INTO buckets VALUES (?, ?)", [(n, host) for n, host in HOSTS.items() if host]
        )
    return path


def file(profile: Path, owner: str, content: bytes) -> Path:
    path = profile / "File System" / owner
    (path / "t" / "00").mkdir(parents=True)
    (path / "t" / "00" / "00000000").write_bytes(content)
    owners = {number: host for number, host in HOSTS.items() if host}
    origin = b"ORIGIN:https_%s_0"
    pairs = [(origin % host.split("/")[2].encode(), number.encode()) for number, host in owners.items()]
    database(path.parent / "Origins", *pairs)
    return path


KINDS = [
    pytest.param(IDB, idb, id="indexed-db"),
    pytest.param(BUCKET, bucket, id="bucket"),
    pytest.param(FILES, file, id="file-system"),
]


@pytest.mark.parametrize(("store", "make"), KINDS)
@pytest.mark.parametrize(
    ("policy", "standing"),
    [(Policy(), Standing.MENTION), (Policy(mentions="all"), Standing.KEPT)],
    ids=["as-it-comes", "all-mentions"],
)
def test_another_s_that_names_the_target_is_reported_and_stays(
    tmp_path: Path, store: Store, make: object, policy: Policy, standing: Standing
) -> None:
    assert callable(make)
    path = make(tmp_path, "1", NAMING)
    before = tree(tmp_path)
    assert [trace.standing for trace in store.find(path, look(tmp_path, policy))] == [standing]
    assert clean(store, path, tmp_path, policy) == ([], 0)
    assert tree(tmp_path) == before


@pytest.mark.parametrize(("store", "make"), KINDS)
@pytest.mark.parametrize(
    ("owner", "content"),
    [("1", PLAIN), ("2", NAMING)],
    ids=["a-look-alike-in-it", "the-target-s-own"],
)
def test_what_is_not_another_s_mention_is_none(
    tmp_path: Path, store: Store, make: object, owner: str, content: bytes
) -> None:
    assert callable(make)
    assert store.find(make(tmp_path, owner, content), look(tmp_path)) == ()


@pytest.mark.parametrize(("store", "make"), KINDS[1:])
def test_a_folder_without_an_owner_is_no_other_s(tmp_path: Path, store: Store, make: object) -> None:
    assert callable(make)
    assert store.find(make(tmp_path, "3", NAMING), look(tmp_path)) == ()


def test_a_folder_that_can_t_be_read_is_left_to_the_last_look(tmp_path: Path) -> None:
    path = idb(tmp_path, "1", PLAIN)
    (path / "MANIFEST-000001").write_bytes(bytes(64))
    assert IDB.find(path, look(tmp_path)) == ()


NAMINGS = {
    "plain": b"see https://labs.openai.com/x",
    "a-key": bytes(byte + 1 for byte in b"https://labs.openai.com/x"),
    "utf-16": "labs.openai.com".encode("utf-16-le"),
    "backwards": b"moc.ianepo.sbal",
    "backwards-in-utf-16": "moc.ianepo.sbal".encode("utf-16-le"),
    "in-zstd": bytes(cramjam.zstd.compress(b"see backwards moc.ianepo.sbal, or labs.openai.com " * 9)),
    "in-snappy": b"\xff\x11\x02" + bytes(cramjam.snappy.compress_raw(b"com see labs.openai.com " * 9)),
}
ALIKE = {
    "plain": PLAIN,
    "a-key": bytes(byte + 1 for byte in b"https://notopenai.com/x"),
    "backwards": b"moc.ianepo-sbal moc.ianepo.sbalx elpmaxe.live.moc.ianepo.sbal",
    "in-zstd": bytes(cramjam.zstd.compress(b"see labs-openai.com " * 9)),
    "in-snappy": b"\xff\x11\x02" + bytes(cramjam.snappy.compress_raw(b"com see labs-openai.com " * 9)),
}


def in_sqlite(path: Path, *values: bytes) -> Path:
    """As much of IndexedDB in SQLite as tells: rows with numbers, and those without."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE records(row_id INTEGER PRIMARY KEY, key BLOB, value BLOB)")
        made.execute(
            "CREATE TABLE index_references(row INTEGER, key BLOB, PRIMARY KEY(row, key)) WITHOUT ROWID"
        )
        for number, value in enumerate(values, 1):
            made.execute("INSERT INTO records VALUES (?, ?, ?)", (number, b"key", value))
            made.execute("INSERT INTO index_references VALUES (?, ?)", (number, value))
    return path


def of_origin(profile: Path, owner: str, *values: bytes) -> Path:
    host = HOSTS[owner].removeprefix("https://").removesuffix("/")
    return in_sqlite(profile / "IndexedDB" / f"https_{host}_0" / "3KDA", *values)


def of_bucket(profile: Path, owner: str, *values: bytes) -> Path:
    bucket(profile, owner, b"")
    return in_sqlite(profile / "WebStorage" / owner / "IndexedDB" / "3KDA", *values)


IN_SQLITE = [
    pytest.param(OTHERS_INDEXED_DB, of_origin, id="of-an-origin"),
    pytest.param(OTHERS_BUCKETS_INDEXED_DB, of_bucket, id="of-a-bucket"),
]


@pytest.mark.parametrize(("store", "make"), IN_SQLITE)
@pytest.mark.parametrize("naming", NAMINGS.values(), ids=NAMINGS)
@pytest.mark.parametrize("policy", [Policy(), Policy(mentions="all")], ids=["as-it-comes", "all-mentions"])
def test_rows_of_others_in_sqlite_are_reported_and_stay(
    tmp_path: Path, store: Store, make: Maker, naming: bytes, policy: Policy
) -> None:
    path, number = make(tmp_path, "1", *ALIKE.values(), naming), len(ALIKE) + 1
    found = store.find(path, look(tmp_path, policy))
    rows = [("index_references", (number, naming)), ("records", number)]
    assert [(trace.where, trace.key) for trace in found] == rows
    standing = Standing.KEPT if policy.mentions == "all" else Standing.MENTION
    assert {trace.standing for trace in found} == {standing}
    assert not any(map(policy.removes, found))


@pytest.mark.parametrize(("store", "make"), IN_SQLITE)
def test_rows_of_the_target_are_no_other_s(tmp_path: Path, store: Store, make: Maker) -> None:
    assert store.find(make(tmp_path, "2", *NAMINGS.values()), look(tmp_path)) == ()


def test_rows_in_a_bucket_of_nobody_are_no_other_s(tmp_path: Path) -> None:
    path = of_bucket(tmp_path, "3", *NAMINGS.values())
    assert OTHERS_BUCKETS_INDEXED_DB.find(path, look(tmp_path)) == ()


@pytest.mark.parametrize(("store", "make"), IN_SQLITE)
def test_bytes_that_no_row_of_others_holds_go(tmp_path: Path, store: Store, make: Maker) -> None:
    path = make(tmp_path, "1", ALIKE["in-zstd"])
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("PRAGMA secure_delete = OFF")
        made.execute("INSERT INTO records VALUES (7, 'key', ?)", (NAMINGS["plain"],))
        made.execute("DELETE FROM records WHERE row_id = 7")
    assert b"labs.openai.com" in path.read_bytes()
    removed, equal = clean(store, path, tmp_path)
    assert [trace.standing for trace in removed] == [Standing.OWN]
    assert equal == 2
    assert b"labs.openai.com" not in path.read_bytes()
    with closing(sqlite3.connect(path)) as made:
        assert made.execute("SELECT * FROM records").fetchall() == [(1, b"key", ALIKE["in-zstd"])]


def test_other_files_are_no_database(tmp_path: Path) -> None:
    path = of_origin(tmp_path, "1").with_name("other")
    path.write_bytes(NAMING)
    assert OTHERS_INDEXED_DB.find(path, look(tmp_path)) == ()
    assert OTHERS_INDEXED_DB.unit(path) == ()


@pytest.mark.parametrize("naming", NAMINGS.values(), ids=NAMINGS)
def test_records_of_others_are_read_in_every_way(tmp_path: Path, naming: bytes) -> None:
    path = tmp_path / "IndexedDB" / "https_shop.example_0.indexeddb.leveldb"
    database(path, (b"\0\1", b"\1" * naming.startswith(b"\xff") + naming))
    assert [trace.standing for trace in IDB.find(path, look(tmp_path))] == [Standing.MENTION]


@pytest.mark.parametrize("alike", ALIKE.values(), ids=ALIKE)
def test_records_with_look_alikes_are_none(tmp_path: Path, alike: bytes) -> None:
    path = tmp_path / "IndexedDB" / "https_shop.example_0.indexeddb.leveldb"
    database(path, (b"\0\1", alike))
    assert IDB.find(path, look(tmp_path)) == ()


def test_bytes_of_a_database_of_sqlite_say_nothing(tmp_path: Path) -> None:
    path = tmp_path / "IndexedDB" / "https_labs.openai.com.evil.example_0"
    path.mkdir(parents=True)
    (path / "NAME").write_bytes(b"SQLite format 3\0" + b"https://labs.openai.com")  # the rest is elsewhere
    assert IDB.find(path, look(tmp_path)) == ()
