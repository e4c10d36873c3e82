"""Stores of Firefox's newer features and of its kin: the target's go, all others stay, copies are rebuilt."""

from __future__ import annotations

import base64
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import cramjam
import pytest

from scrubber.browsers.firefox.features import (
    BOOKMARKS_MIRROR,
    CONVERSATIONS,
    EXTENSION_STORAGE,
    INSTALLED_SITES,
    MEMORIES,
    MLS_GROUPS,
    PROTECTED_MEDIA,
    SEMANTIC_HISTORY,
    SHORTCUT_SCORES,
    SYNC_LOGS,
    SYNCED_TABS,
    TAB_NOTES,
)
from scrubber.browsers.firefox.kin import LIBREWOLF_SETTINGS, ZEN_FOLDERS, ZEN_SESSIONS
from scrubber.browsers.firefox.places_db import PLACES
from scrubber.browsers.firefox.site_data import PUSH
from scrubber.errors import PlanOutdated
from scrubber.formats import mozlz4
from scrubber.model import Policy, Standing
from scrubber.stores.push_subscriptions import PushIdentity
from scrubber.transaction import Transaction
from tests.cleaned import TARGET, clean, look, tree
from tests.jsonb_writer import jsonb
from tests.schemas import create, insert
from tests.stores.running import ask

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Store

BOOKMARKS_TOO = Policy(include=frozenset({"bookmarks"}))
EVERYTHING = Policy(mentions="all")
ALIKE = ("https://notopenai.com/", "https://labs.openai.com.evil.example/", "https://kept.example/")
URLS = ("https://labs.openai.com/a", *ALIKE)


