from __future__ import annotations

import base64
import gzip
from typing import TYPE_CHECKING

import cramjam
import pytest

from scrubber.browsers.firefox.cache import CACHE
from scrubber.errors import UnreadableStore
from scrubber.formats.cache2.key import file_name
from scrubber.model import Policy, Standing
from scrubber.plan.locate import located
from scrubber.stores.cache2 import Cache2
from tests import cache2_files
from tests.cleaned import clean, look, tree

if TYPE_CHECKING:
    from pathlib import Path

STORE = Cache2("{cache}/cache2")
OWN = "^partitionKey=%28https%2Copenai.com%29"
SHOP = "^partitionKey=%28https%2Cshop.example%29"

OURS = {
    "host": ":https://labs.openai.com/",
    "below": "O^partitionKey=%28https%2Copenai.com%29,:https://cdn.labs.openai.com/a.png",
    "fetched": f"O{OWN},a,~FETCH,:https://labs.openai.com/api?x=a,b",
    "framed-elsewhere": f"O{SHOP},:https://labs.openai.com/frame",
    "third-party-inside": f"O{OWN},:https://widget.example.net/w.js",
    "container": "O^userContextId=2,:https://labs.openai.com/",
    "port": ":https://labs.openai.com:8443/",
    "part-of-a-shared-host": ":https://shared.example/labs/a",
}
MENTIONS = {
    "search": ":https://search.example/?q=labs.openai.com",
    "wrapped": ":https://proxy.example/https%3A%2F%2Flabs.openai.com%2F",
}
OTHERS = {
    "bystander": f"O{SHOP},:https://shop.example/",
    "look-alike-before": ":https://notopenai.com/",
    "look-alike-inside": ":https://labs-openai.com/",
    "look-alike-after": ":https://labs.openai.com.evil.example/",
    "same-site": f"O{OWN},:https://chat.openai.com/",
    "site-itself": f"O{OWN},:https://openai.com/",
    "look-alike-partition": "O^partitionKey=%28https%2Cnotopenai.com%29,:https://widget.example.net/w.js",
    "third-party-elsewhere": f"O{SHOP},:https://widget.example.net/w.js",
    "rest-of-the-shared-host": ":https://shared.example/laboratory",
}
NAMING = {"response-head": "HTTP/2 200 \r\nLink: <https://labs.openai.com/>\r\n"}
NAME = b"<a href=https://labs.openai.com/>"
_HEAD = "HTTP/2 200 \r\ncontent-encoding: {}\r\n"
HOLDING: dict[str, tuple[bytes, dict[str, str]]] = {
    "headers": (b"body", NAMING),
    "body": (NAME, {}),
    "gzip": (gzip.compress(NAME), {"response-head": _HEAD.format("gzip")}),
    "brotli": (bytes(cramjam.brotli.compress(NAME * 9)), {"response-head": _HEAD.format("br")}),
    "compiled": (
        b"body" + NAME,
        {"alt-data": "1;4,javascript/moz-bytecode", "response-head": _HEAD.format("br")},
    ),
    "certificate": (b"body", {"security-info": base64.b64encode(b"\x82\x0flabs.openai.com").decode()}),
}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    folder = tmp_path / "cache2"
    for name in ("entries", "doomed"):
        (folder / name).mkdir(parents=True)
    return folder


def put(cache: Path, key: str, **how: object) -> Path:
    path = cache / "entries" / file_name(key.encode())
    path.write_bytes(cache2_files.entry(key, **how))  # type: ignore[arg-type]
    return path


