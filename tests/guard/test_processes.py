from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber.guard.processes import hidden, running
from tests.guard.stage import posix

if TYPE_CHECKING:
    import pytest


def test_the_list_of_processes_holds_this_one() -> None:
    (own,) = (process for process in running() if process.pid == os.getpid())
    assert own.runs([Path(sys.executable).resolve().name])
    assert own.command
    assert own.parent == os.getppid()
    assert own.folder == Path.cwd()


@posix
def test_an_ended_process_is_neither_listed_nor_hidden() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, and not yet collected
        assert process.pid not in {listed.pid for listed in running()}
        assert not hidden(process.pid)
    assert not hidden(process.pid)
    assert not hidden(1 << 70)


@posix
def test_a_process_that_may_not_be_signalled_counts_as_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, number: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "kill", refuse)
    assert hidden(4242)
