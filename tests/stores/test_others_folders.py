"""Folders of others that name the target are reported and stay whole; the target's are none of these."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.chromium.site_data import OTHERS
from scrubber.formats.leveldb.coding import Record
from scrubber.model import Policy, Standing
from tests.cleaned import clean, look, tree
from tests.leveldb_files import folder, log_of, manifest

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Store

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


def test_bytes_of_a_database_of_sqlite_say_nothing(tmp_path: Path) -> None:
    path = tmp_path / "IndexedDB" / "https_labs.openai.com.evil.example_0"
    path.mkdir(parents=True)
    (path / "NAME").write_bytes(b"SQLite format 3\0" + b"https://labs.openai.com")  # the rest is elsewhere
    assert IDB.find(path, look(tmp_path)) == ()
