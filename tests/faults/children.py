"""Work in processes of its own: on all processors at once, and where it may end in death."""

from __future__ import annotations

import os
import pickle
import traceback
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Job = TypeVar("Job")
Result = TypeVar("Result")


def spread(
    jobs: Sequence[Job], work: Callable[[list[Job], Path], Result], folder: Path, at_once: int | None = None
) -> list[Result]:
    """What each process makes of its share of the jobs, in a folder of its own.

    AssertionError with the traceback of the first that fails.
    """
    shares = at_once or os.cpu_count() or 1
    started = []
    for number in range(min(shares, len(jobs))):
        place = folder / f"process-{number}"
        place.mkdir()
        share = list(jobs[number::shares])
        started.append((begin(lambda share=share, place=place: _done(work, share, place)), place))  # type: ignore[misc]
    for child, _ in started:
        os.waitpid(child, 0)
    results: list[Result] = []
    for _, place in started:
        error, result = pickle.loads((place / "result").read_bytes())  # noqa: S301 - our own
        assert error is None, error
        results.append(result)
    return results


def begin(function: Callable[[], object]) -> int:
    """The number of a new process that runs this and ends."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            function()
            status = 0
        finally:
            os._exit(status)
    return child


def end_of(function: Callable[[], object]) -> int:
    """The exit status of a process that runs this; negative where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(begin(function), 0)[1])


def _done(work: Callable[[list[Any], Path], Any], share: list[Any], place: Path) -> None:
    try:
        outcome: tuple[str | None, Any] = (None, work(share, place))
    except BaseException:
        outcome = (traceback.format_exc(), None)
    (place / "result").write_bytes(pickle.dumps(outcome))
