"""Where output goes: results to standard output, progress and trouble to standard error."""

from __future__ import annotations

import errno
import json
import os
import sys
import time
from typing import TYPE_CHECKING, Self

import click

from scrubber.report.discreet import discreet, printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

    from scrubber.cli.options import Request
    from scrubber.report.envelope import Envelope

_DOING = {
    "plan": "Looking through",
    "stage": "Preparing",
    "backup": "Saving",
    "swap": "Replacing",
    "verify": "Checking",
    "wait": "Waiting for",
}


def write(text: str, *, err: bool = False) -> None:
    """A line. Where nobody reads any more, nothing: what was begun goes on, and the exit code tells of it."""
    try:
        click.echo(text, err=err)
    except OSError as error:
        # Windows calls the end of a pipe an invalid argument.
        if error.errno not in (errno.EPIPE, errno.EINVAL):
            raise
        stream = sys.stderr if err else sys.stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class Console:
    """One command's output, in the form that was asked for."""

    def __init__(self, request: Request, envelope: Envelope) -> None:
        self._request = request
        self._start = time.monotonic()
        self.envelope = envelope

    def say(self, lines: Iterable[str], *, always: bool = False) -> None:
        """Results; `always`: although only trouble is to be shown."""
        if always or not self._request.quiet:
            self.trouble(lines)

    def trouble(self, lines: Iterable[str]) -> None:
        """Results that mean that something went wrong."""
        if not self._request.as_json:
            for line in lines:
                write(self._shown(line))

    def note(self, message: str, *, trouble: bool = False) -> None:
        """Something beside the results that the person should know."""
        self.envelope.messages.append(message)
        if not self._request.as_json and (trouble or not self._request.quiet):
            write(self._shown(message), err=True)

    def end(self, status: str, exit_code: int) -> int:
        """Finish: the JSON object, if that was asked for. Gives the exit code back."""
        self.envelope.seconds["total"] = time.monotonic() - self._start
        if self._request.as_json:
            write(json.dumps(self.envelope.render(status, exit_code), indent=1))
        return exit_code

    def progress(self) -> Progress:
        """A line that says what is being done, on a terminal."""
        return Progress(shown=sys.stderr.isatty() and not (self._request.as_json or self._request.quiet))

    def _shown(self, text: str) -> str:
        return printable(text if self._request.verbose else discreet(text))


class Progress:
    """A spinner on standard error; nothing where no terminal is."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown

    def __enter__(self) -> Self:
        if self._shown:
            from rich.console import Console as Terminal  # noqa: PLC0415 - slow to import

            self._status = Terminal(stderr=True).status("")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._status.stop()

    def __call__(self, step: str, path: Path) -> None:
        """Say what is being done to what."""
        if self._shown:
            from rich.text import Text  # noqa: PLC0415

            self._status.update(Text(printable(f"{_DOING[step]} {discreet(path.name)}")))
