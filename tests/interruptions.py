"""Something cut short at each of its file operations in turn: by an error, by Ctrl-C, by death."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import pytest

from scrubber.transaction import changes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

DIED = 77

OPERATIONS = (
    "open",
    "write",
    "fsync",
    "link",
    "replace",
    "rename",
    "unlink",
    "mkdir",
    "rmdir",
    "chmod",
    "utime",
)


class Counter:
    """Counts the file operations, and does something at one of them."""

    def __init__(self, act: Callable[[], None], at: int, *, and_later: bool = False) -> None:
        self.count = 0
        self._act = act  # raises, or ends the process
        self._at = at
        self._and_later = and_later

    def install(self, patch: pytest.MonkeyPatch, operations: Iterable[str] = OPERATIONS) -> None:
        for name in operations:
            patch.setattr(os, name, self._counted(getattr(os, name)))

    def _counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            self.count += 1
            if self.count == self._at or (self._and_later and self.count > self._at):
                self._act()
            return function(*arguments, **options)

        return counted


def fail() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def interrupt() -> None:
    raise KeyboardInterrupt


def die() -> None:
    os._exit(DIED)


def impoverish(patch: pytest.MonkeyPatch) -> None:
    """A system without what makes it easy."""
    patch.setattr(os, "link", refuse)
    patch.setattr(changes, "exchange", have_no_exchange)


def refuse(source: Path, target: Path) -> None:
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def have_no_exchange(one: Path, other: Path) -> bool:
    return False


def in_child(function: Callable[[], None]) -> int:
    """The exit status of a process that runs this."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            function()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def counting() -> Iterator[int]:
    """Up to far more operations than there are, should the end never come."""
    yield from range(1, 3000)
    pytest.fail("never ran to its end")
