"""Every way to read a value, and none that isn't there."""

from __future__ import annotations

import cramjam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats.blink_values import readings

PLAIN = b"labs.openai.com " * 9


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(PLAIN, id="as-it-is"),
        pytest.param(PLAIN[::-1], id="backwards"),
        pytest.param(bytes(byte + 1 for byte in PLAIN), id="in-a-key"),
        pytest.param(bytes(cramjam.zstd.compress(PLAIN)), id="zstd"),
        pytest.param(bytes(cramjam.zstd.compress(PLAIN[::-1])), id="zstd-backwards"),
        pytest.param(b"\x01\xff\x11\x02" + bytes(cramjam.snappy.compress_raw(PLAIN)), id="snappy"),
    ],
)
def test_a_value_is_read_in_every_way(value: bytes) -> None:
    assert PLAIN in readings(value)


@pytest.mark.parametrize("value", [b"", b"\x28\xb5\x2f\xfd", bytes(cramjam.zstd.compress(PLAIN))[:-3]])
def test_what_is_not_packed_as_it_says_is_read_as_it_is(value: bytes) -> None:
    assert set(readings(value)) <= {value, value[::-1], bytes(max(byte, 1) - 1 for byte in value), b""} | {
        bytes(max(byte, 1) - 1 for byte in value)[::-1]
    }


@given(st.binary(max_size=200))
def test_any_bytes_are_read(value: bytes) -> None:
    assert next(iter(readings(value))) == value
