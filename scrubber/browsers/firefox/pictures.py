"""Firefox's pictures of pages, named by hashes of their URLs."""

from __future__ import annotations

import base64
import hashlib

from scrubber.stores.hashed_files import HashedFiles


def _md5(url: str) -> str:
    return hashlib.md5(url.encode(), usedforsecurity=False).hexdigest()


def sha256_hex(url: str) -> str:
    """As Firefox names pictures of pages, and remembers those that are to be deleted."""
    return hashlib.sha256(url.encode()).hexdigest()


THUMBNAILS = HashedFiles(
    "{cache}/thumbnails",
    "{profile}/thumbnails",
    name=_md5,
    holds="history",
    source="toolkit/components/thumbnails/PageThumbs.sys.mjs",
)

PREVIEWS = HashedFiles(
    "{profile}/places-previews",
    name=sha256_hex,
    holds="history",
    source="toolkit/components/places/PlacesPreviews.sys.mjs",
)


def _icon(url: str) -> str:
    digest = hashlib.md5(url.encode(), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode().replace("/", "_")


JUMP_LISTS = HashedFiles(  # Windows
    "{cache}/jumpListCache",
    "{cache}/shortcutCache",
    name=_icon,
    holds="icons",
    source="widget/windows/WinUtils.cpp",
)

PICTURES = (THUMBNAILS, PREVIEWS, JUMP_LISTS)
