"""From exceptions to exit codes: the README's table of them is kept here."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import click

from scrubber.errors import NothingFound, ScrubError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130
_STATUS = {3: "running", 4: "partial"}


def run(command: click.Group, arguments: Sequence[str]) -> int:
    """Run the command line; its exit code. Nothing but an error of scrubber's own gets out as a traceback."""
    try:
        result = command.main(list(arguments), prog_name="scrubber", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        return _failed(arguments, error.format_message(), error.exit_code, usage=_usage(error))
    except (click.Abort, KeyboardInterrupt):
        return _failed(arguments, "Interrupted: every store is as it was, or complete.", INTERRUPTED)
    except NothingFound as error:
        looked = [str(path) for path in error.looked]
        if not {"-v", "--verbose"}.isdisjoint(arguments) and "--json" not in arguments:
            click.echo("\n".join(("Looked in:", *(f"  {path}" for path in looked))), err=True)
        return _failed(arguments, str(error), error.exit_code, looked=looked)
    except ScrubError as error:
        return _failed(arguments, str(error), error.exit_code)
    except BrokenPipeError:
        # The reader has enough; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return result if isinstance(result, int) else 0


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.get_usage()}\n" if context else ""


def _failed(arguments: Sequence[str], message: str, exit_code: int, usage: str = "", **extra: object) -> int:
    if "--json" in arguments:
        known = next((word for word in arguments if not word.startswith("-")), "")
        status = _STATUS.get(exit_code, "error")
        envelope = {"schema": 1, "command": known, "status": status, "exit_code": exit_code}
        click.echo(json.dumps({**envelope, "messages": [message], **extra}, indent=1))
    else:
        click.echo(f"{usage}scrubber: {message}", err=True)
    return exit_code
