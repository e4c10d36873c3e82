"""Members of JSON objects and lists that are only a hash: of a page, or of a host.

HashedItems("ntp", "most_visited_blacklist", spelled=of_pages, holds="history")
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrubber.formats.host_hashes import hints_key, topics_domain, topics_host
from scrubber.model import Standing, Trace
from scrubber.stores.frozen import settle
from scrubber.stores.json_file import items_at
from scrubber.stores.known_hosts import hosts, pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from scrubber.formats.json_text import Node
    from scrubber.model import Look
    from scrubber.stores.columns import Value
    from scrubber.stores.json_edit import Place

Spelled = dict[str, tuple[str, "Path | None"]]
"""What each hash stands for, by the way that the file spells it, and the store that tells of that."""


@dataclass(frozen=True, init=False)
class HashedItems:
    """Where they are (as in `json_file.Items`), and what the target's look like."""

    place: tuple[str, ...]
    spelled: Callable[[Path, Look, Node], Spelled]
    """For a file, and what is in it."""
    holds: str

    def __init__(self, *place: str, spelled: Callable[[Path, Look, Node], Spelled], holds: str) -> None:
        settle(self, place=place, spelled=spelled, holds=holds)

    def find(self, path: Path, root: Node, look: Look) -> Iterator[Trace]:
        """The target's. Raises UnreadableStore."""
        if not look.policy.wants(self.holds):
            return
        items = [(at, _hash(at, item)) for at, item in items_at(root, self.place)]
        known = self.spelled(path, look, root) if items else {}
        for at, found in items:
            if found in known:
                seen, teller = known[found]
                yield Trace(".".join(self.place), at, Standing.OWN, seen, self.holds, told_by=teller)


def of_pages(path: Path, look: Look, _root: Node) -> Spelled:
    """The MD5 of a URL (`TopSitesImpl::GetURLHash`)."""
    return {
        hashlib.md5(url.encode(), usedforsecurity=False).hexdigest(): (url, teller)
        for url, teller in pages(path, look).items()
    }


def of_hosts(path: Path, look: Look, _root: Node) -> Spelled:
    """The 32 bits that `optimization_guide::HashHostForDictionary` makes of a host, in hexadecimal."""
    return {hints_key(host): (host, teller) for host, teller in hosts(path, look).items()}


def of_topics(path: Path, look: Look, root: Node) -> Spelled:
    """The domains that called the Topics API, under the key in the file (`HashContextDomainForStorage`)."""
    key = root.get("hex_encoded_hmac_key") if isinstance(root, dict) else None
    try:
        secret = bytes.fromhex(key if isinstance(key, str) else "")
    except ValueError:
        return {}
    domains = _domains(path, look) if secret else ()
    return {str(topics_domain(domain, secret)): (domain, teller) for domain, teller in domains}


def hosts_of_topics(path: Path, look: Look) -> dict[Value, Path | None]:
    """The hosts of pages in `BrowsingTopicsSiteData`, each with the store that tells of it."""
    return {topics_host(host): teller for host, teller in hosts(path, look).items()}


def _hash(at: Place, item: Node) -> str:
    return at[-1] if isinstance(at[-1], str) else str(item)


def _domains(path: Path, look: Look) -> Iterator[tuple[str, Path | None]]:
    """The hosts and what lies above them as far as it is the target's site."""
    for host, teller in hosts(path, look).items():
        labels = host.split(".")
        above = (".".join(labels[count:]) for count in range(len(labels)))
        yield from ((domain, teller) for domain in filter(look.target.site, above))
