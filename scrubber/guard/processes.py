"""The running processes, and what a browser's command line says about the folder it was started on."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")


@dataclass(frozen=True)
class Process:
    """One process as far as the system tells."""

    pid: int
    name: str
    command: tuple[str, ...] | None = ()
    """None where it may not be read, as with another person's process on some systems."""
    executable: str = ""
    """Its full path; empty where it may not be read."""
    parent: int = 0
    started: float = 0.0
    """Seconds since 1970: a number used again belongs to a younger process."""
    folder: Path | None = None
    """The working folder, which a relative path on the command line starts from."""
    home: Path | None = None
    """The home of whoever started it, where the system tells."""

    @property
    def identity(self) -> tuple[int, float]:
        """What stays the same as long as it lives, and never comes again."""
        return self.pid, self.started

    def runs(self, executables: Iterable[str]) -> bool:
        """Whether its program has one of these file names, compared without regard to case."""
        own = {_program(self.name), _program(self.executable)}
        return not own.isdisjoint(_program(name) for name in executables)

    def argument(self, *names: str) -> str | None:
        """The value of an option, in either form: `--user-data-dir=DIR` or `-profile DIR`."""
        command = self.command or ()
        for index, word in enumerate(command):
            option, equals, value = word.partition("=")
            if not re.match("--?", option) or option.lstrip("-").casefold() not in names:
                continue
            return value if equals else next(iter(command[index + 1 : index + 2]), None)
        return None

    def path(self, text: str) -> Path:
        """The real path that a word of its command line names."""
        return Path(os.path.realpath((self.folder or Path("/")) / text))

    def means(self, text: str, folder: Path) -> bool:
        """Whether a word of its command line names this folder, links and `..` aside."""
        return self.path(text) == Path(os.path.realpath(folder))

    def at_home_with(self, folder: Path) -> bool:
        """Whether the folder lies below its owner's home, as the folder of a browser without options does."""
        if self.home is None:
            return False
        return Path(os.path.realpath(folder)).is_relative_to(os.path.realpath(self.home))


def _program(path: str) -> str:
    return re.split(r"[\\/]", path)[-1].casefold().removesuffix(".exe")


def running() -> Iterator[Process]:
    """Every live process of this machine; one that has ended and only waits for its parent is not."""
    for process in psutil.process_iter():
        try:
            with process.oneshot():
                yield _read(process)
        except psutil.NoSuchProcess:  # ended meanwhile, or a zombie
            continue


def _read(process: psutil.Process) -> Process:
    command = _told(process.cmdline)
    environment = _told(process.environ) or {}
    folder = _told(process.cwd)
    home = environment.get("HOME") or environment.get("USERPROFILE")
    return Process(
        pid=process.pid,
        name=_told(process.name) or "",
        command=None if command is None else tuple(command),
        executable=_told(process.exe) or "",
        parent=_told(process.ppid) or 0,
        started=_told(process.create_time) or 0.0,
        folder=Path(folder) if folder else None,
        home=Path(home) if home else None,
    )


def _told(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except psutil.NoSuchProcess:
        raise
    except (psutil.Error, OSError, NotImplementedError):
        return None


def hidden(pid: int) -> bool:
    """Whether a process of another person, which the list of processes may leave out, has this number."""
    if os.name == "nt":
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return False
