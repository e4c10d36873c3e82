"""A home with every store that can be made, what is in it, and whether every store is old or new."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scrubber import verdict
from scrubber.cli import cli
from scrubber.cli.failures import run
from scrubber.formats import leveldb
from scrubber.formats.sqlite_unit import SIDECARS
from scrubber.plan import Plan
from scrubber.samples import make_home
from scrubber.transaction import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from scrubber.model import Policy
    from scrubber.sites import Target

CHROME = ".config/google-chrome/Default"
FIREFOX = ".config/mozilla/firefox/a1b2c3d4.default"

Content = dict[str, str]
"""What is in each store, logically: a digest by its path; all the same however it lies on the disk.

Of the desktop's list of files, which every profile changes in its own turn, the lines.
"""

_SQLITE = b"SQLite format 3\0"
_LIST = ".xbel"
_known: dict[bytes, str] = {}


@dataclass(frozen=True)
class Ran:
    """What a run of the command line gave."""

    code: int
    said: Mapping[str, Any]

    @property
    def recovered(self) -> bool:
        """Whether it said that it has finished an earlier one."""
        return any("An earlier run was cut off. It is finished now" in text for text in self.said["messages"])


def make(home: Path) -> None:
    """Two browsers, whose stores are those of all; one of them crashed and left a WAL to be played."""
    make_home(home)
    shutil.rmtree(home / ".config" / "microsoft-edge")
    shutil.rmtree(home / ".cache" / "microsoft-edge")
    (home / FIREFOX / ".parentlock").touch()
    for database, statement in (
        (home / CHROME / "History", "INSERT INTO keyword_search_terms VALUES (1, 1, 'cats', 'cats')"),
        (home / FIREFOX / "places.sqlite", "INSERT INTO moz_meta VALUES ('late', 'note')"),
    ):
        leave_a_wal(database, statement)


def leave_a_wal(path: Path, statement: str) -> None:
    """As a browser that crashed leaves one, to be played at the next start."""
    live = path.with_name("live")
    live.mkdir()
    shutil.copyfile(path, live / path.name)
    with closing(sqlite3.connect(live / path.name)) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(statement)
        connection.commit()
        for part in live.iterdir():
            shutil.copyfile(part, path.with_name(part.name))
    shutil.rmtree(live)


def clean(home: Path, *options: str) -> Ran:
    """`scrubber clean`, in this process, with nobody to ask."""
    return scrubber("clean", "--yes", "--json", "--home", str(home), *options)


def clean_unverified(home: Path, *options: str) -> Ran:
    """The same without the last look, which changes nothing and takes most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        skip_verifying(patch)
        return clean(home, *options)


def skip_verifying(patch: pytest.MonkeyPatch) -> None:
    """Take every profile for clean."""

    def nothing(profiles: Any, target: Target, policy: Policy, *_: object, **__: object) -> verdict.Verdict:
        return verdict.Verdict((), (), Plan(target, policy, tuple(profiles), (), ()), 0, 0, 0.0)

    patch.setattr(verdict, "verify", nothing)


def watch_verifying(patch: pytest.MonkeyPatch, tell: Callable[[], None]) -> None:
    """Have `tell` called before the last look and after it."""
    verify = verdict.verify

    def watched(*arguments: Any, **options: Any) -> verdict.Verdict:
        tell()
        found = verify(*arguments, **options)
        tell()
        return found

    patch.setattr(verdict, "verify", watched)


def scrubber(*words: str) -> Ran:
    """In this process."""
    out, stdin = io.StringIO(), sys.stdin
    sys.stdin = io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            code = run(cli, list(words))
    finally:
        sys.stdin = stdin
    return Ran(code, json.loads(out.getvalue()))


def content(home: Path) -> Content:
    """Of every store below a folder. Staged files are stores of their own here, which nobody knows."""
    return {path.relative_to(home).as_posix(): _told(path) for path in _stores(home)}


def _stores(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(PREFIX):
            continue
        if path.is_dir() and not path.is_symlink() and not (path / "CURRENT").is_file():
            yield from _stores(path)
        elif not any(path.name.endswith(end) and _main(path, end).is_file() for end in SIDECARS):
            yield path


def _main(path: Path, suffix: str) -> Path:
    return path.with_name(path.name.removesuffix(suffix))


def _told(path: Path) -> str:
    if path.is_symlink() or not (path.is_file() or path.is_dir()):
        return f"no file: {path.lstat().st_mode:o}"
    if path.is_dir():
        records = sorted((record.key, record.value) for record in leveldb.read(path).records())
        return hashlib.sha256(repr(records).encode()).hexdigest()
    parts = [path, *(path.with_name(path.name + suffix) for suffix in SIDECARS)]
    raw = [part.read_bytes() if part.is_file() else b"" for part in parts]
    if path.suffix == _LIST:
        return raw[0].decode()
    key = hashlib.sha256(repr(raw).encode()).digest()
    if key not in _known:
        try:
            is_database = raw[0].startswith(_SQLITE)
            _known[key] = _dump(parts) if is_database else hashlib.sha256(raw[0]).hexdigest()
        except sqlite3.DatabaseError:  # damaged on purpose
            _known[key] = hashlib.sha256(raw[0]).hexdigest()
    return f"{_known[key]} {path.stat().st_mode:o}"


def _dump(parts: list[Path]) -> str:
    """As its browser would read it at the next start."""
    with tempfile.TemporaryDirectory(prefix="checked-") as folder:
        for part in parts:
            if part.is_file():
                shutil.copyfile(part, Path(folder) / part.name)
        with closing(sqlite3.connect(Path(folder) / parts[0].name)) as database:
            database.text_factory = bytes
            assert database.execute("PRAGMA integrity_check").fetchall() == [(b"ok",)]
            digest = hashlib.sha256()
            tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            for (name,) in tables.fetchall():
                rows = database.execute(f'SELECT * FROM "{name.decode()}"').fetchall()
                digest.update(name + repr(sorted(map(repr, rows))).encode())
            return digest.hexdigest()


def halves(found: Content, old: Content, new: Content) -> list[str]:
    """Stores that are neither as they were nor as they should become; empty where nothing was lost."""
    return [
        path
        for path in sorted({*found, *old, *new})
        if found.get(path) not in (old.get(path), new.get(path)) and not _is_between(path, found, old, new)
    ]


def _is_between(path: str, found: Content, old: Content, new: Content) -> bool:
    """Whether it is the desktop's list after the turns of some profiles."""
    after, now, before = (set(each.get(path, "").splitlines()) for each in (new, found, old))
    return path.endswith(_LIST) and after <= now <= before


def differing(found: Content, wanted: Content) -> list[str]:
    """Stores of which one is not as the other."""
    return sorted(path for path in {*found, *wanted} if found.get(path) != wanted.get(path))


def staged(folder: Path) -> list[str]:
    """Everything of scrubber's own that lies anywhere below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*scrubber-*"))
