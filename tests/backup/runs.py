"""A profile, a run that makes a backup of what it changes there, and the undoing of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from scrubber.backup import archive, putting_back
from scrubber.formats.sqlite_unit import SIDECARS
from scrubber.model import BrowserProfile
from scrubber.transaction import Swapped, Transaction, recover
from tests.crashed import crashed, database

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.backup.putting_back import Difference

PASSPHRASE = "a passphrase of labs.openai.com"

OLD = ["kept.example", "labs.openai.com", "second.example"]
NEW = ["kept.example", "second.example"]

Tree = dict[str, tuple[object, ...]]


def make_profile(profile: Path) -> None:
    """Something of every kind that a run changes, and bystanders."""
    for name in ("Local Storage", "Cache/deeper", "Cache/empty", "Sync Data"):
        (profile / name).mkdir(parents=True)
    for name in ("Preferences", "Last Session", "Local Storage/CURRENT", "Cache/data_0", "Cache/deeper/f_1"):
        (profile / name).write_text(f"old {name}")
    for name in ("Last Tabs", "Cache/nothing"):
        (profile / name).write_bytes(b"")
    crashed(profile / "Cookies", "wal", OLD[:2], committed=OLD[2:])
    crashed(profile / "History", "delete", OLD)
    database(profile / "Favicons", *OLD)
    (profile / "Favicons-wal").write_bytes(b"")
    for name in ("Bookmarks", "Sync Data/LEVELDB"):
        (profile / name).write_text(f"{name} stays")


def stage(transaction: Transaction, profile: Path) -> None:
    with transaction.edit(profile / "Preferences") as edit:
        edit.after.write_text("new")
    for name in ("Cookies", "History", "Favicons"):
        with transaction.edit(profile / name, SIDECARS) as edit:
            database(edit.after, *NEW)
    with transaction.edit(profile / "Local Storage") as edit:
        edit.after.mkdir()
        (edit.after / "CURRENT").write_text("new")
    for name in ("Cache", "Last Session", "Last Tabs"):
        transaction.discard(profile / name)


def as_found(profile: Path) -> BrowserProfile:
    return BrowserProfile("chrome", "chromium", "Default", "Default", profile, profile, profile)


def run(profile: Path, backup: Path) -> None:
    with Transaction([profile]) as transaction:
        stage(transaction, profile)
        archive.write(backup, PASSPHRASE, [as_found(profile)], transaction.changes)
        assert all(isinstance(one, Swapped) for one in transaction.swap())
        transaction.commit()


def undo(profile: Path, backup: Path, passphrase: str = PASSPHRASE) -> Difference:
    """As the command does it; whatever was changed since is lost."""
    recover([profile])
    with archive.opened(backup, passphrase) as found, Transaction([profile]) as transaction:
        standing = putting_back.compare(found.manifest)
        putting_back.stage(found, standing.gone, transaction)
        putting_back.swap(transaction)
        transaction.commit()
    return standing


def tree(folder: Path) -> Tree:
    """Everything below: kind and mode, owner, time, content or where it leads."""
    return {
        str(path.relative_to(folder)): (
            oct(path.lstat().st_mode),
            path.lstat().st_uid,
            path.lstat().st_gid,
            path.lstat().st_mtime_ns,
            path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else None,
        )
        for path in (folder, *folder.rglob("*"))
    }


def without_folder_times(found: Tree) -> Tree:
    return {name: entry[:3] + entry[4:] if entry[4] is None else entry for name, entry in found.items()}


def write_something(path: Path) -> None:
    """What a browser does to a database."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO hosts VALUES ('later.example')")
        connection.commit()
