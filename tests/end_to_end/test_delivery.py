"""Delivery on a local cloud whose Outposts endpoint, Slack and configuration are the test's own."""

import json
import re
import signal
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import urllib3
from werkzeug import Response

from local.outposts.control_plane import ControlPlane
from local.outposts.simulator import OutpostsSimulator
from local.server import Server
from local.slack import SlackReceiver
from outposts_order_notifier.notify.summary import SCHEDULED_TIME
from tests.end_to_end.conftest import (
    REGION,
    Cloud,
    Json,
    Ran,
    create_order,
    eventually,
    left_in,
    number_waiting,
    queue_url,
    run,
    slack_answers,
    subscribe,
    up,
)

ORDERS, LINE_ITEMS = 500, 10
SAMPLE = 60  # of the orders, in `make test`
ORDER_ID = re.compile(r"oo-[0-9a-f]{17}")
DRAINED_SECONDS = 400
LOOPBACK = "0100007F"  # 127.0.0.1 as in /proc/net/tcp
# The first part announces orders that exist; the second excepts those of the flood before it begins.
# Only the test of routes cancels orders.
CANCELLED = {"changes": {"detailType": ["Outposts Order Status Change"], "status": ["CANCELLED"]}}
LATER = datetime.now(UTC) + timedelta(days=3)
NOTIFIER = {
    "announceExistingOrders": True,
    "weeklySummary": {"day": f"{LATER:%A}".upper(), "time": "08:00"},  # so that only the test sends it
    "notify": {"lineItemCountsByStatus": {"BUILDING": [{"exists": False}]}},
    "routes": [
        {"name": "dublin", "notify": CANCELLED, "slack": {"secretName": "dublin/slack"}},
        {
            "name": "cork",
            "notify": CANCELLED,
            "webhook": {"secretName": "cork/webhook"},
            "emails": ["cork@example.com"],
        },
    ],
}
WEBHOOK = "/services/T1/B1/x"
DUBLIN = f"{WEBHOOK}dublin"


class Receiver(SlackReceiver):
    """A Slack that counts the orders named at each webhook."""

    def __init__(self) -> None:
        super().__init__()
        self.named: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def _receive(self, path: str, body: bytes) -> Response:
        self.named[path] += named([body.decode()])
        return super()._receive(path, body)


@dataclass(frozen=True)
class Delivery:
    """A local cloud that has been polled once.

    Attributes:
        cloud: The local cloud.
        folder: The folder of its files.
        outposts_url: The address of its Outposts endpoint.
        receiver: Its Slack.
        slack_url: Slack's address.
        existing: The id of an order that existed before the first poll.
        first_poll: The response of the first poll.
    """

    cloud: Cloud
    folder: Path
    outposts_url: str
    receiver: Receiver
    slack_url: str
    existing: str
    first_poll: Json

    @property
    def slack_texts(self) -> list[str]:
        """The whole content of each Slack message as one text."""
        return [str(message) for message in self.receiver.messages]

    @property
    def mail_texts(self) -> list[str]:
        """The text of each e-mail."""
        return [mail["text"] for mail in self.cloud.mails]

    def has_reported(self, order_id: str) -> bool:
        """Return whether both channels have reported an order."""
        return all(order_id in named(texts) for texts in (self.slack_texts, self.mail_texts))


@pytest.fixture(scope="class")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivery]:
    """Start a local cloud with each option; it is ended by a `kill`."""
    folder = tmp_path_factory.mktemp("delivery")
    configuration = folder / "notifier.json"
    configuration.write_text(json.dumps(NOTIFIER))
    receiver = Receiver()
    with Server(OutpostsSimulator()) as outposts, Server(receiver) as slack:
        existing = create_order(outposts.url)["OrderId"]
        webhook = f"{slack.url}{WEBHOOK}"
        arguments = ["--outposts-endpoint", outposts.url, "--slack-webhook", webhook, "--config", str(configuration)]
        with up(folder, *arguments) as cloud:
            yield Delivery(cloud, folder, outposts.url, receiver, slack.url, existing, cloud.poll())
            cloud.process.send_signal(signal.SIGTERM)  # `up` checks what remains


