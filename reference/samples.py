"""The samples for subscribers: situations played with the deployed poll code, each with an order of its own.

A sample exists as a whole event, to test a pattern with; as an entry of PutEvents, marked as a test; and in the
package, from which `trigger` reads it.
"""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import boto3

from local.outposts.simulator import OutpostsSimulator
from outposts_order_notifier.domain import event_types as types
from outposts_order_notifier.domain.annotations import Annotations, Expected, Mute
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.poll.event_bus import EventBus
from outposts_order_notifier.poll.run import Poll
from outposts_order_notifier.store.table import SnapshotTable
from reference.examples import Clock, delivered, polling
from testing.event_bridge import EventBridge

if TYPE_CHECKING:
    from mypy_boto3_events.client import EventBridgeClient

Json = dict[str, Any]

BUS = "outposts-order-notifier"
JANE = "arn:aws:iam::111122223333:user/jane"
TOO_LARGE = 300_000  # characters; more than an event holds
UPS = {"ShipmentCarrier": "UPS", "ShipmentTrackingNumber": "1Z999AA10123456784"}
ASSET = {"AssetId": "1234567890", "MacAddressList": ["00:00:5e:00:53:01"]}


@dataclass
class Stage:
    """The poll code and what it reads, with the latest order of a situation and its only line item."""

    simulator: OutpostsSimulator
    poll: Poll
    clock: Clock
    order_id: str = ""
    line_item_id: str = ""

    def order(self) -> None:
        """Order a rack."""
        outposts = self.poll.outposts
        rack = outposts.list_outposts()["Outposts"][0]["OutpostId"]
        items: Any = [{"CatalogItemId": "OR-RACKM5A", "Quantity": 1}]
        self.take(outposts.create_order(OutpostIdentifier=rack, PaymentOption="NO_UPFRONT", LineItems=items)["Order"])

    def take(self, order: Mapping[str, Any]) -> None:
        """Go on with an order."""
        self.order_id, self.line_item_id = order["OrderId"], order["LineItems"][0]["LineItemId"]

    def observe(self, days: float = 1) -> None:
        """Let time pass, and poll."""
        self.clock.pass_days(days)
        self.poll.run()

    def annotate(self, annotations: Annotations) -> None:
        """Add something to the order, as a person does."""
        SnapshotTable(boto3.client("dynamodb"), "snapshots").annotate(self.order_id, annotations)

    def in_days(self, days: int) -> str:
        """Return a time in ISO 8601."""
        return to_iso8601(self.clock.now + timedelta(days=days))


Step: TypeAlias = Callable[[Stage], object]


def order_is(**members: Any) -> Step:
    """Return a step in which AWS changes members of the order."""
    return lambda stage: stage.simulator.update_order(stage.order_id, members)


def item_is(order_status: str = "IN_PROGRESS", **members: Any) -> Step:
    """Return a step in which AWS changes the order's status and members of its line item."""
    return lambda stage: stage.simulator.update_order(
        stage.order_id, {"Status": order_status, "LineItems": {stage.line_item_id: members}}
    )


def replaced(stage: Stage) -> None:
    """Let AWS replace the line item's hardware, which makes a new order."""
    stage.simulator.replace_line_item(stage.order_id, stage.line_item_id)


def replacement(stage: Stage) -> None:
    """Let AWS replace the line item's hardware, and go on with the new order."""
    stage.take(stage.simulator.replace_line_item(stage.order_id, stage.line_item_id))


def replaced_twice(stage: Stage) -> None:
    """Let AWS replace the line item, and then its replacement."""
    order_id, line_item_id = stage.order_id, stage.line_item_id
    replacement(stage)
    replaced(stage)
    stage.order_id, stage.line_item_id = order_id, line_item_id


def without_outpost(stage: Stage) -> None:
    """Take the Outpost from the order, which the API's model allows."""
    order = stage.simulator.order(stage.order_id)
    stage.simulator._account.put_order({name: order[name] for name in order if name != "OutpostId"})  # noqa: SLF001 - no API does


def gone(stage: Stage) -> None:
    """Let the API forget the order."""
    stage.simulator._account._orders.pop(stage.order_id)  # noqa: SLF001 - no API removes an order


def disappears_for_a_day(stage: Stage) -> None:
    """Let the API forget the order, and remember it."""
    order = stage.simulator.order(stage.order_id)
    gone(stage)
    stage.observe()
    stage.simulator._account.put_order(order)  # noqa: SLF001 - as above


