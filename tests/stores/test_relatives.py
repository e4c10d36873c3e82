"""Stores of Chromium's relatives, by name and of any kind; what nobody described is reported."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber import engine, plan
from scrubber.browsers.chromium.outside import TRACES
from scrubber.browsers.chromium.person import SHARED_GROUPS
from scrubber.browsers.chromium.relatives import (
    BRAVE_ADS,
    BRAVE_LOG,
    BRAVE_REWARDS,
    EDGE_LOG,
    EDGE_WORKSPACES,
    VIVALDI_NOTES,
    VIVALDI_PERSON,
)
from scrubber.browsers.chromium.stores import OPERA_STORES
from scrubber.errors import UnreadableStore
from scrubber.formats import leveldb
from scrubber.formats.sqlite_unit import is_sqlite
from scrubber.model import BrowserProfile, Policy, Standing
from scrubber.stores.undescribed import AnySqlite, is_leveldb, undescribed
from tests.cleaned import TARGET, clean, look
from tests.leveldb_files import BYTEWISE
from tests.schemas import create, insert
from tests.stores.running import ask

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Store

EVERYTHING = Policy(mentions="all")
ALIKE = ("notopenai.com", "labs.openai.com.evil.example", "kept.example")
HOSTS = ("labs.openai.com", *ALIKE)
ANY = AnySqlite("{profile}/*", holds="extensions", source="any database")


def database(path: Path, *statements: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as made:
        made.executescript(";".join(statements))
    return path


def unknown(path: Path) -> Path:
    """Tables as nobody ever described them: hosts in a text, a blob, and behind no rowid."""
    made = database(
        path,
        "CREATE TABLE texts(id INTEGER PRIMARY KEY, anything TEXT)",
        "CREATE TABLE blobs(id INTEGER PRIMARY KEY, anything BLOB)",
        "CREATE TABLE keys(anything TEXT PRIMARY KEY, n) WITHOUT ROWID",
    )
    with closing(sqlite3.connect(made)) as open_database:
        for number, host in enumerate(HOSTS):
            open_database.execute("INSERT INTO texts VALUES (?, ?)", (number, f"seen at https://{host}/"))
            wide = f"https://{host}/".encode("utf-16-le")
            open_database.execute("INSERT INTO blobs VALUES (?, ?)", (number, wide))
            open_database.execute("INSERT INTO keys VALUES (?, 1)", (host,))
        open_database.commit()
    return made


def test_any_database_is_reported_and_left_alone(tmp_path: Path) -> None:
    path = unknown(tmp_path / "Feature.db")
    before = path.read_bytes()
    found = ANY.find(path, look(tmp_path))
    assert {(trace.where, trace.key) for trace in found} == {
        ("texts", 0),
        ("blobs", 0),
        ("keys", ("labs.openai.com",)),
    }
    assert {trace.standing for trace in found} == {Standing.MENTION}
    assert not any(Policy().removes(trace) for trace in found)
    assert path.read_bytes() == before


def test_any_databases_rows_go_on_request(tmp_path: Path) -> None:
    path = unknown(tmp_path / "Feature.db")
    removed, equal = clean(ANY, path, tmp_path, EVERYTHING)
    assert (len(removed), equal) == (3, 9)
    assert ask(path, "SELECT id FROM texts") == ask(path, "SELECT id FROM blobs") == [1, 2, 3]
    assert ask(path, "SELECT anything FROM keys ORDER BY 1") == sorted(ALIKE)


def test_what_no_row_of_any_database_holds_goes(tmp_path: Path) -> None:
    """Nobody can miss it, and left there it would show as a remnant that nothing explains."""
    path = unknown(tmp_path / "Feature.db")
    with closing(sqlite3.connect(path)) as open_database:
        open_database.execute("PRAGMA secure_delete = OFF")
        open_database.execute("DELETE FROM texts WHERE id = 0")
        open_database.execute("DELETE FROM blobs WHERE id = 0")
        open_database.execute("DELETE FROM keys WHERE anything = 'labs.openai.com'")
        open_database.commit()
    assert b"labs.openai.com/" in path.read_bytes()
    removed, equal = clean(ANY, path, tmp_path)
    assert ([trace.standing for trace in removed], equal) == ([Standing.OWN], 9)
    assert b"https://labs.openai.com/" not in path.read_bytes()


@pytest.mark.parametrize("content", [b"SQLite", b"labs.openai.com", b"\0" * 5000])
def test_what_is_no_database_where_only_one_should_be_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert (is_sqlite(path), ANY.unit(path)) == (False, ())
    with pytest.raises(UnreadableStore, match="file is not a database"):
        ANY.find(path, look(tmp_path))


def test_an_empty_database_has_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert ANY.find(tmp_path / "file", look(tmp_path)) == ()


def records(path: Path) -> Path:
    path.mkdir(parents=True)
    leveldb.write(path, [(f"key {host}".encode(), b"value") for host in HOSTS], BYTEWISE)
    return path


ON = undescribed(
    (AnySqlite("{profile}/Known.db", "{profile}/Network/*", holds="history", source="x"),),
    "{profile}/*",
    "{profile}/*/*",
    source="any database",
)


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("Feature.db", True),
        ("Feature/db", True),
        ("Known.db", False),
        ("Network/Cookies", False),
        ("Network/Cookies/inner", False),
        ("NotKnown.db", True),
    ],
)
def test_only_what_no_other_store_describes(tmp_path: Path, name: str, ours: bool) -> None:
    path = unknown(tmp_path / name)
    [of_sqlite, of_leveldb] = ON
    assert bool(of_sqlite.find(path, look(tmp_path))) == bool(of_sqlite.unit(path)) == ours
    assert (of_leveldb.find(path, look(tmp_path)), of_leveldb.unit(path)) == ((), ())


@pytest.mark.parametrize(
    ("name", "ours"), [("Feature", True), ("Feature/db", True), ("Known.db", False), ("Network/x", False)]
)
def test_records_that_no_other_store_describes(tmp_path: Path, name: str, ours: bool) -> None:
    path = records(tmp_path / name)
    [of_sqlite, of_leveldb] = ON
    assert is_leveldb(path)
    found = of_leveldb.find(path, look(tmp_path))
    assert [trace.standing for trace in found] == [Standing.MENTION] * ours
    assert bool(of_leveldb.unit(path)) == ours
    assert (of_sqlite.find(path, look(tmp_path)), of_sqlite.unit(path)) == ((), ())


def test_any_databases_records_go_on_request(tmp_path: Path) -> None:
    path = records(tmp_path / "Feature")
    before = {record.key for record in leveldb.read(path).records()}
    assert clean(ON[1], path, tmp_path)[0] == []
    removed, equal = clean(ON[1], path, tmp_path, EVERYTHING)
    after = {record.key for record in leveldb.read(path).records()}
    assert (len(removed), equal, before - after) == (1, 3, {b"key labs.openai.com"})


def opera(home: Path) -> BrowserProfile:
    path = home / "opera"
    path.mkdir()
    return BrowserProfile("opera", "chromium", "opera", "opera", path, path, path)


def test_an_operas_own_databases_are_reported_beside_what_goes_of_chromiums(tmp_path: Path) -> None:
    profile = opera(tmp_path)
    create(profile.path / "History", "chromium-156/History")
    insert(profile.path / "History", "urls", {"id": 1, "url": "https://labs.openai.com/"})
    unknown(profile.path / "favorites.db")
    records(profile.path / "Pinboards/db")
    made = plan.make((profile,), TARGET, Policy())
    assert {one.path.name: bool(made.going(one)) for one in made.stores} == {
        "History": True,
        "favorites.db": False,
        "db": False,
    }
    engine.apply(made, standard=())
    again = plan.make((profile,), TARGET, Policy())
    assert again.is_empty
    assert {one.path.name for one in again.stores} == {"favorites.db", "db"}


def test_on_request_no_store_is_in_the_way_of_another(tmp_path: Path) -> None:
    """A database that two stores edited in one run would be left as it was."""
    profile = opera(tmp_path)
    create(profile.path / "History", "chromium-156/History")
    insert(profile.path / "History", "urls", {"id": 1, "url": "https://labs.openai.com/"})
    create(profile.path / "Login Data", "chromium-156/Login Data")
    insert(profile.path / "Login Data", "logins", {"origin_url": "https://labs.openai.com/"})
    unknown(profile.path / "favorites.db")
    policy = Policy(mentions="all", include=frozenset({"logins"}))
    done = engine.apply(plan.make((profile,), TARGET, policy), standard=())
    assert {one.failed for one in done.cleaned} == {""}
    assert plan.make((profile,), TARGET, policy).stores == ()


def test_every_database_that_chromium_writes_is_described(tmp_path: Path) -> None:
    """Else a relative's copy of it would be reported where Chromium's is cleaned."""
    unknown_to_tables = OPERA_STORES[-2:]
    for name in ("History", "Network/Cookies", "Login Data", "Web Data", "LocalStorage", "Top Sites"):
        path = unknown(tmp_path / name)
        assert [store.unit(path) for store in unknown_to_tables] == [(), ()]


REWARDS = (
    """CREATE TABLE publisher_info(publisher_id LONGVARCHAR PRIMARY KEY NOT NULL UNIQUE, excluded INTEGER,
       name TEXT NOT NULL, favIcon TEXT NOT NULL, url TEXT NOT NULL, provider TEXT NOT NULL)""",
    "CREATE TABLE activity_info(publisher_id LONGVARCHAR NOT NULL, duration INTEGER, visits INTEGER)",
    "CREATE TABLE recurring_donation(publisher_id LONGVARCHAR PRIMARY KEY, amount DOUBLE)",
    "CREATE TABLE contribution_info(publisher_id LONGVARCHAR, probi TEXT NOT NULL)",
)


@pytest.mark.parametrize("given", [True, False], ids=["something was given", "it was only visited"])
def test_sites_that_brave_counts_visits_of(tmp_path: Path, given: bool) -> None:
    path = database(tmp_path / "publisher_info_db", *REWARDS)
    with closing(sqlite3.connect(path)) as open_database:
        for host in HOSTS:
            row = (host, 0, host, "", f"https://{host}", "")
            open_database.execute("INSERT INTO publisher_info VALUES (?, ?, ?, ?, ?, ?)", row)
            open_database.execute("INSERT INTO activity_info VALUES (?, 60, 1)", (host,))
        if given:
            open_database.execute("INSERT INTO contribution_info VALUES (?, '1')", HOSTS[:1])
        open_database.commit()
    clean(BRAVE_REWARDS, path, tmp_path)
    assert ask(path, "SELECT publisher_id FROM activity_info") == [*ALIKE]
    kept = [*HOSTS[:1]] if given else []
    assert ask(path, "SELECT publisher_id FROM contribution_info") == kept
    assert sorted(ask(path, "SELECT publisher_id FROM publisher_info")) == sorted([*kept, *ALIKE])


@pytest.mark.parametrize("store", [BRAVE_LOG, EDGE_LOG], ids=["Rewards.log", "favorites_diagnostic.log"])
def test_lines_of_logs(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "some.log"
    path.write_text("".join(f"[1] something of {host}\n" for host in HOSTS))
    clean(store, path, tmp_path)
    assert path.read_text() == "".join(f"[1] something of {host}\n" for host in ALIKE)


def test_notes_in_vivaldi_are_the_persons_own(tmp_path: Path) -> None:
    def note(host: str, *children: dict[str, object]) -> dict[str, object]:
        return {"type": "note", "content": "text", "url": f"https://{host}/", "children": [*children]}

    def notes(*children: dict[str, object]) -> str:
        return json.dumps({"checksum": "0", "children": [*children], "type": "root"}, separators=(",", ":"))

    path = tmp_path / "Notes"
    path.write_text(notes(note(HOSTS[0]), note(HOSTS[1], note(HOSTS[0])), note(HOSTS[3])))
    before = path.read_text()
    assert len(VIVALDI_NOTES.find(path, look(tmp_path))) == 2
    clean(VIVALDI_NOTES, path, tmp_path, EVERYTHING)
    assert path.read_text() == before
    clean(VIVALDI_NOTES, path, tmp_path, Policy(include=frozenset({"bookmarks"})))
    assert path.read_text() == notes(note(HOSTS[1]), note(HOSTS[3]))


@pytest.mark.parametrize("policy", [Policy(), EVERYTHING], ids=["by default", "all mentions"])
@pytest.mark.parametrize(
    ("store", "name"),
    [(VIVALDI_PERSON, "Calendar"), (SHARED_GROUPS, "DataSharing/DataSharingDB")],
    ids=["a calendar", "a group of tabs that others see"],
)
def test_what_the_person_made_is_never_edited(
    tmp_path: Path, store: Store, name: str, policy: Policy
) -> None:
    path = unknown(tmp_path / name)
    assert {trace.standing for trace in store.find(path, look(tmp_path, policy))} == {Standing.KEPT}
    assert clean(store, path, tmp_path, policy)[0] == []


def test_recordings_of_chromiums_own_work_are_logs(tmp_path: Path) -> None:
    path = unknown(tmp_path / "LocalTraces.db")
    removed, equal = clean(TRACES, path, tmp_path)
    assert ({trace.holds for trace in removed}, len(removed), equal) == ({"logs"}, 3, 9)
    assert ask(path, "SELECT id FROM texts") == [1, 2, 3]


@pytest.mark.parametrize("store", [BRAVE_ADS, EDGE_WORKSPACES], ids=["ads_service", "Workspaces"])
def test_files_of_unknown_layout_are_reported(tmp_path: Path, store: Store) -> None:
    for name, hosts in (("ours.json", HOSTS), ("theirs.json", ALIKE)):
        path = tmp_path / name
        path.write_text(json.dumps({"seen": [f"https://{host}/" for host in hosts]}))
        before = path.read_bytes()
        found = store.find(path, look(tmp_path, EVERYTHING))
        assert [trace.standing for trace in found] == [Standing.KEPT] * (hosts is HOSTS)
        assert clean(store, path, tmp_path, EVERYTHING)[0] == []
        assert path.read_bytes() == before
