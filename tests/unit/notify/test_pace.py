"""Slack's pace: about one message a second, for all runs together."""

from typing import Any

import pytest

from outposts_order_notifier.notify.channel import LaterError
from outposts_order_notifier.notify.channels.slack.pace import Pace
from outposts_order_notifier.notify.state import Slots

NOW_MS = 1_795_000_000_000


class Table:
    """The item with the time from which Slack is free, and DynamoDB's response if a condition fails."""

    def __init__(self, free_from: int | None = None) -> None:
        self.free_from = free_from
        self.requests: list[dict[str, Any]] = []
        self.exceptions = self

    class ConditionalCheckFailedException(Exception):  # noqa: N818 - boto3's name
        """The condition does not hold."""

        def __init__(self, free_from: int) -> None:
            super().__init__()
            self.response = {"Item": {"free_from": {"N": str(free_from)}}}

    def update_item(self, **request: Any) -> None:
        """Reserve the time if it is free."""
        self.requests.append(request)
        values = request["ExpressionAttributeValues"]
        if self.free_from is not None and self.free_from > int(values[":slot"]["N"]):
            raise self.ConditionalCheckFailedException(self.free_from)
        self.free_from = int(values[":until"]["N"])


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Stop the clock, and record the seconds slept."""
    waits: list[float] = []
    monkeypatch.setattr("outposts_order_notifier.notify.channels.slack.pace.time.time", lambda: NOW_MS / 1_000)
    monkeypatch.setattr("outposts_order_notifier.notify.channels.slack.pace.time.sleep", waits.append)
    return waits


def pace_of(table: Any) -> Pace:
    """Return the pace in this table."""
    return Pace(Slots(table, "notify-state", "slack"))


@pytest.mark.parametrize("free_from", [None, NOW_MS - 60_000, NOW_MS])
def test_a_free_slack_is_reserved_for_a_second(free_from: int | None, slept: list[float]) -> None:
    """No request of another run is sent in that second."""
    table = Table(free_from)
    pace_of(table).wait()
    assert (slept, table.free_from) == ([0], NOW_MS + 1_000)


@pytest.mark.parametrize(("ahead", "seconds"), [(1, 0.001), (1_000, 1.0), (4_000, 4.0), (5_000, 5.0)])
def test_a_turn_within_five_seconds_is_slept_for(ahead: int, seconds: float, slept: list[float]) -> None:
    """Its second is reserved before."""
    table = Table(NOW_MS + ahead)
    pace_of(table).wait()
    assert (slept, table.free_from) == ([seconds], NOW_MS + ahead + 1_000)


@pytest.mark.parametrize(("ahead", "seconds"), [(5_001, 6), (6_000, 6), (6_001, 7), (900_000, 900)])
def test_a_later_turn_goes_back_to_the_queue(ahead: int, seconds: int, slept: list[float]) -> None:
    """For as long as necessary, in whole seconds; nothing is reserved."""
    table = Table(NOW_MS + ahead)
    with pytest.raises(LaterError, match=r"^Slack's next free second is too far away") as later:
        pace_of(table).wait()
    assert (later.value.retry_after, slept, table.free_from) == (seconds, [], NOW_MS + ahead)


def test_slack_is_held_for_as_long_as_it_asks(slept: list[float]) -> None:
    """No run sends until then, and the run that holds it does not wait."""
    table = Table(NOW_MS + 500)
    pace_of(table).hold(30)
    assert (slept, table.free_from) == ([], NOW_MS + 30_000)


def test_a_shorter_hold_does_not_replace_a_longer_one(slept: list[float]) -> None:
    """Slack's latest response to one run does not shorten another run's wait."""
    table = Table(NOW_MS + 60_000)
    pace_of(table).hold(30)
    assert (slept, table.free_from) == ([], NOW_MS + 60_000)


def test_one_conditional_write_reserves_a_second(slept: list[float]) -> None:
    """So that only one of several concurrent runs gets it, and the others read when it is free."""
    table = Table()
    pace_of(table).wait()
    assert slept == [0]
    assert table.requests == [
        {
            "TableName": "notify-state",
            "Key": {"id": {"S": "pace#slack"}},
            "UpdateExpression": "SET free_from = :until",
            "ConditionExpression": "attribute_not_exists(free_from) OR free_from <= :slot",
            "ExpressionAttributeValues": {":slot": {"N": str(NOW_MS)}, ":until": {"N": str(NOW_MS + 1_000)}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    ]
