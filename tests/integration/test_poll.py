"""The poll function: the Outposts simulator over HTTP, DynamoDB, EventBridge and SQS by moto."""

import io
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import urllib3

from local.outposts.control_plane import ControlPlane
from outposts_order_notifier.domain.durations import FEWEST, Ended, Key
from outposts_order_notifier.domain.snapshot import StatusEntry
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.poll import workers
from outposts_order_notifier.poll.handler import _learned, handler
from outposts_order_notifier.poll.summary import PollFailedError
from outposts_order_notifier.runtime.observability import logger
from outposts_order_notifier.store.records import SourceState
from outposts_order_notifier.store.table import SnapshotTable
from reference.costs import POLL_LOG_KB, WITH_A_CHANGE
from testing.aws import client_of, drain
from testing.graphs import reads
from testing.lambda_context import Context

ORDER_ID = "oo-0123456789abcdef0"
OTHER_ID = "oo-0123456789abcdef1"
# The lines START, END and REPORT, and what Lambda adds to this one: the names of the function and of the trace.
LAMBDAS_OWN_BYTES = 700
A_WEEK_AGO = to_iso8601(datetime.now(UTC) - timedelta(days=7))
NOTHING_STALLS = {"order": {"PREPARING": None}, "lineItem": {"PREPARING": None}}  # the orders are old


def an_order(order_id: str = ORDER_ID, **members: Any) -> dict[str, Any]:
    """Return an order of one rack, as JSON of the API."""
    item = {"LineItemId": "ooi-0123456789abcdef0", "CatalogItemId": "OR-RACKM5A", "Quantity": 1, "Status": "PREPARING"}
    return {
        "OrderId": order_id,
        "OutpostId": "op-0123456789abcdef0",
        "OrderType": "OUTPOST",
        "Status": "PREPARING",
        "OrderSubmissionDate": 1767225600.0,
        "LineItems": [item],
    } | members


@dataclass
class World:
    """What a test uses: the API's orders, the function, and a subscriber's queue."""

    api: str
    queue: str

    def put(self, order: dict[str, Any]) -> None:
        """Let the API return this order from now on."""
        self._control("PUT", f"orders/{order['OrderId']}", order)

    def move(self, **changes: Any) -> None:
        """Change members of the first order."""
        self._control("PATCH", f"orders/{ORDER_ID}", changes)

    def replace_line_item(self, order: dict[str, Any]) -> dict[str, Any]:
        """Replace an order's line item as AWS does; return the new order."""
        return ControlPlane(self.api).replace_line_item(order["OrderId"], order["LineItems"][0]["LineItemId"])

    def fail(self, **faults: Any) -> None:
        """Let calls of the API fail."""
        self._control("PUT", "faults", faults)

    def poll(self, **request: Any) -> dict[str, Any]:
        """Run the function, and return its summary."""
        summary: dict[str, Any] = {**handler(request, Context())}
        return summary

    def events(self) -> list[dict[str, Any]]:
        """Return the events that reached the subscriber since the last time."""
        return drain(self.queue)

    def _control(self, method: str, path: str, body: dict[str, Any]) -> None:
        answer = urllib3.request(method, f"{self.api}/_simulator/{path}", json=body)
        assert answer.status == 200, answer.data


@pytest.fixture
def world(table: str, bus_queue: str, simulator: tuple[Any, str], monkeypatch: pytest.MonkeyPatch) -> World:
    """A deployed poll function with one source."""
    monkeypatch.setenv("SNAPSHOT_TABLE_NAME", table)
    monkeypatch.setenv("EVENT_BUS_NAME", "orders")
    monkeypatch.setenv("SOURCES", json.dumps([{"region": "eu-west-1"}]))
    monkeypatch.setenv("STALLED_AFTER_DAYS", json.dumps(NOTHING_STALLS))
    monkeypatch.setenv("AWS_ENDPOINT_URL_OUTPOSTS", simulator[1])
    return World(simulator[1], bus_queue)


