from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scrubber import guard
from scrubber.errors import ProfileInUse
from scrubber.guard import Machine, Occupancy, Process, Use
from scrubber.guard.processes import hidden, running
from scrubber.model import BrowserProfile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither these links nor these locks")

CHROME = ("chrome", "google-chrome")
FIREFOX = ("firefox", "firefox-esr")
HERE = "desk.example"
PID = 4242

HOLD = """
import fcntl, os, sys
descriptor = os.open(sys.argv[1], os.O_WRONLY)
fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def chrome(tmp_path: Path) -> BrowserProfile:
    user_data = Path(os.path.realpath(tmp_path)) / "home" / "google-chrome"
    folder = user_data / "Default"
    folder.mkdir(parents=True)
    return BrowserProfile("chrome", "chromium", "Default", "Person 1", folder, user_data, folder)


@pytest.fixture
def firefox(tmp_path: Path) -> BrowserProfile:
    folder = Path(os.path.realpath(tmp_path)) / "home" / "firefox" / "ab12.default"
    folder.mkdir(parents=True)
    (folder / ".parentlock").touch()
    return BrowserProfile("firefox", "firefox", "default", "default", folder, folder.parent, folder)


def machine(*processes: Process, platform: str = "linux", hidden_pids: tuple[int, ...] = ()) -> Machine:
    return Machine(platform, HERE, lambda: processes, hidden_pids.__contains__)


def look(profile: BrowserProfile, *processes: Process, standard: bool = False) -> Occupancy:
    executables = CHROME if profile.family == "chromium" else FIREFOX
    return guard.check(profile, executables, standard=standard, machine=machine(*processes))


def database(profile: BrowserProfile, name: str = "Local Storage/leveldb") -> Path:
    folder = profile.path / name
    folder.mkdir(parents=True)
    (folder / "LOCK").touch()
    return folder / "LOCK"


@contextlib.contextmanager
def locked_by_another(path: Path) -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process.pid
        process.stdin.close()


def snapshot(root: Path) -> dict[str, os.stat_result]:
    return {str(path): path.lstat() for path in (root, *root.rglob("*"))}


# --- Chromium: SingletonLock --------------------------------------------------------------------------------

BROWSER = Process(PID, "chrome", ("/opt/google/chrome/chrome",))
ELSEWHERE = Process(PID, "chrome", ("chrome", "--user-data-dir=/srv/other"))


@posix
@pytest.mark.parametrize(
    ("link", "process", "reason"),
    [
        pytest.param(f"{HERE}-{PID}", BROWSER, "names process 4242", id="the browser runs"),
        pytest.param(
            f"two-part-{PID}", BROWSER, "machine two-part", id="host with a dash is another machine"
        ),
        pytest.param(
            f"other.example-{PID}", None, "machine other.example", id="another machine, nothing here"
        ),
        pytest.param(
            f"{HERE}-{PID}", Process(PID, "chrome", None), "names process 4242", id="command line unreadable"
        ),
        pytest.param(f"{HERE}-{PID}", Process(PID, "", None), "names process 4242", id="nothing readable"),
    ],
)
def test_a_lock_that_may_count_blocks(
    chrome: BrowserProfile, link: str, process: Process | None, reason: str
) -> None:
    (chrome.user_data / "SingletonLock").symlink_to(link)
    found = look(chrome, *filter(None, [process]))
    (use,) = found.uses
    assert reason in use.seen
    assert found.stale == ()
    with pytest.raises(ProfileInUse, match="chrome:Default is in use"):
        found.refuse()


@posix
@pytest.mark.parametrize(
    ("link", "processes", "reason"),
    [
        pytest.param(f"{HERE}-{PID}", (), "which has ended", id="the browser has crashed"),
        pytest.param(
            f"{HERE}-{PID}", (Process(PID, "bash", ("bash",)),), "which is bash now", id="number used again"
        ),
        pytest.param(
            f"{HERE}-{PID}",
            (Process(PID, "chrome", ("chrome", "--type=renderer")),),
            "which is chrome now",
            id="number used again by a renderer",
        ),
        pytest.param(
            f"{HERE}-{PID}", (ELSEWHERE,), "which is chrome now", id="number used for another folder"
        ),
        pytest.param("/nowhere/at/all", (BROWSER,), "names no process", id="a link of another kind"),
        pytest.param(f"-{PID}", (BROWSER,), "names no process", id="no host"),
        pytest.param(f"{HERE}-²", (), "names no process", id="a digit that is no number"),
    ],
)
def test_a_lock_left_behind_is_told_and_passes(
    chrome: BrowserProfile, link: str, processes: tuple[Process, ...], reason: str
) -> None:
    lock = chrome.user_data / "SingletonLock"
    lock.symlink_to(link)
    found = look(chrome, *processes)
    assert found.uses == ()
    assert reason in found.stale[0].seen
    assert reason in found.stale[0].message
    found.refuse()
    assert lock.is_symlink()


@posix
def test_a_browser_hidden_from_the_process_list_blocks(chrome: BrowserProfile) -> None:
    (chrome.user_data / "SingletonLock").symlink_to(f"{HERE}-{PID}")
    found = guard.check(chrome, CHROME, machine=machine(hidden_pids=(PID,)))
    assert [use.pid for use in found.uses] == [PID]
    assert "another person" in found.uses[0].message


@posix
def test_a_machine_renamed_while_the_browser_runs_still_names_the_process(chrome: BrowserProfile) -> None:
    (chrome.user_data / "SingletonLock").symlink_to(f"old-name.example-{PID}")
    process = Process(PID, "chrome", ("chrome", f"--user-data-dir={chrome.user_data}"))
    assert [use.process for use in look(chrome, process).uses] == [process]


@posix
def test_every_profile_of_the_folder_counts_and_no_other_folder(
    chrome: BrowserProfile, tmp_path: Path
) -> None:
    (chrome.user_data / "SingletonLock").symlink_to(f"{HERE}-{PID}")
    sibling = replace(chrome, name="Profile 1", path=chrome.user_data / "Profile 1")
    beta = replace(chrome, user_data=tmp_path / "beta", path=tmp_path / "beta" / "Default")
    beta.path.mkdir(parents=True)
    assert look(sibling, BROWSER).in_use
    assert look(beta, BROWSER) == Occupancy()


# --- Chromium: processes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "standard", "in_use"),
    [
        pytest.param(("chrome", "--user-data-dir={user_data}"), False, True, id="names this folder"),
        pytest.param(
            ("chrome", "--user-data-dir={user_data}/../google-chrome"), False, True, id="roundabout"
        ),
        pytest.param(
            ("chrome", "--user-data-dir=google-chrome"), False, True, id="relative to where it started"
        ),
        pytest.param(("chrome", "--user-data-dir={user_data}-2"), True, False, id="names another folder"),
        pytest.param(("chrome",), True, True, id="no option, and this is the usual folder"),
        pytest.param(("chrome",), False, False, id="no option, and this is not the usual folder"),
        pytest.param(
            ("chrome", "--type=gpu-process", "--user-data-dir={user_data}"), True, False, id="a child process"
        ),
        pytest.param(None, True, False, id="unreadable: another person's, perhaps"),
    ],
)
def test_a_process_blocks_by_the_folder_it_was_started_on(
    chrome: BrowserProfile, command: tuple[str, ...] | None, standard: bool, in_use: bool
) -> None:
    words = command and tuple(word.format(user_data=chrome.user_data) for word in command)
    home = chrome.user_data.parent
    process = Process(7, "chrome", words, folder=home, home=home)
    assert look(chrome, process, standard=standard).in_use is in_use


def test_another_persons_browser_without_options_does_not_block(chrome: BrowserProfile) -> None:
    process = Process(7, "chrome", ("chrome",), home=chrome.user_data.parent.parent / "someone")
    assert not look(chrome, process, standard=True).in_use


@pytest.mark.parametrize(
    ("name", "executable", "in_use"),
    [
        pytest.param("chrome", "", True, id="by name alone"),
        pytest.param("Chrome.EXE", "", True, id="as Windows writes it"),
        pytest.param(
            "thread", r"C:\Program Files\Google\Chrome\Application\chrome.exe", True, id="by its path"
        ),
        pytest.param("chromedriver", "/opt/chrome/chromedriver", False, id="a longer name in a like folder"),
        pytest.param("msedge", "/opt/microsoft/msedge/msedge", False, id="another browser"),
    ],
)
def test_only_the_browsers_own_program_counts(
    chrome: BrowserProfile, name: str, executable: str, in_use: bool
) -> None:
    command = (name, f"--user-data-dir={chrome.user_data}")
    assert look(chrome, Process(7, name, command, executable)).in_use is in_use


# --- Chromium: databases ------------------------------------------------------------------------------------


@posix
def test_a_locked_database_blocks_although_the_link_looks_old(chrome: BrowserProfile) -> None:
    """As in a sandbox, whose process numbers mean nothing outside."""
    (chrome.user_data / "SingletonLock").symlink_to(f"{HERE}-2")
    lock = database(chrome)
    with locked_by_another(lock) as pid:
        child = Process(pid, "chrome", ("chrome", "--type=utility"), parent=PID)
        found = look(chrome, child, BROWSER)
        assert [use.process for use in found.uses] == [BROWSER]
        assert found.uses[0].seen == "Default/Local Storage/leveldb/LOCK is locked"
        assert found.stale == ()
    assert not look(chrome).in_use


@posix
def test_a_database_locked_in_another_profile_of_the_folder_blocks(chrome: BrowserProfile) -> None:
    sibling = replace(chrome, path=chrome.user_data / "Profile 1")
    sibling.path.mkdir()
    with locked_by_another(database(chrome, "Session Storage")) as pid:
        (use,) = look(sibling).uses
        assert (use.process, use.pid) == (None, pid)
        assert f"process {pid}" in use.message


@posix
def test_a_database_locked_in_another_folder_does_not_block(chrome: BrowserProfile, tmp_path: Path) -> None:
    other = replace(chrome, user_data=tmp_path / "beta", path=tmp_path / "beta" / "Default")
    database(chrome)
    with locked_by_another(database(other)):
        assert not look(chrome).in_use
        assert look(other).in_use


@posix
def test_a_lock_file_that_is_a_link_is_not_followed_and_blocks(
    chrome: BrowserProfile, tmp_path: Path
) -> None:
    lock = database(chrome)
    lock.unlink()
    (tmp_path / "elsewhere").touch()
    lock.symlink_to(tmp_path / "elsewhere")
    (use,) = look(chrome).uses
    assert "can't be examined (a link, not a file)" in use.seen


@posix
def test_a_folder_that_is_a_link_is_not_entered(chrome: BrowserProfile, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "leveldb").mkdir(parents=True)
    (tmp_path / "elsewhere" / "leveldb" / "LOCK").touch()
    (chrome.path / "Local Storage").symlink_to(tmp_path / "elsewhere")
    with locked_by_another(tmp_path / "elsewhere" / "leveldb" / "LOCK"):
        assert not look(chrome).in_use


# --- Windows ------------------------------------------------------------------------------------------------


@pytest.fixture
def refuse_writing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Make a file behave as one that another program has opened without sharing."""
    real = os.open

    def arm(path: Path) -> None:
        def refusing(name: Path, flags: int, *rest: int) -> int:
            if Path(name) == path and flags & (os.O_WRONLY | os.O_RDWR):
                raise PermissionError(13, "Permission denied", str(path))
            return real(name, flags, *rest)

        monkeypatch.setattr(os, "open", refusing)

    return arm


