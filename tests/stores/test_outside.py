"""What lies beside a profile: the desktop's notes of downloads and apps, logs, dumps, what is left over."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from scrubber import engine, plan, verdict
from scrubber.browsers.chromium.outside import APPS as APPS_INSTALLED
from scrubber.browsers.chromium.outside import (
    BLOBS,
    CRASH_DUMPS,
    DEBUG_LOG,
    EXTENSIONS,
    NET_LOG,
    RECENTLY_USED,
    THUMBNAILS,
)
from scrubber.browsers.chromium.person import DICTIONARY
from scrubber.browsers.firefox.cache import OLD_CACHES, START_PAGE
from scrubber.browsers.firefox.features import APPS_BEFORE_46, EXTENSION_FILES
from scrubber.browsers.firefox.outside import (
    BACKUP_ARCHIVES,
    BACKUPS,
    CERTIFICATES,
    HAR_LOGS,
    NETWORK_LOGS,
    OLD_COOKIES,
    OLD_DOWNLOADS,
    OLD_PERMISSIONS,
    PREDICTIONS,
    SIGNONS,
    SIGNONS_BEFORE_35,
)
from scrubber.errors import UnreadableStore
from scrubber.formats import mozlz4
from scrubber.model import BrowserProfile, Look, Policy, Standing
from scrubber.plan import plan_file
from scrubber.plan.locate import located
from scrubber.stores.downloaded import downloaded, path_of, uris
from scrubber.stores.launchers import Launchers
from scrubber.stores.web_apps import app_id
from scrubber.transaction import Transaction
from tests import backup_files
from tests.cleaned import TARGET, clean, look, tree
from tests.schemas import create, insert
from tests.stores.running import ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from scrubber.model import Family, Store, Trace

OURS = "https://labs.openai.com/a.png"
EVERYTHING = Policy(mentions="all")


def at_home(
    home: Path, family: Family = "chromium", name: str = "Default", browser: str = ""
) -> BrowserProfile:
    """A profile with the desktop's folders around it."""
    user_data = home / ".config" / family
    for folder in (user_data / name, home / ".local/share", home / ".cache"):
        folder.mkdir(parents=True, exist_ok=True)
    path = user_data / name
    key = browser or ("chromium" if family == "chromium" else "firefox")
    return BrowserProfile(
        key, family, name, name, path, user_data, path, "", home / ".local/share", home / ".cache"
    )


def chromium_download(profile: BrowserProfile, url: str, file: Path | str, **columns: str) -> None:
    database = profile.path / "History"
    if not database.exists():
        create(database, "chromium-156/History")
    with closing(sqlite3.connect(database)) as open_database:
        number = open_database.execute("SELECT count(*) FROM downloads").fetchone()[0] + 1
    insert(
        database, "downloads", {"id": number, "target_path": str(file), "current_path": str(file), **columns}
    )
    insert(database, "downloads_url_chains", {"id": number, "chain_index": 0, "url": url})


def firefox_download(profile: BrowserProfile, url: str, file: Path) -> None:
    database = profile.path / "places.sqlite"
    if not database.exists():
        create(database, "firefox-153/places")
        insert(database, "moz_anno_attributes", {"id": 7, "name": "downloads/destinationFileURI"})
    with closing(sqlite3.connect(database)) as open_database:
        number = open_database.execute("SELECT count(*) FROM moz_places").fetchone()[0] + 1
    insert(database, "moz_places", {"id": number, "url": url, "guid": f"g{number:011}", "url_hash": number})
    insert(
        database,
        "moz_annos",
        {"place_id": number, "anno_attribute_id": 7, "content": uris(str(file))[0]},
    )


DOWNLOAD = {"chromium": chromium_download, "firefox": firefox_download}
FAMILIES = pytest.mark.parametrize("family", ["chromium", "firefox"])


@FAMILIES
def test_downloads_are_those_of_the_target(tmp_path: Path, family: Family) -> None:
    profile = at_home(tmp_path, family)
    for number, url in enumerate(
        ("https://labs.openai.com/a", "https://notopenai.com/a", "https://labs.openai.com.evil.example/a")
    ):
        DOWNLOAD[family](profile, url, tmp_path / f"ü {number}.png")
    assert downloaded(Look(TARGET, profile, Policy())) == {
        str(tmp_path / "ü 0.png"): "https://labs.openai.com/a"
    }


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"tab_url": "https://labs.openai.com/"}, True),
        ({"site_url": "https://labs.openai.com/"}, True),
        ({"referrer": "https://labs.openai.com/"}, False),
    ],
    ids=["begun on a page of the target", "for its partition", "reached by a link from it"],
)
def test_a_download_from_another_host(tmp_path: Path, columns: dict[str, str], found: bool) -> None:
    profile = at_home(tmp_path)
    chromium_download(profile, "https://cdn.example/a", "/home/ann/a.png", **columns)
    assert bool(downloaded(Look(TARGET, profile, Policy()))) == found


