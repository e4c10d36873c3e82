"""Which platform a run is for: site files (`profiles/*.toml`), and the one matcher that every store asks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from scrubber.formats import anonymization_key
from scrubber.formats.origins import (
    Origin,
    canonical_host,
    parse_origin,
    parse_partitions,
    parse_pattern,
    parse_reversed,
    parse_url,
    unicode_host,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


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
    """Parts of a host that others share: the URL itself and what lies below its path."""
    partitions: tuple[str, ...] = ()
    """eTLD+1s: data that third parties stored while embedded there belongs to the platform."""
    sign_in: tuple[str, ...] = ()
    """Cookies only: `.openai.com` is that host's domain cookies, `auth.openai.com` that host's cookies."""
    keywords: tuple[str, ...] = ()
    """Words in titles and searches; they count only on request."""
    account: Account | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Name:
    """One name of the target as it stands in a text."""

    text: str
    """Lower case: `labs.openai.com`, or with a path, `openai.com/dall-e`."""
    below: bool
    """Whether sub-domains count."""


@dataclass(frozen=True)
class Target:
    """The sites of one run; only this decides whether a value concerns them."""

    sites: tuple[Site, ...]

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """Every name to look for in texts, in both forms where it is international."""
        found: dict[Name, None] = {}
        for site in self.sites:
            for below, hosts in ((True, site.domains), (False, site.hosts)):
                for host in hosts:
                    found[Name(host, below)] = None
                    found[Name(unicode_host(host), below)] = None
            for url in site.urls:
                found[Name(url.split("://", 1)[-1].rstrip("/").lower(), below=False)] = None
        return tuple(found)

    def host(self, value: str) -> bool:
        """A host as a column holds it: with or without a leading dot, a port, brackets."""
        text = value.strip().lstrip(".")
        if text.startswith("[") or text.count(":") == 1:
            match = re.fullmatch(r"(\[.*\]|[^:]*)(?::([0-9]+))?", text)
            return match is not None and self._is_ours(canonical_host(match[1]), match[2])
        return self._is_ours(canonical_host(text), None)

    def cookie_host(self, value: str) -> bool:
        """A cookie's host, sign-in cookies included; `.openai.com` is not `openai.com`."""
        return self.host(value) or value.lower() in self._sign_in

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
        parsed = parse_origin(of)
        own = parsed.host if parsed else canonical_host(of.lstrip("."))
        return any(self._partition(site, own) for site in self._sites_named(value))

    def site(self, value: str) -> bool:
        """An eTLD+1, bare or schemeful, in a store that knows nothing finer."""
        parsed = parse_url(value)
        host = parsed.host if parsed else canonical_host(value)
        return host in self._partitions or self._is_ours(host, None)

    def reversed_host(self, value: str) -> bool:
        """`moc.ianepo.sbal.`, with or without Firefox's `:https:443`."""
        return self._is_ours(parse_reversed(value), None)

    def mentions(self, value: str | bytes) -> bool:
        """Whether a text or a blob names the target anywhere, look-alikes apart."""
        if isinstance(value, str):
            lowered = value.lower()
            return any(core in lowered for core in self._cores) and self._named.search(lowered) is not None
        return self._blob_mentions(value)

    def keyword(self, value: str) -> bool:
        """Whether a title or search has one of the keywords as a word."""
        return self._keywords is not None and self._keywords.search(value) is not None

    def _owns(self, origin: Origin) -> bool:
        return self._is_ours(origin.host, None if origin.port is None else str(origin.port))

    def _is_ours(self, host: str, port: str | None) -> bool:
        if not host:
            return False
        ports = ("", f":{port}") if port else ("",)
        parents = [host[start:] for start in _label_starts(host)]
        return any(
            host + suffix in self._hosts or any(parent + suffix in self._domains for parent in parents)
            for suffix in ports
        )

    def _in_urls(self, origin: Origin) -> bool:
        path = origin.rest.partition("#")[0].partition("?")[0].rstrip("/").lower()
        return any(
            origin.host == host and (path == prefix or path.startswith(prefix + "/"))
            for host, prefix in self._urls
        )

    def _sites_named(self, value: str) -> Iterable[str]:
        if "^" in value or "=" in value:
            yield from parse_partitions(value[value.find("^") :] if "^" in value else value)
        for site in (value, *anonymization_key.sites(value)):
            parsed = parse_url(site)
            if parsed:
                yield parsed.host

    def _partition(self, site: str, own: str) -> bool:
        if self._is_ours(site, None):
            return True
        return site in self._partitions and not (own == site or own.endswith("." + site))

    def _blob_mentions(self, blob: bytes) -> bool:
        lowered = blob.lower()
        for core in self._cores:
            if core.encode() in lowered:
                text = lowered.decode("latin-1")
                if self._named.search(text) or self._length_prefixed(blob, text):
                    return True
            for wide in ("utf-16-le", "utf-16-be"):
                if core.encode(wide) in lowered:
                    texts = (lowered[shift:].decode(wide, "replace") for shift in (0, 1))
                    if any(self._named.search(text) for text in texts):
                        return True
        return False

    def _length_prefixed(self, blob: bytes, text: str) -> bool:
        """Protobuf and pickles: the byte before a string is its length and the next one a tag, either may
        look like a letter. A name counts there when the string's length says that it ends with the name."""
        for match in self._bare.finditer(text):
            for start in range(match.start(), max(0, match.start() - 64), -1):
                if blob[start - 1] == match.end() - start:
                    return True
                if not (text[start - 1].isalnum() or text[start - 1] in ".:/-"):
                    break
        return False

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
    def _urls(self) -> tuple[tuple[str, str], ...]:
        parsed = (parse_url(url) for site in self.sites for url in site.urls)
        return tuple((origin.host, origin.rest.rstrip("/").lower()) for origin in parsed if origin)

    @cached_property
    def _cores(self) -> tuple[str, ...]:
        """What a text must contain to name the target at all: the hosts, whatever stands around them."""
        return tuple({name.text.partition("/")[0] for name in self.names})

    @cached_property
    def _named(self) -> re.Pattern[str]:
        return _names_pattern(self.names)

    @cached_property
    def _bare(self) -> re.Pattern[str]:
        return re.compile("|".join(re.escape(name.text) for name in self.names) or r"(?!)")

    @cached_property
    def _keywords(self) -> re.Pattern[str] | None:
        words = [re.escape(word) for site in self.sites for word in site.keywords]
        return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE) if words else None


