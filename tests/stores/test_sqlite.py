"""The store of SQLite databases: whatever the file is like, the target's rows go and nothing else changes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from scrubber.errors import PlanOutdated, Unproved, UnreadableStore
from scrubber.model import Standing, Trace
from scrubber.stores.columns import Host, Url
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Rows
from scrubber.transaction import Transaction
from tests.stores.running import (
    HOSTS,
    MIXED,
    OURS,
    TARGET,
    THEIRS,
    ask,
    clean,
    crashed,
    filled,
    look,
    names_nothing,
    run,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# --- Kinds of table and of file


TABLES = {
    "rowids of its own": ("host TEXT, n INTEGER", ""),
    "an integer primary key": ("n INTEGER PRIMARY KEY, host TEXT", ""),
    "a text as key": ("host TEXT PRIMARY KEY, n INTEGER", ""),
    "no rowids": ("host TEXT PRIMARY KEY, n INTEGER", "WITHOUT ROWID"),
    "no rowids, two columns as key": ("host TEXT, n INTEGER, PRIMARY KEY(n DESC, host)", "WITHOUT ROWID"),
    "strict types": ("host TEXT, n INTEGER", "STRICT"),
    "a column named rowid": ('"rowid" TEXT DEFAULT 9, host TEXT, n INTEGER', ""),
    "columns named rowid and oid": ('"rowid" TEXT DEFAULT 9, "oid" INT DEFAULT 8, host TEXT, n INTEGER', ""),
    "a column without regard to case": ("host TEXT COLLATE NOCASE PRIMARY KEY, n INTEGER", "WITHOUT ROWID"),
    "a generated column": ("host TEXT, n INTEGER, twice AS (n * 2) STORED", ""),
    "a check": ("host TEXT CHECK(length(host) > 3), n INTEGER NOT NULL UNIQUE", ""),
}


@pytest.mark.parametrize(("columns", "options"), TABLES.values(), ids=TABLES)
def test_kinds_of_table(columns: str, options: str, tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite", columns, options=options)
    done = clean(HOSTS, path)
    assert ask(path, "SELECT host FROM hosts ORDER BY n") == list(THEIRS)
    assert len(done.removed) == len(OURS)
    assert done.equal == len(THEIRS)
    assert names_nothing(path)


SETUPS = {
    "pages of 512 bytes": "PRAGMA page_size = 512",
    "pages of 65536 bytes": "PRAGMA page_size = 65536",
    "UTF-16, little-endian": "PRAGMA encoding = 'UTF-16le'",
    "UTF-16, big-endian": "PRAGMA encoding = 'UTF-16be'",
    "full auto-vacuum": "PRAGMA auto_vacuum = 1",
    "incremental auto-vacuum": "PRAGMA auto_vacuum = 2",
    "a write-ahead log": "PRAGMA journal_mode = WAL",
    "a user version": "PRAGMA user_version = 86",
    "an application id": "PRAGMA application_id = 7",
    "the oldest format": "PRAGMA legacy_file_format = ON",
}
PRAGMAS = ("page_size", "encoding", "auto_vacuum", "journal_mode", "user_version", "application_id")


@pytest.mark.parametrize("setup", SETUPS.values(), ids=SETUPS)
def test_kinds_of_file(setup: str, tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite", setup=setup)
    before = [ask(path, f"PRAGMA {pragma}") for pragma in PRAGMAS]
    clean(HOSTS, path)
    assert names_nothing(path)
    assert [ask(path, f"PRAGMA {pragma}") for pragma in PRAGMAS] == before
    assert ask(path, "SELECT host FROM hosts") == list(THEIRS)
    assert ask(path, "PRAGMA integrity_check") == ["ok"]


def test_rowids_stay(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    run(path, "UPDATE hosts SET rowid = rowid * 1000 - 5000")
    numbers = dict(ask(path, "SELECT host, rowid FROM hosts"))
    clean(HOSTS, path)
    assert dict(ask(path, "SELECT host, rowid FROM hosts")) == {host: numbers[host] for host in THEIRS}


def test_sequences_stay(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite", "n INTEGER PRIMARY KEY AUTOINCREMENT, host TEXT")
    run(path, f"DELETE FROM hosts WHERE n = {len(MIXED)}")
    clean(HOSTS, path)
    assert ask(path, "SELECT * FROM sqlite_sequence") == [("hosts", len(MIXED))]


def test_texts_that_are_no_utf_8_stay_byte_by_byte(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite", "host TEXT, n INTEGER, other")
    run(
        path,
        "UPDATE hosts SET other = CAST(x'ff00fe80c3' AS TEXT) WHERE n = 2",
        "UPDATE hosts SET other = x'ff00' WHERE n = 3",
    )
    clean(HOSTS, path)
    found = ask(path, "SELECT typeof(other), hex(other) FROM hosts WHERE n IN (2, 3)")
    assert found == [("text", "FF00FE80C3"), ("blob", "FF00")]


def test_a_key_that_is_no_utf_8_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "hosts.sqlite"
    run(
        path,
        "CREATE TABLE hosts(k TEXT PRIMARY KEY, host TEXT) WITHOUT ROWID",
        "INSERT INTO hosts VALUES(CAST(x'ff' AS TEXT), 'labs.openai.com')",
    )
    refused(path, UnreadableStore)


def test_the_target_in_a_blob_column_and_as_a_number(tmp_path: Path) -> None:
    path = tmp_path / "hosts.sqlite"
    run(
        path,
        "CREATE TABLE hosts(host, n INTEGER)",
        "INSERT INTO hosts VALUES (CAST('labs.openai.com' AS BLOB), 1), (7, 2), (NULL, 3), (1.5, 4)",
    )
    clean(HOSTS, path)
    assert ask(path, "SELECT n, host FROM hosts") == [(2, 7), (3, None), (4, 1.5)]


def test_numbers_keep_their_types(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite", "host TEXT, n INTEGER, any")
    run(path, "UPDATE hosts SET any = CASE n WHEN 2 THEN 1 WHEN 3 THEN 1.0 WHEN 4 THEN '1' END")
    clean(HOSTS, path)
    assert ask(path, "SELECT typeof(any) FROM hosts WHERE n IN (2, 3, 4)") == ["integer", "real", "text"]


def test_names_of_tables_and_columns_that_need_quotes(tmp_path: Path) -> None:
    path = tmp_path / "hosts.sqlite"
    run(path, """CREATE TABLE "a "" b"("the 'host'" TEXT, "select" INTEGER);
                 INSERT INTO "a "" b" VALUES ('labs.openai.com', 1), ('kept.example', 2);""")  # fmt: skip
    store = Sqlite("{profile}/x", holds="history", source="x", rows=(Rows('a " b', Host("the 'host'")),))
    clean(store, path)
    assert ask(path, 'SELECT * FROM "a "" b"') == [("kept.example", 2)]


def test_large_texts_on_overflow_pages(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite", "host TEXT, n INTEGER, page TEXT")
    run(path, "UPDATE hosts SET page = hex(zeroblob(20000)) || host || hex(zeroblob(20000))")
    store = Sqlite("{profile}/x", holds="storage", source="x", rows=(Rows("hosts", Host("host")),))
    clean(store, path)
    assert names_nothing(path)
    assert ask(path, "SELECT length(page) FROM hosts") == [80_000 + len(host) for host in THEIRS]


def test_a_virtual_table_is_left_alone_and_what_it_stores_is_compared(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    run(path, "CREATE VIRTUAL TABLE words USING fts5(body); INSERT INTO words VALUES ('a cat in oils')")
    clean(HOSTS, path)
    assert ask(path, "SELECT body FROM words WHERE words MATCH 'cat' ORDER BY 1") == ["a cat in oils"]
    assert ask(path, "SELECT host FROM hosts") == list(THEIRS)


def test_a_virtual_table_whose_module_is_not_here(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    sql = "CREATE VIRTUAL TABLE v USING vec0(a)"
    run(
        path,
        "PRAGMA writable_schema = ON",
        f"INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0, '{sql}')",
    )
    clean(HOSTS, path)
    assert ask(path, "SELECT host FROM hosts") == list(THEIRS)
    assert ask(path, "SELECT sql FROM sqlite_master WHERE name = 'v'") == [
        "CREATE VIRTUAL TABLE v USING vec0(a)"
    ]


def test_views_triggers_and_indexes_stay(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    run(
        path,
        "CREATE VIEW v AS SELECT host FROM hosts",
        "CREATE INDEX i ON hosts(lower(host)) WHERE n > 1",
        "CREATE TRIGGER t AFTER INSERT ON hosts BEGIN UPDATE hosts SET n = unknown(n); END",
    )
    schema = ask(path, "SELECT sql FROM sqlite_master ORDER BY name")
    clean(HOSTS, path)
    assert ask(path, "SELECT sql FROM sqlite_master ORDER BY name") == schema


# --- What is refused, and left untouched


def refused(path: Path, error: type[Exception], match: str | None = None) -> None:
    before = {part.name: part.read_bytes() for part in path.parent.iterdir()}
    found = HOSTS.find(path, look(path.parent))
    assert found
    with Transaction([path.parent]) as transaction:
        with pytest.raises(error, match=match):
            HOSTS.remove(path, found, transaction)
        assert transaction.swap() == ()
    assert {part.name: part.read_bytes() for part in path.parent.iterdir()} == before


@pytest.mark.parametrize(
    "schema",
    [
        "CREATE TRIGGER t AFTER DELETE ON hosts BEGIN SELECT note_sync_change(); END",
        "CREATE TRIGGER t BEFORE DELETE ON hosts BEGIN SELECT RAISE(ABORT, 'no'); END",
    ],
    ids=["a function that only the browser has", "a trigger that forbids it"],
)
def test_a_trigger_in_the_way(schema: str, tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    run(path, schema)
    refused(path, UnreadableStore)


def test_a_trigger_that_changes_more_than_was_planned(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    run(path, "CREATE TRIGGER t AFTER DELETE ON hosts BEGIN UPDATE hosts SET n = n + 1; END")
    refused(path, Unproved, "differs")


def test_a_foreign_key_takes_nothing_along(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite", "n INTEGER PRIMARY KEY, host TEXT")
    run(
        path,
        "CREATE TABLE other(host INTEGER REFERENCES hosts(n) ON DELETE CASCADE)",
        "INSERT INTO other VALUES (1)",
    )
    clean(HOSTS, path)
    assert ask(path, "SELECT host FROM other") == [1]


def test_a_plan_of_another_state(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    traces = [
        Trace("hosts", 99, Standing.OWN, "", "history"),
        Trace("gone", 1, Standing.OWN, "", "history"),
        Trace("hosts", 1, Standing.OWN, "", "history", ("host",)),
    ]
    for trace in traces:
        with Transaction([tmp_path]) as transaction, pytest.raises(PlanOutdated):
            HOSTS.remove(path, (trace,), transaction)
    assert ask(path, "SELECT host FROM hosts") == list(MIXED)


def damaged(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:4196] = b"\xff" * 100
    path.write_bytes(content)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


IN_PLACE: dict[str, tuple[Callable[[Path], object], str]] = {
    "an empty file": (lambda path: path.write_bytes(b""), "an empty file"),
    "another kind of file": (lambda path: path.write_bytes(b"x" * 5000), "not a database"),
    "half a header": (lambda path: os.truncate(path, 50), "malformed"),
    "a cut file": (lambda path: os.truncate(path, 4096), "malformed"),
    "a damaged page": (damaged, "malformed"),
    "a folder": (_folder, "folder"),
    "a FIFO": (_fifo, "FIFO"),
    "a link": (_link, "link"),
    "nothing": (lambda path: path.unlink(), "No such file"),
}


@pytest.mark.parametrize(("put", "reason"), IN_PLACE.values(), ids=IN_PLACE)
def test_what_is_no_database(put: Callable[[Path], object], reason: str, tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    put(path)
    with pytest.raises(UnreadableStore, match=reason) as raised:
        HOSTS.find(path, look(tmp_path))
    assert raised.value.path == path


def test_a_sidecar_that_is_a_link_is_refused(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    (tmp_path / "hosts.sqlite-wal").symlink_to(tmp_path / "hosts.sqlite")
    with pytest.raises(UnreadableStore, match="link"):
        HOSTS.find(path, look(tmp_path))


# --- What find must not do


def test_looking_changes_nothing(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite", setup="PRAGMA journal_mode = WAL")
    crashed(path, "WAL", ["INSERT INTO hosts VALUES ('labs.openai.com', 50)"])
    path.with_name("hosts.sqlite-shm").write_bytes(b"index")
    before = {part: (part.lstat(), part.read_bytes()) for part in tmp_path.iterdir()}
    os.utime(path, ns=(1, 2))
    status = path.lstat()
    assert HOSTS.find(path, look(tmp_path))
    assert path.lstat() == status
    assert {part: part.read_bytes() for part in tmp_path.iterdir()} == {
        p: data for p, (_, data) in before.items()
    }


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    assert HOSTS.find(path, look(tmp_path))
    damaged(path)
    with pytest.raises(UnreadableStore):
        HOSTS.find(path, look(tmp_path))
    assert list(place.iterdir()) == []


def test_a_mention_in_a_column_that_is_only_blanked_does_not_take_the_row(tmp_path: Path) -> None:
    path = tmp_path / "hosts.sqlite"
    run(
        path,
        "CREATE TABLE notes(referrer TEXT, n INTEGER)",
        "INSERT INTO notes VALUES ('via labs.openai.com', 1), (NULL, 2), ('', 3), ('x', 4)",
    )
    done = clean(HOSTS, path)
    assert ask(path, "SELECT referrer, n FROM notes") == [("", 1), (None, 2), ("", 3), ("x", 4)]
    assert [(trace.key, trace.blank) for trace in done.removed] == [(1, ("referrer",))]


def test_a_column_of_two_that_an_old_version_lacks_says_nothing(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    store = Sqlite("{profile}/x", holds="history", source="x",
                   rows=(Rows("hosts", Url("url"), Host("host")), Rows("absent", Url("url"))))  # fmt: skip
    clean(store, path)
    assert ask(path, "SELECT host FROM hosts") == list(THEIRS)


def test_the_target_of_these_tests_has_no_name_among_the_others() -> None:
    assert not any(TARGET.mentions(host) for host in THEIRS)
