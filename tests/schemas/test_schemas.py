from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.schemas import create, pragmas
from tests.schemas.dump import PRAGMAS, schema

FOLDER = Path(__file__).parent
NAMES = sorted(f"{path.parent.name}/{path.stem}" for path in FOLDER.glob("*/*.sql"))


@pytest.mark.parametrize("name", NAMES)
def test_a_database_made_from_a_schema_has_exactly_that_schema(name: str, tmp_path: Path) -> None:
    made = tmp_path / "made"
    create(made, name)
    assert schema(made) == (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_the_tables_that_the_stores_stand_on_are_there() -> None:
    for name, table in (
        ("chromium-156/History", "urls"),
        ("chromium-156/Cookies", "cookies"),
        ("chromium-156/DIPS", "bounces"),
        ("firefox-153/places", "moz_places"),
        ("firefox-153/permissions", "moz_perms"),
    ):
        assert f"CREATE TABLE {table}" in (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def test_a_header_names_every_pragma() -> None:
    assert set(pragmas("firefox-153/places")) == set(PRAGMAS)
    assert pragmas("firefox-153/places")["page_size"] == "32768"


def test_the_content_of_a_write_ahead_log_counts(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as database:
        database.execute("PRAGMA journal_mode=wal")
        database.execute("CREATE TABLE late (a)")
        assert "CREATE TABLE late" in schema(tmp_path / "x.sqlite")
