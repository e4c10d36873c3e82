"""Empty databases as real browsers make them; their schemas were dumped from profiles that they wrote."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_BEFORE_TABLES = ("page_size", "encoding", "auto_vacuum")
"""What SQLite takes only while the database is still empty."""
_AFTER_TABLES = ("user_version", "application_id", "journal_mode")


def folder() -> Path:
    """Where the dumped schemas are: inside the wheel, or with the tests of a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "_schemas"
    return installed if installed.is_dir() else package.parent / "tests" / "schemas"


def pragmas(name: str) -> dict[str, str]:
    """The header of a schema: `{"page_size": "4096", …}`."""
    lines = (folder() / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return dict(line.removeprefix("-- ").split("=", 1) for line in lines if line.startswith("-- "))


def create(path: Path, name: str) -> None:
    """Make an empty database at `path` with the schema and pragmas of `chromium-156/History` and the like.

    It is closed again, so that a database in WAL mode has no `-wal` beside it.
    """
    header = pragmas(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(_opened(path)) as database:
        for pragma in _BEFORE_TABLES:
            database.execute(f"PRAGMA {pragma}='{header[pragma]}'")
        database.executescript((folder() / f"{name}.sql").read_text(encoding="utf-8"))
        for pragma in _AFTER_TABLES:
            database.execute(f"PRAGMA {pragma}={header[pragma]}")
        database.commit()


def insert(path: Path, table: str, *rows: Mapping[str, object]) -> None:
    """Add rows to a table of a database; a column that is NOT NULL and not named gets an empty value."""
    with closing(_opened(path)) as database:
        required = {
            name: "" if "CHAR" in kind.upper() or "TEXT" in kind.upper() else b"" if kind == "BLOB" else 0
            for _, name, kind, not_null, default, key in database.execute(f'PRAGMA table_info("{table}")')
            if not_null and default is None and not key
        }
        for row in rows:
            values = {**required, **row}
            columns = ", ".join(f'"{name}"' for name in values)
            marks = ", ".join("?" * len(values))
            database.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', tuple(values.values()))
        database.commit()


def _opened(path: Path) -> sqlite3.Connection:
    """Without waiting for the disk: a sample need not outlive a power cut."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous = off")
    return database
