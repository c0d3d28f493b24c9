"""`test-notification`: sends sample notifications to the configured channels."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from botocore.exceptions import ClientError

from outposts_order_notifier.cli.errors import OperatorError, nearest_of
from outposts_order_notifier.cli.samples import ALARM, NAMES, batch_of, sample
from outposts_order_notifier.cli.terminal import (
    AsJson,
    Column,
    Json,
    Output,
    Profile,
    Region,
    deployed,
    fail_with,
    form_of,
    note,
    show_table,
)
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.notify.channel import NOT_SENT, SENT
from outposts_order_notifier.notify.routes import enveloped, routes_of

if TYPE_CHECKING:
    from outposts_order_notifier.cli.stack import Stack


COLUMNS: dict[str, Column] = {
    "Sample": "sample",
    "Accepted by": lambda each: ", ".join(each["told"]) or "no channel",
    "Errors": lambda each: "; ".join(each["errors"]),
}


def _checked_route(given: str | None) -> str | None:
    """Refuse an empty name, which a script passes if its variable is not set: it would notify everybody."""
    if given is not None and not given.strip():
        raise typer.BadParameter("a route's name must not be empty.")
    return given


def notification(
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            autocompletion=lambda: list(NAMES),
            help=f"Only this sample; repeatable. One of {', '.join(NAMES)}.",
        ),
    ] = None,
    route: Annotated[
        str | None,
        typer.Option(metavar="NAME", callback=_checked_route, help="To this route instead of the top-level channels."),
    ] = None,
    region: Region = None,
    profile: Profile = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Send a sample of each message, marked TEST, to the top-level channels of the configuration, or to a route's.

    The notify function sends them like real ones, about one per second, and reports which channel accepted which. They
    bypass the event bus. The sample of an alarm is not published to the topic, because real alarms come from there.
    """
    form = form_of(output, as_json)
    for name in only or ():
        if name not in NAMES:
            raise OperatorError(
                f"--only {name} is not a sample{nearest_of(name, NAMES)} The samples are {', '.join(NAMES)}"
            )
    if route and ALARM in (only or ()):
        raise OperatorError("--only alarm: a route gets no alarms; they go to the top-level channels")
    stack = deployed(region, profile)
    _check_route(stack, route)
    results = []
    for name in only or [each for each in NAMES if not route or each != ALARM]:
        note(f"Sending {name}")
        results.append({"sample": name, **_send(stack, name, route)})
    show_table(results, COLUMNS, form=form)
    fail_with([f"{each['sample']}: {error}" for each in results for error in each["errors"]])


def _check_route(stack: "Stack", route: str | None) -> None:
    """Refuse a route that does not exist, and name those that get no samples."""
    if route:
        routes = routes_of(stack.variables("NotifyFunctionName"))
        if route not in routes:
            known = f"The routes are {', '.join(routes)}" if routes else "The configuration has no routes"
            raise OperatorError(
                f"--route {route} is not a route of the configuration{nearest_of(route, routes)} {known}"
            )
        return
    with suppress(ClientError):  # without the permission, the samples can be sent all the same
        if routes := routes_of(stack.variables("NotifyFunctionName")):
            note(f"No samples go to the routes {', '.join(routes)}; use --route")


def _send(stack: "Stack", name: str, route: str | None) -> Json:
    """Send a sample, and return the channels that accepted it and the errors of the others."""
    now = to_iso8601(datetime.now(UTC))
    message = sample(name, stack.account, str(stack.session.region_name), now)
    body = json.dumps(message)
    answer = stack.invoke(stack.output("NotifyFunctionName"), batch_of(enveloped(route, body) if route else body))
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
