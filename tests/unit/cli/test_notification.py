"""The routes that `test-notification` accepts."""

import json
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from outposts_order_notifier.cli import notification
from outposts_order_notifier.cli.commands import _app
from outposts_order_notifier.cli.errors import OperatorError


def _error_for(route: str, routes: dict[str, dict[str, str]]) -> str:
    stack = SimpleNamespace(variables=lambda _: {"ROUTES": json.dumps(routes)})
    with patch.object(notification, "deployed", lambda *_: stack), pytest.raises(OperatorError) as caught:
        notification.notification(route=route)
    return str(caught.value)


@pytest.mark.parametrize("given", ["", " "])
def test_an_empty_route_is_refused_before_any_request(given: str) -> None:
    """A script passes it if its variable is not set; the samples would go to everybody."""
    with patch.object(notification, "deployed", side_effect=AssertionError):
        ran = CliRunner().invoke(_app(), ["test-notification", "--route", given])
    assert ran.exit_code == 2
    assert "a route's name must not be empty." in ran.output


def test_an_unknown_route_is_refused_with_those_that_exist() -> None:
    """And with the nearest, if one is similar."""
    routes = {"dublin": {"A": "1"}, "cork": {"A": "1"}}
    assert _error_for("dubln", routes) == (
        "--route dubln is not a route of the configuration; did you mean dublin? The routes are dublin, cork"
    )
    assert _error_for("nope", routes) == (
        "--route nope is not a route of the configuration. The routes are dublin, cork"
    )
    assert _error_for("nope", {}) == (
        "--route nope is not a route of the configuration. The configuration has no routes"
    )
