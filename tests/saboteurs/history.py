"""What says whose things are in other stores: pages, and downloads of each host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.browsers.chromium.browsing import HISTORY
from scrubber.samples.schemas import create, insert
from scrubber.stores.downloaded import uris
from tests.saboteurs.databases import fill_sqlite
from tests.saboteurs.scene import HOSTS, OURS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.saboteurs.scene import Scene

URLS = tuple(f"https://{host}/" for host in HOSTS)
NAMING = f"seen at https://{OURS}/".encode()


def put(path: Path, content: bytes) -> None:
    """Write a file, and the folders around it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def history(scene: Scene) -> Path:
    """Pages, for stores that know them by number or hash; a download of each. `a 1.png` is the target's."""
    if scene.profile.family == "chromium":
        path = scene.path(HISTORY)
        if not path.exists():
            fill_sqlite(path, HISTORY.rows, HISTORY.clears, "chromium")
            for number, url in enumerate(URLS, 7):
                file = str(download(number - 6))
                insert(path, "downloads", {"id": number, "target_path": file, "current_path": file})
                insert(path, "downloads_url_chains", {"id": number, "chain_index": 0, "url": url})
        return path
    path = scene.profile.path / "places.sqlite"
    if not path.exists():
        create(path, "firefox-153/places")
        insert(path, "moz_anno_attributes", {"id": 7, "name": "downloads/destinationFileURI"})
        for number, url in enumerate(URLS, 1):
            page = {"id": number, "url": url, "guid": f"page{number:08}", "url_hash": 1000 + number}
            insert(path, "moz_places", page)
            uri = uris(str(download(number)))[0]
            insert(path, "moz_annos", {"place_id": number, "anno_attribute_id": 7, "content": uri})
    return path


def download(number: int) -> str:
    """Where the file was put that was fetched from the host of this number; the target's is 1."""
    return f"/home/ann/a {number}.png"
