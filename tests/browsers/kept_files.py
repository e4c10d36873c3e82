"""What became of a home's files that are no database of SQLite: caches, folders of origins, LevelDB, JSON."""

from __future__ import annotations

import json
import re
import shutil
import struct
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browsers.cleaning import within
from tests.browsers.neighbours import of_target

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDERS = re.compile(
    r".*?/(?:IndexedDB/[^/]+|File System/\d+|WebStorage/\d+|CacheStorage/[0-9a-f]{40}"
    r"|storage/(?:default|permanent|temporary|private|to-be-removed)/[^/]+)(?=/)"
)
"""A folder that is one origin's: it goes as a whole, or not a byte of it."""


class Files:
    """The files of a home before and after; paths as `cleaning.within` has them."""

    def __init__(self, before: Path, after: Path) -> None:
        self._fetched = {
            number.removeprefix(b"9_").decode()
            for folder in before.rglob("shared_proto_db")
            for number, record in records(folder).items()
            if number.startswith(b"9_") and of_target(record)
        }
        self.before = {within(before, path): path.read_bytes() for path in _files(before)}
        self.after = {within(after, path): path.read_bytes() for path in _files(after)}
        self.new = sorted(self.after.keys() - self.before.keys())
        self.gone = sorted(self.before.keys() - self.after.keys())
        both = self.before.keys() & self.after.keys()
        self.changed = sorted(path for path in both if self.before[path] != self.after[path])

    def unexplained(self, unnamed: tuple[str, ...]) -> list[str]:
        """The files that are gone, or changed in a folder of one origin, and aren't the target's.

        `unnamed`: parts of the paths of files that are the target's and don't name it.
        """
        targets = {
            folder
            for path, content in self.before.items()
            if (folder := _folder(path)) and of_target(path.encode(), content)
        }
        return [
            path
            for path in (*self.gone, *filter(_folder, self.changed))
            if _folder(path) not in targets
            and not of_target(path.encode(), self.before[path])
            and not any(part in f"/{path}" for part in unnamed)
            and not self._goes_with_another(path)
        ]

    def halves(self) -> list[str]:
        """Folders of one origin of which a part is gone."""
        gone = {_folder(path) for path in self.gone} - {""}
        return sorted(gone & {_folder(path) for path in self.after})

    def indexes_off(self) -> list[str]:
        """The simple caches whose index lists other entries than before, less those that are gone."""
        gone = {path.rpartition("_")[0] for path in self.gone}
        return [
            path
            for path in self.after
            if path.endswith("/index-dir/the-real-index")
            for folder in [path.removesuffix("index-dir/the-real-index")]
            if _indexed(self.after[path])
            != {each for each in _indexed(self.before[path]) if folder + each not in gone}
        ]

    def _goes_with_another(self, path: str) -> bool:
        """Whether it is LevelDB's lock or log, was fetched in the background for the target, or is beside a
        database in which all is that it had to say.
        """
        folder, _, name = path.rpartition("/")
        if folder.endswith("/Download Service/Files"):
            return name in self._fetched
        if name in ("LOCK", "LOG", "LOG.old"):
            return f"{folder}/CURRENT" in self.after
        return re.sub("-(?:wal|shm|journal)$", "", path) in self.changed

    def miscounted(self, path: str, names: tuple[str, ...]) -> list[str]:
        """The names that stand in a changed file less often than before, or more often."""
        old, new = self.before[path], self.after[path]
        return [name for name in names if old.count(name.encode()) != new.count(name.encode())]


def _indexed(index: bytes) -> set[str]:
    """What the names of the listed entries' files begin with (net/disk_cache/simple/simple_index_file.cc)."""
    (count,) = struct.unpack_from("<Q", index, 20)
    return {f"{struct.unpack_from('<Q', index, 40 + 24 * place)[0]:016x}" for place in range(count)}


def _files(home: Path) -> Iterator[Path]:
    return (path for path in home.rglob("*") if path.is_file() and not path.is_symlink())


def _folder(path: str) -> str:
    found = _FOLDERS.match(f"/{path}")
    return found[0] if found else ""


class LevelDbs:
    """The LevelDB databases that are shared by many origins, read by LevelDB itself."""

    def __init__(self, before: Path, after: Path) -> None:
        self.gone: dict[str, dict[bytes, bytes]] = {}
        """The records that are no longer there, by folder."""
        self.altered: list[str] = []
        """Records with another value than before, or that weren't there."""
        for current in sorted(before.rglob("CURRENT")):
            shown = within(before, current.parent)
            if not _folder(f"{shown}/"):
                self._compare(
                    shown, records(current.parent), records(after / current.parent.relative_to(before))
                )

    def _compare(self, shown: str, old: dict[bytes, bytes], new: dict[bytes, bytes]) -> None:
        self.altered += [f"{shown}: {key!r}" for key, value in new.items() if old.get(key) != value]
        if gone := {key: value for key, value in old.items() if key not in new}:
            self.gone[shown] = gone

    def unexplained(self) -> list[str]:
        """The records that are gone and neither are the target's nor hang on what is."""
        return [
            f"{shown}: {key!r}"
            for shown, gone in self.gone.items()
            for key, value in gone.items()
            if not (of_target(key, value) or _hangs_on(key, value, gone))
        ]


def records(folder: Path) -> dict[bytes, bytes]:
    """Opening it writes to it, so that a copy is opened."""
    plyvel = pytest.importorskip("plyvel")
    with tempfile.TemporaryDirectory() as temporary:
        copy = shutil.copytree(folder, Path(temporary) / "copy")
        database = plyvel.DB(str(copy))
        try:
            return dict(database)
        finally:
            database.close()


def _hangs_on(key: bytes, value: bytes, gone: dict[bytes, bytes]) -> bool:
    if item := re.match(rb"map-(\d+)-", key):  # session storage: one map for each tab and origin
        return any(other.startswith(b"namespace-") and number == item[1] for other, number in gone.items())
    if data := re.match(rb"REG_(?:HAS_)?USER_DATA:", key):  # what a service worker asked for
        registration = key.removeprefix(data[0])
        numbers = registration.partition(b"\0")[:: -2 if data[0].startswith(b"REG_HAS") else 2]
        return b"REGID_TO_ORIGIN:" + numbers[0] in gone
    if key.startswith(
        b"RES:"
    ):  # a service worker's script; the partitioned one has the same as its other self
        return b"https://widget.example.net/sw.js" in value and any(
            other.startswith(b"REG:https://widget.example.net/^0https://openai.com\0") for other in gone
        )
    return False


def leaves(content: bytes) -> Counter[str]:
    """Every value of a JSON file with the way to it, and every item of a list as a whole: `/sts: {…}`."""
    return Counter(_leaves("", json.loads(content)))


def _leaves(way: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(f"{way}/{key}", each)
    elif isinstance(value, list):
        yield from (f"{way}: {json.dumps(each, sort_keys=True)}" for each in value)
    else:
        yield f"{way}: {json.dumps(value)}"
