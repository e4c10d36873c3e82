"""Firefox's formats against readers that share nothing with them: the same records from both."""

from __future__ import annotations

import base64
import io
import json
import struct
import zlib
from pathlib import Path

import cramjam
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrubber.formats import data_storage, firefox_values, metadata_v2, mozlz4, prefs_js, ssl_tokens
from scrubber.formats.cache2 import entry, index, jenkins, key
from tests import cache2_files
from tests.foreign import firefox_files

FIREFOX = Path(__file__).parent / "samples" / "firefox"
SECRET = (FIREFOX / "cache2-encrypted.key").read_text().strip()

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
HOSTS = st.sampled_from(["labs.openai.com", "shop.example", "notopenai.com"])
U16 = st.integers(0, 2**16 - 1)
U64 = st.integers(0, 2**64 - 1)


class TestDataStorage:
    @given(st.lists(st.tuples(U16, U16, HOSTS, TEXT.map(lambda text: text[:6])), min_size=1, max_size=4))
    @pytest.mark.parametrize("size", [24, 1024])
    def test_slots(self, size: int, written: list[tuple[int, int, str, str]]) -> None:
        content = b"".join(data_storage.write_slot(*one, size) for one in written) + bytes(262 + size)
        assert [one[1:] for one in self.compare(content, size)] == written

    @pytest.mark.parametrize(
        ("name", "size"), [("SiteSecurityServiceState.bin", 24), ("AlternateServices.bin", 1024)]
    )
    def test_slots_that_firefox_wrote(self, name: str, size: int) -> None:
        content = (FIREFOX / name).read_bytes()
        found = self.compare(content, size)
        assert found
        left = self.compare(data_storage.without(content, {0}), size)
        assert left == found[1:]
        self.compare(content[:100] + b"x" + content[101:], size)

    def compare(self, content: bytes, size: int) -> list[tuple[int, int, int, str, str]]:
        ours = [
            (slot.number, slot.score, slot.day, slot.key, slot.value)
            for slot in data_storage.read_slots(content)
            if slot.is_sound
        ]
        assert ours == firefox_files.slots(content, size)
        return ours


@given(st.tuples(TEXT, TEXT, TEXT), st.binary(max_size=20))
def test_whose_storage_it_is(names: tuple[str, str, str], rest: bytes) -> None:
    strings = [struct.pack(">I", len(name.encode())) + name.encode() for name in names]
    second = struct.pack(">qBII", 1795501402000000, 1, 0, 20000) + b"".join(strings) + rest
    assert metadata_v2.origin(second) == firefox_files.storage_owner(second)["origin"] == names[2]
    first = struct.pack(">q", 1795501402000000) + b"".join(strings[1:]) + rest
    told = firefox_files.storage_owner(first, is_first_version=True)
    assert metadata_v2.origin_v1(first) == told["origin"] == names[2]


class TestPreferences:
    @given(st.dictionaries(TEXT, TEXT | st.booleans() | st.integers(-(2**31), 2**31 - 1), max_size=5))
    def test_what_firefox_writes(self, wanted: dict[str, str | int | bool]) -> None:
        lines = [prefs_js.with_value(prefs_js.Line(b"\n", name), value) for name, value in wanted.items()]
        content = b"// Mozilla User Preferences\n\n" + prefs_js.write_lines(lines)
        self.compare(content)
        assert firefox_files.prefs(content.decode()) == wanted

    @pytest.mark.parametrize(
        "line",
        [
            pytest.param(r'user_pref("a.b", "\x41\u00e9\ud83d\ude00\"\\\n");', id="escapes"),
            pytest.param("user_pref( 'a' ,  'it\\'s' );", id="single-quotes"),
            pytest.param('user_pref("a", -7);', id="negative"),
            pytest.param("# nothing", id="comment"),
            pytest.param('user_pref("a", ");user_pref(\\"b\\", 1);");', id="a-preference-in-a-string"),
        ],
    )
    def test_what_people_write(self, line: str) -> None:
        self.compare(line.encode() + b'\r\nuser_pref("last", true);\r\n')

    def compare(self, content: bytes) -> None:
        ours = {line.name: line.value for line in prefs_js.read_lines(content) if line.name is not None}
        assert ours == firefox_files.prefs(content.decode())


