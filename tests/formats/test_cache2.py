from __future__ import annotations

import base64
import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats.cache2.entry import NoKey, UnknownVersion, read_body, read_entry
from scrubber.formats.cache2.index import read_index, read_log, without, write_index
from scrubber.formats.cache2.jenkins import lookup2
from scrubber.formats.cache2.key import CacheKey, file_name, read_key, read_marker
from scrubber.formats.damaged import Damaged
from tests import cache2_files

SAMPLES = Path(__file__).parent / "samples" / "firefox"
WRITTEN = (
    pytest.param("cache2", None, id="plain"),
    pytest.param(
        "cache2-encrypted", base64.b64decode((SAMPLES / "cache2-encrypted.key").read_bytes()), id="encrypted"
    ),
)
SECRET = bytes(range(32))
KEY = "O^partitionKey=%28https%2Cshop.example%29,:https://shop.example/a.css"


@pytest.mark.parametrize(("folder", "secret"), WRITTEN)
def test_what_firefox_wrote_is_read_whole(folder: str, secret: bytes | None) -> None:
    bodies = {}
    for path in (SAMPLES / folder).iterdir():
        with path.open("rb") as file:
            entry = read_entry(file, secret)
            bodies[read_key(entry.key.decode()).url] = b"".join(read_body(file, entry, secret))
        assert entry.is_intact
        assert entry.is_encrypted == (secret is not None)
        assert file_name(entry.key) == path.name
        assert dict(entry.elements)[b"request-method"] == b"GET"
    assert bodies["https://shop.example/plain"].startswith(b"<!doctype html>")
    assert bodies["https://shop.example/photo.png"].startswith(b"\x89PNG")


@pytest.mark.parametrize("secret", [pytest.param(None, id="plain"), pytest.param(SECRET, id="encrypted")])
@pytest.mark.parametrize("size", [0, 1, 262143, 262144, 262145, 600000])
def test_bodies_of_every_size(size: int, secret: bytes | None) -> None:
    body = bytes(size)
    file = io.BytesIO(cache2_files.entry(KEY, body, secret=secret))
    entry = read_entry(file, secret)
    assert (entry.key.decode(), entry.body_size, entry.version) == (KEY, size, 4)
    assert b"".join(read_body(file, entry, secret)) == body


@pytest.mark.parametrize(
    ("alternative", "size"),
    [
        pytest.param(None, 9, id="none"),
        pytest.param("1;4,javascript/moz-bytecode-linux-x86_64", 4, id="behind the response"),
        pytest.param("1;0,javascript", 0, id="nothing else"),
        pytest.param("1;10,javascript", 9, id="behind the end"),
        pytest.param(f"1;{'9' * 5000},javascript", 9, id="more digits than Python reads"),
        pytest.param("javascript", 9, id="not of this form"),
    ],
)
def test_the_response_ends_where_alternative_data_start(alternative: str | None, size: int) -> None:
    elements = cache2_files.ELEMENTS if alternative is None else {"alt-data": alternative}
    entry = read_entry(io.BytesIO(cache2_files.entry(KEY, b"body,code", elements=elements)))
    assert entry.response_size == size


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_every_version(version: int) -> None:
    entry = read_entry(io.BytesIO(cache2_files.entry(KEY, version=version)))
    assert (entry.key.decode(), entry.version, entry.is_intact) == (KEY, version, True)
    assert [name.decode() for name, _ in entry.elements] == list(cache2_files.ELEMENTS)


def read_or_refused(content: bytes, secret: bytes | None) -> None:
    file = io.BytesIO(content)
    try:
        entry = read_entry(file, secret)
        body = b"".join(read_body(file, entry, secret))
    except Damaged:
        return
    assert len(body) == entry.body_size <= len(content)