class TestEntries:
    @pytest.mark.parametrize("key", OURS.values(), ids=OURS.keys())
    def test_of_the_target_go(self, cache: Path, key: str) -> None:
        put(cache, key)
        removed, _ = clean(STORE, cache, cache.parent)
        assert [(trace.standing, trace.seen) for trace in removed] == [(Standing.OWN, key)]
        assert not tree(cache)

    @pytest.mark.parametrize("key", MENTIONS.values(), ids=MENTIONS.keys())
    def test_whose_key_names_the_target_go_unless_mentions_are_kept(self, cache: Path, key: str) -> None:
        put(cache, key)
        before = tree(cache)
        assert [trace.standing for trace in STORE.find(cache, look(cache.parent))] == [Standing.MENTION]
        clean(STORE, cache, cache.parent, Policy(mentions="keep"))
        assert tree(cache) == before
        clean(STORE, cache, cache.parent)
        assert not tree(cache)

    @pytest.mark.parametrize("key", OTHERS.values(), ids=OTHERS.keys())
    def test_of_others_stay(self, cache: Path, key: str) -> None:
        put(cache, key)
        assert STORE.find(cache, look(cache.parent)) == ()

    def test_that_name_the_target_in_body_or_headers_alone_stay(self, cache: Path) -> None:
        put(cache, OTHERS["bystander"], body=b"<a href=https://labs.openai.com/>", elements=NAMING)
        assert STORE.find(cache, look(cache.parent)) == ()

    @pytest.mark.parametrize("secret", [None, bytes(32)], ids=["plain", "encrypted"])
    @pytest.mark.parametrize(("body", "elements"), HOLDING.values(), ids=HOLDING)
    def test_that_name_the_target_go_where_all_mentions_do(
        self, cache: Path, body: bytes, elements: dict[str, str], secret: bytes | None
    ) -> None:
        if secret:
            spelled = base64.b64encode(secret).decode()
            prefs = f'user_pref("browser.cache.disk.encryption.key", "{spelled}");\n'
            (cache.parent / "prefs.js").write_text(prefs)
        named = put(cache, OTHERS["bystander"], body=body, elements=elements, secret=secret)
        kept = put(cache, OTHERS["same-site"], body=b"https://notopenai.com/", secret=secret)
        before = kept.read_bytes()
        assert STORE.find(cache, look(cache.parent)) == ()
        removed, _ = clean(STORE, cache, cache.parent, Policy(mentions="all"))
        assert [trace.standing for trace in removed] == [Standing.MENTION]
        assert not named.exists()
        assert kept.read_bytes() == before

    def test_that_redirect_to_the_target_go(self, cache: Path) -> None:
        def redirect(to: str) -> dict[str, str]:
            return {"response-head": f"HTTP/2 301 \r\nLocation: {to}\r\nage: 1\r\n"}

        named = put(cache, OTHERS["bystander"], elements=redirect("https://labs.openai.com/s/x"))
        kept = put(cache, OTHERS["same-site"], elements=redirect("https://labs.openai.com.evil.example/"))
        before = kept.read_bytes()
        clean(STORE, cache, cache.parent, Policy(mentions="keep"))
        assert named.exists()
        removed, _ = clean(STORE, cache, cache.parent)
        assert [trace.standing for trace in removed] == [Standing.MENTION]
        assert not named.exists()
        assert kept.read_bytes() == before

    @pytest.mark.parametrize("version", [1, 2, 3, 4])
    def test_of_every_version(self, cache: Path, version: int) -> None:
        kept = put(cache, OTHERS["bystander"], version=version)
        put(cache, OURS["host"], version=version)
        before = kept.read_bytes()
        clean(STORE, cache, cache.parent)
        assert tree(cache) == {f"entries/{kept.name}": before}

    def test_leave_the_others_as_they_were(self, cache: Path) -> None:
        kept = {f"entries/{(path := put(cache, key)).name}": path.read_bytes() for key in OTHERS.values()}
        for key in (*OURS.values(), *MENTIONS.values()):
            put(cache, key)
        removed, _ = clean(STORE, cache, cache.parent)
        assert len(removed) == len(OURS) + len(MENTIONS)
        assert tree(cache) == kept

    def test_with_a_keyword_go_if_that_is_asked_for(self, cache: Path) -> None:
        kept = put(cache, ":https://search.example/?q=dall-early")
        asked = put(cache, ":https://search.example/?q=dall-e")
        clean(STORE, cache, cache.parent)
        assert asked.exists()
        clean(STORE, cache, cache.parent, Policy(keywords=True))
        assert (kept.exists(), asked.exists()) == (True, False)

    def test_are_left_alone_where_the_cache_is_not_asked_for(self, cache: Path) -> None:
        put(cache, OURS["host"])
        assert STORE.find(cache, look(cache.parent, Policy(without=frozenset({"cache"})))) == ()

    def test_the_page_kept_for_a_fast_start_goes_if_it_shows_the_target(self, cache: Path) -> None:
        put(cache, "a,:about:home", body=b'<a href="https://labs.openai.com/">')
        kept = put(cache, ":about:home", body=b'<a href="https://labs.openai.com.evil.example/">')
        removed, _ = clean(STORE, cache, cache.parent)
        assert [trace.seen for trace in removed] == ["a,:about:home"]
        assert kept.exists()

    def test_what_was_foretold_of_another_site_goes_if_it_names_the_target(self, cache: Path) -> None:
        foretold = "~predictor-origin,:https://{}/"
        element = {"predictor::https://labs.openai.com/a.js": "1,3,1795501402"}
        put(cache, foretold.format("shop.example"), elements=element)
        alike = {key.replace(".com/", ".com.evil.example/"): value for key, value in element.items()}
        kept = put(cache, foretold.format("notopenai.com"), elements=alike)
        page = put(cache, OTHERS["bystander"], elements=element)
        removed, _ = clean(STORE, cache, cache.parent)
        assert [(trace.seen, trace.standing) for trace in removed] == [
            (foretold.format("shop.example"), Standing.MENTION)
        ]
        assert kept.exists()
        assert page.exists()


