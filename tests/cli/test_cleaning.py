"""The main job on sample homes: what goes, what stays, who is asked, and what a plan file binds."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber.samples.hosts import LOOK_ALIKE, NEWS, OTHERS, SHOP, THIRD
from tests.cli.running import CHROME, EDGE, FIREFOX, content, everything, scrubber, size

if TYPE_CHECKING:
    from pathlib import Path

NAME = re.compile(rb"labs\.openai\.com(?!\.evil)")


def ask(path: Path, statement: str) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return sorted(str(row[0]) for row in database.execute(statement))


def names_target(home: Path) -> set[str]:
    """Files in which the host stands in the clear, looked for without any of scrubber's code."""
    return {name for name, data in content(home).items() if NAME.search(data)}


def test_clean_takes_the_target_and_nobody_else(home: Path) -> None:
    assert names_target(home)
    found = scrubber("clean", "--yes", "--home", home)
    assert (found.code, found.err) == (0, "")
    assert "Nothing unexplained remains." in found.out
    # A bookmark of the target was made on purpose.
    assert names_target(home) == {f"{CHROME}/Bookmarks", f"{EDGE}/Bookmarks", f"{FIREFOX}/places.sqlite"}
    for profile in (CHROME, EDGE):
        cookies = ask(home / profile / "Network" / "Cookies", "SELECT host_key FROM cookies")
        assert cookies == sorted([*OTHERS, THIRD])
        urls = ask(home / profile / "History", "SELECT url FROM urls")
        assert urls == sorted(f"https://{host}/" for host in OTHERS)
    cookies = ask(home / FIREFOX / "cookies.sqlite", "SELECT host FROM moz_cookies")
    assert cookies == sorted(OTHERS)
    places = ask(home / FIREFOX / "places.sqlite", "SELECT url FROM moz_places")
    assert places == sorted([*(f"https://{host}/" for host in OTHERS), "https://labs.openai.com/history"])


def test_a_second_run_finds_nothing_and_changes_nothing(home: Path) -> None:
    assert scrubber("clean", "--yes", "--home", home).code == 0
    before = everything(home)
    again = scrubber("clean", "--yes", "--home", home)
    assert again.code == 0
    assert "Nothing to remove." in again.out
    assert everything(home) == before


def test_no_staging_folder_stays(home: Path) -> None:
    assert scrubber("clean", "--yes", "--home", home).code == 0
    assert list(home.rglob(".scrubber-*")) == []


def test_freed_is_what_the_files_became_smaller_by(home: Path) -> None:
    before = size(home)
    found = scrubber("clean", "--yes", "--json", "--home", home).json
    assert found["freed_bytes"] == before - size(home) > 0


def test_bookmarks_go_where_they_are_asked_for(home: Path) -> None:
    assert scrubber("clean", "--yes", "--include", "bookmarks", "--home", home).code == 0
    assert names_target(home) == set()
    assert SHOP in (home / CHROME / "Bookmarks").read_text()


@pytest.mark.parametrize(
    ("words", "goes"),
    [
        pytest.param(("--only", "cookies"), True, id="cookies alone"),
        pytest.param(("--only", "cookies,history"), True, id="two of them"),
        pytest.param(("--except", "cookies"), False, id="all but cookies"),
    ],
)
def test_what_was_not_asked_for_stays_and_is_explained(
    home: Path, words: tuple[str, ...], goes: bool
) -> None:
    found = scrubber("clean", "--yes", *words, "--home", home)
    assert found.code == 0
    assert "not asked for" in found.out
    gone = f"{CHROME}/Network/Cookies" not in names_target(home)
    assert gone is goes
    assert scrubber("verify", *words, "--home", home).code == 0
    assert scrubber("verify", "--home", home).code == 1


def test_asking_shows_what_goes_and_what_is_kept(home: Path) -> None:
    found = scrubber("clean", "--home", home, answer="y\n")
    assert found.code == 0
    shown, _, after = found.out.partition("Removed ")
    assert "To remove: 78 entries in 35 stores." in shown
    assert "Kept, because somebody made them on purpose" in shown
    assert after
    assert "Remove this? [y/N]" in found.err
    assert scrubber("scan", "--home", home).code == 0


def test_asking_shows_it_with_quiet_too(home: Path) -> None:
    found = scrubber("clean", "--quiet", "--home", home, answer="n\n")
    assert "To remove: 78 entries" in found.out


@pytest.mark.parametrize(
    ("words", "answer", "code"),
    [
        pytest.param((), "n\n", 1, id="no"),
        pytest.param((), "\n", 1, id="nothing"),
        pytest.param((), "", 130, id="the terminal hangs up"),
        pytest.param((), None, 2, id="nobody there"),
        pytest.param(("--json",), "y\n", 2, id="a program reads along"),
        pytest.param(("--dry-run",), None, 1, id="dry run"),
        pytest.param(("--dry-run", "--yes"), None, 1, id="dry run that need not ask"),
    ],
)
def test_nothing_is_changed_without_consent(
    home: Path, words: tuple[str, ...], answer: str | None, code: int
) -> None:
    before = everything(home)
    found = scrubber("clean", *words, "--home", home, answer=answer)
    assert found.code == code
    assert everything(home) == before


