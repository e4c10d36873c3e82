"""The spellings in which browsers write whose data something is: hosts, URLs, origins, storage keys.

    https://labs.openai.com/                                 URL, Chromium's first-party storage key
    https://third.example/^0https://openai.com               storage key, partitioned under a site
    https_labs.openai.com_0   http_[__1]_8080                origin identifier (0: the scheme's own port)
    https+++labs.openai.com+8443^userContextId=2             Firefox's folder name, with its suffix
    https://a.example^partitionKey=%28https%2Copenai.com%29  Firefox's origin with its suffix
    https://labs.openai.com:443,*   [*.]labs.openai.com,*    content-setting patterns
    moc.ianepo.sbal.   moc.ianepo.sbal.:https:443            reversed hosts

Sources: third_party/blink/common/storage_key/storage_key.cc, storage/common/database/database_identifier.cc,
components/content_settings/core/common/content_settings_pattern_parser.cc (Chromium);
caps/OriginAttributes.cpp, dom/quota/OriginParser.cpp, dom/storage/StorageUtils.cpp (Firefox).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from unicodedata import normalize
from urllib.parse import unquote

# Ports are bounded: more digits are no port, and too many are no number for int().
_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^/?#]*@)?"
    r"(?P<host>\[[^\]/?#]*\]|[^/?#:]*)(?::(?P<port>[0-9]{0,5}))?(?P<rest>[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_WRAPPED = re.compile(r"(?:view-source:|blob:|filesystem:|feed:|about:reader\?url=)+", re.IGNORECASE)
_IDENTIFIER = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)_(?P<host>\S*)_(?P<port>[0-9]{1,5})", re.IGNORECASE)
_FOLDER = re.compile(
    r"(?P<scheme>[a-z][a-z0-9.-]*)\+\+\+(?P<host>\[[0-9a-f+.]*\]|[^+^]*)(?:\+(?P<port>[0-9]{1,5}))?",
    re.IGNORECASE,
)
_PATTERN = re.compile(
    r"(?:(?P<scheme>[a-z*][a-z0-9+.-]*)://)?(?:\[\*\.\])?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^/\s:*\[\]]+)(?::(?P<port>[0-9]{1,5}|\*))?(?P<rest>/.*)?",
    re.IGNORECASE,
)
_REVERSED = re.compile(
    r"(?P<host>.*?)\.?(?::(?P<scheme>[a-z][a-z0-9+.-]*):(?P<port>[0-9]{1,5}))?", re.IGNORECASE
)
_PORTED = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*):([0-9]{1,5})")
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_CHROMIUM_PART = re.compile(r"\^([0-9])([^^]*)")
_PARTITION_KEY = re.compile(r"\((?:[a-z][a-z0-9+.-]*),([^,)]*)[^)]*\)", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443, "ftp": 21}
_LONGEST_HOST = 253


@dataclass(frozen=True)
class Origin:
    """Whose a record is."""

    scheme: str
    host: str
    """As `canonical_host` gives it."""
    port: int | None
    """None where it is the scheme's own, or not given."""
    rest: str = ""
    """Path, query and fragment of a URL, as written."""
    partitions: tuple[str, ...] = ()
    """Hosts of the sites that the record is partitioned under."""

    @property
    def effective_port(self) -> int | None:
        """The port that a browser connects to; None where the scheme has no port of its own."""
        return self.port or _DEFAULT_PORTS.get(self.scheme)


def canonical_host(text: str) -> str:
    """A host as browsers store it: lower case, punycode, no brackets, no trailing dot.

    `Labs.OpenAI.com.` → `labs.openai.com`; `BÜCHER.example` → `xn--bcher-kva.example`; `[0:0::1]` → `::1`.
    What is no host comes back as some text that equals none.
    """
    host = unquote(text) if "%" in text else text
    host = host.strip("[]").removesuffix(".").lower()
    if ":" in host:
        return _compressed(host)
    return host if host.isascii() or len(host) > _LONGEST_HOST else _punycode(host)


def unicode_host(host: str) -> str:
    """The same host as people read it: `xn--bcher-kva.example` → `bücher.example`."""
    if "xn--" not in host:
        return host
    import idna  # noqa: PLC0415 - its tables are large and seldom needed

    try:
        return idna.decode(host)
    except idna.IDNAError:
        return ".".join(_unicode_label(label) for label in host.split("."))


