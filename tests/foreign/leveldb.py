"""LevelDB folders as LevelDB itself reads them, and as a forensic reader does, which sees deleted records."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from chromium_reader.leveldb import RawLevelDb
from chromium_reader.localstorage import LocalStorageReader

if TYPE_CHECKING:
    from collections.abc import Iterator

Record = tuple[bytes, bytes]

_IDB = b"idb_cmp1"


def folders(home: Path) -> dict[str, Path]:
    """Every LevelDB folder, by its path below the home."""
    return {current.parent.relative_to(home).as_posix(): current.parent for current in home.rglob("CURRENT")}


def live(folder: Path) -> dict[bytes, bytes]:
    """The records that LevelDB gives, which opens a copy, because it writes where it reads."""
    plyvel = pytest.importorskip("plyvel")
    with tempfile.TemporaryDirectory() as place:
        copy = shutil.copytree(folder, Path(place) / "copy")
        if _IDB in b"".join(path.read_bytes() for path in folder.glob("MANIFEST-*")):
            # Any order that is one does, as long as nobody looks a key up.
            opened = plyvel.DB(str(copy), comparator=_bytewise, comparator_name=_IDB)
        else:
            opened = plyvel.DB(str(copy))
        with opened as database:
            return dict(database)


def all_ever(folder: Path) -> Iterator[Record]:
    """Every record that is still in some file: deleted and overwritten ones too."""
    with RawLevelDb(folder) as database:
        for record in database.iterate_records_raw():
            yield record.user_key, record.value


def local_storage(folder: Path) -> set[tuple[str, str, str]]:
    """Storage key, key and value of each entry of Chromium's localStorage."""
    with LocalStorageReader(folder) as reader:
        return {(record.storage_key, record.script_key, str(record.value)) for record in reader.records()}


def _bytewise(one: bytes, other: bytes) -> int:
    return (one > other) - (one < other)