@FAMILIES
def test_a_profile_without_a_list_of_downloads(tmp_path: Path, family: Family) -> None:
    assert downloaded(Look(TARGET, at_home(tmp_path, family), Policy())) == {}


def test_a_file_uri_is_spelled_as_glib_does() -> None:
    path = "/home/ann/ !\"#$%&'()*+,-.0:;<=>?@A[\\]^_`{|}~é"
    glib = "file:///home/ann/%20!%22%23$%25&'()*+,-.0:%3B%3C=%3E%3F@A%5B%5C%5D%5E_%60%7B%7C%7D~%C3%A9"
    assert uris(path) == (glib, glib.replace("%3B", ";"))
    assert {path_of(uri) for uri in uris(path)} == {path}
    assert path_of("file://nas/share/a") == path_of("https://labs.openai.com/a") == ""


def picture(profile: BrowserProfile, file: Path, size: str) -> Path:
    assert profile.cache_home
    name = hashlib.md5(uris(str(file))[0].encode()).hexdigest() + ".png"
    path = profile.cache_home / "thumbnails" / size / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(f"picture of {file}".encode())
    return path


@FAMILIES
def test_thumbnails_of_the_targets_downloads_go_and_no_others(tmp_path: Path, family: Family) -> None:
    profile = at_home(tmp_path, family)
    ours, theirs, never = (tmp_path / name for name in ("our own.png", "theirs.png", "never listed.png"))
    DOWNLOAD[family](profile, OURS, ours)
    DOWNLOAD[family](profile, "https://notopenai.com/b.png", theirs)
    gone = [picture(profile, ours, size) for size in ("normal", "x-large", "fail/gnome-thumbnail-factory")]
    stay = [picture(profile, file, "normal") for file in (theirs, never)]
    ours.write_text("the download itself")
    asked = Look(TARGET, profile, Policy())
    folder = tmp_path / ".cache/thumbnails"
    traces = run(THUMBNAILS, folder, asked, folder)
    assert {trace.seen for trace in traces} == {str(ours)}
    assert [path.exists() for path in (*gone, *stay, ours)] == [False] * 3 + [True] * 3


def run(store: Store, path: Path, asked: Look, root: Path) -> tuple[Trace, ...]:
    """Remove what the policy removes; what that was."""
    traces = tuple(trace for trace in store.find(path, asked) if asked.policy.removes(trace))
    with Transaction([root]) as transaction:
        store.remove(path, traces, transaction)
        transaction.swap()
        transaction.commit()
    return traces


XBEL = b"""<?xml version="1.0" encoding="UTF-8"?>
<xbel version="1.0"
      xmlns:bookmark="http://www.freedesktop.org/standards/desktop-bookmarks"
>
%s</xbel>"""


def entry(href: str, title: str = "") -> bytes:
    shown = f"\n    <title>{title}</title>" if title else ""
    return f"""  <bookmark href="{href}" added="2026-11-24T07:00:00Z" visited="2026-11-24T07:00:00Z">{shown}
    <info>
      <metadata owner="http://freedesktop.org">
        <bookmark:applications>
          <bookmark:application name="Chromium" exec="&apos;chromium %u&apos;" count="1"/>
        </bookmark:applications>
      </metadata>
    </info>
  </bookmark>
""".encode()


@pytest.mark.parametrize(
    ("record", "goes"),
    [
        pytest.param(entry("file:///home/ann/a%20&amp;%20b.png"), True, id="a download of the target"),
        pytest.param(entry("https://labs.openai.com/x"), True, id="a URL of the target"),
        pytest.param(entry("file:///x", title="seen on labs.openai.com"), True, id="named in a title"),
        pytest.param(entry("file:///home/ann/a.png"), False, id="another file"),
        pytest.param(entry("https://labs.openai.com.evil.example/"), False, id="a look-alike"),
        pytest.param(entry("file:///home/ann/c.png"), False, id="a download from a look-alike"),
    ],
)
def test_recently_used_files(tmp_path: Path, record: bytes, goes: bool) -> None:
    profile = at_home(tmp_path)
    chromium_download(profile, OURS, "/home/ann/a & b.png")
    chromium_download(profile, "https://labs-openai.com/", "/home/ann/c.png")
    path = tmp_path / ".local/share/recently-used.xbel"
    bystander = entry("file:///home/ann/kept.txt", title="kept &lt;1&gt;")
    path.write_bytes(XBEL % (bystander + record + bystander))
    asked = Look(TARGET, profile, Policy())
    run(RECENTLY_USED, path, asked, tmp_path)
    assert path.read_bytes() == XBEL % (bystander + record * (not goes) + bystander)
    assert RECENTLY_USED.find(path, asked) == ()