def line_item_joins(stage: Stage) -> None:
    """Let AWS add a line item to the order."""
    joined = {"CatalogItemId": "OR-RACKM5A", "Quantity": 1, "Status": "PREPARING"}
    stage.simulator.update_order(stage.order_id, {"LineItems": {f"{stage.line_item_id[:-4]}9999": joined}})


def line_item_leaves(stage: Stage) -> None:
    """Let AWS remove a line item from the order."""
    stage.simulator.update_order(stage.order_id, {"LineItems": {f"{stage.line_item_id[:-4]}9999": None}})


def muted(stage: Stage) -> None:
    """Let a person mute the order."""
    now = to_iso8601(stage.clock.now)
    stage.annotate(Annotations(mute=Mute(stage.in_days(30), "The site is closed", JANE, now)))


def expected_yesterday(stage: Stage) -> None:
    """Let a person expect the order on a day that has just passed."""
    day = stage.in_days(-1)
    stage.annotate(Annotations(expected=Expected(day[:10], stage.in_days(0), JANE, day)))


def stays(days: int) -> Step:
    """Return a step in which nothing happens."""
    return lambda stage: stage.clock.pass_days(days)


@dataclass(frozen=True)
class Situation:
    """What happens to an order until the event that is its sample: the last one of its type.

    Attributes:
        name: The name of its files, and of `--situation`.
        detail_type: The event's.
        says: What it shows, for people.
        steps: What happens after the order was discovered, with a poll after each.
        baseline: Whether the order existed before the source's first poll.
        before: What happens to the order before it is discovered.
    """

    name: str
    detail_type: types.DetailType[Any]
    says: str
    steps: Sequence[Step] = ()
    baseline: bool = False
    before: Sequence[Step] = ()

    def begin(self, stage: Stage) -> None:
        """Create the order."""
        stage.order()
        for step in self.before:
            step(stage)

    def play(self, stage: Stage) -> None:
        """Create the order and let everything happen to it."""
        self.begin(stage)
        stage.observe()
        for step in self.steps:
            step(stage)
            stage.observe()


