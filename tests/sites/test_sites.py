from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats import anonymization_key
from scrubber.sites import Site, Target
from scrubber.sites.site_files import ad_hoc

if TYPE_CHECKING:
    from collections.abc import Callable

DALLE = Target(
    (
        Site(
            "dalle",
            "DALL·E",
            domains=("labs.openai.com",),
            hosts=("openailabsprodscus.blob.core.windows.net",),
            urls=("https://openai.com/dall-e", "https://www.bing.com/images/create"),
            partitions=("openai.com",),
            sign_in=(".openai.com", "auth.openai.com"),
            keywords=("dall-e", "dalle", "绘图"),
        ),
    )
)
CHATGPT = Target((Site("chatgpt", "ChatGPT", domains=("chatgpt.com",), partitions=("chatgpt.com",)),))
IDN = Target((ad_hoc(["bücher.example", "中文.example"], ["ü.example:8443"]),))
PORTED = Target((ad_hoc(["labs.openai.com:443", "localhost:3000"], ["[::1]:8080", "10.0.0.1"]),))
IPV6 = Target((ad_hoc([], ["[2001:DB8:0:0::1]"]),))
WORD = Target((ad_hoc(["localhost"], ["wiki"]),))
SHORT = Target((ad_hoc(["x.co"], []),))
ANYTHING = Target((*DALLE.sites, *IDN.sites, *PORTED.sites, *IPV6.sites))

must, must_not = True, False


@pytest.mark.parametrize(
    ("target", "value", "expected"),
    [
        pytest.param(DALLE, "labs.openai.com", must, id="the host"),
        pytest.param(DALLE, ".labs.openai.com", must, id="domain cookie"),
        pytest.param(DALLE, "a.b.labs.openai.com", must, id="below"),
        pytest.param(DALLE, "LABS.OpenAI.com", must, id="case"),
        pytest.param(DALLE, "labs.openai.com.", must, id="trailing dot"),
        pytest.param(DALLE, "labs.openai.com:8443", must, id="any port"),
        pytest.param(DALLE, "labs.openai.com.:8443", must, id="trailing dot and port"),
        pytest.param(DALLE, "labs%2Eopenai.com", must, id="percent-encoded"),
        pytest.param(DALLE, "ｌａｂｓ。openai.com", must, id="full width, as a person may type it"),
        pytest.param(DALLE, "openailabsprodscus.blob.core.windows.net", must, id="exact host"),
        pytest.param(DALLE, "x.openailabsprodscus.blob.core.windows.net", must_not, id="below exact host"),
        pytest.param(DALLE, "openai.com", must_not, id="above"),
        pytest.param(DALLE, ".openai.com", must_not, id="sign-in cookie is no host"),
        pytest.param(DALLE, "chat.openai.com", must_not, id="sibling"),
        pytest.param(DALLE, "notlabs.openai.com", must_not, id="longer label in front"),
        pytest.param(DALLE, "labs-openai.com", must_not, id="hyphen for a dot"),
        pytest.param(DALLE, "labs.openai.com.evil.example", must_not, id="longer behind"),
        pytest.param(DALLE, "labs.openai.computer", must_not, id="longer label behind"),
        pytest.param(DALLE, "labs.openai.com/", must_not, id="no host at all"),
        pytest.param(DALLE, "https://labs.openai.com", must_not, id="a URL is no host"),
        pytest.param(DALLE, "www.bing.com", must_not, id="host shared with others"),
        pytest.param(DALLE, "", must_not, id="nothing"),
        pytest.param(DALLE, ".", must_not, id="a dot"),
        pytest.param(IDN, "bücher.example", must, id="IDN"),
        pytest.param(IDN, "xn--bcher-kva.example", must, id="IDN in punycode"),
        pytest.param(IDN, "shop.BÜCHER.example.", must, id="IDN below, case, dot"),
        pytest.param(IDN, "bucher.example", must_not, id="IDN without its umlaut"),
        pytest.param(IDN, "ü.example", must_not, id="IDN only on its port"),
        pytest.param(IDN, "ü.example:8443", must, id="IDN on its port"),
        pytest.param(PORTED, "localhost:3000", must, id="its port"),
        pytest.param(PORTED, "app.localhost:3000", must, id="below on its port"),
        pytest.param(PORTED, "localhost:3001", must_not, id="another port"),
        pytest.param(PORTED, "localhost", must_not, id="no port known"),
        pytest.param(PORTED, "[::1]:8080", must, id="IPv6 and port"),
        pytest.param(PORTED, "::1:8080", must_not, id="IPv6 that ends like a port"),
        pytest.param(PORTED, "::1", must_not, id="IPv6 without the port"),
        pytest.param(PORTED, "10.0.0.1", must, id="IPv4"),
        pytest.param(PORTED, "110.0.0.1", must_not, id="longer IPv4"),
        pytest.param(IPV6, "2001:db8::1", must, id="IPv6 as cookies have it"),
        pytest.param(IPV6, "[2001:db8::1]", must, id="IPv6 in brackets"),
        pytest.param(IPV6, "[2001:db8:0::1]:443", must, id="IPv6 spelled out"),
        pytest.param(IPV6, "2001:db8::11", must_not, id="longer IPv6"),
    ],
)
def test_host(target: Target, value: str, expected: bool) -> None:
    assert target.host(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("labs.openai.com", must, id="the host's own"),
        pytest.param(".openai.com", must, id="the domain cookie that signs in"),
        pytest.param(".OpenAI.com", must, id="case"),
        pytest.param("auth.openai.com", must, id="sign-in host"),
        pytest.param(".auth.openai.com", must, id="sign-in host's domain cookie"),
        pytest.param("openai.com", must_not, id="host-only cookie of the shared domain"),
        pytest.param("x.auth.openai.com", must_not, id="below a sign-in host"),
        pytest.param("..openai.com", must_not, id="two dots"),
        pytest.param(".chat.openai.com", must_not, id="a sibling's domain cookie"),
        pytest.param(".notopenai.com", must_not, id="look-alike"),
    ],
)
def test_cookie_host(value: str, expected: bool) -> None:
    assert DALLE.cookie_host(value) is expected


