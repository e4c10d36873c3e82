from __future__ import annotations

import os
import socket
import sqlite3
import struct
import sys
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from scrubber.residue.forms import Needles
from scrubber.residue.piece import WINDOW, windows
from scrubber.residue.sweep import NotExamined, Remnant, sweep
from scrubber.sites import Site, Target
from tests.residue.planted import mozilla_hash

if TYPE_CHECKING:
    from pathlib import Path

TARGET = Target(
    (
        Site(
            "sample",
            "Sample",
            domains=("labs.openai.com",),
            hosts=("exact.example.net",),
            urls=("https://openai.com/dall-e",),
        ),
    )
)
HOST = "labs.openai.com"
DECOYS = (
    "https://notlabs.openai.com/",
    "https://labs-openai.com/",
    "https://labs.openai.com.evil.example/",
    "https://openai.com/",
    "https://openai.com/dall-eve",
    "https://a.exact.example.net/",
    "https://www.example.org/",
)


@dataclass(frozen=True)
class Found:
    remnants: tuple[Remnant, ...]
    unread: tuple[NotExamined, ...]

    @property
    def summary(self) -> set[tuple[str, str]]:
        """Which files hold the name, and as what."""
        return {(remnant.path.name, remnant.seen_as) for remnant in self.remnants}


def look(*roots: Path) -> Found:
    found = list(sweep(roots, TARGET))
    return Found(
        tuple(item for item in found if isinstance(item, Remnant)),
        tuple(item for item in found if isinstance(item, NotExamined)),
    )


def database(path: Path, *pragmas: str) -> sqlite3.Connection:
    """A database with the decoys in it as a table and an index."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("secure_delete=OFF", *pragmas):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("CREATE TABLE pages (id INTEGER PRIMARY KEY, url TEXT, title TEXT)")
    connection.execute("CREATE INDEX by_url ON pages (url)")
    for url in DECOYS:
        connection.execute("INSERT INTO pages (url, title) VALUES (?, 'id')", (url,))
    return connection


def single(path: Path, *pragmas: str) -> sqlite3.Connection:
    """A database of one empty table."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE t (a)")
    return connection


def filled(path: Path, *pragmas: str, rows: int = 300) -> sqlite3.Connection:
    """As `database`, with the target between so many bystanders that they fill pages of their own."""
    connection = database(path, *pragmas)
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO pages (url, title) VALUES (?, ?)",
        ((f"https://{number}.{HOST}/", "x" * 100) for number in range(rows)),
    )
    connection.execute("COMMIT")
    return connection


def test_decoys_alone_are_silent(tmp_path: Path) -> None:
    with closing(database(tmp_path / "pages.db")) as connection:
        connection.execute("DELETE FROM pages WHERE id < 4")
    with closing(database(tmp_path / "log.db", "journal_mode=WAL", "wal_autocheckpoint=0")):
        (tmp_path / "decoys.txt").write_text("\n".join(DECOYS))
        (tmp_path / "decoys.bin").write_bytes("\0".join(DECOYS).encode("utf-16-le"))
        assert (tmp_path / "log.db-wal").stat().st_size
        assert look(tmp_path) == Found((), ())


def test_live_cells_by_column_with_their_number(tmp_path: Path) -> None:
    with closing(database(tmp_path / "pages.db")) as connection:
        connection.execute("INSERT INTO pages VALUES (70, ?, 'id')", (f"https://{HOST}/e/1",))
        connection.execute("INSERT INTO pages VALUES (71, ?, 'id')", (f"https://{HOST}/e/2",))
    path = tmp_path / "pages.db"
    assert {plainly(one) for one in look(tmp_path).remnants} == {
        Remnant(path, "cell", "pages.url rowid 70", HOST, "plain", 2),
        Remnant(path, "cell", look_at(tmp_path, "by_url.url"), HOST, "plain", 2),
    }


def plainly(found: Remnant) -> Remnant:
    """A finding without what only programs look at, which has tests of its own."""
    return replace(found, inside=(), spot=())


def look_at(root: Path, column: str) -> str:
    """The place of the finding in this column."""
    (where,) = (item.where for item in look(root).remnants if item.where.startswith(column))
    assert where.split(" ")[1] == "page"
    return where


