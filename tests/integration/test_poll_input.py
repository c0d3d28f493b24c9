"""Bad responses of the API and bad items of the table: each has a clear outcome, and affects no other order."""

import json
import random
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from werkzeug import Request, Response

from local.outposts.control_plane import ControlPlane
from local.outposts.simulator import OutpostsSimulator
from local.server import Server
from outposts_order_notifier.domain.events import Event
from outposts_order_notifier.domain.order import canonical_json
from outposts_order_notifier.poll.handler import handler
from outposts_order_notifier.poll.summary import PollFailedError
from outposts_order_notifier.store.items import FORMAT
from testing.aws import client_of, drain
from testing.lambda_context import Context

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ORDER_ID = "oo-0123456789abcdef0"
OTHER_ID = "oo-0123456789abcdef1"
OUTPOST_ID = "op-0123456789abcdef0"
OTHER_OUTPOST_ID = "op-0123456789abcdef1"
LIST = "/list-orders"
GET = f"/orders/{ORDER_ID}"
MARKUP = '<!channel> <b>&amp;</b> *_~`"\\ \u202e🚚\u0000\u0007\r\n\u2028 {{x}} ${y}'


class Api:
    """The simulator, with given bodies for the next responses of a path; None keeps a response."""

    def __init__(self) -> None:
        self.simulator = OutpostsSimulator(account="111122223333")
        self.bodies: dict[str, list[bytes | None]] = {}
        self.calls: list[str] = []

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Respond to an HTTP request."""
        path = Request(environ).path
        self.calls.append(path)
        body = bodies.pop(0) if (bodies := self.bodies.get(path)) else None
        if body is None:
            return self.simulator(environ, start_response)
        return Response(body, content_type="application/json")(environ, start_response)


@dataclass
class World:
    """What a test uses: the API, the function, the table, and a subscriber's queue."""

    api: Api
    aws: ControlPlane
    queue: str
    table: Any = field(default_factory=lambda: client_of("dynamodb"))

    def answer(self, path: str, *answers: Any) -> None:
        """Let the next calls of a path return this JSON or these bytes; None keeps the simulator's response."""
        self.api.bodies[path] = [
            each if each is None or isinstance(each, bytes) else json.dumps(each).encode() for each in answers
        ]

    def forget(self, order_id: str) -> dict[str, Any]:
        """Remove an order from the API, and return it."""
        return self.api.simulator._account._orders.pop(order_id)

    def poll(self, **request: Any) -> dict[str, Any]:
        """Run the function; return its summary, whether it failed or not."""
        self.api.calls.clear()
        try:
            summary: dict[str, Any] = {**handler(request, Context())}
        except PollFailedError as failed:
            summary = json.loads(str(failed))
            assert summary["failures"]
        return summary

    def events(self) -> list[dict[str, Any]]:
        """Return the details of the events that reached the subscriber since the last time, with their types."""
        return [{"type": event["detail-type"], **event["detail"]} for event in drain(self.queue)]

    def published(self) -> dict[str, list[str]]:
        """Return the types of the events that reached the subscriber since the last time, by order."""
        published: dict[str, list[str]] = {}
        for event in self.events():
            published.setdefault(event["orderId"], []).append(event["type"].removeprefix("Outposts "))
        return published

    def item(self, item_id: str = ORDER_ID) -> dict[str, Any]:
        """Return an item of the table; empty if there is none."""
        found: dict[str, Any] = self.table.get_item(TableName="snapshots", Key={"id": {"S": item_id}}).get("Item", {})
        return found

    def put_item(self, item: dict[str, Any]) -> None:
        """Write an item."""
        self.table.put_item(TableName="snapshots", Item=item)


