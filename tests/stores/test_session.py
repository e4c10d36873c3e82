from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubber.errors import UnreadableStore
from scrubber.formats import mozlz4
from scrubber.model import Policy, Standing
from scrubber.stores.json_edit import at_places, changed
from scrubber.stores.session import Session
from tests.cleaned import clean, look

if TYPE_CHECKING:
    from pathlib import Path

STORE = Session("{profile}/sessionstore.jsonlz4")
LABS = "https://labs.openai.com/"
SHOP = "https://shop.example/"
NEWS = "https://news.example.org/"
OWN = "^partitionKey=%28https%2Copenai.com%29"

OTHERS = (
    SHOP,
    "https://notopenai.com/",
    "https://labs-openai.com/",
    "https://labs.openai.com.evil.example/",
    "https://chat.openai.com/",
    "https://shared.example/laboratory",
    "about:home",
)


def page(url: str, **more: Any) -> dict[str, Any]:
    return {"url": url, "title": f"Title of {url[8:]}", "ID": 3, **more}


def tab(*urls: str, index: int = 0, **more: Any) -> dict[str, Any]:
    return {"entries": [page(url) for url in urls], "index": index or len(urls), **more}


def window(*tabs: dict[str, Any], selected: int = 1, **more: Any) -> dict[str, Any]:
    return {"tabs": list(tabs), "selected": selected, "_closedTabs": [], **more}


def session(*windows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"version": ["sessionrestore", 1], "windows": list(windows), "selectedWindow": 1, **more}


def written(state: object) -> bytes:
    return mozlz4.write(json.dumps(state, separators=(",", ":"), ensure_ascii=False).encode())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sessionstore.jsonlz4"


def cleaned(path: Path, state: dict[str, Any], policy: Policy | None = None) -> dict[str, Any]:
    path.write_bytes(written(state))
    clean(STORE, path, path.parent, policy)
    left: dict[str, Any] = json.loads(mozlz4.read(path.read_bytes()))
    assert path.read_bytes() == written(left), "written as Firefox writes it"
    return left


def urls(state: dict[str, Any]) -> list[list[str]]:
    return [
        [entry["url"] for entry in tab["entries"]] for window in state["windows"] for tab in window["tabs"]
    ]


def principal(origin: str) -> str:
    return json.dumps({"1": {"0": origin}}, separators=(",", ":"))


class TestPagesThatOthersDraw:
    """`about:blank` and its like say by whose rights alone whose they are."""

    @pytest.mark.parametrize("url", ["about:blank", "about:srcdoc", "data:text/html,drawn", "javascript:1"])
    @pytest.mark.parametrize(
        "inherited",
        [
            pytest.param(principal(f"{LABS}e/1"), id="a page of the target's"),
            pytest.param(
                '{"0":{"0":"moz-nullprincipal:{1-2}?https://labs.openai.com"}}', id="drawn without rights"
            ),
            pytest.param(
                base64.b64encode(b"\0\1\0\x18https://labs.openai.com/\0").decode(), id="before 2019"
            ),
        ],
    )
    def test_of_the_target_go(self, path: Path, url: str, inherited: str) -> None:
        drawn = page(url, title="Drawn by us", principalToInherit_base64=inherited)
        state = session(
            window({"entries": [page(SHOP), drawn], "index": 2}, {"entries": [drawn], "index": 1})
        )
        assert urls(cleaned(path, state)) == [[SHOP]]

    @pytest.mark.parametrize(
        "inherited",
        [
            pytest.param(principal(SHOP), id="another's page"),
            pytest.param(principal(f"{SHOP}?from={LABS}"), id="another's page that names it"),
            pytest.param(principal("https://labs.openai.com.evil.example/"), id="look-alike"),
            pytest.param(
                '{"0":{"0":"moz-nullprincipal:{1-2}?https://shop.example"}}', id="drawn without rights"
            ),
            pytest.param('{"3":{}}', id="the browser itself"),
        ],
    )
    def test_of_others_stay(self, path: Path, inherited: str) -> None:
        drawn = page("about:blank", principalToInherit_base64=inherited)
        assert urls(cleaned(path, session(window({"entries": [drawn], "index": 1})))) == [["about:blank"]]

    def test_a_page_with_a_host_is_that_host_s_whoever_led_there(self, path: Path) -> None:
        led = page(SHOP, principalToInherit_base64=principal(LABS))
        assert urls(cleaned(path, session(window({"entries": [led], "index": 1})))) == [[SHOP]]


