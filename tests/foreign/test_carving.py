"""The carver finds what SQLite has only marked as free; where nothing was deleted it finds nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.foreign import carving

if TYPE_CHECKING:
    from pathlib import Path

GONE = b"https://labs.openai.com/gone"
OTHER = b"https://shop.example/stays"


def make(path: Path, *, page_size: int = 4096, length: int = 10, rows: int = 2, clean: bool = True) -> None:
    """A database with `rows` deleted rows of `length` bytes between others, and an index over them."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA page_size = {page_size}")
        database.execute("PRAGMA synchronous = off")
        database.execute("PRAGMA secure_delete = off")
        database.execute("CREATE TABLE urls (id INTEGER PRIMARY KEY, url TEXT, note TEXT)")
        database.execute("CREATE INDEX by_url ON urls (url)")
        for number in range(rows):
            for url in (OTHER, GONE):
                database.execute(
                    "INSERT INTO urls (url, note) VALUES (?, ?)", (f"{url.decode()}/{number}", "." * length)
                )
        database.commit()
        database.execute("DELETE FROM urls WHERE url LIKE ?", (GONE.decode() + "%",))
        database.commit()
        if clean:
            database.execute("VACUUM")


@pytest.mark.parametrize("page_size", [512, 4096, 65536])
@pytest.mark.parametrize(
    ("length", "rows"),
    [
        pytest.param(10, 2, id="a few rows of one page"),
        pytest.param(10, 2000, id="whole pages"),
        pytest.param(200_000, 3, id="rows with overflow pages"),
    ],
)
def test_deleted_rows_are_carved_unless_the_file_was_written_anew(
    page_size: int, length: int, rows: int, tmp_path: Path
) -> None:
    for clean in (False, True):
        path = tmp_path / f"clean-{clean}"
        make(path, page_size=page_size, length=length, rows=rows, clean=clean)
        assert any(GONE in piece for piece in carving.deleted(path)) == (not clean)


def test_a_row_is_put_together_across_free_pages(tmp_path: Path) -> None:
    path = tmp_path / "database"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA page_size = 512")
        database.execute("PRAGMA synchronous = off")
        database.execute("PRAGMA secure_delete = off")
        for table in ("first", "urls"):
            database.execute(f"CREATE TABLE {table} (url TEXT)")
        # The first free page lists those that follow, which so keep their content.
        database.execute("INSERT INTO urls VALUES (?)", (GONE.decode() * 200,))
        database.commit()
        for table in ("first", "urls"):
            database.execute(f"DROP TABLE {table}")
            database.commit()
    assert any(GONE * 200 in piece for piece in carving.deleted(path))
    assert GONE * 200 not in path.read_bytes()


def test_what_was_not_deleted_is_not_carved(tmp_path: Path) -> None:
    path = tmp_path / "database"
    make(path, rows=0)
    with closing(sqlite3.connect(path)) as database:
        database.executemany(
            "INSERT INTO urls (url) VALUES (?)", [(f"{OTHER.decode()}/{n}",) for n in range(999)]
        )
        database.commit()
        database.execute("VACUUM")
    assert not any(OTHER in piece for piece in carving.deleted(path))


def test_a_log_beside_it_counts(tmp_path: Path) -> None:
    path = tmp_path / "database"
    make(path)
    assert not any(GONE in piece for piece in carving.deleted(path))
    (tmp_path / "database-wal").write_bytes(b"." + GONE)
    assert any(GONE in piece for piece in carving.deleted(path))
