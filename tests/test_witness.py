"""A foreign reader sees the target's cookies while they are there, gets no key and leaves nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import browser_cookie3
import lz4.block
import pytest

from scrubber import plan, residue, verdict, witness
from scrubber.model import BrowserProfile, Policy
from scrubber.samples.schemas import create, insert
from tests.cleaned import TARGET
from tests.cli.running import everything

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scrubber.witness import Witness

OURS = ("labs.openai.com", ".labs.openai.com", "cdn.labs.openai.com", ".openai.com")
OTHERS = ("notopenai.com", "labs-openai.com", "labs.openai.com.evil.example", "openai.com", ".shop.example")
ENCRYPTED = (b"v10" + b"\x5a" * 32, b"v11" + b"\xa5" * 32, b"v20" + b"\x3c" * 40)


def chromium(path: Path, hosts: Iterable[str], top: str = "") -> Path:
    create(path, "chromium-156/Cookies")
    _insert_chromium(path, hosts, top)
    return path


def _insert_chromium(path: Path, hosts: Iterable[str], top: str = "") -> None:
    common = {"top_frame_site_key": top, "name": "id", "path": "/"}
    cookies = (
        {**common, "creation_utc": number, "host_key": host, "encrypted_value": ENCRYPTED[number % 3]}
        for number, host in enumerate(hosts)
    )
    insert(path, "cookies", *cookies)


def logged(path: Path, hosts: Iterable[str]) -> Path:
    """A crashed browser's: all cookies are in the write-ahead log alone."""
    live = path.with_name("live") / path.name
    create(live, "chromium-156/Cookies")
    with closing(sqlite3.connect(live)) as database:
        database.execute("PRAGMA journal_mode = wal").fetchall()
        # The log is folded in by who closes the database last.
        _insert_chromium(live, hosts)
        for part in live.parent.iterdir():
            shutil.copyfile(part, path.with_name(part.name))
    shutil.rmtree(live.parent)
    return path


def firefox(path: Path, hosts: Iterable[str], attributes: str = "") -> Path:
    create(path, "firefox-153/cookies")
    common = {"originAttributes": attributes, "name": "id", "value": "1", "path": "/", "expiry": 2**31}
    cookies = ({**common, "id": number, "host": host} for number, host in enumerate(hosts))
    insert(path, "moz_cookies", *cookies)
    return path


