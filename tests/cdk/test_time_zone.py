"""The time zone in which people read times."""

from typing import Any

import pytest
from aws_cdk.assertions import Template

from testing.synthesis import only, template_of

FUNCTIONS = ("poll", "notify", "board")


def variables(template: Template, function: str) -> dict[str, Any]:
    """Return a function's environment variables."""
    properties = only(template, "AWS::Lambda::Function", Handler=f"lambdas.{function}.handler.handler")
    return dict(properties["Environment"]["Variables"])


@pytest.fixture(scope="module")
def dublin() -> Template:
    """The template of a configuration with a time zone."""
    return template_of({"timeZone": "Europe/Dublin"})


@pytest.mark.parametrize(
    ("function", "zone"), [("notify", "Europe/Dublin"), ("board", "Europe/Dublin"), ("poll", None)]
)
def test_functions_that_show_times_get_it(dublin: Template, function: str, zone: str | None) -> None:
    """Events and snapshots are in UTC whatever people read."""
    assert variables(dublin, function).get("TIME_ZONE") == zone


def test_the_command_line_finds_it_among_the_outputs(dublin: Template) -> None:
    """Its board shows the same times."""
    (output,) = dublin.find_outputs("TimeZone").values()
    assert output["Value"] == "Europe/Dublin"


@pytest.mark.parametrize("configuration", [{}, {"timeZone": "UTC"}], ids=["none", "UTC"])
def test_utc_needs_no_configuration(configuration: dict[str, Any]) -> None:
    """An upgrade changes nothing."""
    template = template_of(configuration)
    assert not template.find_outputs("TimeZone")
    assert not [function for function in FUNCTIONS if "TIME_ZONE" in variables(template, function)]
