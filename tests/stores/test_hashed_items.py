"""JSON members and rows that know a page or a host by a hash alone."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from scrubber.browsers.chromium.advertising import TOPICS, TOPICS_STATE
from scrubber.browsers.chromium.preferences import LOCAL_STATE, PREFERENCES
from scrubber.formats.host_hashes import super_fast_hash, topics_host
from scrubber.model import Policy
from scrubber.transaction import Transaction
from tests.stores.running import MIXED, OURS, THEIRS, ask, look

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Look, Store


def cleaned(store: Store, path: Path, value: Any, asked: Look | None = None) -> Any:
    """What is left of a JSON value."""
    path.write_text(json.dumps(value, separators=(",", ":")))
    asked = asked or look(path.parent)
    traces = tuple(trace for trace in store.find(path, asked) if asked.policy.removes(trace))
    with Transaction([path.parent]) as transaction:
        store.remove(path, traces, transaction)
        transaction.swap()
        transaction.commit()
    return json.loads(path.read_text())


def md5(url: str) -> str:
    return hashlib.md5(url.encode()).hexdigest()


def test_tiles_that_the_person_took_away(tmp_path: Path) -> None:
    pages = ("https://labs.openai.com/e/abc?x=1", "https://kept.example/page", "https://notopenai.com/")
    seen = dict.fromkeys(pages, tmp_path / "History")
    ours = ["https://labs.openai.com/", "http://labs.openai.com/", "https://labs.openai.com/e/abc?x=1"]
    theirs = ["https://kept.example/page", "https://notopenai.com/", "https://labs.openai.com/never-seen"]
    value = {"ntp": {"most_visited_blacklist": dict.fromkeys(map(md5, (*ours, *theirs))), "num": 1}}
    asked = replace(look(tmp_path), seen=seen)
    left = cleaned(PREFERENCES, tmp_path / "Preferences", value, asked)
    assert left == {"ntp": {"most_visited_blacklist": dict.fromkeys(map(md5, theirs)), "num": 1}}


@pytest.mark.parametrize("name", ["hosts_successfully_fetched", "top_host_blacklist"])
def test_hosts_about_which_hints_were_asked_for(tmp_path: Path, name: str) -> None:
    def hints(hosts: tuple[str, ...]) -> Any:
        hashes = {f"{super_fast_hash(host.encode()):x}": 13439974803.07 for host in hosts}
        return {"optimization_guide": {"hintsfetcher": {name: hashes, "last": "1"}}}

    (tmp_path / "Cookies").write_bytes(b"\0deep.in.labs.openai.com\0")
    known = ("deep.in.labs.openai.com", "www.labs.openai.com")
    left = cleaned(PREFERENCES, tmp_path / "Preferences", hints((*MIXED, *known)))
    assert left == hints(THEIRS)


@pytest.mark.parametrize("word", ["history", "network"])
def test_hashes_stay_where_nobody_asks_for_them(tmp_path: Path, word: str) -> None:
    value = {
        "ntp": {"most_visited_blacklist": {md5("https://labs.openai.com/"): None}},
        "optimization_guide": {"hintsfetcher": {"hosts_successfully_fetched": {"eb031d90": 1.5}}},
    }
    asked = look(tmp_path, Policy(without=frozenset({word})))
    left = cleaned(PREFERENCES, tmp_path / "Preferences", value, asked)
    assert bool(left["ntp"]["most_visited_blacklist"]) == (word == "history")
    assert bool(left["optimization_guide"]["hintsfetcher"]["hosts_successfully_fetched"]) == (
        word == "network"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("a", 0x115EA782),
        ("ab", 0x516B8B44),
        ("abc", 0xD2BE198A),
        ("abcd", 0xDAD8B8DB),
        ("é", 0xC4FBA554),
        ("xé", 0xE9DF37D1),
        ("xyé", 0xEF01F340),
        ("labs.openai.com", 0xEB031D90),
        ("openai.com", 0x80BB9586),
    ],
)
def test_the_hash_is_the_one_that_chromiums_c_code_computes(text: str, expected: int) -> None:
    assert super_fast_hash(text.encode()) == expected


KEY = bytes(range(32))


def context(domain: str) -> int:
    digest = hmac.digest(KEY, b"TopicsV1_ContextDomainStorage|" + domain.encode(), "sha256")
    return int.from_bytes(digest[:8], "little", signed=True)


@pytest.mark.parametrize("key", [KEY.hex(), KEY.hex().upper()], ids=["lower case", "as Chromium writes it"])
def test_domains_that_observed_a_topic(tmp_path: Path, key: str) -> None:
    def state(*domains: str) -> Any:
        topics = [{"topic": 5, "hashed_domains": [str(context(domain)) for domain in domains]}]
        epoch = {"top_topics_and_observing_domains": topics, "taxonomy_size": 349}
        return {"epochs": [epoch, epoch], "hex_encoded_hmac_key": key, "config_version": 1}

    theirs = ("kept.example", "notopenai.com", "com", "shop.example")
    value = state("kept.example", "openai.com", "notopenai.com", "labs.openai.com", "com", "shop.example")
    assert cleaned(TOPICS_STATE, tmp_path / "BrowsingTopicsState", value) == state(*theirs)


@pytest.mark.parametrize("key", ["", "no hex", None, 7])
def test_topics_without_a_key_are_left_alone(tmp_path: Path, key: object) -> None:
    topics = [{"topic": 5, "hashed_domains": [str(context("openai.com"))]}]
    value = {"epochs": [{"top_topics_and_observing_domains": topics}], "hex_encoded_hmac_key": key}
    assert cleaned(TOPICS_STATE, tmp_path / "BrowsingTopicsState", value) == value


def test_pages_on_which_topics_were_asked_for(tmp_path: Path) -> None:
    """A third party's call on the target's page is known by the page's hash alone."""
    path = tmp_path / "BrowsingTopicsSiteData"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            """CREATE TABLE browsing_topics_api_usages(hashed_context_domain INTEGER NOT NULL,
               hashed_main_frame_host INTEGER NOT NULL, last_usage_time INTEGER NOT NULL,
               PRIMARY KEY(hashed_context_domain, hashed_main_frame_host));
               CREATE TABLE browsing_topics_api_hashed_to_unhashed_domain(
               hashed_context_domain INTEGER PRIMARY KEY, context_domain TEXT NOT NULL)"""
        )
        domains = [(1, "ads.example"), (2, "openai.com"), (3, "notopenai.com")]
        database.executemany(
            "INSERT INTO browsing_topics_api_hashed_to_unhashed_domain VALUES (?, ?)", domains
        )
        usages = [(1, topics_host(host), n) for n, host in enumerate(MIXED)]
        usages += [(2, topics_host("kept.example"), 98), (3, topics_host("kept.example"), 99)]
        database.executemany("INSERT INTO browsing_topics_api_usages VALUES (?, ?, ?)", usages)
        database.commit()
    asked = look(tmp_path)
    with Transaction([tmp_path]) as transaction:
        TOPICS.remove(path, TOPICS.find(path, asked), transaction)
        transaction.swap()
        transaction.commit()
    left = ask(path, "SELECT last_usage_time FROM browsing_topics_api_usages")
    assert left == [*(n for n, host in enumerate(MIXED) if host not in OURS), 99]
    left = ask(path, "SELECT context_domain FROM browsing_topics_api_hashed_to_unhashed_domain")
    assert left == ["ads.example", "notopenai.com"]


