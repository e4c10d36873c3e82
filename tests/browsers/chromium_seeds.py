"""What Chromium records only with a window and a person in front of it, written into its own files.

Settings go in before the first start, so that the browser reads and writes them itself; rows go into the
closed databases, and the browser meets them when the home is opened again.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tests.browsers.hosts import NEWS, SHOP, TARGET, url

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_NOW = 13439974803070438
"""Microseconds since 1601, as Chromium counts: in November 2026."""
_SEEDED = (TARGET, SHOP)

LATE = ("Shortcuts", "Network Action Predictor", "Top Sites", "Login Data")
"""The databases that rows go into; the browser makes them at its leisure after a start."""


def seed_preferences(profile: Path) -> None:
    """Permissions and zoom of the target and a bystander, where no `Preferences` are yet."""
    allowed = {url(host, ":443,*"): {"last_modified": str(_NOW), "setting": 1} for host in _SEEDED}
    zoom = {host: {"last_modified": str(_NOW), "zoom_level": 1.5} for host in _SEEDED}
    kinds = ("geolocation", "notifications", "sound")
    preferences = {
        "partition": {"per_host_zoom_levels": {"x": zoom}},
        "profile": {"content_settings": {"exceptions": dict.fromkeys(kinds, allowed)}},
    }
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "Preferences").write_text(json.dumps(preferences))


def seed_bookmarks(profile: Path) -> None:
    """A bookmark of the target and one of a bystander, where no `Bookmarks` are yet."""
    children = [
        {"type": "url", "id": str(10 + place), "name": "Bookmark", "url": url(host, "/bookmarked")}
        for place, host in enumerate(_SEEDED)
    ]
    roots = {
        name: {"type": "folder", "id": str(place), "name": name, "children": children if place == 1 else []}
        for place, name in enumerate(("bookmark_bar", "other", "synced"), start=1)
    }
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "Bookmarks").write_text(json.dumps({"checksum": "", "roots": roots, "version": 1}))


def seed_databases(profile: Path) -> None:
    """What the address bar, the start page, the preloader and the password bubble remember."""
    _insert(profile / "Shortcuts", "omni_box_shortcuts", map(_shortcut, _SEEDED))
    predictor = profile / "Network Action Predictor"
    typed = ((f"seed-{host}", host[:4], url(host), 3, 0) for host in _SEEDED)
    _insert(predictor, "network_action_predictor", typed)
    # Keyed by one host, and the value names another: the target stands on either side.
    loads = ((TARGET, SHOP), (SHOP, TARGET), (NEWS, SHOP))
    origins = ((page, _origin_data(page, resource)) for page, resource in loads)
    _insert(predictor, "resource_prefetch_predictor_origin", origins)
    tiles = ((url(host), 8 + place, host) for place, host in enumerate(_SEEDED))
    _insert(profile / "Top Sites", "top_sites", tiles)
    _insert(profile / "Login Data", "stats", ((url(host), "me", 1, _NOW) for host in _SEEDED))


def _shortcut(host: str) -> tuple[str | int, ...]:
    text, address = host[:4], url(host)
    return (f"seed-{host}", text, address, address, 0, host, "0,1", host, "0,0", 1, 0, "", _NOW, 2)


def _origin_data(page: str, resource: str) -> bytes:
    """An OriginData message (chrome/browser/predictors/resource_prefetch_predictor.proto)."""
    stat = _text(1, url(resource)) + b"\x10\x02"  # field 2, number_of_hits
    return _text(1, page) + b"\x10\x01" + b"\x1a" + bytes([len(stat)]) + stat


def _text(field: int, text: str) -> bytes:
    return bytes([field << 3 | 2, len(text)]) + text.encode()


def _insert(path: Path, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode=truncate")  # Chromium's way: an empty journal stays beside it
        for row in rows:
            database.execute(f"INSERT OR REPLACE INTO {table} VALUES ({','.join('?' * len(row))})", row)
