"""What must leave a real home as it is: looking at it, and cleaning it while its browser runs."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager, suppress
from pathlib import PurePath
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.browsers import cleaning, firefox
from tests.browsers.cut_off import held
from tests.browsers.processes import environment
from tests.faults import homes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browsers.homes import ChromiumHome, FirefoxHome

    AnyHome = ChromiumHome | FirefoxHome

pytestmark = pytest.mark.browser

LOOKS = {
    "profiles": (("profiles",), 0),
    "scan": (("scan",), 1),
    "verify": (("verify",), 1),
    "dry run": (("clean", "--dry-run"), 1),
}


@pytest.fixture(scope="module", params=["chromium_crashed_home", "firefox_crashed_home"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AnyHome:
    """Crashed, because then there are journals and logs that looking could fold in."""
    made: AnyHome = request.getfixturevalue(request.param)
    return made.copied(tmp_path_factory.mktemp("looked-at"))


@pytest.mark.parametrize(("command", "exit_code"), LOOKS.values(), ids=LOOKS)
def test_looking_changes_neither_a_byte_nor_a_time(
    home: AnyHome, command: tuple[str, ...], exit_code: int
) -> None:
    before = cleaning.state(home.path)
    assert cleaning.run(home.path, *command).exit_code == exit_code
    assert cleaning.differences(before, cleaning.state(home.path)) == []


@pytest.mark.parametrize("name", ["chromium_home", "firefox_home"])
def test_a_profile_in_use_is_left_alone(request: pytest.FixtureRequest, tmp_path: Path, name: str) -> None:
    home: AnyHome = request.getfixturevalue(name).copied(tmp_path)
    with home.open() as browser, _stopped(browser.processes) as main:
        before = cleaning.state(home.path)
        ran = cleaning.run(home.path, "clean", "--yes")
        after = cleaning.state(home.path)
    assert ran.exit_code == 3
    assert ran.answer["status"] == "running"
    assert any(str(main.pid) in message for message in ran.answer["messages"])
    assert cleaning.differences(before, after) == []


def test_a_browser_that_starts_amid_a_run_finds_everything_as_it_was(
    chromium_home: ChromiumHome, tmp_path: Path
) -> None:
    """Between the plan and the first swap, with new versions made already."""
    home = chromium_home.copied(tmp_path)
    with held(home.path, "staging") as go_on:
        staged = homes.staged(home.path)
        assert staged
        with home.open() as browser, _stopped(browser.processes) as main:
            before = cleaning.state(home.path)
            ran = go_on()
            after = cleaning.state(home.path)
    assert ran.exit_code == 3
    assert any(str(main.pid) in message for message in ran.answer["messages"])
    changed = (PurePath(path).relative_to(home.path) for path in cleaning.differences(before, after))
    assert [path for path in changed if not any(path.is_relative_to(folder) for folder in staged)] == []
    assert homes.staged(home.path) == []


def test_firefox_is_kept_out_amid_a_run(
    firefox_home: FirefoxHome, firefox_binary: Path, tmp_path: Path
) -> None:
    home = firefox_home.copied(tmp_path)
    command = [str(firefox_binary), "--headless", "--no-remote", "--profile", str(home.profile)]
    with held(home.path, "staging") as go_on:
        before = cleaning.state(home.profile)
        turned_away = subprocess.run(
            command, env=environment(home.path), capture_output=True, text=True, timeout=60, check=False
        )
        assert "already running" in turned_away.stdout + turned_away.stderr
        written = cleaning.differences(before, cleaning.state(home.profile))
        assert {PurePath(path).name for path in written} <= _TURNED_AWAY
        ran = go_on()
    assert ran.exit_code == 0
    assert ran.answer["equality"]["stores"]


_TURNED_AWAY = {firefox.PROFILE, ".parentlock", "lock", "Telemetry.FailedProfileLocks.txt"}
"""What a Firefox that finds its profile locked writes to all the same: a count of such failures."""


@contextmanager
def _stopped(processes: list[psutil.Process]) -> Iterator[psutil.Process]:
    """Hold a browser still, so that what changes meanwhile isn't its doing; gives its main process."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # children come and go
            process.suspend()
    try:
        yield processes[0]
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.resume()
