"""`python -m tests.fuzz.under_atheris RUNS FOLDER [TARGET…]`: so many runs of each, in a process of its own.

What is found lies in FOLDER afterwards. Runs are counted, not timed, and start from the same number, so that
the next run of the same code does the same.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["scrubber.formats"]):
    from tests.fuzz.targets import FOUND, TARGETS, attempt

AT_ONCE = 2
SLOWER = 20
"""What opens files has so much fewer runs."""
LONGEST = 20
"""Seconds for one case."""
MOST_MEGABYTES = 1024
_LONGEST_CASE = 1 << 16


def fuzz(name: str, runs: int, folder: Path) -> None:
    """Never returns; what it has to say goes to `folder`."""
    corpus = folder / name
    corpus.mkdir()
    for number, content in enumerate(TARGETS[name].seeds()):
        (corpus / f"seed-{number}").write_bytes(content)
    kept = [str(FOUND / name)] if (FOUND / name).is_dir() else []
    with (folder / f"{name}.log").open("wb") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    # Where a length is believed, room is asked for at once, before any of it is used.
    resource.setrlimit(resource.RLIMIT_DATA, (2 * MOST_MEGABYTES << 20,) * 2)
    options = {
        "runs": runs // SLOWER if TARGETS[name].is_slow else runs,
        "seed": 1,
        "timeout": LONGEST,
        "rss_limit_mb": MOST_MEGABYTES,
        "max_len": _LONGEST_CASE,
        "artifact_prefix": f"{folder}/found-{name}-",
    }
    place = folder / f"{name}-files"
    place.mkdir()

    def attempt_and_keep(content: bytes) -> None:
        try:
            attempt(name, content, place)
        except BaseException:
            (folder / f"found-{name}").write_bytes(content)
            raise

    arguments = [sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), str(corpus), *kept]
    atheris.Setup(arguments, attempt_and_keep)
    atheris.Fuzz()


def begin(name: str, runs: int, folder: Path) -> int:
    """The number of the process that does it."""
    child = os.fork()
    if child == 0:
        try:
            fuzz(name, runs, folder)
        finally:
            os._exit(1)
    return child


def main(runs: str, place: str, *names: str) -> int:
    """How many targets failed; says which, and what they said last."""
    waiting, running, failed = list(names or TARGETS), dict[int, str](), 0
    folder = Path(place)
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            name = waiting.pop()
            running[begin(name, int(runs), folder)] = name
        ended, status = os.wait()
        name = running.pop(ended)
        if status:
            failed += 1
            said: Any = (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
            sys.stdout.write(f"{name}: {status}\n{said[-3000:]}\n")
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
