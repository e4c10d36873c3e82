"""Values as Firefox's storage packs them."""

from __future__ import annotations

import cramjam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats.firefox_values import readings

TEXT = b"https://labs.openai.com/ and again https://labs.openai.com/ and so on"
LONG = TEXT * 2000  # a frame has 64 KiB at most
RAW = bytes(cramjam.snappy.compress_raw(TEXT))
PACKED = {
    "plain": TEXT,
    "raw": RAW,
    "marked": b"\x03\x00\x00\x00\x00\xff\x11\x02" + RAW,
    "framed": bytes(cramjam.snappy.compress(TEXT)),
    "in more than one frame": bytes(cramjam.snappy.compress(LONG)),
    "a key": bytes(byte + 1 for byte in TEXT),
}


@pytest.mark.parametrize("value", PACKED.values(), ids=PACKED)
def test_every_way_is_read(value: bytes) -> None:
    assert any(reading in (TEXT, LONG) for reading in readings(value))


def test_a_frame_that_firefox_wrote() -> None:
    """A service worker's script as Firefox 153 cached it."""
    value = bytes.fromhex(
        "ff060000734e61507059003c0000464f0b5f499073656c662e6164644576656e744c697374656e657228276665746368"
        "272c653d3e7b7d293b5a25003070757368272c653d3e7b7d293b"
    )
    text = b"self.addEventListener('fetch',e=>{});self.addEventListener('push',e=>{});"
    assert text in readings(value)
    with pytest.raises(cramjam.DecompressionError):  # if this doesn't, nothing needs to be read by hand
        cramjam.snappy.decompress(value)


def test_a_frame_of_plain_bytes() -> None:
    value = PACKED["framed"][:10] + b"\1" + (len(TEXT) + 4).to_bytes(3, "little") + bytes(4) + TEXT
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
