"""The spellings in which browsers write whose data something is: hosts, URLs, origins, storage keys.

    https://labs.openai.com/                                 URL, Chromium's first-party storage key
    https://third.example/^0https://openai.com               storage key, partitioned under a site
    https_labs.openai.com_0                                  origin identifier (0: the scheme's own port)
    https+++labs.openai.com+8443^userContextId=2             Firefox's folder name, with its suffix
    https://a.example^partitionKey=%28https%2Copenai.com%29  Firefox's origin with its suffix
    https://labs.openai.com:443,*   [*.]labs.openai.com,*    content-setting patterns
    moc.ianepo.sbal.   moc.ianepo.sbal.:https:443            reversed hosts

Sources: third_party/blink/common/storage_key/storage_key.cc, storage/common/database/database_identifier.cc,
components/content_settings/core/common/content_settings_pattern_parser.cc (Chromium);
caps/OriginAttributes.cpp, dom/quota/OriginParser.cpp (Firefox).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^/?#]*@)?"
    r"(?P<host>\[[^\]/?#]*\]|[^/?#:]*)(?::(?P<port>[0-9]*))?(?P<rest>[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_WRAPPED = re.compile(r"(?:view-source:|blob:|filesystem:|feed:|fake-favicon-uri:|about:reader\?url=)+", re.IGNORECASE)
_IDENTIFIER = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)_(?P<host>\S*)_(?P<port>[0-9]+)", re.IGNORECASE)
_FOLDER = re.compile(
    r"(?P<scheme>[a-z][a-z0-9.-]*)\+\+\+(?P<host>\[[0-9a-f+.]*\]|[^+^]*)(?:\+(?P<port>[0-9]+))?",
    re.IGNORECASE,
)
_PATTERN = re.compile(
    r"(?:(?P<scheme>[a-z*][a-z0-9+.-]*)://)?(?:\[\*\.\])?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^/\s:*\[\]]+)(?::(?P<port>[0-9]+|\*))?(?P<rest>/.*)?",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?|_[\w-]{0,62})(?:\.[\w-]{1,63})*|[0-9a-f:.]*:[0-9a-f:.]*")
_CHROMIUM_PART = re.compile(r"\^([0-9])([^^]*)")
_PARTITION_KEY = re.compile(r"\((?:[a-z][a-z0-9+.-]*),([^,)]*)[^)]*\)", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443, "ftp": 21}


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


def canonical_host(text: str) -> str:
    """A host as browsers store it: lower case, punycode, no brackets, no trailing dot.

    `Labs.OpenAI.com.` → `labs.openai.com`; `BÜCHER.example` → `xn--bcher-kva.example`; `[::1]` → `::1`.
    """
    host = unquote(text) if "%" in text else text
    host = host.strip("[]").removesuffix(".").lower()
    if host.isascii():
        return host
    import idna  # noqa: PLC0415 - its tables are large and seldom needed

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return host


def unicode_host(host: str) -> str:
    """The same host as people read it: `xn--bcher-kva.example` → `bücher.example`."""
    if "xn--" not in host:
        return host
    import idna  # noqa: PLC0415

    try:
        return idna.decode(host)
    except idna.IDNAError:
        return host


def is_host(text: str) -> bool:
    """Whether the text is a host name, an IPv4 address or an IPv6 address without brackets."""
    return len(text) <= 253 and _HOST.fullmatch(text) is not None


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


def parse_reversed(text: str) -> str:
    """The host of `moc.ianepo.sbal.` or `moc.ianepo.sbal.:https:443`."""
    return canonical_host(text.partition(":")[0][::-1].removeprefix("."))


def parse_partitions(suffix: str) -> tuple[str, ...]:
    """Hosts of the sites in a suffix of either family; `^0https://openai.com` → `("openai.com",)`.

    Chromium: `^0` the top-level site, `^6` the site that an opaque one came from. Firefox: `partitionKey`
    (`(https,openai.com,f)`, or a bare host in old profiles) and `firstPartyDomain`.
    """
    found = []
    for number, value in _CHROMIUM_PART.findall(suffix):
        site = _URL.fullmatch(value)
        if number in "06" and site:
            found.append(canonical_host(site["host"]))
    for attribute in suffix.removeprefix("^").split("&"):
        name, _, value = attribute.partition("=")
        if name in ("partitionKey", "firstPartyDomain"):
            value = unquote(value)
            inner = _PARTITION_KEY.fullmatch(value)
            found.append(canonical_host(inner[1] if inner else value))
    return tuple(found)


def _origin(match: re.Match[str] | None, partitions: tuple[str, ...] = ()) -> Origin | None:
    if match is None:
        return None
    groups = match.groupdict(default="")
    host = groups["host"]
    if match.re is _FOLDER and host.startswith("["):
        host = host.replace("+", ":")
    scheme = groups["scheme"].lower()
    port = int(groups["port"]) if groups["port"].isdigit() else None
    if port in (0, _DEFAULT_PORTS.get(scheme)):
        port = None
    return Origin(scheme, canonical_host(host), port, groups.get("rest", ""), partitions)