# What may stand before a name: nothing that continues a host label. A percent or backslash escape ends in
# letters or digits, but stands for one character (`https%3A%2F%2Flabs.…`, up to doubly escaped).
_ESCAPED = (
    r"(?<=%[0-9a-f]{2})|(?<=%25[0-9a-f]{2})|(?<=%2525[0-9a-f]{2})|(?<=\\u[0-9a-f]{4})|(?<=\\x[0-9a-f]{2})"
)
_BEFORE = rf"(?:(?<![0-9a-z-])|(?<=\\[nrtbf])|{_ESCAPED})"
_AFTER = r"(?![0-9a-z-]|\.[0-9a-z_-])"
_SLASH = r"(?:/|%2f|%252f|\\/|\\u002f)"


def _names_pattern(names: Iterable[Name]) -> re.Pattern[str]:
    choices = []
    for name in names:
        host, slash, path = name.text.partition("/")
        exactly = "" if name.below else r"(?<!\.)" if not slash else r"(?<![0-9a-z]\.)"
        tail = _SLASH + re.escape(path).replace("/", _SLASH) + r"(?![0-9a-z_-])" if slash else _AFTER
        choices.append(exactly + re.escape(host) + tail)
    return re.compile(_BEFORE + "(?:" + "|".join(choices) + ")") if choices else re.compile(r"(?!)")


def _label_starts(host: str) -> Iterable[int]:
    yield 0
    for match in re.finditer(r"\.", host):
        yield match.end()
