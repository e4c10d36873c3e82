"""A name in base64 is a mention: search pages and mailings wrap the pages that they link to."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.chromium.browsing import HISTORY
from scrubber.samples.schemas import create, insert
from tests.stores.running import MIXED, OURS, TARGET, THEIRS, ask, clean

if TYPE_CHECKING:
    from pathlib import Path


def wrapped(host: str, before: str, *, of_urls: bool) -> str:
    encode = base64.urlsafe_b64encode if of_urls else base64.b64encode
    return encode(f"{before}{host}/?q=\u00fe\u00ff".encode()).decode().rstrip("=")


CUTS = [pytest.param(" " * spaces + "https://", id=f"{spaces}-in-front") for spaces in range(3)]
FRAMES = [
    pytest.param("https://search.example/ck/a?u={}&ntb=1", id="a parameter"),
    pytest.param("https://search.example/ck/a?u=a1{}&ntb=1", id="with letters of the wrapper's own in front"),
    pytest.param("https://mail.example/c/x{}", id="a path's end"),
    pytest.param("{}", id="all of it"),
]


@pytest.mark.parametrize("of_urls", [True, False], ids=["of-urls", "standard"])
@pytest.mark.parametrize("before", CUTS)
@pytest.mark.parametrize("frame", FRAMES)
def test_names_in_base64_are_mentions(frame: str, before: str, of_urls: bool) -> None:
    for host in OURS:
        text = frame.format(wrapped(host, before, of_urls=of_urls))
        assert TARGET.mentions(text)
        assert TARGET.mentions(b"\x0a" + text.encode() + b"\0")
    for host in THEIRS:
        text = frame.format(wrapped(host, before, of_urls=of_urls))
        assert not TARGET.mentions(text)
        assert not TARGET.mentions(b"\x0a" + text.encode() + b"\0")


def test_a_look_alike_hides_no_name_behind_it() -> None:
    both = (wrapped(host, "https://", of_urls=True) for host in (THEIRS[0], OURS[0]))
    assert TARGET.mentions("&".join(both))


def test_letters_that_only_look_like_base64_of_a_name_are_none() -> None:
    inside = base64.b64encode(b"labs.openai.com").decode()
    assert TARGET.mentions(inside)
    assert not TARGET.mentions(inside[:-4])
    assert not TARGET.mentions(inside.lower())


def test_a_quick_look_misses_no_name() -> None:
    for host in OURS:
        for text in (host.upper(), wrapped(host, "https://", of_urls=True)):
            assert TARGET.is_near(f"one\0{text}\0another")
    assert not TARGET.is_near("kept.example\0chat.example")


def test_a_page_whose_address_wraps_the_target_leaves_the_history(tmp_path: Path) -> None:
    link = "https://search.example/ck/a?u=a1{}&ntb=1"
    urls = [link.format(wrapped(host, "https://", of_urls=True)) for host in MIXED]
    path = tmp_path / "History"
    create(path, "chromium-156/History")
    insert(path, "urls", *({"id": number, "url": url} for number, url in enumerate(urls, 1)))
    clean(HISTORY, path)
    assert ask(path, "SELECT url FROM urls") == [
        url for url, host in zip(urls, MIXED, strict=True) if host not in OURS
    ]
