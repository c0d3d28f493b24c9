"""Record what a release leaves in AWS, so that every later version is tested as an upgrade from it (docs/releasing.md).

A release's footprint, `tests/releases/<version>/`:

- `resources.json`: what an upgrade must keep of the template for AWS with everything configured.
- `template.json`: the template for the local cloud, deployable by CloudFormation alone; its functions do nothing.
- `data.json`: what the release's code stored and published, and the orders that the API returned to it.
"""

import json
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import boto3

from local.cloud import SECRET_NAME
from local.deployment import ACCOUNT
from local.scenarios import load_scenarios
from outposts_order_notifier.cdk.local_cloud import LocalCloud
from outposts_order_notifier.domain.annotations import NONE, Note
from outposts_order_notifier.domain.event_types import UPDATED
from outposts_order_notifier.domain.events import Event
from outposts_order_notifier.domain.order import canonical_json
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.notify.channel import Posting
from outposts_order_notifier.notify.delivery import Delivery
from outposts_order_notifier.notify.notification import OrderNotification, order_notification
from outposts_order_notifier.notify.state import SentNotifications
from outposts_order_notifier.poll.event_bus import Published
from outposts_order_notifier.store import items as snapshot_item
from outposts_order_notifier.store.items import Item
from outposts_order_notifier.store.table import SnapshotTable
from reference.examples import REGION, Clock, polling
from reference.upgrades import kept
from testing.lambda_context import Context
from testing.synthesis import FULL, template_of

Json = dict[str, Any]

ROOT = Path(__file__).parent.parent
RELEASES = ROOT / "tests" / "releases"
# The tests start the polls.
NOTIFIER: Json = {"pollEveryMinutes": 1_440, "slack": {"secretName": SECRET_NAME}}
NOTHING = "def handler(event, context):\n    return {}\n"
NEVER = {"N": "4102444800"}  # 2100, so that no test depends on the day of its run
OUTPOST = "op-0123456789abcdef0"
# Kinds of orders that no scenario leaves behind. Their ids must stay: the tests look for them in every release.
LARGE, FORMAT_1, FORMAT_2, LATE, GONE, UNPUBLISHED, FORMAT_3 = (f"oo-{number:017}" for number in range(1, 8))


class ReleasedError(Exception):
    """The version's footprint already exists."""


def footprint() -> dict[str, str]:
    """Return the files of the current footprint, by name; always the same for the same code."""
    notifier = {**FULL, "amazonQDeveloper": True}
    return {
        "resources.json": _text({"Notifier": notifier, **kept(template_of(notifier).to_json())}),
        "template.json": _text(_local_template()),
        "data.json": _text(_data()),
    }


def write(version: str, folder: Path = RELEASES) -> Path:
    """Write the footprint of a version, which must not exist yet, and return its folder."""
    release = folder / version
    if release.exists():
        raise ReleasedError(f"{release} already exists: raise it in outposts_order_notifier/__about__.py first")
    files = footprint()
    release.mkdir(parents=True)
    for name, content in files.items():
        (release / name).write_text(content, "utf-8")
    return release


def _text(value: object) -> str:
    return json.dumps(value, indent=1, sort_keys=True, default=lambda data: b64encode(data).decode()) + "\n"


def _local_template() -> Json:
    """Return the template, without the CDK's bootstrap and assets."""
    local = LocalCloud(slack_origin="http://127.0.0.1:9")
    template: Json = {**template_of(NOTIFIER, account=ACCOUNT, region=REGION, local_cloud=local).to_json()}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"] |= {"Code": {"ZipFile": NOTHING}, "Handler": "index.handler"}
    return {name: value for name, value in template.items() if name not in {"Parameters", "Rules"}}


@dataclass
class _Bus:
    """Receives events unless it is down."""

    events: list[Event] = field(default_factory=list)
    down: bool = False

    def publish(self, pending: Mapping[str, Sequence[Event]], may_go_on: Callable[[], bool]) -> Published:  # noqa: ARG002 - the port's
        """Publish, as `outposts_order_notifier.poll.event_bus.EventBus` does."""
        if self.down:
            return Published(dict.fromkeys(pending, 0), dict.fromkeys(pending, "down"))
        for events in pending.values():
            self.events += events
        return Published({order_id: len(events) for order_id, events in pending.items()}, {})


