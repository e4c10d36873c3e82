"""`scrubber demo`: the main job on sample profiles, told step by step."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import click

from scrubber.cli import cleaning, looking
from scrubber.errors import UsageError
from scrubber.samples import make_home
from scrubber.samples.hosts import OTHERS

_COOKIES = (
    (".config/google-chrome/Default/Network/Cookies", "cookies", "host_key"),
    (".config/microsoft-edge/Default/Network/Cookies", "cookies", "host_key"),
    (".config/mozilla/firefox/a1b2c3d4.default/cookies.sqlite", "moz_cookies", "host"),
)


def demo(keep: str | None) -> int:
    """Make sample profiles, then scan, clean and verify them; 0 where all went as it should."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="scrubber-demo-") as folder:
            return _told(Path(folder))
    home = Path(keep)
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise UsageError(f"{keep}: is there already; name a new or an empty folder")
    home.mkdir(parents=True, exist_ok=True)
    return _told(home)


def _told(home: Path) -> int:
    make_home(home)
    _say(
        f"Sample profiles of Chrome, Edge and Firefox are in {home}.",
        "In each, somebody made pictures with DALL·E and visited other sites, too; one of those only looks",
        "like it. Your own browsers aren't touched.",
    )
    before = _others(home)
    where = {"home": home, "sites": (), "domains": (), "hosts": (), "browsers": (), "specs": ()}
    what = {"only": (), "without": (), "include": (), "mentions": "browsing", "keywords": False}
    how = {"as_json": False, "quiet": False, "verbose": False}
    options = {**where, **what, **how}
    _step(1, "scrubber scan", "what is there and what would go; it changes nothing")
    found = looking.scan(None, **options)
    _step(2, "scrubber clean --yes", "removes it, compares what stays, then looks at every file again")
    done = cleaning.clean(
        dry_run=False,
        yes=True,
        plan_file=None,
        wait=False,
        ask_to_close=False,
        keep_going=False,
        **options,
    )
    _step(3, "scrubber verify", "the same look at every file, at any later time")
    left = looking.verify(**options)
    after = _others(home)
    _say("", f"Cookies of the other sites: {before} before, {after} after.")
    if (found, done, left) == (1, 0, 0) and before == after > 0:
        _say("All went as it should. On your own browsers it is the same three commands.")
        return 0
    _say("Something went wrong here; please report it with the lines above.")
    return 5


def _step(number: int, command: str, meaning: str) -> None:
    _say("", f"{number}. {command}    ({meaning})", "")


def _say(*lines: str) -> None:
    for line in lines:
        click.echo(line)


def _others(home: Path) -> int:
    """Counted without any of scrubber's own code."""
    total = 0
    for place, table, column in _COOKIES:
        with closing(sqlite3.connect(home / place)) as database:
            marks = ", ".join("?" * len(OTHERS))
            statement = f"SELECT count(*) FROM {table} WHERE {column} IN ({marks})"
            total += database.execute(statement, OTHERS).fetchone()[0]
    return total
