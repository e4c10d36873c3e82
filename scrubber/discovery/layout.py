"""From the tables of browsers to the folders of one home, and back from a folder to its browser."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber import files
from scrubber.browsers import BROWSERS, Browser, Place, by_key
from scrubber.discovery.reach import Reach, or_skipped
from scrubber.errors import UnreadableStore
from scrubber.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scrubber.browsers.base import Platform
    from scrubber.model import Family

PLATFORMS: tuple[Platform, ...] = ("linux", "macos", "windows")

_FOLDERS: dict[Platform, dict[str, str]] = {
    "linux": {"home": "", "config": ".config", "cache": ".cache", "data": ".local/share"},
    "macos": {"home": "", "support": "Library/Application Support", "caches": "Library/Caches"},
    "windows": {"home": "", "local": "AppData/Local", "roaming": "AppData/Roaming"},
}
_VARIABLES = {
    "config": "XDG_CONFIG_HOME",
    "cache": "XDG_CACHE_HOME",
    "data": "XDG_DATA_HOME",
    "local": "LOCALAPPDATA",
    "roaming": "APPDATA",
}
_CHOSEN_DESKTOP = re.compile(rb'^XDG_DESKTOP_DIR="\$HOME/?([^"\0]*)"', re.MULTILINE)


@dataclass(frozen=True)
class Installation:
    """A folder where one install of a browser may keep its profiles."""

    browser: Browser
    platform: Platform
    variant: str
    data: Path
    cache: Path | None
    """Where the same relative path holds the caches; None where they lie inside the profile."""
    data_home: Path | None = None
    """As in BrowserProfile, but with the links that lead there."""
    cache_home: Path | None = None
    home: Path | None = None

    def homes(self, reach: Reach) -> tuple[Path | None, Path | None, Path | None]:
        """The same three with links resolved; None where nothing is, or not in reach."""
        return _within(self.data_home, reach), _within(self.cache_home, reach), _within(self.home, reach)

    def cache_of(self, relative: Path, profile: Path, reach: Reach) -> Path | Skipped:
        """The cache folder of the profile at `relative`, links resolved, whether or not it exists."""
        if self.cache is None:
            return profile
        path = self.cache / relative
        try:
            return reach.folder(path) or path
        except UnreadableStore as error:
            return Skipped(error.path, error.reason)


def installations(
    home: Path, environment: Mapping[str, str], platform: Platform, browsers: Iterable[Browser], reach: Reach
) -> Iterator[Installation | Skipped]:
    """Where the browsers may keep profiles in this home, whether or not anything is there.

    A folder that the environment names comes before the usual one, which is still looked at: a browser
    that was started from the desktop may not have seen the variable.
    """
    usual = _roots(home, {}, platform)
    named = _roots(home, environment, platform)
    for browser in browsers:
        if browser.family == "chromium" and platform == "linux":
            yield from _named_for_chromium(browser, environment, named)
        for roots in (named, usual) if named != usual else (usual,):
            for place in browser.places:
                if place.platform == platform:
                    yield from or_skipped(_expanded(browser, place, roots, reach))
        if browser.family == "firefox":
            yield from _refreshed(browser, platform, named, reach)


def recognised(data: Path, family: Family) -> Installation | None:
    """The install that keeps its profiles at `data`, judged by that path alone; None where it tells nothing.

    `/mnt/ann/.config/google-chrome` → Chrome, with `/mnt/ann/.cache/google-chrome`.
    """
    best, matched = None, 0
    for browser in BROWSERS:
        for place in browser.places if browser.family == family else ():
            tail = _steps(place.data, place.platform)
            step = _matched_step(data.parts[-len(tail) :], tail, fold=place.platform != "linux")
            if step is None or len(tail) <= matched:
                continue
            home = Path(*data.parts[: -len(tail)])
            cache = home.joinpath(*_steps(place.cache, place.platform, step)) if place.cache else None
            desktop = _desktop(_roots(home, {}, place.platform))
            best = Installation(browser, place.platform, place.variant, data, cache, *desktop)
            matched = len(tail)
    if best is None and family == "chromium" and (cache := _cache_by_path(data)):
        return Installation(by_key(family), "linux", "", data, cache)
    return best


def unplaced(data: Path, family: Family) -> Installation:
    """A folder of no known place: the family's plainest browser, with the caches inside its profiles."""
    return Installation(by_key(family), "linux", "", data, None)


def homes(folder: Path) -> tuple[Path, ...]:
    """The homes that a folder stands for: itself, and those below it where it is the root of a disk.

    Raises UnreadableStore where `folder` may not be read.
    """
    found = [folder]
    if files.kind(folder / "root") == "folder":
        found.append(folder / "root")
    for parent in (folder / "home", folder / "Users"):
        if files.kind(parent) == "folder":
            found += [parent / name for name in files.names(parent) if files.kind(parent / name) == "folder"]
    return tuple(found)


def _roots(home: Path, environment: Mapping[str, str], platform: Platform) -> dict[str, Path]:
    roots = {}
    for root, folder in _FOLDERS[platform].items():
        given = environment.get(_VARIABLES.get(root, ""), "")
        # The XDG specification has relative values ignored.
        roots[root] = Path(given) if given and Path(given).is_absolute() else home / folder
    return roots