def test_nobody_is_asked_where_there_is_nothing_to_remove(home: Path) -> None:
    assert scrubber("clean", "--yes", "--home", home).code == 0
    found = scrubber("clean", "--home", home, answer="")
    assert found.code == 0
    assert "Remove this?" not in found.err


def test_sync_is_warned_of_where_an_account_is_signed_in(home: Path) -> None:
    assert "Sync" not in scrubber("clean", "--yes", "-b", "edge", "--home", home).err
    (home / FIREFOX / "prefs.js").write_text('user_pref("services.sync.username", "a@mail.example");\n')
    assert "Signed in: firefox:default. Sync" in scrubber("clean", "--yes", "--home", home).err


@pytest.fixture
def plan(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    assert scrubber("scan", "--plan", path, "--home", home).code == 1
    return path


def test_a_plan_is_for_its_owner_only(home: Path, plan: Path) -> None:
    assert plan.stat().st_mode & 0o777 == 0o600
    plan.chmod(0o644)
    assert scrubber("scan", "--plan", plan, "--home", home).code == 1
    assert plan.stat().st_mode & 0o777 == 0o600


def test_a_plan_is_applied(home: Path, plan: Path) -> None:
    assert scrubber("clean", "--yes", "--plan", plan, "--home", home).code == 0
    assert scrubber("verify", "--home", home).code == 0


def test_a_plan_is_applied_exactly(home: Path, plan: Path) -> None:
    saved = json.loads(plan.read_text())
    saved["stores"] = [
        one for one in saved["stores"] if one["path"] != str(home / CHROME / "Network" / "Cookies")
    ]
    plan.write_text(json.dumps(saved))
    found = scrubber("clean", "--yes", "--plan", plan, "--home", home)
    assert found.code == 1
    left = names_target(home)
    assert f"{CHROME}/Network/Cookies" in left
    assert f"{EDGE}/Network/Cookies" not in left
    assert f"still there: {home / CHROME / 'Network' / 'Cookies'}" in found.out


def test_a_plan_carries_what_it_was_made_for(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    assert scrubber("scan", "--domain", NEWS, "--only", "cookies", "--plan", path, "--home", home).code == 1
    assert scrubber("clean", "--yes", "--plan", path, "--home", home).code == 0
    cookies = ask(home / CHROME / "Network" / "Cookies", "SELECT host_key FROM cookies")
    assert NEWS not in cookies
    assert {LOOK_ALIKE, "labs.openai.com"} <= set(cookies)
    assert NEWS in ask(home / FIREFOX / "places.sqlite", "SELECT host FROM moz_origins")


def test_a_store_that_changed_since_is_refused_and_the_rest_is_cleaned(home: Path, plan: Path) -> None:
    cookies = home / CHROME / "Network" / "Cookies"
    with closing(sqlite3.connect(cookies)) as database:
        database.execute("UPDATE cookies SET value = 'new' WHERE host_key = 'shop.example'")
        database.commit()
    before = cookies.read_bytes()
    found = scrubber("clean", "--yes", "--plan", plan, "--home", home)
    assert found.code == 4
    assert f"left as it was: {cookies}: changed since the plan was made" in found.out
    assert cookies.read_bytes() == before
    assert f"{EDGE}/Network/Cookies" not in names_target(home)


@pytest.mark.parametrize(
    "words",
    [("dalle",), ("--only", "cookies"), ("-p", "chrome:Default"), ("--keywords",), ("--mentions", "all")],
    ids=" ".join,
)
def test_a_plan_takes_nothing_beside_it(home: Path, plan: Path, words: tuple[str, ...]) -> None:
    before = everything(home)
    found = scrubber("clean", "--yes", *words, "--plan", plan, "--home", home)
    assert (found.code, found.err.count("\n")) == (2, 1)
    assert "give nothing but whose home beside --plan" in found.err
    assert everything(home) == before


@pytest.mark.parametrize("field", ["path", "user_data", "cache"])
def test_a_plan_can_not_send_us_elsewhere(home: Path, plan: Path, sample: Path, field: str) -> None:
    saved = json.loads(plan.read_text())
    elsewhere = saved["profiles"][0][field].replace(str(home), str(sample))
    saved["profiles"][0][field] = elsewhere
    saved["stores"] = []
    plan.write_text(json.dumps(saved))
    before = everything(sample)
    found = scrubber("clean", "--yes", "--plan", plan, "--home", home)
    assert found.code == 2
    assert "not the profile that the plan was made for" in found.err
    assert everything(sample) == before


def test_a_store_that_is_gone_since_stops_a_plan(home: Path, plan: Path) -> None:
    (home / CHROME / "Favicons").unlink()
    found = scrubber("clean", "--yes", "--plan", plan, "--home", home)
    assert (found.code, found.err.count("\n")) == (2, 1)
    assert "in the plan, but no longer there" in found.err
