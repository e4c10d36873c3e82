"""Write the schema of every SQLite database below a folder as `tests/schemas/<browser>/<database>.sql`.

    python -m tests.schemas.dump chromium-156 ~/.config/chromium
    python -m tests.schemas.dump firefox-153 ~/.config/mozilla/firefox/xxxxxxxx.default-esr

The folder is a closed browser's: a user-data folder or a profile. Only schemas and pragmas are read, no rows.
Of several databases with one name (two profiles) the first is taken. A file that exists already is replaced,
all others stay, so that databases which only some sessions make can be added one run after the other.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

PRAGMAS = ("page_size", "encoding", "auto_vacuum", "journal_mode", "user_version", "application_id")
_MAGIC = b"SQLite format 3\0"


_OF_NO_SITE = "GPUPersistentCache"
"""Compiled shaders, in databases named after nothing."""


def _is_database(path: Path) -> bool:
    if path.is_symlink() or not path.is_file() or _OF_NO_SITE in path.parts:
        return False
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def _name(path: Path) -> str:
    """`History`, `places`; where that says too little, the folder: `Shared Dictionary`, `ls-data`, `idb`."""
    if path.name == "db":
        return path.parent.name
    if path.parent.name == "pc":
        return "Code Cache"
    if "IndexedDB" in (path.parent.name, path.parent.parent.name):
        return "IndexedDB"
    if path.name.startswith("sqldb"):  # the shards of one cache
        return "sqldb"
    stem = path.stem if path.suffix in (".sqlite", ".db") else path.name
    if path.parent.name in ("ls", "cache", "fs"):
        return f"{path.parent.name}-{stem}"
    return "idb" if path.parent.name == "idb" else stem


def schema(path: Path) -> str:
    """Pragmas as a comment of `key=value` lines, then every statement of `sqlite_master`."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        for suffix in ("", "-wal", "-journal"):
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                shutil.copyfile(beside, f"{copy}{suffix}")
        with closing(sqlite3.connect(copy)) as database:
            lines = [f"-- {name}={database.execute(f'PRAGMA {name}').fetchone()[0]}" for name in PRAGMAS]
            # sqlite_sequence and its kind can't be created by hand: SQLite makes them itself.
            statements = database.execute(
                "SELECT sql FROM sqlite_master WHERE sql NOTNULL AND substr(name, 1, 7) <> 'sqlite_'"
                " ORDER BY type = 'table' DESC, rowid"
            ).fetchall()
    return "\n".join([*lines, "", *(f"{statement};" for (statement,) in statements), ""])


def main(browser: str, folder: Path) -> None:
    """Dump everything below `folder` into the folder of schemas named after the browser and its version."""
    target = Path(__file__).parent / browser
    target.mkdir(exist_ok=True)
    done = set()
    for path in sorted(filter(_is_database, folder.rglob("*"))):
        name = _name(path)
        if name not in done:
            done.add(name)
            (target / f"{name}.sql").write_text(schema(path), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).expanduser())