@pytest.mark.parametrize(
    ("target", "value", "expected"),
    [
        pytest.param(DALLE, "https://labs.openai.com", must, id="no path"),
        pytest.param(DALLE, "HTTP://a@x.Labs.OpenAI.com.:81/s?q#f", must, id="every part"),
        pytest.param(DALLE, "view-source:https://labs.openai.com/", must, id="view-source"),
        pytest.param(DALLE, "blob:https://labs.openai.com/1-2-3", must, id="blob"),
        pytest.param(DALLE, "about:reader?url=https%3A%2F%2Flabs.openai.com%2Fs", must, id="reader view"),
        pytest.param(DALLE, "wss://labs.openai.com/live", must, id="web socket"),
        pytest.param(DALLE, "https://labs.openai.com@evil.example/", must_not, id="user name"),
        pytest.param(DALLE, "https://evil.example/?u=https://labs.openai.com/", must_not, id="query"),
        pytest.param(DALLE, "https://evil.example/labs.openai.com", must_not, id="path"),
        pytest.param(DALLE, "https://labs.openai.com.evil.example/", must_not, id="longer behind"),
        pytest.param(DALLE, "labs.openai.com", must_not, id="no scheme"),
        pytest.param(DALLE, "https://openai.com/dall-e", must, id="path of a shared host"),
        pytest.param(DALLE, "http://openai.com/dall-e/", must, id="another scheme"),
        pytest.param(DALLE, "https://openai.com/DALL-E?x=1", must, id="path in capitals, query"),
        pytest.param(DALLE, "https://openai.com/dall%2De#top", must, id="path percent-encoded"),
        pytest.param(DALLE, "https://www.bing.com/images/create/a-cat/1-2?id=3", must, id="below the path"),
        pytest.param(DALLE, "https://openai.com/dall-e-2", must_not, id="longer path segment"),
        pytest.param(DALLE, "https://www.bing.com/images/created", must_not, id="longer word"),
        pytest.param(DALLE, "https://www.bing.com/images/create.html", must_not, id="longer name"),
        pytest.param(DALLE, "https://www.bing.com/images", must_not, id="above the path"),
        pytest.param(DALLE, "https://www.bing.com/?x=/images/create", must_not, id="path in the query"),
        pytest.param(DALLE, "https://bing.com/images/create", must_not, id="path of another host"),
        pytest.param(DALLE, "https://x.openai.com/dall-e", must_not, id="path below the host"),
        pytest.param(PORTED, "https://labs.openai.com/", must, id="the scheme's own port"),
        pytest.param(PORTED, "http://labs.openai.com/", must_not, id="another scheme's own port"),
        pytest.param(PORTED, "https://labs.openai.com:8443/", must_not, id="another port"),
        pytest.param(PORTED, "http://localhost:3000/x", must, id="port"),
        pytest.param(PORTED, "http://[::1]:8080/", must, id="IPv6 and port"),
        pytest.param(PORTED, "http://[::1]/", must_not, id="IPv6 and another port"),
        pytest.param(IPV6, "http://[2001:db8::1]:5000/", must, id="IPv6 on any port"),
        pytest.param(IDN, "https://xn--bcher-kva.example/", must, id="IDN"),
    ],
)
def test_url(target: Target, value: str, expected: bool) -> None:
    assert target.url(value) is expected


