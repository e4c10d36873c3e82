"""What finds a row again: its number, or its primary key where it has none."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from scrubber.stores.sqlite_tables import tables


class Failing(sqlite3.Connection):
    """On a disk that fails the one statement which asks for a row's number."""

    def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
        if "LIMIT 0" in sql:
            raise sqlite3.OperationalError("disk I/O error")
        return super().execute(sql, *rest)


@pytest.mark.parametrize(
    ("table", "key", "has_rowid"),
    [
        pytest.param("(host)", ("rowid",), True, id="a number"),
        pytest.param("(rowid, host)", ("_rowid_",), True, id="a number under another name"),
        pytest.param("(host PRIMARY KEY) WITHOUT ROWID", ("host",), False, id="none"),
    ],
)
def test_the_key_of_a_table(table: str, key: tuple[str, ...], has_rowid: bool) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute(f"CREATE TABLE hosts {table}")
        found = tables(database)["hosts"]
    assert (found.key, found.has_rowid) == (key, has_rowid)


def test_a_disk_that_fails_is_not_taken_for_a_table_without_numbers() -> None:
    """All its rows would have one key, and all but one be overlooked."""
    with closing(sqlite3.connect(":memory:", factory=Failing)) as database:
        database.execute("CREATE TABLE hosts (host)")
        with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
            tables(database)