def _named_for_chromium(
    browser: Browser, environment: Mapping[str, str], roots: Mapping[str, Path]
) -> Iterator[Installation]:
    """Folders by Chromium's own variables (chrome_main_delegate.cc, chrome_paths_linux.cc)."""
    user_data = Path(environment.get("CHROME_USER_DATA_DIR") or ".")
    known = recognised(user_data, "chromium") or unplaced(user_data, "chromium")
    desktop = _desktop(roots)
    if user_data.is_absolute() and known.browser == browser:
        yield Installation(browser, "linux", "", user_data, _cache_beside(user_data, roots), *desktop)
    config = Path(environment.get("CHROME_CONFIG_HOME") or ".")
    for place in browser.places if config.is_absolute() else ():
        root, _, rest = place.data.partition("/")
        if root == "{config}":
            data = config / rest
            cache = _cache_beside(data, roots)
            yield Installation(browser, "linux", place.variant, data, cache, *desktop)


def _cache_beside(user_data: Path, roots: Mapping[str, Path]) -> Path | None:
    """GetUserCacheDirectory: only what lies below the standard folder has its caches elsewhere."""
    if not user_data.is_relative_to(roots["config"]):
        return None
    return roots["cache"] / user_data.relative_to(roots["config"])


def _cache_by_path(user_data: Path) -> Path | None:
    """The same rule for a home that only the path tells."""
    for config, cache in ((".config", ".cache"), ("Library/Application Support", "Library/Caches")):
        for home in user_data.parents:
            if user_data != home / config and user_data.is_relative_to(home / config):
                return home / cache / user_data.relative_to(home / config)
    return None


def _expanded(
    browser: Browser, place: Place, roots: Mapping[str, Path], reach: Reach
) -> Iterator[Installation]:
    for step in _stars(place.data, roots, reach):
        data = _path(place.data, roots, step)
        cache = _path(place.cache, roots, step) if place.cache else None
        yield Installation(browser, place.platform, place.variant, data, cache, *_desktop(roots))


def _refreshed(
    browser: Browser, platform: Platform, roots: Mapping[str, Path], reach: Reach
) -> Iterator[Installation | Skipped]:
    """`~/Desktop/Old Firefox Data`, where a refresh puts the whole profile (toolkit/xre/ProfileReset.cpp)."""
    for desktop in or_skipped(_desktops(roots, reach)):
        if isinstance(desktop, Skipped):
            yield desktop
            continue
        for path in or_skipped(_named_for(browser, desktop, reach)):
            if isinstance(path, Skipped):
                yield path
            else:
                yield Installation(browser, platform, "refreshed", path, None, *_desktop(roots))


def _desktops(roots: Mapping[str, Path], reach: Reach) -> Iterator[Path]:
    """The folders that may be the desktop: the usual ones, and on Linux that of another language."""
    home = roots["home"]
    yield home / "Desktop"
    yield home / "OneDrive/Desktop"
    if "config" in roots:
        for folder in _CHOSEN_DESKTOP.findall(reach.read(roots["config"] / "user-dirs.dirs") or b""):
            yield home / os.fsdecode(folder)


def _named_for(browser: Browser, folder: Path, reach: Reach) -> Iterator[Path]:
    """The folders in it that bear the browser's name, which every language has in `Old Firefox Data`."""
    real = reach.folder(folder)
    for path in reach.folders(real) if real else ():
        if browser.name.casefold() in path.name.casefold():
            yield path


def _desktop(roots: Mapping[str, Path]) -> tuple[Path | None, Path | None, Path]:
    """Where a Linux desktop keeps its data and its caches (others have no such places), and the home."""
    return roots.get("data"), roots["cache"] if "data" in roots else None, roots["home"]


def _within(path: Path | None, reach: Reach) -> Path | None:
    try:
        return reach.folder(path) if path else None
    except UnreadableStore:
        return None


def _stars(template: str, roots: Mapping[str, Path], reach: Reach) -> list[str]:
    """What the step with `*` may stand for; itself where nothing is, so that the place can still be named."""
    steps = template.split("/")
    at = next((number for number, step in enumerate(steps) if "*" in step), None)
    if at is None:
        return ["*"]
    parent = reach.folder(_path("/".join(steps[:at]), roots))
    found = [path.name for path in reach.folders(parent)] if parent else []
    return [name for name in found if _fits(name, steps[at], fold=reach.fold)] or ["*"]


def _path(template: str, roots: Mapping[str, Path], step: str = "*") -> Path:
    root, *rest = template.split("/")
    return roots[root[1:-1]].joinpath(*(step if "*" in part and step != "*" else part for part in rest))


def _steps(template: str, platform: Platform, step: str = "*") -> tuple[str, ...]:
    """`{config}/chromium` → `.config`, `chromium`: the way from a home."""
    roots = {root: Path(folder) for root, folder in _FOLDERS[platform].items()}
    return _path(template, roots, step).parts


def _matched_step(parts: tuple[str, ...], tail: tuple[str, ...], fold: bool) -> str | None:
    """What stands for `*` where the parts are the tail (`*` itself without one); None where they aren't."""
    step = "*"
    for part, wanted in zip(parts, tail, strict=False):
        if not _fits(part, wanted, fold=fold):
            return None
        step = part if "*" in wanted else step
    return step if len(parts) == len(tail) else None


def _fits(name: str, wanted: str, *, fold: bool) -> bool:
    """Whether a folder's name is the one that a step wants, where `*` stands for any letters."""
    return fnmatchcase(name.casefold(), wanted.casefold()) if fold else fnmatchcase(name, wanted)