def session(path: Path, hosts: Iterable[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    listed = [{"host": host, "name": "id", "value": "1", "path": "/"} for host in hosts]
    path.write_bytes(b"mozLz40\0" + lz4.block.compress(json.dumps({"cookies": listed}).encode()))
    return path


FILES = [
    pytest.param(chromium, "Default/Network/Cookies", id="Chromium"),
    pytest.param(chromium, "Default/Extension Cookies", id="Chromium, of extensions"),
    pytest.param(chromium, "Default/Storage/ext/abc/def/Network/Cookies", id="Chromium, of an app"),
    pytest.param(logged, "Default/Cookies", id="Chromium, in the write-ahead log"),
    pytest.param(firefox, "cookies.sqlite", id="Firefox"),
    pytest.param(firefox, "cookies.sqlite.bak", id="Firefox, set aside"),
    pytest.param(session, "sessionstore.jsonlz4", id="session"),
    pytest.param(session, "sessionstore-backups/recovery.baklz4", id="session, the one before"),
    pytest.param(session, "sessionstore-backups/upgrade.jsonlz4-20261124", id="session, of an upgrade"),
]


def asked(*roots: Path) -> list[Witness]:
    return list(witness.ask(roots, TARGET))


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's folder for temporary files, which is empty again after each test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(autouse=True)
def _nothing_left(temporary: Path) -> Iterator[None]:
    yield
    assert list(temporary.iterdir()) == []
    assert tempfile.tempdir == str(temporary)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(("make", "place"), FILES)
def test_it_sees_the_targets_cookies_and_no_others(make: Any, place: str, home: Path) -> None:
    path = make(home / place, (*OURS, *OTHERS))
    count = len(OURS) + len(OTHERS)
    assert asked(home) == [witness.Witness(witness.NAME, path, "found", cookies=len(OURS), read=count)]


@pytest.mark.parametrize(("make", "place"), FILES)
def test_it_sees_others_cookies_and_says_so(make: Any, place: str, home: Path) -> None:
    path = make(home / place, OTHERS)
    assert asked(home) == [witness.Witness(witness.NAME, path, "nothing", read=len(OTHERS))]


@pytest.mark.parametrize(
    ("make", "host", "partition", "cookies"),
    [
        pytest.param(chromium, "labs.openai.com", "https://shop.example", 1, id="the target's, embedded"),
        pytest.param(
            chromium, "widget.example", "https://openai.com", 0, id="another's: it sees hosts alone"
        ),
        pytest.param(firefox, "labs.openai.com", "^userContextId=2", 1, id="the target's, in a container"),
        pytest.param(
            firefox,
            "labs.openai.com",
            "^partitionKey=%28https%2Cshop.example%29",
            1,
            id="embedded in Firefox",
        ),
        pytest.param(firefox, "shop.example", "^userContextId=2", 0, id="another's, in a container"),
    ],
)
def test_partitions_and_containers_hide_no_host(
    make: Any, host: str, partition: str, cookies: int, home: Path
) -> None:
    make(home / ("Cookies" if make is chromium else "cookies.sqlite"), (host,), partition)
    assert [(one.cookies, one.read) for one in asked(home)] == [(cookies, 1)]


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_it_gets_no_key(platform: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for: list[str] = []

    def noting(name: str) -> Callable[..., Any]:
        return lambda *_, **__: asked_for.append(name)

    for name in ("_LinuxPasswordManager", "_get_osx_keychain_password", "_crypt_unprotect_data", "AES"):
        monkeypatch.setattr(browser_cookie3, name, noting(name))
    for name in ("open_dbus_connection", "PBKDF2"):
        monkeypatch.setattr(browser_cookie3, name, noting(name), raising=False)
    monkeypatch.setattr(browser_cookie3.subprocess, "Popen", noting("Popen"))
    monkeypatch.setattr(browser_cookie3, "sys", SimpleNamespace(platform=platform))
    chromium(home / "Cookies", OURS)
    assert [one.answer for one in asked(home)] == ["found"]
    assert asked_for == []


@pytest.mark.parametrize(("make", "place"), FILES)
def test_it_changes_nothing_not_even_a_time(make: Any, place: str, home: Path) -> None:
    make(home / place, (*OURS, *OTHERS))
    before = everything(home)
    asked(home)
    assert everything(home) == before


def test_its_own_copies_are_for_this_user_alone(
    home: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    copy = shutil.copyfile

    def noting(source: Path, to: str) -> None:
        assert temporary in Path(to).parents
        modes.append(Path(to).parent.stat().st_mode & 0o777)
        copy(source, to)

    monkeypatch.setattr(browser_cookie3.shutil, "copyfile", noting)
    firefox(home / "cookies.sqlite", OURS)
    asked(home)
    assert modes == [0o700]


@pytest.mark.parametrize(
    ("make", "place"),
    [
        pytest.param(chromium, "Cookies", id="Chromium"),
        pytest.param(firefox, "cookies.sqlite", id="Firefox"),
        pytest.param(session, "sessionstore.jsonlz4", id="session"),
    ],
)
def test_interrupted_it_leaves_no_copy(
    make: Any, place: str, home: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Path] = []

    def interrupt(*_: object) -> None:
        seen.extend(path for path in temporary.rglob("*") if path.is_file())
        raise KeyboardInterrupt

    monkeypatch.setattr(browser_cookie3._DatabaseConnetion, "__exit__", interrupt)
    make(home / place, OURS)
    with pytest.raises(KeyboardInterrupt):
        asked(home)
    assert seen


def odd_layout(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE cookies (host_key, name)")
        database.execute("INSERT INTO cookies VALUES ('labs.openai.com', 'id')")
        database.commit()


def other_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE biscuits (host_key, name)")


def no_json(path: Path) -> None:
    path.write_bytes(b"mozLz40\0" + lz4.block.compress(b"{labs.openai.com"))


UNREADABLE = [
    pytest.param("Cookies", lambda path: path.write_bytes(b"labs.openai.com" * 99), "", id="no database"),
    pytest.param("Cookies", lambda path: path.touch(), "no table of cookies", id="an empty file"),
    pytest.param("Cookies", other_tables, "no table of cookies", id="another database"),
    pytest.param("Cookies", odd_layout, "can't read this layout", id="columns that it doesn't know"),
    pytest.param("sessionstore.jsonlz4", no_json, "can't read this file", id="a session that is no JSON"),
    pytest.param(
        "sessionstore.jsonlz4",
        lambda path: path.write_bytes(b"mozLz40\0\x04\0\0\0\xff\xff"),
        "can't read this file",
        id="a session that can't be unpacked",
    ),
    pytest.param(
        "sessionstore.jsonlz4",
        lambda path: path.write_bytes(b"mozLz40\0\xff\xff\xff\x7f" + bytes(9)),
        "more than 268435456 bytes",
        id="a session that would fill the memory",
    ),
]


@pytest.mark.parametrize(("name", "make", "reason"), UNREADABLE)
def test_what_it_cant_read_it_is_not_asked_about(
    name: str, make: Callable[[Path], object], reason: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(home / name)
    chromium(home / "work" / "Cookies", OTHERS)
    (said, other) = asked(home)
    assert (said.answer, other.answer) == ("unavailable", "nothing")
    assert reason in said.reason
    assert said.reason
    assert "labs.openai.com" not in said.reason
    assert capsys.readouterr() == ("", "")


def test_a_file_that_would_fill_the_memory_is_not_read(home: Path) -> None:
    path = chromium(home / "Cookies", OURS)
    os.truncate(path, (1 << 28) + 1)
    assert [(one.answer, one.reason) for one in asked(home)] == [("unavailable", "more than 268435456 bytes")]


@pytest.mark.parametrize(
    "error", [ImportError, OSError, RuntimeError], ids=["missing", "no compiled part", "no system like this"]
)
def test_where_it_is_not_installed_it_says_so(
    error: type[Exception], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> None:
        raise error

    monkeypatch.setattr(witness.importlib, "import_module", refuse)  # type: ignore[attr-defined]
    chromium(home / "Cookies", OURS)
    assert [(one.answer, one.reason) for one in asked(home)] == [
        ("unavailable", "browser_cookie3 is not installed, or does not work here")
    ]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Cookies-journal", id="a journal"),
        pytest.param("cookies.sqlite-wal", id="a log"),
        pytest.param("cookies.js", id="a program"),
        pytest.param("Fortune Cookies Lover", id="another word after it"),
        pytest.param("mycookies", id="another word before it"),
        pytest.param("addons.json.lz4", id="another packed file"),
    ],
)
def test_other_files_are_not_its_business(name: str, home: Path) -> None:
    (home / name).write_bytes(b"labs.openai.com")
    assert asked(home) == []


def test_no_link_is_followed(home: Path, tmp_path: Path) -> None:
    outside = chromium(tmp_path / "outside" / "Cookies", OURS)
    (home / "Cookies").symlink_to(outside)
    (home / "Network").symlink_to(outside.parent, target_is_directory=True)
    assert asked(home) == []
    assert [one.answer for one in asked(outside)] == ["found"]


@pytest.fixture
def profile(home: Path) -> BrowserProfile:
    """Firefox's, with the target's cookies and another's."""
    firefox(home / "cookies.sqlite", (*OURS, *OTHERS))
    return BrowserProfile("firefox", "firefox", "default", "default", home, home, home)


@pytest.mark.parametrize(
    ("policy", "left", "reason"),
    [
        pytest.param(Policy(), 1, "", id="asked for"),
        pytest.param(Policy(only=frozenset({"cookies"})), 1, "", id="cookies alone"),
        pytest.param(Policy(without=frozenset({"cookies"})), 0, "not asked for", id="all but cookies"),
        pytest.param(Policy(only=frozenset({"history"})), 0, "not asked for", id="history alone"),
    ],
)
def test_what_it_finds_counts_though_nobody_else_finds_it(
    policy: Policy, left: int, reason: str, profile: BrowserProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(residue, "sweep", lambda *_, **__: ())
    monkeypatch.setattr(verdict, "make", lambda _, *rest: plan.make((), *rest))
    found = verdict.verify((profile,), TARGET, policy)
    assert (found.remnants, found.to_remove) == ((), ())
    assert [(one.answer, one.reason, one.cookies) for one in found.witnesses] == [
        ("found", reason, len(OURS))
    ]
    assert found.left == (profile.path / "cookies.sqlite",) * left


def test_unavailable_is_neither_clean_nor_unclean(
    profile: BrowserProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    (profile.path / "cookies.sqlite").unlink()
    firefox(profile.path / "cookies.sqlite", OTHERS)
    monkeypatch.setitem(sys.modules, witness.NAME, None)
    found = verdict.verify((profile,), TARGET, Policy())
    assert [one.answer for one in found.witnesses] == ["unavailable"]
    assert (found.left, found.not_examined) == ((), ())


def test_it_is_loaded_when_it_is_asked_and_not_before() -> None:
    code = "import scrubber.cli, scrubber.verdict, sys; sys.exit('browser_cookie3' in sys.modules)"
    root = Path(__file__).parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
