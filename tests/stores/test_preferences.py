from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from scrubber.browsers.chromium.preferences import (
    BOOKMARKS,
    ENCRYPTED_BOOKMARKS,
    LOCAL_STATE,
    NETWORK_STATE,
    PREFERENCES,
    SCT_REPORTS,
    SECURE_PREFERENCES,
)
from scrubber.errors import PlanOutdated, UnreadableStore
from scrubber.formats.anonymization_key import encode
from scrubber.model import Policy, Standing
from scrubber.stores.preferences import Encoded, PackedLog
from scrubber.stores.web_apps import app_id
from scrubber.transaction import Transaction
from tests.cleaned import TARGET as SITE
from tests.cleaned import clean, look

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Store
    from scrubber.stores.encrypted_twin import EncryptedTwin

ALL = Policy(mentions="all")
BOOKMARKED = Policy(include=frozenset({"bookmarks"}))
TARGET, SHOP = "labs.openai.com", "shop.example"
LOOK_ALIKES = ("notopenai.com", "labs-openai.com", "labs.openai.com.evil.example", "chat.openai.com")
SETTING = {"last_modified": "13439974803070438", "setting": 1}


def put(tmp_path: Path, value: Any, name: str = "Preferences") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps(value, separators=(",", ":"), ensure_ascii=False))
    return path


def cleaned(store: Store, path: Path, policy: Policy | None = None) -> Any:
    clean(store, path, path.parent, policy)
    return json.loads(path.read_text())


def nested(way: str, value: Any) -> Any:
    for step in reversed(way.split("/")):
        value = {step: value}
    return value


EXCEPTIONS = "profile/content_settings/exceptions"
KEYED = {
    "permission": (f"{EXCEPTIONS}/geolocation", "https://{}:443,*"),
    "second-half": (f"{EXCEPTIONS}/storage_access", "https://other.example:443,https://{}:443"),
    "below": (f"{EXCEPTIONS}/cookies", "[*.]cdn.{},*"),
    "whole-domain": (f"{EXCEPTIONS}/cookies", "[*.]{},*"),
    "engagement": (f"{EXCEPTIONS}/site_engagement", "https://{}:443,*"),
    "partitioned": (
        "profile/content_settings/partitioned_exceptions/x/geolocation",
        "https://{}:443,*",
    ),
    "zoom": ("partition/per_host_zoom_levels/x", "{}"),
    "zoom-with-scheme": ("partition/per_host_zoom_levels/x", "https://{}"),
    "translate": ("translate_site_blocklist_with_time", "{}"),
    "discarding": ("performance_tuning/tab_discarding/exceptions_with_time", "https://{}/*"),
    "push": ("gcm/push_messaging_application_id_map", "wp:https://{}/#0A1B-V2"),
    "search-answers": ("zerosuggest/cachedresults_with_url", "https://{}/search"),
    "search-prefetch": ("prefetch/search_prefetch/cache", "https://{}/?q=a"),
    "account": (f"account_values/{EXCEPTIONS}/notifications", "https://{}:443,*"),
    "block-list-of-nudges": ("compose/proactive_nudge_disabled_sites_with_time", "{}"),
}
LISTED = {
    "translate": ("translate_site_blocklist", "{}"),
    "discarding": ("performance_tuning/tab_discarding/exceptions", "{}"),
    "isolated": ("site_isolation/user_triggered_isolated_origins", "https://{}"),
    "dismissed": ("NewTabPage/MostRelevantTabResumption/DismissedVisits", "3:https://{}/"),
    "signed-in": ("login_detection/oauth_signed_in_origins", "https://{}"),
}
OBJECTS = {
    "handler": (
        "custom_handlers/registered_protocol_handlers",
        {"protocol": "web+art", "url": "https://{}/?u=%s"},
    ),
    "ignored-handler": (
        "custom_handlers/ignored_protocol_handlers",
        {"protocol": "mailto", "url": "https://{}/"},
    ),
    "unsubscribed": ("gcm/push_messaging_unsubscribed_entries_list", {"origin": "https://{}/", "id": 1}),
}