class TestPages:
    @pytest.mark.parametrize("url", OTHERS)
    def test_of_others_stay_byte_for_byte(self, path: Path, url: str) -> None:
        path.write_bytes(written(session(window(tab(url, NEWS)))))
        assert STORE.find(path, look(path.parent)) == ()

    @pytest.mark.parametrize(
        ("before", "index", "after", "now"),
        [
            pytest.param([SHOP, LABS, NEWS], 3, [SHOP, NEWS], 2, id="one-before-the-shown"),
            pytest.param([SHOP, LABS, NEWS], 1, [SHOP, NEWS], 1, id="one-after-the-shown"),
            pytest.param([SHOP, NEWS, LABS], 3, [SHOP, NEWS], 2, id="the-shown-falls-back"),
            pytest.param([LABS, SHOP, NEWS], 1, [SHOP, NEWS], 1, id="the-first-is-shown"),
            pytest.param([LABS, LABS, SHOP, LABS], 4, [SHOP], 1, id="all-but-one"),
            pytest.param([SHOP, "view-source:https://labs.openai.com/"], 2, [SHOP], 1, id="its-source"),
            pytest.param([SHOP, "https://shared.example/labs/1"], 1, [SHOP], 1, id="part-of-a-shared-host"),
        ],
    )
    def test_of_the_target_leave_a_tabs_history(
        self, path: Path, before: list[str], index: int, after: list[str], now: int
    ) -> None:
        left = cleaned(path, session(window(tab(*before, index=index))))
        assert urls(left) == [after]
        assert left["windows"][0]["tabs"][0]["index"] == now

    def test_shown_take_icon_form_and_scroll_with_them(self, path: Path) -> None:
        more: dict[str, Any] = {
            "image": "data:image/png;base64,x",
            "formdata": {"id": {}},
            "scroll": {"scroll": "0,9"},
        }
        shown = cleaned(path, session(window(tab(SHOP, LABS, **more))))["windows"][0]["tabs"][0]
        assert shown.keys() == {"entries", "index"}
        other = cleaned(path, session(window(tab(LABS, SHOP, **more))))["windows"][0]["tabs"][0]
        assert other == {**tab(SHOP), **more}

    def test_that_mention_the_target_go_unless_mentions_are_kept(self, path: Path) -> None:
        state = session(window(tab(SHOP, "https://search.example/?q=labs.openai.com")))
        assert urls(cleaned(path, state)) == [[SHOP]]
        kept = cleaned(path, state, Policy(mentions="keep"))
        assert kept == state

    def test_with_a_keyword_go_if_that_is_asked_for(self, path: Path) -> None:
        search, titled = "https://search.example/?q=dall-e+cat", page(NEWS, title="What DALL-E can do")
        tabs = (
            tab(SHOP, search),
            {"entries": [page(SHOP), titled], "index": 2},
            tab(SHOP, userTypedValue="dall-e"),
        )
        state = session(window(*tabs))
        assert cleaned(path, state) == state
        left = cleaned(path, state, Policy(keywords=True))
        assert urls(left) == [[SHOP]] * 3
        assert left["windows"][0]["tabs"][2]["userTypedValue"] == ""

    def test_frames_go_alone(self, path: Path) -> None:
        frames = [page(LABS), page(NEWS, children=[page(SHOP, children=[page(LABS)])])]
        left = cleaned(path, session(window(tab(SHOP) | {"entries": [page(SHOP, children=frames)]})))
        assert left["windows"][0]["tabs"][0]["entries"] == [
            page(SHOP, children=[page(NEWS, children=[page(SHOP, children=[])])])
        ]

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            pytest.param("title", "labs.openai.com - Search", id="title"),
            pytest.param("originalURI", LABS, id="redirected-from"),
            pytest.param(
                "triggeringPrincipal_base64", '{"1":{"0":"https://labs.openai.com/"}}', id="principal"
            ),
            pytest.param(
                "referrerInfo",
                base64.b64encode(b"\4\0\0\0\x18https://labs.openai.com/\0").decode(),
                id="referrer",
            ),
            pytest.param(
                "policyContainer",
                base64.b64encode(b"\0\0\0\x18https://labs.openai.com/").decode(),
                id="policy",
            ),
        ],
    )
    def test_of_others_lose_what_names_the_target(self, path: Path, name: str, text: str) -> None:
        state = session(window(tab(NEWS) | {"entries": [page(SHOP, **{name: text})]}))
        left = cleaned(path, state)
        assert left["windows"][0]["tabs"][0]["entries"] == [page(SHOP, **{name: ""})]

    def test_of_others_keep_what_names_a_look_alike(self, path: Path) -> None:
        text = base64.b64encode(b"\4\0\0\0\x25https://labs.openai.com.evil.example/\0").decode()
        state = session(window(tab(NEWS) | {"entries": [page(SHOP, referrerInfo=text)]}))
        assert cleaned(path, state) == state


