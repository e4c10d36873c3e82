"""What deletions leave in a database, against a carver that shares nothing with it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber.formats.sqlite_freed import freed
from tests.foreign import carving

if TYPE_CHECKING:
    from pathlib import Path

GONE, OTHER = b"https://labs.openai.com/gone/", b"https://shop.example/stays/"


@pytest.mark.parametrize("auto_vacuum", ["NONE", "FULL", "INCREMENTAL"])
@pytest.mark.parametrize("page_size", [512, 65536])
@pytest.mark.parametrize("overwriting", [False, True])
def test_free_blocks(page_size: int, auto_vacuum: str, overwriting: bool, tmp_path: Path) -> None:
    path = tmp_path / "database"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for pragma in (f"page_size={page_size}", f"auto_vacuum={auto_vacuum}", "synchronous=off"):
            database.execute(f"PRAGMA {pragma}")
        database.execute(f"PRAGMA secure_delete={overwriting:d}")
        database.execute("CREATE TABLE urls (id INTEGER PRIMARY KEY, url TEXT)")
        for number in range(200):
            url = (GONE if number % 3 == 1 else OTHER).decode()
            database.execute("INSERT INTO urls (url) VALUES (?)", (f"{url}{number}",))
        database.execute("DELETE FROM urls WHERE url LIKE ?", (GONE.decode() + "%",))
    ours, others = list(freed(path)), b"\xff".join(carving.deleted(path))
    assert [block for block in ours if block not in others] == []
    assert (GONE in b"".join(ours), GONE in others) == (not overwriting, not overwriting)
