"""Text for people: printable, discreet, and in words that fit the number."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scrubber.engine.outcome import Cleaned, Outcome
from scrubber.model import BrowserProfile, Policy, Standing, Trace
from scrubber.plan import Plan, PlannedStore
from scrubber.report import terminal
from scrubber.report.discreet import discreet, printable
from scrubber.report.envelope import Envelope
from scrubber.residue import Remnant
from scrubber.samples.hosts import SHOP
from scrubber.sites import Site, Target
from scrubber.stores.sqlite import Sqlite
from scrubber.transaction import Elsewhere
from scrubber.verdict import Verdict

FOLDER = Path("/home/ada/.config/google-chrome/Default")
CHROME = BrowserProfile("chrome", "chromium", "Default", "Ada", FOLDER, FOLDER.parent, FOLDER)
STORE = Sqlite("{profile}/History", holds="history", source="", rows=())


def trace(standing: Standing = Standing.OWN, holds: str = "history") -> Trace:
    return Trace("urls", 1, standing, f"https://{SHOP}/", holds)


def planned(*traces: Trace, name: str = "History") -> PlannedStore:
    return PlannedStore(CHROME, STORE, FOLDER / name, "", traces)


def plan(*stores: PlannedStore) -> Plan:
    target = Target((Site("dalle", "DALL·E", domains=("labs.openai.com",)),))
    return Plan(target, Policy(), (CHROME,), stores, ())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Person 1", "Person 1", id="as it is"),
        pytest.param("Ærøskøbing 日本", "Ærøskøbing 日本", id="letters of anybody"),
        pytest.param("a\nb", "a�b", id="line break"),
        pytest.param("\x1b[31mred", "�[31mred", id="escape code"),
        pytest.param("\x9b31m", "�31m", id="escape code in one byte"),
        pytest.param("abc\u202etxt.exe", "abc�txt.exe", id="bidi"),
        pytest.param("name\udcff", "name�", id="what is no UTF-8"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("storage/default/https+++shop.example/ls", "storage/default/https+++…/ls", id="Firefox"),
        pytest.param(
            "storage/default/https+++a.example^partitionKey=%28https%2Cb.example%29",
            "storage/default/https+++…",
            id="Firefox, partitioned",
        ),
        pytest.param("IndexedDB/http_shop.example_0.indexeddb.leveldb", "IndexedDB/http_…", id="Chromium"),
        pytest.param(r"C:\IndexedDB\https_shop.example_0", r"C:\IndexedDB\https_…", id="Windows"),
        pytest.param("https+++shop.example", "https+++…", id="alone"),
        pytest.param("/p/https+++shop.example/x: a FIFO", "/p/https+++…/x: a FIFO", id="in a sentence"),
        pytest.param("/home/http/https.txt", "/home/http/https.txt", id="no folder of a site"),
        pytest.param("Network/Cookies", "Network/Cookies", id="any other"),
    ],
)
def test_discreet(text: str, shown: str) -> None:
    assert discreet(text) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (1_450_000, "1.4 MB"),
        (-2500, "-2.5 kB"),
        (3e12, "3000.0 GB"),
    ],
)
def test_size(number: int, shown: str) -> None:
    assert terminal.size(number) == shown


def test_counts_agree_with_their_words() -> None:
    assert [terminal.entries(number) for number in (0, 1, 1234)] == ["0 entries", "1 entry", "1,234 entries"]
    assert terminal.count(2, "store") == "2 stores"


def test_a_plan_tells_what_goes_what_is_kept_and_what_is_left_alone() -> None:
    made = plan(
        planned(trace(), trace(), trace(Standing.KEPT)),
        planned(trace(Standing.MENTION, "cookies"), name="Cookies"),
        planned(trace(Standing.MENTION), name="Shortcuts"),
    )
    assert terminal.plan(made, verbose=False) == [
        f"chrome:Default (Ada)  {FOLDER}",
        "  history      History: 2 entries to remove, 1 kept",
        "  cookies      Cookies: 1 mention left alone",
        "  history      Shortcuts: 1 entry to remove",
        "",
        "To remove: 3 entries in 2 stores.",
        "Kept, because somebody made them on purpose: 1 in history"
        " (--include bookmarks,logins takes what of those can go safely).",
        "Left alone: 1 mention in other sites' own data (--mentions all removes them).",
    ]
    assert f"      https://{SHOP}/" in terminal.plan(made, verbose=True)


@pytest.mark.parametrize(
    ("include", "said"),
    [
        pytest.param(
            frozenset(),
            [
                "Kept, because somebody made them on purpose: 2 in bookmarks"
                " (--include bookmarks,logins takes what of those can go safely).",
                "Kept, because they can't be taken out safely: 1 in extensions, 1 in storage.",
            ],
            id="only bookmarks can be had by asking",
        ),
        pytest.param(
            frozenset({"logins"}),
            [
                "Kept, because somebody made them on purpose: 2 in bookmarks"
                " (--include bookmarks,logins takes what of those can go safely).",
                "Kept, because they can't be taken out safely: 1 in extensions, 1 in storage.",
            ],
            id="only half of it was asked for",
        ),
        pytest.param(
            frozenset({"bookmarks", "logins"}),
            ["Kept, because they can't be taken out safely: 2 in bookmarks, 1 in extensions, 1 in storage."],
            id="what stays although it was asked for",
        ),
    ],
)
def test_include_is_offered_only_for_what_it_takes(include: frozenset[str], said: list[str]) -> None:
    kept = [trace(Standing.KEPT, holds) for holds in ("bookmarks", "storage", "bookmarks", "extensions")]
    made = replace(plan(planned(*kept)), policy=Policy(include=include))
    assert terminal.summary(made) == ["Nothing to remove.", *said]


@pytest.mark.parametrize(
    ("host", "said"),
    [
        pytest.param(".openai.com", True, id="the sign-in of the whole site"),
        pytest.param("labs.openai.com", False, id="the target's own"),
    ],
)
def test_signing_out_is_said(host: str, said: bool) -> None:
    target = Target((Site("s", "S", domains=("labs.openai.com",), sign_in=(".openai.com",)),))
    cookie = replace(trace(holds="cookies"), seen=host)
    made = replace(plan(planned(cookie)), target=target)
    lines = terminal.summary(made)
    assert any("signed out" in line and host in line for line in lines) is said


def test_an_empty_plan_says_nothing() -> None:
    lines = terminal.plan(plan(), verbose=False)
    assert lines == [f"chrome:Default (Ada)  {FOLDER}", "  nothing", "", "Nothing to remove."]


@pytest.mark.parametrize(
    ("site", "scope"),
    [
        pytest.param(Site("x", "X", domains=("x.example",)), "X: x.example with all below", id="domain"),
        pytest.param(
            Site("x.example", "x.example", hosts=("x.example",)), "x.example: exactly this host", id="host"
        ),
        pytest.param(
            Site("x", "X", hosts=("a.example", "b.example"), urls=("https://c.example/x",)),
            "X: 2 single hosts, 1 page of hosts that others share",
            id="hosts and a page",
        ),
    ],
)
def test_the_scope_is_said(site: Site, scope: str) -> None:
    assert terminal.scope([site]) == [scope]


def test_only_what_was_done_is_told() -> None:
    gone, left = planned(trace(), trace()), planned(trace(), name="Cookies")
    outcome = Outcome(
        [
            Cleaned(
                gone, gone.traces, equal=7, warnings=(Elsewhere(FOLDER / "History", "has another name"),)
            ),
            Cleaned(left, failed="changed since", detail=f"{SHOP} differs"),
        ],
        troubles=["what was removed could not be destroyed"],
        freed=2048,
    )
    assert terminal.outcome(outcome) == [
        "Removed 2 entries from 1 store; 7 entries of other sites in them compared and found the same.",
        "The files are 2.0 kB smaller.",
    ]
    assert terminal.troubles(outcome, verbose=False) == [
        f"  left as it was: {FOLDER / 'Cookies'}: changed since",
        f"  note: {FOLDER / 'History'}: has another name",
        "  what was removed could not be destroyed",
    ]
    assert f"({SHOP} differs)" in terminal.troubles(outcome, verbose=True)[0]
    assert terminal.outcome(Outcome()) == []


def test_the_verdict_calls_nothing_intended_that_merely_could_not_go() -> None:
    """A memory dump that names the target is kept like a bookmark, and nobody made it."""
    places = ("kept", "kept", "mention", "not asked for", "")
    remnants = tuple(
        Remnant(FOLDER / str(number), "bytes", "offset 0", "labs.openai.com", "plain", explained=explained)
        for number, explained in enumerate(places)
    )
    lines = terminal.verdict(Verdict(remnants, (), plan(), files=5, bytes=5, seconds=0.0))
    assert lines[1:] == [
        "Names that may be there: 2 kept (made on purpose, or not to be taken out safely), "
        "1 only mentioned, 1 not asked for."
    ]


def test_a_row_of_json_adds_up_what_lies_in_folders_of_sites() -> None:
    stores = [planned(trace(holds="storage"), name=f"IndexedDB/https_{name}.example_0") for name in "ab"]
    done = Outcome([Cleaned(stores[0], stores[0].traces), Cleaned(stores[1], failed="changed since")])
    envelope = Envelope("clean", profiles=(CHROME,), plan=plan(*stores), outcome=done)
    assert envelope.render("partial", 4)["profiles"][0]["stores"] == [
        {
            "holds": "storage",
            "path": f"{FOLDER}/IndexedDB/https_…",
            "own": 2,
            "mentions": 0,
            "kept": 0,
            "removed": 1,
            "skipped": "changed since",
        }
    ]
