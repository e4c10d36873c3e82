"""Databases that know the target's pages and visits by their numbers in `History` alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scrubber import engine, plan
from scrubber.browsers.chromium.of_visits import CRITICAL_ACTIONS, EMBEDDINGS
from scrubber.errors import UnreadableStore
from scrubber.model import Policy
from tests.schemas import create, insert
from tests.stores.running import MIXED, OURS, TARGET, ask, clean, look

if TYPE_CHECKING:
    from pathlib import Path

MARKS = "url_id INTEGER PRIMARY KEY NOT NULL,visit_id INTEGER NOT NULL,visit_time INTEGER NOT NULL"
PASSAGES = (
    f"CREATE TABLE passages({MARKS},passages_blob BLOB NOT NULL)",
    f"CREATE TABLE embeddings({MARKS},embeddings_blob BLOB NOT NULL)",
)
ENTRIES = """CREATE TABLE CriticalActionEntries(critical_action_id TEXT PRIMARY KEY NOT NULL,
    timestamp INTEGER NOT NULL, actor_task_id TEXT, action_type INTEGER NOT NULL, {} metadata TEXT)"""
VISITS = "CREATE TABLE CriticalActionVisits(critical_action_id TEXT PRIMARY KEY NOT NULL, visit_id INTEGER)"
CONVERSATIONS = """CREATE TABLE CriticalActionConversations(critical_action_id TEXT PRIMARY KEY NOT NULL,
    conversation_id TEXT NOT NULL)"""
FIRST = """CREATE TABLE CriticalActions(critical_action_id TEXT PRIMARY KEY, timestamp INTEGER,
    visit_id INTEGER, url TEXT)"""


def history(profile: Path) -> None:
    """Page n is of the n-th host; its visits are n + 100 and n + 200."""
    create(profile / "History", "chromium-156/History")
    pages = [{"id": n, "url": f"https://{host}/"} for n, host in enumerate(MIXED, 1)]
    insert(profile / "History", "urls", *pages)
    visits = [
        {"id": n + more, "url": n, "visit_time": 1} for n in range(1, len(MIXED) + 1) for more in (100, 200)
    ]
    insert(profile / "History", "visits", *visits)


def database(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as made:
        made.executescript(";".join(statements))
    return path


STAY = [n for n, host in enumerate(MIXED, 1) if host not in OURS]


def embeddings(profile: Path) -> Path:
    path = database(profile / "HistoryEmbeddings", *PASSAGES)
    rows = [{"url_id": n, "visit_id": n + 200, "visit_time": 1} for n in range(1, len(MIXED) + 1)]
    insert(path, "passages", *({**row, "passages_blob": b"v10 secret"} for row in rows))
    insert(path, "embeddings", *({**row, "embeddings_blob": b"\x0a\x04"} for row in rows))
    return path


def test_texts_and_vectors_of_the_targets_pages(tmp_path: Path) -> None:
    history(tmp_path)
    path = embeddings(tmp_path)
    # A page that history has forgotten has a number that nobody knows.
    insert(path, "passages", {"url_id": 99, "visit_id": 999, "visit_time": 1, "passages_blob": b"v10"})
    done = clean(EMBEDDINGS, path)
    assert (len(done.removed), done.left) == (2 * len(OURS), ())
    assert ask(path, "SELECT url_id FROM passages") == [*STAY, 99]
    assert ask(path, "SELECT url_id FROM embeddings") == STAY


def test_by_the_visit_where_the_page_has_another_number(tmp_path: Path) -> None:
    history(tmp_path)
    path = database(tmp_path / "HistoryEmbeddings", *PASSAGES)
    for number, visit in ((50, 101), (51, 102)):
        row = {"url_id": number, "visit_id": visit, "visit_time": 1, "passages_blob": b"v10"}
        insert(path, "passages", row)
    assert MIXED[0] in OURS
    assert MIXED[1] not in OURS
    clean(EMBEDDINGS, path)
    assert ask(path, "SELECT url_id FROM passages") == [51]


@pytest.mark.parametrize(
    "policy", [Policy(only=frozenset({"cookies"})), Policy(without=frozenset({"history"}))]
)
def test_not_where_the_history_itself_stays(tmp_path: Path, policy: Policy) -> None:
    history(tmp_path)
    assert EMBEDDINGS.find(embeddings(tmp_path), look(tmp_path, policy)) == ()


def test_a_page_that_only_mentions_the_target_takes_its_texts_along(tmp_path: Path) -> None:
    history(tmp_path)
    insert(
        tmp_path / "History",
        "urls",
        {"id": 60, "url": "https://search.example/?q=labs.openai.com"},
        {"id": 61, "url": "https://search.example/?q=labs-openai.com"},
    )
    path = database(tmp_path / "HistoryEmbeddings", *PASSAGES)
    for number in (60, 61):
        row = {"url_id": number, "visit_id": number + 500, "visit_time": 1, "passages_blob": b"v10"}
        insert(path, "passages", row)
    assert EMBEDDINGS.find(path, look(tmp_path, Policy(mentions="keep"))) == ()
    clean(EMBEDDINGS, path)
    assert ask(path, "SELECT url_id FROM passages") == [61]


def test_a_visit_that_only_loses_where_it_came_from_keeps_its_texts(tmp_path: Path) -> None:
    history(tmp_path)
    insert(tmp_path / "History", "urls", {"id": 60, "url": "https://kept.example/x"})
    came: tuple[dict[str, object], ...] = (
        {"from_visit": 101},
        {"external_referrer_url": "https://labs.openai.com/"},
        {"from_visit": 102},
    )
    visits = [{"id": 600 + n, "url": 60, "visit_time": 1, **each} for n, each in enumerate(came)]
    insert(tmp_path / "History", "visits", *visits)
    path = database(tmp_path / "HistoryEmbeddings", *PASSAGES)
    for visit in (600, 601, 602, 101):
        row = {"url_id": visit, "visit_id": visit, "visit_time": 1, "passages_blob": b"v10"}
        insert(path, "passages", row)
    clean(EMBEDDINGS, path)
    assert ask(path, "SELECT visit_id FROM passages") == [600, 601, 602]


def test_without_a_history_nothing_tells(tmp_path: Path) -> None:
    assert EMBEDDINGS.find(embeddings(tmp_path), look(tmp_path)) == ()


def test_a_history_that_can_not_be_read_is_said(tmp_path: Path) -> None:
    path = embeddings(tmp_path)
    (tmp_path / "History").write_bytes(b"no database")
    with pytest.raises(UnreadableStore):
        EMBEDDINGS.find(path, look(tmp_path))


@pytest.mark.parametrize("column", ["url TEXT,", ""], ids=["with a URL", "as Chromium 156 has it"])
def test_what_agents_did_on_the_targets_pages(tmp_path: Path, column: str) -> None:
    history(tmp_path)
    path = database(tmp_path / "CriticalActions.db", ENTRIES.format(column), VISITS, CONVERSATIONS)
    for n, host in enumerate(MIXED, 1):
        entry: dict[str, object] = {"critical_action_id": f"a{n}", "timestamp": 1, "action_type": 1}
        if column:
            entry["url"] = f"https://{host}/"
        insert(path, "CriticalActionEntries", entry)
        insert(path, "CriticalActionVisits", {"critical_action_id": f"a{n}", "visit_id": n + 100})
        insert(path, "CriticalActionConversations", {"critical_action_id": f"a{n}", "conversation_id": "c"})
    clean(CRITICAL_ACTIONS, path)
    for table in ("CriticalActionEntries", "CriticalActionVisits", "CriticalActionConversations"):
        assert ask(path, f"SELECT critical_action_id FROM {table}") == [f"a{n}" for n in STAY]


def test_what_agents_did_in_the_first_version(tmp_path: Path) -> None:
    history(tmp_path)
    path = database(tmp_path / "CriticalActions.db", FIRST)
    for n, host in enumerate(MIXED, 1):
        insert(path, "CriticalActions", {"critical_action_id": f"a{n}", "url": f"https://{host}/"})
    insert(path, "CriticalActions", {"critical_action_id": "by visit", "visit_id": 101})
    clean(CRITICAL_ACTIONS, path)
    assert ask(path, "SELECT critical_action_id FROM CriticalActions") == [f"a{n}" for n in STAY]


def test_one_run_cleans_them_with_the_history(tmp_path: Path) -> None:
    profile = look(tmp_path).profile
    history(tmp_path)
    path = embeddings(tmp_path)
    made = plan.make((profile,), TARGET, Policy())
    assert [one.path.name for one in made.stores] == ["HistoryEmbeddings", "History"]
    done = engine.apply(made, standard=())
    assert {one.failed for one in done.cleaned} == {""}
    assert ask(path, "SELECT url_id FROM passages") == STAY
    assert plan.make((profile,), TARGET, Policy()).stores == ()
