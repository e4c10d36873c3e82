"""What Windows and macOS note of browsing: jump lists, recent files, quarantined downloads, windows."""

from __future__ import annotations

import plistlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber import engine, plan, verdict
from scrubber.browsers.chromium.outside import SAVED_STATE, launchers
from scrubber.browsers.system import OPENED_WITH, RECENT_FILES, SHARED_FILE_LISTS, WINDOWS_NOTES
from scrubber.formats import property_list
from scrubber.formats.damaged import Damaged
from scrubber.model import BrowserProfile, Look, Policy, Standing
from scrubber.stores.downloaded import downloaded
from scrubber.stores.web_apps import app_id
from tests.cleaned import tree
from tests.schemas import create, insert
from tests.stores.running import MIXED, OURS, TARGET, THEIRS, ask, clean, look

if TYPE_CHECKING:
    from pathlib import Path

RECENT = "AppData/Roaming/Microsoft/Windows/Recent"
JUMP_LISTS = launchers(("chrome", "chrome.exe"))[0]


def put(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def link(*texts: str, codec: str = "utf-16-le") -> bytes:
    """A shell link as far as it matters: its header, then texts that end with a zero."""
    header = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F" + bytes(56)
    return header + b"".join((text + "\0").encode(codec) for text in texts)


def jump_list(host: str, program: str) -> bytes:
    return b"\x02\0\0\0" + link(
        f"C:\\Program Files\\Google\\Chrome\\Application\\{program}", f"https://{host}/ Title"
    )


def on_windows(home: Path, browser: str = "chrome", name: str = "Default") -> BrowserProfile:
    user_data = home / "AppData/Local/Google/Chrome/User Data"
    (user_data / name).mkdir(parents=True, exist_ok=True)
    path = user_data / name
    return BrowserProfile(browser, "chromium", name, name, path, user_data, path, home=home)


@pytest.mark.parametrize("host", MIXED)
def test_jump_lists_of_the_browser_go_whole(tmp_path: Path, host: str) -> None:
    path = put(tmp_path / "5d696d521de238c3.customDestinations-ms", jump_list(host, "Chrome.EXE"))
    clean(JUMP_LISTS, path)
    assert path.exists() == (host not in OURS)


@pytest.mark.parametrize("program", ["winword.exe", "notchrome.exe", "chrome"])
def test_jump_lists_of_other_programs_are_reported(tmp_path: Path, program: str) -> None:
    path = put(tmp_path / "1.customDestinations-ms", jump_list("labs.openai.com", program))
    found = JUMP_LISTS.find(path, look(tmp_path, Policy(mentions="all")))
    assert [trace.standing for trace in found] == [Standing.KEPT]


@pytest.mark.parametrize("codec", ["utf-16-le", "cp1252"])
@pytest.mark.parametrize(
    ("others", "goes"),
    [
        ((), True),
        (("C:\\Program Files\\Google\\Chrome\\Application\\chrome_proxy.exe",), True),
        (("C:\\Program Files\\Editor\\editor.exe", "C:\\work\\kept.txt"), False),
        (("C:\\Chrome\\notchrome.exe",), False),
    ],
    ids=["the browser alone", "its web apps", "a program that starts the browser too", "a look-alike"],
)
def test_jump_lists_with_more_than_the_browser_stay(
    tmp_path: Path, others: tuple[str, ...], codec: str, goes: bool
) -> None:
    content = jump_list("labs.openai.com", "chrome.exe") + link(*others, codec=codec)
    path = put(tmp_path / "1.customDestinations-ms", content)
    clean(JUMP_LISTS, path)
    assert path.exists() != goes


def test_each_browser_takes_its_own_jump_list(tmp_path: Path) -> None:
    """Two profiles of one browser know the same list; another browser's is reported."""
    profiles = [on_windows(tmp_path, name=name) for name in ("Default", "Profile 1")]
    lists = tmp_path / RECENT / "CustomDestinations"
    put(lists / "chrome.customDestinations-ms", jump_list("labs.openai.com", "chrome.exe"))
    put(lists / "edge.customDestinations-ms", jump_list("labs.openai.com", "msedge.exe"))
    put(lists / "theirs.customDestinations-ms", jump_list("labs.openai.com.evil.example", "chrome.exe"))
    before = tree(lists)
    done = engine.apply(plan.make(profiles, TARGET, Policy()), standard=())
    assert {one.failed for one in done.cleaned} == {""}
    assert tree(lists) == {name: text for name, text in before.items() if not name.startswith("chrome")}
    again = verdict.verify(profiles, TARGET, Policy())
    assert {(one.path.name, one.explained) for one in again.remnants} == {
        ("edge.customDestinations-ms", "kept")
    }


FILE = "C:\\Users\\Änn\\Downloads\\a b.png"


@pytest.fixture
def recent(tmp_path: Path) -> Path:
    """The folder of recent files, in a home whose browser has downloaded one file from the target."""
    profile = on_windows(tmp_path)
    create(profile.path / "History", "chromium-156/History")
    for number, (file, host) in enumerate(((FILE, OURS[0]), ("C:\\b.png", THEIRS[0]))):
        insert(
            profile.path / "History", "downloads", {"id": number, "target_path": file, "current_path": file}
        )
        chain = {"id": number, "chain_index": 0, "url": f"https://{host}/x"}
        insert(profile.path / "History", "downloads_url_chains", chain)
    return tmp_path / RECENT


RECENTS = [
    pytest.param("a b.lnk", link("Ann", FILE), Standing.OWN, id="a download of the target"),
    pytest.param("a b.lnk", link(FILE.replace("Downloads", "DOWNLOADS")), Standing.OWN, id="in other case"),
    pytest.param("a b.LNK", link(FILE, codec="cp1252"), Standing.OWN, id="in the code page"),
    pytest.param("x.lnk", link(f"{FILE}.bak"), None, id="a file whose name goes on"),
    pytest.param("b.lnk", link("C:\\b.png"), None, id="a download from a look-alike"),
    pytest.param(
        "y.url", b"[InternetShortcut]\r\nURL=https://labs.openai.com/\r\n", Standing.OWN, id="address"
    ),
    pytest.param("z.url", b"[InternetShortcut]\r\nURL=https://notopenai.com/\r\n", None, id="look-alike"),
    pytest.param(
        "w.url", b"URL=https://x.example/?u=https://labs.openai.com/", Standing.MENTION, id="redirect"
    ),
    pytest.param("labs.openai.com.lnk", link("Z:\\x"), Standing.MENTION, id="by its name"),
    pytest.param("notes.txt", b"https://labs.openai.com/", None, id="no link"),
]


@pytest.mark.parametrize(("name", "content", "standing"), RECENTS)
def test_links_to_the_targets_files_and_addresses_go(
    recent: Path, name: str, content: bytes, standing: Standing | None
) -> None:
    path = put(recent / name, content)
    put(recent / "other.lnk", link("C:\\kept.txt"))
    home = recent.parents[4]
    profile = on_windows(home)
    found = RECENT_FILES.find(recent, Look(TARGET, profile, Policy()))
    assert [(trace.key, trace.standing) for trace in found] == [(name, standing)] * (standing is not None)
    made = plan.make((profile,), TARGET, Policy())
    engine.apply(made, standard=())
    assert path.exists() == (standing is None)
    assert (recent / "other.lnk").exists()


def test_a_download_on_windows_is_told_on_linux_too(recent: Path) -> None:
    profile = on_windows(recent.parents[4])
    assert downloaded(Look(TARGET, profile, Policy())) == {FILE: f"https://{OURS[0]}/x"}


def firefox(home: Path, name: str = "default") -> BrowserProfile:
    path = home / "profiles" / name
    path.mkdir(parents=True)
    create(path / "places.sqlite", "firefox-153/places")
    return BrowserProfile("firefox", "firefox", name, name, path, path.parent, path, home=home)


def test_downloads_with_firefox_on_windows(tmp_path: Path) -> None:
    profile = firefox(tmp_path)
    places = profile.path / "places.sqlite"
    insert(places, "moz_anno_attributes", {"id": 1, "name": "downloads/destinationFileURI"})
    for number, (file, host) in enumerate((("%C3%84nn/a%20b.png", OURS[0]), ("b.png", THEIRS[0])), 1):
        insert(places, "moz_places", {"id": number, "url": f"https://{host}/x", "guid": str(number)})
        uri = f"file:///C:/Users/{file}"
        insert(
            places, "moz_annos", {"id": number, "place_id": number, "anno_attribute_id": 1, "content": uri}
        )
    assert downloaded(Look(TARGET, profile, Policy())) == {"C:\\Users\\Änn\\a b.png": f"https://{OURS[0]}/x"}
    ours = put(tmp_path / RECENT / "a b.lnk", link("C:\\Users\\Änn\\a b.png"))
    theirs = put(tmp_path / RECENT / "b.lnk", link("C:\\Users\\b.png"))
    lists = tmp_path / RECENT / "CustomDestinations"
    own = put(lists / "own.customDestinations-ms", jump_list(OURS[0], "firefox.exe"))
    others = put(lists / "others.customDestinations-ms", jump_list(OURS[0], "chrome.exe"))
    done = engine.apply(plan.make((profile,), TARGET, Policy()), standard=())
    assert {one.failed for one in done.cleaned} == {""}
    assert [path.exists() for path in (ours, theirs, own, others)] == [False, True, False, True]
    assert {one.explained for one in verdict.verify((profile,), TARGET, Policy()).remnants} == {"kept"}


@pytest.mark.parametrize("host", MIXED)
def test_what_macos_notes_of_firefox(tmp_path: Path, host: str) -> None:
    profile = firefox(tmp_path)
    path = tmp_path / "Library/Preferences/com.apple.LaunchServices.QuarantineEventsV2"
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute(QUARANTINED)
        database.execute(
            "INSERT INTO LSQuarantineEvent VALUES (1, 1, '', '', ?, '', '', '', NULL)",
            (f"https://{host}/a.png",),
        )
        database.commit()
    windows = tmp_path / "Library/Saved Application State"
    own = put(windows / "org.mozilla.firefox.savedState/windows.plist", plist(host))
    others = put(windows / "com.google.Chrome.savedState/windows.plist", plist(host))
    engine.apply(plan.make((profile,), TARGET, Policy()), standard=())
    stays = host not in OURS
    assert (own.exists(), len(ask(path, "SELECT 1 FROM LSQuarantineEvent"))) == (stays, stays)
    assert others.exists()
    assert verdict.verify((profile,), TARGET, Policy()).remnants == ()


def test_what_was_opened_with_other_programs_is_reported(tmp_path: Path) -> None:
    for name, hosts in (
        ("ours.automaticDestinations-ms", MIXED),
        ("theirs.automaticDestinations-ms", THEIRS),
    ):
        path = put(tmp_path / name, b"\xd0\xcf\x11\xe0" + link(*(f"https://{host}/" for host in hosts)))
        found = OPENED_WITH.find(path, look(tmp_path, Policy(mentions="all")))
        assert [trace.standing for trace in found] == [Standing.KEPT] * (hosts is MIXED)


def test_notifications_that_windows_keeps_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "wpndatabase.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE Notification(Id INTEGER PRIMARY KEY, Payload BLOB)")
        rows = [(f"<toast>https://{host}/</toast>".encode(),) for host in MIXED]
        database.executemany("INSERT INTO Notification(Payload) VALUES (?)", rows)
        database.commit()
    found = WINDOWS_NOTES.find(path, look(tmp_path, Policy(mentions="all")))
    assert {(trace.key, trace.standing) for trace in found} == {
        (number, Standing.KEPT) for number, host in enumerate(MIXED, 1) if host in OURS
    }


