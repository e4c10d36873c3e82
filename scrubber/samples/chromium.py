"""A sample profile of a Chromium browser."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scrubber.samples.hosts import OTHERS, PICTURES, SHOP, TARGET, THIRD
from scrubber.samples.schemas import create, insert

if TYPE_CHECKING:
    from pathlib import Path

_NOW = 13_440_000_000_000_000  # µs since 1601


def make(user_data: Path, display_name: str) -> None:
    """A user-data folder with one profile, `Default`."""
    profile = user_data / "Default"
    profile.mkdir(parents=True)
    state = {"profile": {"info_cache": {"Default": {"name": display_name}}}}
    (user_data / "Local State").write_text(json.dumps(state))
    (profile / "Preferences").write_text(json.dumps({"profile": {"name": display_name}}))
    _history(profile / "History")
    _cookies(profile / "Network" / "Cookies")
    _icons(profile / "Favicons")
    _storage(profile)


def _history(path: Path) -> None:
    create(path, "chromium-156/History")
    urls = [f"https://{host}/" for host in (*OTHERS, TARGET)] + [f"https://{TARGET}/c/a-cat-in-oils"]
    for number, url in enumerate(urls, 1):
        insert(path, "urls", {"id": number, "url": url, "title": f"Page {number}", "visit_count": 1})
        insert(
            path,
            "visits",
            {"id": number, "url": number, "visit_time": _NOW + number, "from_visit": number - 1},
        )
    insert(path, "segments", {"id": 1, "name": f"http://{TARGET}/", "url_id": 4})
    for number, host in enumerate((SHOP, PICTURES), 1):
        insert(path, "downloads", {"id": number, "guid": str(number), "tab_url": f"https://{host}/"})
        insert(
            path,
            "downloads_url_chains",
            {"id": number, "chain_index": 0, "url": f"https://{host}/picture.png"},
        )


def _cookies(path: Path) -> None:
    create(path, "chromium-156/Cookies")
    for number, (host, top) in enumerate(
        [(host, "") for host in (*OTHERS, TARGET, f".{TARGET}")]
        + [(THIRD, "https://openai.com"), (THIRD, f"https://{SHOP}"), (TARGET, f"https://{SHOP}")]
    ):
        cookie = {"creation_utc": _NOW + number, "host_key": host, "top_frame_site_key": top, "name": "id"}
        insert(path, "cookies", cookie | {"path": "/", "encrypted_value": b"v10\x01\x02\x03"})


def _icons(path: Path) -> None:
    create(path, "chromium-156/Favicons")
    for number, host in enumerate((*OTHERS, TARGET), 1):
        insert(path, "favicons", {"id": number, "url": f"https://{host}/favicon.ico"})
        insert(path, "favicon_bitmaps", {"icon_id": number, "image_data": b"\x89PNG"})
        insert(path, "icon_mapping", {"page_url": f"https://{host}/", "icon_id": number})
    # An icon that the target shares with another site stays for that one.
    insert(path, "favicons", {"id": 9, "url": f"https://{THIRD}/shared.png"})
    for host in (SHOP, TARGET):
        insert(path, "icon_mapping", {"page_url": f"https://{host}/shared", "icon_id": 9})


def _storage(profile: Path) -> None:
    quota = profile / "WebStorage" / "QuotaManager"
    create(quota, "chromium-156/QuotaManager")
    keys = [f"https://{host}/" for host in (*OTHERS, TARGET)]
    keys += [f"https://{THIRD}/^0https://openai.com", f"https://{THIRD}/^0https://{SHOP}"]
    for number, key in enumerate(keys, 1):
        host = key.split("/")[2]
        bucket = {"id": number, "storage_key": key, "host": host, "name": "_default"}
        insert(quota, "buckets", bucket | {"expiration": _NOW})
        if "^" in key:
            _folder(profile / "WebStorage" / str(number) / "IndexedDB" / "indexeddb.leveldb")
        else:
            _folder(profile / "IndexedDB" / f"https_{host}_0.indexeddb.leveldb")


def _folder(path: Path) -> None:
    path.mkdir(parents=True)
    (path / "CURRENT").write_text("MANIFEST-000001\n")
