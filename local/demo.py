"""The demo: the lives of some orders, played against the deployed notifier, and what a team would see of them."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from local.cloud import DEFAULT_NOTIFIER, LocalCloud, local_cloud
from local.deployment import ACCOUNT
from local.emulator import choose_port
from local.errors import LocalCloudError
from local.pages.mailbox import mailbox_page
from local.pages.slack import slack_page
from local.scenarios import Scenario, load_scenarios
from local.story import Story
from local.view import closing, view
from outposts_order_notifier.board.filters import Filters
from outposts_order_notifier.board.render import Frame
from outposts_order_notifier.domain.annotations import Annotations, Expected, Mute
from outposts_order_notifier.domain.events import SOURCE
from outposts_order_notifier.domain.places import Arn
from outposts_order_notifier.domain.timestamps import to_iso8601
from outposts_order_notifier.notify.summary import SCHEDULED_TIME
from outposts_order_notifier.store.table import SnapshotTable

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

PAGES = Path(__file__).parent.parent / ".cache" / "demo"
LOOK_SECONDS = 0.3
ARRIVAL_SECONDS = 90
QUIET_SECONDS = 2
NOTIFIER = {**DEFAULT_NOTIFIER, "weeklySummary": {"day": "MONDAY", "time": "08:00"}}
JANE = f"arn:aws:iam::{ACCOUNT}:user/jane"


def run(seconds_per_day: float, console: Console) -> Story:
    """Set up the local cloud, play all scenarios at once, show what happens, and return all of it."""
    console.print("[bold]Outposts order notifier[/]: a demo on this machine, without an AWS account\n")
    with local_cloud(lambda step: console.print(f"• {step} …"), choose_port(None), NOTIFIER) as cloud:
        demo = Demo(cloud, seconds_per_day)
        console.print("• While the demo runs, these pages show it:")
        console.print(_listed(cloud.addresses), soft_wrap=True)
        console.print("• Running the first poll, which records existing orders without notifying anyone …\n")
        demo.poll()
        with view(console, demo.story):
            demo.play(load_scenarios())
            demo.summarize()
        demo.story.scheduled_polls = demo.scheduled_polls()
        console.print(closing(demo.story))
        kept = keep(pages(cloud), PAGES)
    console.print("Everything is shut down; nothing is left running. These pages are kept, to open in a browser:")
    console.print(_listed(kept), soft_wrap=True)
    return demo.story


def pages(cloud: LocalCloud) -> dict[str, str]:
    """Return the pages of a local cloud as of now, by the names of their addresses."""
    return {
        "Board": cloud.board.html(Filters(settled="all"), Frame(filters=False)),
        "Slack": slack_page(cloud.slack.channels, datetime.now(UTC)),
        "E-mails": mailbox_page(cloud.mailbox.mails),
    }


def keep(pages: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Write pages to files, and return the addresses of these."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {name: folder / f"{name.lower()}.html" for name in pages}
    for name, file in files.items():
        file.write_text(pages[name], encoding="utf-8")
    return {name: file.as_uri() for name, file in files.items()}


def _listed(addresses: Mapping[str, str]) -> str:
    return "\n".join(f"    {name:<8} {address}" for name, address in addresses.items())


class Demo:
    """Plays scenarios, and collects what the notifier publishes and sends."""

    def __init__(self, cloud: LocalCloud, seconds_per_day: float) -> None:
        self.story = Story()
        self._cloud = cloud
        self._day = seconds_per_day
        self._polls = 0
        self._lock = threading.Lock()
        self._sqs: SQSClient = boto3.client("sqs")
        self._queue = _subscribe(self._sqs, cloud.outputs["EventBusName"])

    def poll(self) -> None:
        """Run the poll function now, as its schedule does every minute."""
        name = self._cloud.outputs["PollFunctionName"]
        answer = boto3.client("lambda").invoke(FunctionName=name, Payload=b"{}")
        with self._lock:
            self._polls += 1
        if answer.get("FunctionError"):
            raise LocalCloudError(f"the poll function failed: {answer['Payload'].read().decode()}")

    def play(self, scenarios: list[Scenario]) -> None:
        """Play the scenarios in parallel, and wait until every published event has arrived in each channel."""
        failed: list[Exception] = []
        players = [threading.Thread(target=self._play, args=(scenario, failed), daemon=True) for scenario in scenarios]
        with self._fast_clock():
            for player in players:
                player.start()
            while any(player.is_alive() for player in players):
                self._look()
            self._wait_for_the_last()
        if failed:
            raise LocalCloudError(f"a scenario failed: {failed[0]}") from failed[0]

    def summarize(self) -> None:
        """Send the weekly summary as EventBridge Scheduler does, and wait until it has arrived in each channel."""
        self.story.narrate("The week is over: everybody gets a summary of all orders.")
        scheduler = boto3.client("scheduler")
        for name in [each["Name"] for each in scheduler.list_schedules()["Schedules"]]:
            target = scheduler.get_schedule(Name=name)["Target"]
            if SCHEDULED_TIME in target.get("Input", ""):
                url = self._sqs.get_queue_url(QueueName=Arn.parse(target["Arn"]).resource)["QueueUrl"]
                text = target["Input"].replace(SCHEDULED_TIME, to_iso8601(datetime.now(UTC)))
                self._sqs.send_message(QueueUrl=url, MessageBody=text)
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while not self.story.has_summary():
            if time.monotonic() > deadline:
                raise LocalCloudError("the weekly summary did not arrive in each channel in time")
            self._look()

    def scheduled_polls(self) -> int:
        """Count the polls that the schedule started: all except the demo's and those of order calls."""
        name = self._cloud.outputs["PollFunctionName"]
        log_group = boto3.client("lambda").get_function_configuration(FunctionName=name)["LoggingConfig"]["LogGroup"]
        pages = boto3.client("logs").get_paginator("filter_log_events").paginate(logGroupName=log_group)
        runs: int = sum(event["message"].startswith("START ") for page in pages for event in page["events"])
        return runs - self._polls - self.story.order_calls

    def _play(self, scenario: Scenario, failed: list[Exception]) -> None:
        client = boto3.Session().client("outposts")
        try:
            scenario.play(client, lambda days: time.sleep(days * self._day), self.story.step, self._annotate)
        except Exception as error:  # noqa: BLE001 - reported when all have ended
            failed.append(error)

    def _annotate(self, order_id: str, step: dict[str, Any]) -> None:
        """Add what people do, as the commands `mute` and `expect` do it, and poll while it applies."""
        table = SnapshotTable(boto3.client("dynamodb"), self._cloud.outputs["SnapshotTableName"])
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while not (known := table.read([order_id]).snapshots.get(order_id)) or not table.annotate(
            order_id, annotated(known.annotations, step, datetime.now(UTC))
        ):
            if time.monotonic() > deadline:
                raise LocalCloudError(f"no poll has seen the order {order_id} in time")
            time.sleep(LOOK_SECONDS)
        self.poll()

    @contextmanager
    def _fast_clock(self) -> Iterator[None]:
        """Poll once a day of the scenarios: for days that take seconds, the schedule's minutes are too long."""
        over = threading.Event()

        def tick() -> None:
            while not over.wait(self._day):
                try:
                    self.poll()
                except (LocalCloudError, BotoCoreError, ClientError) as error:
                    self.story.narrate(f"A poll failed, and the next one makes up for it: {error}")

        clock = threading.Thread(target=tick, daemon=True)
        clock.start()
        try:
            yield
        finally:
            over.set()
            clock.join()

    def _look(self) -> None:
        for event in self._arrived():
            self.story.event(event)
        self.story.messages(self._cloud.slack.messages, self._cloud.mailbox.mails)
        time.sleep(LOOK_SECONDS)

    def _arrived(self) -> Iterator[dict[str, Any]]:
        while messages := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                yield json.loads(message["Body"])
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])

    def _wait_for_the_last(self) -> None:
        deadline = time.monotonic() + ARRIVAL_SECONDS
        quiet_since, seen = time.monotonic(), self.story.counts()
        while time.monotonic() - quiet_since < max(QUIET_SECONDS, 2 * self._day) or not self.story.has_all_arrived():
            self._look()
            if self.story.counts() != seen:
                quiet_since, seen = time.monotonic(), self.story.counts()
            if time.monotonic() > deadline:
                raise LocalCloudError(f"some published events did not arrive in each channel in time: {seen}")


def annotated(before: Annotations, step: Mapping[str, Any], now: datetime) -> Annotations:
    """Return an order's annotations after a scenario's step `mute` or `expect`."""
    at = to_iso8601(now)
    match step:
        case {"mute": {"days": days, "note": note}}:
            return replace(before, mute=Mute(to_iso8601(now + timedelta(days=days)), note, JANE, at))
        case {"expect": {"days": days}}:
            day = (now + timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
            expected = Expected(day.date().isoformat(), to_iso8601(day + timedelta(days=1)), JANE, at)
            return replace(before, expected=expected)
    raise LocalCloudError(f"people do not do this: {step}")


def _subscribe(sqs: "SQSClient", bus: str) -> str:
    """Subscribe to the bus as any team would, by a queue and a rule, and return the queue's URL."""
    url = sqs.create_queue(QueueName="demo")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events = boto3.client("events")
    events.put_rule(Name="demo", EventBusName=bus, EventPattern=json.dumps({"source": [SOURCE]}))
    events.put_targets(Rule="demo", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    return url
