"""What alone tells whose things are in a store that could not be cleaned stays: a later run finishes both."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import pytest

from scrubber import engine, plan
from scrubber.engine.outcome import Outcome, told_first
from scrubber.errors import Unproved, UnreadableStore
from scrubber.model import BrowserProfile, Policy, Skipped, Standing, Trace
from scrubber.plan import LAST_CHANCE, Plan, PlannedStore
from scrubber.samples import make_home
from scrubber.transaction import fingerprint
from scrubber.transaction.changes import Discard
from tests.engine.test_engine import TARGET, Files
from tests.schemas import create, insert

if TYPE_CHECKING:
    from pathlib import Path

    from scrubber.model import Look

When = Literal["staged", "swapped", "verified"]
WAYS: tuple[When, ...] = ("staged", "swapped", "verified")


@dataclass(frozen=True)
class Torn(Files):
    """What can't be read any more once it was changed."""

    def find(self, path: Path, _look: Look) -> tuple[Trace, ...]:
        raise UnreadableStore(path, "torn")


@dataclass
class Home:
    """Profiles with a folder for each store, which has one file; in the order in which they are planned."""

    user_data: Path
    patch: pytest.MonkeyPatch
    stores: list[PlannedStore] = field(default_factory=list)
    torn: list[Skipped] = field(default_factory=list)

    def add(self, name: str, told_by: str = "") -> None:
        """A store at `Default/name`, and the one that tells of its file."""
        folder = self.user_data / name
        folder.mkdir(parents=True)
        (folder / "file").touch()
        trace = Trace("", "file", Standing.OWN, "", "cache")
        trace = replace(trace, told_by=self.user_data / told_by) if told_by else trace
        profile = folder.parent
        owner = BrowserProfile("chrome", "chromium", profile.name, "x", profile, self.user_data, profile)
        self.stores.append(PlannedStore(owner, Files(), folder, fingerprint((folder,)), (trace,)))

    def fail(self, name: str, when: When) -> None:
        """Have the store at `Default/name` fail."""
        path = self.user_data / name
        number = [planned.path for planned in self.stores].index(path)
        if when == "staged":
            self.stores[number] = replace(self.stores[number], store=Files(Unproved("no")))
        elif when == "swapped":
            forward = Discard.forward
            self.patch.setattr(
                Discard, "forward", lambda one: _fail() if one.path.parent == path else forward(one)
            )
        else:
            self.stores[number] = replace(self.stores[number], store=Torn())
            self.torn.append(Skipped(path, "torn"))

    def clean(self) -> Outcome:
        """Of all profiles, with a last look."""
        profiles = tuple(dict.fromkeys(planned.profile for planned in self.stores))
        made = Plan(TARGET, Policy(), profiles, tuple(self.stores), ())
        with engine.applied(made, ()) as run:
            run.judge(self.torn)
        return run.outcome

    @property
    def left(self) -> set[str]:
        paths = (planned.path for planned in self.stores if (planned.path / "file").exists())
        return {path.relative_to(self.user_data).as_posix() for path in paths}


def _fail() -> None:
    raise OSError(13, "Permission denied")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    return Home(tmp_path.resolve() / "chrome", monkeypatch)


@pytest.mark.parametrize("when", WAYS)
def test_the_teller_of_a_store_that_failed_stays_and_no_other(home: Home, when: When) -> None:
    home.add("Default/History")
    home.add("Default/Cookies")
    home.add("Default/Thumbnails", told_by="Default/History")
    home.add("Default/Metrics", told_by="Default/Cookies")
    home.fail("Default/Thumbnails", when)
    outcome = home.clean()
    assert home.left == {"Default/History", "Default/Thumbnails"}
    failed = {one.planned.path.name: one.failed for one in outcome.cleaned if one.failed}
    assert failed.keys() == {"History", "Thumbnails"}
    assert failed["History"] == (
        f"has to stay: it tells whose things are in {home.user_data / 'Default/Thumbnails'}, "
        "which could not be cleaned (`--except cache` leaves that alone)"
    )
    assert not [one.removed for one in outcome.cleaned if one.failed and one.removed]


@pytest.mark.parametrize("when", WAYS)
def test_what_a_teller_that_failed_tells_of_is_cleaned(home: Home, when: When) -> None:
    home.add("Default/History")
    home.add("Default/Thumbnails", told_by="Default/History")
    home.fail("Default/History", when)
    home.clean()
    assert home.left == {"Default/History"}