def database(path: Path, *statements: str, rows: dict[str, list[tuple[Any, ...]]] | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as made:
        made.executescript(";".join(statements))
        for table, values in (rows or {}).items():
            marks = ", ".join("?" * len(values[0]))
            made.executemany(f"INSERT INTO {table} VALUES ({marks})", values)
        made.commit()
    return path


TABNOTES = """CREATE TABLE tabnotes(id INTEGER PRIMARY KEY, canonical_url TEXT NOT NULL,
              created INTEGER NOT NULL, note_text TEXT NOT NULL)"""


@pytest.mark.parametrize("included", [True, False])
def test_notes_are_the_persons_own(tmp_path: Path, included: bool) -> None:
    rows = [(number, url, 1, "a note") for number, url in enumerate(URLS)]
    path = database(tmp_path / "tabnotes.sqlite", TABNOTES, rows={"tabnotes": rows})
    policy = BOOKMARKS_TOO if included else Policy()
    assert len(TAB_NOTES.find(path, look(tmp_path, policy))) == 1
    clean(TAB_NOTES, path, tmp_path, policy)
    assert ask(path, "SELECT id FROM tabnotes") == [1, 2, 3] if included else [0, 1, 2, 3]


CHAT = (
    """CREATE TABLE conversation (conv_id TEXT PRIMARY KEY, title TEXT, page_url TEXT, page_meta_jsonb BLOB)
       WITHOUT ROWID""",
    """CREATE TABLE message (message_id TEXT PRIMARY KEY, conv_id TEXT, content_jsonb BLOB, page_url TEXT,
       page_history_deleted BOOLEAN NOT NULL DEFAULT false) WITHOUT ROWID""",
)


def test_conversations_lose_where_they_were_held_and_keep_what_was_said(tmp_path: Path) -> None:
    path = database(
        tmp_path / "chat-store.sqlite",
        *CHAT,
        rows={
            "conversation": [(str(n), "t", url, b"\x0cmeta") for n, url in enumerate(URLS)],
            "message": [
                *((str(n), "0", b"said", url, 0) for n, url in enumerate(URLS)),
                ("5", "2", b"about labs.openai.com", "https://kept.example/", 0),
            ],
        },
    )
    clean(CONVERSATIONS, path, tmp_path)
    assert ask(path, "SELECT conv_id, page_url, page_meta_jsonb FROM conversation ORDER BY conv_id") == [
        ("0", None, None),
        *((str(n), url, b"\x0cmeta") for n, url in enumerate(URLS) if n),
    ]
    assert ask(path, "SELECT message_id, page_url, page_history_deleted FROM message ORDER BY 1") == [
        ("0", None, 1),
        *((str(n), url, 0) for n, url in enumerate(URLS) if n),
        ("5", "https://kept.example/", 0),
    ]
    [said] = CONVERSATIONS.find(path, look(tmp_path))
    assert (said.key, said.standing, said.blank) == (("5",), Standing.KEPT, ())


CHAT_URLS = ("https://labs.openai.com/e/1", "https://labs.openai.com.evil.example/", "https://kept.example/")


def test_urls_leave_what_conversations_note_of_pages_and_words_stay(tmp_path: Path) -> None:
    ours, *others = CHAT_URLS
    said = {"type": "text", "body": f"see {ours}", "n": 1.5}
    pages = [{"type": "tab", "url": url, "label": "x" * 300} for url in CHAT_URLS]
    content = {**said, "contextMentions": pages, "contextPageUrl": ours}
    path = database(
        tmp_path / "chat-store.sqlite",
        "CREATE TABLE conversation (conv_id TEXT PRIMARY KEY, page_url TEXT, page_meta_jsonb BLOB,"
        " seen_urls_jsonb BLOB, serp_urls_for_anonymous_fetch_jsonb BLOB) WITHOUT ROWID",
        CHAT[1],
        rows={
            "conversation": [
                ("1", ours, jsonb({"title": "x"}), jsonb([*CHAT_URLS]), jsonb([ours])),
                ("2", others[0], jsonb({"icon": ours}), jsonb(others), None),
                ("3", None, None, b"\xff" + ours.encode(), None),  # what can't be read
            ],
            "message": [("1", "1", jsonb(content), ours, 0), ("2", "1", jsonb(others), others[0], 0)],
        },
    )
    removed, equal = clean(CONVERSATIONS, path, tmp_path)
    assert ask(path, "SELECT * FROM conversation ORDER BY conv_id") == [
        ("1", None, None, jsonb(others), jsonb([])),
        ("2", others[0], jsonb({"icon": ""}), jsonb(others), None),
        ("3", None, None, b"\xff" + ours.encode(), None),
    ]
    left = {**content, "contextMentions": pages[1:], "contextPageUrl": ""}
    assert ask(path, "SELECT * FROM message ORDER BY message_id") == [
        ("1", "1", jsonb(left), None, 1),
        ("2", "1", jsonb(others), others[0], 0),
    ]
    assert equal == 5
    assert {trace.standing for trace in removed} == {Standing.OWN, Standing.KEPT}
    kept = CONVERSATIONS.find(path, look(tmp_path, EVERYTHING))
    assert {(trace.where, trace.key, trace.standing, trace.blank) for trace in kept} == {
        ("conversation", ("3",), Standing.KEPT, ()),
        ("message", ("1",), Standing.KEPT, ()),
    }


def test_memories_are_only_reported(tmp_path: Path) -> None:
    path = tmp_path / "memories.json.lz4"
    memories = [{"id": "1", "text": "uses labs.openai.com"}, {"id": "2", "text": "likes notopenai.com"}]
    content = mozlz4.write(json.dumps({"memories": memories}).encode())
    path.write_bytes(content)
    [found] = MEMORIES.find(path, look(tmp_path, EVERYTHING))
    assert (found.key, found.standing) == (("memories", 0), Standing.KEPT)
    assert clean(MEMORIES, path, tmp_path, EVERYTHING)[0] == []
    assert path.read_bytes() == content


def history(profile: Path) -> None:
    create(profile / "places.sqlite", "firefox-153/places")
    for number, url in enumerate(URLS, 1):
        insert(
            profile / "places.sqlite",
            "moz_places",
            {"id": number, "url": url, "guid": f"guid{number:08}", "url_hash": 1000 + number},
        )


SEMANTIC = "CREATE TABLE vec_history_mapping (rowid INTEGER PRIMARY KEY, url_hash INTEGER NOT NULL UNIQUE)"


@pytest.mark.parametrize(("hashes", "goes"), [([1001, 1004], True), ([1002, 1003, 1004], False), ([], False)])
def test_semantic_history_goes_whole_once_the_target_is_in_it(
    tmp_path: Path, hashes: list[int], goes: bool
) -> None:
    history(tmp_path)
    rows = [(number, value) for number, value in enumerate(hashes)]
    path = database(tmp_path / "places_semantic.sqlite", SEMANTIC)
    with closing(sqlite3.connect(path)) as made:
        made.executemany("INSERT INTO vec_history_mapping VALUES (?, ?)", rows)
        made.commit()
    (tmp_path / "places_semantic.sqlite-shm").write_bytes(b"shared memory")
    before = tree(tmp_path)
    traces = SEMANTIC_HISTORY.find(path, look(tmp_path))
    assert [trace.seen for trace in traces] == [URLS[0]] * goes
    with Transaction([tmp_path]) as transaction:
        SEMANTIC_HISTORY.remove(path, traces, transaction)
        transaction.swap()
        transaction.commit()
    assert set(before) - set(tree(tmp_path)) == (
        {"places_semantic.sqlite", "places_semantic.sqlite-shm"} if goes else set()
    )


def test_semantic_history_without_a_history_tells_nothing(tmp_path: Path) -> None:
    path = database(tmp_path / "places_semantic.sqlite", SEMANTIC, rows={"vec_history_mapping": [(1, 1001)]})
    assert SEMANTIC_HISTORY.find(path, look(tmp_path)) == ()


SCORES = '{"norms":{"mean":1.9999956550470972},"score_map":{%s},"weights":{"frec":0.70}}'


def test_scores_of_the_targets_pages_go(tmp_path: Path) -> None:
    history(tmp_path)
    path = tmp_path / "activity-stream.shortcut_cache.json"
    scores = [f'"guid{number:08}":{{"final":-4.796555274034746e-10}}' for number in range(1, 6)]
    path.write_text(SCORES % ",".join(scores))
    assert len(clean(SHORTCUT_SCORES, path, tmp_path)[0]) == 1
    assert path.read_text() == SCORES % ",".join(scores[1:])


@pytest.mark.parametrize("content", ["{}", "[]", '{"score_map":[]}', '{"score_map":{}}'])
def test_scores_that_are_none(tmp_path: Path, content: str) -> None:
    history(tmp_path)
    path = tmp_path / "activity-stream.shortcut_cache.json"
    path.write_text(content)
    assert SHORTCUT_SCORES.find(path, look(tmp_path)) == ()


def test_scores_that_went_since_the_plan(tmp_path: Path) -> None:
    history(tmp_path)
    path = tmp_path / "activity-stream.shortcut_cache.json"
    path.write_text(SCORES % '"guid00000001":{}')
    traces = SHORTCUT_SCORES.find(path, look(tmp_path))
    path.write_text(SCORES % "")
    with Transaction([tmp_path]) as transaction, pytest.raises(PlanOutdated):
        SHORTCUT_SCORES.remove(path, traces, transaction)


TABS = (
    "CREATE TABLE tabs (guid TEXT NOT NULL PRIMARY KEY, record TEXT NOT NULL, last_modified INTEGER)",
    """CREATE TABLE remote_tab_commands (id INTEGER PRIMARY KEY, device_id TEXT NOT NULL,
       command INTEGER NOT NULL, url TEXT, time_requested INTEGER, time_sent INTEGER)""",
)


def synced(profile: Path, *devices: Any) -> Path:
    records = [device if isinstance(device, str) else json.dumps(device) for device in devices]
    rows = {"tabs": [(str(n), record, 1) for n, record in enumerate(records)]}
    return database(profile / "synced-tabs.db", *TABS, "PRAGMA journal_mode = WAL", rows=rows)


def shown(*history: str, **more: Any) -> dict[str, Any]:
    return {"title": "x", "urlHistory": list(history), "lastUsed": 1} | more


def devices(path: Path) -> list[Any]:
    return [json.loads(record) for record in ask(path, "SELECT record FROM tabs")]


def test_what_other_devices_were_asked_to_close(tmp_path: Path) -> None:
    path = database(
        tmp_path / "synced-tabs.db",
        *TABS,
        rows={"remote_tab_commands": [(n, "d", 0, url, 1, None) for n, url in enumerate(URLS)]},
    )
    clean(SYNCED_TABS, path, tmp_path)
    assert ask(path, "SELECT id FROM remote_tab_commands") == [1, 2, 3]


def test_tabs_of_other_devices_stay_beside_those_of_the_target(tmp_path: Path) -> None:
    ours, *others = URLS
    kept = others[-1]
    path = synced(
        tmp_path,
        {
            "clientName": "phone",
            "tabs": [shown(ours), *map(shown, others), shown(kept, ours, kept)],
        },
        {"clientName": "tablet", "tabs": [shown(others[2])], "ttl": 1.50},
        {"clientName": "laptop", "tabs": [shown(ours, others[2])]},
    )
    before = ask(path, "SELECT record FROM tabs")
    removed, equal = clean(SYNCED_TABS, path, tmp_path)
    assert devices(path) == [
        {"clientName": "phone", "tabs": [*map(shown, others), shown(kept, kept)]},
        json.loads(before[1]),
        {"clientName": "laptop", "tabs": []},
    ]
    assert ask(path, "SELECT record FROM tabs")[1] == before[1]
    assert [(trace.key, trace.standing) for trace in removed] == [(1, Standing.OWN), (3, Standing.OWN)]
    assert equal >= 3
    assert b"labs.openai.com/a" not in path.read_bytes()
    assert ask(path, "PRAGMA journal_mode") == ["wal"]


def test_tabs_that_go_for_another_reason_take_no_other_along(tmp_path: Path) -> None:
    ours, *others = URLS
    kept = others[-1]
    asking = shown(f"{kept}?q=labs.openai.com")
    tabs = [shown(ours), asking, *map(shown, others), shown(ours), asking, shown(kept)]
    path = synced(tmp_path, {"clientName": "phone", "tabs": tabs})
    removed, _ = clean(SYNCED_TABS, path, tmp_path)
    assert {trace.standing for trace in removed} == {Standing.OWN, Standing.MENTION}
    assert devices(path) == [{"clientName": "phone", "tabs": [*map(shown, others), shown(kept)]}]


def test_what_only_names_the_target_in_other_tabs(tmp_path: Path) -> None:
    kept = URLS[3]
    asked = f"{kept}?q=labs.openai.com"
    path = synced(
        tmp_path,
        {
            "clientName": "of labs.openai.com",
            "tabs": [
                shown(kept, title="labs.openai.com - search"),
                shown(kept, asked, icon="https://labs.openai.com/i.png", tabGroupId="g"),
            ],
            "tabGroups": {"g": {"name": "labs.openai.com"}, "h": {"name": "notopenai.com"}},
        },
    )
    to_keep = Policy(mentions="keep")
    [found] = SYNCED_TABS.find(path, look(tmp_path, to_keep))
    assert not to_keep.removes(found)
    clean(SYNCED_TABS, path, tmp_path)
    assert devices(path) == [
        {
            "clientName": "",
            "tabs": [shown(kept, icon="", tabGroupId="g")],
            "tabGroups": {"g": {"name": ""}, "h": {"name": "notopenai.com"}},
        }
    ]


@pytest.mark.parametrize("damaged", ["{", "[" * 100_000], ids=["cut short", "nested"])
def test_a_device_that_cannot_be_read_goes_if_it_names_the_target(damaged: str, tmp_path: Path) -> None:
    path = synced(tmp_path, damaged + "labs.openai.com", damaged + "notopenai.com", {"tabs": []}, "[1]")
    clean(SYNCED_TABS, path, tmp_path)
    assert ask(path, "SELECT guid FROM tabs") == ["1", "2", "3"]


def test_a_device_that_was_heard_of_meanwhile_is_not_edited(tmp_path: Path) -> None:
    path = synced(tmp_path, {"tabs": [shown(URLS[3]), shown(URLS[0])]})
    traces = SYNCED_TABS.find(path, look(tmp_path))
    with closing(sqlite3.connect(path)) as made:
        made.execute("UPDATE tabs SET record = ?", (json.dumps({"tabs": [shown(URLS[3])]}),))
        made.commit()
    with Transaction([tmp_path]) as transaction, pytest.raises(PlanOutdated):
        SYNCED_TABS.remove(path, traces, transaction)


MIRROR = (
    """CREATE TABLE urls(id INTEGER PRIMARY KEY, guid TEXT NOT NULL, url TEXT NOT NULL,
       hash INTEGER NOT NULL, revHost TEXT NOT NULL)""",
    """CREATE TABLE items(id INTEGER PRIMARY KEY, guid TEXT UNIQUE NOT NULL, parentGuid TEXT, title TEXT,
       urlId INTEGER REFERENCES urls(id) ON DELETE SET NULL)""",
    """CREATE TABLE structure(guid TEXT, parentGuid TEXT REFERENCES items(guid) ON DELETE CASCADE,
       position INTEGER NOT NULL, PRIMARY KEY(parentGuid, guid)) WITHOUT ROWID""",
    "CREATE TABLE tags(itemId INTEGER NOT NULL REFERENCES items(id) ON DELETE CASCADE, tag TEXT NOT NULL)",
)


@pytest.mark.parametrize("included", [True, False])
def test_the_copy_of_the_accounts_bookmarks_loses_the_targets_with_the_bookmarks(
    tmp_path: Path, included: bool
) -> None:
    path = database(
        tmp_path / "weave/bookmarks.sqlite",
        *MIRROR,
        rows={
            "urls": [(1, "a", URLS[0], 1, "moc.ianepo.sbal."), (2, "b", URLS[1], 2, "moc.ianepoton.")],
            "items": [
                (1, "folder", None, "labs.openai.com and others", None),
                (2, "ours", "folder", "ours", 1),
                (3, "theirs", "folder", "theirs", 2),
            ],
            "structure": [("ours", "folder", 0), ("theirs", "folder", 1)],
            "tags": [(2, "t"), (3, "t")],
        },
    )
    policy = BOOKMARKS_TOO if included else EVERYTHING
    found = BOOKMARKS_MIRROR.find(path, look(tmp_path, policy))
    assert {trace.key for trace in found if trace.where == "items"} - {1} == {2}
    assert any(map(policy.removes, found)) == included
    clean(BOOKMARKS_MIRROR, path, tmp_path, policy)
    gone = {"ours"} if included else set()
    assert {*ask(path, "SELECT guid FROM items")} == {"folder", "ours", "theirs"} - gone
    assert {*ask(path, "SELECT guid FROM structure ORDER BY guid")} == {"ours", "theirs"} - gone
    assert {*ask(path, "SELECT itemId FROM tags")} == ({3} if included else {2, 3})
    assert {*ask(path, "SELECT id FROM urls")} == ({2} if included else {1, 2})


def test_lines_of_syncs_logs(tmp_path: Path) -> None:
    path = tmp_path / "error-sync-1.txt"
    path.write_text("".join(f"1\tSync.Engine\tERROR\tcould not apply {url}\n" for url in URLS))
    clean(SYNC_LOGS, path, tmp_path)
    assert path.read_text() == "".join(f"1\tSync.Engine\tERROR\tcould not apply {url}\n" for url in ALIKE)


def test_installed_sites_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "manifest-scopes.json"
    path.write_text(json.dumps({"scopes": {url: f"{url}/m.json" for url in URLS}}))
    before = path.read_bytes()
    [found] = INSTALLED_SITES.find(path, look(tmp_path))
    assert (found.key, found.standing) == (("scopes", URLS[0]), Standing.KEPT)
    clean(INSTALLED_SITES, path, tmp_path, EVERYTHING)
    assert path.read_bytes() == before


def test_what_extensions_store_is_only_reported(tmp_path: Path) -> None:
    path = database(
        tmp_path / "storage-sync-v2.sqlite",
        "CREATE TABLE storage_sync_data (ext_id TEXT PRIMARY KEY, data TEXT, sync_change_counter INTEGER)",
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID",
        rows={"storage_sync_data": [(str(n), f'{{"block":"{url}"}}', 0) for n, url in enumerate(URLS)]},
    )
    before = path.read_bytes()
    [found] = EXTENSION_STORAGE.find(path, look(tmp_path, EVERYTHING))
    assert (found.where, found.standing) == ("storage_sync_data", Standing.KEPT)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "goes"),
    [
        (base64.b64encode(b"https://labs.openai.com").decode(), True),
        (base64.urlsafe_b64encode(b"https://labs.openai.com^userContextId=2").decode(), True),
        (base64.b64encode(b"moc.ianepo.sbal.:https:443").decode().rstrip("="), True),
        (base64.b64encode(b"https://widget.example^partitionKey=%28https%2Copenai.com%29").decode(), True),
        (base64.b64encode(b"https://notopenai.com").decode(), False),
        (base64.b64encode(b"https://labs.openai.com.evil.example").decode(), False),
        ("not base64 at all", False),
    ],
    ids=["host", "container", "reversed", "partition", "look-alike", "look-alike behind", "another name"],
)
def test_groups_of_messages_by_the_name_of_their_file(tmp_path: Path, name: str, goes: bool) -> None:
    path = tmp_path / f"{name.replace('/', '_')}.sqlite.enc"
    path.write_bytes(b"encrypted")
    clean(MLS_GROUPS, path, tmp_path)
    assert path.exists() != goes