# The first one of a type is `trigger`'s, unless --situation names another. The names order-completed, shipped,
# line-item-replaced and line-item-failed are published.
SITUATIONS = (
    Situation("order-discovered", types.DISCOVERED, "A new order"),
    Situation(
        "order-discovered-baseline", types.DISCOVERED, "An order that existed before the first poll", baseline=True
    ),
    Situation(
        "order-discovered-replacement",
        types.DISCOVERED,
        "An order by which AWS replaces failed hardware",
        [item_is(Status="INSTALLED"), replacement],
    ),
    Situation(
        "order-discovered-without-outpost",
        types.DISCOVERED,
        "An order without an Outpost: outpostId is null",
        before=[without_outpost],
    ),
    Situation("order-completed", types.ORDER_STATUS, "An order is completed", [order_is(Status="COMPLETED")]),
    Situation("order-in-progress", types.ORDER_STATUS, "An order is in progress", [order_is(Status="IN_PROGRESS")]),
    Situation("order-delivered", types.ORDER_STATUS, "An order is delivered", [order_is(Status="DELIVERED")]),
    Situation("order-failed", types.ORDER_STATUS, "An order enters ERROR", [order_is(Status="ERROR")]),
    Situation("order-cancelled", types.ORDER_STATUS, "An order is cancelled", [order_is(Status="CANCELLED")]),
    Situation(
        "order-completed-after-stall",
        types.ORDER_STATUS,
        "A stalled order goes on: wasStalled is true",
        [stays(100), order_is(Status="COMPLETED")],
    ),
    Situation(
        "order-status-unknown",
        types.ORDER_STATUS,
        "A status that this version does not know",
        [order_is(Status="AWAITING_PERMIT")],
    ),
    Situation("line-item-shipped", types.LINE_ITEM_STATUS, "A line item is shipped", [item_is(Status="SHIPPED")]),
    Situation("line-item-installed", types.LINE_ITEM_STATUS, "A line item is installed", [item_is(Status="INSTALLED")]),
    Situation("line-item-failed", types.LINE_ITEM_STATUS, "A line item enters ERROR", [item_is(Status="ERROR")]),
    Situation(
        "line-item-replaced",
        types.LINE_ITEM_STATUS,
        "A line item is replaced; its replacement is not known yet",
        [item_is(Status="INSTALLED"), item_is(Status="REPLACED")],
    ),
    Situation(
        "line-item-replaced-by",
        types.LINE_ITEM_STATUS,
        "A line item is replaced; replacedBy names its replacement",
        [item_is(Status="INSTALLED"), replaced],
    ),
    Situation(
        "line-item-replaced-twice",
        types.LINE_ITEM_STATUS,
        "A line item whose replacement was replaced, too: currentReplacement names the last one",
        [item_is(Status="INSTALLED"), replaced_twice],
    ),
    Situation(
        "line-item-status-unknown",
        types.LINE_ITEM_STATUS,
        "A status that this version does not know",
        [item_is(Status="AWAITING_POWER")],
    ),
    Situation(
        "line-item-status-truncated",
        types.LINE_ITEM_STATUS,
        "A status that is too large for an event: status is an object with truncated",
        [item_is(Status="X" * TOO_LARGE)],
    ),
    Situation("shipped", types.SHIPMENT, "A shipment with a tracking number", [item_is(ShipmentInformation=UPS)]),
    Situation(
        "shipped-without-tracking",
        types.SHIPMENT,
        "A shipment whose tracking number is not known yet",
        [item_is(ShipmentInformation={"ShipmentCarrier": "EXPEDITORS"})],
    ),
    Situation(
        "shipment-changed",
        types.SHIPMENT,
        "A shipment that is sent with another carrier",
        [
            item_is(ShipmentInformation=UPS),
            item_is(ShipmentInformation={"ShipmentCarrier": "DHL", "ShipmentTrackingNumber": "1234567890"}),
        ],
    ),
    Situation(
        "shipment-withdrawn",
        types.SHIPMENT,
        "A shipment that is withdrawn: shipment is null",
        [item_is(ShipmentInformation=UPS), item_is(ShipmentInformation=None)],
    ),
    Situation(
        "shipment-carrier-unknown",
        types.SHIPMENT,
        "A carrier that this version does not know",
        [item_is(ShipmentInformation={"ShipmentCarrier": "PIGEON", "ShipmentTrackingNumber": "1"})],
    ),
    Situation(
        "shipment-truncated",
        types.SHIPMENT,
        "A tracking number that is too large for an event: an object with truncated",
        [item_is(ShipmentInformation={"ShipmentCarrier": "PIGEON", "ShipmentTrackingNumber": "1" * TOO_LARGE})],
    ),
    Situation("assets", types.ASSETS, "The assets of a line item are known", [item_is(AssetInformationList=[ASSET])]),
    Situation(
        "assets-changed",
        types.ASSETS,
        "An asset gets another MAC address",
        [
            item_is(AssetInformationList=[ASSET]),
            item_is(AssetInformationList=[{**ASSET, "MacAddressList": ["00:00:5e:00:53:02"]}]),
        ],
    ),
    Situation("line-item-added", types.LINE_ITEM_ADDED, "A line item is added to an order", [line_item_joins]),
    Situation(
        "line-item-removed",
        types.LINE_ITEM_REMOVED,
        "A line item is removed from its order",
        [line_item_joins, line_item_leaves],
    ),
    Situation("order-amended", types.AMENDED, "A member changes", [order_is(PaymentTerm="ONE_YEAR")]),
    Situation(
        "order-amended-truncated",
        types.AMENDED,
        "A member that is new in the API, with a value too large for an event: an object with truncated",
        [order_is(DeliveryInstructions="Ring twice. " * (TOO_LARGE // 12))],
    ),
    Situation(
        "replacement-linked",
        types.REPLACEMENT_LINKED,
        "An order is found to replace a line item of another one",
        [item_is(Status="INSTALLED"), replacement],
    ),
    Situation("order-stalled", types.STALLED, "An order has been in one status for too long", [stays(100)]),
    Situation(
        "line-item-stalled",
        types.STALLED,
        "A line item has been in one status for too long",
        [item_is(Status="SHIPPED"), stays(40)],
    ),
    Situation(
        "order-overdue", types.OVERDUE, "The day on which an order was expected has passed", [expected_yesterday]
    ),
    Situation("order-missing", types.MISSING, "ListOrders no longer names an order", [gone]),
    Situation("order-reappeared", types.REAPPEARED, "An order that was missing is back", [disappears_for_a_day]),
    Situation(
        "order-updated",
        types.UPDATED,
        "A rack is shipped: three changes at once",
        [item_is(Status="SHIPPED", ShipmentInformation=UPS)],
    ),
    Situation("order-updated-baseline", types.UPDATED, "An order that existed before the first poll", baseline=True),
    Situation(
        "order-updated-failed",
        types.UPDATED,
        "An order enters ERROR, and with it its line item",
        [item_is(order_status="ERROR", Status="ERROR")],
    ),
    Situation(
        "order-updated-replaced",
        types.UPDATED,
        "A line item is replaced, and its replacement is known",
        [item_is(Status="INSTALLED"), replaced],
    ),
    Situation(
        "order-updated-muted", types.UPDATED, "A change of an order that is muted", [muted, item_is(Status="BUILDING")]
    ),
)


@dataclass(frozen=True)
class Sample:
    """A sample: its situation, and its event as delivered."""

    situation: Situation
    event: Json

    @property
    def entry(self) -> Json:
        """The event as an entry of PutEvents, marked as a test, under an eventId of its own."""
        own_id = str(uuid.uuid5(uuid.UUID(self.event["detail"]["eventId"]), "test"))
        return {
            "EventBusName": BUS,
            "Source": self.event["source"],
            "DetailType": self.event["detail-type"],
            "Resources": self.event["resources"],
            "Detail": json.dumps({**self.event["detail"], "eventId": own_id, "test": True}),
        }


def files(folder: Path, packaged: Path) -> dict[Path, str]:
    """Return the samples' files: entries of PutEvents and whole events in a folder, and those in the package.

    They are ASCII, since the AWS CLI reads files in the encoding of the person's machine.
    """
    played = samples()
    entries = {folder / f"{each.situation.name}.json": json_text([each.entry]) for each in played}
    envelopes = {folder / "envelopes" / f"{each.situation.name}.json": json_text(each.event) for each in played}
    contents = [{"name": each.situation.name, "says": each.situation.says, "event": each.event} for each in played]
    return entries | envelopes | {packaged: json_text(contents)}


def json_text(value: object) -> str:
    """Return the content of a JSON file."""
    return json.dumps(value, indent=2) + "\n"


def table(sampled: Sequence[Situation] = SITUATIONS) -> Iterator[str]:
    """Yield the table of situations, for the examples' README."""
    yield "| `--situation`, file | Event | Shows |"
    yield "|---|---|---|"
    for each in sampled:
        yield f"| [`{each.name}`]({each.name}.json) | {each.detail_type} | {each.says} |"


def samples() -> list[Sample]:
    """Play all situations, each with its own order, and return their samples; always the same."""
    clock, bus = Clock(), EventBridge()
    event_bus = EventBus(cast("EventBridgeClient", bus), BUS)
    with polling(clock, event_bus, new_id=Ids()) as (simulator, poll):
        existing = [(each, Stage(simulator, poll, clock)) for each in SITUATIONS if each.baseline]
        for situation, stage in existing:
            situation.begin(stage)
        poll.run()  # the source's first
        found = {situation.name: _latest(bus, stage, situation.detail_type) for situation, stage in existing}
        for situation in SITUATIONS:
            if not situation.baseline:
                _forget_orders(simulator)
                situation.play(stage := Stage(simulator, poll, clock))
                found[situation.name] = _latest(bus, stage, situation.detail_type)
    return [Sample(each, found[each.name]) for each in SITUATIONS]


def _latest(bus: EventBridge, stage: Stage, detail_type: str) -> Json:
    """Return the last event of a type about a stage's order."""
    events = [delivered(entry) for entry in bus.arrived if entry["DetailType"] == detail_type]
    return max(
        (e for e in events if e["detail"]["orderId"] == stage.order_id), key=lambda e: int(e["detail"]["sequence"])
    )


def _forget_orders(simulator: OutpostsSimulator) -> None:
    """Remove all orders but one, and what is known of them, so that later polls neither read nor miss them.

    The one that remains is cancelled. Without it, a listing without another order would be doubted.
    """
    orders, dynamodb = simulator._account._orders, boto3.client("dynamodb")  # noqa: SLF001 - no API removes an order
    (kept, order), *others = orders.items()
    items = {item["LineItemId"]: {"Status": "CANCELLED"} for item in order["LineItems"]}
    simulator.update_order(kept, {"Status": "CANCELLED", "LineItems": items})
    for order_id, _ in others:
        del orders[order_id]
    for item in dynamodb.scan(TableName="snapshots", ProjectionExpression="id")["Items"]:
        if not item["id"]["S"].startswith(("source#", kept)):
            dynamodb.delete_item(TableName="snapshots", Key=item)


class Ids:
    """Creates ids that nobody can take for real ones."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, prefix: str) -> str:
        """Return the next id."""
        self._count += 1
        return f"{prefix}-{self._count:017}"
