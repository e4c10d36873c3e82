"""Firefox's pictures of pages, named by hashes of their URLs."""

from __future__ import annotations

import hashlib

from scrubber.stores.hashed_files import HashedFiles


def _md5(url: str) -> str:
    return hashlib.md5(url.encode(), usedforsecurity=False).hexdigest()


def _sha256(url: str) -> str:
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
    name=_sha256,
    holds="history",
    source="toolkit/components/places/PlacesPreviews.sys.mjs",
)

PICTURES = (THUMBNAILS, PREVIEWS)