def _data() -> Json:
    """Play orders' lives, and return what is stored of them.

    Some orders are settled, some in flight. One is stalled, one is missing, one is large, three were stored in formats
    of earlier versions, and one has pending events and a note. Everything published was sent to every channel.
    """
    clock, bus = Clock(), _Bus()
    with polling(clock, bus, ACCOUNT) as (simulator, poll):
        api = simulator._account  # noqa: SLF001 - no API creates an order with a given id, or removes one
        poll.run()
        for order_id in (FORMAT_1, FORMAT_2, FORMAT_3, GONE, UNPUBLISHED):
            api.put_order(_order(order_id, "IN_PROGRESS", ["BUILDING"]))
        api.put_order(_order(LATE, "PREPARING", ["PREPARING"]))
        for scenario in load_scenarios():
            scenario.play(poll.outposts, clock.pass_days, lambda _: poll.run())
        api.put_order(_order(LARGE, "IN_PROGRESS", ["BUILDING"] * 60))
        api._orders.pop(GONE)  # noqa: SLF001
        with mock.patch.object(snapshot_item, "MAX_ITEM_TEXT_BYTES", 500):  # the footprint need not be large
            poll.run()
        api.update_order(UNPUBLISHED, {"Status": "DELIVERED"})
        bus.down = True
        poll.run_only([UNPUBLISHED])
        note = Note("The carrier has called", f"arn:aws:iam::{ACCOUNT}:user/jane", to_iso8601(clock.now))
        SnapshotTable(boto3.client("dynamodb"), "snapshots").annotate(UNPUBLISHED, NONE.with_note(note))
        items = boto3.client("dynamodb").scan(TableName="snapshots")["Items"]
        sent = _sent(bus.events)
    return {
        "orders": list(api._orders.values()),  # noqa: SLF001
        "snapshots": sorted(map(_aged, items), key=lambda item: str(item["id"]["S"])),
        "told": sent,  # the key of the released footprints
        "published": [
            {"detail-type": event.detail_type, "detail": event.detail}
            for event in sorted(bus.events, key=lambda event: (event.detail["orderId"], event.detail["sequence"]))
            if event.detail_type == UPDATED
        ],
    }


def _order(order_id: str, status: str, items: Sequence[str]) -> Json:
    line_items = [
        {"LineItemId": f"ooi-{number:017}", "CatalogItemId": "OR-RACKM5A", "Quantity": 1, "Status": item}
        for number, item in enumerate(items)
    ]
    return {"OrderId": order_id, "OutpostId": OUTPOST, "Status": status, "LineItems": line_items}


def _aged(item: Item) -> Item:
    """Convert two orders' items to the formats from before the first release, and one to that of 0.1.0."""
    if item["id"]["S"] == FORMAT_3:
        return {**item, "format": {"N": "3"}}
    written = {FORMAT_1: 1, FORMAT_2: 2}.get(item["id"]["S"])
    if not written:
        return item
    body = json.loads(zlib.decompress(item["snapshot"]["B"]))
    old = {
        "order": body["order"],
        "sequence": body["sequence"],
        "since": {name: entered[-1][1] for name, entered in body["history"].items()},
        **({} if written == 1 else {"missing": body["missing"]}),
    }
    unknown = {"sequence", "missing", "outpostId"} if written == 1 else set()
    return {
        **{name: value for name, value in item.items() if name not in unknown},
        "format": {"N": str(written)},
        "snapshot": {"B": zlib.compress(canonical_json(old).encode())},
    }


@dataclass(frozen=True)
class _Channel:
    """Accepts every message."""

    name: str
    accepts: tuple[type[OrderNotification]] = (OrderNotification,)
    shows_muted: bool = False

    def postings(self, notifications: Sequence[OrderNotification], *_: object) -> Iterator[Posting[OrderNotification]]:
        """Send nothing."""
        yield Posting(notifications, lambda: None)


def _sent(events: Sequence[Event]) -> list[Item]:
    """Return the items that record what was sent to each channel."""
    client = boto3.client("dynamodb")
    client.create_table(
        TableName="sent",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    notifications = [order_notification(event.detail) for event in events if event.detail_type == UPDATED]
    context: Any = Context()
    for name in ("sns", "slack"):
        Delivery(SentNotifications(client, "sent")).deliver(_Channel(name), notifications, context)
    items: list[Item] = [*client.scan(TableName="sent")["Items"]]
    dated = ("expiration", "in_progress_expiration")
    return sorted(
        ({**item, **{name: NEVER for name in dated if name in item}} for item in items),
        key=lambda item: str(item["id"]["S"]),
    )
