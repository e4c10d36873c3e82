"""What the real command, in a process of its own, needs of memory and time where there is much to read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.cli.running import CHROME, environment, program
from tests.residue.planted import pickled

if TYPE_CHECKING:
    from pathlib import Path

HOST = "labs.openai.com"
LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))
from scrubber.__main__ import main
main()
"""
"""The command with half a gigabyte of addresses, libraries included."""
DEADLINE = 60

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="holes, limits and /proc are Linux's"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "home"
    (folder / CHROME).mkdir(parents=True)
    (folder / CHROME / "Preferences").write_text("{}")
    return folder


def test_four_gigabytes_take_little_memory(home: Path) -> None:
    with (home / CHROME / "large").open("wb") as file:
        file.truncate(4 << 30)
        file.seek(-100, os.SEEK_END)
        file.write(pickled(f"https://{HOST}"))
    words = [sys.executable, "-c", LIMITED, "verify", "--json", "--home", str(home)]
    done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert HOST in done.stdout


def test_an_interrupt_ends_what_would_take_very_long(home: Path) -> None:
    path = home / CHROME / "endless"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with subprocess.Popen(
        program("verify", "--home", home), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        _wait_until_open(process, path)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=DEADLINE)
    assert process.returncode == 130


def _wait_until_open(process: subprocess.Popen[bytes], path: Path) -> None:
    """Returns when a process has a file open."""
    end = time.monotonic() + DEADLINE
    folder = f"/proc/{process.pid}/fd"
    while time.monotonic() < end and process.poll() is None:
        for descriptor in os.listdir(folder):  # noqa: PTH208 - pathlib has no names alone
            try:
                if os.readlink(f"{folder}/{descriptor}") == str(path):  # noqa: PTH115
                    return
            except FileNotFoundError:
                continue
    raise AssertionError(f"{path} was never opened")
