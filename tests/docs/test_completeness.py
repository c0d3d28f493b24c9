"""docs/cli.md, docs/configuration.md and docs/construct.md have everything that the code has."""

import inspect
import re
from dataclasses import fields
from typing import Any

import pytest
from typer.main import get_command

from outposts_order_notifier.cdk import OutpostsOrderNotifier
from outposts_order_notifier.cdk.configuration_schema import schema
from outposts_order_notifier.cdk.properties import NAMES, Properties
from outposts_order_notifier.cli.commands import COMMANDS, _app, command_named
from outposts_order_notifier.cli.events import ListedEvent
from outposts_order_notifier.cli.orders import life_of, row_of
from outposts_order_notifier.domain.lineage import Lineage
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.notify.check import Check
from outposts_order_notifier.poll.summary import Summary
from testing.details import an_order
from tests.docs.pages import DOCS

SHARED = {"--region", "--profile", "--json", "--output", "--help"}  # above the commands' own sections
CLI = (DOCS / "cli.md").read_text("utf-8")
NOW = "2026-11-24T12:00:00Z"
KEYS = CLI.partition("| Command | Keys |")[2].partition("\n\n")[0]
SNAPSHOT = Snapshot("111122223333/eu-west-1", an_order())
ROW = row_of(SNAPSHOT, NOW)


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


@pytest.mark.parametrize(
    ("command", "keys"),
    [
        ("orders", {*ROW}),
        ("show", {*life_of(SNAPSHOT, NOW, Lineage())} - {*ROW}),
        ("events", {*ListedEvent.__annotations__}),
        ("poll", {*Summary.__annotations__}),
        ("doctor", {each.name for each in fields(Check)}),
    ],
)
def test_the_table_of_keys_has_those_of_the_json(command: str, keys: set[str]) -> None:
    """Programs depend on them."""
    (row,) = re.findall(rf"^\| `{command}` \| (.*) \|$", KEYS, re.MULTILINE)
    assert {*re.findall(r"`(\w+)`", row)} - {"orders"} == keys


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


def rows_of(heading: str) -> dict[str, list[str]]:
    """Return the further cells of each row of a section of docs/construct.md, by the name in the first."""
    page = (DOCS / "construct.md").read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = (line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| `"))
    return {first.strip("`"): others for first, *others in rows}


def test_the_construct_has_the_documented_properties() -> None:
    """Those of the configuration with key and type, then its own."""
    table = rows_of("Properties")
    parameters = inspect.signature(OutpostsOrderNotifier.__init__).parameters.keys()
    own = parameters - {"self", "scope", "construct_id", "configuration", "properties"}
    assert table.keys() == {*Properties.__annotations__, *own}
    for name, kind in Properties.__annotations__.items():
        (documented, key) = table[name]
        assert NAMES[key.strip("`")] == name
        written = kind.__name__ if isinstance(kind, type) else re.sub(r"[\w.]+\.", "", str(kind))
        assert documented == f"`{written}`", name


def test_the_construct_has_the_documented_attributes() -> None:
    """And no others but those of every construct."""
    own = {name for name in vars(OutpostsOrderNotifier) if not name.startswith("_")}
    assert {name.partition("(")[0] for name in rows_of("Attributes")} == own
