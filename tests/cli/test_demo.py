"""The demo: the first thing that somebody runs, without browser, home and network."""

from __future__ import annotations

import socket
import subprocess
from typing import TYPE_CHECKING

from scrubber.stores.sqlite import Sqlite
from tests.cli.running import environment, everything, program, scrubber

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_it_works_on_a_bare_machine_and_leaves_nothing(tmp_path: Path) -> None:
    bare = {**environment(), "PATH": "", "TMPDIR": str(tmp_path)}
    done = subprocess.run(program("demo"), env=bare, cwd="/", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_it_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert scrubber("demo").code == 0


def test_it_tells_a_story_that_repeats_nothing() -> None:
    told = scrubber("demo").out
    steps = [
        "Somebody made pictures",
        "$ scrubber scan",
        "$ scrubber clean",
        "$ scrubber verify",
        "Cookies of the",
    ]
    places = [told.index(step) for step in steps]
    assert places == sorted(places)
    # Once for each browser of Chromium's family: the plan is shown once.
    assert told.count("Network/Cookies: ") == 2
    assert "Cookies of the other sites: 9 before, 9 now." in told
    assert "Cookies of labs.openai.com: 8 before, 0 now." in told
    assert "What this can't show" in told.replace("\n", " ")
    assert max(map(len, told.splitlines())) <= 140


def test_its_samples_can_be_kept_and_looked_at(tmp_path: Path) -> None:
    folder = tmp_path / "samples"
    assert scrubber("demo", "--keep", folder).code == 0
    assert scrubber("verify", "--home", folder).code == 0
    assert scrubber("scan", "--domain", "shop.example", "--home", folder).code == 1


def test_it_fills_no_folder_of_yours(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    before = everything(tmp_path)
    found = scrubber("demo", "--keep", tmp_path)
    assert (found.code, found.err) == (
        2,
        f"scrubber: {tmp_path}: is there already; name a new or an empty folder\n",
    )
    assert everything(tmp_path) == before


def test_it_does_not_praise_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sqlite, "remove", lambda *_: 0)
    found = scrubber("demo")
    assert found.code == 5
    assert "Something went wrong here" in found.out
    assert "That is all" not in found.out
