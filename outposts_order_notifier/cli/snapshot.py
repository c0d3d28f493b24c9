"""`snapshot`: prints the present state of orders, as the events that would discover them."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from outposts_order_notifier.cli.envelope import as_delivered
from outposts_order_notifier.cli.terminal import Profile, Region, deployed, fail_with, json_text, note, say
from outposts_order_notifier.domain.events import Event, Observation, event_of_state
from outposts_order_notifier.domain.places import Arn, account_and_region
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.wording.words import count


def snapshot(
    every: Annotated[bool, typer.Option("--all", help="Include settled orders.")] = False,
    region: Region = None,
    profile: Profile = None,
) -> None:
    """Print the orders in flight as they are now, each as an event in a line of JSON, for a consumer that starts late.

    Each line is an Outposts Order Discovered with `snapshot: true` and the order's present `sequence`, in the envelope
    in which a rule's target would receive it. Nothing is published: no subscriber receives anything. Subscribe first,
    then process the lines, then the events whose `sequence` is greater.
    """
    stack = deployed(region, profile)
    table, bus = stack.snapshots, Arn.parse(stack.output("EventBusArn"))
    known = [(source, each) for source, each, entry in table.known_of_all_sources() if every or not entry.settled]
    loaded = table.read([order_id for _, order_id in known])
    polled = {source: table.source_state(source).polled_at for source in {source for source, _ in known}}
    present = [each for each in loaded.snapshots.values() if not each.missing]
    now = to_iso8601(datetime.now(UTC))
    for each in sorted(present, key=lambda each: each.order_id):
        say(json_text(as_delivered(state_of(each, polled.get(each.source) or now), bus)))
    if absent := len(loaded.snapshots) - len(present):
        note(f"Left out {count(absent, 'order')} that ListOrders no longer names")
    fail_with([f"{order_id} cannot be read: {error}" for order_id, error in loaded.errors.items()])


def state_of(found: Snapshot, observed_at: str) -> Event:
    """Return an order's state as an event."""
    account, region = account_and_region(found.source)
    return event_of_state(found.order, Observation(account, region, observed_at), found.sequence)
