"""`clean` on a real home, in a process that kills itself at a moment of the run.

`python -m tests.browsers.cut_off MOMENT HOME` is that process: the person's command line, with the layer of
tests/faults between it and the system.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import pytest

from scrubber.cli import cli
from scrubber.cli.failures import run
from scrubber.transaction import PREFIX
from tests.browsers.processes import environment
from tests.faults import homes
from tests.faults.layer import Layer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.layer import Operation

Moment = Literal["staging", "swapping", "looking"]
"""While new versions are made, when half a dozen of them are in their places, and at the end of the last
look, when all are and the originals still lie aside."""
MOMENTS: tuple[Moment, ...] = get_args(Moment)

_ROOT = Path(__file__).parents[2]
_TURN = 6
"""Of the files staged, and of the swaps: with several done, and several more to come."""


def cut_off(home: Path, moment: Moment) -> None:
    """Clean a home until that moment. AssertionError where the run ended by itself."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.browsers.cut_off", moment, str(home)],
        capture_output=True,
        text=True,
        check=False,
        cwd=_ROOT,
        env=environment(home.parent),
    )
    assert done.returncode == -signal.SIGKILL, (done.returncode, done.stderr)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _Turns:
    """Dies right before the operation of this kind whose turn it is."""

    def __init__(self, is_one: Callable[[Operation], bool]) -> None:
        self._is_one = is_one
        self._left = _TURN

    def __call__(self, operation: Operation) -> None:
        self._left -= self._is_one(operation)
        if not self._left:
            _die()


def _stages(operation: Operation) -> bool:
    return operation.name == "fsync" and "/after/" in operation.path


def _swaps(operation: Operation) -> bool:
    return operation.name in ("replace", "exchange") and PREFIX not in operation.path


def _clean(moment: Moment, home: Path) -> None:
    looks: list[Moment] = []

    def looked() -> None:
        looks.append(moment)
        if looks == ["looking"] * 2:  # the first is told of before the look, the second after it
            _die()

    turns = {"staging": _Turns(_stages), "swapping": _Turns(_swaps)}
    with pytest.MonkeyPatch.context() as patch:
        homes.watch_verifying(patch, looked)
        if moment in turns:
            Layer(home, turns[moment]).install(patch)
        run(cli, ["clean", "--yes", "--home", str(home)])


if __name__ == "__main__":
    _clean(next(each for each in MOMENTS if each == sys.argv[1]), Path(sys.argv[2]))