@pytest.mark.parametrize(
    ("port", "expected"),
    [pytest.param(":8443", must, id="its port"), pytest.param("", must_not, id="another")],
)
def test_url_on_a_port_of_a_shared_host(port: str, expected: bool) -> None:
    target = Target((Site("x", "X", urls=("https://shared.example:8443/x",)),))
    assert target.url(f"https://shared.example{port}/x") is expected


@pytest.mark.parametrize(
    ("target", "value", "expected"),
    [
        pytest.param(DALLE, "https://labs.openai.com", must, id="origin"),
        pytest.param(DALLE, "https://labs.openai.com/", must, id="storage key"),
        pytest.param(DALLE, "https://labs.openai.com/^0https://host.example", must, id="embedded elsewhere"),
        pytest.param(DALLE, "https://third.example/^0https://openai.com", must, id="third party in it"),
        pytest.param(DALLE, "https://third.example/^31^0https://openai.com", must, id="with ancestor bit"),
        pytest.param(DALLE, "https://third.example/^41^52^6https://openai.com", must, id="opaque precursor"),
        pytest.param(DALLE, "https://third.example/^0https://other.example", must_not, id="elsewhere"),
        pytest.param(DALLE, "https://third.example/^0https://notopenai.com", must_not, id="in a look-alike"),
        pytest.param(DALLE, "https://third.example/^1https://openai.com", must_not, id="nonce is no site"),
        pytest.param(DALLE, "https://chat.openai.com/^0https://openai.com", must_not, id="first party in it"),
        pytest.param(DALLE, "https://chat.openai.com/^31", must_not, id="sibling with ancestor bit"),
        pytest.param(
            CHATGPT, "https://third.example/^0https://chatgpt.com", must, id="partition is a domain"
        ),
        pytest.param(DALLE, "https_labs.openai.com_0", must, id="identifier"),
        pytest.param(DALLE, "https_labs.openai.com_8443", must, id="identifier with port"),
        pytest.param(DALLE, "https_chat.openai.com_0", must_not, id="sibling's identifier"),
        pytest.param(DALLE, "https_a_labs.openai.com_0", must_not, id="identifier with underscore"),
        pytest.param(PORTED, "http_[__1]_8080", must, id="IPv6 identifier"),
        pytest.param(PORTED, "http_[__1]_0", must_not, id="IPv6 identifier, another port"),
        pytest.param(PORTED, "https_labs.openai.com_0", must, id="identifier, own port"),
        pytest.param(DALLE, "file__0", must_not, id="identifier without host"),
        pytest.param(DALLE, "https+++labs.openai.com", must, id="folder"),
        pytest.param(DALLE, "https+++labs.openai.com+8443^userContextId=2", must, id="container"),
        pytest.param(PORTED, "http+++[++1]+8080", must, id="IPv6 folder"),
        pytest.param(PORTED, "http+++[++2]+8080", must_not, id="another IPv6 folder"),
        pytest.param(DALLE, "https+++notlabs.openai.com", must_not, id="look-alike's folder"),
        pytest.param(DALLE, "moz-extension+++0f-1^userContextId=4294967295", must_not, id="extension"),
        pytest.param(
            DALLE,
            "https+++a.example^userContextId=2&partitionKey=%28https%2Copenai.com%29",
            must,
            id="folder of a third party in it",
        ),
        pytest.param(
            DALLE,
            "https+++chat.openai.com^partitionKey=%28https%2Copenai.com%29",
            must_not,
            id="folder of a first party in it",
        ),
        pytest.param(
            DALLE, "https://a.example^partitionKey=%28https%2Copenai.com%2Cf%29", must, id="foreign ancestor"
        ),
        pytest.param(
            DALLE,
            "https://a.example^partitionKey=%28https%2Copenai.com%2C8443%29",
            must,
            id="partition's port",
        ),
        pytest.param(
            DALLE, "https://a.example^firstPartyDomain=openai.com", must, id="first-party isolation"
        ),
        pytest.param(DALLE, "https://a.example^partitionKey=openai.com", must, id="old partition key"),
        pytest.param(
            DALLE, "https://a.example^partitionKey=%28https%2Cb.example%29", must_not, id="another partition"
        ),
        pytest.param(DALLE, "https://a.example^xpartitionKey=openai.com", must_not, id="another attribute"),
        pytest.param(DALLE, "chrome", must_not, id="no origin"),
    ],
)
def test_origin(target: Target, value: str, expected: bool) -> None:
    assert target.origin(value) is expected