@pytest.mark.parametrize("shared", [True, False], ids=["left behind", "open in the browser"])
def test_windows_chromium_lockfile(
    chrome: BrowserProfile, refuse_writing: Callable[[Path], None], shared: bool
) -> None:
    lock = chrome.user_data / "lockfile"
    lock.touch()
    if not shared:
        refuse_writing(lock)
    found = guard.check(chrome, CHROME, machine=machine(platform="windows"))
    assert [use.seen for use in found.uses] == ([] if shared else ["lockfile is open in a browser"])
    assert [stale.seen for stale in found.stale] == (["lockfile is open in no program"] if shared else [])


def test_windows_names_the_process_where_one_fits(
    chrome: BrowserProfile, refuse_writing: Callable[[Path], None]
) -> None:
    (chrome.user_data / "lockfile").touch()
    refuse_writing(chrome.user_data / "lockfile")
    edge = replace(chrome, browser="edge")
    process = Process(7, "msedge.exe", ("msedge.exe", "--no-startup-window"), home=chrome.user_data.parent)
    found = guard.check(edge, ("msedge",), standard=True, machine=machine(process, platform="windows"))
    assert [use.process for use in found.uses] == [process]
    assert "Startup boost" in found.uses[0].message


@pytest.mark.parametrize("shared", [True, False], ids=["persists after exit", "open in the browser"])
def test_windows_firefox_parent_lock(
    firefox: BrowserProfile, refuse_writing: Callable[[Path], None], shared: bool
) -> None:
    lock = firefox.path / "parent.lock"
    lock.touch()
    if not shared:
        refuse_writing(lock)
    found = guard.check(firefox, FIREFOX, machine=machine(platform="windows"))
    assert found.in_use is not shared
    assert found.stale == ()


