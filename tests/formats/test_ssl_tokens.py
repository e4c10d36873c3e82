from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats.damaged import Damaged
from scrubber.formats.ssl_tokens import Token, Tokens, read_tokens, write_tokens

SAMPLE = (Path(__file__).parent / "samples" / "firefox" / "ssl_tokens_cache.bin").read_bytes()


def string(data: bytes) -> bytes:
    return struct.pack("<Q", len(data)) + data


def version_2(key: str, *, full: bool) -> bytes:
    """A record with everything that may be missing, or without."""
    chain = b"\1" + struct.pack("<Q", 2) + string(b"leaf") + string(b"root") if full else b"\0"
    fixed = struct.pack("<q", 1795676121653565) + string(b"ticket") + b"\1\2\0\0" + string(b"certificate")
    return struct.pack("<Q", 7) + string(key.encode()) + fixed + chain + chain + (b"\1\1" if full else b"\0")


def test_what_firefox_wrote_is_read_and_written_back_to_the_byte() -> None:
    tokens = read_tokens(SAMPLE)
    assert {record.key.split(":")[1] for record in tokens.records} == {"shop.example", "news.example.org"}
    assert write_tokens(tokens) == SAMPLE


def test_version_2() -> None:
    records = [version_2("shop.example:443", full=True), version_2("news.example.org:443", full=False)]
    content = b"STCF\2" + zlib.compress(struct.pack("<Q", 2) + b"".join(records))
    tokens = read_tokens(content)
    assert [record.raw for record in tokens.records] == records
    assert [record.key for record in tokens.records] == ["shop.example:443", "news.example.org:443"]
    assert read_tokens(write_tokens(tokens)) == tokens


def test_none_left() -> None:
    for version in (2, 3):
        assert read_tokens(write_tokens(Tokens(version, ()))) == Tokens(version, ())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"STCF", id="cut-in-the-header"),
        pytest.param(b"STCF\4" + SAMPLE[5:], id="newer"),
        pytest.param(SAMPLE[:-1], id="cut"),
        pytest.param(SAMPLE[:50] + b"x" + SAMPLE[51:], id="wrong-checksum"),
        pytest.param(b"STCF\2" + zlib.compress(bytes(1 << 27)), id="bomb"),
        pytest.param(b"STCF\2" + zlib.compress(struct.pack("<Q", 1 << 63)), id="endless-count"),
        pytest.param(b"STCF\2" + zlib.compress(bytes(9)), id="more-than-it-counts"),
        pytest.param(b"STCF\2" + zlib.compress(bytes(8))[:-2], id="cut-while-packed"),
    ],
)
def test_damage_is_named(content: bytes) -> None:
    with pytest.raises(Damaged):
        read_tokens(content)


@given(st.binary(max_size=200), st.sampled_from([2, 3]))
def test_arbitrary_bodies_are_read_or_refused(body: bytes, version: int) -> None:
    packed = zlib.compress(body) if version == 2 else body + struct.pack("<I", zlib.adler32(body))
    try:
        tokens = read_tokens(b"STCF" + bytes([version]) + packed)
    except Damaged:
        return
    assert b"".join(record.raw for record in tokens.records) == body[8:]


def test_a_record_keeps_all_its_bytes() -> None:
    record = version_2("a.example:443", full=True)
    assert write_tokens(Tokens(2, (Token("a.example:443", record),))) == b"STCF\2" + zlib.compress(
        struct.pack("<Q", 1) + record
    )
