"""What must leave a real home as it is: looking at it, and cleaning it while its browser runs."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.browsers import cleaning

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
