"""Which platform a run is for, and the one matcher that every store asks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote

from scrubber.formats import anonymization_key
from scrubber.formats.origins import (
    Origin,
    canonical_host,
    join_port,
    parse_origin,
    parse_partitions,
    parse_pattern,
    parse_reversed,
    parse_url,
    split_port,
    unicode_host,
)
from scrubber.sites.mentions import Mentions, Name

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Account", "Name", "Site", "Target"]

_LONGEST_HOST = 253
# Scripts that put no space around a foreign word: CJK, kana, Hangul with its particles, Thai.
_UNSPACED = (
    r"\u0e00-\u0e7f\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff66-\uffdc"
    r"\U00020000-\U0003ffff"
)


@dataclass(frozen=True)
class Account:
    """What no local tool can delete, and how the person asks the platform to."""

    checked: str
    """The day on which the steps were last checked, `2026-11-24`."""
    steps: tuple[str, ...]
    retention: str
    """How long the platform keeps what was deleted."""
    url: str = ""


@dataclass(frozen=True)
class Site:
    """One platform: what belongs to it in a browser. The fields are the keys of its TOML file."""

    key: str
    """The file's name without its ending: `dalle`."""
    name: str
    domains: tuple[str, ...] = ()
    """Hosts that count with everything below them; `host:port` where only that port counts."""
    hosts: tuple[str, ...] = ()
    """Exactly these hosts."""
    urls: tuple[str, ...] = ()
    """Parts of a host that others share: the URL itself and what lies below its path; any scheme counts."""
    partitions: tuple[str, ...] = ()
    """eTLD+1s: data that third parties stored while embedded there belongs to the platform."""
    sign_in: tuple[str, ...] = ()
    """Cookies only: `.openai.com` is that host's domain cookies, `auth.openai.com` that host's cookies."""
    keywords: tuple[str, ...] = ()
    """Words in titles and searches; they count only on request."""
    account: Account | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Target:
    """The sites of one run; only this decides whether a value concerns them."""

    sites: tuple[Site, ...]

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """Every name to look for in texts, in both forms where it is international."""
        found: dict[Name, None] = {}
        for site in self.sites:
            given = [(host, True) for host in site.domains] + [(host, False) for host in site.hosts]
            given += [(url.partition("://")[2].rstrip("/").lower(), False) for url in site.urls]
            for text, below in given:
                found[Name(text, below)] = None
                found[Name(_readable(text), below)] = None
        return tuple(found)

    @cached_property
    def host_names(self) -> tuple[str, ...]:
        """Those of the names that are hosts as a whole, without ports and brackets."""
        return tuple(split_port(name.text)[0].strip("[]") for name in self.names if "/" not in name.text)

    def host(self, value: str) -> bool:
        """A host as a column holds it: with or without a leading dot, a port, brackets."""
        host, port = split_port(value.strip().lstrip("."))
        return self._is_ours(canonical_host(host), port)

    def cookie_host(self, value: str) -> bool:
        """A cookie's host, sign-in cookies included; `.openai.com` is not `openai.com`."""
        if self.host(value):
            return True
        return "." * value.startswith(".") + canonical_host(value.removeprefix(".")) in self._sign_in

    def url(self, value: str) -> bool:
        """A URL of the target's hosts, or below one of its URLs."""
        origin = parse_url(value)
        return origin is not None and (self._owns(origin) or self._in_urls(origin))

    def origin(self, value: str) -> bool:
        """An origin, storage key, origin identifier or folder name, by its host or its partition."""
        origin = parse_origin(value)
        if origin is None:
            return False
        return self._owns(origin) or any(self._partition(site, origin.host) for site in origin.partitions)

    def pattern(self, value: str) -> bool:
        """A content setting's key: either half."""
        halves = (parse_pattern(half) for half in value.split(","))
        return any(half is not None and self._owns(half) for half in halves)

    def partition(self, value: str, of: str) -> bool:
        """A partition in a column of its own, beside the host (or origin, or URL) of the record.

        `https://openai.com`, `^partitionKey=%28https%2Copenai.com%29`, a base64 anonymization key. A record
        whose own host lies in the partition's site is first-party there: the partition says nothing then.
        """
        own = _own_host(of)
        return any(self._partition(site, own) for site in _sites_named(value))

    def site(self, value: str) -> bool:
        """An eTLD+1, bare or schemeful, in a store that knows nothing finer."""
        parsed = parse_url(value)
        if parsed:
            return parsed.host in self._partitions or self._owns(parsed)
        return canonical_host(value) in self._partitions or self.host(value)

    def reversed_host(self, value: str) -> bool:
        """`moc.ianepo.sbal.`, with or without Firefox's `:https:443`."""
        origin = parse_reversed(value)
        return origin is not None and self._owns(origin)

    def is_near(self, text: str) -> bool:
        """A quick look at many texts in one: False where none of them mentions the target."""
        return self._mentions.near(text)

    def mentions(self, value: str | bytes) -> bool:
        """Whether a text or a blob names the target anywhere, look-alikes apart."""
        return self._mentions.in_text(value) if isinstance(value, str) else self._mentions.in_blob(value)

    def keyword(self, value: str) -> bool:
        """Whether a title or search has one of the keywords as a word."""
        return self._keywords is not None and self._keywords.search(value) is not None

    def _owns(self, origin: Origin) -> bool:
        return self._is_ours(origin.host, origin.effective_port)

    def _is_ours(self, host: str, port: int | None) -> bool:
        if not 0 < len(host) <= _LONGEST_HOST:
            return False
        if host in self._hosts or join_port(host, port) in self._hosts:
            return True
        return any(
            parent in self._domains or join_port(parent, port) in self._domains for parent in _parents(host)
        )

    def _in_urls(self, origin: Origin) -> bool:
        path = _path(origin)
        return any(
            origin.host == url.host
            and url.port in (None, origin.effective_port)
            and (path + "/").startswith(_path(url) + "/")
            for url in self._urls
        )

    def _partition(self, site: str, own: str) -> bool:
        if self._is_ours(site, None):
            return True
        return site in self._partitions and not (own == site or own.endswith("." + site))

    @cached_property
    def _domains(self) -> frozenset[str]:
        return frozenset(host for site in self.sites for host in site.domains)

    @cached_property
    def _hosts(self) -> frozenset[str]:
        return frozenset(host for site in self.sites for host in site.hosts)

    @cached_property
    def _partitions(self) -> frozenset[str]:
        return frozenset(host for site in self.sites for host in site.partitions)

    @cached_property
    def _sign_in(self) -> frozenset[str]:
        given = [host for site in self.sites for host in site.sign_in]
        return frozenset(given) | {"." + host for host in given if not host.startswith(".")}

    @cached_property
    def _urls(self) -> tuple[Origin, ...]:
        parsed = (parse_url(url) for site in self.sites for url in site.urls)
        return tuple(url for url in parsed if url)

    @cached_property
    def _mentions(self) -> Mentions:
        return Mentions(self.names)

    @cached_property
    def _keywords(self) -> re.Pattern[str] | None:
        words = [re.escape(word) for site in self.sites for word in site.keywords]
        letter = rf"[^\W{_UNSPACED}]"
        joined = rf"(?<!{letter})(?:{'|'.join(words)})(?!{letter})"
        return re.compile(joined, re.IGNORECASE) if words else None


def _readable(text: str) -> str:
    if "xn--" not in text:
        return text
    authority, slash, path = text.partition("/")
    host, port = split_port(authority)
    return join_port(unicode_host(host), port) + slash + path


def _own_host(of: str) -> str:
    parsed = parse_origin(of) or (parse_reversed(of) if ".:" in of else None)
    return parsed.host if parsed else canonical_host(split_port(of.lstrip("."))[0])


def _sites_named(value: str) -> Iterable[str]:
    yield from parse_partitions(value[max(0, value.find("^")) :])
    for site in (value, *anonymization_key.sites(value)):
        parsed = parse_url(site)
        if parsed:
            yield parsed.host


def _path(url: Origin) -> str:
    return unquote(url.rest.partition("#")[0].partition("?")[0]).rstrip("/").lower()


def _parents(host: str) -> Iterable[str]:
    """The host itself and what lies above it."""
    while host:
        yield host
        host = host.partition(".")[2]