@pytest.mark.parametrize(
    ("target", "value", "expected"),
    [
        pytest.param(DALLE, "https://labs.openai.com:443,*", must, id="first half"),
        pytest.param(DALLE, "https://a.example:443,https://labs.openai.com:443", must, id="second half"),
        pytest.param(DALLE, "[*.]labs.openai.com,*", must, id="with all below"),
        pytest.param(DALLE, "https://[*.]x.labs.openai.com:*,*", must, id="wildcards"),
        pytest.param(DALLE, "*,https://labs.openai.com", must, id="behind a star"),
        pytest.param(PORTED, "https://labs.openai.com:443,*", must, id="port"),
        pytest.param(PORTED, "http://[::1]:8080,*", must, id="IPv6 and port"),
        pytest.param(PORTED, "http://labs.openai.com:80,*", must_not, id="another port"),
        pytest.param(DALLE, "[*.]openai.com,*", must_not, id="wider rule of the shared domain"),
        pytest.param(DALLE, "https://chat.openai.com:443,*", must_not, id="sibling"),
        pytest.param(DALLE, "https://labs.openai.com.evil.example:443,*", must_not, id="look-alike"),
        pytest.param(DALLE, "*,*", must_not, id="everything"),
        pytest.param(DALLE, "file:///tmp/labs.openai.com,*", must_not, id="file"),
    ],
)
def test_pattern(target: Target, value: str, expected: bool) -> None:
    assert target.pattern(value) is expected


@pytest.mark.parametrize(
    ("value", "of", "expected"),
    [
        pytest.param("https://openai.com", "third.example", must, id="site beside a host"),
        pytest.param("https://openai.com", ".third.example", must, id="beside a domain cookie"),
        pytest.param("https://openai.com", "notopenai.com", must, id="look-alike is a third party"),
        pytest.param("https://openai.com", "chat.openai.com", must_not, id="first party"),
        pytest.param("https://openai.com", ".openai.com", must_not, id="first party's domain cookie"),
        pytest.param("https://openai.com", "https://chat.openai.com/x", must_not, id="first party's URL"),
        pytest.param("https://openai.com", "chat.openai.com:8443", must_not, id="first party on a port"),
        pytest.param("https://openai.com", "https+++chat.openai.com", must_not, id="first party's folder"),
        pytest.param("https://openai.com", "moc.ianepo.tahc.:https:443", must_not, id="first party reversed"),
        pytest.param("https://openai.com", "elpmaxe.driht.:https:443", must, id="third party reversed"),
        pytest.param("https://labs.openai.com", "third.example", must, id="partition is a domain"),
        pytest.param("https://notopenai.com", "third.example", must_not, id="look-alike"),
        pytest.param("https://chat.openai.com", "third.example", must_not, id="a host is no partition"),
        pytest.param("", "third.example", must_not, id="unpartitioned"),
        pytest.param("^partitionKey=%28https%2Copenai.com%29", "third.example", must, id="suffix"),
        pytest.param(
            "^userContextId=2&partitionKey=%28https%2Copenai.com%2Cf%29",
            "third.example",
            must,
            id="container",
        ),
        pytest.param("^partitionKey=%28https%2Cb.example%29", "third.example", must_not, id="another suffix"),
        pytest.param("^userContextId=2", "third.example", must_not, id="only a container"),
        pytest.param("(https,openai.com)", "third.example", must, id="session file's key"),
        pytest.param("(https,b.example)", "third.example", must_not, id="session file's other key"),
        pytest.param("^0https://openai.com", "third.example", must, id="storage key's part"),
        pytest.param(
            '["GAAAABIAAABodHRwczovL29wZW5haS5jb20AAA==",true,0]',
            "third.example",
            must,
            id="anonymization key",
        ),
        pytest.param(
            '["GAAAABIAAABodHRwczovL29wZW5haS5jb20AAA==",false,0]',
            "chat.openai.com",
            must_not,
            id="first party's anonymization key",
        ),
        pytest.param(
            anonymization_key.encode("https://b.example"), "third.example", must_not, id="another's key"
        ),
    ],
)
def test_partition(value: str, of: str, expected: bool) -> None:
    assert DALLE.partition(value, of=of) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("openai.com", must, id="eTLD+1"),
        pytest.param("https://openai.com", must, id="schemeful"),
        pytest.param("labs.openai.com", must, id="host"),
        pytest.param("https://labs.openai.com:8443", must, id="origin"),
        pytest.param("notopenai.com", must_not, id="look-alike"),
        pytest.param("openai.com.evil.example", must_not, id="longer behind"),
        pytest.param("chat.openai.com", must_not, id="sibling"),
        pytest.param("", must_not, id="nothing"),
    ],
)
def test_site(value: str, expected: bool) -> None:
    assert DALLE.site(value) is expected