class TestTabs:
    @pytest.mark.parametrize(
        ("tabs", "selected", "now"),
        [
            pytest.param([LABS, SHOP, NEWS], 3, 2, id="one-before-the-selected"),
            pytest.param([SHOP, NEWS, LABS], 1, 1, id="one-after-the-selected"),
            pytest.param([SHOP, LABS, NEWS], 2, 1, id="the-selected"),
            pytest.param([LABS, SHOP, NEWS], 1, 1, id="the-first-is-selected"),
        ],
    )
    def test_of_the_target_alone_are_closed(
        self, path: Path, tabs: list[str], selected: int, now: int
    ) -> None:
        left = cleaned(path, session(window(*map(tab, tabs), selected=selected)))
        assert urls(left) == [[url] for url in tabs if url != LABS]
        assert left["windows"][0]["selected"] == now

    def test_without_pages_stay(self, path: Path) -> None:
        state = session(window(tab(LABS), {"entries": [], "userTypedValue": "shop.example"}))
        assert cleaned(path, state)["windows"][0]["tabs"] == [
            {"entries": [], "userTypedValue": "shop.example"}
        ]

    def test_lose_what_was_typed(self, path: Path) -> None:
        left = cleaned(path, session(window(tab(SHOP, userTypedValue="labs.openai.com"))))
        assert left["windows"][0]["tabs"][0]["userTypedValue"] == ""

    def test_that_were_closed_go_or_get_the_title_of_what_stays(self, path: Path) -> None:
        closed = [
            {"state": tab(LABS), "title": "Labs", "image": "i", "closedId": 1},
            {"state": tab(SHOP, LABS), "title": "Labs", "image": "i", "closedId": 2},
            {"state": tab(LABS, SHOP), "title": "Shop", "image": "i", "closedId": 3},
        ]
        left = cleaned(path, session(window(tab(NEWS), _closedTabs=closed)))
        assert left["windows"][0]["_closedTabs"] == [
            {"state": tab(SHOP), "title": "Title of shop.example/", "closedId": 2},
            {"state": tab(SHOP), "title": "Shop", "image": "i", "closedId": 3},
        ]

    def test_groups_go_when_they_are_empty(self, path: Path) -> None:
        groups = [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}, {"id": "c", "name": "nobody's"}]
        tabs = (tab(LABS, groupId="a"), tab(SHOP, groupId="b"), tab(LABS, groupId="b"))
        left = cleaned(path, session(window(*tabs, groups=groups)))
        assert left["windows"][0]["groups"] == groups[1:]

    def test_split_views_end_when_one_half_goes(self, path: Path) -> None:
        views = [{"id": 1, "numberOfTabs": 2}, {"id": 2, "numberOfTabs": 2}]
        halves = ((LABS, 1), (SHOP, 1), (NEWS, 2), (SHOP, 2))
        tabs = (tab(url, splitViewId=view) for url, view in halves)
        left = cleaned(path, session(window(*tabs, splitViews=views)))
        assert left["windows"][0]["splitViews"] == views[1:]

    @pytest.mark.parametrize("where", ["closedGroups", "savedGroups"])
    def test_in_groups_put_aside(self, path: Path, where: str) -> None:
        groups = [
            {"id": "a", "name": "A", "tabs": [{"state": tab(LABS)}]},
            {"id": "b", "name": "B", "tabs": [{"state": tab(SHOP)}, {"state": tab(LABS)}]},
        ]
        inside = where == "closedGroups"
        state = (
            session(window(tab(NEWS), closedGroups=groups))
            if inside
            else session(window(tab(NEWS)), savedGroups=groups)
        )
        left = cleaned(path, state)
        found = left["windows"][0][where] if inside else left[where]
        assert found == [{"id": "b", "name": "B", "tabs": [{"state": tab(SHOP)}]}]