QUARANTINED = """CREATE TABLE LSQuarantineEvent(LSQuarantineEventIdentifier TEXT PRIMARY KEY NOT NULL,
    LSQuarantineTimeStamp REAL, LSQuarantineAgentBundleIdentifier TEXT, LSQuarantineAgentName TEXT,
    LSQuarantineDataURLString TEXT, LSQuarantineSenderName TEXT, LSQuarantineOriginTitle TEXT,
    LSQuarantineOriginURLString TEXT, LSQuarantineOriginAlias BLOB)"""


def on_a_mac(home: Path, name: str = "Default") -> BrowserProfile:
    user_data = home / "Library/Application Support/Google/Chrome"
    (user_data / name).mkdir(parents=True, exist_ok=True)
    path = user_data / name
    return BrowserProfile("chrome", "chromium", name, name, path, user_data, path, home=home)


@pytest.mark.parametrize("column", ["LSQuarantineDataURLString", "LSQuarantineOriginURLString"])
def test_downloads_that_macos_asks_about(tmp_path: Path, column: str) -> None:
    """The list is shared: what the first profile's turn takes away, the second doesn't miss."""
    profiles = [on_a_mac(tmp_path, name) for name in ("Default", "Profile 1")]
    path = tmp_path / "Library/Preferences/com.apple.LaunchServices.QuarantineEventsV2"
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute(QUARANTINED)
        database.executemany(
            f"INSERT INTO LSQuarantineEvent(LSQuarantineEventIdentifier, {column}) VALUES (?, ?)",
            [(host, f"https://{host}/a.png") for host in MIXED],
        )
        database.commit()
    other = put(path.parent / "other.plist", "https://labs.openai.com/")
    done = engine.apply(plan.make(profiles, TARGET, Policy()), standard=())
    assert [one.failed for one in done.cleaned] == [""]
    assert set(ask(path, "SELECT LSQuarantineEventIdentifier FROM LSQuarantineEvent")) == set(THEIRS)
    assert {one.name for one in path.parent.iterdir()} == {path.name, other.name}
    assert verdict.verify(profiles, TARGET, Policy()).remnants == ()


