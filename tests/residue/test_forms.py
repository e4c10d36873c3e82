from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.residue.forms import Needles
from scrubber.sites import Name

if TYPE_CHECKING:
    from scrubber.residue.borders import Reading

LABS = Name("labs.openai.com", below=True)
SITE = Name("openai.com", below=True)
EXACT = Name("openaixyz.blob.example.net", below=False)
PORT = Name("localhost:3000", below=False)
IPV6 = Name("[::1]:8080", below=False)
WORD = Name("wiki", below=False)
PART = Name("openai.com/dall-e", below=False)


def found(data: bytes, *names: Name, reading: Reading = "text") -> list[tuple[str, str]]:
    return [(hit.name, hit.form) for hit in Needles(names).find(data, reading)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("labs.openai.com", id="the name alone"),
        pytest.param("LABS.OpenAI.com", id="upper case"),
        pytest.param(".labs.openai.com", id="domain cookie"),
        pytest.param("cdn.labs.openai.com", id="sub-domain"),
        pytest.param("https://labs.openai.com/e/1", id="URL"),
        pytest.param("labs.openai.com:443", id="port"),
        pytest.param("https%3A%2F%2Flabs.openai.com", id="percent-encoded URL"),
        pytest.param("https%253A%252F%252Flabs.openai.com%252F", id="percent-encoded twice"),
        pytest.param("https:\\u002f\\u002flabs.openai.com", id="escape of JSON"),
        pytest.param("first\\nlabs.openai.com", id="escaped line break"),
        pytest.param("https_labs.openai.com_0.indexeddb.leveldb", id="origin identifier"),
        pytest.param("https+++labs.openai.com^userContextId=5", id="origin folder"),
        pytest.param("It was labs.openai.com.", id="end of a sentence"),
        pytest.param("labs.openai.com./e", id="trailing dot of a host"),
        pytest.param("me@labs.openai.com", id="address"),
        pytest.param("-labs.openai.com", id="excluded in a search"),
        pytest.param("labs.openai.com-", id="dash that starts no label"),
        pytest.param("看labs.openai.com看", id="text without spaces"),
        pytest.param("^partitionKey=%28https%2Clabs.openai.com%29", id="partition key"),
    ],
)
def test_named(text: str) -> None:
    assert found(text.encode(), LABS) == [("labs.openai.com", "plain")]
    assert found(text.encode("utf-16-le"), LABS) == [("labs.openai.com", "utf-16le")]
    assert found(text.encode("utf-16-be"), LABS) == [("labs.openai.com", "utf-16be")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("labs.openai.org", id="another top level"),
        pytest.param("openai.com", id="the host above"),
        pytest.param("xlabs.openai.com", id="letter before"),
        pytest.param("9labs.openai.com", id="digit before"),
        pytest.param("my-labs.openai.com", id="dash before"),
        pytest.param("labs-openai.com", id="dash for the dot"),
        pytest.param("labs.openai.community", id="letter after"),
        pytest.param("labs.openai.com.evil.example", id="host of another"),
        pytest.param("labs.openai.com%2Eevil.example", id="host of another, escaped dot"),
        pytest.param("labs.openai.com-evil.example", id="dash after"),
        pytest.param("https%3A%2F%2Fxlabs.openai.com", id="letter before, percent-encoded"),
        pytest.param("%78labs.openai.com", id="escaped letter before"),
    ],
)
@pytest.mark.parametrize("reading", ["text", "binary", "name"])
def test_look_alike(text: str, reading: Reading) -> None:
    for codec in ("utf-8", "utf-16-le", "utf-16-be"):
        assert found(text.encode(codec), LABS, reading=reading) == []


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        pytest.param("notopenai.com", SITE, False, id="longer label"),
        pytest.param("chat.openai.com", SITE, True, id="below"),
        pytest.param("https://openaixyz.blob.example.net/a.png", EXACT, True, id="exact host"),
        pytest.param(".openaixyz.blob.example.net", EXACT, True, id="exact host's domain cookie"),
        pytest.param("a.openaixyz.blob.example.net", EXACT, False, id="below an exact host"),
        pytest.param("https://openai.com/dall-e", PART, True, id="URL at its end"),
        pytest.param("https://openai.com/dall-e/x", PART, True, id="below the URL"),
        pytest.param("https://openai.com/dall-e?x", PART, True, id="query"),
        pytest.param("https://openai.com/dall-e#x", PART, True, id="fragment"),
        pytest.param('"https://openai.com/dall-e"', PART, True, id="quoted URL"),
        pytest.param("https://openai.com/dall-e-3", PART, False, id="longer path"),
        pytest.param("https://openai.com/dall-eve", PART, False, id="longer word"),
        pytest.param("https://openai.com/dall-e_x", PART, False, id="underscore"),
        pytest.param("https://openai.com/dall-e.html", PART, False, id="file of that name"),
        pytest.param("See openai.com/dall-e.", PART, True, id="end of a sentence"),
        pytest.param("http://localhost:3000/", PORT, True, id="port"),
        pytest.param("http%3A%2F%2Flocalhost%3A3000%2F", PORT, True, id="port, percent-encoded"),
        pytest.param("http://localhost:30001/", PORT, False, id="longer port"),
        pytest.param("http://localhost/", PORT, False, id="another port"),
        pytest.param("https://openai.com/", PART, False, id="elsewhere on the host"),
        pytest.param("https://labs.openai.com/dall-e", PART, False, id="another host's path"),
        pytest.param("https://notopenai.com/dall-e", PART, False, id="look-alike's path"),
    ],
)
def test_kinds_of_names(text: str, name: Name, expected: bool) -> None:
    assert bool(found(text.encode(), name)) is expected
    assert bool(found(text.encode("utf-16-le"), name)) is expected


