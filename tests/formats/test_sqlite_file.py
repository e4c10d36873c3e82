from __future__ import annotations

import io
import random
import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubber.errors import UnreadableStore
from scrubber.formats.sqlite_file import Database
from scrubber.formats.sqlite_log import journal_images, slack_of, wal_images
from scrubber.formats.sqlite_page import DAMAGED, Record, Slack, Tree
from scrubber.formats.sqlite_schema import stored_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

NOWHERE = Path("memory.db")
ENCODINGS = ("UTF-8", "UTF-16le", "UTF-16be")


def connect(path: Path, *pragmas: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("secure_delete=OFF", *pragmas):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def fill(connection: sqlite3.Connection, rows: int = 120) -> None:
    """Tables of every kind, with values of every type and up to many pages long, and holes."""
    numbers = random.Random(7)
    connection.executescript(
        """
        CREATE TABLE plain (id INTEGER PRIMARY KEY, text TEXT, any, real REAL);
        CREATE INDEX by_text ON plain (text COLLATE NOCASE DESC);
        CREATE TABLE keyed (first TEXT, second, third, PRIMARY KEY (third, first)) WITHOUT ROWID;
        CREATE TABLE emptied (content BLOB);
        """
    )
    connection.execute("BEGIN")
    for number in range(rows):
        text = "é" + chr(97 + number % 26) * numbers.randrange(3000)
        blob = numbers.randbytes(numbers.randrange(9000)) if number % 7 == 0 else -(1 << number % 60)
        connection.execute("INSERT INTO plain (text, any, real) VALUES (?, ?, ?)", (text, blob, number / 3))
        connection.execute("INSERT INTO keyed VALUES (?, ?, ?)", ("k" * numbers.randrange(900), None, number))
        connection.execute("INSERT INTO emptied VALUES (?)", (numbers.randbytes(3000),))
    connection.execute("COMMIT")
    connection.executescript("DELETE FROM plain WHERE id % 5 = 0; DELETE FROM emptied;")


def bare(items: Iterable[Record | Slack]) -> bytes:
    return b"\xff\xff".join(item.data if isinstance(item, Slack) else item.payload for item in items)


def examine(content: bytes) -> list[Record | Slack]:
    return list(Database(io.BytesIO(content), NOWHERE).examine())


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("samples")
    made = {}
    for encoding in ENCODINGS:
        for size in (512, 4096, 65536):
            path = folder / f"{encoding}-{size}.db"
            vacuum = "auto_vacuum=INCREMENTAL" if size == 512 else "auto_vacuum=NONE"
            with closing(connect(path, f"page_size={size}", f"encoding='{encoding}'", vacuum)) as connection:
                fill(connection)
            made[path.stem] = path.read_bytes()
    return made


NAMES = [f"{encoding}-{size}" for encoding in ENCODINGS for size in (512, 4096, 65536)]


@pytest.mark.parametrize("sample", NAMES)
def test_reads_what_sqlite_reads(samples: dict[str, bytes], sample: str, tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    path.write_bytes(samples[sample])
    with path.open("rb") as file, closing(sqlite3.connect(path)) as connection:
        database = Database(file, path)
        seen: dict[str, list[tuple[object, ...]]] = {}
        for record in database.cells():
            assert record.tree is not None
            values = record.values(database.header.encoding)
            seen.setdefault(record.tree.name, []).append(
                (record.rowid, *values[1:]) if record.tree.name == "plain" else values
            )
        assert database.damage == []
        assert seen["plain"] == connection.execute("SELECT * FROM plain").fetchall()
        keyed = connection.execute("SELECT third, first, second FROM keyed ORDER BY third").fetchall()
        assert sorted(seen["keyed"], key=lambda row: str(row[0]).zfill(9)) == keyed
        texts = connection.execute("SELECT text, id FROM plain").fetchall()
        assert sorted(seen["by_text"], key=str) == sorted(texts, key=str)
        assert "emptied" not in seen
        columns = {tree.name: tree.columns for tree in database.trees}
    assert columns["keyed"] == ("third", "first", "second")
    assert columns["plain"] == ("id", "text", "any", "real")
    assert columns["by_text"] == ("text", "rowid")


@pytest.mark.parametrize("size", [512, 4096])
@pytest.mark.parametrize("secure", [False, True], ids=["left behind", "overwritten"])
def test_deleted_rows_are_in_the_slack(tmp_path: Path, size: int, secure: bool) -> None:
    path = tmp_path / "rows.db"
    with closing(connect(path, f"page_size={size}", f"secure_delete={secure:d}")) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.executemany(
            "INSERT INTO t VALUES (?)", [(f"marker{number}-" * 20,) for number in range(60)]
        )
        connection.execute("DELETE FROM t WHERE rowid BETWEEN 3 AND 5")
        connection.execute("DELETE FROM t WHERE rowid > 20")
    database = Database(io.BytesIO(path.read_bytes()), NOWHERE)
    slack, live = bare(database.slack()), bare(database.cells())
    for number in (4, 50):
        assert (b"marker%d-" % number * 3 in slack) is not secure
        assert b"marker%d-" % number not in live
    assert b"marker10-" in live
    assert {item.seen_as for item in database.slack()} == {"free space", "free page"}


def test_text_over_a_page_border_is_one_value(tmp_path: Path) -> None:
    path = tmp_path / "long.db"
    with closing(connect(path, "page_size=512")) as connection:
        connection.execute("CREATE TABLE t (a)")
        for length in range(440, 580):
            connection.execute("INSERT INTO t VALUES (?)", ("x" * length + "needle" + "y" * (1500 - length),))
    content = path.read_bytes()
    assert content.count(b"needle") < 140, "some of them must be cut"
    assert bare(Database(io.BytesIO(content), NOWHERE).cells()).count(b"needle") == 140
    with closing(connect(path)) as connection:
        connection.execute("DELETE FROM t")
    content = path.read_bytes()
    assert bare(Database(io.BytesIO(content), NOWHERE).cells()).count(b"needle") == 0


def test_border_of_two_free_pages_is_seen_whole(tmp_path: Path) -> None:
    path = tmp_path / "chain.db"
    with closing(connect(path, "page_size=512")) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.execute("INSERT INTO t VALUES (?)", ("needle" * 800,))
        connection.execute("INSERT INTO t VALUES ('bystander')")
        connection.execute("DELETE FROM t WHERE rowid = 1")
    whole = bare(Database(io.BytesIO(path.read_bytes()), NOWHERE).slack())
    assert b"needle" * 150 in whole


def test_all_frames_of_a_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "logged.db"
    log = path.with_name("logged.db-wal")
    with closing(connect(path, "journal_mode=WAL", "wal_autocheckpoint=0")) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.executemany("INSERT INTO t VALUES (?)", [("old" * 900,) for _ in range(9)])
        connection.execute("PRAGMA wal_checkpoint(RESTART)")
        connection.execute("INSERT INTO t VALUES ('young')")
        with log.open("rb") as file:
            items = list(wal_images(file, log))
    records = [value for item in items if isinstance(item, Record) for value in item.values("utf-8")]
    assert "young" in records
    assert any(isinstance(value, str) and value.startswith("oldold") for value in records)
    assert {item.seen_as for item in items} == {"wal"}


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"short", bytes(100), b"\x37\x7f\x06\x82" + bytes(100)):
        with pytest.raises(UnreadableStore):
            list(wal_images(io.BytesIO(content), tmp_path / "x-wal"))


@pytest.mark.parametrize("size", [512, 4096, 65536])
def test_journal_whose_header_is_zeroed(tmp_path: Path, size: int) -> None:
    path = tmp_path / "kept.db"
    journal = path.with_name("kept.db-journal")
    with closing(connect(path, f"page_size={size}", "journal_mode=PERSIST")) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.execute("INSERT INTO t VALUES ('was here')")
        connection.execute("UPDATE t SET a = 'changed'")
    with journal.open("rb") as file:
        assert file.read(28) == bytes(28)
        items = list(journal_images(file, journal)) if not file.seek(0) else []
    values = [item.values("utf-8") for item in items if isinstance(item, Record)]
    assert ("was here",) in values
    assert ("changed",) not in values


def test_hot_journal(tmp_path: Path) -> None:
    path = tmp_path / "hot.db"
    with closing(connect(path, "journal_mode=DELETE")) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.execute("INSERT INTO t VALUES ('was here')")
        connection.execute("BEGIN")
        connection.execute("UPDATE t SET a = 'changed'")
        journal = path.with_name("hot.db-journal").read_bytes()
    items = list(journal_images(io.BytesIO(journal), path.with_name("hot.db-journal")))
    values = [item.values("utf-8") for item in items if isinstance(item, Record)]
    assert ("was here",) in values
    assert ("changed",) not in values


def test_slack_of_a_unit(tmp_path: Path) -> None:
    path = tmp_path / "unit.db"
    with closing(connect(path, "journal_mode=WAL")) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.execute("INSERT INTO t VALUES ('logged')")
        assert b"logged" in bare(slack_of(path))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert b"logged" not in bare(slack_of(path))
        connection.execute("DELETE FROM t")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert b"logged" in bare(slack_of(path))
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert b"logged" not in bare(slack_of(path))


def test_records_of_no_interest_are_left_out_but_never_slack(samples: dict[str, bytes]) -> None:
    content = samples["UTF-8-4096"]
    database = Database(io.BytesIO(content), NOWHERE)
    everything = list(database.examine())
    less = list(database.examine(lambda data: b"zzzz" in data))
    assert [item for item in everything if isinstance(item, Slack)] == [
        item for item in less if isinstance(item, Slack)
    ]
    wanted = [item for item in everything if isinstance(item, Record) and b"zzzz" in item.payload]
    assert wanted
    assert [item for item in wanted if item not in less] == []
    assert len(less) < len(everything)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "not a SQLite database", id="empty"),
        pytest.param(b"SQLite format 3\0", "not a SQLite database", id="cut in the header"),
        pytest.param(b"SQLite format 3\0" + bytes(200), "impossible page size", id="no page size"),
        pytest.param(
            b"SQLite format 3\0" + struct.pack(">HBBB", 512, 1, 1, 255) + bytes(600),
            "impossible",
            id="reserve",
        ),
    ],
)
def test_what_is_no_database_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableStore, match=reason):
        Database(io.BytesIO(content), NOWHERE)