# --- Firefox ------------------------------------------------------------------------------------------------


@posix
def test_the_firefox_lock_blocks_and_names_its_holder(firefox: BrowserProfile) -> None:
    other = replace(firefox, name="other", path=firefox.path.with_name("cd34.other"))
    other.path.mkdir()
    (other.path / ".parentlock").touch()
    with locked_by_another(firefox.path / ".parentlock") as pid:
        process = Process(pid, "firefox", ("firefox",))
        found = look(firefox, process)
        assert [(use.process, use.pid) for use in found.uses] == [(process, pid)]
        assert "kill" in found.uses[0].message
        assert look(other, process) == Occupancy()
    assert look(firefox) == Occupancy()


@posix
@pytest.mark.parametrize(
    ("link", "processes", "uses", "stale"),
    [
        pytest.param("127.0.1.1:+71", (), 0, 0, id="a clean exit leaves it"),
        pytest.param("192.0.2.7:+71", (), 0, 0, id="with the plus sign no machine counts"),
        pytest.param("127.0.1.1:71", (), 0, 1, id="without it, and ended"),
        pytest.param(
            "127.0.1.1:71", (Process(71, "firefox", ("firefox",)),), 1, 0, id="without it, and alive"
        ),
        pytest.param(
            "127.0.1.1:71", (Process(71, "bash", ("bash",)),), 0, 1, id="without it, number used again"
        ),
        pytest.param("192.0.2.7:71", (), 1, 0, id="without it, of another machine"),
        pytest.param("nonsense", (), 0, 0, id="not of this kind"),
    ],
)
def test_the_firefox_link_counts_only_as_a_stand_in(
    firefox: BrowserProfile, link: str, processes: tuple[Process, ...], uses: int, stale: int
) -> None:
    (firefox.path / "lock").symlink_to(link)
    found = look(firefox, *processes)
    assert (len(found.uses), len(found.stale)) == (uses, stale)


