"""What Chromium makes of a host where it keeps hosts as numbers: hints for pages, and the Topics API.

    hints            SuperFastHash of the host, 32 bits          in hexadecimal: `eb031d90`
    a page's host    SHA-256 of a label and the host             the first 8 bytes as a signed number
    a caller's site  HMAC-SHA-256 of a label and the site, under the key in BrowsingTopicsState, likewise

Sources: components/optimization_guide/core/hints/hints_fetcher.cc (HashHostForDictionary),
base/third_party/superfasthash, components/browsing_topics/util.cc.
"""

from __future__ import annotations

import hashlib
import hmac

_U32 = 0xFFFFFFFF
_PAGE, _CALLER = "TopicsV1_MainFrameHostStorage|", "TopicsV1_ContextDomainStorage|"


def hints_key(host: str) -> str:
    """As members of `hosts_successfully_fetched` are called."""
    return f"{super_fast_hash(host.encode()):x}"


def topics_host(host: str) -> int:
    """A page's host in `BrowsingTopicsSiteData` (`HashMainFrameHostForStorage`)."""
    return _number(hashlib.sha256(f"{_PAGE}{host}".encode()).digest())


def topics_domain(domain: str, key: bytes) -> int:
    """A site that called the API, in `BrowsingTopicsState` (`HashContextDomainForStorage`)."""
    return _number(hmac.digest(key, f"{_CALLER}{domain}".encode(), "sha256"))


def _number(digest: bytes) -> int:
    return int.from_bytes(digest[:8], "little", signed=True)


def super_fast_hash(data: bytes) -> int:
    """Paul Hsieh's, as `base::PersistentHash` has it (base/third_party/superfasthash)."""
    value = len(data)
    whole = len(data) & ~3
    for at in range(0, whole, 4):
        value = (value + int.from_bytes(data[at : at + 2], "little")) & _U32
        value = (value << 16) ^ (int.from_bytes(data[at + 2 : at + 4], "little") << 11) ^ value
        value &= _U32
        value = (value + (value >> 11)) & _U32
    value = _rest(data[whole:], value) if data else 0
    for left, right in ((3, 5), (4, 17), (25, 6)):
        value ^= value << left & _U32
        value = (value + (value >> right)) & _U32
    return value


def _rest(data: bytes, value: int) -> int:
    """The last bytes; a single one is signed there."""
    signed = data[-1] - (data[-1] >= 0x80) * 0x100 if data else 0
    match len(data):
        case 3:
            value = (value + int.from_bytes(data[:2], "little")) & _U32
            value ^= value << 16 & _U32
            value ^= signed << 18 & _U32
            return (value + (value >> 11)) & _U32
        case 2:
            value = (value + int.from_bytes(data, "little")) & _U32
            value ^= value << 11 & _U32
            return (value + (value >> 17)) & _U32
        case 1:
            value = (value + signed) & _U32
            value ^= value << 10 & _U32
            return (value + (value >> 1)) & _U32
        case _:
            return value
