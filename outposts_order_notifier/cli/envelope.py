"""Events in the envelope in which EventBridge delivers them."""

import uuid

from outposts_order_notifier.cli.terminal import Json
from outposts_order_notifier.domain.events import SOURCE, Event
from outposts_order_notifier.domain.places import Arn
from outposts_order_notifier.domain.timestamps import from_iso8601, to_iso8601


def as_delivered(event: Event, of_notifier: Arn | None = None) -> Json:
    """Return an event as a rule's target receives it.

    EventBridge assigns a new `id` to each delivery. Here it is derived from `eventId`, so that it stays the same.

    Args:
        event: The event.
        of_notifier: Any ARN in the notifier's account and region; by default they are the order's.
    """
    detail = event.detail
    return {
        "version": "0",
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, detail["eventId"])),
        "detail-type": event.detail_type,
        "source": SOURCE,
        "account": of_notifier.account if of_notifier else detail["account"],
        "time": to_iso8601(from_iso8601(detail["observedAt"]).replace(microsecond=0)),  # whole seconds
        "region": of_notifier.region if of_notifier else detail["region"],
        "resources": event.resources(),
        "detail": detail,
    }