def damaged(content: bytes, page: int, at: int, replacement: bytes) -> bytes:
    start = (page - 1) * 512 + at
    return content[:start] + replacement + content[start + len(replacement) :]


@pytest.mark.parametrize(
    ("at", "replacement", "says"),
    [
        pytest.param(0, b"\x07", "not a page of a b-tree", id="unknown kind of page"),
        pytest.param(3, b"\xff\xff", "more cells", id="too many cells"),
        pytest.param(12, b"\x00\x01", "outside the page's content", id="cell in the header"),
        pytest.param(8, b"\x00\x00\x00\x01", "used twice", id="a child that is its parent"),
        pytest.param(8, b"\x7f\x00\x00\x01", "outside the file", id="child out of the file"),
    ],
)
def test_damage_is_named_and_its_bytes_are_slack(
    samples: dict[str, bytes], at: int, replacement: bytes, says: str
) -> None:
    content = samples["UTF-8-512"]
    root = next(tree.root for tree in _trees(content) if tree.name == "plain")
    assert content[(root - 1) * 512] == 5, "an interior page"
    database = Database(io.BytesIO(damaged(content, root, at, replacement)), NOWHERE)
    items = list(database.examine())
    assert any(says in line for line in database.damage)
    whole = bare(examine(content))
    for marker in (b"\xc3\xa9bbb", b"\xc3\xa9ccc"):
        assert marker in whole
        assert marker in bare(items)


