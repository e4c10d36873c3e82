"""Formats that are not a browser's own against other people's readers: the same records from both."""

from __future__ import annotations

import json
import plistlib
from contextlib import suppress

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats import json_text, jsonb, origins, property_list, protobuf
from scrubber.formats.damaged import Damaged
from tests import jsonb_writer
from tests.foreign import common_files
from tests.formats.test_jsonb import OF_FIREFOX

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
NAMES = st.text("abcdefgh-.é ", min_size=1, max_size=8)


class TestProtobuf:
    @given(st.binary(max_size=60))
    def test_any_bytes(self, message: bytes) -> None:
        try:
            others = common_files.protobuf(message)
        except (DecodeError, ValueError):
            return
        with suppress(Damaged):
            ours = list(protobuf.read_fields(message))
            assert [(number, _bounded(content)) for number, content in ours] == others

    @given(
        st.lists(
            st.tuples(st.integers(1, 2**29 - 1), st.integers(0, 2**64 - 1) | st.binary(max_size=200)),
            max_size=6,
        )
    )
    def test_messages(self, fields: list[tuple[int, int | bytes]]) -> None:
        message = b"".join(
            _varint(number << 3) + _varint(content)
            if isinstance(content, int)
            else _varint(number << 3 | 2) + _varint(len(content)) + content
            for number, content in fields
        )
        assert list(protobuf.read_fields(message)) == common_files.protobuf(message) == fields

    @given(st.binary(min_size=8, max_size=8), st.binary(min_size=4, max_size=4))
    def test_numbers_of_fixed_size(self, eight: bytes, four: bytes) -> None:
        message = b"\x21" + eight + b"\x1d" + four
        assert (
            list(protobuf.read_fields(message)) == common_files.protobuf(message) == [(4, eight), (3, four)]
        )


def _bounded(content: int | bytes) -> int | bytes:
    """Ten bytes of a varint have room for 70."""
    return content % (1 << 64) if isinstance(content, int) else content


def _varint(number: int) -> bytes:
    more = number >> 7
    return bytes((number & 0x7F | 0x80,)) + _varint(more) if more else bytes((number,))


LEAVES = TEXT.filter(bool) | st.binary(min_size=1).filter(lambda data: b"\0" not in data) | st.integers(0, 99)


@pytest.mark.parametrize("kind", [plistlib.FMT_BINARY, plistlib.FMT_XML], ids=["binary", "XML"])
@given(
    st.recursive(
        LEAVES, lambda inside: st.lists(inside, max_size=4) | st.dictionaries(TEXT.filter(bool), inside)
    )
)
def test_property_lists(kind: plistlib.PlistFormat, value: object) -> None:
    try:
        content = plistlib.dumps(value, fmt=kind)  # type: ignore[arg-type]
    except ValueError:  # a control character, which XML can't have
        return
    assert set(property_list.texts(content)) - {b""} == common_files.property_list(content)


class TestOrigins:
    @given(
        st.sampled_from(["https", "http", "wss", "moz-extension"]),
        st.sampled_from(["labs.openai.com", "Labs.OpenAI.com", "shop.example.", "127.0.0.1", "[0:0::1]"]),
        st.sampled_from([None, 80, 443, 8443]),
        st.sampled_from(["", "/", "/a:b/c?u=https://openai.com/#x", "?q=@", "#top"]),
        st.sampled_from(["", "who@", "who:secret@"]),
    )
    def test_urls(self, scheme: str, host: str, port: int | None, rest: str, who: str) -> None:
        text = f"{scheme}://{who}{host}{'' if port is None else f':{port}'}{rest}"
        ours, others = origins.parse_url(text), common_files.url(text)
        assert ours
        assert (ours.scheme, ours.host, ours.rest) == (others.scheme, others.host, others.rest)
        defaults = {"http": 80, "https": 443, "wss": 443}
        assert ours.effective_port == (others.port or defaults.get(scheme))

    @given(st.text("abcXYZ019-é", min_size=1, max_size=12).filter(lambda label: label.strip("-") == label))
    def test_hosts_in_punycode(self, label: str) -> None:
        host = f"{label}.example"
        if "--" not in label:
            assert origins.canonical_host(host) == host.lower().encode("idna").decode()


VALUES = st.recursive(
    TEXT | st.booleans() | st.none() | st.integers(-(2**53), 2**53) | st.sampled_from([0.5, -2.25, 1e21]),
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(NAMES, inside, max_size=4),
)


@given(VALUES, st.booleans())
def test_json(value: object, is_ascii: bool) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii)
    node = json_text.read(text.encode())
    assert _leaves(node, ()) == common_files.json_leaves(text)
    assert common_files.json_leaves(json_text.write(node).decode()) == common_files.json_leaves(text)


@given(VALUES)
def test_binary_json(value: object) -> None:
    blob = jsonb_writer.jsonb(value)
    assert jsonb.read(blob) == common_files.jsonb(blob) == json.loads(json.dumps(value))


@pytest.mark.parametrize(
    ("text", "blob"), OF_FIREFOX.items(), ids=["list", "object", "empty", "text", "number"]
)
def test_binary_json_of_firefox(text: str, blob: str) -> None:
    content = bytes.fromhex(blob)
    assert jsonb.read(content) == common_files.jsonb(content) == json.loads(text)


@given(st.lists(TEXT, max_size=20), st.integers(0, 25))
def test_binary_json_less_an_item(items: list[str], cut: int) -> None:
    blob = jsonb.without(jsonb_writer.jsonb({"urls": items, "n": 1}), {("urls", cut): None})
    left = [item for place, item in enumerate(items) if place != cut]
    assert common_files.jsonb(blob) == {"urls": left, "n": 1}


def _leaves(
    node: json_text.Node, path: tuple[str | int, ...]
) -> list[tuple[tuple[str | int, ...], str | int | float | bool | None]]:
    if isinstance(node, dict | list):
        inside = node.items() if isinstance(node, dict) else enumerate(node)
        return [leaf for step, below in inside for leaf in _leaves(below, (*path, step))]
    return [(path, node)]
