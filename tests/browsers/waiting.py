"""Waiting for what a real process does in its own time: a condition, asked for until a deadline."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_PATIENCE = 60.0
"""Seconds; far longer than anything takes, so that only a real fault reaches it."""
_PAUSE = 0.02

T = TypeVar("T")


def until(condition: Callable[[], T], what: str) -> T:
    """The first true answer of `condition`; TimeoutError that names `what` where none comes."""
    deadline = time.monotonic() + _PATIENCE
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {_PATIENCE:.0f} s for {what}")
        time.sleep(_PAUSE)
    return answer