class TestPreferences:
    @pytest.mark.parametrize(("way", "key"), KEYED.values(), ids=KEYED.keys())
    def test_keys_of_the_target_go_and_all_others_stay(self, tmp_path: Path, way: str, key: str) -> None:
        others = {key.format(host): SETTING for host in (SHOP, *LOOK_ALIKES)}
        path = put(tmp_path, nested(way, {key.format(TARGET): SETTING} | others) | {"zoom": 1.50})
        assert cleaned(PREFERENCES, path) == nested(way, others) | {"zoom": 1.5}

    @pytest.mark.parametrize(("way", "text"), LISTED.values(), ids=LISTED.keys())
    def test_items_of_the_target_go_and_all_others_stay(self, tmp_path: Path, way: str, text: str) -> None:
        others = [text.format(host) for host in (SHOP, *LOOK_ALIKES)]
        path = put(tmp_path, nested(way, [others[0], text.format(TARGET), *others[1:]]))
        assert cleaned(PREFERENCES, path) == nested(way, others)

    @pytest.mark.parametrize(("way", "item"), OBJECTS.values(), ids=OBJECTS.keys())
    def test_records_of_the_target_go_and_all_others_stay(
        self, tmp_path: Path, way: str, item: dict[str, Any]
    ) -> None:
        def of(host: str) -> dict[str, Any]:
            return {
                key: value.format(host) if isinstance(value, str) else value for key, value in item.items()
            }

        others = [of(host) for host in (SHOP, *LOOK_ALIKES)]
        path = put(tmp_path, nested(way, [of(TARGET), *others]))
        assert cleaned(PREFERENCES, path) == nested(way, others)

    @pytest.mark.parametrize("way", ["preferences", "synced_preferences_sync_disabled"])
    def test_items_of_texts_that_are_json_go_by_themselves(self, tmp_path: Path, way: str) -> None:
        def points(*hosts: str) -> str:
            return json.dumps([{"url": f"https://{host}/a.js", "at": 1e21} for host in hosts])

        def by_host(*hosts: str) -> str:
            return json.dumps(dict.fromkeys(hosts, "é"), ensure_ascii=False, separators=(",", ":"))

        value = {
            "breakpoints": points(SHOP, TARGET, *LOOK_ALIKES),
            "blocked": by_host(SHOP, TARGET, *LOOK_ALIKES),
            "last": f"https://{TARGET}/",
            "quoted": json.dumps(f"https://{TARGET}/"),
            "others": points(SHOP),
            "width": "250",
        }
        path = put(tmp_path, nested(f"devtools/{way}", value))
        left = cleaned(PREFERENCES, path)["devtools"][way]
        assert list(left) == ["breakpoints", "blocked", "others", "width"]
        assert [one["url"].split("/")[2] for one in json.loads(left["breakpoints"])] == [SHOP, *LOOK_ALIKES]
        assert left["blocked"] == by_host(SHOP, *LOOK_ALIKES)
        assert left["others"] == value["others"]

    def test_a_text_that_changed_since_the_plan_is_left_alone(self, tmp_path: Path) -> None:
        path = put(tmp_path, nested("devtools/preferences/a", f'["{TARGET}"]'))
        traces = PREFERENCES.find(path, look(tmp_path))
        put(tmp_path, nested("devtools/preferences/a", TARGET))
        with Transaction([tmp_path]) as transaction, pytest.raises(PlanOutdated):
            PREFERENCES.remove(path, traces, transaction)

    def test_windows_of_the_target_go_though_their_names_are_split_at_the_dots(self, tmp_path: Path) -> None:
        place = {"left": 10, "maximized": False}
        others = {
            "shop": {"example_/": place},
            "my": {"labs": {"openai": {"com": {"evil": {"example_/": place}}}}},
            "mylabs": {"openai": {"com_/": place}},
            "_crx_abcdefgh": place,
            "DevToolsApp": place,
            "empty": {},
        }
        beside = {"labs": {"example_/app": place}, "shared": {"example_/labs-2": place}}
        ours = {
            "labs": {"openai": {"com_/app": place, "com_/": place}, **beside["labs"]},
            "sub": {"labs": {"openai": {"com_/a": {"html": place}}}},
            "shared": {"example_/labs": place, **beside["shared"]},
        }
        after = cleaned(PREFERENCES, put(tmp_path, nested("browser/app_window_placement", ours | others)))
        assert after == nested("browser/app_window_placement", beside | others)

    def test_windows_of_the_targets_apps_go(self, tmp_path: Path) -> None:
        history = tmp_path / "History"
        asked = replace(look(tmp_path), seen={f"https://{TARGET}/start": history})
        urls = [
            f"https://{TARGET}/",
            f"https://{TARGET}/start",
            f"https://{SHOP}/",
            f"https://{TARGET}/other",
        ]
        windows = {f"_crx_{app_id(url)}": {"left": 10} for url in urls}
        path = put(tmp_path, nested("browser/app_window_placement", windows))
        found = PREFERENCES.find(path, asked)
        assert [(trace.seen, trace.standing, trace.told_by) for trace in found] == [
            (f"_crx_{app_id(urls[0])}", Standing.OWN, None),
            (f"_crx_{app_id(urls[1])}", Standing.OWN, history),
        ]

    def test_windows_that_others_name_after_the_target_are_mentions(self, tmp_path: Path) -> None:
        windows = {"shop": {"example_/to/labs": {"openai": {"com": {"left": 10}}}}}
        path = put(tmp_path, nested("browser/app_window_placement", windows))
        found = PREFERENCES.find(path, look(tmp_path))
        assert [(trace.standing, trace.seen) for trace in found] == [
            (Standing.MENTION, f"shop.example_/to/{TARGET}")
        ]
        assert cleaned(PREFERENCES, path) == nested("browser/app_window_placement", {})

    def test_answers_that_were_kept_go_if_they_name_the_target(self, tmp_path: Path) -> None:
        value = {
            "zerosuggest": {"cachedresults": '["",["https://labs.openai.com/"]]', "other": "shop.example"},
            "history_clusters": {"all_cache": {"all_keywords": ["garden", "labs.openai.com"]}},
        }
        after = cleaned(PREFERENCES, put(tmp_path, value))
        assert after == {
            "zerosuggest": {"other": "shop.example"},
            "history_clusters": {"all_cache": {"all_keywords": ["garden"]}},
        }

    def test_what_else_names_the_target_is_reported(self, tmp_path: Path) -> None:
        value = {
            "some": {"new": ["x", "https://labs.openai.com/"], "https://labs.openai.com": 1},
            "a": "notopenai.com",
        }
        path = put(tmp_path, value)
        traces = PREFERENCES.find(path, look(tmp_path))
        assert {(trace.standing, trace.key) for trace in traces} == {
            (Standing.MENTION, ("some", "new", 1)),
            (Standing.MENTION, ("some", "https://labs.openai.com")),
        }
        assert cleaned(PREFERENCES, path) == value
        assert cleaned(PREFERENCES, path, ALL) == {"some": {"new": ["x"]}, "a": "notopenai.com"}

    @pytest.mark.parametrize(
        "value",
        [
            {"session": {"startup_urls": ["https://labs.openai.com/"]}},
            {"homepage": "https://labs.openai.com/"},
            {"account_values": {"homepage": "https://labs.openai.com/"}},
            {
                "extensions": {
                    "settings": {"aaaa": {"runtime_granted_permissions": ["https://labs.openai.com/*"]}}
                }
            },
            {"media": {"cdm": {"origin_data": {"https://labs.openai.com": {"origin_id": "1"}}}}},
            {"default_search_provider_data": {"template_url_data": {"url": "https://labs.openai.com/?q="}}},
            {"custom_links": {"list": [{"url": "https://labs.openai.com/", "title": "Art"}]}},
        ],
        ids=["startup", "homepage", "account", "extension", "media", "search-engine", "tile"],
    )
    @pytest.mark.parametrize("policy", [Policy(), ALL], ids=["default", "all-mentions"])
    def test_what_is_protected_or_the_persons_own_is_kept(
        self, tmp_path: Path, value: Any, policy: Policy
    ) -> None:
        path = put(tmp_path, value)
        assert {trace.standing for trace in PREFERENCES.find(path, look(tmp_path))} == {Standing.KEPT}
        assert cleaned(PREFERENCES, path, policy) == value

    def test_tiles_go_with_bookmarks(self, tmp_path: Path) -> None:
        tiles = [{"url": f"https://{host}/"} for host in (TARGET, SHOP)]
        after = cleaned(PREFERENCES, put(tmp_path, {"custom_links": {"list": tiles}}), BOOKMARKED)
        assert after == {"custom_links": {"list": tiles[1:]}}

    def test_sign_ins_shared_with_the_target_go_one_by_one(self, tmp_path: Path) -> None:
        def shared(*hosts: str) -> Any:
            objects = [{"idp-origin": f"https://{host}", "account-ids": ["1"]} for host in hosts]
            setting = {"https://shop.example,*": {"setting": {"chosen-objects": objects}}}
            return nested(f"{EXCEPTIONS}/fedcm_share", setting)

        path = put(tmp_path, shared("other.example", TARGET, "notopenai.com"))
        assert cleaned(PREFERENCES, path) == shared("other.example", "notopenai.com")

    def test_another_sites_setting_that_names_the_target_is_its_own(self, tmp_path: Path) -> None:
        value = nested(
            f"{EXCEPTIONS}/fedcm_share", {"https://shop.example,*": {"idp-origin": "https://labs.openai.com"}}
        )
        path = put(tmp_path, value)
        assert {trace.standing for trace in PREFERENCES.find(path, look(tmp_path))} == {Standing.MENTION}
        assert cleaned(PREFERENCES, path) == value

    def test_order_spelling_and_types_stay(self, tmp_path: Path) -> None:
        text = (
            '{"z":1.3439975756890308e+16,"a":-0.0,"b":[1,1.0,true,null],"zoom":"\\u003Cb>",'
            '"partition":{"per_host_zoom_levels":{"x":{"labs.openai.com":{"zoom_level":1.5},'
            '"shop.example":{"zoom_level":1.50}}}},"profile":{"content_settings":{"exceptions":'
            '{"has_migrated_local_network_access":true}}}}'
        )
        path = tmp_path / "Preferences"
        path.write_text(text)
        clean(PREFERENCES, path, tmp_path)
        expected = text.replace('"labs.openai.com":{"zoom_level":1.5},', "").replace("\\u003C", "<")
        assert path.read_text() == expected

    @pytest.mark.parametrize(
        "text",
        [b"", b"{", b"[" * 100_000, b'{"a":NaN}', b'"https://labs.openai.com/"', b"[1]"],
        ids=["empty", "cut", "deep", "nan", "a text", "a list"],
    )
    def test_what_is_no_object_of_json_is_named(self, tmp_path: Path, text: bytes) -> None:
        path = tmp_path / "Preferences"
        path.write_bytes(text)
        with pytest.raises(UnreadableStore):
            PREFERENCES.find(path, look(tmp_path))

    def test_a_file_that_changed_outdates_the_plan(self, tmp_path: Path) -> None:
        zoom = "partition/per_host_zoom_levels/x"
        path = put(tmp_path, nested(zoom, {TARGET: SETTING}))
        traces = PREFERENCES.find(path, look(tmp_path))
        put(tmp_path, nested(zoom, {SHOP: SETTING}))
        with Transaction([tmp_path]) as transaction, pytest.raises(PlanOutdated):
            PREFERENCES.remove(path, traces, transaction)


