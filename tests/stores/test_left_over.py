"""What Chromium has set aside or forgotten: it goes where it names the target, and only there."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.chromium.left_over import (
    BAD_NETWORK_STATE,
    BAD_PREFERENCES,
    CHANNEL_IDS,
    DOOMED_BUCKETS,
    FLASH_OBJECTS,
    LOCAL_STORAGE_FILES,
    LOST_FILE_SYSTEMS,
    OLD_CACHES,
    OLD_INDEXES,
    PRIMARY_FILE_SYSTEM,
)
from scrubber.browsers.chromium.leveldb import FILE_SYSTEM
from scrubber.errors import UnreadableStore
from scrubber.formats import leveldb
from scrubber.formats.leveldb.coding import Record
from scrubber.model import Policy, Skipped
from scrubber.plan.locate import located
from scrubber.transaction import Swapped, Transaction
from tests.cleaned import tree
from tests.leveldb_files import BYTEWISE, SNAPPY, folder, manifest, table
from tests.stores.running import MIXED, OURS, THEIRS, ask, look
from tests.stores.running import clean as clean_one

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Store


def put(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def clean(profile: Path, *stores: Store) -> list[str]:
    """Every place of these stores in one transaction; where something was removed."""
    asked = look(profile)
    removed = []
    with Transaction([profile]) as transaction:
        planned = [(store, path) for store in stores for path in located(store.places, asked.profile)]
        found = [
            (store, path, store.find(path, asked)) for store, path in planned if not isinstance(path, Skipped)
        ]
        for store, path, traces in found:
            if traces:
                store.remove(path, traces, transaction)
                removed.append(path.relative_to(profile).as_posix())
        assert all(isinstance(made, Swapped) for made in transaction.swap())
        transaction.commit()
    return removed


BAD = [
    (BAD_PREFERENCES, "Preferences.bad"),
    (BAD_PREFERENCES, "Secure Preferences.bad"),
    (BAD_PREFERENCES, "Local State.bad"),
    (BAD_NETWORK_STATE, "Network Persistent State.bad"),
    (BAD_NETWORK_STATE, "Network/Network Persistent State.bad"),
    (BAD_NETWORK_STATE, "Storage/ext/abcdef/def/Network Persistent State.bad"),
]


@pytest.mark.parametrize(("store", "place"), BAD, ids=[place for _, place in BAD])
@pytest.mark.parametrize("host", MIXED)
def test_files_that_could_not_be_parsed_go_if_they_name_the_target(
    tmp_path: Path, store: Store, place: str, host: str
) -> None:
    put(tmp_path / place, f'{{"profile":{{"https://{host}:443,*":')
    put(tmp_path / place.removesuffix(".bad"), f'{{"https://{host}":1}}')
    assert clean(tmp_path, store) == ([place] if host in OURS else [])
    assert (tmp_path / place.removesuffix(".bad")).exists()


OLD = [
    "Cache/old_Cache_Data_000",
    "old_Cache_003",
    "old_Media Cache_000",
    "Code Cache/old_js_012",
    "Service Worker/old_ScriptCache_000",
    "Shared Dictionary/old_cache_000",
    "Storage/ext/abcdef/def/Code Cache/old_wasm_000",
]


@pytest.mark.parametrize("place", OLD)
def test_caches_that_wait_to_be_deleted(tmp_path: Path, place: str) -> None:
    """Their neighbours in the same folder are entries of others: nobody reads them any more."""
    put(tmp_path / place / "0123456789abcdef_0", "1/0/_dk_https://kept.example https://labs.openai.com/a")
    put(tmp_path / place / "index-dir/the-real-index", b"index")
    theirs = put(tmp_path / (place[:-3] + "099") / "0123456789abcdef_0", " ".join(THEIRS))
    live = put(tmp_path / place.replace("old_", "")[:-4] / "0123456789abcdef_0", "https://labs.openai.com/a")
    assert clean(tmp_path, OLD_CACHES) == [place]
    assert sorted(tree(tmp_path)) == sorted(path.relative_to(tmp_path).as_posix() for path in (theirs, live))


@pytest.mark.parametrize("name", ["old_notes", "old_Cache_00", "old_Cache_0001", "my_old_Cache_000"])
def test_other_old_things_are_not_chromiums(tmp_path: Path, name: str) -> None:
    put(tmp_path / name / "a", "https://labs.openai.com/")
    assert clean(tmp_path, OLD_CACHES) == []


@pytest.mark.parametrize(
    "place", ["WebStorage/12-doomed-a8F3", "WebStorage-doomed-x", "WebStorage/x-doomed-"]
)
@pytest.mark.parametrize("host", MIXED)
def test_buckets_that_wait_to_be_deleted(tmp_path: Path, place: str, host: str) -> None:
    database = tmp_path / place / "IndexedDB/indexeddb.leveldb"
    database.mkdir(parents=True)
    leveldb.write(database, [(b"\0\0\0\0\xc9" + f"https_{host}_0@1".encode("utf-16-be"), b"")], BYTEWISE)
    live = put(tmp_path / "WebStorage/12/data", "https://labs.openai.com/")
    assert clean(tmp_path, DOOMED_BUCKETS) == ([place] if host in OURS else [])
    assert live.exists()
    assert database.exists() == (host not in OURS)


@pytest.mark.parametrize("host", MIXED)
def test_names_that_a_table_packs(tmp_path: Path, host: str) -> None:
    """Snappy writes what it has met before as a length and a distance."""
    records = [
        Record(b"a", f"https://{host[:-5]} ".encode() * 3, 1),
        Record(b"b", f"https://{host}/".encode(), 2),
    ]
    data = table(records, SNAPPY)
    assert host.encode() not in data
    files = {"000005.ldb": data, "MANIFEST-000001": manifest(log_number=4, tables=[(0, 5)])}
    folder(tmp_path / "WebStorage/4-doomed-z/IndexedDB/indexeddb.leveldb", files)
    assert bool(clean(tmp_path, DOOMED_BUCKETS)) == (host in OURS)


def test_a_doomed_file_of_any_kind(tmp_path: Path) -> None:
    put(tmp_path / "WebStorage/3-doomed-q", "https://labs.openai.com")
    assert clean(tmp_path, DOOMED_BUCKETS) == ["WebStorage/3-doomed-q"]


def test_a_doomed_database_that_can_not_be_read_is_said(tmp_path: Path) -> None:
    files = {"MANIFEST-000001": b"damaged", "000003.log": b"damaged"}
    folder(tmp_path / "WebStorage/3-doomed-q/IndexedDB/indexeddb.leveldb", files)
    with pytest.raises(UnreadableStore):
        DOOMED_BUCKETS.find(tmp_path / "WebStorage/3-doomed-q", look(tmp_path))


def file_system(profile: Path, known: dict[str, str], **folders: str) -> Path:
    """`known`: folders by their origins; each folder has one file with a text."""
    path = profile / "File System"
    (path / "Origins").mkdir(parents=True)
    records = [(f"ORIGIN:{origin}".encode(), folder.encode()) for origin, folder in known.items()]
    leveldb.write(path / "Origins", [(b"LAST_PATH", b"9"), *records], BYTEWISE)
    for name, text in folders.items():
        put(path / name.strip("_") / "t/00/00000000", text)
    return path


def test_file_systems_that_no_origin_has_any_more(tmp_path: Path) -> None:
    path = file_system(
        tmp_path,
        {"https_kept.example_0": "001", "https_labs.openai.com_0": "002"},
        _000="see https://labs.openai.com/",
        _001="see https://labs.openai.com/",
        _002="mine",
        _003="see https://labs.openai.com.evil.example/",
        other="see https://labs.openai.com/",
    )
    assert clean(tmp_path, LOST_FILE_SYSTEMS, FILE_SYSTEM) == ["File System", "File System/Origins"]
    left = {one.name for one in path.iterdir()}
    assert left == {"Origins", "001", "003", "other"}


def test_without_the_list_no_origin_has_any(tmp_path: Path) -> None:
    put(tmp_path / "File System/000/t/00/00000000", "https://labs.openai.com/")
    put(tmp_path / "File System/001/t/00/00000000", "https://notopenai.com/")
    clean(tmp_path, LOST_FILE_SYSTEMS)
    assert list(tree(tmp_path)) == ["File System/001/t/00/00000000"]


def test_a_list_of_file_systems_that_can_not_be_read_is_said(tmp_path: Path) -> None:
    path = file_system(tmp_path, {}, _000="https://labs.openai.com/")
    put(path / "Origins/CURRENT", "nothing")
    with pytest.raises(UnreadableStore):
        LOST_FILE_SYSTEMS.find(path, look(tmp_path))


def pickled(text: str) -> bytes:
    data = text.encode()
    payload = struct.pack("<i", len(data)) + data + b"\0" * (-len(data) % 4)
    return struct.pack("<I", len(payload)) + payload


@pytest.mark.parametrize("host", MIXED)
def test_the_file_system_of_an_apps_own_origin(tmp_path: Path, host: str) -> None:
    put(tmp_path / "File System/primary.origin", pickled(f"https_{host}_0"))
    put(tmp_path / "File System/primary/p/00/00000000", "data")
    put(tmp_path / "File System/000/p/00/00000000", "data")
    gone = clean(tmp_path, PRIMARY_FILE_SYSTEM)
    assert bool(gone) == (host in OURS)
    others = ["File System/primary.origin", "File System/primary/p/00/00000000"] * (not gone)
    assert sorted(tree(tmp_path)) == sorted(["File System/000/p/00/00000000", *others])


def test_a_primary_origin_that_can_not_be_read_is_said(tmp_path: Path) -> None:
    path = put(tmp_path / "File System/primary.origin", b"\xff\xff\xff\xff")
    with pytest.raises(UnreadableStore):
        PRIMARY_FILE_SYSTEM.find(path, look(tmp_path))


def test_local_storage_of_old(tmp_path: Path) -> None:
    for host in MIXED:
        for ending in ("", "-journal"):
            put(tmp_path / f"Local Storage/https_{host}_0.localstorage{ending}", host)
    put(tmp_path / "Local Storage/leveldb/CURRENT", "x")
    alike = f"https_{OURS[0]}_0.localstorage.evil.example_0.localstorage"
    put(tmp_path / "Local Storage" / alike, "x")
    clean(tmp_path, LOCAL_STORAGE_FILES)
    names = {path.name for path in (tmp_path / "Local Storage").iterdir() if path.is_file()}
    endings = ("", "-journal")
    theirs = {f"https_{host}_0.localstorage{ending}" for host in THEIRS for ending in endings}
    assert names == theirs | {alike}
    assert (tmp_path / "Local Storage/leveldb/CURRENT").exists()


def test_flash_objects_go_by_their_hosts(tmp_path: Path) -> None:
    shared = tmp_path / "Pepper Data/Shockwave Flash/WritableRoot/#SharedObjects/AB12"
    for host in MIXED:
        put(shared / host / "game.swf/score.sol", host)
        put(shared / f"macromedia.com/support/flashplayer/sys/#{host}/settings.sol", host)
    put(shared / "macromedia.com/support/flashplayer/sys/settings.sol", "all")
    clean(tmp_path, FLASH_OBJECTS)
    left = {path.name.removeprefix("#") for path in shared.rglob("*") if path.is_dir()}
    assert left.isdisjoint(OURS)
    assert left >= set(THEIRS)
    assert (shared / "macromedia.com/support/flashplayer/sys/settings.sol").exists()


def test_channel_ids_go_by_their_sites(tmp_path: Path) -> None:
    path = tmp_path / "Origin Bound Certs"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE channel_id(host TEXT NOT NULL UNIQUE PRIMARY KEY, private_key BLOB)")
        rows = [(host, b"key") for host in (*MIXED, "openai.com")]
        database.executemany("INSERT INTO channel_id VALUES (?, ?)", rows)
        database.commit()
    clean_one(CHANNEL_IDS, path)
    assert set(ask(path, "SELECT host FROM channel_id")) == set(THEIRS)


@pytest.mark.parametrize("name", ["History Provider Cache", "History Index 2011-05"])
def test_old_indexes_of_the_history(tmp_path: Path, name: str) -> None:
    put(tmp_path / name, " ".join(f"https://{host}/" for host in THEIRS))
    assert clean(tmp_path, OLD_INDEXES) == []
    put(tmp_path / name, " ".join(f"https://{host}/" for host in MIXED))
    assert clean(tmp_path, OLD_INDEXES) == [name]
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("kind", ["file", "link"])
def test_no_file_system_is_lost_where_the_database_of_owners_is_none(tmp_path: Path, kind: str) -> None:
    put(tmp_path / "File System/000/x", "https://labs.openai.com/")
    assert LOST_FILE_SYSTEMS.find(tmp_path / "File System", look(tmp_path))
    owners = tmp_path / "File System/Origins"
    if kind == "file":
        owners.write_bytes(b"CURRENT")
    else:
        owners.symlink_to("nowhere")
    with pytest.raises(UnreadableStore, match=f"a {kind}, not a folder"):
        LOST_FILE_SYSTEMS.find(tmp_path / "File System", look(tmp_path))


@pytest.mark.parametrize(
    ("store", "place", "word"),
    [
        (OLD_CACHES, "old_Cache_000", "cache"),
        (DOOMED_BUCKETS, "WebStorage/1-doomed-a", "storage"),
        (LOST_FILE_SYSTEMS, "File System", "storage"),
    ],
    ids=["old caches", "doomed buckets", "lost file systems"],
)
def test_they_stay_where_nobody_asks_for_them(tmp_path: Path, store: Store, place: str, word: str) -> None:
    put(tmp_path / place / "000/x", "https://labs.openai.com/")
    assert store.find(tmp_path / place, look(tmp_path))
    assert store.find(tmp_path / place, look(tmp_path, Policy(without=frozenset({word})))) == ()
