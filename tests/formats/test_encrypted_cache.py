from __future__ import annotations

import pytest

from scrubber.formats.encrypted_cache import HEAD, is_sealed
from tests import encrypted_cache_files as made
from tests import simple_cache_files as plain

# Chromium 156 wrote it, of a cache without entries: its first byte is the header's size, too.
PLAIN_INDEX = bytes.fromhex(
    "28000000b856d0196f79207265746e6509000000000000000000000000000000000000000100000013364f8099bf2f00"
)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(made.INDEX, id="the index"),
        pytest.param(made.INDEX[:40], id="nothing but a header"),
        *(pytest.param(made.sealed(1000, seed), id=f"an entry, {seed}") for seed in range(20)),
    ],
)
def test_what_is_sealed(content: bytes) -> None:
    assert is_sealed(content[:HEAD])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(made.INDEX[:39], id="less than a header"),
        pytest.param(b")" + made.INDEX[1:], id="another size of the header"),
        pytest.param(b"(" + bytes(79), id="zeros"),
        pytest.param(PLAIN_INDEX, id="the index of a plain cache"),
        pytest.param(plain.entry("1/0/https://kept.example/"), id="an entry in clear"),
        pytest.param(
            b"(function(){var a=document.querySelectorAll('a[href]');return a.length+1})();", id="a script"
        ),
    ],
)
def test_what_is_not(content: bytes) -> None:
    assert not is_sealed(content[:HEAD])
