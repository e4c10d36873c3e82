"""Running scrubber on a home as a person would, and what a home is like before and after, byte by byte."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Generic, TypeVar

from tests.browsers import evidence
from tests.browsers.homes import Home
from tests.browsers.hosts import LOOK_ALIKES, TARGET
from tests.browsers.processes import environment

HomeT = TypeVar("HomeT", bound=Home)

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """One run of the command line with `--json`."""

    home: Path
    exit_code: int
    answer: dict[str, Any]

    @property
    def left(self) -> set[str]:
        """The files in which it says that something is left that nothing explains."""
        return {place for place, explained in self._residue() if not explained}

    @property
    def explained(self) -> set[str]:
        """The files of which it says that what is left there may be, and of which nothing else."""
        return {place for place, explained in self._residue() if explained} - self.left

    @property
    def planned(self) -> list[dict[str, Any]]:
        """The stores that it lists, of all profiles."""
        return [store for profile in self.answer["profiles"] for store in profile["stores"]]

    @property
    def missed(self) -> list[dict[str, str]]:
        """What it could not look at."""
        return [*self.answer["skipped"], *self.answer["not_examined"]]

    def names(self, place: str) -> bool:
        """Whether it says that something is in this file, or in a folder that it is in."""
        told = self.left | self.explained
        return any(str(above) in told for above in (place, *PurePosixPath(place).parents))

    def _residue(self) -> list[tuple[str, str]]:
        return [
            (within(self.home, remnant["path"]), remnant["explained"]) for remnant in self.answer["residue"]
        ]


@dataclass(frozen=True)
class Cleaned(Generic[HomeT]):
    """A home before and after `clean`, and what was said of it."""

    before: HomeT
    after: HomeT
    asked: Ran
    """`verify` before."""
    ran: Ran
    asked_again: Ran
    """`verify` after."""
    scanned_again: Ran


def clean(home: HomeT, folder: Path, *options: str) -> Cleaned[HomeT]:
    """Clean a copy of a home in an empty folder."""
    after = home.copied(folder)
    asked = run(after.path, "verify", *options)
    ran = run(after.path, "clean", "--yes", *options)
    asked_again, scanned_again = (run(after.path, command, *options) for command in ("verify", "scan"))
    return Cleaned(home, after, asked, ran, asked_again, scanned_again)


def run(home: Path, command: str, *options: str) -> Ran:
    """`scrubber COMMAND --json -v --home HOME …`, in a process of its own; `-v` names folders in full."""
    done = subprocess.run(
        [sys.executable, "-m", "scrubber", command, "--json", "-v", "--home", str(home), *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=_ROOT,
        env=environment(home.parent),  # nothing of the running user's, and nothing of the home's own
    )
    assert done.stdout, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(home, done.returncode, json.loads(done.stdout))


def within(home: Path, path: str | Path) -> str:
    """A path as it is told of here: without the home, and without the long way to the profiles."""
    shown = Path(path).relative_to(home).as_posix()
    shown = _DATED.sub("bookmarkbackups", shown)
    for folder, short in _SHORT:
        if shown.startswith(folder):
            return short + shown.removeprefix(folder)
    return shown


_DATED = re.compile(r"bookmarkbackups/bookmarks-[\w=-]+\.jsonlz4")
"""Firefox puts the day, a count and a hash of what is inside into the name; the folder is one store."""


_SHORT = (
    (".config/chromium/", ""),
    (".cache/chromium/", "cache: "),
    (".config/mozilla/firefox/k3v9x2ma.default-esr/", ""),
    (".cache/mozilla/firefox/k3v9x2ma.default-esr/", "cache: "),
)


def remnants(home: Path) -> dict[str, list[str]]:
    """What the independent look finds, by file.

    A look-alike's own folder isn't looked into: the border of a page may cut its name in two, and nothing
    is changed there.
    """
    found: dict[str, list[str]] = {}
    files = sorted((within(home, path) for path in home.rglob("*") if path.is_file()), key=len, reverse=True)
    for line in evidence.remaining(home, [TARGET]):
        told = within(home, home / line)
        file = next(file for file in files if told.startswith(f"{file} "))
        if not any(name in file for name in LOOK_ALIKES):
            found.setdefault(file, []).append(told.removeprefix(f"{file} "))
    return found


State = dict[str, tuple[object, ...]]


def state(*roots: Path) -> State:
    """Everything below these folders, and themselves: mode, owner, times in nanoseconds, and content."""
    found: State = {}
    for root in roots:
        _look(root, found)
    return found


def _look(path: Path, found: State) -> None:
    status = path.lstat()
    inside: list[Path] = []
    content: object = None
    if path.is_symlink():
        content = path.readlink()
    elif path.is_file():
        content = path.read_bytes()
    elif path.is_dir():
        inside = sorted(path.iterdir())
    accessed = 0  # of a link, which cannot be read without setting it
    if not path.is_symlink():
        accessed = status.st_atime_ns
        os.utime(path, ns=(accessed, status.st_mtime_ns))  # which looking may have changed
    found[str(path)] = (status.st_mode, status.st_uid, accessed, status.st_mtime_ns, content)
    for each in inside:
        _look(each, found)


def differences(before: State, after: State) -> list[str]:
    """The paths that aren't the same, for an assertion to name."""
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
