"""`trigger`: puts a sample event on a bus, marked as a test."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outposts_order_notifier.cli.envelope import as_delivered
from outposts_order_notifier.cli.errors import OperatorError, nearest_of
from outposts_order_notifier.cli.matching import judged
from outposts_order_notifier.cli.sample_values import unknown_values, with_values
from outposts_order_notifier.cli.terminal import (
    AsJson,
    Column,
    Form,
    Json,
    Output,
    Profile,
    Region,
    deployed,
    form_of,
    note,
    show_answer,
    show_table,
)
from outposts_order_notifier.domain.event_types import CHANGES, UPDATED, DetailType
from outposts_order_notifier.domain.events import Event
from outposts_order_notifier.domain.places import Arn
from outposts_order_notifier.domain.timestamps import from_iso8601, to_iso8601

if TYPE_CHECKING:
    from mypy_boto3_events.client import EventBridgeClient

SAMPLES = Path(__file__).with_name("sample_events.json")
LISTED: dict[str, Column] = {
    "Situation": "situation",
    "TYPE": lambda row: short(row["detailType"]),
    "Message": "shows",
}
TYPES = {str(each): each for each in (*CHANGES, UPDATED)}


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample event: its situation, what that shows, and the whole event as delivered."""

    name: str
    says: str
    event: Json

    @property
    def detail_type(self) -> DetailType[Any]:
        """The event's type."""
        return TYPES[self.event["detail-type"]]


def samples() -> list[Sample]:
    """Read the samples in the package, those of a type together, its usual one first."""
    return [Sample(each["name"], each["says"], each["event"]) for each in json.loads(SAMPLES.read_text("utf-8"))]


def short(detail_type: str) -> str:
    """Return a type's name for a command line: `order-updated`."""
    return detail_type.removeprefix("Outposts ").lower().replace(" ", "-")


def type_named(given: str) -> str | None:
    """Return the `detail-type` of a name, which is its own, in any case, or its short one; None if there is none."""
    wanted = short(given.strip().casefold().removeprefix("outposts "))
    return next((each for each in TYPES if short(each) == wanted), None)


