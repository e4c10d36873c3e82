"""The schemas of real browsers' databases (`dump` wrote them), and empty databases made from them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_FOLDER = Path(__file__).parent
_BEFORE_TABLES = ("page_size", "encoding", "auto_vacuum")
"""What SQLite takes only while the database is still empty."""
_AFTER_TABLES = ("user_version", "application_id", "journal_mode")


def pragmas(name: str) -> dict[str, str]:
    """The header of a schema: `{"page_size": "4096", …}`."""
    lines = (_FOLDER / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return dict(line.removeprefix("-- ").split("=", 1) for line in lines if line.startswith("-- "))


def create(path: Path, name: str) -> None:
    """Make an empty database at `path` with the schema and pragmas of `chromium-156/History` and the like.

    It is closed again, so that a database in WAL mode has no `-wal` beside it.
    """
    header = pragmas(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as database:
        for pragma in _BEFORE_TABLES:
            database.execute(f"PRAGMA {pragma}='{header[pragma]}'")
        database.executescript((_FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
        for pragma in _AFTER_TABLES:
            database.execute(f"PRAGMA {pragma}={header[pragma]}")
        database.commit()
