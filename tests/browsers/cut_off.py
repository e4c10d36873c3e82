"""`clean` on a real home, in a process that kills itself at a moment of the run, or holds still there.

`python -m tests.browsers.cut_off MOMENT SIGNAL HOME` is that process: the person's command line, with the
layer of tests/faults between it and the system.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import pytest

from scrubber.cli import cli
from scrubber.cli.failures import run
from scrubber.transaction import PREFIX
from tests.browsers.cleaning import Ran
from tests.browsers.processes import environment
from tests.faults import homes
from tests.faults.layer import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    with begun("cut_off", moment, str(signal.SIGKILL.value), home=home) as process:
        said = process.communicate()
    assert process.returncode == -signal.SIGKILL, said


@contextmanager
def held(home: Path, moment: Moment) -> Iterator[Callable[[], Ran]]:
    """Clean a home until that moment; what is yielded lets the run go on, and gives what it comes to."""
    with begun("cut_off", moment, str(signal.SIGSTOP.value), home=home) as process:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), status

        def go_on() -> Ran:
            process.send_signal(signal.SIGCONT)
            out, error = process.communicate()
            assert "Traceback" not in error, error
            return Ran(home, process.returncode, json.loads(out))

        try:
            yield go_on
        finally:
            process.kill()  # which does nothing to one that has ended


@contextmanager
def begun(module: str, *arguments: str, home: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that runs a module beside this one on a home."""
    with subprocess.Popen(
        [sys.executable, "-m", f"tests.browsers.{module}", *arguments, str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=_ROOT,
        env=environment(home.parent),
    ) as process:
        yield process


class Turns:
    """Does something right before the operation of this kind whose turn it is."""

    def __init__(self, is_one: Callable[[Operation], bool], turn: int, do: Callable[[], object]) -> None:
        self._is_one = is_one
        self._left = turn
        self._do = do

    def __call__(self, operation: Operation) -> None:
        if self._is_one(operation):
            self._left -= 1
            if not self._left:
                self._do()


def stages(operation: Operation) -> bool:
    """Whether a new version is being made sure of."""
    return operation.name == "fsync" and "/after/" in operation.path


def swaps(operation: Operation) -> bool:
    """Whether one is being put in its place."""
    return operation.name in ("replace", "exchange") and PREFIX not in operation.path


def clean(home: Path) -> int:
    """The person's command, in this process; the exit code."""
    return run(cli, ["clean", "--yes", "--json", "-v", "--home", str(home)])


def _clean(moment: Moment, number: int, home: Path) -> int:
    looks: list[Moment] = []

    def stop() -> None:
        os.kill(os.getpid(), number)

    def looked() -> None:
        looks.append(moment)
        if looks == ["looking"] * 2:  # the first is told of before the look, the second after it
            stop()

    turns = {"staging": Turns(stages, _TURN, stop), "swapping": Turns(swaps, _TURN, stop)}
    with pytest.MonkeyPatch.context() as patch:
        homes.watch_verifying(patch, looked)
        if moment in turns:
            Layer(home, turns[moment]).install(patch)
        return clean(home)


if __name__ == "__main__":
    sys.exit(
        _clean(next(each for each in MOMENTS if each == sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
    )
