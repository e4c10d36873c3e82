"""Values as Firefox's storage packs them."""

from __future__ import annotations

import cramjam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats.firefox_values import readings

TEXT = b"https://labs.openai.com/ and again https://labs.openai.com/ and so on"
RAW = bytes(cramjam.snappy.compress_raw(TEXT))
PACKED = {
    "plain": TEXT,
    "raw": RAW,
    "marked": b"\x03\x00\x00\x00\x00\xff\x11\x02" + RAW,
    "framed": bytes(cramjam.snappy.compress(TEXT)),
    "a key": bytes(byte + 1 for byte in TEXT),
}


@pytest.mark.parametrize("value", PACKED.values(), ids=PACKED)
def test_every_way_is_read(value: bytes) -> None:
    assert TEXT in readings(value)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(b"\xff\xff\xff\xff\x7f" + RAW[1:], id="a length that would fill the memory"),
        pytest.param(RAW[:-3], id="cut off"),
        pytest.param(PACKED["framed"][:-3], id="frames, cut off"),
        pytest.param(b"", id="empty"),
    ],
)
def test_damage_is_read_as_it_lies_there(value: bytes) -> None:
    assert next(readings(value)) == value
    assert sum(map(len, readings(value))) <= 2 * len(value)


@given(st.binary(max_size=400) | st.binary(max_size=60).map(lambda tail: PACKED["framed"][:10] + tail))
def test_any_bytes(value: bytes) -> None:
    assert next(readings(value)) == value
    assert all(len(reading) <= 22 * len(value) or reading == value for reading in readings(value))
