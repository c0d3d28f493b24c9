"""A route's envelope around an event, and the name and the pattern of its rule."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.notify.channels.registry import variables_of
from outposts_order_notifier.notify.routes import (
    DEFAULT,
    WHOLE_EVENT,
    enveloped,
    opened,
    route_of,
    routes_of,
    rule_name,
    rule_pattern,
)

ERRORS: dict[str, Any] = {"changes": {"status": ["ERROR"]}}
BUS = "arn:aws:events:eu-west-1:111122223333:rule/outposts-order-notifier/"
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)


@given(st.dictionaries(st.text(), JSON))
def test_an_event_leaves_its_envelope_as_it_was(detail: dict[str, Any]) -> None:
    """EventBridge inserts the whole event, so nulls and numbers survive."""
    event = {"detail-type": "Outposts Order Updated", "detail": detail}
    sent = enveloped("dublin", WHOLE_EVENT).replace(WHOLE_EVENT, json.dumps(event))
    assert opened(json.loads(sent)) == ("dublin", event)


def test_what_has_no_envelope_is_for_the_default_route() -> None:
    """Events of the default rule, and alarms."""
    assert opened({"AlarmName": "PollFailures"}) == (DEFAULT, {"AlarmName": "PollFailures"})


@pytest.mark.parametrize("route", ["dublin", "Site-2", "my-route-2"])
def test_a_rules_name_names_its_route(route: str) -> None:
    """Dead letters have the rule's ARN; the name of its bus has no meaning."""
    rule = rule_name("OutpostsOrderNotifier", route)
    assert route_of(BUS + rule) == route_of(f"arn:aws:events:eu-west-1:111122223333:rule/on-route-66/{rule}") == route


@pytest.mark.parametrize("rule", ["", f"{BUS}OutpostsOrderNotifier-NotificationsRule2FA78AE5-1ABCDEFGHIJKL"])
def test_any_other_rule_belongs_to_the_default_route(rule: str) -> None:
    """As does a message that came from no rule."""
    assert route_of(rule) == DEFAULT


def test_without_routes_there_are_no_variables_of_any() -> None:
    """A stack has the variable once it has a route."""
    assert routes_of({}) == {}
    assert routes_of({"ROUTES": '{"dublin": {"A": "b"}}'}) == {"dublin": {"A": "b"}}


def test_a_route_has_none_of_the_default_routes_channels() -> None:
    """It shares only what all channels need."""
    variables = {
        "SLACK_SECRET_NAME": "slack",
        "SLACK_CHANNEL": "outposts",
        "WEBHOOK_SECRET_NAME": "webhook",
        "NOTIFICATION_TOPIC_ARN": "topic",
        "AMAZON_Q_TOPIC_ARN": "chat",
        "IDEMPOTENCY_TABLE_NAME": "table",
        "ROUTES": '{"dublin": {"SLACK_SECRET_NAME": "dublin"}}',
    }
    found = variables_of("dublin", variables)
    assert {**found, "ROUTES": ""} == {
        "SLACK_SECRET_NAME": "dublin",
        "IDEMPOTENCY_TABLE_NAME": "table",
        "ROUTES": "",
    }
    assert variables_of(DEFAULT, variables) == variables


@pytest.mark.parametrize(
    ("notify", "announce", "detail"),
    [
        ({}, True, {}),
        ({}, False, {"detail": {"baseline": [False]}}),
        (ERRORS, True, {"detail": ERRORS}),
        (ERRORS, False, {"detail": {"baseline": [False], **ERRORS}}),
    ],
)
def test_a_rule_matches_what_is_wanted_of_whole_observations(
    notify: dict[str, Any], detail: dict[str, Any], *, announce: bool
) -> None:
    """Only updates; orders that existed before only if they are announced; and no empty pattern, which AWS rejects."""
    envelope = {"source": ["outposts-order-notifier"], "detail-type": ["Outposts Order Updated"]}
    assert rule_pattern(notify, announce_existing_orders=announce) == {**envelope, **detail}