class TestDelivery:
    """Each test may run alone, but they share a cloud, and leave it as they found it: nothing waits or is dead."""

    def test_up_works_with_another_outposts_endpoint_slack_and_configuration(self, delivery: Delivery) -> None:
        """Each option replaces what is built in; a configuration other than the default is deployed.

        No port accepts connections from other machines.
        """
        cloud, order_id = delivery.cloud, delivery.existing
        assert cloud.printed.startswith("Starting the AWS emulator and the mailbox\n")
        assert cloud.environment["AWS_ENDPOINT_URL_OUTPOSTS"] == delivery.outposts_url
        assert delivery.first_poll["eventsPublished"] == 2
        assert eventually(lambda: named(delivery.slack_texts)[order_id])
        assert order_id in cloud.page("Board")
        addresses = listening(left_in(delivery.folder))
        assert len(addresses) > 1
        assert {address.partition(":")[0] for address in addresses} == {LOOPBACK}

    def test_a_flood_drains_without_loss_or_repetition_at_slacks_pace(
        self, exhaustive: bool, delivery: Delivery
    ) -> None:
        """5,000 line items change at once, in 500 orders; fewer in `make test`.

        Each transition is on the bus, and each channel reports each order once, Slack in digests.
        """
        orders = ORDERS if exhaustive else SAMPLE
        cloud, receiver = delivery.cloud, delivery.receiver
        assert eventually(lambda: delivery.has_reported(delivery.existing))
        messages, mails = len(receiver.messages), len(cloud.mails)
        put_orders(delivery.outposts_url, orders, "BUILDING")
        assert cloud.poll()["failures"] == []
        bus = subscribe(cloud, "flood", {"source": ["outposts-order-notifier"]})
        put_orders(delivery.outposts_url, orders, "SHIPPED")
        cloud.poll()
        assert eventually(lambda: len(bus.received()) >= orders * (LINE_ITEMS + 1), DRAINED_SECONDS)
        every = {f"oo-{number:017x}" for number in range(orders)}
        assert eventually(lambda: named(delivery.slack_texts[messages:]).keys() == every, DRAINED_SECONDS)
        assert eventually(lambda: len(cloud.mails) >= mails + orders, DRAINED_SECONDS)
        assert eventually(lambda: number_waiting(cloud) == 0)
        by_mail = named(delivery.mail_texts[mails:])
        kinds = Counter(event["detail-type"] for event in bus.taken.values())
        assert kinds == {"Outposts Line Item Status Change": orders * LINE_ITEMS, "Outposts Order Updated": orders}
        assert set(named(delivery.slack_texts[messages:]).values()) == set(by_mail.values()) == {1}
        assert by_mail.keys() == every
        times = receiver.times[messages:]
        assert len(times) < orders / 2
        # About one message a second; latency may bring two a little closer together.
        assert len(times) - 1 <= times[-1] - times[0] + 1

    def test_one_command_sends_dead_letters_again_to_those_who_were_not_notified(self, delivery: Delivery) -> None:
        """Slack is down until the retries are used up; after the command it is notified once, and nobody twice."""
        cloud = delivery.cloud
        assert eventually(lambda: delivery.has_reported(delivery.existing))
        assert eventually(lambda: number_waiting(cloud) == 0)
        assert "is empty" in redrive(cloud)
        with few_receives(cloud):
            slack_answers(delivery.slack_url, times=100)
            order_id = create_order(delivery.outposts_url)["OrderId"]
            assert cloud.poll()["failures"] == []
            assert eventually(lambda: number_of_dead_letters(cloud) == 1)
            assert not named(delivery.slack_texts)[order_id]
            slack_answers(delivery.slack_url, times=0)
            assert redrive(cloud) == "1 message sent again\n"
            assert eventually(lambda: named(delivery.slack_texts)[order_id] == 1)
        assert named(delivery.mail_texts)[order_id] == 1
        assert number_of_dead_letters(cloud) == 0

    def test_a_route_is_notified_of_what_it_matches_and_retried_alone(self, delivery: Delivery) -> None:
        """One route's Slack is down until the command; the other recipients of the same event are notified once."""
        cloud, by_webhook = delivery.cloud, delivery.receiver.named
        assert eventually(lambda: delivery.has_reported(delivery.existing))
        order_id = create_order(delivery.outposts_url)["OrderId"]
        assert cloud.poll()["failures"] == []
        assert eventually(lambda: delivery.has_reported(order_id))
        assert eventually(lambda: number_waiting(cloud) == 0)
        bus = subscribe(cloud, "cancelled", {"detail-type": ["Outposts Order Updated"]})
        with few_receives(cloud):
            slack_answers(delivery.slack_url, times=100, path=DUBLIN)
            outposts = boto3.client("outposts", endpoint_url=delivery.outposts_url, region_name=REGION)
            outposts.cancel_order(OrderId=order_id)
            assert cloud.poll()["failures"] == []
            assert eventually(lambda: number_of_dead_letters(cloud) == 1)
            assert (by_webhook[WEBHOOK][order_id], by_webhook[DUBLIN][order_id]) == (2, 0)
            slack_answers(delivery.slack_url, times=0)
            assert redrive(cloud) == "1 message sent again\n"
            assert eventually(lambda: by_webhook[DUBLIN][order_id] == 1)
        assert by_webhook[WEBHOOK][order_id] == 2
        (event,) = bus.received()
        posted = urllib3.request("GET", cloud.address("Webhook messages")).json()
        assert [each["content"] for each in posted if each["content"].get("orderId") == order_id] == [event["detail"]]
        # Of the order: the default topic's two e-mails, and that of the route.
        assert eventually(lambda: named(delivery.mail_texts)[order_id] == 3)
        assert number_of_dead_letters(cloud) == 0

    def test_a_weekly_summary_reaches_every_recipient_once(self, delivery: Delivery) -> None:
        """The schedules' own messages, each delivered twice; the emulator's Scheduler leaves their time as it is."""
        cloud = delivery.cloud
        assert eventually(lambda: delivery.has_reported(delivery.existing))
        scheduler = cloud.client("scheduler")
        schedules = [scheduler.get_schedule(Name=each["Name"]) for each in scheduler.list_schedules()["Schedules"]]
        url = queue_url(cloud)
        inputs = [each["Target"]["Input"] for each in schedules if each["Target"]["Arn"].endswith(url.split("/")[-1])]
        assert len(inputs) == 3
        for text in 2 * inputs:
            body = text.replace(SCHEDULED_TIME, "2026-11-30T08:00:00Z")
            cloud.client("sqs").send_message(QueueUrl=url, MessageBody=body)
            assert eventually(lambda: number_waiting(cloud) == 0)
        headlines = [each["text"] for each in delivery.receiver.messages if is_summary(each["text"])]
        (headline,) = {*headlines}
        assert "in flight" in headline
        assert len(headlines) == 2
        assert eventually(lambda: [each["subject"] for each in cloud.mails if is_summary(each["subject"])] == headlines)
        posted = urllib3.request("GET", cloud.address("Webhook messages")).json()
        (content,) = [each["content"] for each in posted if "headline" in each["content"]]
        assert content["headline"] == headline

    def test_samples_reach_a_route_only_if_it_is_named(self, delivery: Delivery) -> None:
        """The command says which routes it leaves out, and refuses one that does not exist."""

        def send(*options: str) -> Ran:
            return run(delivery.cloud, "test-notification", "--json", "--only", "shipment", *options)

        ran = send("--route", "cork")
        assert [each["told"] for each in json.loads(ran.stdout)] == [["cork/sns", "cork/webhook"]]
        ran = send()
        assert [each["told"] for each in json.loads(ran.stdout)] == [["slack", "sns"]]
        assert "No samples go to the routes dublin, cork; use --route" in ran.stderr
        assert "did you mean cork?" in send("--route", "corc").stderr
        assert "a route gets no alarms" in send("--route", "cork", "--only", "alarm").stderr


