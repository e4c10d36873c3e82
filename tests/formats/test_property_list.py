"""Property lists: every text apart from the others, and no bytes make reading fail otherwise than said."""

from __future__ import annotations

import plistlib
from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats import property_list
from scrubber.formats.damaged import Damaged

LEAVES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1),
    st.binary(min_size=1).filter(lambda data: b"\0" not in data),
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.just(datetime(2026, 11, 24)),
)
KEYS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
VALUES = st.recursive(LEAVES, lambda inside: st.one_of(st.lists(inside), st.dictionaries(KEYS, inside)))


def leaves(value: object) -> set[bytes]:
    if isinstance(value, dict):
        return {key.encode() for key in value}.union(*map(leaves, value.values()))
    if isinstance(value, list):
        return set().union(*map(leaves, value))
    return {value.encode() if isinstance(value, str) else value} if isinstance(value, str | bytes) else set()


@given(VALUES)
def test_every_text_and_piece_of_data_is_found(value: object) -> None:
    packed = plistlib.dumps(value, fmt=plistlib.FMT_BINARY)  # type: ignore[arg-type]
    assert set(property_list.texts(packed)) == leaves(value)


def test_what_lists_share_is_read_once() -> None:
    """Else thirty lists, each of which holds the one before twice, would never come to an end."""
    value: list[object] = ["deep"]
    for _ in range(30):
        value = [value, value]
    packed = plistlib.dumps(value, fmt=plistlib.FMT_BINARY)
    assert property_list.texts(packed) == (b"deep",)


def test_a_text_that_many_share_comes_once() -> None:
    """Else a small file could come to gigabytes."""
    packed = plistlib.dumps(["long" * 1000] * 1000, fmt=plistlib.FMT_BINARY)
    assert property_list.texts(packed) == (b"long" * 1000,)


PACKED = plistlib.dumps({"a": ["b", b"c", {"d": "e" * 40}]}, fmt=plistlib.FMT_BINARY)


@given(st.binary().map(lambda data: property_list.BINARY + data))
def test_no_bytes_make_it_fail_otherwise(content: bytes) -> None:
    with suppress(Damaged):
        property_list.texts(content)


@given(st.integers(0, len(PACKED) - 1), st.integers(0, 255))
def test_no_change_of_a_byte_makes_it_fail_otherwise(at: int, byte: int) -> None:
    with suppress(Damaged):
        property_list.texts(PACKED[:at] + bytes((byte,)) + PACKED[at + 1 :])


@pytest.mark.parametrize("content", [b"", b"bplist00", PACKED[:-1], b"<plist><dict></plist>", b"SQLite"])
def test_what_is_no_list_is_said(content: bytes) -> None:
    with pytest.raises(Damaged):
        property_list.texts(content)