SCOPES = [
    ("https://labs.openai.com/", "", True),
    ("https://labs.openai.com/app/", "^userContextId=2", True),
    ("https://widget.example/", "^partitionKey=%28https%2Copenai.com%29", True),
    ("https://chat.openai.com/", "^partitionKey=%28https%2Copenai.com%29", False),
    ("https://shop.example/", "", False),
    ("https://notopenai.com/", "", False),
    ("https://labs.openai.com.evil.example/", "", False),
    ("https://müller.example/", "", False),
]


def raised(text: str) -> bytes:
    """As a text stands in a key of IndexedDB; beyond ASCII roughly, with two bytes."""
    return b"".join(
        bytes([ord(sign) + 1]) if ord(sign) < 0x7F else (ord(sign) - 0x7F + 0x8000).to_bytes(2)
        for sign in text
    )


def subscriptions(path: Path) -> Path:
    """As Firefox 153 writes them, once `dom/push/PushDB.sys.mjs` has put them there."""
    path.parent.mkdir(parents=True)
    create(path, "firefox-153/idb")
    with closing(sqlite3.connect(path)) as made:
        made.create_function("update_refcount", 2, lambda _old, _new: None)
        for number, (scope, suffix, _) in enumerate(SCOPES):
            key = b"\x30" + raised(f"channel-{number}")
            data = bytes(cramjam.snappy.compress_raw(f"channelID{number}scope{scope}".encode()))
            made.execute("INSERT INTO object_data VALUES (1, ?, NULL, NULL, ?)", (key, data))
            endpoint = b"\x30" + raised(f"https://push.example/{number}")
            identity = b"\x80" + raised(scope) + b"\0\x30" + raised(suffix)
            unique = [(1, endpoint, 1, key, None), (2, identity, 1, key, None)]
            made.executemany("INSERT INTO unique_index_data VALUES (?, ?, ?, ?, ?)", unique)
            suffixes = (3, b"\x30" + raised(suffix), key, 1, None)
            made.execute("INSERT INTO index_data VALUES (?, ?, ?, ?, ?)", suffixes)
        made.commit()
    return path


