"""A sample profile of Firefox."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scrubber.formats import mozlz4
from scrubber.formats.data_storage import write_slot
from scrubber.samples.caches import cache2
from scrubber.samples.hosts import OTHERS, SHOP, TARGET, THIRD
from scrubber.samples.schemas import create, insert

if TYPE_CHECKING:
    from pathlib import Path

_NOW = 1_795_000_000_000_000  # µs since 1970
_PROFILE = "a1b2c3d4.default"
_INI = f"[General]\nVersion=2\n\n[Profile0]\nName=default\nIsRelative=1\nPath={_PROFILE}\nDefault=1\n"
_PARTITION = "^partitionKey=%28https%2Copenai.com%29"


def make(root: Path, cache: Path) -> None:
    """A folder with `profiles.ini` and one profile, and its caches."""
    profile = root / _PROFILE
    profile.mkdir(parents=True)
    (root / "profiles.ini").write_text(_INI)
    (profile / "prefs.js").write_text('user_pref("browser.startup.page", 1);\n')
    (profile / "times.json").write_text('{"created": 1795000000000}')
    _places(profile / "places.sqlite")
    _icons(profile / "favicons.sqlite")
    _site_data(profile)
    _open_tabs(profile / "sessionstore.jsonlz4")
    _https_only(profile / "SiteSecurityServiceState.bin")
    keys = [f":https://{host}/a.png" for host in (*OTHERS, TARGET)]
    cache2(cache / _PROFILE / "cache2", [*keys, f"O{_PARTITION},:https://{THIRD}/a.png"])


def _open_tabs(path: Path) -> None:
    """One tab with a page of each site in its history, and a closed one of the target."""
    pages = [{"url": f"https://{host}/", "title": f"Page of {host}"} for host in (*OTHERS, TARGET)]
    closed = {"state": {"entries": pages[-1:], "index": 1}, "title": "Labs", "closedId": 1}
    window = {"tabs": [{"entries": pages, "index": 1}], "selected": 1, "_closedTabs": [closed]}
    session = {"version": ["sessionrestore", 1], "windows": [window], "selectedWindow": 1, "cookies": []}
    path.write_bytes(mozlz4.write(json.dumps(session).encode()))


def _https_only(path: Path) -> None:
    """Hosts that insist on https: a slot for each, and free ones."""
    slots = (write_slot(1, 20_780, host, "1900000000000,1,0", 24) for host in (*OTHERS, TARGET))
    path.write_bytes(b"".join(slots).ljust(1024 * 286, b"\0"))


def _places(path: Path) -> None:
    create(path, "firefox-153/places")
    hosts = (*OTHERS, TARGET)
    for number, host in enumerate(hosts, 1):
        origin = {"id": number, "prefix": "https://", "host": host, "frecency": 100}
        insert(path, "moz_origins", origin)
        place = {
            "id": number,
            "url": f"https://{host}/",
            "rev_host": host[::-1] + ".",
            "guid": f"place{number}",
        }
        insert(path, "moz_places", place | {"origin_id": number, "visit_count": 1, "title": f"Page {number}"})
        visit = {"id": number, "place_id": number, "visit_date": _NOW, "from_visit": number - 1}
        insert(path, "moz_historyvisits", visit | {"visit_type": 1})
    # A bookmark is made on purpose: it stays, without its visits, even for a page of the target.
    place = {"id": 9, "url": f"https://{TARGET}/history", "rev_host": TARGET[::-1] + ".", "guid": "place9"}
    insert(path, "moz_places", place | {"origin_id": 4, "visit_count": 3, "foreign_count": 1})
    insert(path, "moz_bookmarks", {"id": 1, "type": 1, "fk": 9, "position": 0, "guid": "mark1"})


def _icons(path: Path) -> None:
    create(path, "firefox-153/favicons")
    for number, host in enumerate((*OTHERS, TARGET), 1):
        icon = {"id": number, "icon_url": f"https://{host}/icon.png", "fixed_icon_url_hash": number}
        insert(path, "moz_icons", icon | {"data": b"\x89PNG"})
        insert(path, "moz_pages_w_icons", {"id": number, "page_url": f"https://{host}/", "page_url_hash": 1})
        insert(path, "moz_icons_to_pages", {"page_id": number, "icon_id": number})


def _site_data(profile: Path) -> None:
    create(profile / "cookies.sqlite", "firefox-153/cookies")
    create(profile / "permissions.sqlite", "firefox-153/permissions")
    create(profile / "storage.sqlite", "firefox-153/storage")
    insert(profile / "storage.sqlite", "repository", {"id": 1, "name": "default"})
    origins = [(host, "") for host in (*OTHERS, TARGET)] + [(THIRD, _PARTITION), (TARGET, "^userContextId=2")]
    for host, suffix in origins:
        cookie = {"name": "id", "value": "1", "host": host, "path": "/", "originAttributes": suffix}
        insert(profile / "cookies.sqlite", "moz_cookies", cookie)
        origin = f"https://{host}{suffix}"
        insert(
            profile / "permissions.sqlite", "moz_perms", {"origin": origin, "type": "geo", "permission": 1}
        )
        row = {"repository_id": 1, "suffix": suffix, "group_": host + suffix, "origin": origin}
        insert(profile / "storage.sqlite", "origin", row)
        storage = profile / "storage" / "default" / f"https+++{host}{suffix}" / "ls"
        storage.mkdir(parents=True)
        (storage / "usage").write_bytes(bytes(12))
    insert(
        profile / "permissions.sqlite",
        "moz_perms",
        {"origin": f"https://{SHOP}", "type": f"3rdPartyStorage^https://{TARGET}", "permission": 1},
    )
