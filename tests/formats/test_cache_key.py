from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats.cache_key import CacheKey, read_key

SHOP, WIDGET = "https://shop.example", "https://widget.example.net"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param(
            f"1/0/_dk_{SHOP} {SHOP} {SHOP}/a.js", CacheKey(f"{SHOP}/a.js", (SHOP, SHOP)), id="partitioned"
        ),
        pytest.param(
            f"0/17/_dk_s_{SHOP} {WIDGET} {WIDGET}/f", CacheKey(f"{WIDGET}/f", (SHOP, WIDGET)), id="frame"
        ),
        pytest.param(
            f"1/0/_dk_cn_{SHOP} {SHOP} {SHOP}/", CacheKey(f"{SHOP}/", (SHOP, SHOP)), id="from-another-site"
        ),
        pytest.param(
            f"1/0/_dk_{SHOP} {SHOP} 0123456789ABCDEF {SHOP}/a",
            CacheKey(f"{SHOP}/a", (SHOP, SHOP, "0123456789ABCDEF")),
            id="nonce",
        ),
        pytest.param(f"_dk_{SHOP} {WIDGET} {SHOP}/a", CacheKey(f"{SHOP}/a", (SHOP, WIDGET)), id="older"),
        pytest.param(f"1/0/{SHOP}/a", CacheKey(f"{SHOP}/a"), id="not-partitioned"),
        pytest.param(f"{SHOP}/a?q=1/0/", CacheKey(f"{SHOP}/a?q=1/0/"), id="nothing-but-a-url"),
        pytest.param(
            f"Range_1/0/_dk_{SHOP} {SHOP} {SHOP}/v.mp4:5f3a:1",
            CacheKey(f"{SHOP}/v.mp4", (SHOP, SHOP)),
            id="part-of-a-sparse-entry",
        ),
        pytest.param(f"_key{SHOP}/a.js \n{SHOP}/", CacheKey(f"{SHOP}/a.js", (f"{SHOP}/",)), id="compiled"),
        pytest.param(
            f"_key{SHOP}/a.js \n{SHOP}/ \n{WIDGET} {SHOP}",
            CacheKey(f"{SHOP}/a.js", (f"{SHOP}/", WIDGET, SHOP)),
            id="compiled-in-a-frame",
        ),
        pytest.param(f"_key{SHOP}/a.js \n", CacheKey(f"{SHOP}/a.js"), id="compiled-without-a-lock"),
        pytest.param("", CacheKey(""), id="empty"),
    ],
)
def test_keys(text: str, parts: CacheKey) -> None:
    assert read_key(text) == parts


@given(st.text("10/_dks \nRange:ax", max_size=40))
def test_any_key_is_read(text: str) -> None:
    assert read_key(text).url in text
