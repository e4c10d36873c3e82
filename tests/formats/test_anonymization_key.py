from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats.anonymization_key import encode, sites

# As Chromium 156 wrote it for https://openai.com.
REAL = "GAAAABIAAABodHRwczovL29wZW5haS5jb20AAA=="


def test_encodes_as_chromium_does() -> None:
    assert encode("https://openai.com") == REAL


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(REAL, ("https://openai.com",), id="the base64 alone"),
        pytest.param(f'["{REAL}",true,0]', ("https://openai.com",), id="JSON"),
        pytest.param(
            f'["{REAL}","{encode("https://b.example")}"]',
            ("https://openai.com", "https://b.example"),
            id="top-level and frame site",
        ),
        pytest.param(
            base64.b64encode(b"\x28\0\0\0\x12\0\0\0https://openai.com\0\0" + bytes(16)).decode(),
            ("https://openai.com",),
            id="a nonce behind the site",
        ),
        pytest.param("[]", (), id="empty key"),
        pytest.param("", (), id="nothing"),
        pytest.param("https://openai.com", (), id="no base64"),
        pytest.param(REAL[:-4], (), id="cut short"),
        pytest.param("H" + REAL[1:], (), id="payload longer than it is"),
        pytest.param(base64.b64encode(b"\x08\0\0\0\xff\0\0\0http").decode(), (), id="site longer than it is"),
        pytest.param("A" * 17, (), id="no whole base64"),
        pytest.param(base64.b64encode(bytes(12)).decode(), (), id="no pickle"),
    ],
)
def test_sites_of(text: str, expected: tuple[str, ...]) -> None:
    assert sites(text) == expected


@given(st.text(st.characters(codec="utf-8"), min_size=4, max_size=300))
def test_gives_back_what_was_encoded(site: str) -> None:
    assert sites(json.dumps([encode(site), False, 0])) == (site,)


@given(st.text() | st.binary().map(lambda data: base64.b64encode(data).decode()))
def test_any_text_gets_an_answer(text: str) -> None:
    assert isinstance(sites(text), tuple)
