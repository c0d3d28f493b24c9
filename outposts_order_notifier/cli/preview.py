"""`preview`: shows what the notifier would publish for an account, without deploying anything."""

import logging
import os
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import boto3
import typer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from outposts_order_notifier.cli.envelope import as_delivered
from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.folder import FILE_NAME, SnapshotFolder
from outposts_order_notifier.cli.orders import WIDE, columns_of, row_of
from outposts_order_notifier.cli.recipients import patterns_in, routes_of_each
from outposts_order_notifier.cli.stack import session_of
from outposts_order_notifier.cli.terminal import (
    AsJson,
    Column,
    Form,
    Json,
    Output,
    Profile,
    fail_with,
    form_of,
    json_text,
    note,
    say,
    show_table,
    show_value,
)
from outposts_order_notifier.cli.watch import stopping, wait
from outposts_order_notifier.domain.event_types import UPDATED
from outposts_order_notifier.domain.events import Event
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.poll.event_bus import Published
from outposts_order_notifier.poll.names import Names
from outposts_order_notifier.poll.run import Poll
from outposts_order_notifier.poll.summary import LISTING, RunResult
from outposts_order_notifier.runtime.observability import logger
from outposts_order_notifier.sources.names import look_up
from outposts_order_notifier.sources.outposts import outposts_client
from outposts_order_notifier.sources.source import Source
from outposts_order_notifier.wording.message import Message, order_message
from outposts_order_notifier.wording.words import count, one_line

ROLE = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/\S+")
UNKNOWN_ACCOUNT = "000000000000"
DAY = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class CollectedEvents:
    """A bus that collects the events, and passes each one to `receive` as a rule would pass it to its target."""

    receive: Callable[[Json], None] = lambda _: None
    events: list[Json] = field(default_factory=list)

    def publish(self, pending: Mapping[str, Sequence[Event]], may_go_on: Callable[[], bool]) -> Published:  # noqa: ARG002 - the port's
        """Pass on the events of some orders; an event counts as published once `receive` returns."""
        for events in pending.values():
            for event in events:
                delivered = as_delivered(event)
                self.receive(delivered)
                self.events.append(delivered)
        return Published({order_id: len(events) for order_id, events in pending.items()}, {})


def preview(
    region: Annotated[
        str | None, typer.Option(metavar="NAME", help="Region of the orders; default: AWS_REGION.")
    ] = None,
    profile: Profile = None,
    role_arn: Annotated[str | None, typer.Option(metavar="ARN", help="Role to assume in another account.")] = None,
    external_id: Annotated[str | None, typer.Option(metavar="ID", help="External id that the role requires.")] = None,
    outpost_id: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this Outpost's orders; repeatable.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Keep polling until Ctrl-C; print each event as a line of JSON.")
    ] = False,
    interval: Annotated[
        float,
        typer.Option(min=0.1, max=DAY, metavar="SECONDS", help="With --watch: time between two polls; at most a day."),
    ] = 300,
    folder: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            file_okay=False,
            help="Folder for the snapshots, so that the next run shows only changes. By default --watch uses "
            "~/.local/state/outposts-order-notifier/ACCOUNT/REGION, and a single poll stores none.",
        ),
    ] = None,
    configuration: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            help="A cdk.json, or the JSON of its notifier: shows which routes would be notified of each change, as "
            "EventBridge judges their patterns. By default the cdk.json in the current folder, if there is one.",
        ),
    ] = None,
    output: Output = None,
    as_json: AsJson = False,
) -> None:
    """Show the events that the notifier would publish for an account's orders, without deploying anything.

    It needs outposts:ListOrders and outposts:GetOrder, writes nothing to AWS, and runs the same code as the deployed
    notifier. Set AWS_ENDPOINT_URL_OUTPOSTS to use another endpoint.

    The first poll finds every existing order. The events of these orders have `baseline: true`, and people would be
    notified of them only with announceExistingOrders. With --watch, each event is a line of JSON on stdout. An event
    that could not be printed is printed at the next start, with the same eventId.
    """
    form = form_of(output, as_json)
    patterns = {} if watch else patterns_in(configuration)
    source = _source(region, profile, role_arn, external_id, tuple(sorted(outpost_id or ())))
    logger.setLevel(logging.CRITICAL)  # the log would go to stdout; failures are in the result
    kept = folder or (_state_folder(source) if watch else None)
    with _opened(kept) as snapshots:
        if watch:
            note(f"Watching the orders of {source.name}; snapshots in {kept}; Ctrl-C ends it")
            _watch(source, snapshots, interval)
        else:
            _look(source, snapshots, form, patterns)


