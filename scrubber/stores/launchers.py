"""Installed web apps in a Linux desktop's menu: `chrome-<app>-Default.desktop` and icons of that name.

Shortcuts of the same name may lie on the desktop itself, and among what is started with it.
Those of apps that are installed stay, as everything that a person installed; one whose app is gone from the
profile is left over, and goes with its icons. (chrome/browser/shell_integration_linux.cc,
chrome/browser/web_applications/os_integration/web_app_shortcut_linux.cc)
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from scrubber.files import is_file, kind, names, read_regular
from scrubber.model import Changes, Look, Standing, Trace
from scrubber.stores.frozen import settle
from scrubber.stores.hashed_files import own_urls
from scrubber.stores.placed import Shared
from scrubber.stores.web_apps import app_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrubber.model import BrowserProfile

_LIMIT = 1 << 20
_NAME = re.compile(r"[a-z]+-(?P<app>[a-p]{32})-(?P<profile>.+)\.desktop")
_APPS = "applications"
_ICONS = "icons/hicolor"
_CHANNELS = {"": "", "stable": "", "beta": "beta", "unstable": "dev", "dev": "dev", "canary": "canary"}
"""How a program's name ends, and the variant of the install that it starts."""


@dataclass(frozen=True, init=False)
class Launchers(Shared):
    """A folder of launchers, for one browser: `programs` are the names of its main program."""

    programs: tuple[str, ...]
    source = "chrome/browser/shell_integration_linux.cc"
    holds = ("extensions",)
    is_told = True

    def __init__(self, *places: str, programs: tuple[str, ...]) -> None:
        settle(self, places=places, programs=programs)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Launchers of the target's apps in this profile, with the icons of those whose app is gone."""
        if kind(path) != "folder" or not look.policy.wants("extensions"):
            return ()
        known = {app_id(url): (url, teller) for url, teller in own_urls(look).items()}
        found: list[Trace] = []
        for name, app in self._launchers(path, look.profile):
            content = read_regular(path / name, _LIMIT).decode("utf-8", "replace")
            named = next(filter(look.target.mentions, content.splitlines()), ""), None
            seen, teller = known.get(app, named)
            if seen and self._is_ours(content, look.profile):
                traces = _traces(path, name, app, seen, look.profile)
                found += (replace(trace, told_by=teller) for trace in traces)
        return tuple(found)

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        """Stage the removal of those that are still there: a program's name may be that of two browsers."""
        return super().remove(path.parent, traces, changes)

    def _launchers(self, path: Path, profile: BrowserProfile) -> Iterator[tuple[str, str]]:
        for name in names(path):
            match = _NAME.fullmatch(name)
            if match and match["profile"] == profile.path.name.replace(" ", "_") and is_file(path / name):
                yield name, match["app"]

    def _is_ours(self, content: str, profile: BrowserProfile) -> bool:
        """Whether it starts this browser with this user-data folder: another may have a `Default` too."""
        line = re.search(r"^Exec=(.*)$", content, re.MULTILINE)
        try:
            program, *arguments = shlex.split(line[1]) if line else []
        except ValueError:
            return False
        data = [one.partition("=")[2] for one in arguments if one.startswith("--user-data-dir=")]
        if data:
            return data == [str(profile.user_data)]
        name = PurePosixPath(program).name
        channels = (name.removeprefix(known) for known in self.programs if name.startswith(known))
        endings = {ending.removeprefix("-") for ending in channels if ending[:1] in ("", "-")}
        return any(_CHANNELS.get(ending) == profile.variant for ending in endings)


def _traces(path: Path, name: str, app: str, seen: str, profile: BrowserProfile) -> Iterator[Trace]:
    key = f"{path.name}/{name}"
    if kind(profile.path / "Web Applications" / "Manifest Resources" / app) is not None:
        yield Trace("", key, Standing.KEPT, seen, "extensions")
        return
    yield Trace("", key, Standing.OWN, seen, "extensions")
    if path.name != _APPS:
        return
    icon = name.removesuffix(".desktop") + ".png"
    sizes = path.parent / _ICONS
    for size in names(sizes) if kind(sizes) == "folder" else ():
        if kind(sizes / size) == "folder" and is_file(sizes / size / "apps" / icon):
            yield Trace("", f"{_ICONS}/{size}/apps/{icon}", Standing.OWN, seen, "extensions")
