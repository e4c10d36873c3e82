"""Which files on disk were downloaded from the target, as the profile's own lists of downloads say.

Never touches one of them.
"""

from __future__ import annotations

from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from scrubber.files import kind
from scrubber.stores.columns import text
from scrubber.stores.sqlite_tables import copied
from scrubber.stores.visited_pages import own_downloads, places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubber.model import BrowserProfile, Look
    from scrubber.stores.columns import Value
    from scrubber.stores.sqlite_tables import Table

# What g_filename_to_uri() leaves as it is; Qt leaves the semicolon too.
_GLIB = "!$&'()*+,-./:=@_~"
_QT = f"{_GLIB};"
_FILE = "file://"


def teller(profile: BrowserProfile) -> Path:
    """The database with a profile's list of downloads."""
    return places(profile) if profile.family == "firefox" else profile.path / "History"


def downloaded(look: Look) -> dict[str, str]:
    """The paths of files that were downloaded from the target, each with the URL that it came from.

    Raises UnreadableStore.
    """
    if look.profile.family == "firefox":
        found = {path_of(uri): url for uri, url in own_downloads(look).items()}
        return {path: url for path, url in found.items() if path}
    database = teller(look.profile)
    if kind(database) != "file":
        return {}
    with copied(database) as (_, tables):
        return dict(_chromium(tables, look))


def uris(path: str) -> tuple[str, ...]:
    """How desktops spell a file's URI: `file:///home/ann/a%20b.png`."""
    raw = path.encode("utf-8", "surrogateescape")
    return tuple(dict.fromkeys(_FILE + quote(raw, safe=safe) for safe in (_GLIB, _QT)))


def path_of(uri: str) -> str:
    """The path that a file URI means; empty where it is none of this computer.

    `file:///C:/a%20b.png` → `C:\\a b.png`, on whatever system.
    """
    rest = uri.removeprefix(_FILE)
    if rest == uri or not rest.startswith("/"):
        return ""
    path = unquote_to_bytes(rest).decode("utf-8", "surrogateescape")
    return str(PureWindowsPath(path[1:])) if PureWindowsPath(path[1:]).drive else path


def _chromium(tables: dict[str, Table], look: Look) -> Iterator[tuple[str, str]]:
    owned: dict[Value, str] = {}
    chains = tables.get("downloads_url_chains")
    for _, row in chains.rows() if chains else ():
        if look.target.url(text(row["url"])):
            owned[row["id"]] = text(row["url"])
    downloads = tables.get("downloads")
    for _, row in downloads.rows() if downloads else ():
        urls = [owned.get(row["id"], ""), text(row.get("site_url")), text(row.get("tab_url"))]
        url = next(filter(look.target.url, urls), "")
        for name in ("target_path", "current_path") if url else ():
            path = text(row.get(name))
            if Path(path).is_absolute() or PureWindowsPath(path).is_absolute():
                yield path, url