def packed(text: str) -> str:
    return base64.b64encode(gzip.compress(b"\n\x04" + text.encode(), mtime=0)).decode()


@pytest.mark.parametrize(
    "place", [("ukm", "persisted_logs"), ("user_experience_metrics", "ongoing_logs2")], ids=["UKM", "UMA"]
)
def test_logs_that_wait_to_be_sent(tmp_path: Path, place: tuple[str, str]) -> None:
    def state(*hosts: str) -> Any:
        logs = [{"data": packed(f"https://{host}/"), "hash": "aGFzaA==", "timestamp": "1"} for host in hosts]
        return {place[0]: {place[1]: [*logs, {"data": "no base64!"}, {"data": "bm8gZ3ppcA=="}]}}

    assert cleaned(LOCAL_STATE, tmp_path / "Local State", state(*MIXED)) == state(*THEIRS)


def test_a_log_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = gzip.compress(b"https://labs.openai.com/ " + bytes(range(256)) * 9, mtime=0)
    value = {"ukm": {"persisted_logs": [{"data": base64.b64encode(whole[:-9]).decode()}]}}
    assert cleaned(LOCAL_STATE, tmp_path / "Local State", value) == {"ukm": {"persisted_logs": []}}


def test_hosts_whose_names_were_looked_up_beforehand(tmp_path: Path) -> None:
    value = {"StartupDNSPrefetchList": [1, "https://kept.example/", "https://labs.openai.com/"]}
    left = cleaned(LOCAL_STATE, tmp_path / "Local State", value)
    assert left == {"StartupDNSPrefetchList": [1, "https://kept.example/"]}
