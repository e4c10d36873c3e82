"""A store found and emptied of the target in one folder, through a real transaction."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubber.model import BrowserProfile, Look, Policy
from scrubber.sites import Target
from scrubber.sites.site_files import parse
from scrubber.stores.columns import Host
from scrubber.stores.sqlite import Sqlite
from scrubber.stores.sqlite_rows import Clear, Linked, Rows
from scrubber.transaction import Swapped, Transaction

if TYPE_CHECKING:
    from scrubber.model import Family, Store, Trace

TARGET = Target((parse(Path(__file__).parents[2] / "profiles" / "dalle.toml"),))

OURS = ("labs.openai.com", "cdn.labs.openai.com", "openailabsprodscus.blob.core.windows.net")
THEIRS = (
    "notopenai.com",
    "notlabs.openai.com",
    "labs.openai.com.evil.example",
    "labs-openai.com",
    "x.openailabsprodscus.blob.core.windows.net",
    "chat.openai.com",
    "kept.example",
)
MIXED = (*OURS[:1], *THEIRS[:3], *OURS[1:2], *THEIRS[3:], *OURS[2:])


@dataclass(frozen=True)
class Done:
    """What a run over one store did."""

    removed: tuple[Trace, ...]
    left: tuple[Trace, ...]
    """Found, but not removed."""
    equal: int


def look(folder: Path, policy: Policy | None = None, family: Family = "chromium") -> Look:
    """A question about the target in a profile that is `folder`."""
    browser = "chrome" if family == "chromium" else "firefox"
    profile = BrowserProfile(browser, family, folder.name, folder.name, folder, folder, folder)
    return Look(TARGET, profile, policy or Policy())


def clean(store: Store, path: Path, policy: Policy | None = None) -> Done:
    """Find, remove, prove, swap; a second look must find nothing more to remove."""
    asked = look(path.parent, policy)
    found = store.find(path, asked)
    going = tuple(trace for trace in found if asked.policy.removes(trace))
    with Transaction([path.parent]) as transaction:
        equal = store.remove(path, going, transaction)
        assert all(isinstance(made, Swapped) for made in transaction.swap())
        transaction.commit()
    again = store.find(path, asked) if path.exists() else ()
    assert [trace for trace in again if asked.policy.removes(trace)] == []
    return Done(going, tuple(trace for trace in found if not asked.policy.removes(trace)), equal)


def ask(path: Path, sql: str) -> list[Any]:
    """The rows that a query gives, or their one value each, by rowid where the query says nothing else."""
    with closing(sqlite3.connect(path)) as database:
        if sql.startswith("SELECT") and "ORDER BY" not in sql:
            sql += " ORDER BY rowid"
        rows = database.execute(sql).fetchall()
    return [row[0] if len(row) == 1 else row for row in rows]


def run(path: Path, *statements: str) -> None:
    """Execute statements."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(";".join(statements))


HOSTS = Sqlite(
    "{profile}/hosts.sqlite",
    holds="history",
    source="hosts.cc",
    rows=(Rows("hosts", Host("host")), Rows("visits", Linked("host", "hosts.rowid"))),
    clears=(Clear("notes", "referrer", to=""),),
)


def filled(path: Path, columns: str = "host TEXT, n INTEGER", setup: str = "", options: str = "") -> Path:
    """A table of hosts in `MIXED` order, number n in row n."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(f"{setup}; CREATE TABLE hosts({columns}) {options};")
        database.executemany(
            "INSERT INTO hosts(host, n) VALUES (?, ?)", ((host, n) for n, host in enumerate(MIXED, 1))
        )
        database.commit()
    return path


def needles(names: tuple[str, ...] = OURS) -> list[bytes]:
    texts = [text for name in names for text in (name, name[::-1])]
    return [text.encode(codec) for text in texts for codec in ("utf-8", "utf-16-le", "utf-16-be")]


def names_nothing(path: Path) -> bool:
    """Whether neither the database nor a file beside it has a name of the target apart from look-alikes."""
    content = b"".join(part.read_bytes() for part in path.parent.iterdir())
    for codec in ("utf-8", "utf-16-le", "utf-16-be"):
        for host in THEIRS:
            content = content.replace(host.encode(codec), b"").replace(host[::-1].encode(codec), b"")
    return not any(needle in content for needle in needles())


def crashed(path: Path, journal: str, statements: list[str]) -> None:
    """Leave the files as a process leaves them that dies after the statements (commit included or not)."""
    work = path.with_name("work")
    work.mkdir()
    copy = work / path.name
    shutil.copy(path, copy)
    with closing(sqlite3.connect(copy, isolation_level=None)) as database:
        database.execute(f"PRAGMA journal_mode = {journal}")
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.execute("PRAGMA cache_size = 1")
        for statement in statements:
            database.execute(statement)
        for part in work.iterdir():
            if not part.name.endswith("-shm"):
                shutil.copy(part, path.with_name(part.name))
    shutil.rmtree(work)
