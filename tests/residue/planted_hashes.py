"""One host as the numbers that Chromium makes of hosts alone, written by its sources' description."""

from __future__ import annotations

import hashlib
import hmac
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tests.foreign.chromium_files import hints_hash
from tests.residue.planted import cell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Plant = Callable[[Path, str], None]

KEY = bytes(range(32))


def number(digest: bytes) -> int:
    return int.from_bytes(digest[:8], "little", signed=True)


def caller(host: str) -> int:
    return number(hmac.digest(KEY, b"TopicsV1_ContextDomainStorage|" + host.encode(), "sha256"))


def page_host(host: str) -> int:
    return number(hashlib.sha256(b"TopicsV1_MainFrameHostStorage|" + host.encode()).digest())


def hints(member: str, indent: int | None = None) -> Plant:
    def plant(folder: Path, host: str) -> None:
        hosts = {f"{hints_hash(one.encode()):x}": 13439974803.07 for one in ("shop.example", host)}
        value = {"optimization_guide": {"hintsfetcher": {member: hosts, "last": "1"}}}
        (folder / "Preferences").write_text(json.dumps(value, indent=indent))

    return plant


def topics(folder: Path, *hosts: str) -> None:
    observed = [{"topic": 5, "hashed_domains": [str(caller(host)) for host in ("shop.example", *hosts)]}]
    epochs = [{"top_topics_and_observing_domains": observed}]
    value = {"epochs": epochs, "hex_encoded_hmac_key": KEY.hex().upper()}
    (folder / "BrowsingTopicsState").write_text(json.dumps(value))


def topics_usage(folder: Path, host: str) -> None:
    """A call by the host, whose name nothing spells any more."""
    topics(folder)
    with closing(sqlite3.connect(folder / "BrowsingTopicsSiteData")) as database:
        database.execute("CREATE TABLE browsing_topics_api_usages (hashed_context_domain, hashed_page)")
        database.execute("INSERT INTO browsing_topics_api_usages VALUES (?, 7)", (caller(host),))
        database.commit()


HOSTS: dict[str, Plant] = {
    "host of hints": hints("hosts_successfully_fetched"),
    "host of hints, indented": hints("hosts_successfully_fetched", indent=3),
    "host that gets no hints": hints("top_host_blacklist"),
    "caller of Topics": topics,
    "caller of Topics in its database": topics_usage,
    "page on which Topics were called": lambda folder, host: cell(folder / "x.db", page_host(host)),
}


def elsewhere(folder: Path) -> None:
    """The same 32 bits where they mean something else, and Topics under another key."""
    hash_ = f"{hints_hash(b'labs.openai.com'):x}"
    lists = {"hosts_successfully_fetched": {}, "id": f"{hash_}-0000-4000-8000-000000000000", hash_: 1}
    (folder / "Preferences").write_text(json.dumps(lists))
    state = {"hashed_domains": [str(caller("labs.openai.com"))], "hex_encoded_hmac_key": "00" * 32}
    (folder / "BrowsingTopicsState").write_text(json.dumps(state))
