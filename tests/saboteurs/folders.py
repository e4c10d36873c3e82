"""How stores are filled in which whole files or folders go: the target's beside those of others."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from scrubber.browsers.chromium.leveldb import FILE_SYSTEM, SERVICE_WORKERS
from scrubber.browsers.chromium.owned import DICTIONARIES_DATABASE
from scrubber.browsers.chromium.site_data import QUOTA
from scrubber.browsers.firefox.site_data import COOKIES
from scrubber.formats import leveldb, mozlz4
from scrubber.samples.caches import cache2, simple_cache
from scrubber.samples.schemas import create
from scrubber.stores.downloaded import uris
from scrubber.stores.web_apps import app_id
from tests import backup_files, blockfile_files, encrypted_cache_files, snss_files
from tests.firefox_storage import Cached, Record, make_cache, make_records
from tests.leveldb_files import BYTEWISE
from tests.saboteurs.databases import fill_leveldb, fill_sqlite
from tests.saboteurs.history import NAMING, URLS, download, history, put
from tests.saboteurs.scene import BYSTANDER, HOSTS, OURS
from tests.stores.running import TARGET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.saboteurs.scene import Scene

_KEYS = tuple(f"1/0/_dk_https://{host} https://{host} https://{host}/a.png" for host in HOSTS)


def _others_files(store: Any, scene: Scene) -> None:
    """Beside a database, as what it no longer refers to."""
    folder = scene.path(store, f"https+++{BYSTANDER}", "1")
    if folder.name == "morgue":
        make_cache(folder.parents[1], Cached(f"https://{BYSTANDER}/"))
    elif folder.suffix == ".files":
        make_records(folder.with_suffix(".sqlite"), Record(1, b"0", b"value", "1"), f1=b"the value's")
    put(folder / "naming", NAMING)
    put(folder / "other", b"nobody's")


def _others_folders(store: Any, scene: Scene) -> None:
    """Whose a folder is says its name, or the database beside it, where the third row is the bystander's."""
    place = store.places[0]
    name = "3"
    if "WebStorage" in place:
        fill_sqlite(scene.path(QUOTA), QUOTA.rows, QUOTA.clears, "chromium")
    elif "File System" in place:
        fill_leveldb(scene.path(FILE_SYSTEM), FILE_SYSTEM.records, FILE_SYSTEM.beside)
    else:
        name = f"https_{BYSTANDER}_0.indexeddb.leveldb"
    folder = scene.path(store, "x").with_name(name)
    put(folder / "naming", NAMING)
    put(folder / "other", b"nobody's")


def _thumbnails(store: Any, scene: Scene) -> None:
    history(scene)
    for number in (1, 2):
        name = hashlib.md5(uris(download(number))[0].encode(), usedforsecurity=False).hexdigest()
        put(scene.path(store) / "normal" / f"{name}.png", b"picture")


def _launchers(store: Any, scene: Scene) -> None:
    history(scene)
    for url in URLS:
        name = f"chrome-{app_id(url)}-Default"
        words = f'{store.programs[0]} "--user-data-dir={scene.profile.user_data}" --app-id={app_id(url)}'
        put(scene.path(store) / f"{name}.desktop", f"[Desktop Entry]\nName=App\nExec={words}\n".encode())
        put(scene.path(store).parent / "icons/hicolor/48x48/apps" / f"{name}.png", b"icon")


def _hashed_files(store: Any, scene: Scene) -> None:
    history(scene)
    for url in URLS:
        put(scene.path(store) / f"{store.name(url)}.png", b"picture")


def _simple_cache(store: Any, scene: Scene) -> None:
    simple_cache(scene.path(store), _KEYS)


def _blockfile_cache(store: Any, scene: Scene) -> None:
    large = b"x" * 20_000
    puts = [
        blockfile_files.Put(key, (b"head", large if number else b"body"), bucket=1, list=0)
        for number, key in enumerate((*_KEYS, _KEYS[0] + "2", _KEYS[2] + "3"))
    ]
    blockfile_files.make(scene.path(store), puts)


def _encrypted_cache(store: Any, scene: Scene) -> None:
    """Who is in it can't be told; the bystander lies beside."""
    encrypted_cache_files.make(scene.path(store, *["x"] * store.places[0].count("*")))


def _cache2(store: Any, scene: Scene) -> None:
    cache2(scene.path(store), [f":https://{host}/a.png" for host in HOSTS])