@pytest.mark.parametrize(
    ("target", "value", "expected"),
    [
        pytest.param(DALLE, "moc.ianepo.sbal.", must, id="places"),
        pytest.param(DALLE, "moc.ianepo.sbal.x.", must, id="below"),
        pytest.param(DALLE, "moc.ianepo.sbal.:https:443", must, id="webappsstore"),
        pytest.param(DALLE, "moc.ianepo.", must_not, id="above"),
        pytest.param(DALLE, "moc.ianepo.sbalton.", must_not, id="longer label"),
        pytest.param(DALLE, "elpmaxe.live.moc.ianepo.sbal.", must_not, id="longer behind"),
        pytest.param(DALLE, "labs.openai.com", must_not, id="not reversed"),
        pytest.param(DALLE, ".", must_not, id="no host, as for files"),
        pytest.param(PORTED, "tsohlacol.:http:3000", must, id="its port"),
        pytest.param(PORTED, "tsohlacol.:http:3001", must_not, id="another port"),
        pytest.param(PORTED, "1::.:http:8080", must, id="IPv6 and port"),
        pytest.param(IPV6, "1::8bd:1002.", must, id="IPv6"),
        pytest.param(IPV6, "2::8bd:1002.", must_not, id="another IPv6"),
        pytest.param(IDN, "elpmaxe.avk-rehcb--nx.", must, id="IDN"),
    ],
)
def test_reversed_host(target: Target, value: str, expected: bool) -> None:
    assert target.reversed_host(value) is expected


