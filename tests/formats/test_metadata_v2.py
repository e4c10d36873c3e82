"""Whose storage a folder of Firefox's is, by the metadata inside."""

from __future__ import annotations

import struct

import pytest

from scrubber.formats import metadata_v2


def string(text: str) -> bytes:
    raw = text.encode()
    return struct.pack(">I", len(raw)) + raw


def written(suffix: str, group: str, origin: str, rest: bytes = b"") -> bytes:
    """As Firefox 153 writes it: time, persisted, flags, day of maintenance, and the trailer."""
    head = struct.pack(">qBII", 1_795_000_000_000_000, 0, 3, 20_000)
    return head + string(suffix) + string(group) + string(origin) + rest


TRAILER = bytes.fromhex("00 abcd1234 00000001") + bytes(12)
V2 = [
    ("", "openai.com", "https://labs.openai.com"),
    ("^userContextId=2", "openai.com^userContextId=2", "https://labs.openai.com^userContextId=2"),
    (
        "^partitionKey=%28https%2Copenai.com%29",
        "cdn.example^partitionKey=%28https%2Copenai.com%29",
        "https://cdn.example^partitionKey=%28https%2Copenai.com%29",
    ),
    ("", "xn--bcher-kva.example", "https://xn--bcher-kva.example"),
]


@pytest.mark.parametrize("rest", [b"", TRAILER], ids=["as old versions end", "as new versions end"])
@pytest.mark.parametrize(("suffix", "group", "origin"), V2, ids=[row[2] for row in V2])
def test_the_origin_with_its_suffix(suffix: str, group: str, origin: str, rest: bytes) -> None:
    assert metadata_v2.origin(written(suffix, group, origin, rest)) == origin


def test_what_firefox_153_wrote() -> None:
    content = bytes.fromhex(
        "0006610039838e3f00000000030000512d000000000000000a6f70656e61692e636f6d0000001b68747470733a2f2f"
        "63646e2e6c6162732e6f70656e61692e636f6d00abcd123400000001000000000000000000000000"
    )
    assert metadata_v2.origin(content) == "https://cdn.labs.openai.com"


def test_the_first_version() -> None:
    content = struct.pack(">q", 1) + string("openai.com") + string("https://labs.openai.com") + b"\0"
    assert metadata_v2.origin_v1(content) == "https://labs.openai.com"


@pytest.mark.parametrize("read", [metadata_v2.origin, metadata_v2.origin_v1], ids=["v2", "v1"])
@pytest.mark.parametrize(
    "content",
    [b"", bytes(7), bytes(16), b"\xff" * 100, struct.pack(">qBII", 0, 0, 0, 0) + struct.pack(">I", 1 << 31)],
    ids=["empty", "half a time", "half a head", "lengths beyond the end", "a huge length"],
)
def test_damaged_content_says_nothing(read: object, content: bytes) -> None:
    assert callable(read)
    assert not read(content)


def test_every_cut_says_nothing_or_the_whole() -> None:
    whole = written("", "openai.com", "https://labs.openai.com")
    assert {metadata_v2.origin(whole[:end]) for end in range(len(whole))} == {None}


def test_an_empty_origin_is_none_either() -> None:
    assert not metadata_v2.origin(written("", "", ""))