@pytest.mark.parametrize(
    ("command", "in_use"),
    [
        pytest.param(("firefox", "--profile", "{path}"), True, id="--profile"),
        pytest.param(("firefox", "-Profile", "{path}/../ab12.default"), True, id="-Profile, roundabout"),
        pytest.param(("firefox", "-P", "default"), True, id="-P"),
        pytest.param(("firefox", "-P", "other"), False, id="-P with another name"),
        pytest.param(("firefox", "-P"), False, id="the profile manager"),
        pytest.param(("firefox", "--profile", "{path}2"), False, id="another folder"),
        pytest.param(("firefox",), False, id="no option: the lock tells"),
        pytest.param(("firefox", "-contentproc", "-profile", "{path}"), False, id="a child process"),
        pytest.param(None, False, id="unreadable"),
    ],
)
def test_a_firefox_blocks_by_the_profile_it_names(
    firefox: BrowserProfile, command: tuple[str, ...] | None, in_use: bool
) -> None:
    words = command and tuple(word.format(path=firefox.path) for word in command)
    assert look(firefox, Process(7, "firefox", words, home=firefox.path.parent.parent)).in_use is in_use


def test_the_same_name_in_another_home_does_not_block(firefox: BrowserProfile) -> None:
    someone = firefox.path.parent.parent.parent / "someone"
    assert not look(firefox, Process(7, "firefox", ("firefox", "-P", "default"), home=someone)).in_use


@pytest.mark.parametrize(
    ("folder", "in_use"), [("{path}/cache2", True), ("{path}2/cache2", False)], ids=["ours", "another"]
)
@pytest.mark.parametrize("held", [True, False], ids=["held", "not held"])
def test_a_background_task_blocks_even_while_we_hold_the_profile(
    firefox: BrowserProfile, folder: str, in_use: bool, held: bool
) -> None:
    command = ("firefox", "--backgroundtask", "removeDirectory", folder.format(path=firefox.path))
    processes = machine(Process(7, "firefox", command))
    assert guard.check(firefox, FIREFOX, held=held, machine=processes).in_use is in_use


# --- Hold ---------------------------------------------------------------------------------------------------