def test_push_subscriptions_go_with_all_that_finds_them(tmp_path: Path) -> None:
    path = subscriptions(tmp_path / "storage/permanent/chrome/idb/2918063365piupsah.sqlite")
    triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1"
    before = ask(path, triggers)
    clean(PUSH, path, tmp_path)
    left = [b"\x30" + raised(f"channel-{n}") for n, (_, _, goes) in enumerate(SCOPES) if not goes]
    assert ask(path, "SELECT key FROM object_data ORDER BY key") == left
    assert ask(path, "SELECT object_data_key FROM index_data ORDER BY 1") == left
    keys = "SELECT object_data_key FROM unique_index_data ORDER BY 1"
    assert ask(path, keys) == [key for key in left for _ in range(2)]
    assert ask(path, triggers) == before
    assert len(before) == 4


def test_keys_that_are_no_identity_are_nobodys() -> None:
    column = PushIdentity("value")
    for value in (None, 7, b"", b"\x30" + raised("https://labs.openai.com/"), b"\x80", b"\x80\0", "text"):
        assert not column.owns({"value": value}, TARGET)


def protected(folder: Path, name: str, origin: str, top: str, salt: str) -> Path:
    path = folder / "id" / name
    path.mkdir(parents=True)
    for file, content in (("origin", origin), ("topLevelOrigin", top), ("salt", salt)):
        (path / file).write_text(content)
    (folder / "storage" / salt).mkdir(parents=True, exist_ok=True)
    (folder / "storage" / salt / "licence").write_text("x")
    return path