@pytest.mark.parametrize(
    "content",
    [
        b'<xbel><!-- <bookmark href="file:///a"> --></xbel>',
        b'<xbel><bookmark href="file:///a"><bookmark href="file:///b"></bookmark></bookmark></xbel>',
        b'<xbel><bookmark href="file:///a"></xbel>',
        b'<xbel><bookmark added="x"></bookmark></xbel>',
    ],
    ids=["a comment", "an entry in an entry", "an entry without an end", "an entry without an address"],
)
def test_a_list_that_is_not_as_glib_writes_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "recently-used.xbel"
    path.write_bytes(content)
    with pytest.raises(UnreadableStore):
        RECENTLY_USED.find(path, Look(TARGET, at_home(tmp_path), Policy()))


def test_an_entry_that_another_profiles_turn_took_away(tmp_path: Path) -> None:
    path = tmp_path / "recently-used.xbel"
    path.write_bytes(XBEL % entry(OURS))
    traces = RECENTLY_USED.find(path, Look(TARGET, at_home(tmp_path), Policy()))
    path.write_bytes(XBEL % entry("file:///a"))
    before = path.stat()
    with Transaction([tmp_path]) as transaction:
        assert RECENTLY_USED.remove(path, traces, transaction) == 0
        transaction.swap()
        transaction.commit()
    assert path.read_bytes() == XBEL % entry("file:///a")
    assert path.stat() == before  # nothing to take is no reason to write it anew


@FAMILIES
def test_the_sweep_reads_the_list_too(tmp_path: Path, family: Family) -> None:
    """Where the store can't tell the entries, nothing is removed, and nothing called clean."""
    profile = at_home(tmp_path, family)
    path = tmp_path / ".local/share/recently-used.xbel"
    path.write_bytes(XBEL % (b"<!-- -->" + entry(OURS)))
    found = verdict.verify((profile,), TARGET, Policy())
    assert [one.path for one in found.unexplained] == [path]
    assert [one.path for one in found.plan.skipped] == [path]
    path.write_bytes(XBEL % entry(OURS))
    kept = verdict.verify((profile,), TARGET, Policy(without=frozenset({"downloads"})))
    assert [(one.path, one.explained) for one in kept.remnants] == [(path, "not asked for")]


def test_profiles_that_share_a_desktop_each_have_their_turn(tmp_path: Path) -> None:
    """Both know the same download, and each one of its own; a run takes all three."""
    chromium, firefox = (at_home(tmp_path, family) for family in ("chromium", "firefox"))
    files = [tmp_path / name for name in ("both.png", "one.png", "two.png", "other.png")]
    for profile, family, mine in ((chromium, "chromium", files[1]), (firefox, "firefox", files[2])):
        DOWNLOAD[family](profile, OURS, files[0])
        DOWNLOAD[family](profile, f"{OURS}?{family}", mine)
    pictures = [picture(chromium, file, "normal") for file in files]
    path = tmp_path / ".local/share/recently-used.xbel"
    path.write_bytes(XBEL % b"".join(entry(uris(str(file))[0]) for file in files))
    made = plan.make((chromium, firefox), TARGET, Policy(only=frozenset({"downloads"})))
    done = engine.apply(made, standard=())
    assert [one.failed for one in done.cleaned] == [""] * len(done.cleaned)
    assert done.troubles == []
    assert [one.exists() for one in pictures] == [False, False, False, True]
    assert path.read_bytes() == XBEL % entry(uris(str(files[3]))[0])
    assert [one.name for one in (tmp_path / ".local/share").iterdir()] == ["recently-used.xbel"]


@pytest.mark.parametrize("with_picture", [True, False])
def test_the_desktops_folders_are_opened_only_where_something_in_them_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_picture: bool
) -> None:
    profile = at_home(tmp_path)
    chromium_download(profile, OURS, tmp_path / "a.png")
    picture(profile, tmp_path / ("a.png" if with_picture else "b.png"), "normal")
    opened: list[Path] = []

    def recording(roots: Sequence[Path], aside: Sequence[Path]) -> Transaction:
        opened.extend(roots)
        return Transaction(roots, aside)

    monkeypatch.setattr(engine, "Transaction", recording)
    assert engine.apply(plan.make((profile,), TARGET, Policy()), standard=()).changed
    desktop = {tmp_path / ".cache/thumbnails"} if with_picture else set()
    assert set(opened) == {profile.path, profile.user_data} | desktop


APPS = ("chrome", "chromium")
START = "https://labs.openai.com/"


