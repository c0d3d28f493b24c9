"""`doctor` and the webhook, on moto's Secrets Manager."""

import json
from typing import Any

import boto3
import pytest

from local.webhook import SECRET
from outposts_order_notifier.cli.doctor import routes as routes_of_stack
from outposts_order_notifier.cli.stack import Stack
from outposts_order_notifier.notify.channels.webhook import doctor

NAME = "outposts-order-notifier/webhook"
URL = "https://example.com/?token=x"


def stack_with(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Stack:
    """Return a deployment whose notify function has these variables."""
    stack = Stack(boto3.Session())
    function: Any = {"Role": "arn:aws:iam::123456789012:role/notify", "Environment": {"Variables": variables}}
    monkeypatch.setattr(stack, "function", lambda _: function)  # moto's Lambda needs an image
    return stack


@pytest.mark.parametrize(
    ("secret", "verdict", "found"),
    [
        ({"url": URL, "signingSecret": SECRET}, "ok", f"{NAME} signs for example.com"),
        (
            {"url": URL, "signingSecret": SECRET, "previousSigningSecret": SECRET},
            "ok",
            f"{NAME} signs for example.com, and with the previous secret as well",
        ),
        ({"signingSecret": SECRET}, "fail", f"the secret {NAME} has no url"),
        ({"signingSecret": "short"}, "fail", f"the signingSecret in {NAME} should be a text of at least 16 characters"),
        (None, "fail", "ResourceNotFoundException"),
    ],
)
@pytest.mark.usefixtures("aws")
def test_the_secret_is_checked_as_by_notify(
    monkeypatch: pytest.MonkeyPatch, secret: object, verdict: str, found: str
) -> None:
    """Nothing is posted, and no secret is shown."""
    stack = stack_with(monkeypatch, WEBHOOK_SECRET_NAME=NAME)
    if secret:
        boto3.client("secretsmanager").create_secret(Name=NAME, SecretString=json.dumps(secret))
    (check,) = doctor.check(stack)
    assert (check.name, check.verdict, check.found) == ("webhook's secret", verdict, found)


@pytest.mark.usefixtures("aws")
def test_the_channels_of_each_route_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the route's name, and only those that it has; a broken route hides no other one."""
    topic = boto3.client("sns").create_topic(Name="galway")["TopicArn"]
    routes = {
        "dublin": {"WEBHOOK_SECRET_NAME": NAME},
        "cork": {"WEBHOOK_SECRET_NAME": "missing"},
        "limerick": {"NOTIFICATION_TOPIC_ARN": f"{topic}0"},
        "galway": {"NOTIFICATION_TOPIC_ARN": topic},
    }
    secret = {"url": URL, "signingSecret": SECRET}
    boto3.client("secretsmanager").create_secret(Name=NAME, SecretString=json.dumps(secret))
    stack = stack_with(monkeypatch, WEBHOOK_SECRET_NAME=NAME, ROUTES=json.dumps(routes))
    stack.resources = []
    checks = {check.name: check for check in routes_of_stack(stack)}
    assert {name: check.verdict for name, check in checks.items()} == {
        "dublin: webhook's secret": "ok",
        "cork: webhook's secret": "fail",
        "limerick: subscriptions": "fail",
        "galway: subscriptions": "warn",
    }
    assert checks["dublin: webhook's secret"].found == f"{NAME} signs for example.com"
    assert checks["cork: webhook's secret"].todo == "Create the secret missing"


@pytest.mark.usefixtures("aws")
def test_without_a_webhook_there_is_nothing_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check succeeds."""
    (check,) = doctor.check(stack_with(monkeypatch))
    assert (check.verdict, check.found) == ("ok", "not configured")