TEXTS = [
    pytest.param(DALLE, "labs.openai.com", must, id="alone"),
    pytest.param(DALLE, "https://x.labs.openai.com/s?q", must, id="below, in a URL"),
    pytest.param(DALLE, "Go to LABS.OpenAI.com.", must, id="case, end of a sentence"),
    pytest.param(DALLE, "打开labs.openai.com看看", must, id="Chinese on both sides"),
    pytest.param(DALLE, "https_labs.openai.com_0", must, id="identifier"),
    pytest.param(DALLE, "https%3A%2F%2Flabs.openai.com%2Fs", must, id="percent-encoded"),
    pytest.param(DALLE, "https%253A%252F%252flabs.openai.com", must, id="percent-encoded twice"),
    pytest.param(DALLE, "u%25252Flabs.openai.com", must, id="percent-encoded thrice"),
    pytest.param(DALLE, r"https:\u002F\u002Flabs.openai.com\u002Fs", must, id="JSON escapes"),
    pytest.param(DALLE, r"https:\/\/labs.openai.com\/s", must, id="JSON slashes"),
    pytest.param(DALLE, r"one\nlabs.openai.com\ntwo", must, id="escaped line breaks"),
    pytest.param(DALLE, r"\x2flabs.openai.com", must, id="script escape"),
    pytest.param(DALLE, "labs.openai.com-like pictures", must, id="compound word"),
    pytest.param(DALLE, "me@labs.openai.com", must, id="mail address"),
    pytest.param(DALLE, "labs.openai.com.evil.example or labs.openai.com", must, id="behind a look-alike"),
    pytest.param(DALLE, "notlabs.openai.com", must_not, id="longer label in front"),
    pytest.param(DALLE, "not-labs.openai.com", must_not, id="longer label with hyphen"),
    pytest.param(DALLE, "labs.openai.com.evil.example", must_not, id="longer behind"),
    pytest.param(DALLE, "labs.openai.com-evil.example", must_not, id="longer behind with hyphen"),
    pytest.param(DALLE, "labs.openai.computer", must_not, id="longer label behind"),
    pytest.param(DALLE, "labs-openai.com", must_not, id="hyphen for a dot"),
    pytest.param(DALLE, "https://openai.com/, notopenai.com", must_not, id="partition only"),
    pytest.param(DALLE, "openailabsprodscus.blob.core.windows.net", must, id="exact host"),
    pytest.param(DALLE, "x.openailabsprodscus.blob.core.windows.net", must_not, id="below exact host"),
    pytest.param(DALLE, "see openai.com/dall-e", must, id="shared host's path"),
    pytest.param(DALLE, "https://www.bing.com/images/create?q=1", must, id="path and query"),
    pytest.param(DALLE, "r=https%3A%2F%2Fwww.bing.com%2Fimages%2Fcreate%3Fq", must, id="encoded slashes"),
    pytest.param(DALLE, "www.bing.com%252Fimages%252Fcreate", must, id="slashes encoded twice"),
    pytest.param(DALLE, r"https:\/\/www.bing.com\/images\/create", must, id="JSON slashes in a path"),
    pytest.param(DALLE, "去www.bing.com/images/create吧", must, id="Chinese around a path"),
    pytest.param(DALLE, "https://www.bing.com/images/created", must_not, id="longer word"),
    pytest.param(DALLE, "www.bing.com%2Fimages%2Fcreated", must_not, id="longer word, encoded slashes"),
    pytest.param(DALLE, "https://openai.com/dall-e-2", must_not, id="longer path segment"),
    pytest.param(DALLE, "https://openai.com/dall-e.png", must_not, id="longer file name"),
    pytest.param(DALLE, "https://x.openai.com/dall-e", must_not, id="path below the host"),
    pytest.param(DALLE, "https://notopenai.com/dall-e", must_not, id="path of a look-alike"),
    pytest.param(DALLE, "https://www.bing.com/images", must_not, id="above the path"),
    pytest.param(IDN, "zu xn--bcher-kva.example", must, id="IDN in punycode"),
    pytest.param(IDN, "zu BÜCHER.example", must, id="IDN as people read it, in capitals"),
    pytest.param(IDN, "去中文.example看看", must, id="Chinese name in Chinese text"),
    pytest.param(IDN, "bücher.example.org", must_not, id="IDN, longer behind"),
    pytest.param(IDN, "https://xn--tda.example:8443/", must, id="IDN on its port"),
    pytest.param(IDN, "https://xn--tda.example:84430/", must_not, id="IDN on a longer port"),
    pytest.param(IDN, "https://x.example/?q=b%C3%BCcher.example", must, id="IDN, percent-encoded"),
    pytest.param(IDN, "u=https%253A%252F%252Fb%25C3%25BCcher.example", must, id="IDN, encoded twice"),
    pytest.param(IDN, r'"b\u00fccher.example"', must, id="IDN in JSON's ASCII"),
    pytest.param(IDN, "?q=%C3%BC.example%3A8443", must, id="IDN and its port, percent-encoded"),
    pytest.param(IDN, "?q=Kinderb%C3%BCcher.example", must_not, id="longer IDN, percent-encoded"),
    pytest.param(IDN, "?q=b%C3%BCcher.example.org", must_not, id="IDN, longer behind, percent-encoded"),
    pytest.param(IDN, "?q=b%C3%BCcherei.example", must_not, id="another IDN, percent-encoded"),
    pytest.param(WORD, "http://wiki/Main", must, id="one label in a URL"),
    pytest.param(WORD, "?u=http%3A%2F%2Fwiki%2FMain", must, id="one label in an encoded URL"),
    pytest.param(WORD, "http_wiki_0", must, id="one label in an identifier"),
    pytest.param(WORD, "http://localhost:3000/", must, id="one label, any port"),
    pytest.param(WORD, "http://app.localhost/", must, id="below one label"),
    pytest.param(WORD, "https://shop.example/wiki/Main", must_not, id="one label as a folder"),
    pytest.param(WORD, "?u=https%3A%2F%2Fshop.example%2Fwiki%2FMain", must_not, id="as an encoded folder"),
    pytest.param(WORD, "https://shop.example/localhost/", must_not, id="localhost as a folder"),
    pytest.param(WORD, "a wiki, on localhost", must_not, id="one label as a word"),
    pytest.param(WORD, "https://shop.example/?q=wiki", must_not, id="one label as what was looked for"),
    pytest.param(WORD, "http://wiki.example/ http://wikis/", must_not, id="one label, longer"),
    pytest.param(SHORT, "https://x.co/a", must, id="short"),
    pytest.param(SHORT, "?u=aHR0cHM6Ly94LmNvL2E", must, id="short, in base64"),
    pytest.param(SHORT, "?u=aHR0cHM6Ly90YXguY28vYQ", must_not, id="look-alike of a short one in base64"),
    pytest.param(SHORT, "tax.co, x.com, max.company.example", must_not, id="inside of longer ones"),
    pytest.param(PORTED, "http://localhost:3000/", must, id="port"),
    pytest.param(PORTED, "http_localhost_3000", must, id="port in an identifier"),
    pytest.param(PORTED, "http+++localhost+3000", must, id="port in a folder's name"),
    pytest.param(PORTED, "http_localhost_30001", must_not, id="longer port in an identifier"),
    pytest.param(PORTED, "?u=http%3A%2F%2F%5B%3A%3A1%5D%3A8080%2F", must, id="IPv6 and port, encoded"),
    pytest.param(PORTED, "http_[__1]_8080", must, id="IPv6 and port in an identifier"),
    pytest.param(PORTED, "?u=http%3A%2F%2F%5B%3A%3A1%5D%3A9090", must_not, id="IPv6, another port"),
    pytest.param(IPV6, "?u=http%3A%2F%2F%5B2001%3Adb8%3A%3A1%5D%2F", must, id="IPv6, percent-encoded"),
    pytest.param(IPV6, "http+++[2001+db8++1]", must, id="IPv6 in a folder's name"),
    pytest.param(IPV6, "?u=http%3A%2F%2F%5B2001%3Adb8%3A%3A12%5D%2F", must_not, id="another IPv6, encoded"),
    pytest.param(PORTED, "http%3A%2F%2Flocalhost%3A3000", must, id="encoded colon"),
    pytest.param(PORTED, "http://localhost:30001/", must_not, id="longer port"),
    pytest.param(PORTED, "http://localhost/", must_not, id="no port"),
    pytest.param(PORTED, "http://[::1]:8080/", must, id="IPv6 and port"),
    pytest.param(IPV6, "http://[2001:db8::1]:99/", must, id="IPv6"),
    pytest.param(IPV6, "2001:db8::1 answered", must, id="IPv6 without brackets"),
    pytest.param(IPV6, "2001:db8::1:2", must_not, id="longer IPv6"),
    pytest.param(IPV6, "a:2001:db8::1", must_not, id="longer IPv6 in front"),
    pytest.param(Target(()), "labs.openai.com", must_not, id="no site"),
]


