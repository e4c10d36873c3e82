"""A foreign reader of cookies, `browser_cookie3`, asked whether it sees one of the target's.

Someone else's code, written to hand cookies to programs. It gets no key, because hosts and names are not
encrypted: no keychain prompts, no session bus is called. It reads private copies, and can't be asked where it
isn't installed, or where a file isn't what it expects; then it says so, and nothing follows from that. It
knows of hosts alone, not of partitions.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import re
import sqlite3
import struct
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from scrubber.errors import UnreadableStore
from scrubber.files import copy_private, kind, names, open_regular
from scrubber.formats.sqlite_copy import private_copy, private_folder
from scrubber.formats.sqlite_unit import SIDECARS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from scrubber.sites import Target

NAME = "browser_cookie3"

_LARGEST = 1 << 28
"""Bytes: it takes a file into memory as a whole, and a browser's limits keep the largest far below this."""

_DATABASE = re.compile(r"(?:.* )?cookies(?:\.sqlite(?:\..*)?)?", re.IGNORECASE)
_SESSION = re.compile(r"(?:sessionstore|recovery|previous|upgrade|zen-sessions.*)\.(?:json|bak)lz4(?:-.*)?")

_MOZLZ4 = struct.Struct("<8sI")  # magic, size of what is packed

_NO_COOKIES = "CREATE TABLE moz_cookies (host, path, isSecure, expiry, name, value, isHttpOnly)"


@dataclass(frozen=True)
class Witness:
    """What a foreign reader says of one file."""

    name: str
    path: Path
    answer: Literal["nothing", "found", "unavailable"]
    reason: str = ""
    """Why it could not be asked, or why what it found may be there."""
    cookies: int = 0
    """The target's cookies that it found."""
    read: int = 0
    """All cookies that it told apart: by host, path and name."""


def ask(roots: Iterable[Path], target: Target, leaving_out: Collection[Path] = ()) -> Iterator[Witness]:
    """Its answer about every file of cookies at or below `roots`, by the files' names; changes nothing."""
    for root in roots:
        for path in _cookie_files(root, leaving_out):
            try:
                hosts = _hosts(path)
            except UnreadableStore as error:
                yield Witness(NAME, path, "unavailable", error.reason)
            else:
                ours = sum(target.cookie_host(host) for host in hosts)
                yield Witness(NAME, path, "found" if ours else "nothing", cookies=ours, read=len(hosts))


def _cookie_files(path: Path, leaving_out: Collection[Path]) -> Iterator[Path]:
    """What can't be looked into is left to the sweep, which names it."""
    with contextlib.suppress(UnreadableStore):
        match kind(path):
            case "folder" if path not in leaving_out:
                for name in names(path):
                    yield from _cookie_files(path / name, leaving_out)
            case "file":
                is_sidecar = path.name.endswith(SIDECARS)
                if _SESSION.fullmatch(path.name) or (_DATABASE.fullmatch(path.name) and not is_sidecar):
                    yield path


def _hosts(path: Path) -> list[str]:
    """The host of each cookie that it sees. Raises UnreadableStore where it can't be asked."""
    reader = _reader(path)
    with open_regular(path) as file:
        _refuse(os.fstat(file.fileno()).st_size, path)
    if _SESSION.fullmatch(path.name):
        return _of_session(reader, path)
    return _of_database(reader, path)


def _reader(path: Path) -> Any:
    try:
        return importlib.import_module(NAME)
    except Exception as error:  # it loads compiled code, which fails in ways of its own
        raise UnreadableStore(path, f"{NAME} is not installed, or does not work here") from error


def _of_database(reader: Any, path: Path) -> list[str]:
    with private_copy(path) as copy:
        table, rows = _table(copy, path)
        source = reader.FirefoxBased("Firefox", copy) if table == "moz_cookies" else _chromium(reader, copy)
        hosts = _loaded(source, path, copy.parent)
    if rows and not hosts:
        # Where it doesn't know the columns, it finds nothing and doesn't complain.
        raise UnreadableStore(path, "it can't read this layout")
    return hosts


def _of_session(reader: Any, path: Path) -> list[str]:
    """Session cookies: it looks for them beside a database of cookies, here one without any."""
    with private_folder(path) as folder:
        database = folder / "cookies.sqlite"
        try:
            with contextlib.closing(sqlite3.connect(database)) as connection:
                connection.execute(_NO_COOKIES)
            session = folder / "sessionstore-backups" / "recovery.jsonlz4"
            session.parent.mkdir()
            copy_private(path, session)
            _refuse(_unpacked(session), path)
        except (OSError, sqlite3.Error) as error:
            raise UnreadableStore(path, "can't be copied") from error
        return _loaded(reader.FirefoxBased("Firefox", database), path, folder)


def _unpacked(session: Path) -> int:
    """How many bytes it says that it holds; it is believed before they are there."""
    with session.open("rb") as file:
        head = file.read(_MOZLZ4.size)
    return int(_MOZLZ4.unpack(head)[1]) if len(head) == _MOZLZ4.size else 0


def _refuse(size: int, path: Path) -> None:
    if size > _LARGEST:
        raise UnreadableStore(path, f"more than {_LARGEST} bytes")


def _table(copy: Path, path: Path) -> tuple[str, int]:
    """The table of cookies, by which the browsers' families differ, and how many rows it has."""
    listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('cookies', 'moz_cookies')"
    try:
        with contextlib.closing(sqlite3.connect(copy)) as database:
            for (table,) in database.execute(listed).fetchall():
                return table, database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    except sqlite3.Error as error:
        raise UnreadableStore(path, str(error)) from error
    raise UnreadableStore(path, "it has no table of cookies")


def _chromium(reader: Any, copy: Path) -> Any:
    """Its reader for Chromium without the constructor, which asks keychain or session bus for a key."""
    source = object.__new__(reader.ChromiumBased)
    source.cookie_file, source.domain_name = copy, ""
    source._decrypt = lambda *_: ""
    source._has_integrity_check_for_cookie_domain = lambda _: False
    return source


def _loaded(source: Any, path: Path, folder: Path) -> list[str]:
    """The hosts of all its cookies. It makes a copy of its own, and prints what it stumbles over."""
    complaints = io.StringIO()
    try:
        with _temporary_files_in(folder), contextlib.redirect_stdout(complaints):
            hosts = [str(cookie.domain) for cookie in source.load()]
    except Exception as error:  # whatever foreign code may raise
        raise UnreadableStore(path, f"it can't read this file ({type(error).__name__})") from error
    if complaints.getvalue():
        raise UnreadableStore(path, "it can't read this file")
    return hosts


@contextlib.contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Its copy is as readable as any new file, and stays where it is interrupted: not in a folder of ours."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