def _trees(content: bytes) -> list[Tree]:
    database = Database(io.BytesIO(content), NOWHERE)
    list(database.examine())
    return list(database.trees)


def test_payload_that_is_no_record() -> None:
    for payload in (b"", b"\x05\x01", b"\x02\x0a", b"\x02\x0b", b"\x02\x63abc", b"\x81"):
        (field,) = Record(None, 1, None, payload).fields()
        assert (field.serial, field.data) == (DAMAGED, payload)
    assert Record(None, 1, None, b"\x03\x13\x01abc\x07").values("utf-8") == ("abc", 7)


def test_memory_of_an_oversized_payload_is_not_taken() -> None:
    claims_an_exabyte = bytearray(1024)
    claims_an_exabyte[:100] = b"SQLite format 3\0" + struct.pack(">HBBB", 512, 1, 1, 0) + bytes(79)
    claims_an_exabyte[100:110] = struct.pack(">BHHHBH", 13, 0, 1, 480, 0, 480)
    claims_an_exabyte[480:489] = b"\xbf" * 8 + b"\x00"
    database = Database(io.BytesIO(bytes(claims_an_exabyte)), NOWHERE)
    assert all(isinstance(item, Slack) for item in database.examine())
    assert database.damage


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_mutated_databases_neither_crash_nor_hang(samples: dict[str, bytes], data: st.DataObject) -> None:
    content = bytearray(samples[data.draw(st.sampled_from(["UTF-8-512", "UTF-16be-4096"]))][: 512 * 120])
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(content) - 1))
        junk = data.draw(st.binary(min_size=1, max_size=12))
        content[at : at + len(junk)] = junk
    del content[data.draw(st.integers(100, len(content))) :]
    try:
        items = examine(bytes(content))
    except UnreadableStore:
        return
    assert sum(len(item.data) for item in items if isinstance(item, Slack)) > 0
    assert sum(len(item.payload) for item in items if isinstance(item, Record)) <= 2 * len(content)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 5000), st.integers(0, 464))
