"""The sample home: every kind of store that scrubber can make has traces in it, between those of others."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber import discovery
from scrubber import plan as planning
from scrubber.formats import leveldb, mozlz4
from scrubber.formats.snss import read_page, read_session
from scrubber.model import Policy
from scrubber.samples import make_home
from scrubber.samples.hosts import OTHERS, SHOP, TARGET
from scrubber.sites import Target
from scrubber.sites.site_files import ad_hoc, parse, shipped_folder

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM = {
    "History": {"history", "downloads"},
    "Favicons": {"icons"},
    "Network/Cookies": {"cookies"},
    "IndexedDB/https_labs.openai.com_0.indexeddb.leveldb": {"storage"},
    "WebStorage": {"storage"},
    "WebStorage/QuotaManager": {"storage"},
    "Local Storage/leveldb": {"storage"},
    "Session Storage": {"storage"},
    "Cache/Cache_Data": {"cache"},
    "Sessions/Session_13440000000000000": {"sessions"},
    "Preferences": {"permissions"},
    "Network/TransportSecurity": {"network"},
    "Bookmarks": {"bookmarks"},
}
FIREFOX = {
    "places.sqlite": {"history", "bookmarks"},
    "favicons.sqlite": {"icons"},
    "cookies.sqlite": {"cookies"},
    "permissions.sqlite": {"permissions"},
    "storage/default/https+++labs.openai.com": {"storage"},
    "storage/default/https+++labs.openai.com^userContextId=2": {"storage"},
    "storage/default/https+++widget.example.net^partitionKey=%28https%2Copenai.com%29": {"storage"},
    "storage.sqlite": {"storage"},
    "sessionstore.jsonlz4": {"sessions"},
    "SiteSecurityServiceState.bin": {"network"},
    "cache2": {"cache"},
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples").resolve()
    make_home(folder)
    return folder


def planned(home: Path, spec: str, target: Target) -> dict[str, set[str]]:
    (profile,) = (one for one in discovery.find_in(home).profiles if one.spec == spec)
    plan = planning.make([profile], target, Policy())
    assert plan.skipped == ()
    return {
        next(
            store.path.relative_to(root).as_posix()
            for root in profile.roots
            if store.path.is_relative_to(root)
        ): {trace.holds for trace in store.traces}
        for store in plan.stores
    }


@pytest.mark.parametrize(
    ("spec", "stores"),
    [("chrome:Default", CHROMIUM), ("edge:Default", CHROMIUM), ("firefox:default", FIREFOX)],
    ids=["chrome", "edge", "firefox"],
)
def test_every_store_has_traces(home: Path, spec: str, stores: dict[str, set[str]]) -> None:
    dalle = Target((parse(shipped_folder() / "dalle.toml"),))
    assert planned(home, spec, dalle) == stores


@pytest.mark.parametrize(
    ("spec", "stores"),
    [("chrome:Default", CHROMIUM), ("firefox:default", FIREFOX)],
    ids=["chrome", "firefox"],
)
def test_every_store_that_is_shared_has_somebody_else_in_it(
    home: Path, spec: str, stores: dict[str, set[str]]
) -> None:
    found = planned(home, spec, Target((ad_hoc((), (SHOP,)),)))
    own_folders = {name for name in stores if name.startswith(("IndexedDB/", "storage/"))}
    assert found.keys() >= stores.keys() - own_folders - {"WebStorage"}


def databases(home: Path) -> list[Path]:
    files = (path for path in home.rglob("*") if path.is_file())
    return [path for path in files if path.read_bytes().startswith(b"SQLite format 3\0")]


def test_databases_are_sound_and_closed(home: Path) -> None:
    found = databases(home)
    assert len(found) > 10
    for path in found:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert [path for path in home.rglob("*-wal") if path.stat().st_size] == []


def test_other_formats_read_as_what_they_are(home: Path) -> None:
    chrome = home / ".config" / "google-chrome" / "Default"
    for folder in (chrome / "Local Storage" / "leveldb", chrome / "Session Storage"):
        records = {record.key: record.value for record in leveldb.read(folder).records()}
        assert any(SHOP.encode() in key for key in records)
    session = read_session((chrome / "Sessions" / "Session_13440000000000000").read_bytes())
    pages = [read_page(record) for record in session.records if record.command == 6]
    assert [page.url for page in pages] == [f"https://{host}/" for host in (*OTHERS, TARGET)]
    assert session.rest == b""
    firefox = home / ".config" / "mozilla" / "firefox" / "a1b2c3d4.default"
    tabs = json.loads(mozlz4.read((firefox / "sessionstore.jsonlz4").read_bytes()))
    assert len(tabs["windows"][0]["tabs"][0]["entries"]) == len(OTHERS) + 1


def test_two_homes_are_the_same(tmp_path: Path) -> None:
    for name in ("one", "other"):
        make_home(tmp_path / name)
    files = [
        sorted(path.relative_to(tmp_path / name) for path in (tmp_path / name).rglob("*"))
        for name in ("one", "other")
    ]
    assert files[0] == files[1]