class TestDamage:
    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(b"", id="empty"),
            pytest.param(bytes(8), id="zeros"),
            pytest.param(cache2_files.entry(KEY)[:-1], id="cut"),
            pytest.param(cache2_files.entry(KEY)[:-4] + b"\x7f\xff\xff\xff", id="body-longer-than-the-file"),
            pytest.param(bytes(1 << 21) + struct.pack(">II", 4, 0), id="two-megabytes-of-metadata"),
            pytest.param(cache2_files.entry("x", elements={"odd": "\0"}), id="elements-are-no-pairs"),
        ],
    )
    def test_is_named(self, content: bytes) -> None:
        with pytest.raises(Damaged):
            read_entry(io.BytesIO(content))

    def test_a_newer_version_is_told_from_damage(self) -> None:
        content = cache2_files.entry(KEY)
        with pytest.raises(UnknownVersion):
            read_entry(io.BytesIO(content[:-8] + struct.pack(">I", 5) + content[-4:]))

    def test_a_wrong_checksum_is_told(self) -> None:
        content = cache2_files.entry(KEY).replace(b"GET", b"PUT")
        assert not read_entry(io.BytesIO(content)).is_intact

    def test_no_key(self) -> None:
        with pytest.raises(NoKey):
            read_entry(io.BytesIO(cache2_files.entry(KEY, secret=SECRET)))

    @pytest.mark.parametrize("secret", [bytes(32), b"short"], ids=["another", "no-key-at-all"])
    def test_wrong_key(self, secret: bytes) -> None:
        with pytest.raises(Damaged):
            read_entry(io.BytesIO(cache2_files.entry(KEY, secret=SECRET)), secret)

    def test_a_body_put_together_from_swapped_blocks(self) -> None:
        block = (1 << 18) + 28
        content = cache2_files.entry(KEY, bytes(1 << 19), secret=SECRET)
        file = io.BytesIO(content[block : 2 * block] + content[:block] + content[2 * block :])
        entry = read_entry(file, SECRET)
        with pytest.raises(Damaged):
            list(read_body(file, entry, SECRET))

    @given(st.binary(max_size=400), st.sampled_from([b"", struct.pack(">II", 4, 0), struct.pack(">I", 9)]))
    def test_arbitrary_bytes_are_read_or_refused(self, content: bytes, trailer: bytes) -> None:
        read_or_refused(content + trailer, SECRET)

    @given(st.data(), st.sampled_from([param.values for param in WRITTEN]))
    def test_changed_bytes_are_read_or_refused(
        self, data: st.DataObject, of: tuple[str, bytes | None]
    ) -> None:
        folder, secret = of
        content = bytearray(data.draw(st.sampled_from(sorted((SAMPLES / folder).iterdir()))).read_bytes())
        for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
            content[at] = data.draw(st.integers(0, 255))
        read_or_refused(bytes(content), secret)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param(":https://shop.example/", CacheKey("https://shop.example/"), id="nothing-but-a-url"),
        pytest.param(
            "O^partitionKey=%28https%2Copenai.com%29,a,~FETCH,:https://cdn.example/x,y,,z",
            CacheKey("https://cdn.example/x,y,,z", "^partitionKey=%28https%2Copenai.com%29", "FETCH"),
            id="all-tags-and-commas-in-the-url",
        ),
        pytest.param(
            "~a,,b:,:https://shop.example/", CacheKey("https://shop.example/", "", "a,b:"), id="doubled-comma"
        ),
        pytest.param("a,p,:about:home", CacheKey("about:home"), id="start-page"),
        pytest.param("O^userContextId=5,a,", CacheKey("", "^userContextId=5"), id="start-of-a-key"),
        pytest.param("i7,b,:https://shop.example/", CacheKey("https://shop.example/"), id="old-tags"),
        pytest.param("https://shop.example/", CacheKey("https://shop.example/"), id="not-of-this-form"),
        pytest.param("", CacheKey(""), id="empty"),
    ],
)
def test_keys(text: str, parts: CacheKey) -> None:
    assert read_key(text) == parts


@given(st.text("aO~,:^x", max_size=30))
def test_any_key_is_read(text: str) -> None:
    assert text.endswith(read_key(text).url)


@pytest.mark.parametrize(
    ("decoded", "parts"),
    [
        pytest.param("*", (), id="everything"),
        pytest.param("O^userContextId=5,a,", ("O^userContextId=5,a,",), id="a-container's"),
        pytest.param("\thttps://openai.com", ("https://openai.com",), id="an-origin's"),
        pytest.param("\ta,\ts:openai.com", ("a,", "s:openai.com"), id="a-site's-pinned"),
        pytest.param("O^a=\u00ff\u00ff,", ("O^a=\u00ff\u00ff,",), id="slashes-in-base64"),
    ],
)
def test_markers(decoded: str, parts: tuple[str, ...]) -> None:
    assert read_marker("ce_" + base64.b64encode(decoded.encode()).decode().replace("/", "-")) == parts
    assert read_marker("ce_!") == read_marker("ce_\u00e9") == ()


class TestIndex:
    KEYS = (":https://shop.example/", ":https://labs.openai.com/", ":https://news.example.org/")
    TARGET = file_name(KEYS[1].encode())

    def test_that_firefox_wrote_is_written_back_to_the_byte(self) -> None:
        content = (SAMPLES / "cache2-index").read_bytes()
        index = read_index(content)
        assert (
            file_name(b"O^partitionKey=%28https%2Cshop.example%29,:https://shop.example/plain")
            in index.names()
        )
        assert write_index(index) == content
        log = (SAMPLES / "cache2-index.log").read_bytes()
        assert write_index(read_log(log, index.record_size)) == log

    @pytest.mark.parametrize("version", [10, 12, 13])
    def test_loses_one_record_and_nothing_else(self, version: int) -> None:
        content = cache2_files.index(self.KEYS, version)
        index = read_index(content)
        assert write_index(index) == content
        assert write_index(without(index, {self.TARGET})) == cache2_files.index(
            [key for key in self.KEYS if "openai" not in key], version
        )

    @pytest.mark.parametrize("version", [10, 12, 13])
    def test_log(self, version: int) -> None:
        content = cache2_files.log(self.KEYS, version)
        index = read_log(content, read_index(cache2_files.index((), version)).record_size)
        assert index.names() == tuple(file_name(key.encode()) for key in self.KEYS)
        assert write_index(index) == content

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(b"", id="empty"),
            pytest.param(cache2_files.index(KEYS)[:-1], id="cut"),
            pytest.param(cache2_files.index(KEYS)[:-1] + b"\0", id="wrong-checksum"),
            pytest.param(struct.pack(">I", 14) + cache2_files.index(KEYS)[4:], id="newer"),
            pytest.param(struct.pack(">I", 9) + cache2_files.index(KEYS)[4:], id="older"),
        ],
    )
    def test_damage_is_named(self, content: bytes) -> None:
        with pytest.raises(Damaged):
            read_index(content)

    @given(st.binary(max_size=200), st.sampled_from([b"", *(struct.pack(">I", v) for v in (10, 12, 13))]))
    def test_arbitrary_bytes_are_read_or_refused(self, content: bytes, version: bytes) -> None:
        for read in (read_index, lambda data: read_log(data, 41)):
            try:
                index = read(version + content)
            except Damaged:
                continue
            assert write_index(index) == version + content


def test_lookup2_of_nothing() -> None:
    assert lookup2(b"") == 0xBD49D10D  # as Bob Jenkins's own lookup2.c has it
