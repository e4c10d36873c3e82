"""Sites that sort hosts write them backwards in their own storage: that mentions the target too."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.chromium import in_sqlite
from scrubber.browsers.chromium import leveldb as tables
from scrubber.formats import leveldb
from scrubber.formats.leveldb.coding import Record
from scrubber.model import Policy, Standing
from scrubber.samples.schemas import create, insert
from tests.cleaned import clean, look, tree
from tests.leveldb_files import folder, log_of, manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scrubber.model import Store

    Maker = Callable[[Path, dict[str, bytes]], Path]

SHOP = "https://shop.example"
ALL = Policy(mentions="all")


def database(path: Path, records: dict[bytes, bytes]) -> Path:
    made = [Record(key, value, number) for number, (key, value) in enumerate(records.items(), 1)]
    return folder(path, {"MANIFEST-000001": manifest(log_number=3), "000003.log": log_of(*made)})


def local(profile: Path, items: dict[str, bytes]) -> Path:
    records = {b"_%s\0\1%s" % (SHOP.encode(), name.encode()): b"\1" + each for name, each in items.items()}
    return database(profile / "leveldb", records)


def session(profile: Path, items: dict[str, bytes]) -> Path:
    space = f"namespace-{'a' * 36}-{SHOP}/".encode()
    maps = {f"map-4-{name}".encode(): each for name, each in items.items()}
    return database(profile / "Session Storage", {space: b"4"} | maps)


def local_in_sqlite(profile: Path, items: dict[str, bytes]) -> Path:
    path = profile / "LocalStorage"
    create(path, "chromium-156/LocalStorage")
    insert(path, "maps", {"row_id": 1, "storage_key": f"{SHOP}/".encode()})
    rows = [{"map_id": 1, "key": name.encode(), "value": each} for name, each in items.items()]
    insert(path, "map_entries", *rows)
    return path


def session_in_sqlite(profile: Path, items: dict[str, bytes]) -> Path:
    path = profile / "SessionStorage"
    create(path, "chromium-156/SessionStorage")
    insert(path, "session_metadata", {"session_id": "a", "storage_key": f"{SHOP}/".encode(), "map_id": 1})
    rows = [{"map_id": 1, "key": name.encode(), "value": each} for name, each in items.items()]
    insert(path, "map_entries", *rows)
    return path


def values(path: Path) -> set[bytes]:
    if path.is_dir():
        return {record.value or b"" for record in leveldb.read(path).records()}
    with closing(sqlite3.connect(path)) as opened:
        return {bytes(value) for (value,) in opened.execute("SELECT value FROM map_entries")}


STORES = [
    pytest.param(tables.LOCAL_STORAGE, local, id="local"),
    pytest.param(tables.SESSION_STORAGE, session, id="session"),
    pytest.param(in_sqlite.LOCAL_STORAGE, local_in_sqlite, id="local-in-sqlite"),
    pytest.param(in_sqlite.SESSION_STORAGE, session_in_sqlite, id="session-in-sqlite"),
]
NAMING = {
    "alone": b"moc.ianepo.sbal",
    "below": b"by host: moc.ianepo.sbal.ndc, moc.ianepo",
    "wide": "moc.ianepo.sbal".encode("utf-16-le"),
}
ALIKE = {
    "longer": b"moc.ianepoton",
    "with a dash": b"moc.ianepo-sbal",
    "of another": b"elpmaxe.live.moc.ianepo.sbal",
    "the site": b"moc.ianepo",
    "wide": "elpmaxe.pohs".encode("utf-16-le"),
}


@pytest.mark.parametrize(("store", "make"), STORES)
@pytest.mark.parametrize("naming", NAMING.values(), ids=NAMING)
def test_an_item_that_names_the_target_backwards_goes_with_all_mentions(
    tmp_path: Path, store: Store, make: Maker, naming: bytes
) -> None:
    path = make(tmp_path, ALIKE | {"ours": naming})
    before = values(path)
    (gone,), _ = clean(store, path, tmp_path, ALL)
    assert gone.standing is Standing.MENTION
    assert {value.removeprefix(b"\1") for value in before - values(path)} == {naming}


@pytest.mark.parametrize(("store", "make"), STORES)
def test_it_stays_otherwise_and_is_reported(tmp_path: Path, store: Store, make: Maker) -> None:
    path = make(tmp_path, NAMING)
    before = tree(tmp_path)
    found = store.find(path, look(tmp_path))
    assert [trace.standing for trace in found] == [Standing.MENTION] * len(NAMING)
    assert not any(map(Policy().removes, found))
    assert tree(tmp_path) == before


@pytest.mark.parametrize(("store", "make"), STORES)
def test_look_alikes_backwards_are_none(tmp_path: Path, store: Store, make: Maker) -> None:
    assert store.find(make(tmp_path, ALIKE), look(tmp_path, ALL)) == ()


def test_records_of_the_browser_s_own_are_read_forwards(tmp_path: Path) -> None:
    path = database(tmp_path / "shared_proto_db", {b"21_1": b"moc.ianepo.sbal"})
    assert tables.SHARED_PROTO_DB.find(path, look(tmp_path)) == ()
