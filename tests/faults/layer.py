"""A layer between scrubber and the system in which any single file operation can be made to fail.

It stands where Python meets the system: `os`, the files that `io` and `os.fdopen` open, the one call that
exchanges two folders, and every statement that SQLite is given. What SQLite does with the system by itself,
on private copies only, isn't seen; a small disk stands in for that (test_space.py).
"""

from __future__ import annotations

import io
import os
import re
import sqlite3
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubber.transaction import changes, placing
from tests.faults.turns import Turn, Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

CHANGING = frozenset(
    {
        "create",
        "write",
        "fsync",
        "link",
        "symlink",
        "replace",
        "rename",
        "unlink",
        "mkdir",
        "rmdir",
        "chmod",
        "chown",
        "utime",
        "truncate",
        "ftruncate",
        "setxattr",
        "removexattr",
        "exchange",
    }
)
"""Operations that can leave the disk in another state, or make sure that it keeps the one it is in."""

SINGLE = (
    "fsync",
    "unlink",
    "mkdir",
    "rmdir",
    "chmod",
    "chown",
    "utime",
    "listdir",
    "scandir",
    "listxattr",
    "getxattr",
    "setxattr",
    "removexattr",
    "readlink",
    "truncate",
    "ftruncate",
)
"""Functions of `os` that name one file, first."""

# Staging folders and private copies have random names.
_RANDOM = re.compile(r"(\.?scrubber-)[\w-]+")

_SQLITE_SAYS = {
    28: "database or disk is full",
    13: "unable to open database file",
    30: "attempt to write a readonly database",
}


@dataclass(frozen=True)
class Operation:
    """One of a run, by what stays the same from run to run."""

    name: str
    path: str
    """Below the layer's root; of two paths the one that comes to be."""
    number: int
    """Of all operations of this name on this path in this turn, which one."""
    turn: Turn
    """Whose turn it is."""