def _source(
    region: str | None, profile: str | None, role_arn: str | None, external_id: str | None, outpost_ids: tuple[str, ...]
) -> Source:
    session = session_of(region, profile)
    # Poll's clients use the default session. Setting AWS_PROFILE would not do, as keys in the environment override it.
    # A second session would fetch the credentials again, and ask for another MFA code.
    boto3.DEFAULT_SESSION = session
    if external_id and not role_arn:
        raise OperatorError("--external-id needs --role-arn")
    role = ROLE.fullmatch(role_arn or "")
    if role_arn and not role:
        raise OperatorError(f"--role-arn {role_arn} is not an ARN such as arn:aws:iam::123456789012:role/Reader")
    account = role[1] if role else _own_account(session)
    return Source(account, str(session.region_name), role_arn, external_id, outpost_ids)


def _own_account(session: boto3.Session) -> str:
    brief = Config(connect_timeout=5, read_timeout=5, retries={"total_max_attempts": 1})
    try:
        return session.client("sts", config=brief).get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        if "AWS_ENDPOINT_URL_OUTPOSTS" not in os.environ:
            raise
        note(f"Could not determine the AWS account ({error}); events say {UNKNOWN_ACCOUNT}")
        return UNKNOWN_ACCOUNT


def _state_folder(source: Source) -> Path:
    """Return the default folder of a source's snapshots, whose name is valid on Windows, too."""
    state = os.environ.get("XDG_STATE_HOME") or (os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else None)
    try:
        base = Path(state) if state else Path.home() / ".local" / "state"
    except RuntimeError:
        raise OperatorError("your home folder is unknown: set HOME, or pass --folder") from None
    return base / "outposts-order-notifier" / source.account / source.region


@contextmanager
def _opened(folder: Path | None) -> Iterator[SnapshotFolder]:
    """Open a folder's snapshots for a `with` block; raise an OperatorError if they cannot be used, or no longer."""
    try:
        with closing(_folder(folder)) as snapshots:
            yield snapshots
    except sqlite3.OperationalError as error:
        raise OperatorError(
            f"the snapshots in {folder} cannot be written: {error}. Check its permissions and the free disk space, "
            "or pass another --folder"
        ) from error
    except sqlite3.DatabaseError as error:
        raise OperatorError(
            f"the snapshots in {folder} are damaged: {error}. Move {FILE_NAME} elsewhere (all orders are then new), or "
            "pass another --folder"
        ) from error


def _folder(folder: Path | None) -> SnapshotFolder:
    try:
        return SnapshotFolder(folder)
    except BlockingIOError as error:
        raise OperatorError(f"another preview uses {folder}; end it, or pass another --folder") from error
    except OSError as error:
        raise OperatorError(f"--folder {folder} cannot be used: {error}; pass one that you can write to") from error