class TestCache2:
    @given(st.binary(max_size=200))
    def test_checksums(self, data: bytes) -> None:
        assert jenkins.lookup2(data) == firefox_files.lookup2(data)

    @pytest.mark.parametrize("folder", ["cache2", "cache2-encrypted"])
    def test_entries_that_firefox_wrote(self, folder: str) -> None:
        secret = base64.b64decode(SECRET)
        paths = sorted((FIREFOX / folder).iterdir())
        assert paths
        for path in paths:
            assert key.file_name(self.compare(path.read_bytes(), secret).key) == path.name

    @pytest.mark.parametrize("secret", [None, bytes(range(32))], ids=["plain", "encrypted"])
    @pytest.mark.parametrize("size", [0, 5, (1 << 18) + 3], ids=["empty", "small", "two-chunks"])
    def test_entries(self, secret: bytes | None, size: int) -> None:
        found = self.compare(cache2_files.entry(":https://shop.example/", b"x" * size, secret=secret), secret)
        assert (found.key, found.body) == (b":https://shop.example/", b"x" * size)

    def compare(self, content: bytes, secret: bytes | None) -> firefox_files.Cached:
        file = io.BytesIO(content)
        ours = entry.read_entry(file, secret)
        body = b"".join(entry.read_body(file, ours, secret))
        others = firefox_files.cached(content, secret)
        assert ours.is_intact
        assert (ours.key, dict(ours.elements), body) == others
        return others

    def test_indexes_that_firefox_wrote(self) -> None:
        content, log = ((FIREFOX / name).read_bytes() for name in ("cache2-index", "cache2-index.log"))
        ours = index.read_index(content)
        assert self.names(content) == list(ours.names()) != []
        version = int.from_bytes(content[:4], "big")
        ours_of_log = index.read_log(log, ours.record_size)
        assert self.names(log, log_of=version) == list(ours_of_log.names())

    @given(st.lists(HOSTS, max_size=4), st.sampled_from([10, 12, 13]))
    def test_indexes(self, hosts: list[str], version: int) -> None:
        keys = [f":https://{host}/" for host in hosts]
        names = [firefox_files.cache_name(one.encode()) for one in keys]
        content, log = cache2_files.index(keys, version), cache2_files.log(keys, version)
        ours = index.read_index(content)
        assert list(ours.names()) == self.names(content) == names
        assert self.names(log, log_of=version) == names
        kept = index.write_index(index.without(ours, names[:1]))
        assert self.names(kept) == [name for name in names if name not in names[:1]]

    def names(self, content: bytes, log_of: int = 0) -> list[str]:
        return [one.name for one in firefox_files.cache_index(content, log_of=log_of)]

    @given(
        st.sampled_from(["", "^partitionKey=%28https%2Copenai.com%29", "^a=1,2"]),
        st.sampled_from(["", "FETCH", "17,", "dict:"]),
        st.booleans(),
        HOSTS,
    )
    def test_keys(self, suffix: str, extension: str, anonymous: bool, host: str) -> None:
        tags = [("O", suffix)] * bool(suffix) + [("a", "")] * anonymous + [("~", extension)] * bool(extension)
        url = f"https://{host}/a,b?:,"
        text = "".join(f"{tag}{value.replace(',', ',,')}," for tag, value in tags) + f":{url}"
        ours = key.read_key(text)
        assert (ours.url, ours.suffix, ours.extension) == firefox_files.cache_key(text)
        assert firefox_files.cache_key(text) == (url, suffix, extension)


class TestTickets:
    def test_what_firefox_wrote(self) -> None:
        assert self.compare((FIREFOX / "ssl_tokens_cache.bin").read_bytes())

    @given(st.lists(st.tuples(U64, HOSTS, st.booleans()), max_size=4), st.sampled_from([2, 3]))
    def test_tickets(self, wanted: list[tuple[int, str, bool]], version: int) -> None:
        body = struct.pack("<Q", len(wanted))
        for number, host, full in wanted:
            body += struct.pack("<Q", number) + _string(host.encode()) + bytes(8)
            body += b"\0" + _string(b"packed") if version == 3 else _second_version(full=full)
        packed = body + struct.pack("<I", zlib.adler32(body)) if version == 3 else zlib.compress(body)
        content = b"STCF" + bytes((version,)) + packed
        assert self.compare(content) == [host for _, host, _ in wanted]
        left = ssl_tokens.Tokens(version, ssl_tokens.read_tokens(content).records[1:])
        assert firefox_files.tickets(ssl_tokens.write_tokens(left)) == firefox_files.tickets(content)[1:]

    def compare(self, content: bytes) -> list[str]:
        ours = [
            (int.from_bytes(token.raw[:8], "little"), token.key)
            for token in ssl_tokens.read_tokens(content).records
        ]
        assert ours == firefox_files.tickets(content)
        return [name for _, name in ours]


def _string(data: bytes) -> bytes:
    return struct.pack("<Q", len(data)) + data


def _second_version(*, full: bool) -> bytes:
    chain = b"\1" + struct.pack("<Q", 2) + _string(b"leaf") + _string(b"root") if full else b"\0"
    return _string(b"ticket") + bytes(4) + _string(b"certificate") + chain * 2 + (b"\1\1" if full else b"\0")


class TestPacked:
    def test_what_firefox_wrote(self) -> None:
        content = (FIREFOX / "recovery.jsonlz4").read_bytes()
        assert mozlz4.read(content) == firefox_files.mozlz4(content)
        assert json.loads(firefox_files.mozlz4(content))["windows"]

    @given(st.binary(max_size=400))
    def test_mozlz4(self, plain: bytes) -> None:
        assert firefox_files.mozlz4(mozlz4.write(plain)) == plain

    @given(st.binary(max_size=60), st.integers(1, 40))
    @example(b"\xff\x11\x02", 1)
    def test_values(self, part: bytes, times: int) -> None:
        plain = part * times
        raw, framed = bytes(cramjam.snappy.compress_raw(plain)), bytes(cramjam.snappy.compress(plain))
        assert firefox_files.snappy(raw) == firefox_files.framed_snappy(framed) == plain
        for content in (raw, b"\1\0\xff\x11\2" + raw, framed):
            assert plain in firefox_values.readings(content) or not plain

    @given(st.binary(max_size=40))
    def test_values_that_may_be_damaged(self, content: bytes) -> None:
        try:
            others = firefox_files.snappy(content)
        except (AssertionError, EOFError):
            others = b""
        read = list(firefox_values.readings(content))
        assert not others or content.startswith(b"\xff\x06") or b"\xff\x11\2" in content or others in read
