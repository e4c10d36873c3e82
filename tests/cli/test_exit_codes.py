"""Every exit code that the README lists: what leads to it, and what it promises about the profiles."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from scrubber import guard
from scrubber.browsers.chromium.browsing import FAVICONS
from scrubber.errors import Unproved
from scrubber.stores.sqlite import Sqlite
from tests.cli.running import (
    CHROME,
    EDGE,
    browser,
    content,
    environment,
    everything,
    program,
    scrubber,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scrubber.model import Changes, Trace

linux = pytest.mark.skipif(sys.platform != "linux", reason="a made-up browser needs its processes' names")


def interfere(
    monkeypatch: pytest.MonkeyPatch, what: Callable[[], object], *, at: Sqlite = FAVICONS, below: str = ""
) -> None:
    """Do something in the middle of a run: as a store is about to be staged."""
    remove = Sqlite.remove

    def interfered(self: Sqlite, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        if self is at and below in str(path):
            what()
        return remove(self, path, traces, changes)

    monkeypatch.setattr(Sqlite, "remove", interfered)


def fail() -> None:
    raise Unproved("somebody.example differs")


def test_0_all_is_removed_then_nothing_is_there(home: Path) -> None:
    codes = [
        scrubber(*words, "--home", home).code
        for words in (("clean", "--yes"), ("scan",), ("verify",), ("clean", "-n"))
    ]
    assert codes == [0, 0, 0, 0]


def test_1_traces_are_there(home: Path) -> None:
    codes = [scrubber(*words, "--home", home).code for words in (("scan",), ("verify",), ("clean", "-n"))]
    assert codes == [1, 1, 1]


def test_1_something_unexplained_is_left(home: Path) -> None:
    (home / CHROME / "unknown.bin").write_bytes(b"\x01labs.openai.com\x01")
    found = scrubber("clean", "--yes", "--home", home)
    assert found.code == 1
    assert f"still there: {home / CHROME / 'unknown.bin'}: labs.openai.com as bytes" in found.out
    assert scrubber("clean", "--yes", "--json", "--home", home).json["status"] == "residue"


@linux
def test_3_a_browser_is_running_and_nothing_is_changed(home: Path) -> None:
    with browser(home) as chrome:
        before = everything(home)
        found = scrubber("clean", "--yes", "--home", home)
        as_json = scrubber("clean", "--yes", "--json", "--home", home)
        dry = scrubber("clean", "--dry-run", "--json", "--home", home).json
        scan = scrubber("scan", "--json", "--home", home).json
        assert everything(home) == before
    assert (found.code, found.out) == (3, "")
    assert found.err.startswith(f"scrubber: chrome:Default is in use by process {chrome.pid} (")
    assert found.err.count("\n") == 1
    assert (as_json.json["status"], as_json.json["exit_code"]) == ("running", 3)
    for looked in (dry, scan):
        assert {one["spec"]: one["in_use"] for one in looked["profiles"]} == {
            "chrome:Default": True,
            "edge:Default": False,
            "firefox:default": False,
        }


@linux
@pytest.mark.parametrize("named", [True, False], ids=["named by --home", "not named"])
def test_3_a_browser_without_a_lock_is_known_by_the_folder_that_it_opens_by_itself(
    home: Path, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    where = ("--home", home) if named else ()
    with browser(home, locked=False):
        assert scrubber("clean", "--dry-run", "--json", "--home", home).json["profiles"][0]["in_use"] is False
        monkeypatch.setenv("HOME", str(home))
        assert scrubber("clean", "--yes", *where).code == 3
        assert scrubber("clean", "--yes", "-b", "edge", *where).code == 0


@linux
def test_4_a_profile_in_use_is_left_out_where_the_others_are_to_go_on(home: Path) -> None:
    with browser(home):
        before = everything(home / CHROME)
        found = scrubber("clean", "--yes", "--keep-going", "--home", home)
        assert found.code == 4
        assert everything(home / CHROME) == before
    assert "chrome:Default is in use by process" in found.err
    assert f"not looked into: {home / CHROME}: in use" in found.out
    assert scrubber("scan", "-b", "edge", "-b", "firefox", "--home", home).code == 0
    assert scrubber("scan", "-b", "chrome", "--home", home).code == 1


@linux
def test_3_to_keep_going_there_must_be_somewhere_to_go(home: Path) -> None:
    with browser(home):
        assert scrubber("clean", "--yes", "--keep-going", "-b", "chrome", "--home", home).code == 3


@linux
def test_a_browser_is_asked_to_close_and_waited_for(home: Path) -> None:
    with browser(home) as chrome:
        found = scrubber("clean", "--yes", "--close", "--home", home)
        assert chrome.wait(10) == -signal.SIGINT
    assert found.code == 0
    assert "Waiting until chrome:Default is closed" in found.err


@linux
def test_a_browser_is_waited_for_and_never_ended(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with browser(home) as chrome:
        looks: list[float] = []

        def close_it(pause: float) -> None:
            looks.append(pause)
            assert chrome.poll() is None
            if len(looks) == 3:
                chrome.kill()
                chrome.wait()

        monkeypatch.setattr(guard, "wait", functools.partial(guard.wait, sleep=close_it))
        found = scrubber("clean", "--yes", "--wait", "--home", home)
    assert len(looks) == 3
    assert found.code == 0


@linux
def test_who_can_not_be_asked_to_close_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / CHROME).parent.joinpath("SingletonLock").symlink_to("elsewhere.example-4711")
    monkeypatch.setattr(guard, "wait", lambda *_: None)
    found = scrubber("clean", "--yes", "--close", "-b", "chrome", "--home", home)
    assert (
        "Nobody could be asked to close. chrome:Default is in use: SingletonLock names process" in found.err
    )
    assert found.code == 3


def test_3_a_browser_that_is_started_before_the_first_swap_stops_the_run(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = (home / CHROME).parent / "SingletonLock"
    before = content(home)
    interfere(monkeypatch, lambda: lock.symlink_to("elsewhere.example-4711"))
    found = scrubber("clean", "--yes", "--home", home)
    lock.unlink()
    assert found.code == 3
    assert content(home) == before


def test_4_one_that_is_started_later_is_left_out(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = (home / EDGE).parent / "SingletonLock"
    before = content(home / EDGE)
    interfere(monkeypatch, lambda: lock.symlink_to("elsewhere.example-4711"), below="edge")
    found = scrubber("clean", "--yes", "--home", home)
    lock.unlink()
    assert found.code == 4
    assert content(home / EDGE) == before
    assert scrubber("scan", "-b", "chrome", "-b", "firefox", "--home", home).code == 0


def test_4_one_store_fails_and_is_as_it_was(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    icons = home / CHROME / "Favicons"
    before = icons.read_bytes()
    interfere(monkeypatch, fail, below="chrome")
    found = scrubber("clean", "--yes", "--home", home)
    assert found.code == 4
    assert f"left as it was: {icons}: what would stay could not be proved to be the same\n" in found.out
    assert icons.read_bytes() == before
    assert scrubber("scan", "--json", "-b", "chrome", "--home", home).json["profiles"][0]["stores"][0][
        "path"
    ] == str(icons)


def test_what_exactly_failed_may_name_what_was_visited(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interfere(monkeypatch, fail)
    found = scrubber("clean", "--yes", "--only", "icons", "--home", home)
    assert "somebody.example" not in found.out + found.err
    assert (
        "(somebody.example differs)"
        in scrubber("clean", "-v", "--yes", "--only", "icons", "--home", home).out
    )


def test_5_every_store_fails_and_all_is_as_it_was(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(home)
    interfere(monkeypatch, fail)
    found = scrubber("clean", "--yes", "--json", "--only", "icons", "-b", "chrome", "--home", home)
    assert (found.code, found.json["status"]) == (5, "error")
    assert found.json["equality"] == {"stores": 0, "entries": 0}
    assert content(home) == before


def interrupt() -> None:
    raise KeyboardInterrupt


def terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("how", [interrupt, terminate], ids=["Ctrl-C", "SIGTERM"])
def test_130_nothing_is_changed(home: Path, monkeypatch: pytest.MonkeyPatch, how: Callable[[], None]) -> None:
    before = content(home)
    interfere(monkeypatch, how)
    found = scrubber("clean", "--yes", "--home", home)
    assert found.code == 130
    assert "Interrupted; nothing was removed, everything is as it was." in found.err
    assert content(home) == before
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_130_whole_profiles_are_done_and_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(home)
    interfere(monkeypatch, interrupt, below="edge")
    found = scrubber("clean", "--yes", "--json", "--home", home)
    assert (found.code, found.json["exit_code"], found.json["status"]) == (130, 130, "error")
    assert found.json["messages"] == [
        "Interrupted; cleaned, but not checked again: chrome:Default. "
        "edge:Default, firefox:default: as before. `scrubber verify` checks."
    ]
    after = content(home)
    assert {name: data for name, data in after.items() if "google-chrome" not in name} == {
        name: data for name, data in before.items() if "google-chrome" not in name
    }
    removed = {one["spec"]: sum(row["removed"] for row in one["stores"]) for one in found.json["profiles"]}
    assert removed["chrome:Default"] > 20
    assert removed["edge:Default"] == removed["firefox:default"] == 0
    monkeypatch.undo()
    assert scrubber("verify", "-b", "chrome", "--home", home).code == 0


def test_130_during_the_check_all_is_removed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrubber.verdict.verify", lambda *_, **__: interrupt())
    found = scrubber("clean", "--yes", "--home", home)
    monkeypatch.undo()
    assert found.code == 130
    assert "cleaned, but not checked again: chrome:Default, edge:Default, firefox:default." in found.err
    assert scrubber("verify", "--home", home).code == 0


def test_130_while_looking(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrubber.plan.make", lambda *_: interrupt())
    found = scrubber("scan", "--json", "--home", home)
    assert (found.code, found.json["messages"]) == (130, ["Interrupted; nothing was removed."])


def test_130_a_console_window_of_windows_is_closed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which it tells by a signal that other systems don't have."""
    monkeypatch.setattr(signal, "SIGBREAK", signal.SIGUSR1, raising=False)
    monkeypatch.setattr("scrubber.plan.make", lambda *_: os.kill(os.getpid(), signal.SIGUSR1))
    assert scrubber("scan", "--home", home).code == 130
    assert signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL


def test_a_second_signal_does_not_cut_the_taking_back_short(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(home)
    script = """
import os, signal
from scrubber.browsers.chromium.browsing import FAVICONS
from scrubber.stores.sqlite import Sqlite
from scrubber.transaction.changes import FileEdit
from scrubber.__main__ import main
forward, back, count = FileEdit.forward, FileEdit.back, [0]
def forward_three(self):
    count[0] += 1
    if count[0] == 4:
        os.kill(os.getpid(), signal.SIGTERM)
    forward(self)
def back_all(self):
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGTERM)
    back(self)
FileEdit.forward, FileEdit.back = forward_three, back_all
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", script, "clean", "--yes", "--home", home],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        130,
        "Interrupted; nothing was removed, everything is as it was.\n",
    )
    assert content(home) == before


def test_the_program_exits_with_the_code(home: Path) -> None:
    words = program("scan", "--home", home, "-q")
    assert subprocess.run(words, env=environment(), check=False).returncode == 1
