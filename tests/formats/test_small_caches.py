from __future__ import annotations

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats import persistent_cache
from scrubber.formats.damaged import Damaged
from scrubber.formats.visited_links import read_table

SALT = b"saltsalt"


def fingerprint(url: str) -> int:
    return int(struct.unpack("<Q", hashlib.md5(SALT + url.encode()).digest()[:8])[0])


def table(*urls: str, slots: int = 31) -> bytes:
    numbers = [fingerprint(url) for url in urls] + [0] * (slots - len(urls))
    return struct.pack("<4sIII8s", b"VLnk", 3, slots, len(urls), SALT) + struct.pack(f"<{slots}Q", *numbers)


@pytest.mark.parametrize(
    ("site", "stem"),
    [
        ("https://openai.com/", "5bb[a`6`2`2@[2=-6u0@;`2"),
        ("https://shop.example/", "5bb[a`6`2`2a5@[u2f-;[92`2"),
        ("https://labs-openai.com/", "5bb[a`6`2`29-.at@[2=-6u0@;`2"),
    ],
)
def test_names_that_chromium_gave(site: str, stem: str) -> None:
    assert persistent_cache.site(stem) == site
    assert persistent_cache.file_stem(site) == stem


@given(st.text(" !#$&'()+,-.0189;=@[]_az~\\/|<>:\"?*\n", max_size=30))
def test_every_site_comes_back(site: str) -> None:
    assert persistent_cache.site(persistent_cache.file_stem(site)) == site


@given(st.text(max_size=30))
def test_any_name_is_read(stem: str) -> None:
    assert isinstance(persistent_cache.site(stem), str)


def test_visited_links() -> None:
    found = read_table(table("https://shop.example/", "https://labs.openai.com/"))
    assert found.has("https://labs.openai.com/")
    assert not found.has("https://labs.openai.com")
    assert not found.has("https://notopenai.com/")
    assert len(found.fingerprints) == 2


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(table()[:-1], id="cut"),
        pytest.param(b"XLnk" + table()[4:], id="another-magic"),
        pytest.param(table()[:4] + b"\4" + table()[5:], id="newer"),
        pytest.param(table()[:8] + b"\xff\xff\xff\xff" + table()[12:], id="more-slots-than-bytes"),
    ],
)
def test_damaged_visited_links_are_named(content: bytes) -> None:
    with pytest.raises(Damaged):
        read_table(content)


@given(st.binary(max_size=100))
def test_arbitrary_bytes_are_read_or_refused(content: bytes) -> None:
    for start in (b"", table()[:8]):
        try:
            found = read_table(start + content)
        except Damaged:
            continue
        assert len(found.fingerprints) * 8 <= len(content)
