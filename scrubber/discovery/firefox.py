"""The profiles below a Firefox folder: what its lists name and what its folders show.

The lists are `profiles.ini`, `installs.ini` and the databases of `Profile Groups`, where one entry of
`profiles.ini` can stand for several profiles. (toolkit/profile/nsToolkitProfileService.cpp,
browser/components/profiles/SelectableProfileService.sys.mjs)
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from scrubber import files
from scrubber.discovery.moved_backups import backups
from scrubber.discovery.moved_cache import moved_caches
from scrubber.discovery.reach import Reach, or_skipped
from scrubber.errors import UnreadableStore
from scrubber.formats.sqlite_copy import private_copy
from scrubber.model import BrowserProfile, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubber.discovery.layout import Installation

LIST = "profiles.ini"
"""The file of a Firefox folder that lists its profiles."""


@dataclass(frozen=True)
class _Named:
    """A profile as a list names it, before anybody looked for it."""

    list: Path
    path: str
    absolute: bool
    name: str = ""
    shown: str = ""


def is_profile(folder: Path) -> bool:
    """Whether it has what every used profile has. Raises UnreadableStore."""

    def has(name: str) -> bool:
        return files.kind(folder / name) is not None

    return (has("prefs.js") and has("times.json")) or has("places.sqlite") or has("cookies.sqlite")


def profiles(installation: Installation, reach: Reach) -> Iterator[BrowserProfile | Skipped]:
    """The profiles of one install, listed ones first, and what stood in the way.

    Raises UnreadableStore where the folder as a whole can't be used.
    """
    root = reach.folder(installation.data)
    if root is None:
        return
    found: dict[Path, BrowserProfile] = {}
    for named in _named(root, reach):
        for seen in (named,) if isinstance(named, Skipped) else _listed(installation, root, named, reach):
            if isinstance(seen, Skipped):
                yield seen
                continue
            before = found.get(seen.path, seen)
            # A group has a better name for what profiles.ini knows by another.
            better = seen.display_name if seen.display_name != seen.name else before.display_name
            found[seen.path] = replace(before, display_name=better)
    for seen in _unlisted(installation, root, reach):
        if isinstance(seen, Skipped):
            yield seen
        else:
            found.setdefault(seen.path, seen)
    yield from found.values()


def _named(root: Path, reach: Reach) -> Iterator[_Named | Skipped]:
    yield from or_skipped(_ini(root / LIST, reach))
    yield from or_skipped(_ini(root / "installs.ini", reach))
    yield from or_skipped(_groups(root / "Profile Groups", reach))


def _listed(
    installation: Installation, root: Path, named: _Named, reach: Reach
) -> Iterator[BrowserProfile | Skipped]:
    # Windows spells steps both ways; elsewhere a name may hold a backslash.
    spelled = named.path.replace("\\", "/") if installation.platform == "windows" else named.path
    path = Path(spelled) if named.absolute else root / spelled
    if not path.is_absolute():
        yield Skipped(named.list, f"names a profile by a path of another system: {named.path}")
        return
    try:
        real = reach.folder(path)
    except UnreadableStore as error:
        yield Skipped(path, f"{error.reason} ({named.list.name} names it)")
    except ValueError as error:  # a NUL in the path
        yield Skipped(named.list, str(error))
    else:
        if real is not None:
            yield from _profile(installation, root, path, real, named=named, reach=reach)
        elif named.absolute:
            # Below the root a missing profile is gone; elsewhere its disk may not be connected.
            yield Skipped(path, f"not there, though {named.list.name} names it")


def _unlisted(installation: Installation, root: Path, reach: Reach) -> Iterator[BrowserProfile | Skipped]:
    # Linux keeps profiles beside profiles.ini, the other systems one step below.
    for parent in (root, root / "Profiles"):
        yield from or_skipped(_unlisted_in(parent, installation, root, reach))


def _unlisted_in(
    parent: Path, installation: Installation, root: Path, reach: Reach
) -> Iterator[BrowserProfile | Skipped]:
    real = reach.folder(parent)
    for path in reach.folders(real) if real else ():
        yield from or_skipped(_unlisted_at(path, installation, root, reach))


def _unlisted_at(
    path: Path, installation: Installation, root: Path, reach: Reach
) -> Iterator[BrowserProfile | Skipped]:
    real = reach.folder(path)
    if real is not None and is_profile(real):
        yield from _profile(installation, root, path, real, named=None, reach=reach)


def _profile(
    installation: Installation, root: Path, path: Path, real: Path, *, named: _Named | None, reach: Reach
) -> Iterator[BrowserProfile | Skipped]:
    name = (named.name if named else "") or path.name
    cache: Path | Skipped = real
    below = next((one for one in (real, path) if one.is_relative_to(root) and ".." not in one.parts), None)
    if below is not None:
        cache = installation.cache_of(below.relative_to(root), real, reach)
    if isinstance(cache, Skipped):
        yield cache
        cache = real
    # What no list names was started by its folder, and keeps its caches inside unless it was listed before.
    if named is None and files.kind(cache) is None:
        cache = real
    moved = list(moved_caches(real, reach))
    yield from (each for each in moved if isinstance(each, Skipped))
    data_home, cache_home, home = installation.homes(reach)
    kept = list(backups(real, home, reach))
    yield from (each for each in kept if isinstance(each, Skipped))
    yield BrowserProfile(
        browser=installation.browser.key,
        family="firefox",
        name=name,
        display_name=(named.shown if named else "") or name,
        path=real,
        user_data=root,
        cache=cache,
        variant=installation.variant,
        data_home=data_home,
        cache_home=cache_home,
        home=home,
        moved_caches=tuple(each for each in moved if isinstance(each, Path)),
        backups=tuple(dict.fromkeys(each for each in kept if isinstance(each, Path))),
    )


def _ini(path: Path, reach: Reach) -> Iterator[_Named]:
    content = reach.read(path)
    if content is None:
        return
    for section, values in _sections(path, content):
        if section.startswith("Profile") and values.get("Path"):
            absolute = values.get("IsRelative") == "0"
            yield _Named(path, values["Path"], absolute, values.get("Name", ""))
        elif values.get("Default") and (section.startswith("Install") or path.name != LIST):
            yield _Named(path, values["Default"], _is_absolute(values["Default"]))


def _sections(path: Path, content: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """As xpcom/ds/nsINIParser.cpp reads it: what is neither a section nor `key=value` is passed over."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableStore(path, "not UTF-8 text") from error
    section, values = "", dict[str, str]()
    for line in text.split("\n"):
        line = line.strip()  # noqa: PLW2901
        if line.startswith("[") and line.endswith("]"):
            yield section, values
            section, values = line[1:-1], {}
        elif "=" in line and not line.startswith(("#", ";")):
            key, _, value = line.partition("=")
            values[key] = value
    if text.strip() and not section:
        raise UnreadableStore(path, "no section in it")
    yield section, values


def _groups(folder: Path, reach: Reach) -> Iterator[_Named | Skipped]:
    real = reach.folder(folder)
    if real is None:
        return
    for name in files.names(real):
        if name.endswith(".sqlite"):
            yield from or_skipped(_group(real / name))


def _group(path: Path) -> Iterator[_Named]:
    with private_copy(path) as copy:
        try:
            with closing(sqlite3.connect(copy)) as database:
                database.text_factory = lambda raw: raw.decode("utf-8", "replace")
                rows = database.execute("SELECT path, name FROM Profiles").fetchall()
        except (sqlite3.Error, UnicodeError) as error:
            raise UnreadableStore(path, str(error)) from error
    for profile, shown in rows:
        if isinstance(profile, str) and profile:
            name = shown if isinstance(shown, str) else ""
            yield _Named(path, profile, _is_absolute(profile), shown=name)


def _is_absolute(path: str) -> bool:
    return Path(path).is_absolute() or PureWindowsPath(path).is_absolute()
