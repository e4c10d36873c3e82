"""Which profiles a person means: `-b NAME`, `-p SPEC` and folders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber import files
from scrubber.browsers import by_key
from scrubber.discovery import chromium, firefox
from scrubber.discovery.layout import recognised, unplaced
from scrubber.discovery.moved_backups import backups
from scrubber.discovery.moved_cache import moved_caches
from scrubber.discovery.reach import Reach
from scrubber.errors import UnreadableStore, UsageError
from scrubber.model import BrowserProfile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from scrubber.discovery import Found
    from scrubber.model import Family

_FAMILIES: dict[Family, ModuleType] = {"chromium": chromium, "firefox": firefox}


def select(found: Found, browsers: tuple[str, ...], specs: tuple[str, ...]) -> tuple[BrowserProfile, ...]:
    """The profiles that `-b` and `-p` name; all of them where neither is given.

    A spec is `chrome:Default`, `chrome-beta:Default`, the second part alone, a display name with or without
    the browser, or a folder. Raises UsageError: unknown (it lists what there is), or ambiguous (it lists the
    candidates).
    """
    among = _of_browsers(found.profiles, browsers) if browsers else found.profiles
    if not specs:
        return among
    chosen: dict[Path, BrowserProfile] = {}
    for spec in specs:
        profile = _named(spec, among) or _at(spec, found.profiles)
        if profile is None:
            raise UsageError(f"no profile {_shown(spec)}; {_there_is(among)}")
        chosen[profile.path] = profile
    return tuple(chosen.values())


def folder(path: Path) -> BrowserProfile:
    """The profile at a folder: a profile itself, or a user-data folder that holds just one.

    The browser and the place of its caches are judged by where the folder lies; a folder in no known place
    is Chromium's or Firefox's. Raises UsageError.
    """
    try:
        return _folder(path)
    except UnreadableStore as error:
        raise UsageError(f"{_shown(str(error.path))}: {error.reason}") from error


def _folder(path: Path) -> BrowserProfile:
    absolute = path.absolute()
    real = Reach().folder(absolute)
    name = _shown(str(path))
    if real is None:
        raise UsageError(f"{name}: no such folder")
    if not files.names(real):
        raise UsageError(f"{name}: an empty folder, not a browser profile")
    for family, module in _FAMILIES.items():
        if files.kind(real / module.LIST) is not None:
            return _only(name, real, _profiles(absolute, family))
    for family, module in _FAMILIES.items():
        if module.is_profile(real):
            return _in_its_place(absolute, real, family)
    return _only(name, real, [profile for family in _FAMILIES for profile in _profiles(absolute, family)])


def _profiles(data: Path, family: Family) -> list[BrowserProfile]:
    installation = recognised(data, family) or unplaced(data, family)
    seen = _FAMILIES[family].profiles(installation, Reach())
    return [profile for profile in seen if isinstance(profile, BrowserProfile)]


def _in_its_place(path: Path, real: Path, family: Family) -> BrowserProfile:
    """A profile with the name and the caches that it has for the folder above, where that is a browser's."""
    for above in dict.fromkeys((path.parent, path.parent.parent, real.parent, real.parent.parent)):
        if files.kind(above / _FAMILIES[family].LIST) is None and recognised(above, family) is None:
            continue
        for profile in _profiles(above, family):
            if profile.path == real:
                return profile
    browser = unplaced(real, family).browser.key
    ways = (moved_caches(real, Reach()), backups(real, None, Reach())) if family == "firefox" else ((), ())
    moved, kept = (tuple(each for each in found if isinstance(each, Path)) for found in ways)
    alone = BrowserProfile(browser, family, real.name, real.name, real, user_data=real, cache=real)
    return replace(alone, moved_caches=moved, backups=kept)


def _only(name: str, real: Path, profiles: list[BrowserProfile]) -> BrowserProfile:
    itself = [profile for profile in profiles if profile.path == real]
    match itself or profiles:
        case [profile]:
            return profile
        case []:
            raise UsageError(f"{name}: no Chromium or Firefox profile in it")
        case several:
            inside = ", ".join(_shown(str(profile.path)) for profile in several)
            raise UsageError(f"{name}: holds {len(several)} profiles, name one of them: {inside}")


def _of_browsers(
    profiles: tuple[BrowserProfile, ...], browsers: tuple[str, ...]
) -> tuple[BrowserProfile, ...]:
    wanted = {browser.casefold() for browser in browsers}
    for browser in browsers:
        if not any(browser.casefold() in _keys(profile) for profile in profiles):
            by_key(browser.casefold().partition("-")[0])
            raise UsageError(f"no profile of {_shown(browser)}; {_there_is(profiles)}")
    return tuple(profile for profile in profiles if wanted & _keys(profile))


def _keys(profile: BrowserProfile) -> set[str]:
    """`chrome`, and `chrome-beta` where there are several installs."""
    return {profile.browser, profile.spec.partition(":")[0]}


def _named(spec: str, profiles: tuple[BrowserProfile, ...]) -> BrowserProfile | None:
    """By spec, else by any of its names without regard to case. Raises UsageError where several bear it."""
    wanted = spec.casefold()
    matches = (
        [profile for profile in profiles if profile.spec == spec]
        or [profile for profile in profiles if profile.spec.casefold() == wanted]
        or [profile for profile in profiles if wanted in _names(profile)]
    )
    if len(matches) > 1:
        candidates = ", ".join(_shown(profile.spec) for profile in matches)
        raise UsageError(f"{_shown(spec)} is ambiguous; it could be: {candidates}")
    return matches[0] if matches else None


def _names(profile: BrowserProfile) -> set[str]:
    names = {profile.name.casefold(), profile.display_name.casefold()}
    return names | {f"{key}:{name}" for key in _keys(profile) for name in names}


def _at(spec: str, profiles: tuple[BrowserProfile, ...]) -> BrowserProfile | None:
    """By folder; what discovery knows of it comes first, because it knows the caches better."""
    path = Path(spec)
    looks_like_one = path.name != spec
    try:
        real = Reach().folder(path.absolute())
    except (UnreadableStore, ValueError):
        real = None
    if not spec or (real is None and not looks_like_one):
        return None
    known = [profile for profile in profiles if profile.path == real]
    known = known or [profile for profile in profiles if profile.user_data == real]
    return known[0] if len(known) == 1 else folder(path)


def _there_is(profiles: Iterable[BrowserProfile]) -> str:
    known = ", ".join(_shown(profile.spec) for profile in profiles)
    return f"there is: {known}" if known else "none was found at all"


def _shown(text: str) -> str:
    """On one line, and without what steers a terminal."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
