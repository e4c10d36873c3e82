"""Where preferences have Firefox's caches, beside the folder in which every profile may have them.

`browser.cache.disk.parent_directory` names the folder above `cache2` (netwerk/cache2/CacheFileIOManager.cpp,
OnProfile), and above `Cache` before Firefox 32. Before Firefox 85, `browser.cache.offline.parent_directory`
did so for what sites wanted to have offline (netwerk/cache/nsCacheService.cpp). No other preference moves a
cache. Firefox writes them to `prefs.js`; `user.js` can name others, which count from the next start.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from scrubber import files
from scrubber.discovery.reach import Reach, or_skipped
from scrubber.errors import UnreadableStore
from scrubber.formats.prefs_js import read_lines
from scrubber.model import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

# `purge` and `Trash` were set aside, to be deleted at leisure.
_CACHES = {
    "browser.cache.disk.parent_directory": ("cache2", "cache2.*.purge.bg_rm", "Cache", "Cache.Trash*"),
    "browser.cache.offline.parent_directory": ("OfflineCache",),
}


def moved_caches(profile: Path, reach: Reach) -> Iterator[Path | Skipped]:
    """The cache folders at the places that the profile's preferences name, and what stood in the way."""
    named: dict[str, tuple[Path, tuple[str, ...]]] = {}
    for file in (profile / "prefs.js", profile / "user.js"):
        try:
            for value, patterns in _named(file, reach):
                first, before = named.get(value, (file, ()))
                named[value] = first, (*before, *patterns)
        except UnreadableStore as error:
            yield Skipped(error.path, error.reason)
    for value, (file, patterns) in named.items():
        yield from or_skipped(_below(value, patterns, file, reach))


def _named(file: Path, reach: Reach) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The folders, with what may be in each; of each preference the last one counts, as in Firefox."""
    last = {line.name: str(line.value) for line in read_lines(reach.read(file) or b"")}
    yield from ((last[name], patterns) for name, patterns in _CACHES.items() if last.get(name))


def _below(value: str, patterns: tuple[str, ...], file: Path, reach: Reach) -> Iterator[Path | Skipped]:
    if "\0" in value or not Path(value).is_absolute():
        raise UnreadableStore(file, f"names a cache folder by a path of another system: {value!r}")
    folder = as_mounted(Path(value), reach.limit)
    if files.kind(folder) == "link":
        raise UnreadableStore(folder, f"a link, not followed ({file.name} names it)")
    real = reach.folder(folder)
    if real is None:
        # Its disk may not be connected.
        raise UnreadableStore(folder, f"not there, though {file.name} has the cache there")
    for name in files.names(real):
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            match files.kind(real / name):
                case "folder":
                    yield real / name
                case "link":
                    yield Skipped(real / name, "a link, not followed")


def as_mounted(path: Path, limit: Path | None) -> Path:
    """Where the folder lies in a home that is not the person's own, whose disk has another name there.

    `/home/ann/cache` with the limit `/mnt/disk/home/ann` → `/mnt/disk/home/ann/cache`.
    """
    if limit is None or path.is_relative_to(limit):
        return path
    steps = path.parts[1:]
    for count in range(len(steps), -1, -1):
        if limit.parts[len(limit.parts) - count :] == steps[:count]:
            mounted = limit.joinpath(*steps[count:])
            if files.kind(mounted) is not None:
                return mounted
    return path