@pytest.mark.parametrize(
    ("schema", "value", "seen"),
    [
        pytest.param("(a TEXT)", HOST, "t.a rowid 1", id="host that touches the record's end"),
        pytest.param("(a TEXT, b TEXT)", HOST, "t.a rowid 1", id="host that touches the next column"),
        pytest.param("(b TEXT, a TEXT)", HOST, "t.a rowid 1", id="host that touches the column before"),
        pytest.param("(a TEXT)", "moc.ianepo.sbal.", "t.a rowid 1", id="rev_host"),
        pytest.param("(a BLOB)", HOST.encode("utf-16-le"), "t.a rowid 1", id="UTF-16 in a blob"),
        pytest.param("(a PRIMARY KEY) WITHOUT ROWID", HOST, "t.a page 2", id="WITHOUT ROWID"),
    ],
)
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
def test_values(tmp_path: Path, schema: str, value: str | bytes, seen: str, encoding: str) -> None:
    with closing(sqlite3.connect(tmp_path / "one.db", isolation_level=None)) as connection:
        connection.execute(f"PRAGMA encoding='{encoding}'")
        connection.execute(f"CREATE TABLE t {schema}")
        columns = [row[1] for row in connection.execute("PRAGMA table_info(t)")]
        row = [value if column == "a" else "id" for column in columns]
        connection.execute(f"INSERT INTO t VALUES ({','.join('?' * len(row))})", row)
    assert [item.where for item in look(tmp_path).remnants if item.where.startswith("t.")] == [seen]


def test_form_of_a_database_in_utf_16(tmp_path: Path) -> None:
    with closing(database(tmp_path / "pages.db", "encoding='UTF-16be'")) as connection:
        connection.execute("INSERT INTO pages (url) VALUES (?)", (f"https://{HOST}/",))
    assert {item.form for item in look(tmp_path).remnants} == {"utf-16be"}


@pytest.mark.parametrize("size", [512, 4096])
def test_name_cut_by_a_page_border(tmp_path: Path, size: int) -> None:
    path = tmp_path / "long.db"
    with closing(single(path, f"page_size={size}")) as connection:
        for length in range(size * 2, size * 3, 10):
            text = "x" * length + f" {HOST} " + "y" * (size * 4 - length)
            connection.execute("INSERT INTO t VALUES (?)", (text,))
        rows = connection.execute("SELECT count(*) FROM t").fetchone()[0]
        assert path.read_bytes().count(HOST.encode()) < rows, "some of them must be cut"
    assert [item.count for item in look(tmp_path).remnants] == [rows]


def test_only_cut_names(tmp_path: Path) -> None:
    path = tmp_path / "long.db"
    for length in range(520, 580):
        path.unlink(missing_ok=True)
        with closing(single(path, "page_size=512")) as connection:
            text = "x" * length + f" {HOST} " + "y" * (1500 - length)
            connection.execute("INSERT INTO t VALUES (?)", (text,))
        if HOST.encode() not in path.read_bytes():
            break
    assert HOST.encode() not in path.read_bytes()
    assert look(tmp_path).summary == {("long.db", "cell")}


