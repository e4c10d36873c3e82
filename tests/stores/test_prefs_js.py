from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.firefox.preferences import PREFS
from scrubber.errors import PlanOutdated
from scrubber.formats.prefs_js import Line, read_lines, with_value
from scrubber.model import Policy, Standing
from scrubber.stores.pref_pieces import Pieces
from scrubber.transaction import Transaction
from tests.cleaned import clean, look

if TYPE_CHECKING:
    from pathlib import Path

LABS = "https://labs.openai.com/"
SHOP = "https://shop.example/"
EVIL = "https://labs.openai.com.evil.example/"
INCLUDING = Policy(include=frozenset({"bookmarks"}))


def tile_hash(url: str) -> str:
    return base64.b64encode(hashlib.md5(url.encode()).digest()).decode()


def line(name: str, value: str) -> str:
    return with_value(Line(b"", name), value).raw.decode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "prefs.js"


def cleaned(path: Path, name: str, value: str, policy: Policy | None = None) -> str | None:
    """The preference's value afterwards; what stands around it is as it was."""
    before = '// Mozilla User Preferences\n\nuser_pref("a.number", 1);\nuser_pref("a.text", "é\\n\\x41");\n'
    path.write_text(before + line(name, value) + before, encoding="utf-8")
    clean(PREFS, path, path.parent, policy)
    content = path.read_text(encoding="utf-8")
    assert content.startswith(before)
    assert content.endswith(before)
    values = {each.name: each.value for each in read_lines(path.read_bytes())}
    return str(values[name]) if name in values else None


PINNED = "browser.newtabpage.pinned"
BLOCKED = "browser.newtabpage.blocked"
DEBUGGED = "devtools.debugger.pending-selected-location"
HOMEPAGE = "browser.startup.homepage"

GO = {
    "pinned": (PINNED, json.dumps([{"url": LABS}, {"url": SHOP}]), f'[null,{{"url":"{SHOP}"}}]'),
    "the-only-pinned": (PINNED, json.dumps([None, {"url": LABS, "label": "L"}]), None),
    "pinned-with-its-picture": (
        PINNED,
        json.dumps([{"url": SHOP, "customScreenshotURL": LABS}, {"url": SHOP}]),
        f'[null,{{"url":"{SHOP}"}}]',
    ),
    "dismissed": (
        BLOCKED,
        json.dumps({tile_hash(LABS): 1, tile_hash(SHOP): 1}),
        f'{{"{tile_hash(SHOP)}":1}}',
    ),
    "dismissed-without-a-visit": (
        BLOCKED,
        json.dumps({tile_hash("https://shared.example/labs/"): 1, tile_hash("https://shared.example/"): 1}),
        f'{{"{tile_hash("https://shared.example/")}":1}}',
    ),
    "the-only-dismissed": (BLOCKED, json.dumps({tile_hash(LABS): 1}), None),
    "old-policies": (
        "capability.policy.p.sites",
        "https://a.example https://labs.openai.com https://notopenai.com",
        "https://a.example https://notopenai.com",
    ),
    "fingerprinting": (
        "privacy.fingerprintingProtection.granularOverrides",
        json.dumps([{"firstPartyDomain": "labs.openai.com"}, {"firstPartyDomain": "notopenai.com"}]),
        '[{"firstPartyDomain":"notopenai.com"}]',
    ),
    "fingerprinting-inside-another": (
        "privacy.fingerprintingProtection.granularOverrides",
        json.dumps([{"firstPartyDomain": "a.example", "thirdPartyDomain": "labs.openai.com"}]),
        None,
    ),
    "first-tiles": ("browser.newtabpage.activity-stream.default.sites", f"{SHOP},{LABS}", SHOP),
    "host-in-the-name": ("browser.fixup.domainwhitelist.labs.openai.com", "true", None),
    "agent-for-a-host": ("general.useragent.override.labs.openai.com", "Mozilla/5.0", None),
    "script-last-debugged": (DEBUGGED, json.dumps({"url": f"{LABS}app.js", "line": 2}), None),
    "handler": ("gecko.handlerService.schemes.mailto.0.uriTemplate", f"{LABS}?%s", None),
    "host-list": (
        "network.trr.excluded-domains",
        "shop.example, labs.openai.com,a.example",
        "shop.example,a.example",
    ),
    "host-list-with-urls": ("network.negotiate-auth.trusted-uris", f"{LABS},{SHOP}", SHOP),
}
STAY = {
    "pinned-look-alike": (PINNED, json.dumps([{"url": EVIL}, None, {"url": "https://chat.openai.com/"}])),
    "pinned-that-is-no-list": (PINNED, "labs"),
    "dismissed-look-alike": (BLOCKED, json.dumps({tile_hash(EVIL): 1})),
    "host-in-the-name-look-alike": ("browser.fixup.domainwhitelist.labs.openai.com.evil.example", "true"),
    "agent-for-a-look-alike": ("general.useragent.override.labs.openai.com.evil.example", "Mozilla/5.0"),
    "script-last-debugged-look-alike": (DEBUGGED, json.dumps({"url": EVIL, "line": 2})),
    "host-list-look-alike": ("network.trr.excluded-domains", "notopenai.com, labs.openai.com.evil.example"),
    "homepage": (HOMEPAGE, f"{LABS}|{SHOP}"),
    "something-else-that-mentions-it": ("browser.download.dir", "/home/a/labs.openai.com"),
}


