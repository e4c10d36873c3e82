"""Links between tables hold to what real browsers wrote: a wrong column would silently find nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber.browsers import BROWSERS
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Linked, Orphaned
from tests.schemas import create

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FOLDERS = {"chromium": "chromium-156", "firefox": "firefox-153"}


def _described() -> Iterator[tuple[str, Sqlite]]:
    """Each described database that a real browser's schema is kept of."""
    from scrubber.samples.schemas import folder

    seen = set()
    for browser in BROWSERS:
        version = _FOLDERS[browser.family]
        known = {path.stem for path in (folder() / version).glob("*.sql")}
        for store in browser.stores:
            if isinstance(store, Sqlite) and id(store) not in seen:
                seen.add(id(store))
                names = {place.rpartition("/")[2].removesuffix(".sqlite") for place in store.places}
                yield from ((f"{version}/{name}", store) for name in sorted(names & known))


def _columns(path: Path) -> dict[str, set[str]]:
    with closing(sqlite3.connect(path)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            table: {row[1] for row in database.execute(f'PRAGMA table_info("{table}")')} for table in tables
        }


@pytest.mark.parametrize(("schema", "store"), [pytest.param(*pair, id=pair[0]) for pair in _described()])
def test_every_link_is_between_columns_that_exist(tmp_path: Path, schema: str, store: Sqlite) -> None:
    create(tmp_path / "database", schema)
    columns = _columns(tmp_path / "database")
    wrong = []
    for rows in store.rows:
        for by in rows.by:
            if rows.table not in columns or not isinstance(by, Linked | Orphaned):
                continue
            table, _, column = (by.to if isinstance(by, Linked) else by.by).partition(".")
            if table in columns and (column not in columns[table] or by.column not in columns[rows.table]):
                wrong.append((rows.table, by))
    assert wrong == []


@pytest.mark.parametrize(("schema", "store"), [pytest.param(*pair, id=pair[0]) for pair in _described()])
def test_every_database_has_a_table_that_is_described(tmp_path: Path, schema: str, store: Sqlite) -> None:
    create(tmp_path / "database", schema)
    assert {rows.table for rows in store.rows} & _columns(tmp_path / "database").keys()