def plist(*texts: str) -> bytes:
    return plistlib.dumps([{"NSTitle": text, "SSSS": b"S"} for text in texts], fmt=plistlib.FMT_BINARY)


@pytest.mark.parametrize("host", MIXED)
def test_windows_that_macos_opens_again(tmp_path: Path, host: str) -> None:
    path = tmp_path / "com.google.Chrome.savedState"
    put(path / "windows.plist", plist(host, "Sé"))
    put(path / "data.data", b"NSCR1000 encrypted")
    clean(SAVED_STATE, path)
    assert bool(tree(path)) == (host not in OURS)


@pytest.mark.parametrize("name", ["com.apple.Safari.savedState", "org.mozilla.firefox.savedState"])
def test_windows_of_other_programs_are_theirs(tmp_path: Path, name: str) -> None:
    profile = on_a_mac(tmp_path)
    put(tmp_path / "Library/Saved Application State" / name / "windows.plist", plist("labs.openai.com"))
    assert plan.make((profile,), TARGET, Policy()).stores == ()
    assert verdict.verify((profile,), TARGET, Policy()).remnants == ()


def test_files_that_programs_opened_on_a_mac_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "com.apple.sharedfilelist"
    put(path / "com.apple.LSSharedFileList.RecentDocuments.sfl3", plist(*MIXED))
    put(path / "App/com.google.chrome.sfl2", plist(*THEIRS))
    found = SHARED_FILE_LISTS.find(path, look(tmp_path, Policy(mentions="all")))
    assert [(trace.key, trace.standing) for trace in found] == [
        ("com.apple.LSSharedFileList.RecentDocuments.sfl3", Standing.KEPT)
    ]


