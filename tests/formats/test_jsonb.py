from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats import json_text
from scrubber.formats.damaged import Damaged
from scrubber.formats.jsonb import EMPTY_TEXT, read, without
from tests.jsonb_writer import jsonb

# By SQLite 3.53 as Firefox 153 has it.
OF_FIREFOX = {
    '["https://labs.openai.com/","https://shop.example/"]': (
        "cb31c71868747470733a2f2f6c6162732e6f70656e61692e636f6d2f"
        "c71568747470733a2f2f73686f702e6578616d706c652f"
    ),
    '{"a":[1,-2,1.5e3,null,true,false,"x\\n\\"y","é"],"b":{"url":"https://labs.openai.com/"},"":{}}': (
        "cc401761cb181331232d3255312e35653300010268785c6e5c227927c3a9"
        "1762cc1e3775726cc71868747470733a2f2f6c6162732e6f70656e61692e636f6d2f070c"
    ),
    "[]": "0b",
    '"t"': "1774",
    "12": "233132",
}

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=30,
)


@pytest.mark.parametrize(
    ("text", "blob"), OF_FIREFOX.items(), ids=["list", "object", "empty", "text", "number"]
)
def test_what_firefox_wrote(text: str, blob: str) -> None:
    assert json_text.write(read(bytes.fromhex(blob))) == text.encode()
    assert without(bytes.fromhex(blob), {}) == bytes.fromhex(blob)


@given(VALUES)
def test_any_value_is_read_and_kept(value: Any) -> None:
    blob = jsonb(value)
    assert json.loads(json_text.write(read(blob))) == json.loads(json.dumps(value))
    assert without(blob, {}) == blob


@given(st.lists(VALUES, min_size=1, max_size=20), st.data())
def test_items_go_and_texts_become_empty(value: list[Any], data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.integers(0, len(value) - 1)))
    blob = jsonb({"kept": [1.5], "in": value, "text": "x" * 300})
    left = without(blob, {("in", number): None for number in gone} | {("text",): EMPTY_TEXT})
    kept = [each for number, each in enumerate(value) if number not in gone]
    assert left == jsonb({"kept": [1.5], "in": kept, "text": ""})


def test_sizes_that_are_longer_than_they_need_be_stay() -> None:
    blob = b"\xfb" + (20).to_bytes(8, "big") + b"\xc7\x01a" + b"\x17b" + b"\xe7\x00\x00\x00\x0a" + b"c" * 10
    assert read(blob) == ["a", "b", "c" * 10]
    assert without(blob, {}) == blob
    assert without(blob, {(1,): None}) == b"\xcb\x12\xc7\x01a\xe7\x00\x00\x00\x0a" + b"c" * 10


@pytest.mark.parametrize(
    "blob",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x00\x00", id="two values"),
        pytest.param(b"\x47abc", id="longer than the blob"),
        pytest.param(b"\xc7", id="no size"),
        pytest.param(b"\x3b\x47ab", id="an item longer than its list"),
        pytest.param(b"\x2c\x17a", id="a key without a value"),
        pytest.param(b"\x2c\x00\x00", id="a key that is no text"),
        pytest.param(b"\x17\xff", id="no UTF-8"),
        pytest.param(b"\x28\\x", id="no escape"),
        pytest.param(b"\x33abc", id="no number"),
        pytest.param(b"\x43true", id="a number that is none"),
        pytest.param(b"\x340x1", id="a number of JSON5"),
        pytest.param(b"\x0d", id="of a kind that is to come"),
        pytest.param(b"\xfb\xff\xff\xff\xff\xff\xff\xff\xff", id="of an impossible size"),
    ],
)
def test_damage_is_named(blob: bytes) -> None:
    with pytest.raises(Damaged):
        read(blob)


def test_what_is_nested_too_deeply_is_damaged() -> None:
    blob = b""
    for _ in range(2000):
        blob = b"\xeb" + len(blob).to_bytes(4, "big") + blob
    with pytest.raises(Damaged):
        read(blob)
    with pytest.raises(Damaged):
        without(blob, {(1,): None})


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_read_or_damaged(blob: bytes) -> None:
    with suppress(Damaged):
        read(blob)
        assert without(blob, {}) == blob
