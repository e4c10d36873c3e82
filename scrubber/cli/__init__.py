"""The command line: the only place that prints, asks and exits."""

from __future__ import annotations

import sys
from typing import Any

import click

from scrubber import __version__
from scrubber.cli.options import shared, shutting

_EXAMPLES = """\
\b
Before you share this computer:      scrubber clean
One profile of one browser:          scrubber clean -p firefox:default-esr
Only look, change nothing:           scrubber scan
Is anything left?                    scrubber verify
Keep a way back:                     scrubber clean --backup FILE   scrubber undo FILE
Another platform, another host:      scrubber clean chatgpt   scrubber clean --domain example.org
"""


@click.group(epilog=_EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="scrubber")
def cli() -> None:
    """Take one web platform's traces out of your browsers, and prove it.

    SITE is one of `scrubber sites`; without one it is dalle.
    """


@cli.command()
@shared(sites=False, what=False)
def profiles(**options: Any) -> int:
    """Browser profiles found: in use or not, their size."""
    from scrubber.cli import looking  # noqa: PLC0415 - a command loads what it needs

    return looking.profiles(**options)


@cli.command()
@click.argument("site", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def sites(**options: Any) -> int:
    """Platforms known; one in full."""
    from scrubber.cli import looking  # noqa: PLC0415

    return looking.sites(**options)


@cli.command()
@shared()
@click.option("--plan", "plan_file", metavar="FILE", help="Write the plan for `clean --plan`.")
def scan(**options: Any) -> int:
    """What is there and what would go; changes nothing."""
    from scrubber.cli import looking  # noqa: PLC0415

    return looking.scan(**options)


@cli.command()
@shared()
@click.option("-n", "--dry-run", is_flag=True, help="Stop before anything is changed.")
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@click.option("--plan", "plan_file", metavar="FILE", help="Apply exactly the plan that `scan --plan` wrote.")
@shutting
@click.option("--keep-going", is_flag=True, help="Leave out profiles in use instead of stopping.")
@click.option("--backup", metavar="FILE", help="First save what goes, encrypted, for `scrubber undo`.")
@click.option("--passphrase-file", metavar="FILE", help="The backup's passphrase is its first line.")
def clean(**options: Any) -> int:
    """Scan, ask, remove, verify."""
    from scrubber.cli import cleaning  # noqa: PLC0415

    return cleaning.clean(**options)


@cli.command()
@click.argument("file", required=False)
@click.option("--passphrase-file", metavar="FILE", help="The backup's passphrase is its first line.")
@click.option("--force", is_flag=True, help="Also where the profile has changed since; that is lost then.")
@shutting
@shared(sites=False, which=False, what=False)
def undo(**options: Any) -> int:
    """Put back what `clean --backup FILE` took away, or, without FILE, what a run did that was cut off.

    Every byte, or nothing.
    """
    from scrubber.cli import undoing  # noqa: PLC0415

    return undoing.undo(**options)


@cli.command()
@shared()
def verify(**options: Any) -> int:
    """Is anything left? Looks at every file; changes nothing."""
    from scrubber.cli import looking  # noqa: PLC0415

    return looking.verify(**options)


@cli.command()
@click.argument("site", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def guide(**options: Any) -> int:
    """What only the platform can delete, step by step."""
    from scrubber.cli import looking  # noqa: PLC0415

    return looking.guide(**options)


@cli.command()
@click.option("--keep", metavar="DIR", help="Make the sample profiles here and leave them.")
def demo(keep: str | None) -> int:
    """The whole story on sample profiles made on the spot, in a temporary folder."""
    from scrubber.cli import demonstration  # noqa: PLC0415

    return demonstration.demo(keep)


def main() -> None:
    """Run a command and exit with its code; every failure is one line, or one JSON object."""
    from scrubber.cli.failures import run  # noqa: PLC0415

    sys.exit(run(cli, sys.argv[1:]))
