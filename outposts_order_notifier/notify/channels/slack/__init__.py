"""Slack: by an incoming webhook, a workflow's webhook, or a bot that keeps a thread for each order.

Documented in docs/slack.md. Its receivers in the local cloud are local/slack.py and local/slack_workspace.py.
"""

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from outposts_order_notifier.notify.channels.slack.channel import Slack

SECRET = "SLACK_SECRET_NAME"  # noqa: S105 - a variable's name
CHANNEL = "SLACK_CHANNEL"
SETTINGS = (SECRET, CHANNEL)
SNAPSHOTS = "SNAPSHOT_TABLE_NAME"  # only for a bot, whose cards show the snapshots
ORIGIN = "SLACK_ORIGIN"  # only in the local cloud


def open_channel(variables: Mapping[str, str]) -> "Slack | None":
    """Return the channel if it is configured; it is not imported otherwise."""
    if not (secret_name := variables.get(SECRET)):
        return None
    from outposts_order_notifier.notify.channels.slack.channel import Slack  # noqa: PLC0415
    from outposts_order_notifier.notify.channels.slack.pace import Pace  # noqa: PLC0415
    from outposts_order_notifier.notify.environment import BOARD_URL, TABLE  # noqa: PLC0415
    from outposts_order_notifier.notify.state import Slots, Threads  # noqa: PLC0415
    from outposts_order_notifier.runtime import clients  # noqa: PLC0415

    dynamodb, table_name, channel = clients.dynamodb(), variables[TABLE], variables.get(CHANNEL)
    # One bot's channels share a pace, as they share the limits of its workspace.
    service = "slack" if secret_name == os.environ.get(SECRET) else f"slack#{secret_name}"
    snapshots = None
    if channel and (snapshot_table_name := variables.get(SNAPSHOTS)):
        from outposts_order_notifier.store.table import SnapshotTable  # noqa: PLC0415

        snapshots = SnapshotTable(dynamodb, snapshot_table_name)
    return Slack(
        secret_name=secret_name,
        origin=variables.get(ORIGIN),
        pace=Pace(Slots(dynamodb, table_name, service)),
        # The template is ASCII, so a name of another script comes with JSON's escapes.
        channel=json.loads(f'"{channel}"') if channel else None,
        threads=Threads(dynamodb, table_name),
        snapshots=snapshots,
        board_url=variables.get(BOARD_URL, ""),
    )
