"""The README's table of stores, written from the same values that find and remove the traces.

`python -m scrubber.report.stores` prints it; a test holds the README to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubber.browsers import BROWSERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrubber.model import Store

_FAMILIES = {"chromium": "Chrome, Chromium, Edge, Brave, Vivaldi, Opera", "firefox": "Firefox and its kin"}


def markdown() -> str:
    """One table for each family of browsers."""
    return "\n\n".join(
        f"**{title}**\n\n| where | holds | layout defined in |\n|---|---|---|\n" + "\n".join(_rows(family))
        for family, title in _FAMILIES.items()
    )


def _rows(family: str) -> Iterator[str]:
    stores: dict[int, Store] = {
        id(store): store for browser in BROWSERS if browser.family == family for store in browser.stores
    }
    rows: dict[tuple[str, str, str], None] = {}
    for store in stores.values():
        places = ", ".join(f"`{place}`" for place in _short(store.places))
        rows[places, ", ".join(store.holds), store.source] = None
    yield from (f"| {places} | {holds} | {source} |" for places, holds, source in rows)


def _short(places: Iterable[str]) -> Iterator[str]:
    """The places by the profile's own paths; copies in partitions and snapshots are told of in one word."""
    listed = list(places)
    for place in listed:
        if "/Storage/ext/" not in place and "/Snapshots/" not in place:
            yield (
                place.replace("{profile}/", "")
                .replace("{cache}/", "cache: ")
                .replace("{user_data}/", "user data: ")
                .replace("{data_home}/", "~/.local/share/")
                .replace("{cache_home}/", "~/.cache/")
                .replace("{home}/", "~/")
                .replace("{backups}/", "where a preference or the desktop has backups: ")
                .replace("{moved_caches}/", "where a preference has it: ")
            )


if __name__ == "__main__":
    print(markdown())  # noqa: T201 - this is what it is for
