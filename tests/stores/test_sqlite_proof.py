"""The proof against removers that do less, more or other than they should: each must be caught."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.firefox.places_db import PLACES
from scrubber.errors import Unproved
from scrubber.model import Policy
from scrubber.stores.sqlite_edit import rebuild
from scrubber.transaction import Transaction
from tests.saboteurs.seam import spoil_edits
from tests.schemas import create, insert
from tests.stores.running import HOSTS, MIXED, ask, filled, look, run

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.stores.sqlite import Sqlite
    from tests.saboteurs.seam import Saboteur, Write


def after(*statements: str) -> Saboteur:
    """A remover that does its work and then this."""

    def sabotaged(write: Write, before: Path, after: Path) -> None:
        write(before, after)
        with closing(sqlite3.connect(after, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = MEMORY")
            for statement in statements:
                database.execute(statement)

    return sabotaged


def nothing(_: Write, before: Path, after: Path) -> None:
    """A remover that removes nothing."""
    rebuild(before, after, (), {}, ())


def all_but_one(_: Write, before: Path, after: Path) -> None:
    """A remover that forgets one."""
    rebuild(before, after, HOSTS.find(before, look(before.parent))[:-1], {}, ())


SABOTEURS = {
    "nothing removed": (nothing, "differs"),
    "all but one removed": (all_but_one, "differs"),
    "one row too many": (after("DELETE FROM hosts WHERE host = 'kept.example'"), "differs"),
    "the last row too many": (after("DELETE FROM hosts WHERE n = (SELECT max(n) FROM hosts)"), "differs"),
    "all rows of another table": (after("DELETE FROM other"), "differs"),
    "a row more": (after("INSERT INTO hosts VALUES ('new.example', 99, NULL)"), "differs"),
    "a value changed": (after("UPDATE hosts SET host = 'other.example' WHERE n = 2"), "differs"),
    "1 became 1.0": (after("UPDATE hosts SET any = 1.0"), "differs"),
    "1 became '1'": (after("UPDATE hosts SET any = '1'"), "differs"),
    "a text became a blob": (after("UPDATE other SET t = CAST(t AS BLOB)"), "differs"),
    "a text became NULL": (after("UPDATE other SET t = NULL"), "differs"),
    "another rowid": (after("UPDATE other SET rowid = 7"), "differs"),
    "a sequence set back": (after("DELETE FROM sqlite_sequence"), "differs"),
    "an index dropped": (after("DROP INDEX i"), "schema"),
    "a table dropped": (after("DROP TABLE other"), "schema"),
    "a table made": (after("CREATE TABLE extra(x)"), "schema"),
    "a view dropped": (after("DROP VIEW v"), "schema"),
    "the user version lost": (after("PRAGMA user_version = 0"), "user_version changed"),
    "the application id lost": (after("PRAGMA application_id = 0"), "application_id changed"),
    "another page size": (after("PRAGMA page_size = 8192", "VACUUM"), "page_size changed"),
    "another auto-vacuum": (after("PRAGMA auto_vacuum = 0", "VACUUM"), "auto_vacuum changed"),
    "a write-ahead log": (after("PRAGMA journal_mode = WAL"), "journal_mode changed"),
    "another cache size": (after("PRAGMA default_cache_size = 7"), "default_cache_size changed"),
    "free pages": (
        after("CREATE TABLE pages(x)", "INSERT INTO pages VALUES (zeroblob(9999))", "DROP TABLE pages"),
        "free pages",
    ),
}  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    setup = "PRAGMA auto_vacuum = 2; PRAGMA user_version = 86; PRAGMA application_id = 7"
    path = filled(tmp_path / "hosts.sqlite", "host TEXT, n INTEGER PRIMARY KEY, any", setup)
    run(
        path,
        "UPDATE hosts SET any = 1",
        "CREATE INDEX i ON hosts(host)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE other(t)",
        "INSERT INTO other VALUES ('text')",
        "CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT)",
        "INSERT INTO counted VALUES (5)",
    )
    return path


def refuses(store: Sqlite, path: Path, reason: str, policy: Policy | None = None) -> None:
    before = path.read_bytes()
    asked = look(path.parent, policy)
    traces = tuple(trace for trace in store.find(path, asked) if asked.policy.removes(trace))
    with Transaction([path.parent]) as transaction:
        with pytest.raises(Unproved, match=reason):
            store.remove(path, traces, transaction)
        assert transaction.swap() == ()
    assert path.read_bytes() == before


@pytest.mark.parametrize(("saboteur", "reason"), SABOTEURS.values(), ids=SABOTEURS)
def test_a_saboteur_is_caught(
    saboteur: Saboteur, reason: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil_edits(monkeypatch, saboteur)
    refuses(HOSTS, path, reason)


def test_an_index_that_differs_from_its_table(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def sabotaged(write: Write, before: Path, after: Path) -> None:
        write(before, after)
        page = ask(after, "SELECT rootpage FROM sqlite_master WHERE name = 'i'")[0]
        content = bytearray(after.read_bytes())
        at = content.index(b"kept.example", (page - 1) * 4096)
        content[at] += 1
        after.write_bytes(content)

    spoil_edits(monkeypatch, sabotaged)
    refuses(HOSTS, path, "integrity check")


def test_an_honest_remover_is_believed(path: Path) -> None:
    asked = look(path.parent)
    with Transaction([path.parent]) as transaction:
        assert HOSTS.remove(path, HOSTS.find(path, asked), transaction)
        transaction.swap()
        transaction.commit()
    assert len(ask(path, "SELECT host FROM hosts")) < len(MIXED)


# --- What a browser mends: exactly that, and nothing beside it


MENDED = {
    "a position of another folder": "UPDATE moz_bookmarks SET position = 9 WHERE id = 6",
    "a position put right wrongly": "UPDATE moz_bookmarks SET position = 1 WHERE id = 4",
    "a counter that nothing calls for": "UPDATE moz_bookmarks SET syncChangeCounter = 5 WHERE id = 6",
    "a count of another page": "UPDATE moz_places SET foreign_count = 1 WHERE id = 2",
    "an origin that lost nothing": "UPDATE moz_origins SET recalc_frecency = 1 WHERE id = 1",
    "a tombstone too many": "INSERT INTO moz_bookmarks_deleted VALUES ('kept', 1)",
    "a tombstone changed": "UPDATE moz_bookmarks_deleted SET guid = 'other' WHERE guid = 'gone'",
    "a tombstone missing": "DELETE FROM moz_bookmarks_deleted WHERE guid = 'gone'",
    "an older tombstone missing": "DELETE FROM moz_bookmarks_deleted WHERE guid = 'earlier'",
}


def places(tmp_path: Path) -> Path:
    path = tmp_path / "places.sqlite"
    create(path, "firefox-153/places")
    insert(path, "moz_origins", {"id": 1, "prefix": "https://", "host": "kept.example"})
    insert(
        path,
        "moz_places",
        {"id": 1, "url": "https://labs.openai.com/", "guid": "1"},
        {"id": 2, "url": "https://kept.example/", "guid": "2", "origin_id": 1},
    )
    insert(
        path,
        "moz_bookmarks",
        {"id": 3, "fk": 1, "parent": 1, "position": 0, "guid": "gone", "syncStatus": 2, "lastModified": 7},
        {"id": 4, "fk": 2, "parent": 1, "position": 1, "guid": "kept"},
        {"id": 6, "fk": 2, "parent": 5, "position": 0, "guid": "elsewhere"},
    )
    insert(path, "moz_bookmarks_deleted", {"guid": "earlier", "dateRemoved": 1})
    return path


@pytest.mark.parametrize("statement", MENDED.values(), ids=MENDED)
def test_more_or_other_than_what_a_browser_mends(
    statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil_edits(monkeypatch, after(statement, "PRAGMA journal_mode = WAL"))
    refuses(PLACES, places(tmp_path), "differs", Policy(include=frozenset({"bookmarks"})))
