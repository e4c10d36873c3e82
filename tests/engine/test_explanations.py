"""What a run leaves on purpose is explained by row, and in indexes of tables whose rows have no number."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber.samples import make_home
from tests.engine.test_engine import verdict

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("host", "explained"), [("shop.example", True), ("labs.openai.com", False)])
def test_rows_of_others_without_numbers_are_explained(tmp_path: Path, host: str, explained: bool) -> None:
    home = tmp_path.resolve() / "home"
    make_home(home)
    profile = home / ".config" / "google-chrome" / "Default"
    path = profile / "IndexedDB" / f"https_{host}_0" / "3KDA"
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as made, made:
        made.execute(
            "CREATE TABLE index_references(row INTEGER, key BLOB, PRIMARY KEY(row, key)) WITHOUT ROWID"
        )
        made.execute("CREATE INDEX by_key ON index_references(key)")
        made.execute("INSERT INTO index_references VALUES (7, ?)", (b"https://labs.openai.com/x",))
    found = {(one.where, one.explained) for one in verdict(home).remnants if one.path == path}
    assert {where.partition(" ")[0] for where, _ in found} == {"index_references.key", "by_key.key"}
    assert {why for _, why in found} == ({"mention"} if explained else {""})