def launcher(
    profile: BrowserProfile,
    url: str,
    program: str = "/usr/bin/chromium",
    *,
    label: str = "App",
    extra: str = "",
) -> str:
    assert profile.data_home
    name = f"chrome-{app_id(url)}-{profile.path.name.replace(' ', '_')}"
    applications = profile.data_home / "applications"
    applications.mkdir(exist_ok=True)
    (applications / f"{name}.desktop").write_text(
        f"#!/usr/bin/env xdg-open\n[Desktop Entry]\nType=Application\nName={label}\n"
        f"Exec={program} {extra} "
        f'"--profile-directory={profile.path.name}" --app-id={app_id(url)}\nIcon={name}\n'
    )
    for size in ("48x48", "128x128"):
        icon = profile.data_home / "icons/hicolor" / size / "apps" / f"{name}.png"
        icon.parent.mkdir(parents=True, exist_ok=True)
        icon.write_bytes(b"icon")
    return name


def launchers_found(profile: BrowserProfile, seen: Iterable[str] = (START,)) -> tuple[Trace, ...]:
    assert profile.data_home
    asked = Look(TARGET, profile, Policy(), dict.fromkeys(seen, profile.path / "History"))
    return Launchers("", programs=APPS).find(profile.data_home / "applications", asked)


@pytest.mark.parametrize(
    ("url", "standings"),
    [
        pytest.param("https://labs.openai.com/", [Standing.KEPT], id="root"),
        pytest.param("https://labs.openai.com/seen", [Standing.KEPT], id="seen"),
        pytest.param("https://labs.openai.com/never-seen", [], id="unknown"),
        pytest.param("https://kept.example/", [], id="bystander"),
    ],
)
def test_the_folder_of_an_installed_app_is_kept(tmp_path: Path, url: str, standings: list[Standing]) -> None:
    profile = at_home(tmp_path)
    folder = profile.path / "Web Applications" / "Manifest Resources" / app_id(url)
    folder.mkdir(parents=True)
    seen = {"https://labs.openai.com/seen": profile.path / "History"}
    asked = Look(TARGET, profile, EVERYTHING, seen)
    assert [trace.standing for trace in APPS_INSTALLED.find(folder, asked)] == standings


def test_the_id_of_an_app_is_chromiums() -> None:
    assert app_id("https://example.org/") == "mldnpnnoiloahfhddhobgjeophloidmo"
    assert app_id("https://example.org/") != app_id("https://example.org")


def test_a_left_over_launcher_goes_with_its_icons(tmp_path: Path) -> None:
    profile = at_home(tmp_path, name="Profile 1")
    ours, theirs = launcher(profile, START), launcher(profile, "https://notopenai.com/")
    asked = Look(TARGET, profile, Policy(), {START: profile.path / "History"})
    applications = tmp_path / ".local/share/applications"
    run(Launchers("", programs=APPS), applications, asked, tmp_path / ".local/share")
    left = {path.rpartition("/")[2] for path in tree(tmp_path / ".local")}
    assert left == {f"{theirs}.desktop", f"{theirs}.png"}
    assert ours != theirs


@pytest.mark.parametrize("place", ["Desktop", ".config/autostart", ".gnome/apps"])
def test_a_left_over_shortcut_goes(tmp_path: Path, place: str) -> None:
    """From where it lies, and from the menu with its icons, in one run."""
    profile = replace(at_home(tmp_path), home=tmp_path)
    chromium_download(profile, START, tmp_path / "a.png")
    menu, folder = tmp_path / ".local/share/applications", tmp_path / place
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"{launcher(profile, url)}.desktop" for url in (START, "https://notopenai.com/")]
    for name in names:
        (folder / name).write_bytes((menu / name).read_bytes())
    (folder / "other.desktop").write_text("Exec=chromium https://labs.openai.com/")
    done = engine.apply(plan.make((profile,), TARGET, Policy()), standard=())
    assert {one.failed for one in done.cleaned} == {""}
    assert {one.name for one in menu.iterdir()} == {names[1]}
    assert {one.name for one in folder.iterdir()} == {names[1], "other.desktop"}


def test_the_launcher_of_an_installed_app_is_kept(tmp_path: Path) -> None:
    profile = at_home(tmp_path)
    launcher(profile, START)
    (profile.path / "Web Applications/Manifest Resources" / app_id(START)).mkdir(parents=True)
    assert [trace.standing for trace in launchers_found(profile)] == [Standing.KEPT]


@pytest.mark.parametrize(
    ("program", "extra", "found"),
    [
        ("/usr/bin/chromium", "", True),
        ("/opt/google/chrome/chrome", "", True),
        ("/usr/bin/chromium-stable", "", True),
        ("/usr/bin/chromium-beta", "", False),
        ("/usr/bin/brave", "", False),
        ("/usr/bin/chromiumx", "", False),
        ("/usr/bin/chromium", "--user-data-dir={data}", True),
        ("/usr/bin/anything", "--user-data-dir={data}", True),
        ("/usr/bin/chromium", "--user-data-dir=/elsewhere", False),
        ("/usr/bin/chromium", "'", False),
    ],
)
def test_a_launcher_of_another_browser_is_not_ours(
    tmp_path: Path, program: str, extra: str, found: bool
) -> None:
    profile = at_home(tmp_path)
    launcher(profile, START, program, extra=extra.format(data=profile.user_data))
    assert bool(launchers_found(profile)) == found