@pytest.mark.parametrize(
    ("origin", "top", "goes"),
    [
        ("https://labs.openai.com", "https://labs.openai.com", True),
        ("https://labs.openai.com^userContextId=2", "https://shop.example", True),
        ("https://player.example", "https://labs.openai.com", True),
        ("https://notopenai.com", "https://labs.openai.com.evil.example", False),
    ],
    ids=["its own", "inside another site", "another's inside it", "look-alikes"],
)
def test_licences_of_protected_media(tmp_path: Path, origin: str, top: str, goes: bool) -> None:
    folder = tmp_path / "gmp/Linux_x86_64-gcc3/gmp-widevinecdm"
    path = protected(folder, "123", origin, top, "salt1")
    protected(folder, "456", "https://kept.example", "https://kept.example", "salt2")
    clean(PROTECTED_MEDIA, path, tmp_path)
    left = {(part, name.name) for part in ("id", "storage") for name in (folder / part).iterdir()}
    others = {("id", "456"), ("storage", "salt2")}
    assert left == (others if goes else {("id", "123"), ("storage", "salt1"), *others})


@pytest.mark.parametrize("salt", ["../../../../outside", "..", "", "a/b", "."])
def test_a_salt_that_leads_elsewhere_is_no_salt(tmp_path: Path, salt: str) -> None:
    folder = tmp_path / "gmp/Linux/gmp-clearkey"
    path = folder / "id/1"
    path.mkdir(parents=True)
    (path / "origin").write_text("https://labs.openai.com")
    (path / "salt").write_text(salt)
    (folder / "storage/a/b").mkdir(parents=True)
    assert PROTECTED_MEDIA.unit(path) == (path,)
    clean(PROTECTED_MEDIA, path, tmp_path)
    assert (path.exists(), (folder / "storage/a/b").exists()) == (False, True)