def _look(source: Source, snapshots: SnapshotFolder, form: Form, patterns: Mapping[str, Json]) -> None:
    collected = CollectedEvents()
    result = _poll(source, snapshots, collected).run()
    if not result.orders_listed and LISTING in result.failures:
        fail_with(_failures(result))
    now = to_iso8601(datetime.now(UTC))
    loaded = snapshots.load(sorted(snapshots.known(source.account, source.region)))
    rows = [row_of(snapshot, now) for snapshot in loaded.snapshots.values()]
    updates = [event for event in collected.events if event["detail-type"] == UPDATED]
    routes: Sequence[list[str] | None] = _routes(patterns, updates) or [None] * len(updates)
    messages = [
        {**_texts_of(order_message(event["detail"])), "baseline": event["detail"]["baseline"], "routes": notified}
        for event, notified in zip(updates, routes, strict=True)
    ]
    if form.is_data:
        summary = result.summary(source.name)
        show_value({"orders": rows, "events": collected.events, "messages": messages, "summary": summary}, form)
    else:
        names = snapshots.names(source.place)
        _show(rows, collected.events, messages, names.names, form)
        if denied := names.denied:
            note(f"Ids are shown where {', '.join(denied)} would bring names (docs/configuration.md#names)")
    fail_with(_failures(result))


def _routes(patterns: Mapping[str, Json], updates: Sequence[Json]) -> list[list[str]] | None:
    """Return the routes that would be notified of each update; None if there are none, or nobody may judge them."""
    if not patterns or not updates:
        return None
    try:
        return routes_of_each(boto3.client("events"), patterns, updates)
    except (BotoCoreError, ClientError) as error:
        note(f"Routes are not shown: allow events:TestEventPattern, which judges their patterns ({error})")
        return None


def _texts_of(message: Message) -> Json:
    """Return a message as JSON, without what only shapes it in a channel."""
    return {name: value for name, value in asdict(message).items() if name not in {"mark", "audience"}}


def _show(
    rows: list[Json], events: list[Json], messages: list[Json], names: Mapping[str, str], form: Form = Form.TABLE
) -> None:
    show_table(rows, columns_of(names, form), count(len(rows), "order"), form=form, wide=WIDE)
    published: dict[str, Column] = {
        "Order": lambda event: event["detail"]["orderId"],
        "Sequence": lambda event: event["detail"]["sequence"],
        "Event": "detail-type",
    }
    further: dict[str, Column] = {
        "Observed (UTC)": lambda event: event["detail"]["observedAt"],
        "Event id": lambda event: event["detail"]["eventId"],
    }
    show_table(events, published, f"{count(len(events), 'event')} would be published", form=form, wide=further)
    sent: dict[str, Column] = {
        "Order": lambda message: message["facts"]["Order"],
        "Message": "headline",
        "Says": lambda message: "; ".join(one_line(line["text"]) for line in message["lines"]),
        "Routes": lambda message: None if message["routes"] is None else ", ".join(message["routes"]) or "none",
    }
    if_announced = ", with announceExistingOrders" if any(message["baseline"] for message in messages) else ""
    show_table(messages, sent, f"{count(len(messages), 'message')} would be sent{if_announced}", form=form)


def _watch(source: Source, snapshots: SnapshotFolder, interval: float) -> None:
    with stopping() as stop:
        poll = _poll(source, snapshots, CollectedEvents(lambda event: say(json_text(event))))
        going_on = True
        while going_on:
            for failure in _failures(poll.run()):
                note(f"warning: {failure}")
            going_on = wait(stop, interval)
    note("Ended; the next start prints the events that were not printed yet")


def _poll(source: Source, snapshots: SnapshotFolder, bus: CollectedEvents) -> Poll:
    outposts = outposts_client(source)
    names = Names(snapshots, source.place, source.account, {}, partial(look_up, outposts), _now)
    return Poll(source, outposts, snapshots, bus, clock=_now, names=names.of)


def _now() -> datetime:
    return datetime.now(UTC)


def _failures(result: RunResult) -> list[str]:
    return [
        f"{'the orders cannot be listed' if order_id == LISTING else f'{order_id} cannot be read or stored'}: {error}"
        f"{'. Allow outposts:ListOrders and outposts:GetOrder' if 'AccessDenied' in error else ''}"
        for order_id, error in result.failures.items()
    ]