def _cache_storage(store: Any, scene: Scene) -> None:
    if store.in_bucket:
        fill_sqlite(scene.path(QUOTA), QUOTA.rows, QUOTA.clears, "chromium")
        folders = {("9",): BYSTANDER}
    else:
        folders = {("a" * 40,): OURS, ("b" * 40,): BYSTANDER}
    for names, host in folders.items():
        folder = scene.path(store, *names)
        owner = f"https://{host}/".encode()
        put(folder / "index.txt", bytes((3 << 3 | 2, len(owner))) + owner)
        simple_cache(folder / "c1", [*URLS[1:], f"https://{BYSTANDER}/?u={OURS}"])


def _script_cache(store: Any, scene: Scene) -> None:
    is_scripts = "Service Worker" in store.places[0]
    simple_cache(scene.path(store), [f"{n}" if is_scripts else f"{n:016X}" * 2 for n in (1, 2, 3)])
    if is_scripts:
        fill_leveldb(scene.path(SERVICE_WORKERS), SERVICE_WORKERS.records)
        return
    create(scene.path(DICTIONARIES_DATABASE), "chromium-156/Shared Dictionary")
    fill_sqlite(scene.path(DICTIONARIES_DATABASE), DICTIONARIES_DATABASE.rows, (), "chromium")


def _origin_dirs(store: Any, scene: Scene) -> None:
    shapes = ("https_{}_0.indexeddb.leveldb", "https+++{}", "#{}")
    shape = next(each for each in shapes if _is_told(store, scene, each))
    for host in HOSTS:
        put(scene.path(store, *_last(store, shape.format(host))) / "file", b"content")


def _is_told(store: Any, scene: Scene, shape: str) -> bool:
    ours, theirs = (store.whose(scene.path(store, *_last(store, shape.format(host)))) for host in HOSTS[::2])
    return TARGET.origin(ours) and not TARGET.origin(theirs)


def _last(store: Any, name: str) -> Iterable[str]:
    return (*("x" for _ in range(store.places[0].count("*") - 1)), name)


def _origin_files(store: Any, scene: Scene) -> None:
    for host in HOSTS:
        put(scene.path(store, f"https_{host}_0"), b"content")


def _buckets(store: Any, scene: Scene) -> None:
    fill_sqlite(scene.path(QUOTA), QUOTA.rows, QUOTA.clears, "chromium")
    for number in (1, 2, 3):
        put(scene.path(store) / str(number) / "file", b"content")


def _mls_groups(store: Any, scene: Scene) -> None:
    for host in HOSTS:
        name = base64.urlsafe_b64encode(f"https://{host}".encode()).decode()
        put(scene.path(store, f"{name}.sqlite.enc"), b"encrypted")


def _protected_media(store: Any, scene: Scene) -> None:
    for number, host in enumerate(HOSTS):
        folder = scene.path(store, "widevine", "linux", f"{number}")
        put(folder / "origin", f"https://{host}".encode())
        put(folder / "salt", b"salt%d" % number)
        put(folder.parent.parent / "storage" / f"salt{number}" / "licence", b"licence")


def _naming(store: Any, scene: Scene) -> None:
    """One file that names the target, and one beside the store that doesn't."""
    path = scene.path(store, "x")
    put(path, NAMING)
    put(path.with_name("bystander"), b"nobody's")


def _backup_archives(store: Any, scene: Scene) -> None:
    for name, content in (("naming", NAMING), ("other", b"nobody's")):
        put(scene.path(store, name), backup_files.page({"places.sqlite": content}))


def _folder_naming(store: Any, scene: Scene) -> None:
    path = scene.path(store, *["x"] * store.places[0].count("*"))
    put(path / "naming", NAMING)
    put(path / "other", b"nobody's")


def _doomed(store: Any, scene: Scene) -> None:
    if "WebStorage" in store.places[0]:
        fill_sqlite(scene.path(QUOTA), QUOTA.rows, QUOTA.clears, "chromium")
    stars = store.places[0].count("*")
    if not stars:
        put(scene.path(store), NAMING)
        return
    for name, content in (("1", NAMING), ("2", b"nobody's")):
        put(scene.path(store, *name * stars) / "file", content)


def _damaged_copies(store: Any, scene: Scene) -> None:
    """One that can be read as its original, one that can't, and one of a file that nobody knows."""
    folder = scene.path(store, "x").parent
    readable = folder / COOKIES.places[0].rpartition("/")[2]
    fill_sqlite(readable, COOKIES.rows, (), "firefox")
    readable.rename(f"{readable}.corrupt")
    put(folder / "formhistory.sqlite.corrupt", b"SQLite format 3\0 damaged " + NAMING)
    put(folder / "unknown.json-1.corrupt", NAMING)
    put(folder / "other.json.corrupt", b"nobody's")