@pytest.mark.parametrize(
    ("text", "form"),
    [
        pytest.param(b"https%3A%2F%2Fopenai.com%2Fdall-e%2F", "percent-encoded", id="percent-encoded"),
        pytest.param(b"https%253A%252F%252Fopenai.com%252fdall-e", "percent-encoded twice", id="twice"),
        pytest.param(rb'"https:\/\/openai.com\/dall-e"', "json", id="slashes escaped"),
    ],
)
def test_path_in_other_spellings(text: bytes, form: str) -> None:
    assert found(text, PART) == [("openai.com/dall-e", form)]
    assert found(text.replace(b"dall-e", b"dall-eve"), PART) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("moc.ianepo.sbal.", True, id="rev_host"),
        pytest.param("moc.ianepo.sbal.ndc.", True, id="rev_host below"),
        pytest.param("moc.ianepo.sbal.:https:443", True, id="old storage key"),
        pytest.param("moc.ianepo.sbalx.", False, id="look-alike"),
        pytest.param("elpmaxe.live.moc.ianepo.sbal.", False, id="host of another"),
    ],
)
def test_reversed(text: str, expected: bool) -> None:
    wanted = [("labs.openai.com", "reversed")] if expected else []
    assert found(text.encode(), LABS) == wanted
    assert [name for name, _ in found(text.encode("utf-16-le"), LABS)] == [name for name, _ in wanted]


def test_exact_host_reversed() -> None:
    backwards = EXACT.text[::-1].encode() + b"."
    assert found(backwards, EXACT)
    assert not found(backwards + b"a.", EXACT)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("https+++labs.openai.com", True, id="folder of an origin"),
        pytest.param("https_labs.openai.com_0.indexeddb.leveldb", True, id="origin identifier"),
        pytest.param("labs.openai.com.png", True, id="file ending"),
        pytest.param("https_labs.openai.com.evil_0", False, id="host of another in an origin identifier"),
        pytest.param("https+++notlabs.openai.com", False, id="look-alike"),
    ],
)
def test_file_names(name: str, expected: bool) -> None:
    assert bool(found(name.encode(), LABS, reading="name")) is expected


LONG = b"/" + b"p" * (0x70 - 16)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"\x0a\x0flabs.openai.com", True, id="length in front"),
        pytest.param(b"\x0ap" + b"labs.openai.com" + LONG + b"\x10\x01", True, id="length that is a letter"),
        pytest.param(
            b"\x0aq" + b"labs.openai.com" + LONG + b"\x10\x01", False, id="letter that is no length"
        ),
        pytest.param(b"\x0a\x0flabs.openai.com2\x03abc", True, id="digit after is the next field's tag"),
        pytest.param(b"\x0a\x10labs.openai.com2\x03abc", False, id="digit after belongs to the text"),
        pytest.param(b"\x17\x00\x00\x00https://labs.openai.comjk", True, id="pickle"),
        pytest.param(b"\x0a\x17https://labs.openai.comjk", True, id="length of a URL that ends in the name"),
        pytest.param(b"\x0a\x1chttps://labs.openai.com.evil", False, id="length of a longer host"),
    ],
)
def test_lengths_in_binary(data: bytes, expected: bool) -> None:
    assert bool(found(data, LABS, reading="binary")) is expected
    assert not found(data, Name("bs.openai.com", below=True), reading="binary")


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        pytest.param(b"sidlabs.openai.comvalue", LABS, True, id="columns that touch"),
        pytest.param(b"labs.openai.com.AspNetCore.Session", LABS, True, id="next column starts with a dot"),
        pytest.param(b"moc.ianepo.sbal.title", LABS, True, id="rev_host before a text"),
        pytest.param(EXACT.text[::-1].encode() + b".title", EXACT, True, id="exact rev_host before a text"),
        pytest.param(b"https://notopenai.com/x", SITE, False, id="look-alike in a URL"),
        pytest.param(b"https://www.notopenai.com/x", SITE, False, id="look-alike below another"),
        pytest.param(b"me@notopenai.com", SITE, False, id="look-alike in an address"),
        pytest.param(b"labs.openai.com.evil.example", LABS, False, id="host of another"),
        pytest.param(b"a.openaixyz.blob.example.net", EXACT, False, id="below an exact host"),
    ],
)
def test_packed(data: bytes, name: Name, expected: bool) -> None:
    assert bool(found(data, name, reading="packed")) is expected