APP = app_id("https://labs.openai.com/")
OTHERS_APP = app_id("https://labs.openai.com.evil.example/")
MENU = "AppData/Roaming/Microsoft/Windows/Start Menu/Programs"
TASKBAR = "AppData/Roaming/Microsoft/Internet Explorer/Quick Launch/User Pinned/TaskBar"
CHROME_APPS = "Applications/Chrome Apps.localized"


@pytest.mark.parametrize(
    ("place", "content", "kept"),
    [
        pytest.param(f"{MENU}/Chrome Apps/D.lnk", link("chrome", f"--app-id={APP}"), True, id="its app"),
        pytest.param(f"{MENU}/Chrome Apps/D.lnk", link("", f" --app-id={APP}")[1:], True, id="anywhere"),
        pytest.param(f"{MENU}/D.lnk", link("--app=https://labs.openai.com/"), True, id="its address"),
        pytest.param(f"{TASKBAR}/D.lnk", link("https://labs.openai.com/e/1"), True, id="a page"),
        pytest.param(f"{CHROME_APPS}/D.app/Contents/Info.plist", plist(f"x.{APP}"), True, id="its Mac app"),
        pytest.param(f"{MENU}/Chrome Apps/E.lnk", link(f"--app-id={OTHERS_APP}"), False, id="another's app"),
        pytest.param(f"{TASKBAR}/E.lnk", link("https://labs.openai.com.evil.example/"), False, id="other"),
    ],
)
def test_shortcuts_to_its_apps_and_pages_stay_and_are_reported(
    tmp_path: Path, place: str, content: bytes, kept: bool
) -> None:
    """They were made on purpose; and what is reported is no surprise to the last look."""
    profile = on_windows(tmp_path)
    put(tmp_path / place, content)
    made = plan.make((profile,), TARGET, Policy(mentions="all"))
    traces = [trace for planned in made.stores for trace in planned.traces]
    assert [trace.standing for trace in traces] == ([Standing.KEPT] if kept else [])
    engine.apply(made, standard=())
    assert (tmp_path / place).read_bytes() == content
    found = verdict.verify((profile,), TARGET, Policy(mentions="all"))
    assert not [remnant for remnant in found.remnants if not remnant.explained]


def test_texts_of_property_lists_stand_apart() -> None:
    shared = ["deep", b"data"]
    value = {"labs.openai.com": "Ärger", "S": [shared, shared, 1, 2.5, True]}
    found = property_list.texts(plistlib.dumps(value, fmt=plistlib.FMT_BINARY))
    assert set(found) == {b"labs.openai.com", "Ärger".encode(), b"S", b"deep", b"data"}


@pytest.mark.parametrize(
    "content", [b"", b"bplist00", b"bplist00" + bytes(40), b"<plist>", b"bplist00\xa1" * 9]
)
def test_what_is_no_property_list_is_said(content: bytes) -> None:
    with pytest.raises(Damaged):
        property_list.texts(content)


def test_without_a_home_there_is_nowhere_to_look(tmp_path: Path) -> None:
    profile = BrowserProfile("chrome", "chromium", "D", "D", tmp_path, tmp_path, tmp_path)
    assert profile.system == profile.desktop == ()
