"""The hashed forms of a host and of its likely addresses, which confirm a visit to whoever can guess.

    base64 SHA-256 of the DNS name                HSTS (TransportSecurity)
    MD5 of the host                               Site Characteristics
    SHA-1 of the origin's identifier              CacheStorage's folders; with `-1`, background fetches
    MD5, SHA-256 of a URL, in hex and base64      thumbnails, blocked tiles, previews, web app manifests
    start of MD5 of a URL, as a number            ukm_db
    Mozilla's hash of a URL, as a number          moz_places.url_hash, moz_icons
    start of SHA-1, SHA-1 of a cache key          indexes and file names of the simple cache and of cache2
    SHA-256 of SHA-256 of a URL, in letters a-p   installed web apps
    start of SHA-256, HMAC of a host, as numbers  BrowsingTopicsSiteData

A hash as text counts only where it stands alone: a longer run of its letters is something else.
Sources: net/http/transport_security_state.cc, storage/common/database/database_identifier.cc,
components/ukm/ukm_service.cc, components/webapps/common/web_app_id.h, net/http/http_cache.cc (Chromium);
toolkit/components/places/Helpers.cpp (HashURL), netwerk/cache2/CacheFileUtils.cpp (Firefox).
"""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import TYPE_CHECKING, NamedTuple

from scrubber.formats.cache2.key import file_name
from scrubber.formats.host_hashes import topics_host
from scrubber.formats.origins import bracketed, parse_url, split_port
from scrubber.formats.simple_cache import file_hash
from scrubber.formats.spellings import identifiers
from scrubber.residue.encoded import runs_of
from scrubber.residue.members import Members

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from scrubber.sites import Target

WELL_KNOWN = ("www", "api", "app", "auth", "cdn", "static", "assets", "img", "images", "media", "m", "beta")
"""Labels that hosts below a target often have; those that the caller's URLs name count besides."""

_HEX = b"0123456789abcdefABCDEF"
_IS_HEX = bytes(97 if byte in _HEX else 32 for byte in range(256))
# File names have other characters for the slash; which one was meant doesn't matter to a hash.
_ONE_SIGN = bytes.maketrans(b"+-_", b"///")
_APP_LETTERS = bytes.maketrans(b"0123456789abcdef", b"abcdefghijklmnop")
_IS_APP_LETTER = bytes(97 if 97 <= byte < 113 else 32 for byte in range(256))
_HEX_SIZES = frozenset({16, 32, 40, 64})
_BASE64_SIZES = frozenset({22, 43})
_APP_SIZE = 32
_APP_SIZES = frozenset({_APP_SIZE})
_ICON_COLUMN = "icon_url_hash"
_MOZILLA_LONGEST = 1500
_MOZILLA_PREFIX = 50
_GOLDEN_RATIO = 0x9E3779B9
_U32 = 0xFFFFFFFF


class Hashed(NamedTuple):
    """What a hash stands for."""

    name: str
    form: str


class Hashes:
    """All hashes of a target, ready to be looked up.

    `urls` are addresses of the target that are known, `topics_key` is the profile's.
    """

    def __init__(self, target: Target, urls: Collection[str] = (), topics_key: bytes | None = None) -> None:
        self._tokens: dict[bytes, Hashed] = {}
        self._numbers: dict[int, Hashed] = {}
        self._icons: dict[int, Hashed] = {}
        self.urls: dict[str, str] = {}
        """Every likely address, with the name that it counts for."""
        hosts = dict(_hosts(target, urls))
        for host, name in hosts.items():
            self._add_host(host, name, target)
        self.members = Members(hosts, dict(_callers(target, hosts)))
        if topics_key:
            callers = self.members.callers(topics_key).items()
            self._numbers |= {int(number): Hashed(name, "topics hash") for number, name in callers}
        self.urls |= {url: name for host, name in hosts.items() for url in _likely(host) if target.url(url)}
        self.urls |= {page: url.partition("://")[2] for url in _given(target) for page in _spelled(url)}
        self.urls |= {url: hosts.get(_host(url), _host(url)) for url in urls if target.url(url)}
        for url, name in self.urls.items():
            self._add_url(url, name)

    def find(self, runs: list[bytes]) -> Iterator[Hashed]:
        """Every hash among the runs that `encoded.base64_runs` finds, whole ones or parts of them."""
        if not runs:
            return
        for run in runs:
            if len(run) in _BASE64_SIZES and (found := self._tokens.get(run.translate(_ONE_SIGN))):
                yield found
        joined = b" ".join(runs)
        for classes, sizes in ((_IS_HEX, _HEX_SIZES), (_IS_APP_LETTER, _APP_SIZES)):
            for run in runs_of(joined, classes, min(sizes)):
                if len(run) in sizes and (found := self._tokens.get(run.lower())):
                    yield found

    def number(self, number: int, column: str = "") -> Hashed | None:
        """What an integer stands for. Hashes of 32 bits count only in the column that is for them.

        Elsewhere, a few thousand of them would meet some number that means something else.
        """
        return (self._icons if column.endswith(_ICON_COLUMN) else self._numbers).get(number)

    def token(self, text: str) -> Hashed | None:
        """What a hash in lower hex stands for."""
        return self._tokens.get(text.encode())

    def _add_host(self, host: str, name: str, target: Target) -> None:
        wire = b"".join(bytes((len(label),)) + label for label in host.encode().split(b".")) + b"\0"
        self._add_base64(hashlib.sha256(wire).digest(), name, "hsts hash")
        self._numbers[topics_host(host)] = Hashed(name, "topics hash")
        self._add_token(_md5(host.encode()).hex().encode(), name, "md5 of the host")
        # A host may come with a port here; only its origin has one, too.
        authority, _ = identifiers(host)
        identified = authority if split_port(host)[1] is not None else f"{authority}_0"
        for identifier in filter(target.origin, (f"{scheme}_{identified}" for scheme in ("https", "http"))):
            for owner in ("", "-1"):
                digest = hashlib.sha1((identifier + owner).encode(), usedforsecurity=False)
                self._add_token(digest.hexdigest().encode(), name, "sha1 of the origin")

    def _add_url(self, url: str, name: str) -> None:
        md5, sha256 = _md5(url.encode()), hashlib.sha256(url.encode()).digest()
        for digest, form in ((md5, "md5 of the address"), (sha256, "sha256 of the address")):
            self._add_token(digest.hex().encode(), name, form)
            self._add_base64(digest, name, form)
        self._numbers[struct.unpack_from("<q", md5)[0]] = Hashed(name, "md5 of the address as a number")
        self._numbers[mozilla_hash(url)] = Hashed(name, "url hash")
        self._icons[mozilla_hash(_bare(url))] = Hashed(name, "url hash")
        app = hashlib.sha256(sha256).hexdigest()[:_APP_SIZE].encode().translate(_APP_LETTERS)
        self._add_token(app, name, "web app id")
        for key in _chromium_keys(url):
            self._add_token(file_hash(key.encode()).encode(), name, "hash of a cache key")
        for key in _firefox_keys(url):
            self._add_token(file_name(key.encode()).lower().encode(), name, "hash of a cache key")

    def _add_token(self, token: bytes, name: str, form: str) -> None:
        self._tokens.setdefault(token, Hashed(name, form))

    def _add_base64(self, digest: bytes, name: str, form: str) -> None:
        token = base64.b64encode(digest).rstrip(b"=").translate(_ONE_SIGN)
        self._add_token(token, name, f"base64 {form}")


