"""What other sites cached of the target: reported, and taken away with all that hangs on it on request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.firefox.site_data import OTHERS_BODIES, OTHERS_RESPONSES
from scrubber.engine.scope import check
from scrubber.errors import Unproved
from scrubber.model import Policy, Standing
from scrubber.transaction import Transaction
from tests.cleaned import clean, look, tree
from tests.firefox_storage import Cached, body_name, make_cache
from tests.schemas import insert
from tests.stores.running import ask, run

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = Policy(mentions="all")
LABS = "https://labs.openai.com/a.png?b=1"
SHOP = "https://shop.example/a.png"
OTHERS = (
    Cached(SHOP, b"the shop's", certificate=1),
    Cached("https://notopenai.com/a.png?b=1", padding=70_000, certificate=3),
    Cached("https://labs.openai.com.evil.example/", b"see https://labs.openai.com.evil.example/"),
)
NAMING = {
    "its-url": Cached(LABS, padding=50_000, certificate=2),
    "its-path-on-a-shared-host": Cached("https://shared.example/labs/1"),
    "a-header": Cached(SHOP, headers=(("a", "b"), ("link", "<https://labs.openai.com/x>"))),
    "the-referrer": Cached(SHOP, referrer="https://labs.openai.com/"),
    "the-packed-body": Cached(SHOP, b"see https://labs.openai.com/ " * 9),
}


def origin(profile: Path, name: str = "https+++shop.example") -> Path:
    path = profile / "storage/default" / name
    path.mkdir(parents=True)
    return path


def standings(path: Path, profile: Path, policy: Policy | None = None) -> dict[str, Standing]:
    found = OTHERS_RESPONSES.find(path, look(profile, policy))
    return {f"{trace.where} {trace.key}": trace.standing for trace in found}


@pytest.mark.parametrize("naming", NAMING.values(), ids=NAMING)
def test_an_entry_goes_with_its_rows_and_body_and_no_other(naming: Cached, tmp_path: Path) -> None:
    path = make_cache(origin(tmp_path), OTHERS[0], naming, *OTHERS[1:])
    before = tree(path.parent)
    gone, equal = clean(OTHERS_RESPONSES, path, tmp_path, EVERYTHING)
    after = tree(path.parent)
    assert before.keys() - after.keys() == {f"morgue/{body_name(2)}", ".padding"}
    assert {name for name, content in after.items() if before[name] != content} == {"caches.sqlite"}
    assert ask(path, "SELECT id FROM entries") == [1, 3, 4]
    for table in ("response_headers", "response_url_list"):
        assert ask(path, f"SELECT entry_id FROM {table}") == [1, 3, 4]
    assert len(gone) == 2 + len(naming.headers) + (naming.certificate == 2)
    assert equal >= 3 * 3
    content = path.read_bytes()
    assert not any(name in content for name in (b"labs.openai.com/", b"shared.example/labs"))


def test_what_firefox_counts_is_counted_again(tmp_path: Path) -> None:
    path = make_cache(
        origin(tmp_path), *OTHERS, NAMING["its-url"], replace(NAMING["a-header"], padding=9_000)
    )
    clean(OTHERS_RESPONSES, path, tmp_path, EVERYTHING)
    assert ask(path, "SELECT id, refcount FROM security_info") == [(1, 2), (3, 1)]
    sizes = [len(each.file) for each in OTHERS]
    assert ask(path, "SELECT total_disk_usage FROM usage_info") == [sum(sizes)]
    assert len(ask(path, "SELECT name FROM sqlite_master WHERE type = 'trigger'")) == 3
    assert ask(path, "PRAGMA foreign_key_check") == []


def test_by_default_entries_and_bodies_are_reported(tmp_path: Path) -> None:
    path = make_cache(origin(tmp_path), *OTHERS, *NAMING.values())
    assert {*standings(path, tmp_path).values()} == {Standing.MENTION}
    assert clean(OTHERS_RESPONSES, path, tmp_path)[0] == []
    [body] = OTHERS_BODIES.find(path.with_name("morgue"), look(tmp_path))
    assert (body.key, body.standing) == (body_name(8), Standing.MENTION)


def test_a_body_that_goes_with_its_entry_is_not_told_of_twice(tmp_path: Path) -> None:
    path = make_cache(origin(tmp_path), *OTHERS, NAMING["the-packed-body"])
    assert OTHERS_BODIES.find(path.with_name("morgue"), look(tmp_path, EVERYTHING)) == ()


def test_a_body_that_no_entry_has_goes_on_request(tmp_path: Path) -> None:
    path = make_cache(origin(tmp_path), *OTHERS, NAMING["the-packed-body"])
    morgue = path.with_name("morgue")
    run(path, "DELETE FROM entries WHERE id = 4")
    assert clean(OTHERS_BODIES, morgue, tmp_path)[0] == []
    clean(OTHERS_BODIES, morgue, tmp_path, EVERYTHING)
    assert sorted(tree(morgue)) == [body_name(number) for number in (1, 2, 3)]


@pytest.mark.parametrize(
    ("name", "cache"),
    [
        pytest.param("https+++shop.example", 2, id="the script of a service worker"),
        pytest.param("moz-extension+++1b2c", 1, id="an extension's"),
    ],
)
def test_what_something_else_needs_stays_whatever_is_asked_for(name: str, cache: int, tmp_path: Path) -> None:
    naming = replace(NAMING["the-packed-body"], cache=cache, headers=(("a", LABS),))
    path = make_cache(origin(tmp_path, name), *OTHERS, naming)
    assert {*standings(path, tmp_path, EVERYTHING).values()} == {Standing.KEPT}
    [body] = OTHERS_BODIES.find(path.with_name("morgue"), look(tmp_path, EVERYTHING))
    assert body.standing is Standing.KEPT
    assert clean(OTHERS_RESPONSES, path, tmp_path, EVERYTHING)[0] == []


def test_what_nobody_knows_stays(tmp_path: Path) -> None:
    path = make_cache(origin(tmp_path), *OTHERS)
    run(
        path,
        "CREATE TABLE named(id INTEGER PRIMARY KEY, url TEXT)",
        "INSERT INTO named VALUES (1, 'https://labs.openai.com/a'), (2, 'https://notopenai.com/a')",
    )
    assert standings(path, tmp_path, EVERYTHING) == {"named 1": Standing.KEPT}


@pytest.mark.parametrize(
    ("namespace", "name", "goes"),
    [
        pytest.param(0, "pictures of labs.openai.com", True, id="the target's name"),
        pytest.param(0, "labs.openai.com.evil.example", False, id="a look-alike's"),
        pytest.param(1, "labs.openai.com", False, id="of a service worker"),
    ],
)
def test_a_cache_goes_by_its_name_with_all_its_entries(
    namespace: int, name: str, goes: bool, tmp_path: Path
) -> None:
    mine = [replace(each, cache=3) for each in OTHERS[:2]]
    path = make_cache(origin(tmp_path), *mine, *OTHERS)
    insert(path, "caches", {"id": 3})
    row = {"namespace": namespace, "key": name.encode("utf-16-le"), "cache_id": 3}
    insert(path, "storage", row)
    clean(OTHERS_RESPONSES, path, tmp_path, EVERYTHING)
    assert ask(path, "SELECT id FROM entries") == ([3, 4, 5] if goes else [1, 2, 3, 4, 5])
    assert ask(path, "SELECT id FROM caches") == ([1, 2] if goes else [1, 2, 3])
    assert ask(path, "SELECT cache_id FROM storage") == ([1, 2] if goes else [1, 2, 3])
    assert ask(path, "PRAGMA foreign_key_check") == []
    assert tree(path.with_name("morgue")).keys() == {
        body_name(number) for number in range(3 if goes else 1, 6)
    }


def test_a_certificate_that_others_have_too_stays(tmp_path: Path) -> None:
    path = make_cache(origin(tmp_path), *OTHERS, replace(NAMING["its-url"], certificate=3))
    clean(OTHERS_RESPONSES, path, tmp_path, EVERYTHING)
    assert ask(path, "SELECT id, refcount FROM security_info") == [(1, 2), (3, 1)]


@pytest.mark.parametrize("caches", ["no database", "another schema"])
def test_bodies_stay_where_nothing_tells_whose_they_are(caches: str, tmp_path: Path) -> None:
    path = make_cache(origin(tmp_path), *OTHERS, NAMING["the-packed-body"])
    if caches == "no database":
        path.unlink()
    else:
        run(path, "ALTER TABLE entries RENAME TO others")
    [body] = OTHERS_BODIES.find(path.with_name("morgue"), look(tmp_path, EVERYTHING))
    assert body.standing is Standing.KEPT


def test_a_body_that_would_stay_is_noticed(tmp_path: Path) -> None:
    path = make_cache(origin(tmp_path), *OTHERS, NAMING["its-url"])
    traces = OTHERS_RESPONSES.find(path, look(tmp_path, EVERYTHING))
    with Transaction([tmp_path]) as transaction:
        OTHERS_RESPONSES.remove(path, traces, transaction)
        check(OTHERS_RESPONSES, path, traces, transaction.changes)
        fewer = [change for change in transaction.changes if "morgue" not in change.path.parts]
        assert len(fewer) == len(transaction.changes) - 1
        with pytest.raises(Unproved, match="would stay"):
            check(OTHERS_RESPONSES, path, traces, fewer)
