"""A store found and emptied of the target in one folder, through a real transaction."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubber.model import BrowserProfile, Look, Policy
from scrubber.site_files import parse
from scrubber.sites import Target
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


def run(path: Path, script: str) -> None:
    """Execute statements."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)