def is_host(text: str) -> bool:
    """Whether a canonical host is a name, an IPv4 address or an IPv6 address without brackets."""
    try:
        if ":" in text:
            return IPv6Address(text).scope_id is None
        if text.rpartition(".")[2].isdigit():
            # A browser takes any name that ends in a number for an IPv4 address.
            return str(IPv4Address(text)) == text
    except AddressValueError:
        return False
    return len(text) <= _LONGEST_HOST and _HOST.fullmatch(text) is not None


def is_address(host: str) -> bool:
    """Whether a host is an address by its numbers, below which there is nothing."""
    return ":" in host or host.rpartition(".")[2].isdigit()


def split_port(text: str) -> tuple[str, int | None]:
    """`labs.openai.com:8443` → `("labs.openai.com", 8443)`; `[::1]:80` → `("[::1]", 80)`; `::1` as it is."""
    match = _PORTED.fullmatch(text)
    return (match[1], int(match[2])) if match else (text, None)


def join_port(host: str, port: int | None) -> str:
    """The way back; an IPv6 address gets brackets where a port follows."""
    return host if port is None else f"{bracketed(host)}:{port}"


def bracketed(host: str) -> str:
    """A host as URLs have it, and what browsers make of it: `::1` → `[::1]`, all others as they are."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def parse_url(text: str) -> Origin | None:
    """A URL's parts; also of one wrapped in `view-source:`, `blob:`, `about:reader?url=`."""
    wrapped = _WRAPPED.match(text)
    if wrapped:
        text = text[wrapped.end() :]
        text = unquote(text) if "://" not in text[:16] else text
    return _origin(_URL.fullmatch(text))


def parse_origin(text: str) -> Origin | None:
    """Any spelling above but patterns and reversed hosts; None where it is no origin of a host."""
    head, caret, _ = text.partition("^")
    for shape in (_URL, _FOLDER, _IDENTIFIER):
        match = shape.fullmatch(head)
        if match:
            return _origin(match, parse_partitions(text[len(head) :]) if caret else ())
    return None


def parse_pattern(text: str) -> Origin | None:
    """One half of a content setting's key; None for `*` and for patterns without a host."""
    return _origin(_PATTERN.fullmatch(text))


def parse_reversed(text: str) -> Origin | None:
    """`moc.ianepo.sbal.` of places, `moc.ianepo.sbal.:https:443` of webappsstore."""
    return _origin(_REVERSED.fullmatch(text))


def parse_partitions(suffix: str) -> tuple[str, ...]:
    """Hosts of the sites in a suffix of either family; `^0https://openai.com` → `("openai.com",)`.

    Chromium: `^0` the top-level site, `^6` the site that an opaque one came from. Firefox: `partitionKey`
    (`(https,openai.com,f)`, or a bare host in old profiles) and `firstPartyDomain`; or a partition key
    alone, as session files have it.
    """
    found = []
    for number, value in _CHROMIUM_PART.findall(suffix):
        site = _URL.fullmatch(value)
        if number in "06" and site:
            found.append(canonical_host(site["host"]))
    for attribute in suffix.removeprefix("^").split("&"):
        name, _, value = attribute.rpartition("=")
        value = unquote(value)
        inner = _PARTITION_KEY.fullmatch(value)
        if name in ("partitionKey", "firstPartyDomain") or (inner and not name):
            found.append(canonical_host(inner[1] if inner else value))
    return tuple(found)


def _origin(match: re.Match[str] | None, partitions: tuple[str, ...] = ()) -> Origin | None:
    if match is None:
        return None
    groups = match.groupdict(default="")
    host = groups["host"]
    if match.re is _REVERSED:
        host = host[::-1].lstrip(".")
    elif host.startswith("["):
        # File names have no colons: Firefox writes plus signs for them, Chromium underscores.
        host = host.translate({ord("+"): ":", ord("_"): ":"})
    scheme = groups["scheme"].lower()
    port = int(groups["port"]) if groups["port"].isdigit() else None
    if port in (0, _DEFAULT_PORTS.get(scheme)):
        port = None
    return Origin(scheme, canonical_host(host), port, groups.get("rest", ""), partitions)


def _compressed(host: str) -> str:
    try:
        return IPv6Address(host).compressed
    except AddressValueError:
        return host


def _punycode(host: str) -> str:
    import idna  # noqa: PLC0415

    try:
        return idna.encode(host, uts46=True).decode("ascii").removesuffix(".")
    except idna.IDNAError:
        if not host.isprintable():
            return host
        # Browsers still take what IDNA 2008 refuses: symbols and emoji.
        labels = normalize("NFKC", host).lower().split(".")
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii") for label in labels
    )


def _unicode_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