@pytest.mark.parametrize(
    ("label", "seen", "found"),
    [
        ("App", (START,), True),
        ("App", ("labs.openai.com",), True),
        ("App", (), False),
        ("labs.openai.com", (), True),
        ("labs.openai.com.evil.example", (), False),
    ],
    ids=["a page seen", "a host seen", "nothing seen", "named in the menu", "a look-alike in the menu"],
)
def test_an_app_is_known_by_what_was_seen(
    tmp_path: Path, label: str, seen: tuple[str, ...], found: bool
) -> None:
    profile = at_home(tmp_path)
    launcher(profile, START, label=label)
    assert bool(launchers_found(profile, seen)) == found


def test_an_app_of_others_that_was_seen_embedded_in_the_target_is_theirs(tmp_path: Path) -> None:
    profile = at_home(tmp_path)
    launcher(profile, "https://kept.example/", label="App")
    seen = "1/0/_dk_https://labs.openai.com https://labs.openai.com https://kept.example/"
    assert launchers_found(profile, (seen, "https://kept.example/^0https://labs.openai.com")) == ()


def test_another_profiles_launcher_is_not_ours(tmp_path: Path) -> None:
    launcher(at_home(tmp_path, name="Profile 1"), START)
    assert launchers_found(at_home(tmp_path)) == ()


def test_a_launcher_whose_program_two_browsers_have_goes_once(tmp_path: Path) -> None:
    """Chromium and Chrome both call theirs `chrome`; the second turn finds it gone, and fails for nothing."""
    profiles = [at_home(tmp_path / name, browser=name) for name in ("chromium", "chrome")]
    profiles = [replace(one, data_home=profiles[0].data_home) for one in profiles]
    launcher(profiles[0], START, "/opt/google/chrome/chrome")
    theirs = launcher(profiles[0], "https://notopenai.com/", "/opt/google/chrome/chrome")
    for profile in profiles:
        chromium_download(profile, START, tmp_path / "a.png")
    made = plan.make(profiles, TARGET, Policy())
    assert [one.profile for one in made.stores if isinstance(one.store, Launchers)] == profiles
    done = engine.apply(made, standard=())
    assert [one.failed for one in done.cleaned] == [""] * len(done.cleaned)
    assert {path.rpartition("/")[2] for path in tree(tmp_path / "chromium/.local")} == {
        f"{theirs}.desktop",
        f"{theirs}.png",
    }


LOG = '[1:1:1124/070000.1:INFO:CONSOLE:1] "hello", source: https://{}/app.js (1)\n'


@pytest.mark.parametrize(
    ("host", "goes"),
    [("labs.openai.com", True), ("notopenai.com", False), ("labs.openai.com.evil.example", False)],
)
def test_lines_of_the_debug_log(tmp_path: Path, host: str, goes: bool) -> None:
    path = tmp_path / "chrome_debug.log"
    around = LOG.format("kept.example")
    path.write_text(around + LOG.format(host) + around)
    clean(DEBUG_LOG, path, tmp_path)
    assert path.read_text() == around + LOG.format(host) * (not goes) + around


DUMPS = [
    pytest.param(b"MDMP\0\0https://labs.openai.com/x\0\0", True, id="a URL in memory"),
    pytest.param(b"MDMP" + "https://labs.openai.com/x".encode("utf-16-le"), True, id="UTF-16"),
    pytest.param(gzip.compress(b"https://labs.openai.com/x"), True, id="gzip"),
    pytest.param(mozlz4.write(b'"https://labs.openai.com/x"'), True, id="mozlz4"),
    pytest.param(gzip.compress(b"https://labs.openai.com/x")[:-9], False, id="gzip, cut off"),
    pytest.param(b"MDMP\0https://labs.openai.com.evil.example/\0", False, id="a look-alike"),
    pytest.param(b"", False, id="empty"),
]


@pytest.mark.parametrize(("content", "names_it"), DUMPS)
def test_a_memory_dump_is_reported_and_goes_on_request(
    tmp_path: Path, content: bytes, names_it: bool
) -> None:
    path = tmp_path / "1.dmp"
    path.write_bytes(content)
    found = CRASH_DUMPS.find(path, look(tmp_path))
    assert [trace.standing for trace in found] == [Standing.KEPT] * names_it
    assert clean(CRASH_DUMPS, path, tmp_path)[0] == []
    assert path.read_bytes() == content
    assert len(run(CRASH_DUMPS, path, look(tmp_path, EVERYTHING), tmp_path)) == names_it
    assert path.exists() != names_it