def test_secure_preferences_are_reported_only(tmp_path: Path) -> None:
    value = {"homepage": "https://labs.openai.com/", "zerosuggest": {"cachedresults": "labs.openai.com"}}
    path = put(tmp_path, value, "Secure Preferences")
    assert {trace.standing for trace in SECURE_PREFERENCES.find(path, look(tmp_path))} == {Standing.KEPT}
    assert cleaned(SECURE_PREFERENCES, path, ALL) == value


def test_local_state_is_reported_only(tmp_path: Path) -> None:
    value = {"browser": {"enabled_labs_experiments_origin_lists": {"x": "https://labs.openai.com"}}}
    path = put(tmp_path, value, "Local State")
    assert {trace.standing for trace in LOCAL_STATE.find(path, look(tmp_path))} == {Standing.MENTION}
    assert cleaned(LOCAL_STATE, path) == value


def key(site: str, cross_site: bool = False) -> list[Any]:
    return [encode(site), cross_site, 0]


class TestNetworkState:
    SHOP_KEY = key("https://shop.example")
    OURS = (
        {"server": "https://labs.openai.com", "anonymization": key("https://openai.com")},
        {"server": "https://cdn.labs.openai.com:8443", "anonymization": SHOP_KEY},
        {"server": "https://widget.example.net", "anonymization": key("https://openai.com", True)},
        {"server": "https://other.example", "alternative_service": [{"host": "alt.labs.openai.com"}]},
    )
    OTHERS = (
        {"server": "https://widget.example.net", "anonymization": SHOP_KEY},
        {"server": "https://chat.openai.com", "anonymization": key("https://openai.com")},
        {"server": "https://notopenai.com", "anonymization": key("https://notopenai.com")},
        {"server": "https://widget.example.net", "anonymization": key("https://notopenai.com", True)},
        {"server": "https://labs.openai.com.evil.example", "anonymization": []},
    )

    def state(self, *servers: Any) -> Any:
        hosts = [
            {
                "host": server["server"].split("/")[2].split(":")[0],
                "anonymization": server.get("anonymization", []),
            }
            for server in servers
            if "alternative_service" not in server
        ]
        quic = [{"server_id": server["server"] + ":443", "server_info": "x"} | server for server in servers]
        properties = {
            "servers": list(servers),
            "broken_alternative_services": hosts,
            "quic_servers": quic,
            "version": 5,
            "supports_quic": {"address": "192.168.1.2", "used_quic": True},
        }
        return {
            "net": {"http_server_properties": properties, "network_qualities": {"CAESABiAgICA+P////8B": "4G"}}
        }

    def test_loses_servers_of_the_target_and_of_its_partition(self, tmp_path: Path) -> None:
        path = put(tmp_path, self.state(*self.OURS, *self.OTHERS), "Network Persistent State")
        assert cleaned(NETWORK_STATE, path) == self.state(*self.OTHERS)

    def test_of_others_stays(self, tmp_path: Path) -> None:
        path = put(tmp_path, self.state(*self.OTHERS), "Network Persistent State")
        assert NETWORK_STATE.find(path, look(tmp_path)) == ()


