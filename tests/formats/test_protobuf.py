from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats.damaged import Damaged
from scrubber.formats.protobuf import read_fields, read_spans


def test_every_wire_type_is_read() -> None:
    message = (
        b"\x08\x96\x01" + b"\x12\x04text" + b"\x1d\x01\x02\x03\x04" + b"\x21" + bytes(8) + b"\x80\x01\x00"
    )
    assert b"".join(own for *_, own in read_spans(message)) == message
    assert list(read_fields(message)) == [
        (1, 150),
        (2, b"text"),
        (3, b"\x01\x02\x03\x04"),
        (4, bytes(8)),
        (16, 0),
    ]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        pytest.param(b"\x12\x05text", "longer than its message", id="cut"),
        pytest.param(b"\x1d\x01", "longer than its message", id="cut-number"),
        pytest.param(b"\x0b", "wire type 3", id="groups-are-long-gone"),
        pytest.param(b"\x08\xff\xff", "without an end", id="endless"),
        pytest.param(b"\x08", "without an end", id="no-content"),
    ],
)
def test_what_is_no_message_is_refused(message: bytes, reason: str) -> None:
    with pytest.raises(Damaged, match=reason):
        list(read_fields(message))


@given(st.binary(max_size=100))
def test_arbitrary_bytes_are_read_or_refused(message: bytes) -> None:
    with suppress(Damaged):
        list(read_fields(message))
