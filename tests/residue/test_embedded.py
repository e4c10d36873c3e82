"""What is packed amid other bytes: found where it starts, and not where chance looks like it."""

from __future__ import annotations

import base64
import random
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.residue.embedded import embedded
from scrubber.residue.encoded import base64_runs
from scrubber.residue.frames import end_of_block
from tests.residue.planted import FILLER, mozlz4
from tests.residue.planted_files import png, startup

if TYPE_CHECKING:
    from collections.abc import Callable

BEFORE, BEHIND = b"\1\2x^2", b"\5\6"


@pytest.mark.parametrize("level", [1, 5, 6, 9])
def test_zlib_of_every_level(level: int) -> None:
    found = list(embedded(BEFORE + zlib.compress(FILLER, level) + BEHIND))
    assert [(at, one.form, one.data, one.lack) for at, one in found] == [(len(BEFORE), "zlib", FILLER, "")]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"y = 1; f = x^2 + y[x^y];  // x^3 and nothing that is packed\n" * 2000, id="formulas"),
        pytest.param(b"\x78\x9c" * 3000, id="nothing but magics"),
        pytest.param(b"\0\x78\xda\xff\xff" * 1000, id="a kind of block that there isn't"),
        pytest.param(png(b"tIME", b"\7\xea\1\1\0\0\0"), id="pixels"),
    ],
)
def test_what_only_looks_like_zlib(content: bytes) -> None:
    assert list(embedded(content)) == []


def test_chance_says_nothing_and_lacks_nothing() -> None:
    found = list(embedded(random.Random(5).randbytes(1 << 20)))
    assert [one for _, one in found if one.lack or len(one.data) > 1000] == []


@pytest.mark.parametrize(("pack", "magic"), [(mozlz4, 8), (startup, 16)], ids=["mozlz4", "of extensions"])
@given(part=st.binary(max_size=60), times=st.integers(1, 30), behind=st.binary(max_size=20))
def test_a_block_ends_where_it_does(
    pack: Callable[[bytes], bytes], magic: int, part: bytes, times: int, behind: bytes
) -> None:
    packed = BEFORE + pack(part * times)
    assert end_of_block(packed + behind, len(BEFORE), magic) == len(packed)
    assert end_of_block(packed[:-1], len(BEFORE), magic) is None


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\\n", b"\\r\\n", b"\n \t"], ids=repr)
def test_lines_of_base64_become_one(end: bytes) -> None:
    content = base64.encodebytes(FILLER).strip()
    whole = base64.b64encode(FILLER).rstrip(b"=")
    assert whole in base64_runs(b'"' + content.replace(b"\n", end) + b'"')


def test_short_lines_stay_what_they_are() -> None:
    words = [b"short/enough/to/be/a/path", b"another/line/that/is/a/path"]
    assert base64_runs(b"\n".join(words)) == words