def is_summary(text: str) -> bool:
    """Return whether a headline is a weekly summary's."""
    return text.startswith("Weekly summary: ")


def listening(processes: list[int]) -> list[str]:
    """Return the addresses and ports on which processes listen, in hexadecimal as in /proc/net/tcp."""
    sockets = set()
    for process in processes:
        for descriptor in Path(f"/proc/{process}/fd").glob("*"):
            with suppress(OSError):  # closed in the meantime
                sockets.add(descriptor.readlink().name)
    tables = "\n".join(Path(f"/proc/net/{name}").read_text() for name in ("tcp", "tcp6"))
    rows = [row.split() for row in tables.splitlines() if " 0A " in row]
    return [row[1] for row in rows if f"socket:[{row[9]}]" in sockets]


def an_order(number: int, status: str) -> Json:
    """Return an order of ten line items, all in one status."""
    items = [{"LineItemId": f"ooi-{number:08x}{item:09x}", "Status": status} for item in range(LINE_ITEMS)]
    return {"OrderId": f"oo-{number:017x}", "OutpostId": "op-1", "Status": "IN_PROGRESS", "LineItems": items}


def put_orders(url: str, orders: int, status: str) -> None:
    """Create this many orders with all their line items in a status."""
    control_plane = ControlPlane(url)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: control_plane.put_order(an_order(number, status)), range(orders)))


def named(texts: list[str]) -> Counter[str]:
    """Count in how many texts each order is named."""
    return Counter(order_id for text in texts for order_id in set(ORDER_ID.findall(text)))


def redrive(cloud: Cloud) -> str:
    """Run the documented command, and return its output."""
    ran = run(cloud, "redrive")
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def number_of_dead_letters(cloud: Cloud) -> int:
    """Count the dead letters."""
    attributes: dict[str, Any] = cloud.client("sqs").get_queue_attributes(
        QueueUrl=cloud.outputs["DeadLetterQueueUrl"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(attributes["Attributes"]["ApproximateNumberOfMessages"])


@contextmanager
def few_receives(cloud: Cloud) -> Iterator[None]:
    """Let one receive use up the retries of hours: the function's back-off begins at 15 seconds."""
    sqs, url = cloud.client("sqs"), queue_url(cloud)
    policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]["RedrivePolicy"]
    few = policy.replace('"maxReceiveCount":20', '"maxReceiveCount":1')
    assert few != policy
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": few})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})