def of_type(events: list[dict[str, Any]], detail_type: str) -> list[dict[str, Any]]:
    """Return the details of the events of a type."""
    return [event["detail"] for event in events if event["detail-type"] == detail_type]


class TestFirstPoll:
    """The first poll of a source finds the orders that existed before."""

    def test_existing_orders_are_published_as_baseline(self, world: World) -> None:
        """They are discovered, with `baseline: true`, the order as the API returned it, and times as ISO 8601."""
        world.put(an_order())
        summary = world.poll()
        events = world.events()
        assert [event["detail-type"] for event in events] == ["Outposts Order Discovered", "Outposts Order Updated"]
        (discovered,) = of_type(events, "Outposts Order Discovered")
        assert discovered["baseline"] is True
        assert discovered["order"] == an_order(OrderSubmissionDate="2026-01-01T00:00:00Z")
        assert summary == {
            "source": "111122223333/eu-west-1",
            "ordersListed": 1,
            "ordersRead": 1,
            "ordersChanged": 1,
            "eventsPublished": 2,
            "eventsPending": 0,
            "ordersLeft": 0,
            "failures": [],
        }

    def test_an_order_that_could_not_be_read_then_is_baseline_later(self, world: World) -> None:
        """The source's first poll listed it, so it existed before, however late it can be read."""
        world.put(an_order())
        world.fail(GetOrder={"error": "NotFoundException", "times": 1})
        with pytest.raises(PollFailedError):
            world.poll()
        world.put(an_order(OTHER_ID))
        world.poll()
        discovered = of_type(world.events(), "Outposts Order Discovered")
        assert {detail["orderId"]: detail["baseline"] for detail in discovered} == {ORDER_ID: True, OTHER_ID: False}

    def test_two_first_polls_at_once_agree_on_what_was_there_before(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An order created after one of them is not baseline, although the other, slower one began before it."""
        remembered = SnapshotTable.source_state

        def slowly(table: SnapshotTable, name: str) -> SourceState:
            state = remembered(table, name)
            monkeypatch.setattr(SnapshotTable, "source_state", remembered)
            world.poll()
            world.put(an_order(OTHER_ID))
            return state

        world.put(an_order())
        monkeypatch.setattr(SnapshotTable, "source_state", slowly)
        world.poll()
        discovered = of_type(world.events(), "Outposts Order Discovered")
        assert {detail["orderId"]: detail["baseline"] for detail in discovered} == {ORDER_ID: True, OTHER_ID: False}


class TestLaterPolls:
    """Later polls publish what changed since the poll before."""

    def test_a_new_order_is_not_baseline(self, world: World) -> None:
        """An order created after the first poll is not baseline."""
        world.poll()
        world.put(an_order())
        world.poll()
        assert [event["detail"]["baseline"] for event in world.events()] == [False, False]

    def test_an_unchanged_order_is_silent_and_costs_no_write(self, world: World) -> None:
        """Nothing is published or written if nothing changed."""
        world.put(an_order())
        world.poll()
        before = stored(ORDER_ID)
        world.events()
        assert world.poll()["ordersChanged"] == 0
        assert (world.events(), stored(ORDER_ID)) == ([], before)

    def test_changes_are_numbered_without_gaps_and_end_with_one_update(self, world: World) -> None:
        """The events of an order are numbered in the order of observation; the update repeats them in one."""
        world.put(an_order())
        world.poll()
        world.move(Status="IN_PROGRESS", LineItems={"ooi-0123456789abcdef0": {"Status": "SHIPPED"}})
        world.poll()
        events = world.events()
        assert [event["detail"]["sequence"] for event in events] == [1, 2, 3, 4, 5]
        *transitions, updated = events[2:]
        assert [change["eventId"] for change in updated["detail"]["changes"]] == [
            event["detail"]["eventId"] for event in transitions
        ]
        assert updated["detail"]["lineItemCountsByStatus"] == {"SHIPPED": 1}
        assert updated["resources"] == [ORDER_ID, "op-0123456789abcdef0"]

    def test_unknown_members_and_statuses_are_published(self, world: World) -> None:
        """Members that botocore's model lacks are not dropped, and do not cause failures."""
        world.put(an_order())
        world.poll()
        world.put(an_order(Status="HELD_AT_CUSTOMS", CustomsOffice={"Code": "DE1"}))
        world.poll()
        events = world.events()
        assert of_type(events, "Outposts Order Status Change")[0]["status"] == "HELD_AT_CUSTOMS"
        assert of_type(events, "Outposts Order Amended")[0]["amendments"] == [
            {"path": "/CustomsOffice", "value": {"Code": "DE1"}, "previousValue": None}
        ]

    def test_a_settled_order_is_not_read_until_its_summary_changes(self, world: World) -> None:
        """A completed order needs no GetOrder; it is in flight again when one of its items is REPLACED."""
        item = {"LineItemId": "ooi-0123456789abcdef0", "Status": "INSTALLED"}
        world.put(an_order(Status="COMPLETED", LineItems=[item]))
        world.poll()
        assert world.poll()["ordersRead"] == 0
        world.move(LineItems={"ooi-0123456789abcdef0": {"Status": "REPLACED"}})
        assert world.poll()["ordersRead"] == 1
        assert of_type(world.events(), "Outposts Line Item Status Change")[0]["status"] == "REPLACED"


class TestReplacements:
    """A line item and its replacement, in either sequence."""

    @pytest.fixture(autouse=True)
    def one_order_a_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A replaced order and its replacement are never on one page."""
        monkeypatch.setattr("outposts_order_notifier.sources.outposts.PAGE_SIZE", 1)

    def test_a_replaced_line_item_and_its_replacement_name_each_other(self, world: World) -> None:
        """One poll finds both: the old order's status change and the new order's link report the same."""
        world.put(an_order(Status="COMPLETED"))
        world.poll()
        world.events()
        replacement = world.replace_line_item(an_order())
        world.poll()
        events = world.events()
        (moved,) = of_type(events, "Outposts Line Item Status Change")
        (linked,) = of_type(events, "Outposts Replacement Linked")
        assert (moved["status"], moved["replacedBy"]) == ("REPLACED", reference(replacement))
        assert linked["orderId"] == replacement["OrderId"]
        assert (linked["previous"], linked["replacement"]) == (reference(an_order()), reference(replacement))
        (updated,) = [each for each in of_type(events, "Outposts Order Updated") if each["orderId"] == ORDER_ID]
        assert updated["changes"][0]["replacedBy"] == reference(replacement)
        world.poll()
        assert world.events() == []

    def test_an_order_that_is_seen_after_its_replacement_reports_the_link(self, world: World) -> None:
        """The replacement reported it before, when it was discovered."""
        replacement = an_order(OTHER_ID, OrderType="REPLACEMENT", LineItems=[replacing(an_order())])
        world.put(replacement)
        world.poll()
        world.put(an_order(Status="COMPLETED"))
        world.poll()
        world.poll()
        links = of_type(world.events(), "Outposts Replacement Linked")
        assert [each["orderId"] for each in links] == [OTHER_ID, ORDER_ID]
        assert {each["replacement"]["lineItemId"] for each in links} == {"ooi-new"}

    def test_a_link_is_known_to_a_run_of_single_orders_too(self, world: World) -> None:
        """A run for single orders lists nothing."""
        world.put(an_order(OTHER_ID, LineItems=[replacing(an_order())]))
        world.poll()
        world.put(an_order())
        world.poll(orderIds=[ORDER_ID])
        assert [each["orderId"] for each in of_type(world.events(), "Outposts Replacement Linked")] == [
            OTHER_ID,
            ORDER_ID,
        ]

    def test_each_order_in_a_chain_found_at_once_names_the_end(self, world: World) -> None:
        """A first poll finds an order, its replacement, and the replacement of that."""
        world.put(an_order())
        second = world.replace_line_item(an_order())
        third = world.replace_line_item(second)
        world.poll()
        links = of_type(world.events(), "Outposts Replacement Linked")
        assert all(each["baseline"] for each in links)
        assert {ORDER_ID, second["OrderId"], third["OrderId"]} == {each["orderId"] for each in links}
        (first,) = [each for each in links if each["orderId"] == ORDER_ID]
        assert (first["replacement"], first["currentReplacement"]) == (reference(second), reference(third))


class TestStalled:
    """An order to which nothing happens."""

    def test_it_is_reported_once_beside_the_orders_that_move(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The next poll reports it, not as baseline; when the status changes, the event says that it had stalled."""
        monkeypatch.setenv("STALLED_AFTER_DAYS", json.dumps({"lineItem": {"PREPARING": None}}))
        world.put(an_order(OrderSubmissionDate=1577836800.0))
        world.poll()
        assert of_type(world.events(), "Outposts Order Stalled") == []
        world.poll()
        world.poll()
        stalled, updated = (event["detail"] for event in world.events())
        assert (stalled["status"], stalled["since"]) == ("PREPARING", "2020-01-01T00:00:00Z")
        assert (stalled["thresholdDays"], stalled["baseline"], "lineItemId" in stalled) == (45, False, False)
        assert [change["days"] for change in updated["changes"]] == [stalled["days"]]
        world.move(Status="IN_PROGRESS")
        world.poll()
        (moved,) = of_type(world.events(), "Outposts Order Status Change")
        assert moved["wasStalled"] is True
        assert moved["secondsInPreviousStatus"] // 86_400 == stalled["days"]


class TestLearned:
    """Thresholds that are learned from orders that have ended."""

    def test_it_is_the_slowest_tenth_of_their_own_history(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """With five orders that have ended; the names of the hardware say which are alike."""
        learned = {"order": {"IN_PROGRESS": "learned"}, "lineItem": {"PREPARING": None}}
        monkeypatch.setenv("STALLED_AFTER_DAYS", json.dumps(learned))
        table = SnapshotTable(client_of("dynamodb"), "snapshots")
        world.put(an_order(OrderType="OUTPOST", Status="IN_PROGRESS"))
        world.poll()
        stored = table.read([ORDER_ID]).snapshots[ORDER_ID]
        since = replace(stored, version=stored.version + 1, history={"": (StatusEntry("IN_PROGRESS", A_WEEK_AGO),)})
        table.save(since)
        world.events()
        world.poll()
        assert of_type(world.events(), "Outposts Order Stalled") == []
        key = Key("OUTPOST", "rack", "order", "IN_PROGRESS")
        table.count_durations(
            [Ended(f"oo-{number}", A_WEEK_AGO, "OUTPOST", "rack", {key: 86_400}) for number in range(FEWEST)]
        )
        world.poll()
        assert of_type(world.events(), "Outposts Order Stalled") == []
        _learned.cache_clear()  # as for a function that starts
        world.poll()
        (stalled,) = of_type(world.events(), "Outposts Order Stalled")
        assert (stalled["status"], stalled["thresholdDays"]) == ("IN_PROGRESS", 1)


class TestFailures:
    """A failure of one order does not affect other orders."""

    def test_one_order_that_cannot_be_read_fails_the_run_after_all_others(self, world: World) -> None:
        """The others are published, and the summary in the error names the one that failed."""
        world.put(an_order())
        world.put(an_order(OTHER_ID))
        world.fail(GetOrder={"error": "NotFoundException", "orderId": ORDER_ID})
        with pytest.raises(PollFailedError) as failed:
            world.poll()
        summary = json.loads(str(failed.value))
        assert [failure["orderId"] for failure in summary["failures"]] == [ORDER_ID]
        assert "NotFoundException" in summary["failures"][0]["error"]
        assert {event["detail"]["orderId"] for event in world.events()} == {OTHER_ID}

    @pytest.mark.parametrize("order_type", ["OUTPOST", "REPLACEMENT"])
    def test_an_order_that_answers_slowly_delays_no_other(
        self, world: World, simulator: tuple[Any, str], monkeypatch: pytest.MonkeyPatch, order_type: str
    ) -> None:
        """Orders that were read are published while the run still waits for the slow one."""
        monkeypatch.setattr(workers, "PUBLISH_SECONDS", 0.2)
        world.put(an_order(OrderType=order_type))
        world.put(an_order(OTHER_ID))
        other_published = threading.Event()

        def wait(_: str, request: dict[str, Any]) -> None:
            if request.get("OrderId") == ORDER_ID:
                other_published.wait(60)

        monkeypatch.setattr(simulator[0]._faults, "apply", wait)
        poll = threading.Thread(target=world.poll)
        poll.start()
        early: list[dict[str, Any]] = []
        while poll.is_alive() and not early:
            time.sleep(0.05)  # without it, the run would rarely get its turn
            early = world.events()
        assert {event["detail"]["orderId"] for event in early} == {OTHER_ID}
        other_published.set()
        poll.join()
        assert ORDER_ID in {event["detail"]["orderId"] for event in world.events()}

    def test_throttling_is_waited_out(self, world: World) -> None:
        """The client retries throttled calls, and no order is lost."""
        world.put(an_order())
        world.fail(GetOrder={"error": "ThrottlingException", "status": 429, "times": 2})
        assert world.poll()["failures"] == []

    def test_events_that_were_stored_but_not_published_are_published_first_by_the_next_run(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """If the bus refuses them, events stay pending; the next run publishes them before newer ones."""
        world.put(an_order())
        with monkeypatch.context() as fault:
            fault.setattr("outposts_order_notifier.poll.event_bus.EventBus._put", refuse)
            with pytest.raises(PollFailedError, match='"eventsPending": 2'):
                world.poll()
        world.move(Status="IN_PROGRESS")
        assert world.poll()["eventsPublished"] == 4
        assert [event["detail"]["sequence"] for event in world.events()] == [1, 2, 3, 4]


class TestMetrics:
    """Poll's metrics, for alarms and the dashboard."""

    def test_counts_what_a_run_saw_and_did(self, world: World, capsys: pytest.CaptureFixture[str]) -> None:
        """Two orders are in flight, and one is completed."""
        world.put(an_order())
        world.put(an_order(OTHER_ID))
        settled = {"LineItemId": "ooi-settled", "Status": "INSTALLED"}
        world.put(an_order("oo-00000000000000003", Status="COMPLETED", LineItems=[settled]))
        world.poll()
        assert measured(capsys) == {
            "OrdersWatched": 3,
            "OrdersInFlight": 2,
            "OrdersRead": 3,
            "OrdersChanged": 3,
            "TransitionsPublished": 3,
        }
        assert WITH_A_CHANGE["poll"] == {  # what docs/operations.md, "Costs", counts
            *("OrdersWatched", "OrdersInFlight", "OrdersRead", "OrdersChanged", "TransitionsPublished")
        }

    def test_a_run_without_a_change_only_logs_a_line(
        self, world: World, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No metric, which would cost by the hour in which it is sent; and no more than the costs assume."""
        world.put(an_order())
        world.poll()
        written = io.StringIO()
        monkeypatch.setattr(logger.registered_handler, "stream", written)
        capfd.readouterr()
        assert world.poll()["ordersRead"] == 1
        assert capfd.readouterr() == ("", "")
        (line,) = written.getvalue().splitlines()
        assert len(line) + LAMBDAS_OWN_BYTES <= POLL_LOG_KB * 1_000

    def test_the_log_has_each_runs_counts(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        """The dashboard's graphs read them there, and must not count a run of some orders as one of all."""
        world.put(an_order())
        world.put(an_order(OTHER_ID))
        with caplog.at_level("INFO"):
            summary = world.poll()
            world.poll(orderIds=[OTHER_ID])
            world.poll()
        lines = [vars(each) for each in caplog.records if each.message.startswith("Polled")]
        all_orders = {"summary.ordersListed": 2, "ordersInFlight": 2, "summary.ordersRead": 2}
        source = {"summary.source": summary["source"]}
        assert [reads("Orders", line) for line in lines] == [all_orders | source, None, all_orders | source]
        changes = [{"summary.ordersChanged": 2, "transitionsPublished": 2}]
        nothing = {"summary.ordersChanged": 0, "transitionsPublished": 0}
        assert [reads("Transitions", line) for line in lines] == [*changes, nothing, nothing]
        assert lines[0]["summary"] == summary

    def test_counts_events_that_stay_pending_and_the_order_that_failed(
        self, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The alarm `PendingEvents` uses this metric."""
        world.put(an_order())
        monkeypatch.setattr("outposts_order_notifier.poll.event_bus.EventBus._put", refuse)
        with pytest.raises(PollFailedError):
            world.poll()
        counted = measured(capsys)
        assert (counted["PendingEvents"], counted["PollFailures"]) == (2, 1)

    def test_counts_the_orders_that_there_was_no_time_for(
        self, world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The alarm `OrdersLeft` uses this metric."""
        world.put(an_order())
        world.put(an_order(OTHER_ID))
        monkeypatch.setattr(Context, "get_remaining_time_in_millis", lambda _: 40_000)
        with pytest.raises(PollFailedError, match='"ordersLeft": 2'):  # nor was there time to list all
            world.poll()
        assert measured(capsys)["OrdersLeft"] == 2


class TestInput:
    """Poll's input."""

    def test_order_ids_are_polled_without_listing(self, world: World) -> None:
        """Only the named orders are read."""
        world.put(an_order())
        world.put(an_order(OTHER_ID))
        summary = world.poll(orderIds=[OTHER_ID])
        assert (summary["ordersListed"], summary["ordersRead"]) == (0, 1)

    def test_an_order_of_an_outpost_that_the_source_does_not_watch_is_refused_by_name(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An id can name any order of the account, but this source does not store other sources' orders."""
        watched = "op-0123456789abcdef0"
        monkeypatch.setenv("SOURCES", json.dumps([{"region": "eu-west-1", "outpostIds": [watched]}]))
        world.put(an_order())
        world.put(an_order(OTHER_ID, OutpostId="op-0123456789abcdef1"))
        with pytest.raises(
            PollFailedError, match=f'"orderId": "{OTHER_ID}", "error": ".* limited to {watched}'
        ) as caught:
            world.poll(orderIds=[ORDER_ID, OTHER_ID])
        assert json.loads(str(caught.value))["ordersChanged"] == 1
        assert {event["detail"]["orderId"] for event in world.events()} == {ORDER_ID}

    def test_a_role_that_is_not_configured_is_refused(self, world: World) -> None:
        """An input cannot make poll assume another role."""
        with pytest.raises(ValueError, match="no configured source matches"):
            world.poll(roleArn="arn:aws:iam::999999999999:role/other")


def reference(order: dict[str, Any]) -> dict[str, str]:
    """Return the reference to an order's first line item, as in events."""
    return {"orderId": order["OrderId"], "lineItemId": order["LineItems"][0]["LineItemId"]}


def replacing(order: dict[str, Any]) -> dict[str, Any]:
    """Return a line item that replaces an order's first one."""
    previous = {"PreviousOrderId": order["OrderId"], "PreviousLineItemId": order["LineItems"][0]["LineItemId"]}
    return {"LineItemId": "ooi-new", "Status": "PREPARING", **previous}


def measured(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """Return the sum of each metric that the function wrote for CloudWatch."""
    totals: Counter[str] = Counter()
    for line in capsys.readouterr().out.splitlines():
        if '"_aws"' in line:
            written = json.loads(line)
            (directive,) = written["_aws"]["CloudWatchMetrics"]
            totals.update({metric["Name"]: sum(written[metric["Name"]]) for metric in directive["Metrics"]})
    totals.pop("ColdStart", None)
    return dict(totals)


def refuse(_: Any, batch: dict[str, Any], __: Any) -> dict[str, str]:
    """Refuse every event."""
    return dict.fromkeys(batch, "InternalFailure")


def stored(order_id: str) -> dict[str, Any]:
    """Return the order's item in the snapshot table."""
    item: dict[str, Any] = client_of("dynamodb").get_item(TableName="snapshots", Key={"id": {"S": order_id}})["Item"]
    return item