class TestWindows:
    def test_of_the_target_alone_go(self, path: Path) -> None:
        state = session(window(tab(LABS)), window(tab(SHOP)), window(tab(NEWS)), selectedWindow=3)
        left = cleaned(path, state)
        assert urls(left) == [[SHOP], [NEWS]]
        assert left["selectedWindow"] == 2

    def test_may_all_go(self, path: Path) -> None:
        left = cleaned(path, session(window(tab(LABS, LABS), tab(LABS))))
        assert left == session(selectedWindow=0)

    @pytest.mark.parametrize("where", ["windows", "_closedWindows"])
    @pytest.mark.parametrize(
        "others",
        [
            {"_closedTabs": [{"state": tab(LABS)}, {"state": tab(SHOP)}]},
            {"closedGroups": [{"id": "g", "name": "G", "tabs": [{"state": tab(SHOP)}]}]},
        ],
        ids=["a closed tab", "a closed group"],
    )
    def test_stay_with_an_empty_tab_for_what_others_closed_in_them(
        self, path: Path, others: dict[str, Any], where: str
    ) -> None:
        full = tab(LABS, LABS) | {"image": "data:", "storage": {LABS: {"k": "v"}, SHOP: {"k": "v"}}}
        windows = [window(tab(NEWS)), window(tab(LABS), full, selected=1, title="Labs", **others)]
        state = session(windows[0], _closedWindows=windows[1:])
        left = cleaned(path, state if where == "_closedWindows" else session(*windows))
        stays = left[where][-1]
        assert stays["tabs"] == [{"entries": [], "index": 0, "storage": {SHOP: {"k": "v"}}}]
        assert (stays["selected"], stays["title"]) == (1, "")
        kept = {
            name: [each for each in items if "state" not in each or each["state"] == tab(SHOP)]
            for name, items in others.items()
        }
        assert {name: stays[name] for name in others} == kept

    def test_go_where_only_the_target_s_was_closed_in_them(self, path: Path) -> None:
        closed = window(tab(LABS), _closedTabs=[{"state": tab(LABS)}], closedGroups=[])
        assert urls(cleaned(path, session(closed, window(tab(SHOP))))) == [[SHOP]]

    def test_that_were_closed(self, path: Path) -> None:
        closed = [window(tab(LABS), title="Labs"), window(tab(SHOP), tab(LABS), selected=2, title="Labs")]
        left = cleaned(path, session(window(tab(NEWS)), _closedWindows=closed))
        assert left["_closedWindows"] == [window(tab(SHOP), title="")]

    @pytest.mark.parametrize("name", ["lastSessionState", "deferredInitialState"])
    def test_of_the_session_before(self, name: str, path: Path) -> None:
        last = session(window(tab(SHOP), tab(LABS), selected=2))
        left = cleaned(path, session(window(tab(NEWS)), **{name: last}))
        assert left[name] == session(window(tab(SHOP)))