def test_extensions_are_reported_file_by_file_and_never_touched(tmp_path: Path) -> None:
    folder = tmp_path / "Extensions/abc"
    (folder / "1.0/js").mkdir(parents=True)
    (folder / "1.0/manifest.json").write_text('{"host_permissions": ["https://labs.openai.com/*"]}')
    (folder / "1.0/js/a.js").write_text("fetch('https://notopenai.com')")
    before = tree(tmp_path)
    found = EXTENSIONS.find(folder, look(tmp_path, EVERYTHING))
    assert [(trace.key, trace.standing) for trace in found] == [("1.0/manifest.json", Standing.KEPT)]
    assert clean(EXTENSIONS, folder, tmp_path, EVERYTHING) == ([], 0)
    assert tree(tmp_path) == before


def test_an_extension_is_read_though_it_is_packed(tmp_path: Path) -> None:
    folder = tmp_path / "extensions"
    folder.mkdir()
    for name, host in (("ours@x.xpi", "labs.openai.com"), ("theirs@x.xpi", "labs.openai.com.evil.example")):
        with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("rules.json", json.dumps([f"https://{host}/*"] * 9))
            archive.writestr("other.js", "// of notopenai.com")
    whole = (folder / "ours@x.xpi").read_bytes()
    (folder / "cut@x.xpi").write_bytes(whole[:-30])
    before = tree(folder)
    asked = look(tmp_path, EVERYTHING)
    found = EXTENSION_FILES.find(folder, asked)
    assert [(trace.key, trace.standing) for trace in found] == [("ours@x.xpi", Standing.KEPT)]
    clean(EXTENSION_FILES, folder, tmp_path, EVERYTHING)
    assert tree(folder) == before


@pytest.mark.parametrize("host", ["labs.openai.com", "labs.openai.com.evil.example"])
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_part_of_an_extension_hides_none_behind_it(tmp_path: Path, method: int, host: str) -> None:
    folder = tmp_path / "extensions"
    folder.mkdir()
    with zipfile.ZipFile(folder / "a@x.xpi", "w", method) as archive:
        archive.writestr("first.js", os.urandom(99))
        second = archive.fp.tell() if archive.fp else 0
        archive.writestr("rules.json", json.dumps([f"https://{host}/*"] * 9))
    content = bytearray((folder / "a@x.xpi").read_bytes())
    content[second - 60 : second - 20] = b"\xff" * 40
    (folder / "a@x.xpi").write_bytes(content)
    found = EXTENSION_FILES.find(folder, look(tmp_path, EVERYTHING))
    assert [trace.key for trace in found] == ["a@x.xpi"] * (host == "labs.openai.com")


@pytest.mark.parametrize(("host", "goes"), [("labs.openai.com", True), ("labs-openai.com", False)])
def test_blobs_of_a_session_that_ended(tmp_path: Path, host: str, goes: bool) -> None:
    folder = tmp_path / "blob_storage/6c9d"
    folder.mkdir(parents=True)
    (folder / "0").write_text(f"https://{host}/")
    clean(BLOBS, folder, tmp_path)
    assert (folder / "0").exists() != goes


@pytest.mark.parametrize(("host", "goes"), [("labs.openai.com", True), ("labs-openai.com", False)])
@pytest.mark.parametrize(
    "inside", ["_CACHE_001_", "0/A1/2B3C4d01"], ids=["a block file", "a file of its own"]
)
def test_an_old_cache_goes_whole(tmp_path: Path, inside: str, host: str, goes: bool) -> None:
    folder = tmp_path / "Cache"
    for name in ("_CACHE_MAP_", "1/B2/3C4D5d01", inside):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"HTTP:https://kept.example/")
    (folder / inside).write_bytes(f"HTTP:https://{host}/\0".encode())
    before = tree(folder)
    clean(OLD_CACHES, folder, tmp_path)
    assert tree(folder) == ({} if goes else before)


@pytest.mark.parametrize(("host", "goes"), [("labs.openai.com", True), ("labs-openai.com", False)])
def test_what_the_start_page_fetched(tmp_path: Path, host: str, goes: bool) -> None:
    path = tmp_path / "activity-stream.discovery_stream.json"
    path.write_text(json.dumps({"feeds": [{"url": f"https://{host}/"}]}))
    clean(START_PAGE, path, tmp_path)
    assert path.exists() != goes


@pytest.mark.parametrize("policy", [Policy(), EVERYTHING, Policy(include=frozenset({"bookmarks", "logins"}))])
def test_what_only_the_person_can_take_apart_stays(tmp_path: Path, policy: Policy) -> None:
    backup = tmp_path / "backups/snapshots/1/prefs.js"
    backup.parent.mkdir(parents=True)
    backup.write_text("https://labs.openai.com/")
    signons = tmp_path / "signons3.txt"
    signons.write_text("#2e\n.\nhttps://labs.openai.com\nuser\n.\nhttps://notopenai.com\nuser\n.\n")
    certificates = tmp_path / "cert9.db"
    create(certificates, "firefox-153/cert9")
    insert(
        certificates, "nssPublic", {"id": 1, "a11": b"labs.openai.com"}, {"id": 2, "a11": b"notopenai.com"}
    )
    for store, path in (
        (BACKUPS, tmp_path / "backups"),
        (SIGNONS_BEFORE_35, signons),
        (CERTIFICATES, certificates),
    ):
        asked = look(tmp_path, policy)
        found = store.find(path, asked)
        assert [trace.standing for trace in found] == [Standing.KEPT]
        assert not asked.policy.removes(found[0])