@pytest.mark.parametrize(("name", "value", "after"), GO.values(), ids=GO)
def test_items_of_the_target_go(path: Path, name: str, value: str, after: str | None) -> None:
    assert cleaned(path, name, value) == after


@pytest.mark.parametrize(("name", "value"), STAY.values(), ids=STAY)
def test_values_without_the_target_stay(path: Path, name: str, value: str) -> None:
    assert cleaned(path, name, value) == value


@pytest.mark.parametrize(
    ("value", "after"),
    [(f"{LABS}|{SHOP}", SHOP), (f"{SHOP}|{LABS}|{EVIL}", f"{SHOP}|{EVIL}"), (LABS, None)],
    ids=["first", "between", "alone"],
)
def test_start_pages_go_if_bookmarks_are_included(path: Path, value: str, after: str | None) -> None:
    assert cleaned(path, HOMEPAGE, value, INCLUDING) == after


@pytest.mark.parametrize(
    ("name", "value", "standing"),
    [
        (HOMEPAGE, LABS, Standing.KEPT),
        ("browser.download.dir", "/home/a/labs.openai.com", Standing.MENTION),
        (PINNED, json.dumps([{"url": LABS}]), Standing.OWN),
        ("extensions.thing.labs.openai.com", "1", Standing.MENTION),
    ],
    ids=["start-page", "unknown", "pinned", "in-an-unknown-name"],
)
def test_how_items_stand_to_the_target(path: Path, name: str, value: str, standing: Standing) -> None:
    path.write_text(line(name, value))
    assert [trace.standing for trace in PREFS.find(path, look(path.parent))] == [standing]


@pytest.mark.parametrize(
    ("seen", "gone"),
    [
        pytest.param((f"{LABS}e/pictures",), True, id="a page that the history knows"),
        pytest.param((), False, id="a page that nobody knows any more"),
        pytest.param((f"{SHOP}chairs",), False, id="another site's page"),
    ],
)
def test_a_dismissed_tile_is_told_by_the_pages_that_the_profile_knows(
    path: Path, seen: tuple[str, ...], gone: bool
) -> None:
    hashes = {tile_hash(f"{LABS}e/pictures"): 1, tile_hash(f"{SHOP}chairs"): 1}
    path.write_text(line(BLOCKED, json.dumps(hashes)))
    history = path.with_name("places.sqlite")
    traces = PREFS.find(path, replace(look(path.parent), seen=dict.fromkeys(seen, history)))
    page = f"{LABS}e/pictures"
    expected = [("browser.newtabpage.blocked", tile_hash(page), page, history)]
    found = [(trace.where, trace.key, trace.seen, trace.told_by) for trace in traces]
    assert found == (expected if gone else [])


def test_other_lines_are_counted(path: Path) -> None:
    path.write_text("// comment\n" + line("a", "b") + line(PINNED, json.dumps([{"url": LABS}])))
    assert clean(PREFS, path, path.parent)[1] == 2


def test_a_preference_that_is_no_longer_there(path: Path) -> None:
    path.write_text(line(PINNED, json.dumps([{"url": LABS}])))
    traces = PREFS.find(path, look(path.parent))
    path.write_text("\n")
    with Transaction([path.parent]) as transaction, pytest.raises(PlanOutdated):
        PREFS.remove(path, traces, transaction)


