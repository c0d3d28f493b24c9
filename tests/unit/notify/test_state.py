"""The state of each order's Slack thread, which one run at a time may change."""

import json
from typing import Any

import pytest

from outposts_order_notifier.notify.channel import LaterError
from outposts_order_notifier.notify.state import MAX_POSTED, TAKEN_MS, Thread, Threads
from testing.state_table import TABLE

CHANNEL, ORDER, KEY = "C0123456789", "oo-1", "thread#C0123456789#oo-1"
NOW = 1_795_000_000.5
NOW_MS = 1_795_000_000_500
REPLACED_BY = {"ooi-1": {"orderId": "oo-2", "lineItemId": "ooi-2"}}
# The item as every version has stored it.
STORED = {
    "id": {"S": KEY},
    "ts": {"S": "1795000000.000100"},
    "told": {"S": '["event-1", "event-2"]'},
    "replaced_by": {"S": json.dumps(REPLACED_BY)},
}


def threads(client: Any, *, after_ms: int = 0) -> Threads:
    """Return the threads for a run that starts this long after the first one."""
    return Threads(client, TABLE, lambda: NOW + after_ms / 1_000)


def items(client: Any) -> list[dict[str, Any]]:
    """Return what is stored."""
    return list(client.scan(TableName=TABLE)["Items"])


class TestTake:
    """A run takes a thread before it writes to it."""

    def test_a_new_order_has_an_empty_thread(self, client: Any) -> None:
        """There is no card, and nothing is unknown before this run."""
        assert threads(client).take(CHANNEL, ORDER) == Thread(KEY, NOW_MS + TAKEN_MS)

    def test_a_taken_thread_records_the_run_and_that_slacks_state_is_unknown(self, client: Any) -> None:
        """If the run is killed, the next one looks in Slack for what was posted since."""
        threads(client).take(CHANNEL, ORDER)
        assert items(client) == [
            {"id": {"S": KEY}, "taken_until": {"N": str(NOW_MS + TAKEN_MS)}, "unfinished_since": {"N": f"{NOW:.3f}"}}
        ]

    def test_a_thread_is_read_as_any_version_has_stored_it(self, client: Any) -> None:
        """An upgrade continues each thread under its card."""
        client.put_item(TableName=TABLE, Item=STORED)
        thread = threads(client).take(CHANNEL, ORDER)
        assert thread == Thread(
            KEY,
            NOW_MS + TAKEN_MS,
            ts="1795000000.000100",
            posted=["event-1", "event-2"],
            replaced_by=REPLACED_BY,
        )

    @pytest.mark.parametrize(("after_ms", "wait"), [(0, 60), (1, 60), (58_000, 2), (58_999, 2), (59_999, 1)])
    def test_a_thread_that_another_run_has_taken_is_waited_for(self, client: Any, after_ms: int, wait: int) -> None:
        """In whole seconds; the other run's claim is not changed."""
        threads(client).take(CHANNEL, ORDER)
        before = items(client)
        with pytest.raises(LaterError, match=r"^Another run is writing to this order's thread$") as later:
            threads(client, after_ms=after_ms).take(CHANNEL, ORDER)
        assert (later.value.retry_after, items(client)) == (wait, before)

    def test_a_killed_runs_thread_is_free_a_minute_later(self, client: Any) -> None:
        """The next run learns since when it is unknown what Slack has posted, however many runs were killed."""
        for killed in (0, TAKEN_MS):
            threads(client, after_ms=killed).take(CHANNEL, ORDER)
        thread = threads(client, after_ms=2 * TAKEN_MS).take(CHANNEL, ORDER)
        assert thread == Thread(KEY, NOW_MS + 3 * TAKEN_MS, unfinished_since=NOW)

    def test_each_order_has_a_thread_in_each_channel(self, client: Any) -> None:
        """None of them waits for another."""
        state = threads(client)
        for channel, order_id in ((CHANNEL, ORDER), (CHANNEL, "oo-2"), ("C9876543210", ORDER)):
            assert state.take(channel, order_id).key == f"thread#{channel}#{order_id}"


class TestGiveBack:
    """A run stores what it has posted, and another may write to the thread."""

    def test_a_finished_thread_is_stored_as_in_every_version(self, client: Any) -> None:
        """Without anything of the run that wrote to it."""
        state = threads(client)
        thread = state.take(CHANNEL, ORDER)
        thread.ts, thread.posted, thread.replaced_by = "1795000000.000100", ["event-1", "event-2"], REPLACED_BY
        state.give_back(thread, finished=True)
        assert items(client) == [STORED]

    def test_an_unfinished_thread_keeps_the_time_since_when_slacks_state_is_unknown(self, client: Any) -> None:
        """The next run, which need not wait, looks in Slack for what was posted since."""
        threads(client).give_back(threads(client).take(CHANNEL, ORDER), finished=False)
        assert threads(client, after_ms=1).take(CHANNEL, ORDER).unfinished_since == NOW

    def test_a_card_that_was_deleted_is_forgotten(self, client: Any) -> None:
        """What was posted under it is not."""
        client.put_item(TableName=TABLE, Item=STORED)
        thread = threads(client).take(CHANNEL, ORDER)
        thread.ts = None
        threads(client).give_back(thread, finished=True)
        assert items(client) == [{name: value for name, value in STORED.items() if name != "ts"}]

    def test_only_the_latest_replies_are_remembered(self, client: Any) -> None:
        """An item stays small, and a whole batch's replies fit."""
        thread = threads(client).take(CHANNEL, ORDER)
        thread.posted = [f"event-{number}" for number in range(MAX_POSTED + 1)]
        threads(client).give_back(thread, finished=True)
        assert threads(client).take(CHANNEL, ORDER).posted == thread.posted[1:]

    def test_a_run_that_took_too_long_changes_nothing(self, client: Any) -> None:
        """Another run has the thread since, so its turn comes later."""
        slow = threads(client).take(CHANNEL, ORDER)
        slow.ts = "1795000000.000100"
        threads(client, after_ms=TAKEN_MS).take(CHANNEL, ORDER)
        before = items(client)
        with pytest.raises(LaterError, match=r"^This run took too long, and another one has the thread$") as later:
            threads(client).give_back(slow, finished=True)
        assert (later.value.retry_after, items(client)) == (1, before)


class TestExists:
    """Whether an order was ever in a channel."""

    def test_a_thread_exists_from_when_it_is_first_taken(self, client: Any) -> None:
        """Its run may have posted the card and been killed."""
        state = threads(client)
        assert not state.exists(CHANNEL, ORDER)
        state.take(CHANNEL, ORDER)
        assert state.exists(CHANNEL, ORDER)
        assert not state.exists("C9876543210", ORDER)

    def test_its_card_is_known_once_it_was_posted(self, client: Any) -> None:
        """A link to a card does not take its thread."""
        state = threads(client)
        assert state.card(CHANNEL, ORDER) is None
        state.take(CHANNEL, ORDER)
        assert state.card(CHANNEL, ORDER) is None
        client.put_item(TableName=TABLE, Item=STORED)
        assert state.card(CHANNEL, ORDER) == "1795000000.000100"
        assert state.card("C9876543210", ORDER) is None

    def test_a_thread_that_has_just_been_taken_is_seen(self, client: Any) -> None:
        """DynamoDB's other reads may miss a write of the last second."""
        requests: list[dict[str, Any]] = []
        client.meta.events.register(
            "provide-client-params.dynamodb.GetItem", lambda params, **_: requests.append(params)
        )
        threads(client).exists(CHANNEL, ORDER)
        assert [request["ConsistentRead"] for request in requests] == [True]