@pytest.mark.parametrize(("target", "text", "expected"), TEXTS)
def test_text_mentions(target: Target, text: str, expected: bool) -> None:
    assert target.mentions(text) is expected


@pytest.mark.parametrize(("target", "text", "expected"), TEXTS)
@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(lambda text: text.encode(), id="UTF-8"),
        pytest.param(lambda text: text.encode("utf-16-le"), id="UTF-16LE"),
        pytest.param(lambda text: text.encode("utf-16-be"), id="UTF-16BE"),
        pytest.param(lambda text: b"\1" + text.encode("utf-16-le") + b"\0\0", id="UTF-16LE at an odd offset"),
        pytest.param(lambda text: b"\1" + text.encode("utf-16-be"), id="UTF-16BE at an odd offset"),
    ],
)
def test_blob_mentions(target: Target, text: str, encoded: Callable[[str], bytes], expected: bool) -> None:
    assert target.mentions(encoded(text)) is expected


def field(number: int, text: bytes) -> bytes:
    """A text in a protobuf."""
    size = bytes([len(text)]) if len(text) < 128 else bytes([len(text) & 127 | 128, len(text) >> 7])
    return bytes([number << 3 | 2]) + size + text


NAME = b"labs.openai.com"


@pytest.mark.parametrize(
    ("blob", "expected"),
    [
        pytest.param(
            field(1, b"https://labs.openai.com") + field(15, b"x"), must, id="a tag that is a letter"
        ),
        pytest.param(field(8, NAME) + field(8, b"x"), must, id="tags that are letters on both sides"),
        pytest.param(field(1, NAME + b"/" + b"s" * 81), must, id="a length that is a letter"),
        pytest.param(
            field(1, b"x" * 49 + b"." + NAME) + field(8, b"x"), must, id="length and next tag are letters"
        ),
        pytest.param(
            field(8, b"https://host.example/?" + b"q" * 40 + b"&u=" + NAME) + field(8, b"x"),
            must,
            id="length and both tags are letters",
        ),
        pytest.param(
            field(1, b"https://host.example/?" + b"q" * 200 + b"&u=" + NAME) + field(8, b"x"),
            must,
            id="length of two bytes",
        ),
        pytest.param(b"\x10\0\0\0" + b"\x0f\0\0\0" + NAME + b"a\0\0\0", must, id="pickle, no padding"),
        pytest.param(b"\0\0\0\x0f" + NAME + b"abc", must, id="length with the high byte first"),
        pytest.param(field(1, b"not" + NAME) + field(15, b"x"), must_not, id="longer label in front"),
        pytest.param(field(1, NAME + b".evil.example") + field(15, b"x"), must_not, id="longer behind"),
        pytest.param(field(1, NAME + b"puter.example"), must_not, id="longer label behind"),
        pytest.param(
            b'{"u":"notlabs.openai.com/' + b"s" * 200 + b'"}', must_not, id="text, letter as length"
        ),
        pytest.param(b"\x0f" + NAME + b".evil.example", must_not, id="length that ends before a dot"),
    ],
)
def test_length_in_a_blob_is_no_letter_of_the_name(blob: bytes, expected: bool) -> None:
    assert DALLE.mentions(blob) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("DALL-E 3 prompts", must, id="case"),
        pytest.param("how to use dall-e", must, id="at the end"),
        pytest.param("dall-e-2", must, id="before a hyphen"),
        pytest.param("使用dalle画画", must, id="between Chinese"),
        pytest.param("dalle는 무엇", must, id="before a Korean particle"),
        pytest.param("怎样绘图的方法", must, id="Chinese word in Chinese"),
        pytest.param("dallery", must_not, id="longer word"),
        pytest.param("vandalle", must_not, id="longer word in front"),
        pytest.param("dalleé", must_not, id="accent"),
        pytest.param("dall e", must_not, id="other spelling"),
        pytest.param("", must_not, id="nothing"),
    ],
)
def test_keyword(value: str, expected: bool) -> None:
    assert DALLE.keyword(value) is expected


