"""Where a profile has a store: patterns like `{profile}/storage/default/*` become the paths that exist."""

from __future__ import annotations

import glob
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from scrubber.errors import UnreadableStore
from scrubber.files import kind, names
from scrubber.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from scrubber.model import BrowserProfile

_MOVED_CACHES = "{moved_caches}/"
"""Before a name that folders in `BrowserProfile.moved_caches` have, wherever they lie."""
_BACKUPS = "{backups}/"
"""The folders in `BrowserProfile.backups`."""


def located(places: Iterable[str], profile: BrowserProfile) -> Iterator[Path | Skipped]:
    """Every existing path of these places, each once.

    `*` stands for any one name. A link, FIFO or device on the way or at the end is not entered: Skipped.
    """
    seen: set[Path] = set()
    for place in places:
        for found in _of_place(place, profile):
            path = found.path if isinstance(found, Skipped) else found
            if path not in seen:
                seen.add(path)
                yield found


def is_shared(place: str) -> bool:
    """Whether it is the same for all profiles of a user-data folder.

    `{user_data}/Local State` is; `{user_data}/Snapshots/*/{folder}/History` is not.
    """
    return place.startswith("{user_data}/") and "{folder}" not in place


def _of_place(place: str, profile: BrowserProfile) -> Iterator[Path | Skipped]:
    if place.startswith(_MOVED_CACHES):
        for path in profile.moved_caches:
            if fnmatchcase(path.name, place.removeprefix(_MOVED_CACHES)):
                yield from _below(path.parent, [glob.escape(path.name)])
        return
    if place.startswith(_BACKUPS):
        for path in profile.backups:
            yield from _below(path, place.removeprefix(_BACKUPS).split("/"))
        return
    root, steps = _split(place, profile)
    if root:
        yield from _below(root, steps)


def _split(place: str, profile: BrowserProfile) -> tuple[Path | None, list[str]]:
    root, *steps = place.split("/")
    roots = {
        "{profile}": profile.path,
        "{cache}": profile.cache,
        "{user_data}": profile.user_data,
        "{data_home}": profile.data_home,
        "{cache_home}": profile.cache_home,
        "{home}": profile.home,
    }
    # A folder's own name may look like a pattern: `Work [old]`.
    return roots[root], [step.replace("{folder}", glob.escape(profile.path.name)) for step in steps]


def _below(folder: Path, steps: list[str]) -> Iterator[Path | Skipped]:
    step, *rest = steps
    try:
        # A name is only looked up, because a folder with ten thousand entries is slow to list.
        pattern = glob.has_magic(step)
        found = [name for name in names(folder) if fnmatchcase(name, step)] if pattern else [step]
        for path in (folder / name for name in found):
            match kind(path):
                case None:
                    continue
                case "file" | "folder" as what:
                    if not rest:
                        yield path
                    elif what == "folder":
                        yield from _below(path, rest)
                case other:
                    yield Skipped(path, f"a {other}, not followed")
    except UnreadableStore as error:
        yield Skipped(error.path, error.reason)