class Layer:
    """Tells `act` of every operation below `root` before it is done.

    What `act` raises, the operation fails with; where it says True, a write is cut short.
    """

    def __init__(self, root: Path, act: Callable[[Operation], bool | None]) -> None:
        self.seen: list[Operation] = []
        self.root = str(root)
        self._exact = str(root)
        self._asleep = False
        self._act = act
        self._turn = Turn()
        self._counts: Counter[tuple[str, str, Turn]] = Counter()
        self._paths: dict[int, str] = {}

    @property
    def exact(self) -> Path:
        """The path of the operation at hand, in full."""
        return Path(self._exact)

    def tell(self, name: str, path: str) -> bool:
        """Something is about to be done; whether it is to be done by half."""
        if self._asleep or not path.startswith(self.root):
            return False
        self._exact = path
        place = path[len(self.root) :]
        if "scrubber-" in place:
            place = _RANDOM.sub(r"\1", place)
        self._counts[name, place, self._turn] += 1
        operation = Operation(name, place, self._counts[name, place, self._turn], self._turn)
        self.seen.append(operation)
        return bool(self._act(operation))

    def _begin(self, turn: Turn) -> None:
        self._turn = turn

    @contextmanager
    def unnoticed(self) -> Iterator[None]:
        """Where `act` does something itself."""
        self._asleep = True
        yield
        self._asleep = False

    def path(self, given: Any, dir_fd: int | None = None) -> str:
        """Of a file that is named, or open."""
        if isinstance(given, int):
            return self._paths.get(given, "")
        name = os.fsdecode(given)
        return name if dir_fd is None else f"{self._paths.get(dir_fd, '')}/{name}"

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Until `patch` is undone."""
        Turns(self.root, self._begin).watch(patch)
        for name in ("link", "symlink", "replace", "rename"):
            patch.setattr(os, name, self._pair(name, getattr(os, name)))
        for name in SINGLE:
            patch.setattr(os, name, self._single(name, getattr(os, name)))
        patch.setattr(os, "open", self._open(os.open))
        patch.setattr(os, "close", self._close(os.close))
        patch.setattr(os, "write", self._write(os.write))
        patch.setattr(os, "fdopen", self._fdopen(os.fdopen))
        patch.setattr(io, "open", self._io_open(io.open))
        patch.setattr(changes, "exchange", self._pair("exchange", placing.exchange))
        patch.setattr(sqlite3, "connect", self._connect(sqlite3.connect))

    def _single(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def told(path: Any = ".", *rest: Any, **options: Any) -> Any:
            self.tell(name, self.path(path, options.get("dir_fd")))
            return function(path, *rest, **options)

        return told

    def _pair(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def told(source: Any, target: Any, *rest: Any, **options: Any) -> Any:
            self.tell(name, self.path(target, options.get("dst_dir_fd")))
            return function(source, target, *rest, **options)

        return told

    def _open(self, function: Callable[..., int]) -> Callable[..., int]:
        def told(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
            named = self.path(path, dir_fd)
            self.tell("create" if flags & os.O_CREAT else "open", named)
            descriptor = function(path, flags, mode, dir_fd=dir_fd)
            self._paths[descriptor] = named
            return descriptor

        return told

    def _close(self, function: Callable[[int], None]) -> Callable[[int], None]:
        def told(descriptor: int) -> None:
            self._paths.pop(descriptor, None)
            function(descriptor)

        return told

    def _write(self, function: Callable[..., int]) -> Callable[..., int]:
        def told(descriptor: int, data: Any) -> int:
            short = self.tell("write", self.path(descriptor))
            return function(descriptor, _half(data) if short else data)

        return told

    def _fdopen(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def told(descriptor: int, mode: str = "r", *rest: Any, **options: Any) -> Any:
            path = self.path(descriptor)
            if mode not in ("rb", "wb") or not path.startswith(self.root):
                return function(descriptor, mode, *rest, **options)
            return _buffered(_Raw(self, path, descriptor, mode))

        return told

    def _io_open(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def told(file: Any, mode: str = "r", *rest: Any, **options: Any) -> Any:
            path = "" if isinstance(file, int) else self.path(file)
            if not path.startswith(self.root):
                return function(file, mode, *rest, **options)
            self.tell("open" if mode.startswith("r") else "create", path)
            raw = _buffered(_Raw(self, path, file, mode.replace("b", "").replace("t", "")))
            return raw if "b" in mode else io.TextIOWrapper(raw, encoding="utf-8")

        return told

    def _connect(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def told(path: Any, **options: Any) -> Any:
            named = self.path(path)
            self.sqlite(named)
            database = function(path, factory=_Connection, **options)
            database.layer, database.place = self, named
            return database

        return told

    def sqlite(self, path: str) -> None:
        """A statement for a database, which fails in SQLite's own way."""
        try:
            self.tell("sqlite", path)
        except OSError as error:
            says = _SQLITE_SAYS.get(error.errno or 0, "disk I/O error")
            raise sqlite3.OperationalError(says) from None


class _Connection(sqlite3.Connection):
    layer: Layer
    place: str

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        self.layer.sqlite(self.place)
        return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> sqlite3.Cursor:
        self.layer.sqlite(self.place)
        return super().executemany(*arguments)

    def executescript(self, *arguments: Any) -> sqlite3.Cursor:
        self.layer.sqlite(self.place)
        return super().executescript(*arguments)


class _Raw(io.FileIO):
    """What lies below a buffered file: each of its reads and writes is one of the system's."""

    def __init__(self, layer: Layer, path: str, file: Any, mode: str) -> None:
        super().__init__(file, mode)
        self._layer = layer
        self._path = path

    def readinto(self, buffer: Any) -> int | None:
        self._layer.tell("read", self._path)
        return super().readinto(buffer)

    def readall(self) -> bytes:
        self._layer.tell("read", self._path)
        return super().readall()

    def write(self, data: Any) -> int | None:  # type: ignore[override]
        short = self._layer.tell("write", self._path)
        return super().write(_half(data) if short else data)


def _buffered(raw: _Raw) -> Any:
    if raw.readable() and raw.writable():
        return io.BufferedRandom(raw)
    return io.BufferedWriter(raw) if raw.writable() else io.BufferedReader(raw)


def _half(data: Any) -> memoryview:
    view = memoryview(data)
    return view[: max(1, len(view) // 2)]
