from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats.origins import (
    Origin,
    canonical_host,
    is_host,
    join_port,
    parse_origin,
    parse_partitions,
    parse_pattern,
    parse_reversed,
    parse_url,
    split_port,
    unicode_host,
)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        pytest.param("Labs.OpenAI.com.", "labs.openai.com", id="case and dot"),
        pytest.param("labs%2Eopenai.com", "labs.openai.com", id="percent-encoded"),
        pytest.param("BÜCHER.example", "xn--bcher-kva.example", id="IDN"),
        pytest.param("b%C3%BCcher.example", "xn--bcher-kva.example", id="IDN percent-encoded"),
        pytest.param("straße.example", "xn--strae-oqa.example", id="sharp s stays, as in browsers"),
        pytest.param("中文。example。", "xn--fiq228c.example", id="ideographic full stops"),
        pytest.param("☃.example", "xn--n3h.example", id="symbol that IDNA 2008 refuses"),
        pytest.param("☃Ａ.example", "xn--a-0xp.example", id="symbol and full width capital"),
        pytest.param("[::1]", "::1", id="IPv6 in brackets"),
        pytest.param("2001:DB8:0:0:0:0:0:1", "2001:db8::1", id="IPv6 spelled out"),
        pytest.param("1.2.3.4", "1.2.3.4", id="IPv4"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_canonical_host(text: str, host: str) -> None:
    assert canonical_host(text) == host
    assert canonical_host(host) == host


@pytest.mark.parametrize(
    ("host", "readable"),
    [
        pytest.param("xn--bcher-kva.example", "bücher.example", id="IDN"),
        pytest.param("xn--n3h.example", "☃.example", id="symbol"),
        pytest.param("labs.openai.com", "labs.openai.com", id="nothing to decode"),
        pytest.param("xn--\x7f.example", "xn--\x7f.example", id="broken"),
    ],
)
def test_unicode_host(host: str, readable: str) -> None:
    assert unicode_host(host) == readable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("localhost", True, id="one label"),
        pytest.param("a-b.c_d.example", True, id="hyphen and underscore"),
        pytest.param("a" * 63 + ".example", True, id="longest label"),
        pytest.param("127.0.0.1", True, id="IPv4"),
        pytest.param("fe80::1", True, id="IPv6"),
        pytest.param("", False, id="nothing"),
        pytest.param("a" * 64 + ".example", False, id="label too long"),
        pytest.param("a." * 127, False, id="too long"),
        pytest.param("a..example", False, id="empty label"),
        pytest.param(".example", False, id="leading dot"),
        pytest.param("-v", False, id="an option"),
        pytest.param("*.example", False, id="wildcard"),
        pytest.param("a example", False, id="space"),
        pytest.param("a/b", False, id="path"),
        pytest.param("ü.example", False, id="not canonical"),
        pytest.param("1.2.3.256", False, id="IPv4 out of range"),
        pytest.param("1.2.3", False, id="short IPv4"),
        pytest.param("a.1", False, id="ends in a number"),
        pytest.param("abc:", False, id="colon"),
        pytest.param("fe80::1%eth0", False, id="IPv6 with its zone"),
    ],
)
def test_is_host(text: str, expected: bool) -> None:
    assert is_host(text) is expected


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        pytest.param("a.example:80", "a.example", 80, id="port"),
        pytest.param("a.example", "a.example", None, id="no port"),
        pytest.param("[::1]:80", "[::1]", 80, id="IPv6 and port"),
        pytest.param("::1:80", "::1:80", None, id="IPv6 that ends like a port"),
        pytest.param("a.example:", "a.example:", None, id="colon alone"),
        pytest.param("a.example:123456", "a.example:123456", None, id="too many digits"),
        pytest.param("a.example:²", "a.example:²", None, id="a digit of another script"),
    ],
)
def test_split_port(text: str, host: str, port: int | None) -> None:
    assert split_port(text) == (host, port)


@pytest.mark.parametrize(
    ("host", "port", "text"),
    [
        pytest.param("a.example", 80, "a.example:80", id="name"),
        pytest.param("::1", 80, "[::1]:80", id="IPv6"),
        pytest.param("::1", None, "::1", id="IPv6 without port"),
    ],
)
def test_join_port(host: str, port: int | None, text: str) -> None:
    assert join_port(host, port) == text


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        pytest.param("HTTPS://A.example:443/x", Origin("https", "a.example", None, "/x"), id="default port"),
        pytest.param("http://a.example:443", Origin("http", "a.example", 443), id="another scheme's port"),
        pytest.param("https://u:p@a.example?q", Origin("https", "a.example", None, "?q"), id="user, query"),
        pytest.param("http://[::1]:8080/", Origin("http", "::1", 8080, "/"), id="IPv6"),
        pytest.param("view-source:https://a.example/", Origin("https", "a.example", None, "/"), id="wrapped"),
        pytest.param("https://a.example:123456/", None, id="no possible port"),
        pytest.param("a.example/x", None, id="no scheme"),
        pytest.param("data:text/html,https://a.example", None, id="no host"),
    ],
)
def test_parse_url(text: str, origin: Origin | None) -> None:
    assert parse_url(text) == origin


