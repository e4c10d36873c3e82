"""Where output goes: results to standard output, progress and trouble to standard error."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

    from scrubber.cli.options import Request
    from scrubber.report.envelope import Envelope

_DOING = {"plan": "Looking through", "stage": "Preparing", "swap": "Replacing", "verify": "Checking"}


class Console:
    """One command's output, in the form that was asked for."""

    def __init__(self, request: Request, envelope: Envelope) -> None:
        self._request = request
        self.envelope = envelope

    def say(self, lines: Iterable[str]) -> None:
        """Results."""
        if not (self._request.as_json or self._request.quiet):
            for line in lines:
                click.echo(line)

    def note(self, message: str) -> None:
        """Something beside the results that the person should know."""
        self.envelope.messages.append(message)
        if not self._request.as_json:
            click.echo(message, err=True)

    def end(self, status: str, exit_code: int) -> int:
        """Finish: the JSON object, if that was asked for. Gives the exit code back."""
        if self._request.as_json:
            click.echo(json.dumps(self.envelope.render(status, exit_code), indent=1, default=str))
        return exit_code

    def progress(self) -> Progress:
        """A line that says what is being done, on a terminal."""
        return Progress(shown=sys.stderr.isatty() and not (self._request.as_json or self._request.quiet))

    @property
    def can_ask(self) -> bool:
        """Whether there is a person to ask."""
        return sys.stdin.isatty() and not self._request.as_json


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

            self._status.update(Text(f"{_DOING.get(step, step)} {path.name}"))
