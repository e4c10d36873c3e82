"""The README says what the program does: its generated parts are what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from scrubber.cli import cli
from scrubber.report.stores import markdown

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def part(name: str) -> str:
    match = re.search(rf"<!-- {name}: begin -->\n(.*?)<!-- {name}: end -->", README, re.DOTALL)
    assert match
    return match[1].strip()


def test_stores_are_those_of_the_tables() -> None:
    assert part("stores") == markdown()


def test_help_is_the_programs() -> None:
    result = CliRunner().invoke(cli, ["--help"], prog_name="scrubber", terminal_width=100)
    assert part("help") == f"```\n{result.output.strip()}\n```"


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_is_named(command: str) -> None:
    assert f"scrubber {command}" in README


def test_every_exit_code_is_explained() -> None:
    codes = re.findall(r"^\| (\d+) \|", README, re.MULTILINE)
    assert codes == ["0", "1", "2", "3", "4", "5", "130"]


def test_every_option_has_a_help() -> None:
    options = [one for command in cli.commands.values() for one in command.params]
    assert [one.name for one in options if isinstance(one, click.Option) and not one.help] == []
