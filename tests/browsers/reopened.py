"""A home opened again by its browser: what the pages find, which tabs come back, and what it complains of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.browsers import evidence, story
from tests.browsers.homes import ChromiumHome
from tests.browsers.pages import script

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browsers.homes import FirefoxHome
    from tests.browsers.story import Report

_COMPLAINT = re.compile(
    r"corrupt|malformed|unreadable"
    r"|\b(sql|leveldatabase|disk_cache|indexed_db|storage|sessions?|history|cookies|quota|prefs)/\S*\.cc",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Reopened:
    """One more run of the browser."""

    reports: dict[str, Report]
    """What the hosts' check pages say."""
    tabs: tuple[str, ...]
    """The addresses that come back, in alphabetical order: of all tabs, and in Firefox of what is behind
    them and of closed ones."""
    complaints: tuple[str, ...]
    """What it says of its files, and what it set aside or had to repair."""


def reopen(home: ChromiumHome | FirefoxHome, folder: Path) -> Reopened:
    """Open a copy of it, and bring the last session's tabs back."""
    return reopen_in_place(home.copied(folder), folder / "log")


def reopen_in_place(home: ChromiumHome | FirefoxHome, log: Path) -> Reopened:
    """The same with the home itself, for when it matters which files they are; Chromium writes to `log`."""
    return _chromium(home, log) if isinstance(home, ChromiumHome) else _firefox(home)


def _chromium(home: ChromiumHome, log: Path) -> Reopened:
    switches = ("--restore-last-session", "--enable-logging", f"--log-file={log}")
    with home.open(switches=switches) as browser:
        # The session is restored before the first address is followed; each tab has its own then.
        came_back = _addresses(browser.tabs())
        reports = story.check_all(browser)
    said = [line for line in log.read_text(errors="replace").splitlines() if _COMPLAINT.search(line)]
    return Reopened(reports, came_back, (*said, *_in_level_db_logs(home.path), *evidence.damaged(home.path)))


def _addresses(tabs: list[str]) -> tuple[str, ...]:
    """Without the pages that a new tab starts with."""
    return tuple(sorted(tab for tab in tabs if tab.startswith("https://")))


def _in_level_db_logs(home: Path) -> list[str]:
    return [
        f"{path.relative_to(home)}: {line}"
        for path in home.rglob("LOG*")
        for line in path.read_text(errors="replace").splitlines()
        if re.search(r"corruption|error|repair", line, re.IGNORECASE)
    ]


def _firefox(home: FirefoxHome) -> Reopened:
    with home.open() as browser:
        reports = story.check_all(browser)
        repaired = browser.maintain_places()
        said = browser.run_inside("return Services.console.getMessageArray().map((each) => each.message);")
        # Last, because it may close the tab at hand.
        entries = browser.run_inside(script("restore.js"))
    complaints = [line for line in said if re.search(r"corrupt|malformed", line, re.IGNORECASE)]
    came_back = [entry for entry in entries if not entry.endswith("/check")]
    return Reopened(reports, _addresses(came_back), (*complaints, *repaired, *evidence.damaged(home.path)))
