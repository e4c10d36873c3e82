"""How stores are filled whose files hold records of many sites: the target's first, then two others'."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING, Any

from scrubber.browsers.chromium.site_data import QUOTA
from scrubber.formats import mozlz4
from scrubber.formats.persistent_cache import file_stem
from scrubber.formats.ssl_tokens import Token, Tokens, write_tokens
from scrubber.model import Look
from scrubber.samples.schemas import create, insert
from scrubber.stores.downloaded import uris
from scrubber.stores.hashed_hosts import hashed
from tests import snss_files
from tests.firefox_storage import Cached, Record, make_cache, make_records, shifted
from tests.saboteurs.databases import fill_anything, fill_leveldb, fill_sqlite
from tests.saboteurs.history import URLS, download, history, put
from tests.saboteurs.scene import BYSTANDER, HOSTS, POLICY
from tests.saboteurs.texts import fill_json, fill_lines, fill_slots
from tests.stores.running import TARGET

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.saboteurs.scene import Scene

_KEYS = tuple(f"1/0/_dk_https://{host} https://{host} https://{host}/a.png" for host in HOSTS)


def _sqlite(store: Any, scene: Scene) -> None:
    path = scene.path(store, "x")
    if path.name == "places.sqlite":
        history(scene)
    fill_sqlite(path, store.rows, store.clears, scene.profile.family)


def _numbered(store: Any, scene: Scene) -> None:
    history(scene)
    path = scene.path(store, "x")
    path.parent.mkdir(parents=True, exist_ok=True)
    seen = {URLS[0]: scene.profile.path / "History"}
    rows = store.rows(path, Look(TARGET, scene.profile, POLICY, seen))
    fill_sqlite(path, rows, (), scene.profile.family)


def _anything(store: Any, scene: Scene) -> None:
    fill_anything(scene.path(store, "x"))


def _others_databases(store: Any, scene: Scene) -> None:
    fill_anything(scene.path(store, f"https+++{BYSTANDER}"), "data")


def _others_indexed_db(store: Any, scene: Scene) -> None:
    """Whose it is says the folder, or the database above it, where the third row is the bystander's."""
    if "WebStorage" in store.places[0]:
        fill_sqlite(scene.path(QUOTA), QUOTA.rows, QUOTA.clears, "chromium")
        path = scene.path(store, "", "NAME").parents[2] / "3" / "IndexedDB" / "NAME"
    else:
        path = scene.path(store, f"https_{BYSTANDER}_", "NAME")
    path.parent.mkdir(parents=True, exist_ok=True)
    fill_anything(path, "records")


def _others_records(store: Any, scene: Scene) -> None:
    path = scene.path(store, f"https+++{BYSTANDER}", "1")
    named = (f"seen at https://{host}/".encode() for host in HOSTS)
    records = (Record(1, shifted(str(number)), value, f"{number} 9") for number, value in enumerate(named, 1))
    make_records(path, *records, f1=b"ours", f2=b"theirs", f3=b"theirs too", f9=b"everybody's")


def _others_responses(store: Any, scene: Scene) -> None:
    folder = scene.path(store, f"https+++{BYSTANDER}").parents[1]
    make_cache(folder, *(Cached(url, padding=1 << 20, certificate=n) for n, url in enumerate(URLS, 1)))


def _undescribed(store: Any, scene: Scene) -> None:
    if type(store.inner).__name__ == "LevelDb":
        fill_leveldb(scene.path(store, "Feature"), ())
    else:
        fill_anything(scene.path(store, "Feature.db"))


def _leveldb(store: Any, scene: Scene) -> None:
    fill_leveldb(scene.path(store, "x"), store.records, store.beside)


def _json_file(store: Any, scene: Scene) -> None:
    fill_json(scene.path(store, "x"), store.items)


def _preferences(store: Any, scene: Scene) -> None:
    items = store.typed.items if store.typed else ()
    fill_json(scene.path(store), items, beside={"seen": list(URLS), "x": {"y": URLS[0], "z": 1.5}})


def _hashed_hosts(store: Any, scene: Scene) -> None:
    listed = [{"host": hashed(host), "mode": "force-https", "expiry": 1.9e9} for host in HOSTS]
    scene.path(store).write_text(json.dumps({"sts": listed, "version": 2}))


def _page_scores(store: Any, scene: Scene) -> None:
    history(scene)
    scores = {f"page{number:08}": {"final": -4.5e-10} for number in range(1, 4)}
    scene.path(store).write_text(json.dumps({"norms": {"mean": 1.99}, "score_map": scores}))


def _session(store: Any, scene: Scene) -> None:
    pages = [{"url": url, "title": f"Page of {url}"} for url in reversed(URLS)]
    closed = {"state": {"entries": pages[-1:], "index": 1}, "title": "Labs", "closedId": 1}
    tabs = [{"entries": pages, "index": 3}, {"entries": pages[-1:], "index": 1}, {"entries": pages[:1]}]
    window = {"tabs": tabs, "selected": 3, "_closedTabs": [closed]}
    session = {"version": ["sessionrestore", 1], "windows": [window], "selectedWindow": 1, "tabs": tabs}
    scene.path(store).write_bytes(mozlz4.write(json.dumps(session).encode()))


def _prefs_js(store: Any, scene: Scene) -> None:
    scene.path(store).write_text(
        'user_pref("app.update.background", true);\n'
        f'user_pref("browser.startup.homepage", "{"|".join(URLS)}");\n'
        'user_pref("browser.startup.page", 3);\n'
    )