def acquire(path: Path) -> int:
    command = [sys.executable, "-c", HOLD, str(path)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode


@posix
def test_hold_keeps_others_out_until_it_ends(firefox: BrowserProfile) -> None:
    lock = firefox.path / ".parentlock"
    before = snapshot(firefox.path)
    with guard.hold(firefox) as held:
        assert held
        lock.read_bytes()  # opening and closing the file, as the sweep does, ends a plain fcntl lock
        assert acquire(lock) != 0
        assert guard.check(firefox, FIREFOX, held=True, machine=machine()) == Occupancy()
        assert guard.check(firefox, FIREFOX, machine=machine()).in_use  # what a second scrubber sees
    assert acquire(lock) == 0
    after = snapshot(firefox.path)
    assert {path: (status.st_mtime_ns, status.st_ctime_ns) for path, status in before.items()} == {
        path: (status.st_mtime_ns, status.st_ctime_ns) for path, status in after.items()
    }


@posix
def test_hold_gives_way_to_a_browser_that_was_faster(firefox: BrowserProfile) -> None:
    with (
        locked_by_another(firefox.path / ".parentlock"),
        pytest.raises(ProfileInUse, match="started meanwhile"),
        guard.hold(firefox),
    ):
        pytest.fail("the profile was in use")


def test_hold_makes_no_file(firefox: BrowserProfile, chrome: BrowserProfile) -> None:
    (firefox.path / ".parentlock").unlink()
    for profile in (firefox, chrome):
        with guard.hold(profile, machine()) as held:
            assert not held
        assert list(profile.path.iterdir()) == []


# --- Nothing changes ----------------------------------------------------------------------------------------


@posix
def test_looking_changes_nothing(chrome: BrowserProfile, firefox: BrowserProfile) -> None:
    (chrome.user_data / "SingletonLock").symlink_to(f"{HERE}-{PID}")
    (chrome.user_data / "SingletonLock").readlink()  # no system reads a link without noting it once
    database(chrome)
    root = chrome.user_data.parent
    before = snapshot(root)
    assert not look(chrome).in_use
    assert not look(firefox).in_use
    assert snapshot(root) == before


# --- Processes of this machine ------------------------------------------------------------------------------


def test_the_list_of_processes_holds_this_one() -> None:
    (own,) = (process for process in running() if process.pid == os.getpid())
    assert own.runs([Path(sys.executable).resolve().name])
    assert own.command
    assert own.parent == os.getppid()
    assert own.folder == Path.cwd()


@posix
def test_an_ended_process_is_neither_listed_nor_hidden() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, and not yet collected
        assert process.pid not in {listed.pid for listed in running()}
        assert not hidden(process.pid)
    assert not hidden(process.pid)
    assert not hidden(1 << 70)


@posix
def test_a_process_that_may_not_be_signalled_counts_as_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int, number: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "kill", refuse)
    assert hidden(PID)


# --- Waiting and closing ------------------------------------------------------------------------------------


def test_wait_returns_the_first_look_that_is_free(chrome: BrowserProfile) -> None:
    busy = Occupancy((Use(chrome, "test"),))
    looks = iter([busy, busy, Occupancy()])
    times = iter([0.0, 0.1, 0.7])
    seen: list[float] = []
    slept: list[float] = []
    found = guard.wait(
        lambda: next(looks),
        lambda _, waited: seen.append(waited),
        pause=0.6,
        clock=lambda: next(times),
        sleep=slept.append,
    )
    assert found == Occupancy()
    assert seen == [0.1, 0.7]
    assert slept == [0.6, 0.6]


def test_wait_ends_at_its_limit(chrome: BrowserProfile) -> None:
    busy = Occupancy((Use(chrome, "test"),))
    times = iter([0.0, 1.0, 5.0])
    waits: list[float] = []
    with pytest.raises(ProfileInUse):
        guard.wait(
            lambda: busy,
            lambda _, waited: waits.append(waited),
            limit=5,
            clock=lambda: next(times),
            sleep=lambda _: None,
        )
    assert waits == [1.0]


def test_close_asks_each_process_once_and_tells_whom_it_could_not_ask(chrome: BrowserProfile) -> None:
    first, second = Process(1, "chrome", started=5.0), Process(2, "chrome", started=5.0)
    remote = Use(chrome, "of another machine")
    uses = (Use(chrome, "a", first), Use(chrome, "b", first), Use(chrome, "c", second), remote)
    asked: list[int] = []

    def ask(process: Process, family: str) -> bool:
        assert family == "chromium"
        asked.append(process.pid)
        return process.pid != 2

    assert guard.close(Occupancy(uses), machine(first, second), ask) == (uses[2], remote)
    assert asked == [1, 2]


def test_close_leaves_a_later_bearer_of_the_number_alone(chrome: BrowserProfile) -> None:
    gone, later = Process(1, "chrome", started=5.0), Process(1, "bash", started=6.0)
    assert (
        guard.close(Occupancy((Use(chrome, "a", gone),)), machine(later), lambda *_: pytest.fail("asked"))
        == ()
    )
