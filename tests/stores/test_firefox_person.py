"""What a person made or added in a Firefox profile is reported, and stays to the byte."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from scrubber.browsers.firefox.files import HANDLERS_BEFORE_57, SEARCH_PLUGINS
from scrubber.browsers.firefox.person import ADDRESSES, CONTAINERS, DICTIONARY, EXTENSIONS, PERSON, STYLES
from scrubber.browsers.firefox.stores import STORES
from scrubber.formats import mozlz4
from scrubber.model import Policy, Standing
from tests.cleaned import clean, look, tree

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Store

HOST = "labs.openai.com"
ALIKE = "labs.openai.com.evil.example"
EVERYTHING = Policy(include=frozenset({"bookmarks", "logins"}), mentions="all")


def styles(host: str) -> bytes:
    return f"@-moz-document domain({host}) {{ body {{ color: red }} }}\n".encode()


def containers(host: str) -> bytes:
    made = [{"userContextId": 1, "l10nId": "personal"}, {"userContextId": 6, "name": f"For {host}"}]
    return json.dumps({"version": 5, "lastUserContextId": 6, "identities": made}).encode()


def addresses(host: str) -> bytes:
    made = [{"name": "A", "email": "a@shop.example"}, {"name": "B", "email": f"b@{host}"}]
    return json.dumps({"version": 1, "addresses": made, "creditCards": []}).encode()


def cards(host: str) -> bytes:
    return json.dumps({"version": 1, "creditCards": [{"cc-name": f"For {host}"}]}).encode()


def plugin(host: str) -> bytes:
    return f'<SearchPlugin><Url type="text/html" template="https://{host}/?q="/></SearchPlugin>'.encode()


def extensions(host: str) -> bytes:
    granted = {"permissions": [], "origins": [f"https://{host}/*"]}
    return json.dumps({"addons": [{"id": "pictures@example", "userPermissions": granted}]}).encode()


FILES: dict[str, tuple[Store, str, bytes, bytes]] = {
    "style sheet": (STYLES, "chrome/userContent.css", styles(HOST), styles(ALIKE)),
    "style sheet further down": (STYLES, "chrome/mine/pictures.css", styles(HOST), styles(ALIKE)),
    "container": (CONTAINERS, "containers.json", containers(HOST), containers(ALIKE)),
    "address": (ADDRESSES, "autofill-profiles.json", addresses(HOST), addresses(ALIKE)),
    "card": (ADDRESSES, "autofill-profiles.json", cards(HOST), cards(ALIKE)),
    "word": (DICTIONARY, "persdict.dat", f"zebra\n{HOST}\n".encode(), f"zebra\n{ALIKE}\n".encode()),
    "extension": (EXTENSIONS, "extensions.json", extensions(HOST), extensions(ALIKE)),
    "handler of an old version": (HANDLERS_BEFORE_57, "mimeTypes.rdf", plugin(HOST), plugin(ALIKE)),
    "search engine of an old version": (SEARCH_PLUGINS, "searchplugins/s.xml", plugin(HOST), plugin(ALIKE)),
    "list of these": (SEARCH_PLUGINS, "search.json", plugin(HOST), plugin(ALIKE)),
    "what an extension listens for": (
        EXTENSIONS,
        "addonStartup.json.lz4",
        mozlz4.write(extensions(HOST)),
        mozlz4.write(extensions(ALIKE)),
    ),
}


@pytest.mark.parametrize(
    "policy", [Policy(), EVERYTHING], ids=["by-default", "where-everything-is-asked-for"]
)
@pytest.mark.parametrize("what", FILES)
def test_it_is_reported_and_stays(tmp_path: Path, what: str, policy: Policy) -> None:
    store, name, ours, alike = FILES[what]
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    path = tmp_path / name.partition("/")[0]
    for content, standings in ((ours, [Standing.KEPT]), (alike, [])):
        file.write_bytes(content)
        assert [trace.standing for trace in store.find(path, look(tmp_path, policy))] == standings
        before = tree(tmp_path)
        assert clean(store, path, tmp_path, policy)[0] == []
        assert tree(tmp_path) == before


def test_firefox_s_table_has_it() -> None:
    assert set(PERSON) <= set(STORES)