def test_reports_of_certificates(tmp_path: Path) -> None:
    reports = [
        {
            "reporter_key": str(number),
            "report": base64.b64encode(b"\x0a\x12" + host.encode() + b"\0\1").decode(),
        }
        for number, host in enumerate((TARGET, SHOP, "labs.openai.com.evil.example"))
    ]
    path = put(tmp_path, [*reports, {"reporter_key": "9", "report": "?"}], "SCT Auditing Pending Reports")
    assert cleaned(SCT_REPORTS, path) == [*reports[1:], {"reporter_key": "9", "report": "?"}]


class TestBookmarks:
    def file(self, tmp_path: Path) -> Path:
        def node(host: str) -> dict[str, Any]:
            return {"type": "url", "name": f"Page of {host}", "url": f"https://{host}/", "id": "5"}

        folder = {"type": "folder", "name": "Art", "children": [node(TARGET), node("notopenai.com")]}
        bar = {"type": "folder", "name": "Bar", "children": [node(SHOP), folder, node(TARGET)]}
        return put(tmp_path, {"checksum": "0", "roots": {"bookmark_bar": bar}, "version": 1}, "Bookmarks")

    def test_are_kept(self, tmp_path: Path) -> None:
        path = self.file(tmp_path)
        before = json.loads(path.read_text())
        traces = BOOKMARKS.find(path, look(tmp_path))
        assert [trace.standing for trace in traces] == [Standing.KEPT] * 2
        assert cleaned(BOOKMARKS, path) == before

    def test_go_if_asked_for(self, tmp_path: Path) -> None:
        bar = cleaned(BOOKMARKS, self.file(tmp_path), BOOKMARKED)["roots"]["bookmark_bar"]
        assert [node["name"] for node in bar["children"]] == ["Page of shop.example", "Art"]
        assert [node["name"] for node in bar["children"][1]["children"]] == ["Page of notopenai.com"]

    @pytest.mark.parametrize(
        ("inside", "left"),
        [
            pytest.param((TARGET, SHOP), {f"About {TARGET}": ["Page of shop.example"]}, id="others inside"),
            pytest.param((TARGET,), {}, id="nothing else inside"),
            pytest.param((), {}, id="empty"),
        ],
    )
    def test_folder_that_bears_the_name_stays_for_what_others_have_in_it(
        self, tmp_path: Path, inside: tuple[str, ...], left: dict[str, list[str]]
    ) -> None:
        nodes = [{"type": "url", "name": f"Page of {host}", "url": f"https://{host}/"} for host in inside]
        folder = {"type": "folder", "name": f"About {TARGET}", "children": nodes}
        other = {"type": "folder", "name": "Bar", "children": [folder]}
        path = put(tmp_path, {"roots": {"other": other}}, "Bookmarks")
        everything = Policy(include=frozenset({"bookmarks"}), mentions="all")
        children = cleaned(BOOKMARKS, path, everything)["roots"]["other"]["children"]
        assert {one["name"]: [node["name"] for node in one["children"]] for one in children} == left

    @pytest.mark.parametrize("store", ENCRYPTED_BOOKMARKS, ids=lambda store: store.places[0])
    def test_encrypted_copy_goes_with_them_alone(self, tmp_path: Path, store: EncryptedTwin) -> None:
        twin = tmp_path / store.places[0].removeprefix("{profile}/")
        twin.write_bytes(b"v10...")
        with pytest.raises(UnreadableStore, match="missing"):
            store.find(twin, look(tmp_path))
        self.file(tmp_path).rename(tmp_path / store.plain)
        assert [trace.standing for trace in store.find(twin, look(tmp_path))] == [Standing.KEPT]
        traces = store.find(twin, look(tmp_path, BOOKMARKED))
        assert [trace.standing for trace in traces] == [Standing.OWN]
        with Transaction([tmp_path]) as transaction:
            store.remove(twin, traces, transaction)
            transaction.swap()
            transaction.commit()
        assert not twin.exists()

    def test_encrypted_copy_of_others_bookmarks_is_nothing(self, tmp_path: Path) -> None:
        twin = tmp_path / "EncryptedBookmarks2"
        twin.write_bytes(b"v10...")
        put(tmp_path, {"roots": {}}, "Bookmarks")
        store, *_ = ENCRYPTED_BOOKMARKS
        assert store.find(twin, look(tmp_path, BOOKMARKED)) == ()


@pytest.mark.parametrize("text", ["naïve", "%", "", "bGFicy5vcGVuYWku"])
def test_a_text_that_is_no_base64_is_nobodys(text: str) -> None:
    row: dict[str, str | int | float | bytes | None] = {"": text}
    assert not Encoded("").owns(row, SITE)
    assert not PackedLog("").owns(row, SITE)