class TestBesidesPages:
    def test_session_storage_by_origin_and_partition(self, path: Path) -> None:
        storage = {
            "https://labs.openai.com": {"a": "1"},
            f"https://widget.example.net{OWN}": {"a": "1"},
            "https://labs.openai.com^partitionKey=%28https%2Cshop.example%29": {"a": "1"},
            "https://shop.example": {"a": "seen at labs.openai.com"},
            f"https://chat.openai.com{OWN}": {"a": "1"},
            "https://labs.openai.com.evil.example": {"a": "1"},
        }
        left = cleaned(path, session(window(tab(SHOP, storage=storage))))
        assert list(left["windows"][0]["tabs"][0]["storage"]) == list(storage)[3:]
        assert (
            left["windows"][0]["tabs"][0]["storage"]["https://shop.example"]
            == storage["https://shop.example"]
        )
        standings = {trace.standing for trace in STORE.find(path, look(path.parent))}
        assert standings == {Standing.MENTION}, "another site's own data is reported"

    def test_cookies_go_by_host_and_partition(self, path: Path) -> None:
        def cookie(host: str, key: str = "") -> dict[str, Any]:
            return {"host": host, "name": "n", "value": "v", "originAttributes": {"partitionKey": key}}

        ours = [
            cookie("labs.openai.com"),
            cookie(".labs.openai.com"),
            cookie(".openai.com"),
            cookie("widget.example.net", "(https,openai.com)"),
        ]
        others = [
            cookie("openai.com"),
            cookie("chat.openai.com", "(https,openai.com)"),
            cookie("widget.example.net", "(https,shop.example)"),
            cookie("notopenai.com"),
        ]
        left = cleaned(path, session(window(tab(SHOP)), cookies=ours + others))
        assert left["cookies"] == others

    def test_cookies_that_a_window_has_since_an_old_version(self, path: Path) -> None:
        ours = [{"host": "labs.openai.com", "name": "n", "value": "secret"}, {"host": ".openai.com"}]
        others = [{"host": "labs.openai.com.evil.example", "value": "v"}, {"host": "shop.example"}]
        for name in ("windows", "_closedWindows"):
            state = {**session(window(tab(SHOP))), name: [{**window(tab(SHOP)), "cookies": ours + others}]}
            left = cleaned(path, state)
            assert left[name][0]["cookies"] == others

    def test_forms_of_the_target_go_out_of_those_around(self, path: Path) -> None:
        form = {"url": SHOP, "id": {"q": "garden"}, "children": [{"url": LABS, "id": {"prompt": "a cat"}}]}
        left = cleaned(path, session(window(tab(SHOP, formdata=form))))
        assert left["windows"][0]["tabs"][0]["formdata"] == {**form, "children": []}

    def test_a_session_that_a_page_offers_to_restore(self, path: Path) -> None:
        form = {"url": LABS, "id": {"prompt": "a secret cat"}}
        before = session(
            window(tab(LABS, formdata=form), tab(SHOP, formdata={"url": SHOP, "id": {"q": "x"}}), selected=2),
            window(tab(LABS)),
            cookies=[{"host": "labs.openai.com", "value": "secret"}, {"host": "shop.example", "value": "v"}],
            selectedWindow=2,
        )
        for offers in ("about:sessionrestore", "about:welcomeback"):
            asking = tab(offers, formdata={"url": offers, "id": {"sessionData": before, "tabList": "x"}})
            left = cleaned(path, session(window(asking, tab(LABS))))
            assert urls(left) == [[offers]]
            kept = {"windows": [{**before["windows"][0], "tabs": before["windows"][0]["tabs"][1:]}]}
            kept["windows"][0]["selected"] = 1
            expected = {**before, **kept, "selectedWindow": 1, "cookies": before["cookies"][1:]}
            assert left["windows"][0]["tabs"][0]["formdata"]["id"] == {
                "sessionData": expected,
                "tabList": "x",
            }

    def test_certificates_that_are_shown(self, path: Path) -> None:
        def tagged(tag: int, content: bytes) -> bytes:
            return bytes((tag, len(content))) + content

        def shown(*hosts: str) -> str:
            names = (tagged(0x30, tagged(0x82, host.encode())) + b"0Y0" for host in hosts)
            found = (base64.b64encode(b"\x06\x03\x55\x1d\x11" + tagged(4, each)) for each in names)
            return "about:certificate?" + "&".join(f"cert={quote(each.decode(), '')}" for each in found)

        ours = [shown("ca.example", "labs.openai.com"), shown("*.labs.openai.com")]
        others = [shown("labs.openai.com.evil.example", "shop.example"), "about:certificate?cert=no"]
        state = session(window(*map(tab, ours + others)))
        assert urls(cleaned(path, state)) == [[url] for url in others]

    def test_only_what_was_asked_for(self, path: Path) -> None:
        state = session(
            window(tab(LABS, storage={"https://labs.openai.com": {}})), cookies=[{"host": "labs.openai.com"}]
        )
        left = cleaned(path, state, Policy(only=frozenset({"cookies"})))
        assert left == {**state, "cookies": []}


