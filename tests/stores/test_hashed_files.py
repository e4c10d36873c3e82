from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from scrubber import engine, plan
from scrubber.browsers.firefox.pictures import JUMP_LISTS, PREVIEWS, THUMBNAILS
from scrubber.formats import mozlz4
from scrubber.model import BrowserProfile, Look, Policy
from scrubber.residue.hashes import Hashes
from scrubber.sites import Site, Target
from scrubber.stores.hashed_files import urls
from scrubber.stores.likely import likely_pages, start_pages
from scrubber.transaction import Transaction

if TYPE_CHECKING:
    from pathlib import Path

TARGET = Target((Site("sample", "Sample", domains=("labs.openai.com",)),))
PAGE = "https://labs.openai.com/c/1"
OTHER = "https://shop.example/"
LONG = f"{PAGE}?prompt={'a-cat-in-oils-' * 80}"


def _look(path: Path, *seen: str, policy: Policy | None = None) -> Look:
    profile = BrowserProfile("firefox", "firefox", "p", "p", path, path, path)
    return Look(TARGET, profile, policy or Policy(), dict.fromkeys(seen, path / "places.sqlite"))


def _folder(path: Path) -> Path:
    folder = path / "thumbnails"
    folder.mkdir()
    for url in (PAGE, OTHER, "https://labs.openai.com/"):
        (folder / f"{hashlib.md5(url.encode()).hexdigest()}.png").write_bytes(url.encode())
    return folder


@pytest.mark.parametrize(
    ("seen", "gone"),
    [
        pytest.param((PAGE,), {PAGE, "https://labs.openai.com/"}, id="a page, and its site's root"),
        pytest.param(
            (f"O^userContextId=5,:{PAGE}",), {PAGE, "https://labs.openai.com/"}, id="in a cache key"
        ),
        pytest.param((".labs.openai.com",), {"https://labs.openai.com/"}, id="a cookie's host"),
        pytest.param(
            ("https+++labs.openai.com^userContextId=2",), {"https://labs.openai.com/"}, id="a folder"
        ),
        pytest.param((), {"https://labs.openai.com/"}, id="nothing known but the site"),
    ],
)
def test_pictures_of_known_urls_go_and_no_others(
    tmp_path: Path, seen: tuple[str, ...], gone: set[str]
) -> None:
    folder = _folder(tmp_path)
    traces = THUMBNAILS.find(folder, _look(tmp_path, *seen))
    with Transaction([tmp_path]) as transaction:
        THUMBNAILS.remove(folder, traces, transaction)
        transaction.swap()
        transaction.commit()
    left = {path.read_bytes().decode() for path in folder.iterdir()}
    assert left == {PAGE, OTHER, "https://labs.openai.com/"} - gone


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(f"O^partitionKey=%28https%2Clabs.openai.com%29,:{OTHER}", id="embedded in the target"),
        pytest.param("shop.example", id="a host that signs in there too"),
        pytest.param(f"{OTHER}image-creator/1", id="a part of a shared host"),
    ],
)
def test_pictures_of_others_that_the_targets_entries_name_stay(tmp_path: Path, seen: str) -> None:
    found = THUMBNAILS.find(_folder(tmp_path), _look(tmp_path, seen))
    assert [trace.seen for trace in found] == ["https://labs.openai.com/"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param(
            "sessionstore.jsonlz4", {"windows": [{"tabs": [{"entries": [{"url": LONG}]}]}]}, id="a session"
        ),
        pytest.param("downloads.json", {"list": [{"source": {"url": LONG}}]}, id="a list of downloads"),
    ],
)
def test_pictures_of_long_urls_go_whichever_store_tells_the_url(
    tmp_path: Path, name: str, told: dict[str, object]
) -> None:
    content = json.dumps(told).encode()
    (tmp_path / name).write_bytes(mozlz4.write(content) if name.endswith("lz4") else content)
    folder = _folder(tmp_path)
    ours, other = (folder / f"{hashlib.md5(url.encode()).hexdigest()}.png" for url in (LONG, OTHER))
    ours.write_bytes(b"picture")
    profile = BrowserProfile("firefox", "firefox", "p", "p", tmp_path, tmp_path, tmp_path)
    engine.apply(plan.make((profile,), TARGET, Policy()), standard=())
    assert (ours.exists(), other.exists()) == (False, True)


@pytest.mark.parametrize(
    ("page", "likely"),
    [
        ("http://labs.openai.com/", True),
        ("https://www.labs.openai.com/", True),
        ("https://shop.example/image-creator/", True),
        ("http://shop.example/image-creator", True),
        ("https://shop.example/", False),
        ("https://www.shop.example/", False),
        ("https://labs.openai.com/c/1", False),
    ],
)
def test_a_page_that_anyone_would_think_of(page: str, likely: bool) -> None:
    site = Site("s", "S", domains=("labs.openai.com",), urls=("https://shop.example/image-creator",))
    target = Target((site,))
    assert (page in likely_pages(target)) == likely
    assert (page in Hashes(target).urls) == likely, "the sweep thinks of the same"


def test_start_pages_are_of_hosts_that_are_the_targets_alone() -> None:
    site = Site("s", "S", domains=("labs.openai.com",), urls=("https://shop.example/image-creator",))
    assert list(start_pages(Target((site,)))) == ["https://labs.openai.com/", "http://labs.openai.com/"]


@pytest.mark.parametrize(
    ("host", "authority"),
    [("localhost:3000", "localhost:3000"), ("[::1]:8080", "[::1]:8080"), ("::1", "[::1]")],
)
def test_start_pages_have_ports_and_brackets(host: str, authority: str) -> None:
    roots = list(start_pages(Target((Site("s", "S", hosts=(host,)),))))
    assert roots == [f"https://{authority}/", f"http://{authority}/"]


def test_previews_are_named_by_another_hash(tmp_path: Path) -> None:
    name = f"{hashlib.sha256(PAGE.encode()).hexdigest()}.webp"
    for file in (name, f"{hashlib.sha256(OTHER.encode()).hexdigest()}.webp", "noise.webp"):
        (tmp_path / file).write_bytes(b"RIFF")
    assert [trace.key for trace in PREVIEWS.find(tmp_path, _look(tmp_path, PAGE))] == [name]


def test_nothing_is_found_where_history_is_not_asked_for(tmp_path: Path) -> None:
    folder = _folder(tmp_path)
    policy = Policy(only=frozenset({"cookies"}))
    assert THUMBNAILS.find(folder, _look(tmp_path, PAGE, policy=policy)) == ()


def test_urls_of_what_is_no_host() -> None:
    assert [list(urls(text)) for text in ("two words", "a/b", "")] == [[], [], []]
    assert list(urls("http://[::1]:8080/x")) == ["http://[::1]:8080/x", "https://[::1]:8080/"]


def test_icons_of_jump_lists(tmp_path: Path) -> None:
    """Of these pages, one has a hash with a slash, which no file name can have."""
    pages = [f"https://labs.openai.com/c/{number}" for number in range(20)]
    icons = {
        url: base64.b64encode(hashlib.md5(url.encode()).digest()).decode().replace("/", "_") + ".ico"
        for url in (*pages, OTHER)
    }
    assert any("_" in icons[url] for url in pages)
    for icon in icons.values():
        (tmp_path / icon).write_bytes(b"icon")
    traces = JUMP_LISTS.find(tmp_path, _look(tmp_path, *pages))
    assert {trace.key for trace in traces} == {icons[url] for url in pages}
