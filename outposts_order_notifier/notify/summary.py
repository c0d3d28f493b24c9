"""The weekly summary: read from the snapshots when its message arrives in notify's queue.

EventBridge Scheduler sends a message for each route. The time that it was scheduled for identifies the summary, so that
a message that is delivered twice is sent once, and one that was delayed is sent late.
"""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from outposts_order_notifier.notify.notification import SUMMARY, SummaryNotification
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.store.table import SnapshotTable
from outposts_order_notifier.wording.message import Audience
from outposts_order_notifier.wording.summary import concerns, summary_message

SUMMARY_TABLE = "SUMMARY_TABLE_NAME"  # the environment's variable, as are the following
PATTERNS = "SUMMARY_PATTERNS"  # each route's pattern, as JSON by its name
SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"


def summary_notification(body: Mapping[str, Any], route: str, audience: Audience) -> SummaryNotification:
    """Read the orders, and return the summary for a route.

    Raises:
        OrdersUnreadError: Some orders cannot be read: the message is tried again.
    """
    table = SnapshotTable(clients.dynamodb(), os.environ[SUMMARY_TABLE])
    loaded = table.read([order_id for _, order_id, _ in table.known_of_all_sources()])
    if loaded.errors:
        raise OrdersUnreadError(f"{len(loaded.errors)} orders cannot be read: {next(iter(loaded.errors.values()))}")
    pattern = json.loads(os.environ.get(PATTERNS, "{}")).get(route, {})
    found = [each for each in loaded.snapshots.values() if concerns(pattern, each)]
    names = table.names_of({each.source for each in found}) | json.loads(os.environ.get("NAMES", "{}"))
    message = summary_message(found, names, datetime.now(UTC), audience)
    return SummaryNotification(f"{SUMMARY} {body[SUMMARY]}", message)


class OrdersUnreadError(Exception):
    """Some orders cannot be read."""
