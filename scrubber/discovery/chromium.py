"""The profiles in a Chromium user-data folder: what `Local State` lists and what its folders show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubber import files
from scrubber.discovery.reach import Reach, leads_to_folder, or_skipped
from scrubber.errors import UnreadableStore
from scrubber.model import BrowserProfile, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scrubber.discovery.layout import Installation

LIST = "Local State"
"""The file of a user-data folder that lists its profiles."""

# A profile may have lost its Preferences and still hold the rest.
_MARKS = ("Preferences", "Secure Preferences", "History")
# chrome/common/chrome_constants.cc; the others are `Profile 1`, `Profile 2`, …
_USUAL = ("Default", "Guest Profile", "System Profile")


def is_profile(folder: Path) -> bool:
    """Whether it has what every profile has. Raises UnreadableStore."""
    return any(files.kind(folder / mark) is not None for mark in _MARKS)


def profiles(installation: Installation, reach: Reach) -> Iterator[BrowserProfile | Skipped]:
    """The profiles of one install, in the order of their folders, and what stood in the way.

    Raises UnreadableStore where the user-data folder as a whole can't be used.
    """
    user_data = reach.folder(installation.data)
    if user_data is None:
        return
    listed: dict[str, str] = {}
    try:
        listed = _listed(user_data, reach)
    except UnreadableStore as error:
        yield Skipped(error.path, error.reason)
    if is_profile(user_data):  # the layout of older releases and of Opera
        yield from _profile(installation, user_data, user_data, user_data.name, listed=listed, reach=reach)
    names = files.names(user_data)
    wanted = _by_folder(listed, names) if reach.fold else listed
    for name in names:
        for found in or_skipped(_found(user_data / name, name in wanted, reach)):
            if isinstance(found, Skipped):
                yield found
            else:
                yield from _profile(installation, user_data, found, name, listed=wanted, reach=reach)


def _profile(
    installation: Installation,
    user_data: Path,
    path: Path,
    name: str,
    *,
    listed: Mapping[str, str],
    reach: Reach,
) -> Iterator[BrowserProfile | Skipped]:
    relative = Path() if path == user_data else Path(name)
    cache = installation.cache_of(relative, path, reach)
    if isinstance(cache, Skipped):
        yield cache
        cache = path
    data_home, cache_home, home = installation.homes(reach)
    yield BrowserProfile(
        browser=installation.browser.key,
        family="chromium",
        name=name,
        display_name=listed.get(name) or _own_name(path) or name,
        path=path,
        user_data=user_data,
        cache=cache,
        variant=installation.variant,
        data_home=data_home,
        cache_home=cache_home,
        home=home,
    )


def _found(path: Path, is_listed: bool, reach: Reach) -> Iterator[Path]:
    what = files.kind(path)
    expected = is_listed or path.name in _USUAL or path.name.startswith("Profile ")
    # SingletonLock and its like are links that lead nowhere, on purpose.
    if what != "folder" and not (what == "link" and (expected or leads_to_folder(path))):
        return
    real = reach.folder(path)
    if real is not None and (is_listed or is_profile(real)):
        yield real


def _listed(user_data: Path, reach: Reach) -> dict[str, str]:
    """`profile.info_cache`: the folder's name and what the browser calls it, which may be empty."""
    path = user_data / LIST
    content = reach.read(path)
    if content is None:
        return {}
    state = _object(_parsed(path, content))
    if state is None:
        raise UnreadableStore(path, "not a JSON object")
    section = _object(state.get("profile", {}))
    cache = None if section is None else _object(section.get("info_cache", {}))
    if cache is None:
        raise UnreadableStore(path, "its list of profiles is not one")
    return {name: _text((_object(entry) or {}).get("name")) for name, entry in cache.items()}


def _own_name(profile: Path) -> str:
    """The name in the profile's own Preferences, for one that no list names; empty where there is none."""
    path = profile / "Preferences"
    try:
        preferences = _object(_parsed(path, files.read_regular(path, 64 << 20)))
    except UnreadableStore:
        return ""
    return _text((_object((preferences or {}).get("profile")) or {}).get("name"))


def _parsed(path: Path, content: bytes) -> object:
    try:
        parsed: object = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableStore(path, "not JSON") from error
    return parsed


def _object(value: object) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None


def _text(value: object) -> str:
    # JSON can spell half a surrogate pair, which no terminal or file takes.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _by_folder(listed: Mapping[str, str], names: list[str]) -> dict[str, str]:
    folded = {name.casefold(): shown for name, shown in listed.items()}
    return {name: folded[name.casefold()] for name in names if name.casefold() in folded}