UNLISTED = "extensions.thing.sites"
PIECES = {
    "one-url": (LABS, None),
    "a-path": ("/home/a/labs.openai.com", None),
    "comma-and-space": (f"{SHOP}, labs.openai.com, *.notopenai.com", f"{SHOP}, *.notopenai.com"),
    "pipe": (f"labs.openai.com|{SHOP}|{EVIL}", f"{SHOP}|{EVIL}"),
    "semicolon-and-an-empty-end": ("a.example;labs.openai.com:443;", "a.example;"),
    "space": (f"<all_urls> localhost https://*.labs.openai.com/* {SHOP}", f"<all_urls> localhost {SHOP}"),
    "nothing-else": (f"{LABS},cdn.labs.openai.com", None),
    "list": (f'["{LABS}","{SHOP}","{EVIL}"]', f'["{SHOP}","{EVIL}"]'),
    "records": (
        f'{{"v":1,"open":[{{"url":"{LABS}","n":2}},{{"url":"{EVIL}","n":3}}]}}',
        f'{{"v":1,"open":[{{"url":"{EVIL}","n":3}}]}}',
    ),
    "list-in-a-record": (
        f'[{{"group":"g","urls":["{LABS}","{SHOP}"]}}]',
        f'[{{"group":"g","urls":["{SHOP}"]}}]',
    ),
    "rows": (f'[["{LABS}",{{"n":[1]}}],["{SHOP}",{{"n":[2]}}]]', f'[["{SHOP}",{{"n":[2]}}]]'),
    "by-key": (f'{{"labs.openai.com":{{"zoom":1.50}},"{SHOP}":1e2}}', f'{{"{SHOP}":1e2}}'),
    "records-by-key": (
        f'{{"7":{{"url":"{LABS}","t":"L"}},"8":{{"url":"{SHOP}","t":"S"}}}}',
        f'{{"8":{{"url":"{SHOP}","t":"S"}}}}',
    ),
    "settings": (f'{{"ui":{{"last":"{LABS}","theme":"dark"}}}}', '{"ui":{"theme":"dark"}}'),
    "settings-that-look-like-records-afterwards": (
        f'{{"a":{{"u":"x"}},"b":{{"u":"y"}},"last":"{LABS}"}}',
        '{"a":{"u":"x"},"b":{"u":"y"}}',
    ),
    "nothing-else-in-json": (f'["{LABS}"]', None),
}
WHOLES = {
    "a-text": "see labs.openai.com, or the shop",
    "a-path-and-another": "/home/a b/labs.openai.com",
    "broken-json": f'["{LABS}","{SHOP}"',
    "a-list-inside-json": f'{{"hosts":"labs.openai.com,shop.example","x":"{SHOP}"}}',
    "json-inside-json": json.dumps({"state": json.dumps([LABS, SHOP])}),
}


@pytest.mark.parametrize(("value", "after"), PIECES.values(), ids=PIECES)
def test_an_unlisted_preference_loses_its_smallest_part_on_request(
    path: Path, value: str, after: str | None
) -> None:
    assert cleaned(path, UNLISTED, value) == value
    assert cleaned(path, UNLISTED, value, Policy(mentions="all")) == after


@pytest.mark.parametrize("value", WHOLES.values(), ids=WHOLES)
def test_what_may_hold_other_sites_things_stays_whatever_is_asked_for(path: Path, value: str) -> None:
    assert cleaned(path, UNLISTED, value, Policy(mentions="all")) == value
    path.write_text(line(UNLISTED, value))
    assert [trace.standing for trace in PREFS.find(path, look(path.parent))] == [Standing.KEPT]


def test_a_name_that_names_it_takes_the_preference_along(path: Path) -> None:
    name = "extensions.thing.labs.openai.com"
    assert cleaned(path, name, f'["{SHOP}","{LABS}"]', Policy(mentions="all")) is None
    path.write_text(line(name, f'["{SHOP}","{LABS}"]'))
    assert len(PREFS.find(path, look(path.parent))) == 1


@pytest.mark.parametrize(
    ("old", "keys", "new"),
    [
        pytest.param(f'["{LABS}","{SHOP}"]', {"[0]"}, "", id="an item more"),
        pytest.param(f'["{LABS}","{SHOP}"]', {"[0]"}, f'["{SHOP}","{SHOP}"]', id="an item twice"),
        pytest.param(f'{{"a":"{LABS}","b":1}}', {'["a"]'}, '{"b":2}', id="another value"),
        pytest.param(f"{LABS}|{SHOP}", {"0"}, f"{LABS}|{SHOP}", id="nothing"),
        pytest.param(f"{LABS}|{SHOP}", {"0"}, EVIL, id="another part"),
        pytest.param(LABS, {""}, LABS, id="all of it left"),
    ],
)
def test_another_rest_is_no_rest(old: str, keys: set[str], new: str) -> None:
    form = Pieces()
    assert form.is_rest(old, keys, form.without(old, keys))
    assert not form.is_rest(old, keys, new)