class TestEncryptedEntries:
    SECRET = bytes(range(32))

    def test_are_told_apart_with_the_profiles_key(self, cache: Path) -> None:
        secret = base64.b64encode(self.SECRET).decode()
        line = f'user_pref("browser.cache.disk.encryption.key", "{secret}");\n'
        (cache.parent / "prefs.js").write_text(line)
        kept = put(cache, OTHERS["bystander"], secret=self.SECRET)
        put(cache, OURS["host"], secret=self.SECRET)
        put(cache, OURS["port"])
        removed, _ = clean(STORE, cache, cache.parent)
        assert sorted(trace.seen for trace in removed) == [OURS["host"], OURS["port"]]
        assert kept.exists()

    def test_go_where_the_key_is_gone(self, cache: Path) -> None:
        put(cache, OTHERS["bystander"], secret=self.SECRET)
        kept = put(cache, OTHERS["same-site"])
        removed, _ = clean(STORE, cache, cache.parent)
        assert [trace.standing for trace in removed] == [Standing.MENTION]
        assert [path.name for path in (cache / "entries").iterdir()] == [kept.name]


class TestUnreadable:
    def test_entries_go_if_they_name_the_target(self, cache: Path) -> None:
        (cache / "entries" / ("A" * 40)).write_bytes(b"https://labs.openai.com/")
        kept = cache / "entries" / ("B" * 40)
        kept.write_bytes(b"https://labs.openai.com.evil.example/")
        clean(STORE, cache, cache.parent)
        assert [path.name for path in (cache / "entries").iterdir()] == [kept.name]

    def test_entries_under_a_wrong_name_count_only_whole(self, cache: Path) -> None:
        content = cache2_files.entry(OURS["host"]).replace(b"labs.openai.com", b"labs.openai.orm")
        (cache / "entries" / ("A" * 40)).write_bytes(content)
        assert STORE.find(cache, look(cache.parent)) == ()

    def test_a_newer_version_is_no_clean_cache(self, cache: Path) -> None:
        content = cache2_files.entry(OTHERS["bystander"])
        (cache / "entries" / ("A" * 40)).write_bytes(content[:-8] + b"\0\0\0\5" + content[-4:])
        with pytest.raises(UnreadableStore, match="version 5"):
            STORE.find(cache, look(cache.parent))

    def test_links_are_not_followed(self, cache: Path, tmp_path: Path) -> None:
        outside = tmp_path / "outside"
        outside.write_bytes(cache2_files.entry(OURS["host"]))
        (cache / "entries" / file_name(OURS["host"].encode())).symlink_to(outside)
        assert STORE.find(cache, look(cache.parent)) == ()

    def test_nothing_is_found_where_no_cache_is(self, tmp_path: Path) -> None:
        assert STORE.find(tmp_path / "cache2", look(tmp_path)) == ()