def zen_tab(*urls: str, group: str = "") -> dict[str, Any]:
    tab: dict[str, Any] = {"entries": [{"url": url, "title": url} for url in urls], "index": len(urls)}
    return tab | {"groupId": group, "zenWorkspace": "{w}"}


def test_tabs_of_zens_sidebar(tmp_path: Path) -> None:
    path = tmp_path / "zen-sessions.jsonlz4"
    ours = [zen_tab(URLS[0]), zen_tab(URLS[0], group="g"), zen_tab(URLS[1], URLS[0])]
    theirs = [zen_tab(url, group="h") for url in ALIKE]
    state = {
        "spaces": [{"uuid": "{w}", "name": "Space"}],
        "tabs": [ours[0], theirs[0], ours[1], *theirs[1:], ours[2]],
        "groups": [{"id": "g", "name": "A"}, {"id": "h", "name": "B"}],
        "folders": [{"id": "g", "name": "A", "parentId": None}],
        "lastCollected": 1795501402,
    }
    path.write_bytes(mozlz4.write(json.dumps(state).encode()))
    clean(ZEN_SESSIONS, path, tmp_path)
    left = json.loads(mozlz4.read(path.read_bytes()))
    assert left == state | {
        "tabs": [*theirs, zen_tab(URLS[1])],
        "groups": [{"id": "h", "name": "B"}],
    }


