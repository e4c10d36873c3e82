from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats import json_text, mozlz4
from scrubber.formats.damaged import Damaged

SAMPLE = (Path(__file__).parent / "samples" / "firefox" / "recovery.jsonlz4").read_bytes()


def test_what_firefox_wrote_is_written_back_to_the_byte() -> None:
    assert mozlz4.write(mozlz4.read(SAMPLE)) == SAMPLE


@given(st.binary(max_size=4096))
def test_any_content_survives(plain: bytes) -> None:
    assert mozlz4.read(mozlz4.write(plain)) == plain


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"mozLz40\0\1\0", id="cut-in-the-header"),
        pytest.param(b"mozLz41\0" + SAMPLE[8:], id="another-magic"),
        pytest.param(SAMPLE[:8] + b"\xff\xff\xff\xff" + SAMPLE[12:], id="claims-four-gigabytes"),
        pytest.param(SAMPLE[:8] + struct.pack("<I", 100) + SAMPLE[12:], id="claims-less-than-it-holds"),
        pytest.param(
            SAMPLE[:8] + struct.pack("<I", len(mozlz4.read(SAMPLE)) + 1) + SAMPLE[12:],
            id="claims-one-byte-more-than-it-holds",
        ),
        pytest.param(SAMPLE[:-1], id="cut-at-the-end"),
    ],
)
def test_damage_is_named(content: bytes) -> None:
    with pytest.raises(Damaged):
        mozlz4.read(content)


def test_more_than_the_limit_is_refused() -> None:
    packed = mozlz4.write(bytes(1000))
    assert len(mozlz4.read(packed, limit=1000)) == 1000
    with pytest.raises(Damaged):
        mozlz4.read(packed, limit=999)


@given(st.binary(max_size=512))
def test_arbitrary_bytes_are_read_or_refused(content: bytes) -> None:
    for data in (content, mozlz4.MAGIC + content):
        try:
            mozlz4.read(data)
        except Damaged:
            continue


@given(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255))
def test_a_changed_byte_is_read_or_refused(at: int, byte: int) -> None:
    try:
        plain = mozlz4.read(SAMPLE[:at] + bytes([byte]) + SAMPLE[at + 1 :])
    except Damaged:
        return
    assert len(plain) == len(mozlz4.read(SAMPLE))


class TestJson:
    def test_what_firefox_wrote_is_written_back_to_the_byte(self) -> None:
        text = mozlz4.read(SAMPLE)
        assert json_text.write(json_text.read(text)) == text

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param(b'{"b":1,"a":2}', id="keys-stay-in-order"),
            pytest.param(b"[1e-7,1e21,0.1,1.0,-0,5e-324]", id="numbers-stay-as-they-are-spelled"),
            pytest.param(b"[9007199254740993]", id="more-than-a-double-holds"),
            pytest.param('["é\\u0007\\n/\u2028"]'.encode(), id="only-what-must-be-is-escaped"),
            pytest.param(rb'["\ud83d"]', id="half-a-character"),
            pytest.param(b"[true,false,null]", id="words"),
        ],
    )
    def test_nothing_else_changes(self, text: bytes) -> None:
        expected = text.replace(b"-0,", b"0,")
        assert json_text.write(json_text.read(text)) == expected

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param(b"", id="empty"),
            pytest.param(b"{", id="cut"),
            pytest.param(b"NaN", id="no-number"),
            pytest.param(b"[" * 200_000, id="nested-without-end"),
            pytest.param(b"1" * 5000, id="endless-number"),
            pytest.param(b'"\xff"', id="not-utf-8"),
        ],
    )
    def test_damage_is_named(self, text: bytes) -> None:
        with pytest.raises(Damaged):
            json_text.read(text)

    def test_nested_too_deeply_to_be_written(self) -> None:
        node: json_text.Node = []
        for _ in range(100_000):
            node = [node]
        with pytest.raises(Damaged):
            json_text.write(node)
        while isinstance(node, list) and node:
            node = node[0]  # or freeing it nests as deeply

    @given(st.binary(max_size=200))
    def test_arbitrary_bytes_are_read_or_refused(self, text: bytes) -> None:
        try:
            node = json_text.read(text)
        except Damaged:
            return
        assert json_text.read(json_text.write(node)) == node
