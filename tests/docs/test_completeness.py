"""docs/cli.md and docs/configuration.md have everything that the code has."""

import re
from typing import Any

import pytest
from typer.main import get_command

from outposts_order_notifier.cdk.configuration_schema import schema
from outposts_order_notifier.cli.commands import COMMANDS, _app, command_named
from tests.docs.pages import DOCS

SHARED = {"--region", "--profile", "--json", "--output", "--help"}  # above the commands' own sections
CLI = (DOCS / "cli.md").read_text("utf-8")


def section_of(command: str) -> str:
    """Return the section of a command."""
    return CLI.partition(f"\n## {command}\n")[2].partition("\n## ")[0]


def options_of(command: str) -> set[str]:
    """Return the long options of a command."""
    return long_options(command_named(command))


def long_options(command: Any) -> set[str]:
    """Return the long options of a command, or of the program."""
    return {name for each in command.params for name in each.opts if name.startswith("--")}


def test_the_table_has_each_command() -> None:
    """And no other."""
    table = CLI.partition("| Command | Does |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| \[`([a-z-]+)", table, re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_a_section_with_each_of_its_options(command: str) -> None:
    """Options of all commands are listed once, before the sections."""
    documented = set(re.findall(r"--[a-z][a-z-]*", section_of(command)))
    assert section_of(command)
    assert {"--region", "--profile"} <= options_of(command)
    assert options_of(command) - SHARED - documented == set()
    assert {option for option in SHARED if f"`{option}`" not in CLI.partition("\n## ")[0]} == set()


def test_the_options_before_a_command_are_documented() -> None:
    """Above the sections, as they belong to no command."""
    assert {each for each in long_options(get_command(_app())) if f"`{each}`" not in CLI.partition("\n## ")[0]} == set()


def test_the_list_of_commands_says_what_their_functions_do() -> None:
    """Each summary begins with the same verb as the command's own help, which is only imported when it is needed."""
    for name, entry in COMMANDS.items():
        assert command_named(name).help.split()[0] == entry.summary.split()[0], name


@pytest.mark.parametrize("key", ["sources", "organization", "slack", "routes", "stalledAfterDays"])
def test_a_keys_row_has_each_key_within_it(key: str) -> None:
    """By its name in the schema."""
    rules = schema()["properties"][key]
    page = (DOCS / "configuration.md").read_text("utf-8")
    (row,) = re.findall(rf"^\| `{key}` .*$", page, re.MULTILINE)
    within = rules.get("items", rules)["properties"]
    assert {name for name in within if not re.search(rf"\b{name}\b", row)} == set()
