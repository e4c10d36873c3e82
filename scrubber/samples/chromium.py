"""A sample profile of a Chromium browser."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from typing import TYPE_CHECKING

from scrubber.formats import leveldb
from scrubber.formats.snss import MARKER, Record, Session, write_session
from scrubber.samples.caches import simple_cache
from scrubber.samples.hosts import OTHERS, PICTURES, SHOP, TARGET, THIRD
from scrubber.samples.schemas import create, insert

if TYPE_CHECKING:
    from pathlib import Path

_NOW = 13_440_000_000_000_000  # µs since 1601


_BYTEWISE = "leveldb.BytewiseComparator"


def make(user_data: Path, cache: Path, display_name: str) -> None:
    """A user-data folder with one profile, `Default`, and its caches."""
    profile = user_data / "Default"
    profile.mkdir(parents=True)
    state = {"profile": {"info_cache": {"Default": {"name": display_name}}}}
    (user_data / "Local State").write_text(json.dumps(state))
    (profile / "Preferences").write_text(json.dumps(_preferences(display_name)))
    (profile / "Bookmarks").write_text(json.dumps(_bookmarks()))
    _history(profile / "History")
    _cookies(profile / "Network" / "Cookies")
    _icons(profile / "Favicons")
    _storage(profile)
    _local_storage(profile / "Local Storage" / "leveldb")
    _session_storage(profile / "Session Storage")
    _open_tabs(profile / "Sessions" / "Session_13440000000000000")
    _transport_security(profile / "Network" / "TransportSecurity")
    keys = [f"1/0/_dk_https://{host} https://{host} https://{host}/a.png" for host in (*OTHERS, TARGET)]
    simple_cache(cache / "Default" / "Cache" / "Cache_Data", keys)


def _preferences(display_name: str) -> dict[str, object]:
    allowed = {f"https://{host}:443,*": {"setting": 1} for host in (*OTHERS, TARGET)}
    return {
        "profile": {
            "name": display_name,
            "content_settings": {"exceptions": {"notifications": allowed}},
        }
    }


def _bookmarks() -> dict[str, object]:
    """A bookmark is made on purpose: it stays, even one of the target's."""
    children = [
        {"id": str(number), "name": f"Page {number}", "type": "url", "url": f"https://{host}/"}
        for number, host in enumerate((SHOP, TARGET), 4)
    ]
    bar = {"id": "1", "name": "Bookmarks bar", "type": "folder", "children": children}
    return {"roots": {"bookmark_bar": bar}, "version": 1}


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
    leveldb.write(path, [(b"\0\0\0\0\x01", b"pictures")], "idb_cmp1")


def _local_storage(folder: Path) -> None:
    records = []
    for host in (*OTHERS, TARGET):
        origin = f"https://{host}".encode()
        records.append((b"META:" + origin, b"\x08\x01\x10\x05"))
        records.append((b"_" + origin + b"\0\x01theme", b"\x01dark"))
    folder.mkdir(parents=True)
    leveldb.write(folder, [(b"VERSION", b"1"), *records], _BYTEWISE)


def _session_storage(folder: Path) -> None:
    tab = b"00000000_0000_4000_8000_000000000001"
    records = [(b"version", b"1"), (b"next-map-id", b"9")]
    for number, host in enumerate((*OTHERS, TARGET)):
        records.append((b"namespace-" + tab + f"-https://{host}/".encode(), b"%d" % number))
        records.append((b"map-%d-draft" % number, "a cat in oils".encode("utf-16-le")))
    folder.mkdir(parents=True)
    leveldb.write(folder, records, _BYTEWISE)


def _open_tabs(path: Path) -> None:
    """One tab, with a page of each site in its history."""
    pages = tuple(
        Record(6, _page(1, place, f"https://{host}/")) for place, host in enumerate((*OTHERS, TARGET))
    )
    path.parent.mkdir(parents=True)
    path.write_bytes(write_session(Session(3, (*pages, Record(MARKER, b"")), b"")))


def _page(tab: int, place: int, url: str) -> bytes:
    """A pickle: its size, then fields that are padded to four bytes; an empty title."""
    text = url.encode()
    fields = struct.pack("<iii", tab, place, len(text)) + text + bytes(-len(text) % 4) + bytes(4)
    return struct.pack("<I", len(fields)) + fields


def _transport_security(path: Path) -> None:
    """Hosts that insist on https, which Chromium notes by the hash of their names in DNS."""
    listed = [
        {"host": _hashed(host), "mode": "force-https", "expiry": 1.9e9, "sts_observed": 1.8e9}
        for host in (*OTHERS, TARGET)
    ]
    path.write_text(json.dumps({"sts": listed, "version": 2}))


def _hashed(host: str) -> str:
    labels = b"".join(bytes((len(label),)) + label.encode() for label in host.split("."))
    return base64.b64encode(hashlib.sha256(labels + b"\0").digest()).decode()
