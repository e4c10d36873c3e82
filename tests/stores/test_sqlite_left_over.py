"""Bytes of the target that no row holds: found where SQLite shows nothing, and gone with the new file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber.model import Policy, Standing
from scrubber.stores import sqlite_left_over
from tests.stores.running import HOSTS, OURS, THEIRS, ask, clean, crashed, filled, look, names_nothing, run

if TYPE_CHECKING:
    from pathlib import Path


def insecure(path: Path, *statements: str) -> None:
    """Delete as a program without secure_delete does."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA secure_delete = OFF")
        for statement in statements:
            database.execute(statement)


def test_rows_deleted_long_ago_lead_to_a_new_file(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    insecure(path, f"DELETE FROM hosts WHERE host IN {OURS}")
    assert not names_nothing(path)
    found = HOSTS.find(path, look(tmp_path))
    assert [(trace.where, trace.key, trace.standing) for trace in found] == [("", "free space", Standing.OWN)]
    clean(HOSTS, path)
    assert names_nothing(path)
    assert ask(path, "SELECT host FROM hosts") == list(THEIRS)


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
def test_free_pages_lead_to_a_new_file(encoding: str, tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite", setup=f"PRAGMA encoding = '{encoding}'")
    run(path, "CREATE TABLE old(url TEXT); INSERT INTO old VALUES (hex(zeroblob(9000)) || 'labs.openai.com')")
    insecure(path, "DROP TABLE old", f"DELETE FROM hosts WHERE host IN {OURS}")
    assert HOSTS.find(path, look(tmp_path))
    clean(HOSTS, path)
    assert names_nothing(path)


@pytest.mark.parametrize("text", ["moc.ianepo.sbal.", "openai.com/dall-e", "openai.com%2Fdall-e"])
def test_other_spellings_in_free_space(text: str, tmp_path: Path) -> None:
    path = tmp_path / "hosts.sqlite"
    run(path, f"CREATE TABLE hosts(host TEXT); INSERT INTO hosts VALUES ('kept.example'), ('{text}')")
    insecure(path, "DELETE FROM hosts WHERE rowid = 2")
    clean(HOSTS, path)
    assert text.encode() not in path.read_bytes()


def test_what_a_shared_host_left_in_free_space_is_none_of_the_targets(tmp_path: Path) -> None:
    path = tmp_path / "hosts.sqlite"
    run(
        path,
        "CREATE TABLE hosts(host TEXT)",
        "INSERT INTO hosts VALUES ('chat.openai.com'), ('https://openai.com/blog')",
    )
    insecure(path, "DELETE FROM hosts")
    assert HOSTS.find(path, look(tmp_path)) == ()


def test_free_space_is_left_where_the_run_is_for_something_else(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    insecure(path, f"DELETE FROM hosts WHERE host IN {OURS}")
    assert HOSTS.find(path, look(tmp_path, Policy(only=frozenset({"downloads"})))) == ()


def test_rows_that_are_in_the_log_alone_are_found_and_all_of_the_log_is_folded_in(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    crashed(path, "WAL", ["INSERT INTO hosts VALUES ('labs.openai.com', 50), ('new.example', 51)"])
    assert path.with_name("hosts.sqlite-wal").stat().st_size
    clean(HOSTS, path)
    assert names_nothing(path)
    assert ask(path, "SELECT host FROM hosts") == [*THEIRS, "new.example"]
    assert ask(path, "PRAGMA journal_mode") == ["wal"]


def test_rows_that_the_log_has_deleted_lead_to_a_new_file(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    crashed(path, "WAL", ["PRAGMA secure_delete = ON", f"DELETE FROM hosts WHERE host IN {OURS}"])
    assert not names_nothing(path)
    assert [trace.where for trace in HOSTS.find(path, look(tmp_path))] == [""]
    clean(HOSTS, path)
    assert names_nothing(path)


def test_an_interrupted_transaction_is_rolled_back_first(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    run(path, "CREATE TABLE filler(x); INSERT INTO filler VALUES (zeroblob(100000))")
    crashed(
        path,
        "DELETE",
        [
            "BEGIN IMMEDIATE",
            "DELETE FROM hosts WHERE host = 'kept.example'",
            "INSERT INTO hosts VALUES ('labs.openai.com', 77)",
            "UPDATE filler SET x = zeroblob(200000)",
        ],
    )
    assert path.with_name("hosts.sqlite-journal").stat().st_size
    clean(HOSTS, path)
    assert names_nothing(path)
    assert ask(path, "SELECT host FROM hosts") == list(THEIRS)


def test_rows_of_an_interrupted_transaction_alone_lead_to_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "hosts.sqlite"
    run(
        path,
        "CREATE TABLE hosts(host TEXT, n INTEGER)",
        "CREATE TABLE filler(x)",
        "INSERT INTO filler VALUES (zeroblob(100000))",
    )
    crashed(
        path,
        "DELETE",
        [
            "BEGIN IMMEDIATE",
            "INSERT INTO hosts VALUES ('labs.openai.com', 77)",
            "UPDATE filler SET x = zeroblob(200000)",
        ],
    )
    assert b"labs.openai.com" in path.read_bytes()
    assert [trace.key for trace in HOSTS.find(path, look(tmp_path))] == ["row of an older state"]
    clean(HOSTS, path)
    assert names_nothing(path)
    assert ask(path, "SELECT host FROM hosts") == []


def test_a_stale_journal_that_persists(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite")
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = PERSIST")
        database.execute("PRAGMA secure_delete = ON")
        database.execute(f"DELETE FROM hosts WHERE host IN {OURS}")
    assert [trace.key for trace in HOSTS.find(path, look(tmp_path))] == ["journal"]
    clean(HOSTS, path)
    assert names_nothing(path)


def test_a_log_without_a_sound_header_is_taken_as_sqlite_takes_it(tmp_path: Path) -> None:
    path = filled(tmp_path / "hosts.sqlite", setup="PRAGMA journal_mode = WAL")
    path.with_name("hosts.sqlite-wal").write_bytes(bytes(5000) + b"labs.openai.com")
    clean(HOSTS, path)
    assert names_nothing(path)
    assert ask(path, "SELECT host FROM hosts") == list(THEIRS)


def test_a_name_that_a_page_border_cuts_in_two(tmp_path: Path) -> None:
    for shift in range(0, 508, 8):  # one overflow page of a 512-byte page holds 508 bytes
        path = tmp_path / f"{shift}" / "hosts.sqlite"
        path.parent.mkdir()
        text = "x" * (1000 + shift) + "labs.openai.com" + "x" * 1000
        run(
            path,
            "PRAGMA page_size = 512",
            "PRAGMA synchronous = OFF",
            "PRAGMA secure_delete = OFF",
            "CREATE TABLE hosts(host TEXT)",
            f"INSERT INTO hosts VALUES ('{text}')",
            "DELETE FROM hosts",
        )
        assert HOSTS.find(path, look(path.parent)), shift


@pytest.mark.parametrize("chunk", [7, 64, 4096])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le"])
def test_a_name_that_lies_in_two_pieces_of_what_is_read(
    chunk: int, codec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_left_over, "_CHUNK", chunk)
    path = filled(tmp_path / "hosts.sqlite", setup="PRAGMA page_size = 512")
    insecure(path, "DELETE FROM hosts", "VACUUM")
    assert HOSTS.find(path, look(tmp_path)) == ()
    content = bytearray(path.read_bytes())
    name = "labs.openai.com".encode(codec)
    content[700 : 700 + len(name)] = name  # in the empty page of the table
    path.write_bytes(content)
    assert HOSTS.find(path, look(tmp_path))