HOSTS = ("labs.openai.com", "notopenai.com", "labs.openai.com.evil.example", "kept.example")


@pytest.mark.parametrize(
    ("store", "line", "comment"),
    [
        (
            OLD_COOKIES,
            "{}\tTRUE\t/\tFALSE\t1795501402\tname\tvalue\n",
            "# HTTP Cookie File labs.openai.com\n",
        ),
        (OLD_PERMISSIONS, "host\tcookie\t1\t{}\n", "# Permission File\n"),
    ],
    ids=["cookies.txt", "hostperm.1"],
)
def test_texts_of_old_versions(tmp_path: Path, store: Store, line: str, comment: str) -> None:
    path = tmp_path / "old.txt"
    path.write_text(comment + "".join(map(line.format, HOSTS)))
    policy = Policy(mentions="keep")
    assert [trace.seen for trace in store.find(path, look(tmp_path, policy))] == [HOSTS[0]]
    clean(store, path, tmp_path, policy)
    assert path.read_text() == comment + "".join(map(line.format, HOSTS[1:]))


OLD = {
    "signons": (SIGNONS, "moz_logins(id INTEGER PRIMARY KEY, hostname TEXT, n)", "https://{}", "hostname"),
    "downloads": (
        OLD_DOWNLOADS,
        "moz_downloads(id INTEGER PRIMARY KEY, source TEXT, n)",
        "https://{}/a",
        "source",
    ),
    "predicted hosts": (
        PREDICTIONS,
        "moz_hosts(id INTEGER PRIMARY KEY, origin TEXT, n)",
        "https://{}",
        "origin",
    ),
    "predicted pages": (PREDICTIONS, "moz_pages(id INTEGER PRIMARY KEY, uri TEXT, n)", "https://{}/", "uri"),
}


@pytest.mark.parametrize(("store", "table", "spelled", "column"), OLD.values(), ids=OLD)
def test_databases_of_old_versions(
    tmp_path: Path, store: Store, table: str, spelled: str, column: str
) -> None:
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE TABLE {table}")
        name = table.partition("(")[0]
        for host in HOSTS:
            database.execute(f"INSERT INTO {name}({column}, n) VALUES (?, 1)", (spelled.format(host),))
        database.commit()
    clean(store, path, tmp_path, Policy(include=frozenset({"logins"})))
    assert ask(path, f"SELECT {column} FROM {name}") == [spelled.format(host) for host in HOSTS[1:]]


