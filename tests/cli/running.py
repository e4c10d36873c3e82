"""Runs the command line as a person does, in this process or in one of its own, and looks at what it left."""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubber.cli import cli
from scrubber.cli.failures import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CHECKOUT = Path(__file__).parent.parent.parent
CHROME = ".config/google-chrome/Default"
EDGE = ".config/microsoft-edge/Default"
FIREFOX = ".config/mozilla/firefox/a1b2c3d4.default"


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """All of standard output as one object."""
        return json.loads(self.out)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def scrubber(*words: str | Path, answer: str | None = None) -> Result:
    """In this process. `answer`: what a person types at a terminal; without one nobody is there."""
    out, err = io.StringIO(), io.StringIO()
    stdin = sys.stdin
    sys.stdin = io.StringIO() if answer is None else _Terminal(answer)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(cli, [str(word) for word in words])
    finally:
        sys.stdin = stdin
    return Result(code, out.getvalue(), err.getvalue())


def program(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "scrubber", *map(str, words)]


def environment(**more: str) -> Mapping[str, str]:
    """Of a process of its own: enough to import scrubber, and nothing of ours."""
    return {"PYTHONPATH": str(CHECKOUT), "HOME": "/nonexistent", **more}


def process(*words: str | Path, **more: str) -> Result:
    done = subprocess.run(
        program(*words), env=environment(**more), capture_output=True, text=True, check=False
    )
    return Result(done.returncode, done.stdout, done.stderr)


def content(folder: Path) -> dict[str, bytes]:
    """Every file by its path, links as what they say."""
    return {
        path.relative_to(folder).as_posix(): os.fsencode(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def everything(folder: Path) -> dict[str, tuple[int, ...]]:
    """All that lstat says of everything; of a link not when it was read, which no system lets one hide."""
    return {path.relative_to(folder).as_posix(): _told(path) for path in (folder, *folder.rglob("*"))}


def _told(path: Path) -> tuple[int, ...]:
    status = path.lstat()
    read = 0 if path.is_symlink() else status.st_atime_ns
    times = (read, status.st_mtime_ns, status.st_ctime_ns)
    return (status.st_ino, status.st_mode, status.st_uid, status.st_nlink, status.st_size, *times)


def size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


@contextlib.contextmanager
def browser(home: Path, profile: str = CHROME, *, locked: bool = True) -> Iterator[subprocess.Popen[bytes]]:
    """A process with Chrome's name whose lock, if any, is in the user-data folder of a profile."""
    program = home.parent / "bin" / "chrome"
    program.parent.mkdir(exist_ok=True)
    if not program.exists():
        program.write_bytes(Path("/bin/sleep").read_bytes())
        program.chmod(0o700)
    with subprocess.Popen([program, "600"], env={"HOME": str(home)}) as started:
        lock = (home / profile).parent / "SingletonLock"
        if locked:
            lock.symlink_to(f"{socket.gethostname()}-{started.pid}")
        try:
            yield started
        finally:
            started.kill()
            lock.unlink(missing_ok=True)