@pytest.fixture
def world(table: str, bus_queue: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A deployed poll function with one source, that lists one order a page."""
    api = Api()
    with Server(api) as server:
        monkeypatch.setenv("SNAPSHOT_TABLE_NAME", table)
        monkeypatch.setenv("EVENT_BUS_NAME", "orders")
        monkeypatch.setenv("STALLED_AFTER_DAYS", "{}")
        monkeypatch.setenv("AWS_ENDPOINT_URL_OUTPOSTS", server.url)
        watch(monkeypatch, {"region": "eu-west-1"})
        monkeypatch.setattr("outposts_order_notifier.sources.outposts.PAGE_SIZE", 1)
        yield World(api, ControlPlane(server.url), bus_queue)


@dataclass
class Bus:
    """A bus that is faster than moto's, for thousands of events."""

    events: list[Event] = field(default_factory=list)
    down: bool = False

    def put(self, batch: dict[str, Event]) -> dict[str, str]:
        """Accept the events, or refuse all of them."""
        if self.down:
            return dict.fromkeys(batch, "down")
        self.events += batch.values()
        return {}


@pytest.fixture
def bus(world: World, monkeypatch: pytest.MonkeyPatch) -> Bus:  # noqa: ARG001 - the function must be there first
    """The bus that the function publishes to."""
    bus = Bus()
    monkeypatch.setattr("outposts_order_notifier.poll.event_bus.EventBus._put", lambda _, batch, __: bus.put(batch))
    return bus


def watch(monkeypatch: pytest.MonkeyPatch, *sources: dict[str, Any]) -> None:
    """Configure the sources."""
    monkeypatch.setenv("SOURCES", json.dumps(sources))


def an_order(order_id: str = ORDER_ID, **members: Any) -> dict[str, Any]:
    """Return an order of one rack."""
    item = {"LineItemId": "ooi-0123456789abcdef0", "CatalogItemId": "OR-RACKM5A", "Quantity": 1, "Status": "PREPARING"}
    order = {"OrderId": order_id, "OutpostId": OUTPOST_ID, "Status": "PREPARING", "LineItems": [item]}
    return {**order, **members}


def shipped(information: Any) -> dict[str, Any]:
    """Return an order whose line item has this shipment information."""
    return an_order(LineItems=[{"LineItemId": "ooi-a", "Status": "SHIPPED", "ShipmentInformation": information}])


def with_assets(assets: Any) -> dict[str, Any]:
    """Return an order whose line item has these assets."""
    return an_order(LineItems=[{"LineItemId": "ooi-a", "Status": "INSTALLED", "AssetInformationList": assets}])


DISCOVERED = ["Order Discovered", "Order Updated"]
AMENDED = ["Order Amended", "Order Updated"]
ODD_ORDERS: dict[str, dict[str, Any]] = {
    "nothing but its id": {"OrderId": ORDER_ID},
    "nulls": {"OrderId": ORDER_ID, "Status": None, "LineItems": None, "OutpostId": None},
    "null line items": an_order(LineItems=[None, {"LineItemId": None, "Status": None}]),
    "unknown members": an_order(Incoterms={"Code": "DAP"}, LineItems=[{"Eta": [1, None, {"a": None}]}]),
    "unknown status": an_order(Status="HELD_AT_CUSTOMS"),
    "unknown type": an_order(OrderType="LOAN"),
    "unknown carrier": shipped({"ShipmentCarrier": "PIGEON", "ShipmentTrackingNumber": "1"}),
    "tracking number of markup": shipped({"ShipmentCarrier": "UPS", "ShipmentTrackingNumber": MARKUP}),
    "MAC of markup": with_assets([{"AssetId": MARKUP, "MacAddressList": [MARKUP]}]),
    "status is a number": an_order(Status=7),
    "status is an object": an_order(Status={"Code": 7}),
    "line items are an object": an_order(LineItems={"ooi-a": {"Status": "SHIPPED"}}),
    "line items are a text": an_order(LineItems="none"),
    "a line item is a text": an_order(LineItems=["rack", 1, True]),
    "shipment is a text": shipped("see portal"),
    "tracking number is a number": shipped({"ShipmentCarrier": "UPS", "ShipmentTrackingNumber": 12}),
    "assets are a number": with_assets(3),
    "MACs are objects": with_assets([{"MacAddressList": {"a": "02:00"}}]),
    "quantity is a text": an_order(LineItems=[{"LineItemId": "ooi-a", "Quantity": "two"}]),
    "submitted some day": an_order(OrderSubmissionDate="some day", OrderFulfilledDate=1e300),
    "a number that JSON lacks": an_order(Weight=float("nan"), Size=float("inf")),
    "half a character": {**an_order(PaymentTerm="\ud83d"), "\udc00": 1},
    "a megabyte of text": {"OrderId": ORDER_ID, "Status": "x" * 1_000_000},
    "deep": an_order(Deep=json.loads("[" * 200 + "]" * 200)),
}


def named(names: dict[str, str], published: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what was published, by the name of a case instead of its order's id."""
    return {names.get(order_id, order_id): types for order_id, types in published.items()}


class TestOrders:
    """Orders that the API's model does not allow, or that are new to this version."""

    def test_an_odd_order_is_published_like_any_other(self, world: World) -> None:
        """It is discovered, is silent while nothing changes, and its next change is published."""
        world.aws.put_order(an_order(OTHER_ID))
        odd = {f"oo-{number:017x}": order for number, order in enumerate(ODD_ORDERS.values())}
        names = dict(zip(odd, ODD_ORDERS, strict=True))
        listing = {"Orders": [{"OrderId": order_id} for order_id in [*odd, OTHER_ID]]}
        world.answer(LIST, listing, listing, listing)
        for order_id, order in odd.items():
            same = {**order, "OrderId": order_id}
            changed = {**same, "PaymentTerm": "FIVE_YEARS"}
            world.answer(f"/orders/{order_id}", *({"Order": each} for each in (same, same, changed)))
        assert world.poll()["failures"] == []
        assert named(names, world.published()) == {**dict.fromkeys(ODD_ORDERS, DISCOVERED), OTHER_ID: DISCOVERED}
        assert (world.poll()["ordersChanged"], world.published()) == (0, {})
        assert world.poll()["failures"] == []
        assert named(names, world.published()) == dict.fromkeys(ODD_ORDERS, AMENDED)

    def test_markup_reaches_subscribers_unchanged(self, world: World) -> None:
        """Each channel escapes it; the tracking link is already safe."""
        world.aws.put_order(an_order())
        world.poll()
        world.events()
        world.aws.put_order(shipped({"ShipmentCarrier": "UPS", "ShipmentTrackingNumber": MARKUP}))
        world.poll()
        added = next(event for event in world.events() if event["type"] == "Outposts Line Item Added")
        assert added["lineItem"]["ShipmentInformation"]["ShipmentTrackingNumber"] == MARKUP

    def test_an_order_too_large_for_one_item_is_stored_and_published(self, world: World, bus: Bus) -> None:
        """A thousand line items with random assets: every change is published once, in sequence."""
        world.aws.put_order(huge("PREPARING"))
        summary = world.poll()
        assert (summary["failures"], summary["eventsPending"]) == ([], 0)
        assert int(world.item()["parts"]["N"]) > 1
        published = [
            event.detail["lineItem"] for event in bus.events if event.detail_type == "Outposts Line Item Added"
        ]
        assert published == huge("PREPARING")["LineItems"]
        assert world.poll()["ordersChanged"] == 0
        world.aws.put_order(huge("SHIPPED"))
        assert world.poll()["failures"] == []
        moved = [event for event in bus.events if event.detail_type == "Outposts Line Item Status Change"]
        assert len(moved) == 1_000
        assert [event.detail["sequence"] for event in bus.events] == list(range(1, len(bus.events) + 1))

    def test_pending_events_of_a_huge_order_are_kept(self, world: World, bus: Bus) -> None:
        """The next run publishes all of them, in sequence."""
        world.aws.put_order(huge("PREPARING"))
        bus.down = True
        assert world.poll()["eventsPending"] == 1_002
        bus.down = False
        assert world.poll()["eventsPublished"] == 1_002
        assert [event.detail["sequence"] for event in bus.events] == list(range(1, 1_003))
        assert world.item()["pending"] == {"N": "0"}


class TestGetOrder:
    """Responses of GetOrder that are not an order."""

    ANSWERS: ClassVar[list[tuple[Any, str]]] = [
        (b"garbage", "MalformedOrderError: GetOrder returned invalid JSON"),
        (b'{"Order": {"OrderId": "oo-01', "MalformedOrderError: GetOrder returned invalid JSON"),
        (b"<html><body>Sign in</body></html>", "MalformedOrderError: GetOrder returned invalid JSON"),
        (b"", "MalformedOrderError: GetOrder returned invalid JSON"),
        (b"\xff\xfe\x00", "MalformedOrderError: GetOrder returned invalid JSON"),
        (b"[" * 100_000, "MalformedOrderError: GetOrder returned invalid JSON"),
        ([], "MalformedOrderError: GetOrder returned"),
        ({"message": "Sign in"}, "MalformedOrderError: GetOrder returned"),
        ({}, "MalformedOrderError: GetOrder of {id} returned an order with the id None"),
        ({"Order": None}, "returned an order with the id None"),
        ({"Order": [1]}, "returned an order with the id None"),
        ({"Order": "none"}, "returned an order with the id None"),
        ({"Order": {"Status": "PREPARING"}}, "returned an order with the id None"),
        ({"Order": an_order(OTHER_ID)}, f"returned an order with the id {OTHER_ID}"),
    ]

    def test_it_only_fails_that_order(self, world: World) -> None:
        """The failure contains the response; the others are published, and the next run reads the order again."""
        broken = {f"oo-{number:017x}": case for number, case in enumerate(self.ANSWERS)}
        world.aws.put_order(an_order(OTHER_ID))
        for order_id, (answer, _) in broken.items():
            world.aws.put_order(an_order(order_id))
            world.answer(f"/orders/{order_id}", answer)
        failures = {failure["orderId"]: failure["error"] for failure in world.poll()["failures"]}
        assert failures.keys() == broken.keys()
        for order_id, (_, error) in broken.items():
            assert error.replace("{id}", order_id) in failures[order_id]
        assert world.published() == {OTHER_ID: DISCOVERED}
        assert world.poll()["failures"] == []
        assert world.published() == dict.fromkeys(broken, DISCOVERED)

    def test_an_order_that_is_listed_but_not_found_is_not_missing(self, world: World) -> None:
        """Only ListOrders can show that an order is missing; this is a failure while it lasts."""
        world.aws.put_order(an_order())
        world.poll()
        world.events()
        world.aws.put_faults({"GetOrder": {"error": "NotFoundException", "orderId": ORDER_ID}})
        for _ in range(2):
            (failure,) = world.poll()["failures"]
            assert "NotFoundException" in failure["error"]
        assert world.published() == {}


class TestListOrders:
    """Listings that are unusual or incomplete."""

    def test_an_order_on_two_pages_is_read_once(self, world: World) -> None:
        """It is also published once."""
        world.aws.put_order(an_order())
        page = {"Orders": [{"OrderId": ORDER_ID}]}
        world.answer(LIST, {**page, "NextToken": "a"}, page)
        assert world.poll()["ordersRead"] == 1
        assert world.published() == {ORDER_ID: DISCOVERED}

    def test_an_empty_page_with_a_token_is_not_the_end(self, world: World) -> None:
        """A page without the list is not an error either."""
        world.aws.put_order(an_order())
        last = {"Orders": [{"OrderId": ORDER_ID}]}
        world.answer(
            LIST, {"Orders": [], "NextToken": "a"}, {"NextToken": "b"}, {"Orders": None, "NextToken": "c"}, last
        )
        assert world.poll()["ordersListed"] == 1

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (b"garbage", "MalformedOrderError: ListOrders returned invalid JSON"),
            (b'{"Orders": [{"OrderId": "oo-01', "MalformedOrderError: ListOrders returned invalid JSON"),
            (b"<html><body>Sign in</body></html>", "MalformedOrderError: ListOrders returned invalid JSON"),
            ([], "MalformedOrderError: ListOrders returned"),
            ({"message": "Sign in"}, 'MalformedOrderError: ListOrders returned {"message":"Sign in"}'),
            ({"Orders": "none"}, "ListOrders named an order with the id None"),
            ({"Orders": [None, {"Status": "PREPARING"}]}, "ListOrders named an order with the id None"),
            ({"Orders": [{"OrderId": ""}]}, "ListOrders named an order with the id "),
            (
                {"Orders": [{"OrderId": "source#111122223333/eu-west-1"}]},
                "ListOrders named an order with the id source#",
            ),
            ({"Orders": [], "NextToken": "2"}, "same next token"),
            (None, "ValidationException"),
        ],
    )
    def test_orders_listed_before_an_error_are_read_and_none_is_missing(
        self, world: World, answer: Any, error: str
    ) -> None:
        """Page 3 fails: the orders of pages 1 and 2 are published, and none is missing."""
        third = "oo-0123456789abcdef2"
        for order_id in (ORDER_ID, OTHER_ID, third):
            world.aws.put_order(an_order(order_id))
        world.poll()
        world.events()
        state = world.item("source#111122223333/eu-west-1")
        for order_id in (ORDER_ID, OTHER_ID, third):
            world.aws.update_order(order_id, {"Status": "IN_PROGRESS"})
        pages = [
            {"Orders": [{"OrderId": each}], "NextToken": token} for each, token in ((ORDER_ID, "1"), (OTHER_ID, "2"))
        ]
        world.answer(LIST, *pages, answer)
        summary = world.poll()
        assert [failure["orderId"] for failure in summary["failures"]] == [None]
        assert error in summary["failures"][0]["error"]
        assert (summary["ordersListed"], summary["ordersRead"], summary["ordersChanged"]) == (2, 2, 2)
        changed = ["Order Status Change", "Order Updated"]
        assert world.published() == {ORDER_ID: changed, OTHER_ID: changed}
        assert world.item("source#111122223333/eu-west-1") == state

    def test_a_first_poll_that_fails_to_list_is_not_over(self, world: World) -> None:
        """Orders that the next one finds are still baseline."""
        for order_id in (ORDER_ID, OTHER_ID):
            world.aws.put_order(an_order(order_id))
        world.answer(LIST, {"Orders": [{"OrderId": ORDER_ID}], "NextToken": "a"}, b"garbage")
        world.poll()
        world.poll()
        assert [event["baseline"] for event in world.events()] == [True] * 4

    def test_an_outpost_that_cannot_be_listed_does_not_stop_the_others(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A source has two Outposts, one of which is gone."""
        watch(monkeypatch, {"region": "eu-west-1", "outpostIds": ["op-00000000000000000", OUTPOST_ID]})
        world.aws.put_order(an_order())
        (failure,) = world.poll()["failures"]
        assert "NotFoundException" in failure["error"]
        assert world.published() == {ORDER_ID: DISCOVERED}


class TestMissing:
    """Orders that ListOrders no longer names."""

    @pytest.fixture
    def known(self, world: World) -> World:
        """Two known orders."""
        world.aws.put_order(an_order())
        world.aws.put_order(an_order(OTHER_ID, OutpostId=OTHER_OUTPOST_ID))
        world.poll()
        world.events()
        return world

    def test_it_is_reported_once_with_what_was_known(self, known: World) -> None:
        """Missing, then an update, with no further keys; afterwards it costs no call."""
        known.forget(ORDER_ID)
        known.poll()
        missing, updated = known.events()
        assert missing["type"] == "Outposts Order Missing"
        assert (missing["orderStatus"], missing["outpostId"], missing["sequence"]) == ("PREPARING", OUTPOST_ID, 3)
        assert missing.keys() == updated.keys() - {"changes", "lineItemCountsByStatus", "names"}
        assert [change["detailType"] for change in updated["changes"]] == ["Outposts Order Missing"]
        before = known.item()
        known.poll()
        assert (known.published(), known.item()) == ({}, before)
        assert GET not in known.api.calls

    def test_an_order_that_is_found_but_no_longer_listed_is_missing(self, known: World) -> None:
        """Only the listing counts."""
        known.answer(LIST, {"Orders": [{"OrderId": OTHER_ID}]})
        known.poll()
        assert known.published() == {ORDER_ID: ["Order Missing", "Order Updated"]}

    def test_a_response_without_a_list_makes_no_order_missing(self, known: World) -> None:
        """It can mean an empty list or a fault, which only the next listing shows."""
        known.answer(LIST, {})
        assert known.poll()["failures"] == []
        assert known.published() == {}

    def test_it_reappears_with_what_changed_meanwhile(self, known: World) -> None:
        """Its reappearance is published once, before the differences, in one update."""
        order = known.forget(ORDER_ID)
        known.poll()
        known.events()
        known.aws.put_order({**order, "Status": "IN_PROGRESS"})
        known.poll()
        assert known.published() == {ORDER_ID: ["Order Reappeared", "Order Status Change", "Order Updated"]}
        known.poll()
        assert known.published() == {}

    def test_it_reappears_when_it_can_be_read(self, known: World) -> None:
        """An order that is listed again but not found yet is a failure first."""
        order = known.forget(ORDER_ID)
        known.poll()
        known.aws.put_order(order)
        known.events()
        known.aws.put_faults({"GetOrder": {"error": "NotFoundException", "orderId": ORDER_ID, "times": 1}})
        assert [failure["orderId"] for failure in known.poll()["failures"]] == [ORDER_ID]
        known.poll()
        assert known.published() == {ORDER_ID: ["Order Reappeared", "Order Updated"]}

    def test_its_unpublished_events_are_published_without_a_read(
        self, known: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """There is nothing to read any more, but something to publish."""
        known.forget(ORDER_ID)
        with monkeypatch.context() as fault:
            fault.setattr(
                "outposts_order_notifier.poll.event_bus.EventBus._put",
                lambda _, batch, __: dict.fromkeys(batch, "down"),
            )
            assert known.poll()["eventsPending"] == 2
        assert known.poll()["failures"] == []
        assert known.published() == {ORDER_ID: ["Order Missing", "Order Updated"]}
        assert GET not in known.api.calls

    def test_a_run_for_single_orders_reports_nothing_as_missing(self, known: World) -> None:
        """A run for single orders lists nothing, and an order that no listing ever named is not missing."""
        third = "oo-0123456789abcdef2"
        known.aws.put_order(an_order(third))
        known.poll(orderIds=[OTHER_ID, third])
        known.forget(third)
        known.events()
        assert known.poll()["failures"] == []
        assert known.published() == {}

    def test_a_first_poll_reports_nothing_as_missing(self, known: World) -> None:
        """It has no earlier listing to compare with."""
        known.table.delete_item(TableName="snapshots", Key={"id": {"S": "source#111122223333/eu-west-1"}})
        known.forget(ORDER_ID)
        known.poll()
        assert known.published() == {}

    def test_sources_of_the_same_account_only_miss_orders_of_their_outposts(
        self, known: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither reports the other one's orders as missing."""
        known.aws.put_order(an_order(OutpostId=rack(known)))
        known.poll()
        racks, servers = {"outpostIds": [rack(known)]}, {"outpostIds": [OTHER_OUTPOST_ID]}
        watch(monkeypatch, {"region": "eu-west-1", **racks}, {"region": "eu-west-1", **servers})
        for source in (racks, servers, racks, servers):
            known.poll(**source)
        known.events()
        for source, order_id in ((racks, ORDER_ID), (servers, OTHER_ID)):
            for _ in range(2):  # an empty listing counts when another confirms it
                assert known.published() == {}
                known.answer(LIST, {"Orders": []})
                known.poll(**source)
            assert known.published() == {order_id: ["Order Missing", "Order Updated"]}

    MISSING: ClassVar[dict[str, list[str]]] = {
        each: ["Order Missing", "Order Updated"] for each in (ORDER_ID, OTHER_ID)
    }
    NONE: ClassVar[dict[str, Any]] = {"Orders": []}
    ANOTHER: ClassVar[dict[str, Any]] = {"Orders": [{"OrderId": "oo-0123456789abcdef9"}]}

    def test_one_empty_listing_by_mistake_reports_nothing(self, known: World, caplog: pytest.LogCaptureFixture) -> None:
        """No order is reported as missing, or as listed again; the log says that a second listing decides."""
        known.answer(LIST, self.NONE)
        assert known.poll()["failures"] == []
        (record,) = [each for each in caplog.records if "a second listing decides" in each.message]
        assert record.__dict__["orders"] == 2
        known.poll()
        known.poll()
        assert known.published() == {}

    @pytest.mark.parametrize("listing", [NONE, ANOTHER], ids=["empty", "of others"])
    def test_orders_that_all_vanish_are_reported_by_the_second_listing(
        self, known: World, listing: dict[str, Any]
    ) -> None:
        """A second complete listing that names none of them confirms the first; a third one is silent."""
        published = []
        for _ in range(3):
            known.answer(LIST, listing)
            known.poll()
            published.append({order: events for order, events in known.published().items() if order in self.MISSING})
        assert published == [{}, self.MISSING, {}]

    def test_the_only_order_of_a_source_is_reported_by_the_second_listing(self, known: World) -> None:
        """If the only order of a source vanishes, all of its orders have vanished."""
        known.forget(OTHER_ID)
        known.poll()
        known.events()
        known.forget(ORDER_ID)
        known.poll()
        assert known.published() == {}
        known.poll()
        assert known.published() == {ORDER_ID: self.MISSING[ORDER_ID]}

    @pytest.mark.parametrize(
        ("between", "further"), [(b"garbage", 1), ({}, 2)], ids=["broken", "without a list, which begins again"]
    )
    def test_a_listing_without_a_list_of_orders_confirms_nothing(
        self, known: World, between: Any, further: int
    ) -> None:
        """Only a complete listing that has a list, but none of the known orders, does."""
        for listing in (self.NONE, between, *[self.NONE] * further):
            assert known.published() == {}
            known.answer(LIST, listing)
            known.poll()
        assert known.published() == self.MISSING

    def test_a_full_listing_between_two_empty_ones_outdates_the_first(self, known: World) -> None:
        """Only two in a row confirm it."""
        for listing in (self.NONE, None, self.NONE):
            if listing:
                known.answer(LIST, listing)
            known.poll()
        assert known.published() == {}

    def test_an_empty_listing_keeps_the_state_for_the_next_poll(self, known: World) -> None:
        """The listing does not count, so daily reads are due and owed as if it had not happened."""
        before = known.item("source#111122223333/eu-west-1") | {"owed": {"SS": [ORDER_ID]}}
        known.put_item(before)
        known.answer(LIST, self.NONE)
        known.poll()
        after = known.item("source#111122223333/eu-west-1")
        assert {name: value for name, value in after.items() if name != "vanishedAfter"} == before

    def test_an_order_stored_by_another_run_is_not_missing(self, known: World) -> None:
        """Nothing follows for an order that another run stored after this run's listing."""
        known.forget(ORDER_ID)
        with pytest.MonkeyPatch.context() as beside:
            beside.setattr(BaseClient, "_make_api_call", stored_meanwhile(known))
            known.poll()
        assert known.published() == {}


class TestStoredItems:
    """The table's items can be older, newer or damaged."""

    @pytest.fixture
    def known(self, world: World) -> World:
        """Two known orders, one of which has changed since."""
        world.aws.put_order(an_order())
        world.aws.put_order(an_order(OTHER_ID))
        world.poll()
        world.events()
        world.aws.update_order(ORDER_ID, {"Status": "IN_PROGRESS"})
        world.aws.update_order(OTHER_ID, {"Status": "IN_PROGRESS"})
        return world

    CHANGED = ("Order Status Change", "Order Updated")

    def test_a_snapshot_of_an_older_version_is_continued(self, known: World) -> None:
        """It is compared as usual, and stored in this version's format."""
        item = known.item()
        body = json.loads(zlib.decompress(item["snapshot"]["B"]))
        del body["missing"], body["stalled"], body["linked"], item["outpostId"], item["sequence"]
        body["since"] = {name: entered[-1][1] for name, entered in body.pop("history").items()}
        packed = zlib.compress(canonical_json(body).encode())
        known.put_item({**item, "format": {"N": "1"}, "snapshot": {"B": packed}})
        assert known.poll()["failures"] == []
        assert known.published()[ORDER_ID] == list(self.CHANGED)
        assert known.item()["format"] == {"N": str(FORMAT)}

    def test_a_snapshot_of_a_newer_version_is_not_changed(self, known: World) -> None:
        """Its order fails with an error that says what to do; the others are not affected."""
        newer = {**known.item(), "format": {"N": "99"}, "snapshot": {"B": b"whatever the newer version writes"}}
        known.put_item(newer)
        (failure,) = known.poll()["failures"]
        assert failure["orderId"] == ORDER_ID
        assert "has format 99" in failure["error"]
        assert "deploy the newer version again" in failure["error"]
        assert known.item() == newer
        assert known.published() == {OTHER_ID: list(self.CHANGED)}

    @pytest.mark.parametrize(
        "data",
        [b"\x00garbage", b"", zlib.compress(b"{"), zlib.compress(b"7"), zlib.compress(b'{"order": {"OrderId": "x"}}')],
    )
    def test_a_damaged_snapshot_is_set_aside_and_its_order_discovered_again(
        self, known: World, data: bytes, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        """It is kept, counted and logged with its order; the numbering continues, and the next run is silent."""
        damaged = {**known.item(), "snapshot": {"B": data}}
        known.put_item(damaged)
        assert known.poll()["failures"] == []
        events = known.events()
        assert [(event["type"], event["sequence"]) for event in events if event["orderId"] == ORDER_ID] == [
            ("Outposts Order Discovered", 3),
            ("Outposts Order Updated", 4),
        ]
        assert {event["orderId"] for event in events} == {ORDER_ID, OTHER_ID}
        kept = known.item(f"set-aside#{ORDER_ID}#1")
        assert kept == {**{name: damaged[name] for name in damaged if name != "source"}, "id": kept["id"]}
        out = capsys.readouterr().out
        assert '"SnapshotsSetAside":[1.0]' in out.replace(" ", "")
        (record,) = [each for each in caplog.records if each.message == "A damaged snapshot was set aside"]
        assert record.__dict__["correlation_id"] == ORDER_ID
        known.poll()
        assert known.published() == {}

    @pytest.mark.parametrize("data", [b"\x00garbage", zlib.compress(b"[]"), zlib.compress(b'[{"detail": 1}]')])
    def test_damaged_events_are_set_aside_and_their_order_discovered_again(
        self, known: World, data: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The gap in `sequence` shows that they are lost; other orders' pending events are published."""
        with monkeypatch.context() as fault:
            fault.setattr(
                "outposts_order_notifier.poll.event_bus.EventBus._put",
                lambda _, batch, __: dict.fromkeys(batch, "down"),
            )
            known.poll()
        known.put_item({**known.item(), "events": {"B": data}})
        assert known.poll()["failures"] == []
        events: dict[str, list[tuple[str, int]]] = {order_id: [] for order_id in (ORDER_ID, OTHER_ID)}
        for event in known.events():
            events[event["orderId"]].append((event["type"].removeprefix("Outposts "), event["sequence"]))
        assert events == {
            ORDER_ID: [("Order Discovered", 5), ("Order Updated", 6)],
            OTHER_ID: [("Order Status Change", 3), ("Order Updated", 4)],
        }
        assert known.item(f"set-aside#{ORDER_ID}#2")["events"] == {"B": data}

    @pytest.mark.parametrize("lost", ["snapshot", "version", "format", "summary", "settled", "pending"])
    def test_an_item_without_an_attribute_does_not_stop_the_run(self, known: World, lost: str) -> None:
        """Its order continues, with a discovery if necessary."""
        known.put_item({name: value for name, value in known.item().items() if name != lost})
        assert known.poll()["failures"] == []
        assert known.published().keys() == {ORDER_ID, OTHER_ID}
        known.poll()
        assert known.published() == {}

    @pytest.mark.parametrize("operation", ["UpdateItem", "PutItem", "BatchGetItem"])
    def test_an_error_of_the_table_fails_its_orders_and_loses_nothing(
        self, known: World, operation: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The first call of that kind fails: its orders are named, the others published, and the next run recovers."""
        monkeypatch.setattr("outposts_order_notifier.poll.workers.BATCH_GET_ITEMS", 1)
        failures = iter([operation])
        call = BaseClient._make_api_call  # type: ignore[attr-defined] # botocore's one way to a service

        def refuse_once(client: BaseClient, name: str, parameters: Any) -> Any:
            if name == operation and next(failures, None):
                raise refusal_of(name)
            return call(client, name, parameters)

        with monkeypatch.context() as fault:
            fault.setattr(BaseClient, "_make_api_call", refuse_once)
            (failure,) = known.poll()["failures"]
        known.poll()
        sequences: dict[str, set[int]] = {}
        for event in known.events():
            sequences.setdefault(event["orderId"], set()).add(event["sequence"])
        assert failure["orderId"] in {ORDER_ID, OTHER_ID}
        assert sequences == {ORDER_ID: {3, 4}, OTHER_ID: {3, 4}}
        assert known.item()["pending"] == {"N": "0"}


class TestRequest:
    """Poll's input."""

    @pytest.mark.parametrize("order_ids", [None, ORDER_ID, [1], [""], {"a": 1}, ["source#1"]])
    def test_invalid_order_ids_are_rejected(self, world: World, order_ids: Any) -> None:
        """The error says what is allowed."""
        with pytest.raises(ValueError, match="it is a list of order ids"):
            world.poll(orderIds=order_ids)

    @pytest.mark.usefixtures("world")
    @pytest.mark.parametrize("event", [None, 5, "Records", ["Records"]])
    def test_an_input_that_is_not_an_object_is_rejected(self, event: Any) -> None:
        """The error says what is allowed."""
        with pytest.raises(ValueError, match="allowed: an object of strings"):
            handler(event, Context())

    def test_an_order_requested_twice_is_read_once(self, world: World) -> None:
        """DynamoDB refuses a batch with the same key twice."""
        world.aws.put_order(an_order())
        assert world.poll(orderIds=[ORDER_ID, ORDER_ID])["ordersRead"] == 1


def refusal_of(operation: str) -> ClientError:
    """Return DynamoDB's permanent refusal of a call."""
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": "refused"}}, operation)


def rack(world: World) -> str:
    """Return the Outpost that the simulator has from the beginning."""
    return str(next(iter(world.api.simulator._account._outposts)))


def huge(status: str) -> dict[str, Any]:
    """Return an order of a thousand line items, each with four assets of random names and MAC addresses."""
    noise = random.Random(1)  # noqa: S311 - the same at each call
    items = [
        {
            "LineItemId": f"ooi-{noise.getrandbits(68):017x}",
            "Status": status,
            "AssetInformationList": [
                {
                    "AssetId": f"{noise.getrandbits(64):016x}",
                    "AssetType": "COMPUTE",
                    "HostId": f"h-{noise.getrandbits(68):017x}",
                    "MacAddressList": [noise.randbytes(6).hex(":") for _ in range(4)],
                }
                for _ in range(4)
            ],
        }
        for _ in range(1_000)
    ]
    return an_order(LineItems=sorted(items, key=canonical_json))


def stored_meanwhile(world: World) -> Callable[..., Any]:
    """Let another run store the first order just after this run's listing."""
    call = BaseClient._make_api_call  # type: ignore[attr-defined] # botocore's one way to a service

    def make_api_call(client: BaseClient, name: str, parameters: Any) -> Any:
        answer = call(client, name, parameters)
        if name == "ListOrders":
            world.put_item({**world.item(), "version": {"N": "2"}})
        return answer

    return make_api_call


class TestNames:
    """The names of Outposts and hardware."""

    LOOKUPS: ClassVar = ["/outposts", "/sites", "/catalog/items", "/catalog/items"]

    def lookups(self, world: World) -> list[str]:
        """Return the calls of the last poll that look up names."""
        return [call for call in world.api.calls if call in self.LOOKUPS]

    def test_they_are_in_the_update_and_looked_up_once(self, world: World) -> None:
        """A poll without changes, and one of another change within the day, make no more calls than before."""
        account = world.api.simulator._account
        outpost = next(iter(account._outposts.values()))
        world.aws.put_order(an_order_of(outpost["OutpostId"], "PREPARING"))
        world.poll()
        assert self.lookups(world) == self.LOOKUPS
        (update,) = [event for event in world.events() if event["type"] == "Outposts Order Updated"]
        assert update["names"] == {
            outpost["OutpostId"]: outpost["Name"],
            "OR-RACKM5A": "rack, 4 × m5.24xlarge and 2 × c5.24xlarge",
        }
        world.poll()
        assert self.lookups(world) == []
        world.aws.put_order(an_order_of(outpost["OutpostId"], "IN_PROGRESS"))
        world.poll()
        assert self.lookups(world) == []
        (update,) = [event for event in world.events() if event["type"] == "Outposts Order Updated"]
        assert update["names"][outpost["OutpostId"]] == outpost["Name"]

    def test_without_their_permissions_nothing_fails(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """The configuration's names remain."""
        denied = {"error": "AccessDeniedException"}
        world.aws.put_faults(dict.fromkeys(("ListOutposts", "ListSites", "ListCatalogItems"), denied))
        monkeypatch.setenv("NAMES", json.dumps({OUTPOST_ID: "Dublin plant"}))
        world.aws.put_order(an_order_of(OUTPOST_ID, "PREPARING"))
        assert world.poll()["failures"] == []
        (update,) = [event for event in world.events() if event["type"] == "Outposts Order Updated"]
        assert update["names"] == {OUTPOST_ID: "Dublin plant"}
        item = world.item("names#111122223333/eu-west-1")
        assert json.loads(item["denied"]["S"]) == [
            "outposts:ListOutposts",
            "outposts:ListSites",
            "outposts:ListCatalogItems",
        ]


def an_order_of(outpost_id: str, status: str) -> dict[str, Any]:
    """Return an order of one rack for an Outpost."""
    item = {"LineItemId": "ooi-0123456789abcdef0", "CatalogItemId": "OR-RACKM5A", "Quantity": 1, "Status": "PREPARING"}
    return {"OrderId": ORDER_ID, "OutpostId": outpost_id, "Status": status, "LineItems": [item]}