def test_what_a_predicted_page_fetched_goes_with_it(tmp_path: Path) -> None:
    path = tmp_path / "netpredictions.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            """CREATE TABLE moz_pages(id INTEGER PRIMARY KEY, uri TEXT);
               CREATE TABLE moz_subresources(id INTEGER PRIMARY KEY, pid INTEGER, uri TEXT);
               INSERT INTO moz_pages VALUES (1, 'https://labs.openai.com/'), (2, 'https://kept.example/');
               INSERT INTO moz_subresources VALUES (1, 1, 'https://cdn.example/'), (2, 2, 'https://cdn.example/');"""
        )
    clean(PREDICTIONS, path, tmp_path)
    assert ask(path, "SELECT id FROM moz_subresources") == [2]


def test_a_plan_of_the_desktops_places_survives_its_file(tmp_path: Path) -> None:
    profile = at_home(tmp_path)
    chromium_download(profile, OURS, tmp_path / "a.png")
    picture(profile, tmp_path / "a.png", "large")
    made = plan.make((profile,), TARGET, Policy())
    plan_file.save(made, tmp_path / "plan.json")
    loaded = plan_file.load(tmp_path / "plan.json")
    assert loaded.profiles == (profile,)
    assert [one.path for one in loaded.stores] == [one.path for one in made.stores]
    assert json.loads((tmp_path / "plan.json").read_text())["profiles"][0]["data_home"]
    assert replace(profile, data_home=None) != profile


@pytest.mark.parametrize("policy", [Policy(), EVERYTHING], ids=["by-default", "everything"])
@pytest.mark.parametrize(
    ("url", "standings"), [(OURS, [Standing.KEPT]), ("https://labs.openai.com.evil.example/", [])]
)
def test_a_backup_of_firefox_is_reported(
    tmp_path: Path, policy: Policy, url: str, standings: list[Standing]
) -> None:
    file = tmp_path / "FirefoxBackup_default_1.html"
    file.write_bytes(backup_files.page({"places/places.sqlite": b"\0" * 9 + url.encode()}, chunk=60))
    before = tree(tmp_path)
    assert [trace.standing for trace in BACKUP_ARCHIVES.find(file, look(tmp_path, policy))] == standings
    assert clean(BACKUP_ARCHIVES, file, tmp_path, policy)[0] == []
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (backup_files.page({"places.sqlite": b""}, '{"salt":"AA=="}'), "a backup with a password"),
        (b"<!DOCTYPE html><html>hello</html>", "no whole archive in it"),
    ],
    ids=["encrypted", "another-page"],
)
def test_a_backup_that_cannot_be_read_is_said(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "x.html"
    file.write_bytes(content)
    with pytest.raises(UnreadableStore, match=reason):
        BACKUP_ARCHIVES.find(file, look(tmp_path))


def test_what_developer_tools_recorded_of_pages_goes(tmp_path: Path) -> None:
    for url in (OURS, "https://labs.openai.com.evil.example/", "https://shop.example/"):
        file = tmp_path / f"{url.split('/')[2]}_Archive [26-11-24].har"
        file.write_text(json.dumps({"log": {"entries": [{"request": {"url": url}}]}}))
        clean(HAR_LOGS, file, tmp_path)
    assert {file.name.partition("_")[0] for file in tmp_path.iterdir()} == {
        "labs.openai.com.evil.example",
        "shop.example",
    }


@pytest.mark.parametrize("host", ["labs.openai.com", "labs.openai.com.evil.example"])
@pytest.mark.parametrize("name", ["moz_log.txt", "log-main.4711.moz_log", "log-child.4712.moz_log.3"])
def test_a_log_of_firefoxs_requests_goes_where_it_names_the_target(
    tmp_path: Path, name: str, host: str
) -> None:
    profile = at_home(tmp_path, "firefox")
    log = profile.path / name
    log.write_text(f"[Parent 4711]: D/nsHttp nsHttpChannel::Init [this=7f8b uri=https://{host}/]\n")
    assert log in located(NETWORK_LOGS.places, profile)
    clean(NETWORK_LOGS, log, profile.path)
    assert log.exists() == host.endswith(".evil.example")


@pytest.mark.parametrize(
    ("store", "name"),
    [
        (EXTENSION_FILES, "jetpack/a@x/simple-storage/store.json"),
        (EXTENSION_FILES, "adblockplus/patterns.ini"),
        (EXTENSION_FILES, "ScrapBook/data/20150101/index.html"),
        (APPS_BEFORE_46, "webapps/webapps.json"),
    ],
    ids=["jetpack", "adblockplus", "ScrapBook", "webapps"],
)
def test_what_old_extensions_and_apps_kept_is_reported(tmp_path: Path, store: Store, name: str) -> None:
    place, _, key = name.partition("/")
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    file.write_text("https://labs.openai.com.evil.example/")
    assert f"{{profile}}/{place}" in store.places
    assert store.find(tmp_path / place, look(tmp_path)) == ()
    file.write_text("https://labs.openai.com/")
    found = store.find(tmp_path / place, look(tmp_path, EVERYTHING))
    assert [(trace.key, trace.standing) for trace in found] == [(key, Standing.KEPT)]


@pytest.mark.parametrize("name", ["netlog.json", "netlog.jsonl"])
def test_a_log_of_all_requests_goes_only_on_request(tmp_path: Path, name: str) -> None:
    profile = at_home(tmp_path)
    log = profile.user_data / name
    log.write_bytes(b'{"constants":{},"events":[\n{"params":{"url":"https://kept.example/"}}]}')
    assert NET_LOG.find(log, Look(TARGET, profile, EVERYTHING)) == ()
    log.write_bytes(b'{"constants":{},"events":[\n{"params":{"url":"https://labs.openai.com/"}}]}')
    found = [NET_LOG.find(log, Look(TARGET, profile, policy)) for policy in (Policy(), EVERYTHING)]
    assert [[trace.standing for trace in traces] for traces in found] == [
        [Standing.KEPT],
        [Standing.MENTION],
    ]


@pytest.mark.parametrize("place", DICTIONARY.places[::2])
def test_words_that_a_person_taught_are_reported_and_kept(tmp_path: Path, place: str) -> None:
    path = tmp_path / place.removeprefix("{profile}/")
    path.write_bytes(b"kept.example\nlabs.openai.com.evil.example\nchecksum_v1 = 0\n")
    assert DICTIONARY.find(path, look(tmp_path)) == ()
    path.write_bytes(b"kept.example\nlabs.openai.com\nchecksum_v1 = 0\n")
    assert [trace.standing for trace in DICTIONARY.find(path, look(tmp_path, EVERYTHING))] == [Standing.KEPT]