def test_no_keywords_match_nothing() -> None:
    assert not CHATGPT.keyword("chatgpt")


def test_names_of_whole_hosts_have_no_port_and_no_path() -> None:
    hosts = ("labs.openai.com", "localhost:3000", "::1", "[::2]:80")
    target = Target((Site("sample", "Sample", hosts=hosts, urls=("https://openai.com/dall-e",)),))
    assert target.host_names == ("labs.openai.com", "localhost", "::1", "::2")


def test_names_come_in_both_forms_and_say_whether_sub_domains_count() -> None:
    assert {(name.text, name.below) for name in (*DALLE.names, *IDN.names, *PORTED.names)} == {
        ("labs.openai.com", True),
        ("openailabsprodscus.blob.core.windows.net", False),
        ("openai.com/dall-e", False),
        ("www.bing.com/images/create", False),
        ("bücher.example", True),
        ("xn--bcher-kva.example", True),
        ("中文.example", True),
        ("xn--fiq228c.example", True),
        ("ü.example:8443", False),
        ("xn--tda.example:8443", False),
        ("labs.openai.com:443", True),
        ("localhost:3000", True),
        ("[::1]:8080", False),
        ("10.0.0.1", False),
    }


# Pieces that parsers take apart, so that random text reaches past their first character.
PIECES = st.sampled_from(
    [
        *(
            "https://",
            "http_",
            "https+++",
            "[",
            "]",
            "[*.]",
            "^0",
            "^partitionKey=%28https%2C",
            "%29",
            "xn--",
        ),
        *(
            "labs.openai.com",
            "openai.com",
            "moc.ianepo.sbal.",
            "::1",
            ":8080",
            ":99999",
            "_0",
            ".",
            "%",
            "%2f",
        ),
        *("view-source:", "about:reader?url=", "é", "中", "\ud800", "\u0130", "\0", "^", ",", "(", ")", "&"),
    ]
)
TEXT = st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join) | st.text()
QUESTIONS = (
    "host",
    "cookie_host",
    "url",
    "origin",
    "pattern",
    "site",
    "reversed_host",
    "mentions",
    "keyword",
)


@given(TEXT, TEXT)
def test_any_text_gets_an_answer(value: str, of: str) -> None:
    for question in QUESTIONS:
        assert getattr(ANYTHING, question)(value) in (True, False)
    assert ANYTHING.partition(value, of=of) in (True, False)


@given(st.binary() | st.lists(st.binary(max_size=4) | st.just(NAME), max_size=6).map(b"".join))
def test_any_blob_gets_an_answer(value: bytes) -> None:
    assert ANYTHING.mentions(value) in (True, False)


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.text(st.characters(codec="utf-8"), max_size=40))
def test_a_text_and_its_bytes_agree_on_what_is_named(left: str, right: str) -> None:
    value = f"{left}labs.openai.com{right}"
    assert DALLE.mentions(value) <= DALLE.mentions(value.encode())
