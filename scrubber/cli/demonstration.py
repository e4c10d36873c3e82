"""`scrubber demo`: the main job on sample profiles, told step by step."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubber.cli import cleaning, looking
from scrubber.cli.console import write
from scrubber.errors import UsageError
from scrubber.samples import make_home
from scrubber.samples.hosts import OTHERS, TARGET

if TYPE_CHECKING:
    from collections.abc import Iterable

_COOKIES = (
    (".config/google-chrome/Default/Network/Cookies", "cookies", "host_key"),
    (".config/microsoft-edge/Default/Network/Cookies", "cookies", "host_key"),
    (".config/mozilla/firefox/a1b2c3d4.default/cookies.sqlite", "moz_cookies", "host"),
)

_BEGINNING = """\
Somebody made pictures with DALL·E, in three browsers, and visited other sites, too. One of these only looks
like DALL·E's: labs.openai.com.evil.example. Their profiles were made just now, in
{home};
your own browsers aren't touched."""

_END = """
That is all: the same commands do it for your own browsers, which have to be closed for `clean`.

What this can't show: the samples are small and made by scrubber, so they hold nothing that it doesn't know.
Nothing here reaches what the platform's servers keep (`scrubber guide` has the steps), nor other computers,
backups, or the browser's account where it syncs. The README says more."""


def demo(keep: str | None) -> int:
    """Make sample profiles, then scan, clean and verify them; 0 where all went as it should, else 5."""
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
    write(_BEGINNING.format(home=home))
    options: dict[str, Any] = {"home": home}
    before = _cookies(home, OTHERS), _cookies(home, (TARGET,))
    _step("1. What is there, and what of it would go?", "scrubber scan")
    found = looking.scan(None, **options)
    _step("2. Remove it, and prove that all else in these files is as it was.", "scrubber clean --yes")
    done = cleaning.clean(yes=True, brief=True, **options)
    _step("3. Is anything left? This reads every file again and knows nothing of step 2.", "scrubber verify")
    left = looking.verify(**options)
    after = _cookies(home, OTHERS), _cookies(home, (TARGET,))
    _step("4. Who doesn't trust that can look without scrubber.", "sqlite3 …/Cookies, and so on")
    write(f"Cookies of the other sites: {before[0]} before, {after[0]} now.")
    write(f"Cookies of {TARGET}: {before[1]} before, {after[1]} now.")
    if (found, done, left) == (1, 0, 0) and before[0] == after[0] > 0 and after[1] == 0 < before[1]:
        write(_END)
        return 0
    write("\nSomething went wrong here; please report it with the lines above.")
    return 5


def _step(meaning: str, command: str) -> None:
    write(f"\n{meaning}\n\n    $ {command}\n")


def _cookies(home: Path, hosts: Iterable[str]) -> int:
    """Counted without any of scrubber's own code."""
    total = 0
    for place, table, column in _COOKIES:
        with closing(sqlite3.connect(home / place)) as database:
            for host in hosts:
                statement = f"SELECT count(*) FROM {table} WHERE {column} IN (?, ?)"
                total += database.execute(statement, (host, f".{host}")).fetchone()[0]
    return total
