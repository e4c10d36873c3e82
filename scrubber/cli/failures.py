"""From exceptions to exit codes: every failure is one line on standard error, or one JSON object."""

from __future__ import annotations

import contextlib
import io
import json
import signal
import sys
import traceback
from typing import TYPE_CHECKING, NoReturn

import click

from scrubber.errors import NothingFound, ScrubError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

FAILED = 5
INTERRUPTED = 130
_STOPS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""The last is Windows': Ctrl-Break, and a console window that is closed."""
_STATUS = {3: "running", 4: "partial"}


def run(command: click.Group, arguments: Sequence[str]) -> int:
    """Run the command line; its exit code. The README lists those."""
    _never_fail_to_print()
    with _interruptible():
        try:
            result = command.main(list(arguments), prog_name="scrubber", standalone_mode=False)
        except click.exceptions.Exit as stop:
            return stop.exit_code
        except click.ClickException as error:
            return _failed(arguments, [f"{error.format_message()}{_see_help(error)}"], error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            return _failed(arguments, ["Interrupted; nothing was removed."], INTERRUPTED)
        except NothingFound as error:
            looked = [str(path) for path in error.looked]
            listed = (
                [] if {"-v", "--verbose"}.isdisjoint(arguments) else [f"  looked in: {one}" for one in looked]
            )
            return _failed(arguments, [str(error), *listed], error.exit_code, looked=looked)
        except ScrubError as error:
            return _failed(arguments, getattr(error, "messages", [str(error)]), error.exit_code)
        except OSError as error:
            return _failed(arguments, [str(error)], FAILED)
        except Exception as error:  # a bug; what was changed has been taken back
            traceback.print_exc()
            message = f"a bug in scrubber ({type(error).__name__}); please report it with the lines above"
            return _failed(arguments, [message], FAILED)
    return result if isinstance(result, int) else 0


def _see_help(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f" ({context.command_path} --help lists what there is)" if context else ""


def _failed(arguments: Sequence[str], messages: Sequence[str], exit_code: int, **extra: object) -> int:
    from scrubber.cli.console import write  # noqa: PLC0415 - --help needs none of it
    from scrubber.report.discreet import discreet, printable  # noqa: PLC0415

    if "--json" not in arguments:
        for number, message in enumerate(messages):
            write(printable(discreet(message if number else f"scrubber: {message}")), err=True)
        return exit_code
    from scrubber.report.envelope import Envelope  # noqa: PLC0415

    command = next((word for word in arguments if not word.startswith("-")), "")
    envelope = Envelope(command, messages=list(messages), extra=extra)
    write(json.dumps(envelope.render(_STATUS.get(exit_code, "error"), exit_code), indent=1))
    return exit_code


def _never_fail_to_print() -> None:
    """A name that the terminal's encoding hasn't got is no reason to stop in the middle of a run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """End on these signals as on Ctrl-C; once, so that nothing cuts the taking back short."""
    numbers = [getattr(signal, name) for name in _STOPS if hasattr(signal, name)]

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:  # nohup
            signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