@pytest.mark.parametrize("deleted", [False, True], ids=["committed", "deleted again"])
def test_cut_name_in_a_log(tmp_path: Path, deleted: bool) -> None:
    path, log = tmp_path / "long.db", tmp_path / "long.db-wal"
    for length in range(520, 580):
        with closing(single(path, "page_size=512", "journal_mode=WAL", "wal_autocheckpoint=0")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            text = "x" * length + f" {HOST} " + "y" * (1500 - length)
            connection.execute("INSERT INTO t VALUES (?)", (text,))
            if deleted:
                connection.execute("DELETE FROM t")
            cut = HOST.encode() not in log.read_bytes()
            if cut:
                assert look(tmp_path).summary == {("long.db-wal", "wal")}
                break
        path.unlink()
    assert cut


def test_index_whose_table_has_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "pages.db"
    with closing(database(path)) as connection:
        connection.execute("INSERT INTO pages (url) VALUES (?)", (f"https://{HOST}/only-here",))
        connection.execute("DROP INDEX by_url")
        connection.execute("CREATE INDEX lengths ON pages (replace(url, 'only-here', 'x'))")
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("DELETE FROM sqlite_schema WHERE name = 'pages'")
    assert {(item.seen_as, item.where.split(" ")[0]) for item in look(tmp_path).remnants} == {
        ("cell", "lengths.replace(url,'only-here','x')"),
        ("free page", "rowid"),
    }


def test_deleted_rows_and_pages(tmp_path: Path) -> None:
    with closing(filled(tmp_path / "block.db")) as connection:
        connection.execute("DELETE FROM pages WHERE id > 9 AND id % 2")
        connection.execute("UPDATE pages SET url = 'https://example.org/' WHERE id > 9")
    with closing(filled(tmp_path / "pages.db")) as connection:
        connection.execute("DELETE FROM pages WHERE id > 9")
    with closing(filled(tmp_path / "vacuumed.db")) as connection:
        connection.execute("DELETE FROM pages WHERE url LIKE '%.labs.openai.com/'")
        connection.execute("VACUUM")
    assert look(tmp_path).summary >= {("block.db", "free space"), ("pages.db", "free page")}
    assert not {item for item in look(tmp_path).summary if item[0] == "vacuumed.db" or item[1] == "cell"} - {
        ("pages.db", "cell"),
        ("block.db", "cell"),
    }


def test_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "logged.db"
    with closing(database(path, "journal_mode=WAL", "wal_autocheckpoint=0")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("INSERT INTO pages (id, url) VALUES (99, ?)", (f"https://{HOST}/",))
        assert look(tmp_path).summary == {("logged.db-wal", "wal")}
        connection.execute("DELETE FROM pages WHERE id = 99")
        connection.execute("PRAGMA wal_checkpoint(RESTART)")
        connection.execute("INSERT INTO pages (url) VALUES ('https://example.org/')")
        old = look(tmp_path).summary
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert look(tmp_path) == Found((), ())
    assert ("logged.db-wal", "wal") in old, "a frame of an older generation"


def test_rollback_journal(tmp_path: Path) -> None:
    path = tmp_path / "pages.db"
    with closing(database(path, "journal_mode=PERSIST", "secure_delete=ON")) as connection:
        connection.execute("INSERT INTO pages (id, url) VALUES (99, ?)", (f"https://{HOST}/",))
        connection.execute("UPDATE pages SET url = 'https://example.org/' WHERE id = 99")
    assert look(tmp_path).summary == {("pages.db-journal", "journal")}
    path.unlink()
    assert look(tmp_path).summary == {("pages.db-journal", "journal")}


def test_rollback_journal_of_a_crash_before_it_was_synced(tmp_path: Path) -> None:
    path, journal = tmp_path / "pages.db", tmp_path / "pages.db-journal"
    with closing(database(path, "journal_mode=PERSIST", "secure_delete=ON")) as connection:
        connection.execute("INSERT INTO pages VALUES (99, ?, 'id')", (HOST,))
        connection.execute("UPDATE pages SET url = 'https://example.org/' WHERE id = 99")
    # The magic and the number of records come last; the rest of the header is there from the start.
    unsynced = bytes(12) + struct.pack(">4I", 0xF067B249, 3, 512, 4096)
    journal.write_bytes(unsynced + journal.read_bytes()[len(unsynced) :])
    assert look(tmp_path).summary == {("pages.db-journal", "journal")}


def test_other_files(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "plain").write_text(f'{{"url": "https://{HOST}/", "again": "{HOST}"}}')
    (tmp_path / "wide").write_bytes(b"\x01" + f"https://{HOST}/".encode("utf-16-le"))
    (tmp_path / "backwards").write_bytes(HOST[::-1].encode() + b".")
    (tmp_path / "below").write_text("https://cdn.labs.openai.com/")
    (tmp_path / "url").write_text("https://openai.com/dall-e/x")
    (tmp_path / "empty").touch()
    found = look(tmp_path)
    assert Found(tuple(map(plainly, found.remnants)), found.unread) == Found(
        (
            Remnant(tmp_path / "backwards", "bytes", "offset 0", HOST, "reversed"),
            Remnant(tmp_path / "below", "bytes", "offset 12", HOST, "plain"),
            Remnant(tmp_path / "folder" / "plain", "bytes", "offset 17", HOST, "plain", 2),
            Remnant(tmp_path / "url", "bytes", "offset 8", "openai.com/dall-e", "plain"),
            Remnant(tmp_path / "wide", "bytes", "offset 17", HOST, "utf-16le"),
        ),
        (),
    )


def test_names_of_files_and_folders(tmp_path: Path) -> None:
    for name in (
        "https+++labs.openai.com",
        "https_labs.openai.com_0.indexeddb.leveldb",
        "https+++example.org",
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "data").touch()
    (tmp_path / "labs.openai.com.evil.example").touch()
    assert [(item.path.name, item.seen_as, item.where) for item in look(tmp_path).remnants] == [
        ("https+++labs.openai.com", "file name", "as it is"),
        ("https_labs.openai.com_0.indexeddb.leveldb", "file name", "as it is"),
    ]


def test_root_is_not_judged_by_its_own_name(tmp_path: Path) -> None:
    root = tmp_path / HOST
    root.mkdir()
    assert look(root) == Found((), ())
    assert look(tmp_path / "missing") == Found((), ())


@pytest.mark.parametrize("at", range(0, 1500, 7))
def test_name_across_two_windows(tmp_path: Path, at: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"." * at + b"/labs.openai.com/" + b"." * (1500 - at))
    needles = Needles(TARGET.names)
    for window in (400, 700):
        with path.open("rb") as file:
            pieces = list(windows(file, path.stat().st_size, needles.reach, window))
        places = [
            piece.place(hit.at)
            for piece in pieces
            for hit in needles.find(piece.data, piece.reading, piece.begin, piece.end)
        ]
        assert places == [f"offset {at + 1}"]


def test_look_alike_across_two_windows(tmp_path: Path) -> None:
    path = tmp_path / "file"
    needles = Needles(TARGET.names)
    for at in range(0, 900, 5):
        path.write_bytes(b"." * at + b"/notlabs.openai.com/" + b"." * (1000 - at))
        with path.open("rb") as file:
            for piece in windows(file, path.stat().st_size, needles.reach, 400):
                assert not needles.find(piece.data, piece.reading, piece.begin, piece.end)


def test_file_larger_than_a_window(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(2 * WINDOW)
        file.seek(WINDOW - 7)
        file.write(HOST.encode())
    assert [item.where for item in look(tmp_path).remnants] == [f"offset {WINDOW - 7}"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such files there")
def test_what_is_no_file_is_not_examined_and_not_opened(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text(HOST)
    root = tmp_path / "root"
    root.mkdir()
    os.mkfifo(root / "fifo")
    (root / "folder").symlink_to(outside)
    (root / "file").symlink_to(outside / "secret")
    (root / "dangling").symlink_to("nowhere")
    (root / "looping").symlink_to("looping")
    (root / "SingletonLock").symlink_to("host-71")
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(os.path.relpath(root / "socket"))
        found = look(root)
    assert found.remnants == ()
    assert {(item.path.name, item.reason) for item in found.unread} == {
        ("fifo", "a FIFO"),
        ("folder", "a link, not followed"),
        ("file", "a link, not followed"),
        ("dangling", "a link that leads nowhere"),
        ("looping", "a link that leads nowhere"),
        ("socket", "a socket"),
    }
    assert [item.path for item in look(root / "folder").unread] == [root / "folder"]


def test_where_a_link_leads_is_its_content(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to("127.0.0.1:+71")
    (tmp_path / "shortcut").symlink_to(f"/nowhere/https+++{HOST}/ls")
    found = look(tmp_path)
    assert [(one.path.name, one.seen_as, one.name) for one in found.remnants] == [("shortcut", "link", HOST)]
    assert [(one.path.name, one.reason) for one in found.unread] == [
        ("shortcut", "a link that leads nowhere")
    ]


def test_what_is_known_is_explained_row_by_row_and_in_the_index_too(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE pages(id INTEGER PRIMARY KEY, url TEXT)")
        database.execute("CREATE INDEX by_url ON pages(url)")
        rows = [(0, f"https://{HOST}/0"), (1, f"https://{HOST}/1"), (900, f"https://{HOST}/900")]
        database.executemany("INSERT INTO pages VALUES (?, ?)", rows)
        database.commit()

    def known(at: Path, table: str, row: int | None) -> str:
        return "kept" if (at, table) == (path, "pages") and row in (0, 900) else ""

    found = [one for one in sweep([tmp_path], TARGET, known=known) if isinstance(one, Remnant)]
    assert {(one.where.split()[0], one.explained, one.count) for one in found} == {
        ("pages.url", "kept", 2),
        ("pages.url", "", 1),
        ("by_url.url", "kept", 2),
        ("by_url.url", "", 1),
    }


def test_what_no_row_holds_any_more_is_not_explained(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("CREATE TABLE pages(id INTEGER PRIMARY KEY, url TEXT)")
        database.executemany("INSERT INTO pages VALUES (?, ?)", [(n, f"https://{HOST}/{n}") for n in (1, 2)])
        database.execute("DELETE FROM pages WHERE id = 1")
        database.commit()
    found = [one for one in sweep([tmp_path], TARGET, known=lambda *_: "kept") if isinstance(one, Remnant)]
    assert {(one.seen_as, one.explained) for one in found} == {("cell", "kept"), ("free space", "")}


def test_what_may_not_be_read_is_not_examined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "inside").write_text(HOST)
    (tmp_path / "secret").write_text(HOST)
    (tmp_path / "zopen").write_text(HOST)
    really = os.open

    def refuse(path: Path, flags: int, mode: int = 0o777) -> int:
        if path.name in ("closed", "secret"):
            raise PermissionError(13, "Permission denied")
        return really(path, flags, mode)

    monkeypatch.setattr("scrubber.files.os.open", refuse)
    found = look(tmp_path)
    assert {(item.path.name, item.reason) for item in found.unread} == {
        ("closed", "Permission denied"),
        ("secret", "Permission denied"),
    }
    assert [item.path.name for item in found.remnants] == ["zopen"]


def test_broken_databases_are_named_and_their_bytes_searched(tmp_path: Path) -> None:
    (tmp_path / "cut.db").write_bytes(b"SQLite format 3\0" + HOST.encode())
    (tmp_path / "cut.db-wal").write_bytes(b"\x37\x7f\x06\x82" + HOST.encode())
    path = tmp_path / "damaged.db"
    with closing(filled(path)) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'pages'").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\x63")
    found = look(tmp_path)
    assert [item.path.name for item in found.unread] == ["cut.db", "cut.db-wal", "damaged.db"]
    assert found.summary >= {("cut.db", "bytes"), ("cut.db-wal", "bytes"), ("damaged.db", "bytes")}
    assert ("damaged.db", "damaged page") not in {item for item in found.summary if item[0] != "damaged.db"}


def test_many_small_files(tmp_path: Path) -> None:
    for folder in range(10):
        (tmp_path / str(folder)).mkdir()
        for number in range(1000):
            name = HOST if number == 500 else "www.example.org"
            (tmp_path / str(folder) / str(number)).write_text(f"1/0/https://{name}/")
    seen: list[tuple[str, int]] = []
    found = list(sweep([tmp_path], TARGET, progress=lambda path, size: seen.append((path.name, size))))
    assert [item.path.name for item in found] == ["500"] * 10
    assert len(seen) == 10_000
    assert sum(size for _, size in seen) == sum(
        path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()
    )


def test_nothing_is_changed(tmp_path: Path) -> None:
    with closing(filled(tmp_path / "pages.db", "journal_mode=WAL")):
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "file").write_text(HOST)
        everything = [tmp_path, *sorted(tmp_path.rglob("*"))]
        for path in everything:
            os.utime(path, ns=(10**18, 10**18))
        before = [(path, path.lstat(), path.is_file() and path.read_bytes()) for path in everything]
        for path in everything:
            os.utime(path, ns=(10**18, 10**18))
        assert look(tmp_path).remnants
        states = [(path.lstat().st_mtime_ns, path.lstat().st_size) for path in everything]
        if hasattr(os, "O_NOATIME"):
            assert {path.lstat().st_atime_ns for path in everything} == {10**18}
        assert states == [(status.st_mtime_ns, status.st_size) for _, status, _ in before]
        assert sorted(tmp_path.rglob("*")) == everything[1:]
        assert [path.is_file() and path.read_bytes() for path in everything] == [
            content for _, _, content in before
        ]


@pytest.mark.parametrize("column", ["url_hash", "neutral"])
@pytest.mark.parametrize("rows", [10, 60_000], ids=["small", "large"])
def test_hashes_in_columns_of_any_name_where_that_is_quick(tmp_path: Path, column: str, rows: int) -> None:
    with closing(sqlite3.connect(tmp_path / "pages.db")) as connection:
        connection.execute(f"CREATE TABLE pages (id INTEGER PRIMARY KEY, title TEXT, {column} INTEGER)")
        texts = ((f"title {number} {'x' * 60}", 1 << 47 | number) for number in range(rows))
        connection.executemany("INSERT INTO pages VALUES (NULL, ?, ?)", texts)
        connection.execute(
            f"UPDATE pages SET {column} = ? WHERE id = 7", (mozilla_hash("https://labs.openai.com/"),)
        )
        connection.commit()
    found = look(tmp_path).remnants
    assert [(one.where, one.form) for one in found] == (
        [] if (column, rows) == ("neutral", 60_000) else [(f"pages.{column} rowid 7", "url hash")]
    )


@pytest.mark.parametrize(
    ("column", "expected"), [("fixed_icon_url_hash", ["url hash"]), ("size", [])], ids=["icon", "any number"]
)
def test_short_hashes_count_only_where_they_belong(tmp_path: Path, column: str, expected: list[str]) -> None:
    with closing(sqlite3.connect(tmp_path / "favicons.sqlite")) as connection:
        connection.execute(f"CREATE TABLE moz_icons (id INTEGER PRIMARY KEY, {column} INTEGER)")
        connection.execute(
            "INSERT INTO moz_icons VALUES (1, ?)", (mozilla_hash("labs.openai.com/favicon.ico"),)
        )
        connection.commit()
    assert [one.form for one in look(tmp_path).remnants] == expected
