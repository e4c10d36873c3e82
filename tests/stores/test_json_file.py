from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubber.browsers.firefox import files
from scrubber.errors import PlanOutdated, Unproved, UnreadableStore
from scrubber.formats import mozlz4
from scrubber.model import Policy, Standing
from scrubber.stores.json_edit import Becomes, Gone, at_places, changed, prove
from tests.cleaned import clean, look

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.stores.json_file import JsonFile

LABS = "https://labs.openai.com"
EVIL = "https://labs.openai.com.evil.example"
INCLUDING = Policy(include=frozenset({"logins", "bookmarks"}))


def written(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def cleaned(store: JsonFile, path: Path, value: object, policy: Policy | None = None) -> Any:
    path.write_bytes(written(value))
    clean(store, path, path.parent, policy)
    left = json.loads(path.read_bytes())
    assert path.read_bytes() == written(left), "written as Firefox writes it"
    return left


def login(host: str, form: str = "") -> dict[str, Any]:
    return {"id": 1, "hostname": host, "formSubmitURL": form or host, "httpRealm": None, "guid": "{1}"}


class TestLogins:
    LOGINS = (
        login(LABS),
        login("https://sso.example", LABS),
        login(EVIL),
        login("https://chat.openai.com"),
        login("https://shop.example"),
    )

    def test_are_kept_and_reported(self, tmp_path: Path) -> None:
        value = {"nextId": 6, "logins": list(self.LOGINS), "version": 3}
        path = tmp_path / "logins.json"
        assert cleaned(files.LOGINS, path, value) == value
        standings = [trace.standing for trace in files.LOGINS.find(path, look(tmp_path))]
        assert standings == [Standing.KEPT, Standing.KEPT]

    def test_go_if_they_are_included(self, tmp_path: Path) -> None:
        value = {"nextId": 6, "logins": list(self.LOGINS), "disabledHosts": [LABS, EVIL], "version": 3}
        left = cleaned(files.LOGINS, tmp_path / "logins.json", value, INCLUDING)
        assert left == {**value, "logins": list(self.LOGINS[2:]), "disabledHosts": [EVIL]}


def test_a_login_that_sync_knows_leaves_word_that_it_went(tmp_path: Path) -> None:
    synced = login(LABS) | {"syncCounter": 1, "everSynced": True, "encryptedPassword": "x", "timesUsed": 3}
    uncounted = {"guid": "{2}", "hostname": LABS, "everSynced": True}
    never = login(LABS) | {"syncCounter": 1, "everSynced": False}
    other = login(EVIL) | {"syncCounter": 4, "everSynced": True}
    left = cleaned(
        files.LOGINS, tmp_path / "logins.json", {"logins": [synced, other, never, uncounted]}, INCLUDING
    )
    assert left == {
        "logins": [
            {"id": 1, "guid": "{1}", "syncCounter": 2, "everSynced": True, "deleted": True},
            other,
            {"guid": "{2}", "everSynced": True, "syncCounter": 1, "deleted": True},
        ]
    }


@pytest.mark.parametrize("included", [True, False])
def test_what_is_noted_of_a_login_goes_with_it(included: bool, tmp_path: Path) -> None:
    value = {
        "logins": [login(LABS) | {"guid": "{ours}"}, login(EVIL) | {"guid": "{theirs}"}],
        "potentiallyVulnerablePasswords": [
            {"guid": "{ours}", "encryptedPassword": "x"},
            {"guid": "{theirs}", "encryptedPassword": "y"},
            {"guid": "{nobody}", "encryptedPassword": "labs.openai.com"},
        ],
        "dismissedBreachAlertsByLoginGUID": {"{theirs}": {"time": 1}, "{ours}": {"time": 2}},
    }
    left = cleaned(files.LOGINS, tmp_path / "logins.json", value, INCLUDING if included else None)
    guids = ["{theirs}"] if included else ["{ours}", "{theirs}"]
    assert [each["guid"] for each in left["logins"]] == guids
    assert [each["guid"] for each in left["potentiallyVulnerablePasswords"]] == [*guids, "{nobody}"]
    assert {*left["dismissedBreachAlertsByLoginGUID"]} == {*guids}


def test_what_background_tasks_are_told_of_the_profile(tmp_path: Path) -> None:
    def sites(*names: str) -> list[dict[str, str]]:
        return [{"url": f"https://{name}/", "host": name} for name in names]

    def told(*names: str) -> dict[str, Any]:
        lists = {name: sites(*names) for name in ("topFrecentSites", "pinnedSites", "recentBookmarks")}
        home = {"isDefault": False, "urls": sites(*names)}
        return {"environment": {**lists, "homePageSettings": home, "locale": "de"}, "version": 1}

    others = ("notopenai.com", "labs.openai.com.evil.example", "shop.example")
    path = tmp_path / "targeting.snapshot.json"
    assert cleaned(files.TARGETING, path, told("labs.openai.com", *others)) == told(*others)


def test_downloads_of_others_lose_only_the_page_that_they_came_from(tmp_path: Path) -> None:
    def referrer(url: str) -> str:
        return base64.b64encode(b"\0" * 16 + len(url).to_bytes(4, "big") + url.encode() + b"\0").decode()

    def download(url: str, **source: str) -> dict[str, Any]:
        return {"source": {"url": url, **source}, "target": "/home/a/b.zip", "totalBytes": 7}

    shop, alike = "https://shop.example/b.zip", f"{EVIL}/b.zip"
    value = {
        "list": [
            download(f"{LABS}/a.png", referrerInfo=referrer("https://shop.example/")),
            {"source": f"{LABS}/b.png", "target": "/home/a/b.png"},
            download(f"https://shop.example/?from={LABS}/", referrer=LABS),
            download(shop, referrerInfo=referrer(f"{LABS}/gallery")),
            download(shop, referrer=f"{LABS}/gallery", userContextId="2"),
            download(alike, referrerInfo=referrer(f"{EVIL}/"), referrer=EVIL),
            {"source": shop, "target": "/home/a/b.zip"},
        ]
    }
    left = cleaned(files.DOWNLOADS, tmp_path / "downloads.json", value)
    assert left["list"] == [
        download(shop),
        download(shop, userContextId="2"),
        *value["list"][5:],
    ]


def test_handlers_leave_their_place_to_nobody(tmp_path: Path) -> None:
    gmail = {"name": "Gmail", "uriTemplate": "https://mail.google.com/mail/?extsrc=mailto&url=%s"}
    labs = {"name": "Labs", "uriTemplate": f"{LABS}/?open=%s"}
    evil = {"name": "Evil", "uriTemplate": f"{EVIL}/?open=%s"}
    value = {
        "schemes": {
            "mailto": {"action": 2, "handlers": [labs, gmail]},
            "web+art": {"handlers": [None, evil, labs]},
        },
        "mimeTypes": {"application/pdf": {"action": 3}, "image/png": {"handlers": [labs]}},
    }
    left = cleaned(files.HANDLERS, tmp_path / "handlers.json", value)
    assert left["schemes"] == {
        "mailto": {"action": 2, "handlers": [None, gmail]},
        "web+art": {"handlers": [None, evil, None]},
    }
    assert left["mimeTypes"] == {"application/pdf": {"action": 3}, "image/png": {"handlers": [None]}}


def test_notifications_go_by_origin(tmp_path: Path) -> None:
    keys = [
        LABS,
        f"{LABS}^userContextId=2",
        "https://widget.example.net^partitionKey=%28https%2Copenai.com%29",
    ]
    others = [EVIL, "https://shop.example", "https://chat.openai.com^partitionKey=%28https%2Copenai.com%29"]
    value = {key: {"{1}": {"title": "New", "data": ""}} for key in keys + others}
    assert list(cleaned(files.NOTIFICATIONS, tmp_path / "notificationstore.json", value)) == others


@pytest.mark.parametrize(
    ("store", "value"),
    [
        pytest.param(
            files.SEARCH_ENGINES,
            {"version": 14, "engines": [{"_name": "Labs", "_urls": [{"template": f"{LABS}/?q=%s"}]}]},
            id="search-engine",
        ),
        pytest.param(
            files.EXTENSION_PREFERENCES,
            {"a@shop.example": {"permissions": [], "origins": [f"{LABS}/*"]}},
            id="extension's-grant",
        ),
        pytest.param(files.TASKBAR_TABS, {"taskbarTabs": [{"startUrl": f"{LABS}/"}]}, id="installed-app"),
    ],
)
def test_what_people_set_up_is_kept_and_reported(tmp_path: Path, store: JsonFile, value: object) -> None:
    path = tmp_path / "file.json"
    assert cleaned(store, path, value, Policy(mentions="all")) == value
    assert [trace.standing for trace in store.find(path, look(tmp_path))] == [Standing.KEPT]
    path.write_bytes(path.read_bytes().replace(b"labs.openai.com", b"notopenai.com"))
    assert store.find(path, look(tmp_path)) == ()


@pytest.mark.parametrize(
    ("item", "goes"),
    [
        pytest.param({"source": {"url": f"{LABS}/a.png"}, "target": "/home/a/a.png"}, True, id="source"),
        pytest.param({"source": f"{LABS}/a.png", "target": "/home/a/a.png"}, True, id="source-as-text"),
        pytest.param({"source": {"url": f"{EVIL}/a.png"}, "target": "t"}, False, id="look-alike"),
    ],
)
def test_downloads_go_by_where_they_came_from(tmp_path: Path, item: object, goes: bool) -> None:
    left = cleaned(files.DOWNLOADS, tmp_path / "downloads.json", {"list": [item]})
    assert left == {"list": [item] * (not goes)}


def test_keywords_count_if_that_is_asked_for_where_browsing_is_kept(tmp_path: Path) -> None:
    value = {"list": [{"source": {"url": "https://shop.example/dall-e.png"}, "target": "t"}]}
    assert cleaned(files.DOWNLOADS, tmp_path / "downloads.json", value) == value
    assert cleaned(files.DOWNLOADS, tmp_path / "downloads.json", value, Policy(keywords=True)) == {"list": []}
    labelled = {"https://shop.example": {"{1}": {"title": "dall-e"}}}
    path = tmp_path / "notificationstore.json"
    assert cleaned(files.NOTIFICATIONS, path, labelled, Policy(keywords=True)) == labelled


class TestUnreadable:
    @pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 100_000, mozlz4.MAGIC + b"\0\1\2"])
    def test_is_named(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "logins.json"
        path.write_bytes(content)
        with pytest.raises(UnreadableStore):
            files.LOGINS.find(path, look(tmp_path))

    def test_an_empty_file_holds_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "notificationstore.json"  # as Firefox makes it
        path.write_bytes(b"")
        assert files.NOTIFICATIONS.find(path, look(tmp_path)) == ()

    @pytest.mark.parametrize("value", [[], {}, 1, {"logins": 1}, {"logins": [1, None, [], {}]}])
    def test_another_shape_holds_nothing(self, tmp_path: Path, value: object) -> None:
        path = tmp_path / "logins.json"
        path.write_bytes(written(value))
        assert files.LOGINS.find(path, look(tmp_path, INCLUDING)) == ()


class TestProof:
    BEFORE: ClassVar[dict[str, Any]] = {"a": [{"b": 1}, {"b": 2}, {"b": 3}], "c": "x", "d": None}
    CUTS = at_places([(("a", 1), Gone()), (("c",), Becomes("")), (("a", 0, "n"), Becomes(7))])

    def test_counts_what_it_compared(self) -> None:
        after = changed(self.BEFORE, self.CUTS)
        assert after == {"a": [{"b": 1, "n": 7}, {"b": 3}], "c": "", "d": None}
        assert prove(self.BEFORE, after, self.CUTS) == 3

    @pytest.mark.parametrize(
        "after",
        [
            pytest.param({"a": [{"b": 1, "n": 7}, {"b": 2}, {"b": 3}], "c": "", "d": None}, id="still-there"),
            pytest.param({"a": [{"b": 1, "n": 7}], "c": "", "d": None}, id="too-much-gone"),
            pytest.param({"a": [{"b": 1, "n": 7}, {"b": 4}], "c": "", "d": None}, id="another-value"),
            pytest.param({"a": [{"b": True, "n": 7}, {"b": 3}], "c": "", "d": None}, id="another-type"),
            pytest.param({"a": [{"b": 1, "n": 7}, {"b": 3}], "c": "x", "d": None}, id="not-emptied"),
            pytest.param({"c": "", "a": [{"b": 1, "n": 7}, {"b": 3}], "d": None}, id="another-order"),
            pytest.param({"a": [{"b": 1, "n": 7}, {"b": 3}], "c": ""}, id="a-key-less"),
            pytest.param({"a": [{"b": 1, "n": 7}, {"b": 3}], "c": "", "d": None, "e": 1}, id="a-key-more"),
            pytest.param([], id="another-root"),
        ],
    )
    def test_sees_every_difference(self, after: Any) -> None:
        with pytest.raises(Unproved):
            prove(self.BEFORE, after, self.CUTS)

    @pytest.mark.parametrize("place", [("x",), ("a", 3), ("c", "x"), ("c", 0)])
    def test_a_place_that_is_not_there(self, place: tuple[str | int, ...]) -> None:
        with pytest.raises(PlanOutdated):
            changed(self.BEFORE, at_places([(place, Gone())]))


NAMES = st.sampled_from(["logins", "hostname", "formSubmitURL", "children", "uri", "list", "source", "x"])
TREES = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([LABS, EVIL]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=30,
)


@settings(max_examples=40, deadline=None)
@given(value=TREES, store=st.sampled_from([files.LOGINS, files.BOOKMARK_BACKUPS.copies, files.DOWNLOADS]))
def test_files_of_any_shape(tmp_path_factory: pytest.TempPathFactory, value: object, store: JsonFile) -> None:
    path = tmp_path_factory.mktemp("profile") / "file.json"
    path.write_bytes(json.dumps(value).encode())
    clean(store, path, path.parent, INCLUDING)
