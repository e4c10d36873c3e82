"""Other spellings of a host."""

from __future__ import annotations

import pytest

from scrubber.formats.spellings import identifiers, spellings


@pytest.mark.parametrize(
    ("name", "others"),
    [
        pytest.param("labs.openai.com", [], id="plain"),
        pytest.param("labs.openai.com:8443", [], id="port"),
        pytest.param("openai.com/dall-e", [], id="path"),
        pytest.param(
            "ü.example:8443/a",
            [
                "%c3%bc.example:8443/a",
                "%25c3%25bc.example:8443/a",
                "%2525c3%2525bc.example:8443/a",
                "\\u00fc.example:8443/a",
            ],
            id="international",
        ),
        pytest.param(
            "[::1]:8080",
            [
                "%5b%3a%3a1%5d%3a8080",
                "%255b%253a%253a1%255d%253a8080",
                "%25255b%25253a%25253a1%25255d%25253a8080",
                "[__1]_8080",
                "[++1]+8080",
            ],
            id="IPv6 and port",
        ),
    ],
)
def test_spellings(name: str, others: list[str]) -> None:
    assert list(spellings(name)) == [name, *others]


def test_ipv6_without_brackets_has_them_in_other_spellings() -> None:
    assert {"%5b%3a%3a1%5d", "[__1]", "[++1]"} < set(spellings("::1"))


def test_identifiers() -> None:
    assert identifiers("localhost:3000") == ("localhost_3000", "localhost+3000")