class TestUnreadable:
    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(b"", id="empty"),
            pytest.param(mozlz4.write(b"[]"), id="a-list"),
            pytest.param(mozlz4.write(b"{"), id="cut"),
            pytest.param(mozlz4.MAGIC + b"\xff" * 20, id="no-lz4"),
            pytest.param(mozlz4.write(b'{"a":' * 5000 + b"1" + b"}" * 5000), id="nested-too-deeply"),
        ],
    )
    def test_is_named(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        with pytest.raises(UnreadableStore):
            STORE.find(path, look(path.parent))

    def test_plain_json_of_old_versions(self, path: Path) -> None:
        path.write_text(json.dumps(session(window(tab(LABS), tab(SHOP)))))
        clean(STORE, path, path.parent)
        assert urls(json.loads(path.read_text())) == [[SHOP]]

    def test_nothing_there(self, path: Path) -> None:
        assert STORE.find(path, look(path.parent)) == ()


NAMES = st.sampled_from(
    [
        "windows",
        "tabs",
        "entries",
        "url",
        "index",
        "selected",
        "children",
        "state",
        "cookies",
        "host",
        "storage",
        "_closedTabs",
        "savedGroups",
        "formdata",
        "lastSessionState",
        "deferredInitialState",
        "groups",
        "title",
        "originAttributes",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers(-2, 5) | st.sampled_from([LABS, SHOP, "labs.openai.com", ""])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=40,
)


@settings(max_examples=60, deadline=None)
@given(state=st.dictionaries(NAMES, TREES, max_size=6))
def test_sessions_of_any_shape(tmp_path_factory: pytest.TempPathFactory, state: dict[str, Any]) -> None:
    folder = tmp_path_factory.mktemp("profile")
    path = folder / "sessionstore.jsonlz4"
    path.write_bytes(written(state))
    clean(STORE, path, folder)


def test_a_session_before_firefox_3_5_stood_in_parentheses(tmp_path: Path) -> None:
    path = tmp_path / "sessionstore.js"
    state = session(window(tab("https://labs.openai.com/"), tab("https://kept.example/")))
    path.write_bytes(b"(" + json.dumps(state).encode() + b")\n")
    clean(STORE, path, tmp_path)
    assert urls(json.loads(path.read_bytes())) == [["https://kept.example/"]]


def test_places_inside_what_goes_do_not_matter() -> None:
    from scrubber.stores.json_edit import Becomes, Gone

    cuts = at_places([(("a", 0, "b"), Becomes("")), (("a", 0), Gone()), (("c",), Becomes(1))])
    assert changed({"a": [{"b": "x"}, 2], "c": 0}, cuts) == {"a": [2], "c": 1}
