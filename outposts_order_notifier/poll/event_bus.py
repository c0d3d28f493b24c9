"""Publishes events to EventBridge: the events of an order in sequence, those of several orders together."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from outposts_order_notifier.domain.events import SOURCE, Event
from outposts_order_notifier.domain.order import canonical_json
from outposts_order_notifier.domain.timestamps import from_iso8601
from outposts_order_notifier.runtime.batches import put_all

if TYPE_CHECKING:
    from mypy_boto3_events.client import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

# PutEvents' limits. A request may have 1 MB since 2026-01-29, and 256 KB before, which suffices.
MAX_ENTRIES = 10
MAX_REQUEST_BYTES = 256_000
EVENT_PUBLISHED = "Published"  # the log message for each published event, which the command `events` searches for
NO_TIME = "PutEvents: there was no time for it"


@dataclass(frozen=True, slots=True)
class Published:
    """How many of each order's events were published, and why the next event of some was not, by order id."""

    counts: dict[str, int]
    errors: dict[str, str]


class EventBus:
    """The stack's event bus."""

    def __init__(self, client: "EventBridgeClient", name: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep

    def publish(
        self, pending: Mapping[str, Sequence[Event]], may_go_on: Callable[[], bool] = lambda: True
    ) -> Published:
        """Publish the events of some orders.

        PutEvents accepts or refuses each entry individually. So a request contains one event of an order at most:
        otherwise, a later event could be accepted although an earlier one was refused. After an event that stays
        refused, the order's later events are not published.

        Args:
            pending: The events in sequence, by order id.
            may_go_on: Returns whether there is time for another request.
        """
        published = Published(dict.fromkeys(pending, 0), {})
        while heads := {
            order_id: events[published.counts[order_id]]
            for order_id, events in pending.items()
            if order_id not in published.errors and published.counts[order_id] < len(events)
        }:
            for batch in _batches(heads):
                errors = self._put(batch, may_go_on) if may_go_on() else dict.fromkeys(batch, NO_TIME)
                published.errors.update(errors)
                for order_id in batch.keys() - published.errors.keys():
                    published.counts[order_id] += 1
        return published

    def _put(self, batch: Mapping[str, Event], may_go_on: Callable[[], bool]) -> dict[str, str]:
        """Put one event of each order, and retry those refused; return the last errors, by order id."""
        return put_all(self._put_once, batch, self._sleep, may_go_on)

    def _put_once(self, batch: Mapping[str, Event]) -> dict[str, str]:
        try:
            response = self._client.put_events(Entries=[self._entry(event) for event in batch.values()])
        except (BotoCoreError, ClientError) as error:
            return dict.fromkeys(batch, f"PutEvents: {error}")
        return {
            order_id: f"PutEvents: {result['ErrorCode']}: {result.get('ErrorMessage')}"
            for order_id, result in zip(batch, response["Entries"], strict=True)
            if "ErrorCode" in result
        }

    def _entry(self, event: Event) -> "PutEventsRequestEntryTypeDef":
        detail = event.detail
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": event.detail_type,
            "Time": from_iso8601(detail["observedAt"]),
            "Resources": event.resources(),
            "Detail": canonical_json(detail),
        }


def _batches(events: Mapping[str, Event]) -> Iterator[dict[str, Event]]:
    batch: dict[str, Event] = {}
    room = MAX_REQUEST_BYTES
    for order_id, event in events.items():
        if len(batch) == MAX_ENTRIES or event.size() > room:
            yield batch
            batch, room = {}, MAX_REQUEST_BYTES
        batch[order_id] = event
        room -= event.size()
    yield batch