class TestWhatWaitsToBeDeleted:
    @pytest.mark.parametrize("folder", ["doomed", "trash12345"])
    def test_goes_if_it_is_the_targets_or_unreadable(self, cache: Path, folder: str) -> None:
        (cache / folder).mkdir(exist_ok=True)
        (cache / folder / "1").write_bytes(cache2_files.entry(OURS["third-party-inside"]))
        (cache / folder / "2").write_bytes(cache2_files.entry(OTHERS["same-site"]))
        (cache / folder / "3").write_bytes(b"half a picture")
        clean(STORE, cache, cache.parent)
        assert [path.name for path in (cache / folder).iterdir()] == ["2"]

    @pytest.mark.parametrize(
        ("decoded", "goes"),
        [
            pytest.param("\thttps://labs.openai.com", True, id="origin"),
            pytest.param("a,\thttps://cdn.labs.openai.com", True, id="origin-below"),
            pytest.param(f"\thttps://widget.example.net{OWN}", True, id="third-party-inside"),
            pytest.param(f"O{OWN},", True, id="partition"),
            pytest.param("\ts:labs.openai.com", True, id="site-that-is-the-target"),
            pytest.param("\ts:openai.com", False, id="site-that-is-more"),
            pytest.param("\thttps://chat.openai.com", False, id="same-site"),
            pytest.param("\thttps://labs.openai.com.evil.example", False, id="look-alike"),
            pytest.param(f"O{SHOP},", False, id="other-partition"),
            pytest.param("*", False, id="everything"),
        ],
    )
    def test_marks_go_by_what_they_evict(self, cache: Path, decoded: str, goes: bool) -> None:
        name = "ce_" + base64.b64encode(decoded.encode()).decode().replace("/", "-")
        (cache / name).touch()
        clean(STORE, cache, cache.parent)
        assert (cache / name).exists() is not goes


class TestIndex:
    KEYS = (OTHERS["bystander"], OURS["host"], OTHERS["same-site"], OURS["below"])
    KEPT = (OTHERS["bystander"], OTHERS["same-site"])

    @pytest.fixture
    def filled(self, cache: Path) -> Path:
        for key in self.KEYS:
            put(cache, key)
        return cache

    @pytest.mark.parametrize("version", [10, 12, 13])
    def test_loses_the_targets_records(self, filled: Path, version: int) -> None:
        (filled / "index").write_bytes(cache2_files.index(self.KEYS, version))
        (filled / "index.log").write_bytes(cache2_files.log(self.KEYS[1:], version))
        (filled / "index.tmp").write_bytes(b"anything")
        _, equal = clean(STORE, filled, filled.parent)
        assert (filled / "index").read_bytes() == cache2_files.index(self.KEPT, version)
        assert (filled / "index.log").read_bytes() == cache2_files.log(self.KEPT[1:], version)
        assert not (filled / "index.tmp").exists()
        assert equal == 3

    def test_loses_the_record_of_what_waits_to_be_deleted(self, cache: Path) -> None:
        (cache / "doomed" / "1").write_bytes(cache2_files.entry(OURS["host"]))
        (cache / "index").write_bytes(cache2_files.index(self.KEYS))
        clean(STORE, cache, cache.parent)
        assert (cache / "index").read_bytes() == cache2_files.index((self.KEYS[0], *self.KEYS[2:]))

    def test_stays_untouched_where_nothing_of_the_target_is_cached(self, cache: Path) -> None:
        put(cache, OTHERS["bystander"])
        (cache / "index").write_bytes(b"in a form of the future")
        clean(STORE, cache, cache.parent)
        assert (cache / "index").exists()

    @pytest.mark.parametrize(
        ("index", "log"),
        [
            pytest.param(b"in a form of the future", cache2_files.log(KEYS), id="unknown-index"),
            pytest.param(cache2_files.index(KEYS), b"cut", id="damaged-log"),
            pytest.param(None, cache2_files.log(KEYS), id="log-without-index"),
        ],
    )
    def test_goes_as_a_whole_where_it_cant_be_read(
        self, filled: Path, index: bytes | None, log: bytes
    ) -> None:
        if index is not None:
            (filled / "index").write_bytes(index)
        (filled / "index.log").write_bytes(log)
        clean(STORE, filled, filled.parent)
        assert sorted(path.name for path in filled.iterdir()) == ["doomed", "entries"]


def test_a_cache_that_was_set_aside_is_one_too(tmp_path: Path) -> None:
    aside = tmp_path / "cache2.2026-11-24-08-47-04.purge.bg_rm"
    for folder in (tmp_path / "cache2", aside, tmp_path / "cache2.bak"):
        (folder / "entries").mkdir(parents=True)
        put(folder, OURS["host"])
    found = list(located(CACHE.places, look(tmp_path).profile))
    assert found == [tmp_path / "cache2", aside]
    for path in found:
        assert isinstance(path, type(tmp_path))
        clean(CACHE, path, tmp_path)
    assert list(tree(tmp_path)) == [f"cache2.bak/entries/{file_name(OURS['host'].encode())}"]
