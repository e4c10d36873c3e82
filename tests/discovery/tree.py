"""Homes from dict literals, and what tells that one was touched."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scrubber.files import names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Link:
    """A symbolic link; `{root}` in its target stands for the folder that `plant` was given."""

    target: str


_ACCESS_TIMES = hasattr(os, "O_NOATIME")  # elsewhere no program can keep them

FIFO = object()
"""A pipe where a file should be: reading it would wait for ever."""

Tree = dict[str, Any]


def plant(root: Path, tree: Tree) -> Path:
    """Make files (str or bytes), folders (dict), links and pipes; keys are paths. Gives `root` back."""
    _plant(root, root, tree)
    return root


def _plant(root: Path, folder: Path, tree: Tree) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, what in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(what, dict):
            _plant(root, path, what)
        elif isinstance(what, Link):
            path.symlink_to(what.target.replace("{root}", str(root)))
        elif what is FIFO:
            os.mkfifo(path)
        else:
            path.write_bytes(what if isinstance(what, bytes) else str(what).encode())


def local_state(**names: str) -> str:
    """A `Local State` that lists profiles: `local_state(Default="Person 1")`; `_` in a key is a space."""
    cache = {folder.replace("_", " "): {"name": name} for folder, name in names.items()}
    return json.dumps({"profile": {"info_cache": cache}})


def ini(*profiles: tuple[str, str], relative: int = 1) -> str:
    """A `profiles.ini` of (name, path)."""
    sections = [
        f"[Profile{number}]\nName={name}\nIsRelative={relative}\nPath={path}\n"
        for number, (name, path) in enumerate(profiles)
    ]
    return "\n".join([*sections, "[General]\nStartWithLastProfile=1\nVersion=2\n"])


CHROMIUM_PROFILE: Tree = {"Preferences": "{}", "History": "SQLite"}
FIREFOX_PROFILE: Tree = {"prefs.js": "", "times.json": "{}"}


def state(root: Path) -> dict[str, tuple[int, ...]]:
    """Everything below `root` with its lstat, access times included.

    Not those of links: the kernel notes each passage through a link, and nothing can keep it from that.
    """
    return {
        str(path): (
            status.st_ino,
            status.st_mode,
            status.st_size,
            status.st_mtime_ns,
            status.st_ctime_ns,
            0 if stat.S_ISLNK(status.st_mode) or not _ACCESS_TIMES else status.st_atime_ns,
        )
        for path, status in _statuses(root)
    }


def age(root: Path) -> None:
    """Make every access time old, so that the next reading of anything shows (relatime)."""
    for path, status in list(_statuses(root)):
        os.utime(path, ns=(10**18, status.st_mtime_ns), follow_symlinks=False)


def _statuses(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    status = path.lstat()
    yield path, status
    if stat.S_ISDIR(status.st_mode):
        for name in names(path):
            yield from _statuses(path / name)