def trigger(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="TYPE",
            autocompletion=lambda: [*map(short, TYPES)],
            help='What happens: a detail-type, such as "Outposts Order Updated" or order-updated, or a situation.',
        ),
    ] = None,
    situation: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            autocompletion=lambda: [each.name for each in samples()],
            help="Which sample of the type; default: its first one. --list has them all.",
        ),
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Another value of a key, such as status=ERROR; repeatable. JSON or text."
        ),
    ] = None,
    bus: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Another bus, its name or ARN, such as your own; default: the notifier's."),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="List the samples, of TYPE if it is given; send none.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say which rules match the event; send nothing.")] = False,
    region: Region = None,
    profile: Profile = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Put a sample event on the bus, marked as a test, to see a subscription work.

    The sample has `test: true` and a new eventId each time, and is about an order that does not exist. All rules
    that match it receive it; the command names them. Slack, e-mail and the other channels are notified only of an
    Outposts Order Updated.
    """
    form = form_of(output, as_json)
    if listed:
        _show(_chosen(name, situation) if name else samples(), form)
        return
    if name is None:
        raise typer.BadParameter("name a TYPE, such as order-updated; --list shows the samples.")
    sample = _chosen(name, situation)[0]
    event = event_of(sample, values or (), to_iso8601(datetime.now(UTC)))
    for sentence in unknown_values(sample.detail_type, event.detail):
        note(sentence)
    stack = deployed(region, profile)
    client, target = stack.session.client("events"), bus or stack.output("EventBusName")
    rules = _rules_that_match(client, target, event)
    if event.detail_type == UPDATED and not bus and not dry_run:
        note(
            "Slack, e-mail and the other channels are notified too, as their patterns select; each message begins TEST:"
        )
    if not dry_run:
        _put(client, target, event)
    answer = {
        "situation": sample.name,
        "detailType": event.detail_type,
        "eventId": event.detail["eventId"],
        "bus": target,
        "rules": rules,
        "sent": not dry_run,
        "detail": event.detail,
    }
    verb = "Would send" if dry_run else "Sent"
    which = f"{event.detail_type} ({sample.name}) of {event.detail['orderId']} to {target}"
    matching = "" if rules is None else f"; matching rules: {', '.join(rules) or 'none'}"
    show_answer(answer, f"{verb} {which} as {event.detail['eventId']}{matching}", form)


def _chosen(name: str, situation: str | None) -> list[Sample]:
    """Return the samples that a person means: those of a type, or one."""
    found = samples()
    of_type = [each for each in found if each.detail_type == type_named(name)]
    if not of_type and (of_type := [each for each in found if each.name == name]) and not situation:
        return of_type
    if not of_type:
        names = [*map(short, TYPES), *(each.name for each in found)]
        raise OperatorError(f"{name} is neither a type nor a situation{nearest_of(name, names)} --list shows them all")
    if situation is None:
        return of_type
    names = [each.name for each in of_type]
    if situation not in names:
        raise OperatorError(
            f"--situation {situation} is no sample of {name}{nearest_of(situation, names)} They are {', '.join(names)}"
        )
    return [each for each in of_type if each.name == situation]


def event_of(sample: Sample, values: Sequence[str], now: str) -> Event:
    """Return a sample as an event to send: observed now, under a new eventId, with these values, marked as a test.

    Raises:
        OperatorError: A value is not allowed, or there can be no event with it.
    """
    fresh = {**sample.event["detail"], "eventId": str(uuid.uuid4()), "observedAt": now}
    detail = with_values(sample.detail_type, fresh, values)
    if not detail["orderId"]:
        raise OperatorError("--set orderId=: it must not be empty, as each event is about an order")
    try:
        from_iso8601(detail["observedAt"])
    except ValueError:
        given = detail["observedAt"]
        raise OperatorError(f"--set observedAt={given}: it must be an ISO 8601 time, such as {now}") from None
    return Event(str(sample.detail_type), {**detail, "test": True})


def _show(found: Sequence[Sample], form: Form) -> None:
    rows = [{"situation": each.name, "detailType": str(each.detail_type), "shows": each.says} for each in found]
    show_table(rows, LISTED, form=form)


def _rules_that_match(client: "EventBridgeClient", bus: str, event: Event) -> list[str] | None:
    """Return the names of the enabled rules that would receive an event, as EventBridge judges their patterns.

    Return None, with a note, if the caller lacks the permission to look.

    Raises:
        OperatorError: There is no such bus: EventBridge would accept the event, and drop it.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - not needed to list samples

    try:
        client.describe_event_bus(Name=bus)
        pages = client.get_paginator("list_rules").paginate(EventBusName=bus)
        rules = [rule for page in pages for rule in page["Rules"]]
        asked = {
            each["Name"]: (each["EventPattern"], json.dumps(as_delivered(event, Arn.parse(each["Arn"]))))
            for each in rules
            if each.get("EventPattern") and each.get("State") != "DISABLED"
        }
        verdicts = judged(client, asked)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ResourceNotFoundException":
            raise OperatorError(f"there is no bus {bus} in {client.meta.region_name}") from error
        if not code.startswith("AccessDenied"):
            raise
        note(f"Which rules match it is unknown: {error}")
        return None
    return sorted(name for name, matched in verdicts.items() if matched)


def _put(client: "EventBridgeClient", bus: str, event: Event) -> None:
    from outposts_order_notifier.poll.event_bus import EventBus  # noqa: PLC0415 - not needed to list samples

    published = EventBus(client, bus).publish({event.detail["orderId"]: [event]})
    for error in published.errors.values():
        raise OperatorError(f"EventBridge refused the event: {error}")
