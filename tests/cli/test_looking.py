"""Looking changes nothing: no byte, no timestamp, logs and shared memory of databases included."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.running import CHROME, EDGE, FIREFOX, content, everything, scrubber

LOOKS = [
    pytest.param(("scan",), 1, id="scan"),
    pytest.param(("scan", "-v"), 1, id="scan, naming everything"),
    pytest.param(("scan", "--json"), 1, id="scan as JSON"),
    pytest.param(("verify",), 1, id="verify"),
    pytest.param(("clean", "--dry-run"), 1, id="a dry run"),
    pytest.param(("clean", "--dry-run", "--yes"), 1, id="a dry run that need not ask"),
    pytest.param(("profiles",), 0, id="profiles"),
]


def leave_a_log(path: Path, statement: str) -> None:
    """Give a database a log with a transaction in it, and shared memory, as a crash leaves them."""
    live = Path(shutil.copy(path, path.with_name("live")))
    with closing(sqlite3.connect(live)) as database:
        database.execute("PRAGMA journal_mode = wal")
        database.execute(statement)
        database.commit()
        for suffix in ("", "-wal", "-shm"):
            shutil.copyfile(f"{live}{suffix}", f"{path}{suffix}")
    for suffix in ("", "-wal", "-shm"):
        Path(f"{live}{suffix}").unlink(missing_ok=True)


@pytest.fixture
def crashed(home: Path) -> Path:
    leave_a_log(home / CHROME / "History", "UPDATE urls SET url = 'https://labs.openai.com/log' WHERE id = 4")
    statement = "UPDATE moz_places SET title = 'labs.openai.com' WHERE id = 1"
    leave_a_log(home / FIREFOX / "places.sqlite", statement)
    # A file that was read since it was written isn't told so again by every system.
    for path in (home, *home.rglob("*")):
        os.utime(path, ns=(1_000_000_000, 2_000_000_000))
    return home


@pytest.mark.parametrize(("words", "code"), LOOKS)
def test_looking_leaves_every_byte_and_every_timestamp(
    crashed: Path, words: tuple[str, ...], code: int
) -> None:
    before = everything(crashed)
    assert {f"{CHROME}/History-wal", f"{CHROME}/History-shm", f"{FIREFOX}/places.sqlite-wal"} <= before.keys()
    bytes_before = content(crashed)
    for path, (*_, read, written, _) in before.items():  # which `content` has just changed
        os.utime(crashed / path, ns=(read, written), follow_symlinks=False)
    before = everything(crashed)
    assert scrubber(*words, "--home", crashed).code == code
    assert everything(crashed) == before
    assert content(crashed) == bytes_before


def test_what_only_a_log_holds_is_found_and_removed(crashed: Path) -> None:
    assert "https://labs.openai.com/log" in scrubber("scan", "-v", "--home", crashed).out
    assert scrubber("clean", "--yes", "--home", crashed).code == 0
    with closing(sqlite3.connect(crashed / CHROME / "History")) as database:
        assert database.execute(
            "SELECT count(*) FROM urls WHERE url LIKE '%labs.openai.com/%'"
        ).fetchone() == (0,)


@pytest.mark.parametrize("name", ["chrome:Default", "Person 1", CHROME], ids=["spec", "name", "folder"])
def test_only_the_profile_named_is_cleaned(home: Path, name: str) -> None:
    spec = str(home / name) if "/" in name else name
    other = home / ".config" / "google-chrome" / "Profile 1"
    shutil.copytree(home / CHROME, other)
    preferences = other / "Preferences"
    preferences.write_text(preferences.read_text().replace("Person 1", "Person 2"))
    before = content(home)
    assert scrubber("clean", "--yes", "-p", spec, "--home", home).code == 0
    after = content(home)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed
    assert all(name.startswith((f"{CHROME}/", ".cache/google-chrome/Default/")) for name in changed)


def test_a_browser_is_chosen_by_its_name(home: Path) -> None:
    found = scrubber("scan", "--json", "-b", "edge", "--home", home).json
    assert [profile["path"] for profile in found["profiles"]] == [str(home / EDGE)]


def test_a_scan_tells_who_is_who(home: Path) -> None:
    out = scrubber("scan", "--home", home).out
    assert "DALL·E: labs.openai.com with all below" in out
    for line in ("chrome:Default (Person 1)", "edge:Default (Profile 1)", "firefox:default "):
        assert line in out
    assert "Network/Cookies: 4 entries to remove" in out
    assert "Kept, because somebody made them on purpose: 3 in bookmarks" in out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(("--host", "shop.example"), "shop.example: exactly this host", id="one host"),
        pytest.param(
            ("--domain", "shop.example"), "shop.example: shop.example with all below", id="a domain"
        ),
        pytest.param(("chatgpt",), "ChatGPT: ", id="a site"),
    ],
)
def test_another_target_replaces_the_usual_one(home: Path, words: tuple[str, ...], expected: str) -> None:
    out = scrubber("scan", *words, "--home", home).out
    assert expected in out
    assert "DALL·E" not in out


def test_profiles_are_listed_with_what_is_known_of_them(home: Path) -> None:
    (home / FIREFOX / "prefs.js").write_text('user_pref("services.sync.username", "a@mail.example");\n')
    found = scrubber("profiles", "--home", home)
    assert "chrome:Default (Person 1)\n  closed, " in found.out
    assert "closed, signed in (sync may be on), " in found.out
    assert "mail.example" not in found.out
    listed = scrubber("profiles", "--json", "--home", home).json["profiles"]
    assert [(one["spec"], one["in_use"], one["signed_in"]) for one in listed] == [
        ("chrome:Default", False, False),
        ("edge:Default", False, False),
        ("firefox:default", False, True),
    ]
    assert all(one["bytes"] > 100_000 for one in listed)


def test_without_a_home_named_it_is_ones_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(home))
    assert scrubber("scan").out == scrubber("scan", "--home", home).out


def test_sites_are_listed_and_shown_in_full() -> None:
    assert "dalle                DALL·E" in scrubber("sites").out
    shown = scrubber("sites", "dalle").out
    assert "domains     labs.openai.com" in shown
    assert "what only the platform can delete" in shown


def test_the_guide_says_what_only_the_platform_can_delete() -> None:
    found = scrubber("guide")
    assert found.code == 0
    assert "  1. Sign in at" in found.out
    assert "How long it keeps things" in found.out
    assert scrubber("guide", "--json").json["account"]["steps"]


def test_a_clean_home_is_clean(home: Path) -> None:
    for name in (CHROME, EDGE, FIREFOX):
        shutil.rmtree(home / name)
    profile = home / CHROME
    profile.mkdir()
    (profile / "Preferences").write_text("{}")
    shutil.rmtree(home / ".cache")
    scan, verify = scrubber("scan", "--home", home), scrubber("verify", "--home", home)
    assert (scan.code, verify.code) == (0, 0)
    assert "Nothing to remove." in scan.out
    assert "Nothing unexplained remains." in verify.out