def test_planted_bytes_are_always_seen(samples: dict[str, bytes], page: int, at: int) -> None:
    content = bytearray(samples["UTF-8-512"])
    start = page % (len(content) // 512) * 512 + at
    content[start : start + 48] = b"needle-A" + b"-" * 32 + b"needle-B"
    try:
        database = Database(io.BytesIO(content), NOWHERE)
        seen = bare(database.examine())
    except UnreadableStore:
        assert start < 100
        return
    # Where a cell's own sizes (two numbers of up to nine bytes) were overwritten, one end; pointers to
    # nowhere are damage, upon which the sweep looks through the whole file as bytes.
    assert b"needle-A" in seen or b"needle-B" in seen or database.damage


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=3000), st.sampled_from([512, 1024]), st.integers(0, 3))
def test_arbitrary_bytes_neither_crash_nor_hang(junk: bytes, size: int, encoding: int) -> None:
    head = b"SQLite format 3\0" + struct.pack(">HBBB", size, 1, 1, 0) + bytes(35)
    examine(head + struct.pack(">I", encoding) + bytes(40) + junk)
    list(
        wal_images(io.BytesIO(b"\x37\x7f\x06\x83" + struct.pack(">II", 1, size) + junk + bytes(32)), NOWHERE)
    )
    journal = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + struct.pack(">IIIII", 1, 0, 1, 512, size)
    for content in (journal + junk, bytes(28) + junk, junk):
        seen = bare(journal_images(io.BytesIO(content), NOWHERE))
        assert len(seen) >= len(content) * 0.7


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        pytest.param("CREATE TABLE t (a, b)", ("a", "b"), id="plain"),
        pytest.param('CREATE TABLE "a b"("x y" TEXT, [z] INT, `w`)', ("x y", "z", "w"), id="quoted"),
        pytest.param("CREATE TABLE t(a CHECK (a IN (1, 2)), b DEFAULT ',(')", ("a", "b"), id="nested"),
        pytest.param("CREATE TABLE t(a, -- one, two\n b /* , c */)", ("a", "b"), id="comments"),
        pytest.param(
            "CREATE TABLE t(a, UNIQUE (a), FOREIGN KEY (a) REFERENCES u(b))", ("a",), id="constraints"
        ),
        pytest.param("CREATE TABLE t(a, b AS (a), c AS (a) STORED)", ("a", "c"), id="generated"),
        pytest.param("CREATE TABLE t(a, b PRIMARY KEY) WITHOUT ROWID", ("b", "a"), id="key first"),
        pytest.param(
            "CREATE TABLE t(a,b,c,PRIMARY KEY(c,a)) STRICT, WITHOUT ROWID", ("c", "a", "b"), id="strict"
        ),
        pytest.param("CREATE UNIQUE INDEX i ON t (a DESC, lower(b))", ("a", "lower(b)", "rowid"), id="index"),
        pytest.param("CREATE VIRTUAL TABLE t USING fts5(a)", (), id="virtual"),
        pytest.param("nonsense", (), id="no statement"),
        pytest.param("CREATE TABLE t(", (), id="cut"),
    ],
)
def test_stored_columns(sql: str, columns: tuple[str, ...]) -> None:
    assert stored_columns(sql) == columns


@given(st.text(alphabet="CREATETABLE (),\"'`[]-/*\nab", max_size=80))
def test_any_sql_is_survived(sql: str) -> None:
    stored_columns("CREATE TABLE t(" + sql)
    stored_columns("CREATE INDEX t(" + sql)