def _installed_apps(store: Any, scene: Scene) -> None:
    for host in (OURS, BYSTANDER):
        put(scene.path(store, app_id(f"https://{host}/")) / "Icons" / "48.png", b"a picture")


def _shortcuts(store: Any, scene: Scene) -> None:
    for host in (OURS, BYSTANDER):
        put(scene.path(store, host), f"--app-id={app_id(f'https://{host}/')}".encode("utf-16-le"))


def _lost_file_systems(store: Any, scene: Scene) -> None:
    for number, content in enumerate((NAMING, b"nobody's")):
        put(scene.path(store) / f"00{number}" / "t" / "00000000", content)


def _primary_file_system(store: Any, scene: Scene) -> None:
    put(scene.path(store), snss_files.pickle(snss_files.string(f"https_{OURS}_0")))
    put(scene.path(store).parent / "primary" / "p" / "00000000", b"content")
    put(scene.path(store).parent / "000" / "t" / "00000000", b"content")


def _background_downloads(store: Any, scene: Scene) -> None:
    folder = scene.path(store)
    entries = folder.parent / "EntryDB"
    entries.mkdir()
    requests = {f"name{number}": url for number, url in enumerate(URLS)}
    leveldb.write(entries, [(name.encode(), url.encode()) for name, url in requests.items()], BYTEWISE)
    for name in requests:
        put(folder / name, b"content")


def _recent_files(store: Any, scene: Scene) -> None:
    for number, url in enumerate(URLS):
        put(scene.path(store) / f"{number}.url", f"[InternetShortcut]\r\nURL={url}\r\n".encode())


def _jump_lists(store: Any, scene: Scene) -> None:
    for name, host in zip("abc", HOSTS, strict=True):
        program = f"C:\\Program Files\\{store.programs[0]}"
        put(
            scene.path(store, f"{name}.customDestinations-ms"),
            f"{program} https://{host}/".encode("utf-16-le"),
        )


def _private_windows(store: Any, scene: Scene) -> None:
    put(scene.path(store, "1fe96e20-5b2e-4d4c-8a52-90a2a1c1e1b7") / "ls" / "data", b"encrypted")
    put(scene.path(store, "named") / "ls" / "data", b"nobody's")


def _bookmark_backups(store: Any, scene: Scene) -> None:
    """Two days' copies, only the later one with the target in it, and what a crash left."""
    folder = scene.path(store)
    folder.mkdir(parents=True)
    for name, hosts in (("11-23_3", HOSTS[1:]), ("11-24_4", HOSTS)):
        items = [{"title": host, "uri": f"https://{host}/"} for host in hosts]
        text = json.dumps({"guid": "root________", "children": items}, separators=(",", ":")).encode()
        digest = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).decode()
        put(folder / f"bookmarks-2026-{name}_{digest}.jsonlz4", mozlz4.write(text))
    put(folder / "bookmarks-2026-11-24.jsonlz4.tmp", NAMING)


OF_FOLDERS: dict[str, Callable[[Any, Scene], None]] = {
    "BackgroundDownloads": _background_downloads,
    "BackupArchives": _backup_archives,
    "BlockfileCache": _blockfile_cache,
    "BookmarkBackups": _bookmark_backups,
    "Buckets": _buckets,
    "Cache2": _cache2,
    "CacheStorage": _cache_storage,
    "DamagedCopies": _damaged_copies,
    "Doomed": _doomed,
    "EncryptedCache": _encrypted_cache,
    "HashedFiles": _hashed_files,
    "InstalledApps": _installed_apps,
    "JumpLists": _jump_lists,
    "Launchers": _launchers,
    "LostFileSystems": _lost_file_systems,
    "MlsGroups": _mls_groups,
    "OriginDirs": _origin_dirs,
    "OriginFiles": _origin_files,
    "OthersFiles": _others_files,
    "OthersFolders": _others_folders,
    "OwnedCache": _script_cache,
    "PrimaryFileSystem": _primary_file_system,
    "PrivateWindows": _private_windows,
    "ProtectedMedia": _protected_media,
    "RecentFiles": _recent_files,
    "Recreated": _folder_naming,
    "SetAside": _doomed,
    "Shortcuts": _shortcuts,
    "SimpleCache": _simple_cache,
    "Thumbnails": _thumbnails,
    "Unfinished": _naming,
    "WholeFiles": _folder_naming,
}
"""By the kind of store."""
