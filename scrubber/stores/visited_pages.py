"""What Firefox's `places.sqlite` knows of the target's pages, for stores that know a page by a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.files import kind
from scrubber.stores.columns import text
from scrubber.stores.sqlite_tables import copied

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import BrowserProfile, Look
    from scrubber.stores.columns import Value
    from scrubber.stores.sqlite_tables import Table

_DESTINATION = "downloads/destinationFileURI"


@dataclass(frozen=True)
class Page:
    """One page of the target."""

    url: str
    guid: str
    url_hash: Value


def places(profile: BrowserProfile) -> Path:
    """The database itself."""
    return profile.path / "places.sqlite"


def own_pages(look: Look) -> tuple[Page, ...]:
    """The target's pages in the profile's history and bookmarks. Raises UnreadableStore."""
    path = places(look.profile)
    if kind(path) != "file":
        return ()
    with copied(path) as (_, tables):
        return tuple(_pages(tables, look).values())


def own_downloads(look: Look) -> dict[str, str]:
    """The file URIs of what was downloaded from the target, each with where from. Raises UnreadableStore."""
    path = places(look.profile)
    if kind(path) != "file":
        return {}
    with copied(path) as (_, tables):
        if not {"moz_annos", "moz_anno_attributes"} <= tables.keys():
            return {}
        names = {row["id"] for _, row in tables["moz_anno_attributes"].rows() if row["name"] == _DESTINATION}
        pages = _pages(tables, look)
        return {
            text(row["content"]): pages[row["place_id"]].url
            for _, row in tables["moz_annos"].rows()
            if row["anno_attribute_id"] in names and row["place_id"] in pages
        }


def _pages(tables: dict[str, Table], look: Look) -> dict[Value, Page]:
    known = tables.get("moz_places")
    return {
        row["id"]: Page(text(row["url"]), text(row.get("guid")), row.get("url_hash"))
        for _, row in (known.rows() if known else ())
        if look.target.url(text(row["url"]))
    }