def test_a_sidebar_with_nothing_but_the_target(tmp_path: Path) -> None:
    path = tmp_path / "zen-sessions.jsonlz4"
    path.write_bytes(mozlz4.write(json.dumps({"spaces": [], "tabs": [zen_tab(URLS[0])]}).encode()))
    clean(ZEN_SESSIONS, path, tmp_path)
    assert json.loads(mozlz4.read(path.read_bytes())) == {"spaces": [], "tabs": []}


PINS = """CREATE TABLE zen_pins (id INTEGER PRIMARY KEY, uuid TEXT UNIQUE NOT NULL, title TEXT NOT NULL,
          url TEXT, position INTEGER NOT NULL DEFAULT 0, is_group BOOLEAN NOT NULL DEFAULT 0)"""


@pytest.mark.parametrize("included", [True, False])
def test_pins_of_older_zens_are_the_persons_own(tmp_path: Path, included: bool) -> None:
    create(tmp_path / "places.sqlite", "firefox-153/places")
    pins = [(n, str(n), "a title", url, n, 0) for n, url in enumerate(URLS)]
    path = database(tmp_path / "places.sqlite", PINS, rows={"zen_pins": pins})
    policy = BOOKMARKS_TOO if included else EVERYTHING
    assert [trace.where for trace in PLACES.find(path, look(tmp_path, policy))] == ["zen_pins"]
    clean(PLACES, path, tmp_path, policy)
    assert ask(path, "SELECT id FROM zen_pins") == [0, 1, 2, 3][included:]


def kept(store: Store, path: Path, profile: Path) -> int:
    before = path.read_bytes()
    found = store.find(path, look(profile, EVERYTHING))
    assert {trace.standing for trace in found} <= {Standing.KEPT}
    clean(store, path, profile, EVERYTHING)
    assert path.read_bytes() == before
    return len(found)


def test_folders_that_follow_a_site_are_the_persons_own(tmp_path: Path) -> None:
    path = tmp_path / "zen-live-folders.jsonlz4"
    folders = [{"id": str(n), "data": {"state": {"url": url}}} for n, url in enumerate(URLS)]
    path.write_bytes(mozlz4.write(json.dumps(folders).encode()))
    assert kept(ZEN_FOLDERS, path, tmp_path) == 1


def test_settings_written_by_hand_are_the_persons_own(tmp_path: Path) -> None:
    path = tmp_path / "librewolf.overrides.cfg"
    path.write_text("".join(f'pref("browser.startup.homepage", "{url}");\n' for url in URLS))
    assert kept(LIBREWOLF_SETTINGS, path, tmp_path) == 1