def mozilla_hash(url: str) -> int:
    """Firefox's 48 bits of a URL, of which the upper 16 are of its scheme; 32 bits where it has none."""
    data = url.encode()
    colon = data.find(b":", 0, _MOZILLA_PREFIX)
    if colon < 0:
        return _hash_string(data)
    return ((_hash_string(data[:colon]) & 0xFFFF) << 32) + _hash_string(data)


def _hash_string(data: bytes) -> int:
    number = 0
    for byte in data[:_MOZILLA_LONGEST]:
        number = ((number << 5 & _U32 | number >> 27) ^ byte) * _GOLDEN_RATIO & _U32
    return number


def _hosts(target: Target, urls: Collection[str]) -> Iterator[tuple[str, str]]:
    """Every host that the target may have been visited at, with the name that it counts for."""
    for site in target.sites:
        for domain in site.domains:
            host = split_port(domain)[0]
            yield from ((f"{label}.{host}", domain) for label in WELL_KNOWN)
        for name in (*site.domains, *site.hosts):
            host, port = split_port(name)
            yield bracketed(host), name
            if port is not None:
                yield name, name
    for url in urls:
        host = _host(url)
        while host and target.host(host):
            yield host, host
            host = host.partition(".")[2]


def _callers(target: Target, hosts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The sites of the hosts, as far as they are the target's: the API knows only these."""
    for host, name in hosts.items():
        site = host
        while site:
            if target.site(site):
                yield site, hosts.get(site, name if target.host(site) else site)
            site = site.partition(".")[2]


def _given(target: Target) -> Iterator[str]:
    yield from (url for site in target.sites for url in site.urls)


def _spelled(url: str) -> Iterator[str]:
    page = url.partition("://")[2].rstrip("/")
    yield from (f"{scheme}://{page}{end}" for scheme in ("https", "http") for end in ("", "/"))


def _likely(host: str) -> Iterator[str]:
    for scheme in ("https", "http"):
        yield from (f"{scheme}://{host}/{path}" for path in ("", "favicon.ico", "manifest.json"))


def _chromium_keys(url: str) -> Iterator[str]:
    yield url
    for credentials in "10":
        yield f"{credentials}/0/{url}"
        for site in _sites(url):
            for kind in ("", "s_", "cn_"):
                yield f"{credentials}/0/_dk_{kind}{site} {site} {url}"
    yield from (f"_dk_{site} {site} {url}" for site in _sites(url))


def _firefox_keys(url: str) -> Iterator[str]:
    scheme = url.partition(":")[0]
    partitions = [f"O^partitionKey=%28{scheme}%2C{site.partition('//')[2]}%29," for site in _sites(url)]
    for suffix in ("", *partitions):
        yield from (f"{suffix}{tags}:{url}" for tags in ("", "a,", "~FETCH,", "a,~FETCH,"))


def _sites(url: str) -> Iterator[str]:
    """The eTLD+1 is one of these: the host and what lies above it, but no top level."""
    scheme, _, _ = url.partition("://")
    host = _host(url)
    while "." in host:
        yield f"{scheme}://{host}"
        host = host.partition(".")[2]


def _host(url: str) -> str:
    parsed = parse_url(url)
    return parsed.host if parsed else ""


def _bare(url: str) -> str:
    """As `moz_icons` hashes an icon's address."""
    return url.partition("://")[2].removeprefix("www.")


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