def _lines(store: Any, scene: Scene) -> None:
    fill_lines(store, scene.path(store, "x"), scene.profile)


def _slots(store: Any, scene: Scene) -> None:
    fill_slots(store, scene.path(store), scene.profile)


def _tickets(store: Any, scene: Scene) -> None:
    scene.path(store).write_bytes(write_tokens(Tokens(3, tuple(map(_ticket, HOSTS)))))


def _ticket(host: str) -> Token:
    key = f"tlsflags0x00000000:{host}:443"
    head = struct.pack("<QQ", 1, len(key)) + key.encode()
    return Token(key, head + struct.pack("<qBQ", 1_795_676_121_653_565, 0, 3) + b"\1\2\3")


def _recently_used(store: Any, scene: Scene) -> None:
    history(scene)
    listed = [*URLS, *(uris(download(number))[0] for number in (1, 2))]
    entries = "".join(f'  <bookmark href="{href}" visited="1">\n  </bookmark>\n' for href in listed)
    scene.path(store).write_text(f'<?xml version="1.0"?>\n<xbel version="1.0">\n{entries}</xbel>\n')


def _sql_cache(store: Any, scene: Scene) -> None:
    path = scene.path(store, "0")
    create(path, "chromium-156/sqldb")
    for number, key in enumerate(_KEYS, 1):
        entry = {"res_id": number, "cache_key": key, "head": b"head", "bytes_usage": 100, "last_used": 1}
        insert(path, "resources", entry | {"cache_key_hash": number})
        insert(path, "blobs", {"res_id": number, "start": 0, "end": 9, "blob": b"body"})
    insert(path, "meta", {"key": "EntryCount", "value": "3"}, {"key": "TotalSize", "value": "300"})
    (path.parent / "index").write_bytes(b"SQLCache")


def _compiled_code(store: Any, scene: Scene) -> None:
    for site, urls in ((URLS[2], URLS), (URLS[0], URLS[:1])):
        path = scene.path(store, f"{file_stem(site)}.db")
        create(path, "chromium-156/Code Cache")
        insert(path, "entries", *({"key": f"_key{url}".encode(), "content": b"code"} for url in urls))
        path.with_suffix(".journal").write_bytes(b"")


def _encrypted_twin(store: Any, scene: Scene) -> None:
    path = scene.path(store)
    fill_json(path.with_name(store.plain), store.of.items)
    path.write_bytes(b"encrypted")


def _encrypted_sessions(store: Any, scene: Scene) -> None:
    put(scene.path(store).with_name(store.plain) / "Session_1", _open_tabs())
    put(scene.path(store) / "Session_1", snss_files.sealed(5))


def _session_files(store: Any, scene: Scene) -> None:
    tab = (snss_files.pickle(struct.pack("<iiq", 7, 0, 1))[4:], [snss_files.CLOSED] * 3)
    pages = [snss_files.page(url, command=snss_files.CLOSED, place=n) for n, url in enumerate(URLS)]
    scene.path(store, "Session_13440000000000000").write_bytes(_open_tabs())
    closed = snss_files.session([(4, tab[0]), *pages, snss_files.MARKER])
    scene.path(store, "Tabs_13440000000000000").write_bytes(closed + b"\x05")


def _open_tabs() -> bytes:
    pages = [snss_files.page(url, place=number) for number, url in enumerate(URLS)]
    return snss_files.session([(0, bytes(8)), *pages, (7, bytes(8)), snss_files.MARKER])


def _visited_links(store: Any, scene: Scene) -> None:
    digests = [hashlib.md5(b"saltsalt" + url.encode(), usedforsecurity=False).digest()[:8] for url in URLS]
    head = struct.pack("<4sIII8s", b"VLnk", 3, len(digests), len(digests), b"saltsalt")
    scene.path(store).write_bytes(head + b"".join(digests))


def _semantic_history(store: Any, scene: Scene) -> None:
    history(scene)
    fill_anything(scene.path(store))
    with closing(sqlite3.connect(scene.path(store))) as database:
        database.execute("CREATE TABLE vec_history_mapping (rowid INTEGER PRIMARY KEY, url_hash INTEGER)")
        database.executemany("INSERT INTO vec_history_mapping VALUES (?, ?)", [(1, 1001), (2, 1002)])
        database.commit()


OF_RECORDS: dict[str, Callable[[Any, Scene], None]] = {
    "AnySqlite": _anything,
    "CompiledCode": _compiled_code,
    "DataStorage": _slots,
    "EncryptedSessions": _encrypted_sessions,
    "EncryptedTwin": _encrypted_twin,
    "HashedHosts": _hashed_hosts,
    "JsonFile": _json_file,
    "LevelDb": _leveldb,
    "Numbered": _numbered,
    "OthersDatabases": _others_databases,
    "OthersIndexedDb": _others_indexed_db,
    "OthersRecords": _others_records,
    "OthersResponses": _others_responses,
    "PageScores": _page_scores,
    "Preferences": _preferences,
    "PrefsJs": _prefs_js,
    "RecentlyUsed": _recently_used,
    "SemanticHistory": _semantic_history,
    "Session": _session,
    "SessionFile": _session_files,
    "SqlCache": _sql_cache,
    "Sqlite": _sqlite,
    "SslTokens": _tickets,
    "TextLines": _lines,
    "Undescribed": _undescribed,
    "VisitedLinksFile": _visited_links,
}
"""By the kind of store."""