@pytest.mark.parametrize("when", WAYS)
def test_the_teller_of_a_teller_that_stays_stays_too(home: Home, when: When) -> None:
    home.add("Default/History")
    home.add("Default/Actions", told_by="Default/History")
    home.add("Default/Thumbnails", told_by="Default/Actions")
    home.fail("Default/Thumbnails", when)
    home.clean()
    assert home.left == {"Default/History", "Default/Actions", "Default/Thumbnails"}


@pytest.mark.parametrize("when", WAYS)
@pytest.mark.parametrize(
    ("teller", "told"), [("Default", "Profile 1"), ("Profile 1", "Default")], ids=["before", "after"]
)
def test_the_teller_may_be_of_a_profile_that_was_cleaned(
    home: Home, teller: str, told: str, when: When
) -> None:
    for name in ("Default", "Profile 1"):
        home.add(f"{name}/History")
        home.add(f"{name}/Metrics", told_by=f"{teller}/History")
    home.fail(f"{told}/Metrics", when)
    home.clean()
    assert home.left == {f"{teller}/History", f"{told}/Metrics"}


@pytest.mark.parametrize("when", WAYS)
def test_what_lies_in_a_store_that_failed_stays(home: Home, when: When) -> None:
    home.add("Default/WebStorage")
    home.add("Default/WebStorage/QuotaManager")
    home.fail("Default/WebStorage", when)
    home.clean()
    assert home.left == {"Default/WebStorage", "Default/WebStorage/QuotaManager"}


def test_what_is_told_of_has_its_turn_first_and_the_rest_in_its_order(home: Home) -> None:
    home.add("Default/History")
    home.add("Default/Cookies")
    home.add("Default/WebStorage/QuotaManager")
    home.add("Default/Thumbnails", told_by="Default/Actions")
    home.add("Default/Actions", told_by="Default/History")
    home.add("Default/Itself", told_by="Default/Itself")
    folder = home.user_data / "Default/WebStorage"
    home.stores.append(replace(home.stores[0], path=folder))
    assert [planned.path.name for planned in told_first(home.stores)] == [
        "Thumbnails", "Actions", "History", "Cookies", "WebStorage", "QuotaManager", "Itself",
    ]  # fmt: skip


def test_a_teller_that_can_not_be_put_back_is_named(home: Home) -> None:
    home.add("Default/History")
    home.add("Default/Thumbnails", told_by="Default/History")
    home.fail("Default/Thumbnails", "swapped")
    home.patch.setattr(Discard, "back", lambda _: _fail())
    failed = {one.planned.path.name: one.failed for one in home.clean().cleaned}
    assert failed["History"].endswith("; not put back: Permission denied")


def test_hashes_are_told_by_the_store_that_shows_the_url(tmp_path: Path) -> None:
    """In each profile by its own, although both know the page."""
    profiles = []
    for name in ("Default", "Profile 1"):
        path = tmp_path / name
        path.mkdir()
        profiles.append(BrowserProfile("chrome", "chromium", name, name, path, tmp_path, path))
        create(path / "History", "chromium-156/History")
        insert(path / "History", "urls", {"url": "https://seen.labs.openai.com/"})
        (path / "TransportSecurity").write_text(
            '{"sts": [{"host": "tSyh85I91Pi8RCx3+K45oJR6c2/h2DfaYdaPCunICo0="}], "version": 2}'
        )
    found = plan.make(profiles, TARGET, Policy()).stores
    tellers = {planned.path: planned.tellers for planned in found if planned.tellers}
    assert tellers == {
        tmp_path / name / "TransportSecurity": {tmp_path / name / "History"}
        for name in ("Default", "Profile 1")
    }


def test_what_could_not_be_read_is_warned_of_only_where_another_store_tells_of_it(tmp_path: Path) -> None:
    make_home(tmp_path)
    user_data = tmp_path / ".config" / "google-chrome"
    profile = BrowserProfile(
        "chrome", "chromium", "Default", "x", user_data / "Default", user_data, user_data / "Default"
    )
    (profile.path / "Cookies").write_bytes(b"no database at all" * 300)
    (profile.path / "TransportSecurity").write_bytes(b"no JSON")
    found = plan.make([profile], TARGET, Policy())
    warned = {one.path.name: LAST_CHANCE in one.reason for one in found.skipped}
    assert warned == {"Cookies": False, "TransportSecurity": True}
    assert "History" in {planned.path.name for planned in found.stores}