@pytest.mark.parametrize(
    ("origin", "port"),
    [
        pytest.param(Origin("https", "a.example", None), 443, id="the scheme's own"),
        pytest.param(Origin("https", "a.example", 8443), 8443, id="given"),
        pytest.param(Origin("moz-extension", "0f-1", None), None, id="a scheme without ports"),
    ],
)
def test_effective_port(origin: Origin, port: int | None) -> None:
    assert origin.effective_port == port


@pytest.mark.parametrize(
    ("suffix", "hosts"),
    [
        pytest.param("^0https://a.example", ("a.example",), id="top-level site"),
        pytest.param("^31^0https://a.example", ("a.example",), id="ancestor bit first"),
        pytest.param("^41^52^6https://a.example", ("a.example",), id="precursor of an opaque site"),
        pytest.param("^11^22", (), id="nonce"),
        pytest.param("^partitionKey=%28https%2Ca.example%29", ("a.example",), id="partition key"),
        pytest.param("^partitionKey=%28https%2Ca.example%2C8443%2Cf%29", ("a.example",), id="port, ancestor"),
        pytest.param("^partitionKey=%28http%2C%5B%3A%3A1%5D%29", ("::1",), id="IPv6"),
        pytest.param(
            "^firstPartyDomain=a.example&partitionKey=%28https%2Cb.example%29",
            ("a.example", "b.example"),
            id="both attributes",
        ),
        pytest.param("(https,a.example)", ("a.example",), id="key alone"),
        pytest.param("^userContextId=2&privateBrowsingId=1", (), id="neither"),
        pytest.param("", (), id="nothing"),
    ],
)
def test_parse_partitions(suffix: str, hosts: tuple[str, ...]) -> None:
    assert parse_partitions(suffix) == hosts


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("*", id="everything"),
        pytest.param("https://*:443", id="every host"),
        pytest.param("file:///*", id="files"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_pattern_without_host_is_none(text: str) -> None:
    assert parse_pattern(text) is None


LABEL = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
HOST = st.lists(LABEL, min_size=1, max_size=4).map(".".join) | st.ip_addresses(v=6).map(
    lambda address: address.compressed
)
PORT = st.integers(1, 65535).filter(lambda port: port not in (80, 443))


@given(HOST, PORT, st.sampled_from(["http", "https"]))
def test_every_spelling_names_the_same_origin(host: str, port: int, scheme: str) -> None:
    bracketed = f"[{host}]" if ":" in host else host
    colonless = bracketed.replace(":", "_"), bracketed.replace(":", "+")
    expected = Origin(scheme, canonical_host(host), port)
    assert parse_url(f"{scheme}://{bracketed}:{port}") == expected
    assert parse_pattern(f"{scheme}://{bracketed}:{port}") == expected
    assert parse_origin(f"{scheme}://{bracketed}:{port}") == expected
    assert parse_origin(f"{scheme}_{colonless[0]}_{port}") == expected
    assert parse_origin(f"{scheme}+++{colonless[1]}+{port}") == expected
    assert parse_reversed(f"{host[::-1]}.:{scheme}:{port}") == expected
    assert split_port(join_port(host, port))[1] == port


@given(HOST, st.sampled_from([("http", 80), ("https", 443)]))
def test_every_spelling_leaves_out_the_default_port(host: str, scheme_and_port: tuple[str, int]) -> None:
    scheme, port = scheme_and_port
    bracketed = f"[{host}]" if ":" in host else host
    expected = Origin(scheme, canonical_host(host), None)
    assert parse_origin(f"{scheme}://{bracketed}") == expected
    assert parse_origin(f"{scheme}://{bracketed}:{port}") == expected
    assert parse_origin(f"{scheme}_{bracketed.replace(':', '_')}_0") == expected
    assert parse_origin(f"{scheme}+++{bracketed.replace(':', '+')}") == expected
    assert parse_pattern(f"{scheme}://{bracketed}:{port}") == expected
    assert parse_reversed(f"{host[::-1]}.:{scheme}:{port}") == expected
    assert parse_reversed(f"{host[::-1]}.") == Origin("", canonical_host(host), None)


@given(
    st.text(),
    st.sampled_from(["", "https://", "http_", "https+++", "[*.]", "^0https://", "about:reader?url="]),
)
def test_any_text_gets_an_answer(text: str, start: str) -> None:
    for parse in (parse_url, parse_origin, parse_pattern, parse_reversed):
        origin = parse(start + text)
        if origin is not None and is_host(origin.host):
            assert canonical_host(origin.host) == origin.host
    assert all(isinstance(host, str) for host in parse_partitions(start + text))
    assert is_host(canonical_host(text)) in (True, False)
    assert isinstance(unicode_host(canonical_host(text)), str)
