"""Hosts that Chromium keeps as short hashes in lists of JSON, which count only there.

    "hosts_successfully_fetched":{"eb031d90":13439974803.07}       hints: 32 bits, which chance makes too
    "hashed_domains":["-54321"], … "hex_encoded_hmac_key":"00ff"   Topics: under a key in the same file

Sources: components/optimization_guide/core/hints/hints_fetcher.cc,
components/browsing_topics/epoch_topics.cc.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scrubber.formats.host_hashes import hints_key, topics_domain
from scrubber.residue.forms import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HINTS = re.compile(rb'"(?:hosts_successfully_fetched|top_host_blacklist)"\s*:\s*\{([^{}]*)\}')
_MEMBER = re.compile(rb'"([0-9a-f]{1,8})"')
_TOPICS = re.compile(rb'"hashed_domains"\s*:\s*\[([^][]*)\]')
_DOMAIN = re.compile(rb"-?[0-9]{1,20}")
_KEY = re.compile(rb'"hex_encoded_hmac_key"\s*:\s*"((?:[0-9a-fA-F]{2})+)"')


class Members:
    """The hosts that such lists may have; `sites` are those that may have called the Topics API."""

    def __init__(self, hosts: Mapping[str, str], sites: Mapping[str, str]) -> None:
        self._hints = {hints_key(host).encode(): name for host, name in hosts.items()}
        self._sites = sites

    def find(self, data: bytes) -> Iterator[Hit]:
        """Every hash of the target's in every such list."""
        if b"hosts_successfully_fetched" in data or b"top_host_blacklist" in data:
            yield from _listed(data, _HINTS, _MEMBER, self._hints, "hints hash")
        if b"hashed_domains" in data and (key := topics_key(data)):
            yield from _listed(data, _TOPICS, _DOMAIN, self.callers(key), "topics hash")

    def callers(self, key: bytes) -> dict[bytes, str]:
        """What the sites are under a key, as decimal digits, and the name that each counts for."""
        return {b"%d" % topics_domain(site, key): name for site, name in self._sites.items()}


def topics_key(data: bytes) -> bytes | None:
    """The key that a `BrowsingTopicsState` has."""
    found = _KEY.search(data)
    return bytes.fromhex(found[1].decode()) if found else None


def _listed(
    data: bytes, lists: re.Pattern[bytes], item: re.Pattern[bytes], known: Mapping[bytes, str], form: str
) -> Iterator[Hit]:
    for found in lists.finditer(data):
        for one in item.finditer(data, found.start(1), found.end(1)):
            name = known.get(one[item.groups])
            if name:
                yield Hit(name, form, one.start())
