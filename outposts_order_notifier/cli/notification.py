"""`test-notification`: sends sample notifications to the configured channels."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated

import typer

from outposts_order_notifier.cli.errors import OperatorError, nearest_of
from outposts_order_notifier.cli.samples import NAMES, batch_of, sample
from outposts_order_notifier.cli.stack import Stack
from outposts_order_notifier.cli.terminal import (
    AsJson,
    Column,
    Json,
    Profile,
    Region,
    deployed,
    fail_with,
    note,
    show_table,
)
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.notify.channel import NOT_SENT, SENT


def notification(
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help=f"Only this sample; repeatable. One of {', '.join(NAMES)}.")
    ] = None,
    region: Region = None,
    profile: Profile = None,
    as_json: AsJson = False,
) -> None:
    """Send a sample of each message, marked TEST, to the configured channels.

    The notify function sends them like real ones, about one per second, and reports which channel accepted which. They
    bypass the event bus. The sample of an alarm is not published to the topic, because real alarms come from there.
    """
    for name in only or ():
        if name not in NAMES:
            raise OperatorError(
                f"--only {name} is not a sample{nearest_of(name, NAMES)} The samples are {', '.join(NAMES)}"
            )
    stack = deployed(region, profile)
    results = []
    for name in only or NAMES:
        note(f"Sending {name}")
        results.append({"sample": name, **_send(stack, name)})
    columns: dict[str, Column] = {
        "Sample": "sample",
        "Accepted by": lambda each: ", ".join(each["told"]) or "no channel",
        "Errors": lambda each: "; ".join(each["errors"]),
    }
    show_table(results, columns, as_json=as_json)
    fail_with([f"{each['sample']}: {error}" for each in results for error in each["errors"]])


def _send(stack: Stack, name: str) -> Json:
    """Send a sample, and return the channels that accepted it and the errors of the others."""
    now = to_iso8601(datetime.now(UTC))
    message = sample(name, stack.account, str(stack.session.region_name), now)
    answer = stack.invoke(stack.output("NotifyFunctionName"), batch_of(message))
    channels, errors = outcome_in(answer.log)
    if answer.failed:
        errors.append(str(answer.error_of("notify")))
    elif answer.value.get("batchItemFailures") and not errors:
        errors.append("not sent; the error is in the notify function's log")
    return {"told": channels, "errors": errors}


def outcome_in(log: str) -> tuple[list[str], list[str]]:
    """Return, from the end of notify's log, the channels that accepted a notification and the errors of the others."""
    channels, errors = list[str](), list[str]()
    for text in log.splitlines():
        with suppress(ValueError):
            match json.loads(text):
                case {"message": message, "channel": channel} if message == SENT:
                    channels.append(channel)
                case {"message": message, "channel": channel, "error": error} if message == NOT_SENT:
                    errors.append(f"{channel}: {error}")
    return sorted(channels), errors
