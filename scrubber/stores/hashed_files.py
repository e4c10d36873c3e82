"""Pictures of pages in files named by the hash of the page's URL: found by trying the URLs that are known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.files import kind, names
from scrubber.formats.origins import bracketed, is_host, join_port, parse_origin
from scrubber.model import Look, Standing, Trace
from scrubber.stores.frozen import settle
from scrubber.stores.likely import likely_pages
from scrubber.stores.placed import Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


_URL = re.compile(r"https?://\S+")


@dataclass(frozen=True, init=False)
class HashedFiles(Parts):
    """A folder of such files; `name` gives the file's name, without its ending, for a URL."""

    name: Callable[[str], str]
    is_told = True

    def __init__(self, *places: str, name: Callable[[str], str], holds: str, source: str) -> None:
        settle(self, places=places, name=name, holds=(holds,), source=source)

    def find(self, path: Path, look: Look) -> tuple[Trace, ...]:
        """Files of the URLs seen so far and of likely ones. One whose URL nobody knows can't be told."""
        if kind(path) != "folder" or not look.policy.wants(self.holds[0]):
            return ()
        files = {name.partition(".")[0]: name for name in names(path) if kind(path / name) == "file"}
        found = {}
        known: dict[str, Path | None] = dict.fromkeys(likely_pages(look.target) if files else ())
        for url, teller in (known | own_urls(look)).items() if files else ():
            name = files.get(self.name(url))
            if name is not None:
                found[name] = Trace("", name, Standing.OWN, url, self.holds[0], told_by=teller)
        return tuple(found.values())


def own_urls(look: Look) -> dict[str, Path]:
    """Those of the target that were seen, and in which store: what others stored while embedded in it names
    their URLs too.
    """
    seen = ((url, teller) for text, teller in look.seen.items() for url in urls(text))
    return {url: teller for url, teller in seen if look.target.url(url)}


def urls(seen: str) -> Iterator[str]:
    """The URL in what was seen, and the root of its origin, or of the origin or host that was seen."""
    url = _URL.search(seen)
    if url:
        yield url[0]
    origin = parse_origin(url[0] if url else seen)
    host = origin.host if origin else seen.lstrip(".")
    if is_host(host):
        yield f"https://{join_port(bracketed(host), origin.port if origin else None)}/"
