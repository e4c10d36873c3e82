"""A run from the inside: stores are whole or untouched, profiles come one by one."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber import discovery, engine, guard
from scrubber.engine import writable
from scrubber.engine.outcome import Outcome
from scrubber.errors import PlanOutdated, ProfileInUse, ScrubError, Unproved, UnreadableStore
from scrubber.model import BrowserProfile, Policy, Skipped, Standing, Trace
from scrubber.plan import Plan, PlannedStore
from scrubber.samples import make_home
from scrubber.sites import Site, Target
from scrubber.transaction import Transaction, fingerprint
from scrubber.transaction.changes import Discard
from scrubber.verdict import Verdict, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubber.model import Changes, Look

TARGET = Target((Site("labs", "Labs", domains=("labs.openai.com",)),))


@dataclass(frozen=True)
class Files:
    """A store of some files in a folder, all of which go; `fails` once they are staged."""

    fails: Exception | KeyboardInterrupt | None = None
    places: tuple[str, ...] = ()
    holds: tuple[str, ...] = ("cache",)
    source: str = "somewhere.cc"
    is_told: bool = False

    def unit(self, path: Path) -> tuple[Path, ...]:
        return (path,)

    def find(self, path: Path, _look: Look) -> tuple[Trace, ...]:
        return tuple(Trace("", file.name, Standing.OWN, "", "cache") for file in sorted(path.iterdir()))

    def remove(self, path: Path, traces: tuple[Trace, ...], changes: Changes) -> int:
        for trace in traces:
            changes.discard(path / str(trace.key))
        if self.fails:
            raise self.fails
        return 1


@dataclass
class Run:
    """A profile with folders of three files each, one folder for each store."""

    profile: BrowserProfile
    planned: list[PlannedStore] = field(default_factory=list)

    def add(self, name: str, store: Files) -> Path:
        folder = self.profile.path / name
        folder.mkdir(parents=True)
        for number in range(3):
            (folder / f"{number}").write_bytes(b"x" * 100)
        traces = store.find(folder, None)  # type: ignore[arg-type]
        self.planned.append(PlannedStore(self.profile, store, folder, fingerprint((folder,)), traces))
        return folder

    @property
    def plan(self) -> Plan:
        return Plan(TARGET, Policy(), (self.profile,), tuple(self.planned), ())


def chromium(tmp_path: Path, name: str = "Default") -> BrowserProfile:
    folder = tmp_path.resolve() / name.replace(" ", "-") / name
    folder.mkdir(parents=True)
    return BrowserProfile("chrome", "chromium", name, name, folder, folder.parent, folder)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(chromium(tmp_path))


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("error", "failed", "detail"),
    [
        pytest.param(UnreadableStore(Path("x"), "is torn"), "is torn", "", id="unreadable"),
        pytest.param(
            PlanOutdated("a row is gone"), "changed since the plan was made", "a row is gone", id="outdated"
        ),
        pytest.param(
            Unproved("a row differs"),
            "what would stay could not be proved to be the same",
            "a row differs",
            id="unproved",
        ),
    ],
)
def test_a_store_that_fails_when_half_is_staged_is_left_whole(
    run: Run, error: Exception, failed: str, detail: str
) -> None:
    good, bad = run.add("good", Files()), run.add("bad", Files(error))
    outcome = engine.apply(run.plan, ())
    assert [(one.failed, one.detail, len(one.removed), one.equal) for one in outcome.cleaned] == [
        ("", "", 3, 1),
        (failed, detail, 0, 0),
    ]
    assert (listed(good), listed(bad)) == ([], ["0", "1", "2"])
    assert outcome.changed


def test_after_a_store_was_dropped_another_may_change_the_same_files(run: Run) -> None:
    folder = run.add("cache", Files(Unproved("no")))
    run.planned.append(
        PlannedStore(run.profile, Files(), folder, run.planned[0].fingerprint, run.planned[0].traces)
    )
    outcome = engine.apply(run.plan, ())
    assert [bool(one.failed) for one in outcome.cleaned] == [True, False]
    assert listed(folder) == []


def test_a_store_whose_last_file_can_not_be_swapped_is_put_back_whole(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad, last = run.add("good", Files()), run.add("bad", Files()), run.add("last", Files())
    forward = Discard.forward

    def fail(self: Discard) -> None:
        if self.path == bad / "2":
            raise OSError(28, "No space left on device")
        forward(self)

    monkeypatch.setattr(Discard, "forward", fail)
    outcome = engine.apply(run.plan, ())
    assert [(one.failed, len(one.removed)) for one in outcome.cleaned] == [
        ("", 3),
        ("No space left on device", 0),
        ("", 3),
    ]
    assert [listed(folder) for folder in (good, bad, last)] == [[], ["0", "1", "2"], []]
    assert outcome.freed == 600


def test_what_can_not_be_put_back_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = run.add("bad", Files())

    def fail(self: Discard) -> None:
        raise OSError(5, "Input/output error")

    forward = Discard.forward
    monkeypatch.setattr(
        Discard, "forward", lambda self: fail(self) if self.path.name == "2" else forward(self)
    )
    monkeypatch.setattr(Discard, "back", fail)
    outcome = engine.apply(run.plan, ())
    assert outcome.cleaned[0].failed == "not put back: Input/output error"
    assert listed(bad) == ["2"]


def test_a_store_that_changed_since_is_not_touched(run: Run) -> None:
    folder = run.add("cache", Files())
    (folder / "new").touch()
    outcome = engine.apply(run.plan, ())
    assert outcome.cleaned[0].failed == "changed since the plan was made"
    assert listed(folder) == ["0", "1", "2", "new"]
    assert not outcome.changed


def test_freed_counts_what_stores_share_once(run: Run) -> None:
    folder = run.add("cache", Files())
    inner = PlannedStore(
        run.profile, Files(Unproved("no")), folder, run.planned[0].fingerprint, run.planned[0].traces
    )
    run.planned.append(inner)
    assert engine.apply(run.plan, ()).freed == 300


def test_what_can_not_be_destroyed_is_said_and_the_run_goes_on(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run.add("cache", Files())

    def fail(self: Transaction) -> None:
        self._over = True
        raise ScrubError("what was removed could not be destroyed: somewhere")

    monkeypatch.setattr(Transaction, "commit", fail)
    outcome = engine.apply(run.plan, ())
    assert outcome.troubles == ["what was removed could not be destroyed: somewhere"]
    assert [one.failed for one in outcome.cleaned] == [""]
    assert listed(folder) == []
    assert len(writable.left_behind([run.profile])) == 1


@pytest.fixture
def two(tmp_path: Path) -> tuple[Run, Run, Plan]:
    runs = Run(chromium(tmp_path, "Default")), Run(chromium(tmp_path, "Profile 1"))
    for each in runs:
        each.add("cache", Files())
    profiles = tuple(each.profile for each in runs)
    stores = tuple(store for each in runs for store in each.planned)
    return (*runs, Plan(TARGET, Policy(), profiles, stores, ()))


def use(profile: BrowserProfile) -> None:
    (profile.user_data / "SingletonLock").symlink_to("elsewhere.example-4711")


def test_a_profile_in_use_stops_a_run_that_has_changed_nothing(two: tuple[Run, Run, Plan]) -> None:
    first, second, plan = two
    use(first.profile)
    with pytest.raises(engine.InUse, match="chrome:Default is in use") as caught:
        engine.apply(plan, ())
    assert len(caught.value.messages) == 1
    assert [listed(each.profile.path / "cache") for each in (first, second)] == [["0", "1", "2"]] * 2


@pytest.mark.parametrize("keep_going", [False, True], ids=["something was changed", "told to keep going"])
def test_a_profile_in_use_is_left_out_where(two: tuple[Run, Run, Plan], keep_going: bool) -> None:
    used, other = (two[0], two[1]) if keep_going else (two[1], two[0])
    use(used.profile)
    outcome = engine.apply(two[2], (), keep_going=keep_going)
    assert {one.planned.profile.name: "is in use" in one.failed for one in outcome.cleaned} == {
        used.profile.name: True,
        other.profile.name: False,
    }
    assert listed(used.profile.path / "cache") == ["0", "1", "2"]
    assert listed(other.profile.path / "cache") == []


def test_a_profile_that_can_not_be_written_to_is_left_out(
    two: tuple[Run, Run, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def hold(profile: BrowserProfile) -> Iterator[bool]:
        if profile.name == "Default":
            raise UnreadableStore(profile.path, "Permission denied")
        yield False

    monkeypatch.setattr(guard, "hold", hold)
    outcome = engine.apply(two[2], ())
    path = two[0].profile.path
    assert [one.failed for one in outcome.cleaned] == [f"{path}: Permission denied", ""]


def test_an_interrupted_run_leaves_whole_profiles_and_tells_which(two: tuple[Run, Run, Plan]) -> None:
    first, second, plan = two
    stores = (
        plan.stores[0],
        PlannedStore(second.profile, Files(KeyboardInterrupt()), *_rest(plan.stores[1])),
    )
    outcome = Outcome()
    with pytest.raises(KeyboardInterrupt):
        engine.apply(Plan(TARGET, Policy(), plan.profiles, stores, ()), (), outcome=outcome)
    assert [one.planned.profile.name for one in outcome.cleaned] == ["Default"]
    assert listed(first.profile.path / "cache") == []
    assert listed(second.profile.path / "cache") == ["0", "1", "2"]
    assert outcome.seconds > 0
    assert writable.left_behind(plan.profiles) == ()


def _rest(planned: PlannedStore) -> tuple[Path, str, tuple[Trace, ...]]:
    return planned.path, planned.fingerprint, planned.traces


def test_a_run_without_anything_to_do_writes_nothing(run: Run) -> None:
    before = run.profile.user_data.stat()
    outcome = engine.apply(run.plan, ())
    after = run.profile.user_data.stat()
    assert outcome.cleaned == []
    assert (before.st_ctime_ns, before.st_mtime_ns) == (after.st_ctime_ns, after.st_mtime_ns)


def test_who_may_not_be_looked_at_is_told_from_who_is_closed(
    two: tuple[Run, Run, Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, plan = two
    check = guard.check

    def refuse(profile: BrowserProfile, *arguments: object, **more: object) -> guard.Occupancy:
        if profile == first.profile:
            raise UnreadableStore(profile.path, "Permission denied")
        return check(profile, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(guard, "check", refuse)
    looks = engine.occupancies(plan.profiles, ())
    assert looks == {
        first.profile: Skipped(first.profile.path, "Permission denied"),
        second.profile: guard.Occupancy(),
    }
    with pytest.raises(ProfileInUse):
        raise engine.InUse([])


def verdict(home: Path, policy: Policy | None = None) -> Verdict:
    profiles = discovery.find_in(home).profiles
    return verify(profiles, TARGET, policy or Policy())


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("engine").resolve() / "home"
    make_home(folder)
    return folder


def test_two_witnesses_speak_for_what_is_left(sample: Path) -> None:
    found = verdict(sample)
    names = {path.name for path in found.left}
    # Only the plan knows whose a hash is, only the sweep looks at the names of folders.
    assert {"History", "Cookies", "TransportSecurity", "SiteSecurityServiceState.bin", "cache2"} <= names
    files = [path for path in sample.rglob("*") if path.is_file()]
    assert (found.files, found.bytes) == (len(files), sum(path.stat().st_size for path in files))
    assert found.seconds > 0


@pytest.mark.parametrize(
    ("policy", "history", "cookies"),
    [
        pytest.param(Policy(), False, False, id="all"),
        pytest.param(Policy(only=frozenset({"cookies"})), True, False, id="cookies alone"),
        pytest.param(Policy(without=frozenset({"cookies"})), False, True, id="all but cookies"),
    ],
)
def test_only_what_was_not_asked_for_is_excused(
    sample: Path, policy: Policy, history: bool, cookies: bool
) -> None:
    found = verdict(sample, policy)
    for name, excused in (("History", history), ("Cookies", cookies)):
        reasons = {one.explained for one in found.remnants if one.path.name == name}
        assert reasons == ({"not asked for"} if excused else {""})


def test_a_file_of_no_store_is_never_excused(sample: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(sample, tmp_path.resolve() / "home"))
    unknown = home / ".config" / "google-chrome" / "Default" / "unknown.bin"
    unknown.write_bytes(b"\x01labs.openai.com\x01")
    found = verdict(home, Policy(only=frozenset({"bookmarks"})))
    assert [one.path for one in found.unexplained] == [unknown]