def test_byte_order_where_only_the_place_tells() -> None:
    text = "https://labs.openai.com/e"
    for codec, form in (("utf-16-le", "utf-16le"), ("utf-16-be", "utf-16be")):
        assert found(text.encode(codec), LABS, reading="text") == [("labs.openai.com", form)]
        assert found(b"\x01" + text.encode(codec), LABS, reading="binary") == [
            ("labs.openai.com", "utf-16le")
        ]


def test_names_beyond_ascii() -> None:
    name = Name("bücher.example", below=True)
    for codec in ("utf-8", "utf-16-le", "utf-16-be"):
        assert found("https://www.bücher.example/".encode(codec), name)
        assert not found("https://bücher.example.org/".encode(codec), name)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        pytest.param("https+++labs.openai.com", LABS, True, id="origin's folder"),
        pytest.param("https+++www.labs.openai.com^partitionKey=x", LABS, True, id="folder below, suffix"),
        pytest.param("https+++labs.openai.com.example", LABS, False, id="another's folder"),
        pytest.param("https+++labs.openai.com-example.org", LABS, False, id="another's folder, dash"),
        pytest.param("labs.openai.com.png", LABS, True, id="file's ending"),
        pytest.param("http+++localhost+3000", PORT, True, id="port in a folder's name"),
        pytest.param("http_localhost_3000.indexeddb.leveldb", PORT, True, id="port in an identifier"),
        pytest.param("http_localhost_30001.indexeddb.leveldb", PORT, False, id="longer port"),
        pytest.param("http+++[++1]+8080", IPV6, True, id="IPv6 in a folder's name"),
        pytest.param("http_[__1]_8080.indexeddb.leveldb", IPV6, True, id="IPv6 in an identifier"),
        pytest.param("http_[__1]_9090.indexeddb.leveldb", IPV6, False, id="IPv6 on another port"),
        pytest.param("http+++[++1]", Name("::1", below=False), True, id="IPv6 without a port"),
        pytest.param("http+++[2001+db8++1]", Name("::1", below=False), False, id="longer IPv6"),
    ],
)
def test_names_of_files_and_folders(text: str, name: Name, expected: bool) -> None:
    assert bool(found(text.encode(), name, reading="name")) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("http://wiki/Main", True, id="URL"),
        pytest.param("http://wiki:8080/", True, id="URL with a port"),
        pytest.param("u=http%3A%2F%2Fwiki%2FMain", True, id="percent-encoded URL"),
        pytest.param("u=http%253A%252F%252Fwiki", True, id="percent-encoded twice"),
        pytest.param("http:\\/\\/wiki\\/", True, id="slashes of JSON"),
        pytest.param("http_wiki_0", True, id="identifier"),
        pytest.param("http+++wiki", True, id="folder"),
        pytest.param("^partitionKey=%28http%2Cwiki%29", True, id="partition key"),
        pytest.param("ikiw.", True, id="rev_host"),
        pytest.param("https://shop.example/wiki/Main", False, id="path"),
        pytest.param("https%3A%2F%2Fshop.example%2Fwiki%2FMain", False, id="path, percent-encoded"),
        pytest.param("cheap wiki pages", False, id="word"),
        pytest.param("?q=wiki", False, id="search"),
        pytest.param("http://wiki.example/", False, id="label of another"),
        pytest.param("http://wikis/", False, id="longer label"),
        pytest.param("ikiw a", False, id="word backwards"),
    ],
)
def test_a_host_of_one_label_is_a_word_too(text: str, expected: bool) -> None:
    for codec in ("utf-8", "utf-16-le"):
        assert bool(found(text.encode(codec), WORD)) is expected
    assert not found(b"http://wikipedia.example/", WORD, reading="packed")


def test_only_hits_that_start_in_the_range() -> None:
    data = b"labs.openai.com labs.openai.com"
    assert [hit.at for hit in Needles([LABS]).find(data, "text", 1)] == [16]
    assert [hit.at for hit in Needles([LABS]).find(data, "text", 0, 16)] == [0]


def test_no_names_no_hits() -> None:
    assert not Needles([]).near(b"labs.openai.com")
    assert Needles([]).find(b"labs.openai.com", "text") == []


@given(st.binary(max_size=40), st.binary(max_size=40), st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]))
def test_quick_looks_miss_nothing(before: bytes, after: bytes, codec: str) -> None:
    needles = Needles([LABS, PART])
    for name in (LABS, PART):
        for text in (name.text, name.text.upper()):
            data = text.encode(codec)
            assert needles.near(before + data + after)
            for cut in range(len(data) + 1):
                assert needles.near_half(before + data[:cut]) or needles.near_half(data[cut:] + after)


@given(st.binary(max_size=200), st.sampled_from(["text", "name", "binary", "packed"]))
def test_any_neighbours_are_survived(data: bytes, reading: Reading) -> None:
    hits = Needles([LABS, PART]).find(data + b"labs.openai.com" + data, reading)
    assert all(hit.name == "labs.openai.com" for hit in hits)
