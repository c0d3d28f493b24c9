"""How `trigger` sends a sample, and finds out which rules match it, simulated by moto."""

import json
from typing import Any

import boto3
import pytest

from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.trigger import _rules_that_match, event_of, samples, trigger
from outposts_order_notifier.domain.events import SOURCE
from outposts_order_notifier.poll.event_bus import EventBus, Published

EVENT = event_of(samples()[0], [], "2026-12-01T09:30:00Z")


@pytest.fixture
def client(aws: None) -> Any:  # noqa: ARG001 - moto must be there first
    """A client of EventBridge, where there is a bus."""
    client = boto3.client("events")
    client.create_event_bus(Name="orders-test")
    return client


def answering(client: Any, operation: str, status: int, answer: dict[str, Any]) -> None:
    """Let an operation answer something else than moto does."""
    response = type("Response", (), {"status_code": status, "headers": {}})()
    client.meta.events.register(f"before-call.events.{operation}", lambda **_: (response, answer))


def add_rules(client: Any, **states: str) -> None:
    """Create rules that match everything of the notifier."""
    for name, state in states.items():
        pattern = json.dumps({"source": [SOURCE]})
        client.put_rule(Name=name, EventBusName="orders-test", EventPattern=pattern, State=state)


class TestRules:
    """The rules that would receive an event."""

    @pytest.mark.parametrize(("verdict", "found"), [(True, ["a", "b"]), (False, [])])
    def test_are_the_enabled_ones_that_event_bridge_says_match(
        self, client: Any, verdict: bool, found: list[str]
    ) -> None:
        """A rule that is switched off receives nothing."""
        add_rules(client, b="ENABLED", a="ENABLED", off="DISABLED")
        answering(client, "TestEventPattern", 200, {"Result": verdict})
        assert _rules_that_match(client, "orders-test", EVENT) == found

    def test_the_event_is_judged_as_it_will_arrive(self, client: Any) -> None:
        """In its envelope, with the account and region of the rule's bus."""
        add_rules(client, a="ENABLED")
        asked = list[dict[str, Any]]()
        client.meta.events.register(
            "provide-client-params.events.TestEventPattern",
            lambda params, **_: asked.append(json.loads(params["Event"])),
        )
        answering(client, "TestEventPattern", 200, {"Result": True})
        _rules_that_match(client, "orders-test", EVENT)
        (event,) = asked
        assert (event["account"], event["region"], event["source"]) == ("123456789012", "eu-west-1", SOURCE)
        assert event["detail"] == EVENT.detail

    @pytest.mark.parametrize("operation", ["DescribeEventBus", "ListRules", "TestEventPattern"])
    def test_are_unknown_without_the_permission(
        self, client: Any, operation: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A note says so; the event can be sent all the same."""
        add_rules(client, a="ENABLED")
        answering(client, operation, 400, {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}})
        assert _rules_that_match(client, "orders-test", EVENT) is None
        assert capsys.readouterr().err.startswith("Which rules match it is unknown: An error occurred (AccessDenied")

    def test_of_a_bus_that_does_not_exist_are_an_error(self, client: Any) -> None:
        """EventBridge would accept the event, and nobody would receive it."""
        with pytest.raises(OperatorError, match="there is no bus orders-tset in eu-west-1"):
            _rules_that_match(client, "orders-tset", EVENT)


@pytest.mark.usefixtures("client")
class TestSent:
    """What is put on the bus."""

    def test_a_dry_run_sends_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """And the same without it sends one event."""
        sent = list[Any]()
        monkeypatch.setattr("outposts_order_notifier.cli.trigger._put", lambda *each: sent.append(each[1:]))
        trigger("shipped", bus="orders-test", dry_run=True)
        assert sent == []
        trigger("shipped", bus="orders-test")
        ((bus, event),) = sent
        assert (bus, event.detail_type, event.detail["test"]) == (
            "orders-test",
            "Outposts Line Item Shipment Change",
            True,
        )

    def test_a_refusal_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """PutEvents answers with 200 even then."""
        refused = Published({}, {"oo-1": "InternalFailure"})
        monkeypatch.setattr(EventBus, "publish", lambda *_: refused)
        with pytest.raises(OperatorError, match="EventBridge refused the event: InternalFailure"):
            trigger("shipped", bus="orders-test")
