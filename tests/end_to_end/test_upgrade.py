"""The current version, deployed over a released one that has been in use."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from local.cloud import SECRET_NAME, WEBHOOK_PATH, aws_environment
from local.deployment import ACCOUNT, STACK, deploy
from local.emulator import emulator
from local.outposts.simulator import OutpostsSimulator
from local.server import Server
from local.slack import SlackReceiver
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.domain.timestamps import from_iso8601
from outposts_order_notifier.store.items import snapshot_of
from outposts_order_notifier.store.table import SnapshotTable
from reference.examples import REGION
from reference.release import FORMAT_1, FORMAT_2, LARGE, LATE, NOTIFIER, UNPUBLISHED
from testing import command_line
from testing.released import VERSIONS, Release
from tests.end_to_end.conftest import Json, Subscriber, client, eventually, free_port

# Statuses that had not stalled when the release was in use have stalled by now.
NEVER = {"order": {"IN_PROGRESS": None, "DELIVERED": None}, "lineItem": {"BUILDING": None}}
SHIPPED = {"LineItems": {"ooi-00000000000000000": {"Status": "SHIPPED"}}}


@dataclass(frozen=True)
class Upgraded:
    """A local cloud on which the released version was in use, and the current one is deployed.

    Attributes:
        release: The released version.
        before: The stack's outputs before the upgrade.
        outputs: The stack's outputs after the upgrade.
        api: The Outposts simulator.
        slack: The messages that Slack received after the upgrade.
        bus: A subscriber's queue, filled by a rule that it put on the bus before the upgrade.
        topic: A subscriber's queue, subscribed to the topic before the upgrade.
        first_poll: The response of the first poll after the upgrade.
    """

    release: Release
    before: dict[str, str]
    outputs: dict[str, str]
    api: OutpostsSimulator
    slack: SlackReceiver
    bus: Subscriber
    topic: Subscriber
    first_poll: Json

    def events_of(self, order_id: str) -> list[Json]:
        """Return the events about an order that the subscriber has received, in sequence."""
        events = [event for event in self.bus.received() if event["detail"]["orderId"] == order_id]
        return sorted(events, key=lambda event: int(event["detail"]["sequence"]))

    def left(self, order_id: str) -> Snapshot:
        """Return the snapshot of an order as the released version left it."""
        items = {item["id"]["S"]: item for item in self.release.items("snapshots")}
        snapshot = snapshot_of(items[order_id], items)
        assert not snapshot.damage
        return snapshot

    def slack_of(self, order_id: str) -> list[str]:
        """Return the texts about an order that Slack has received."""
        return [text for message in self.slack.messages if order_id in (text := str(message))]


def poll(outputs: dict[str, str]) -> Json:
    """Invoke the poll function, and return its response."""
    answer = client("lambda").invoke(FunctionName=outputs["PollFunctionName"])
    summary: Json = json.load(answer["Payload"])
    return summary


def deploy_released(release: Release) -> dict[str, str]:
    """Deploy a released version with CloudFormation, with the data that it left; return the stack's outputs."""
    cloudformation = client("cloudformation")
    cloudformation.create_stack(StackName=STACK, TemplateBody=release.template, Capabilities=["CAPABILITY_NAMED_IAM"])
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
    outputs = {
        output["OutputKey"]: output["OutputValue"]
        for output in cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["Outputs"]
    }
    function = client("lambda").get_function_configuration(FunctionName=outputs["NotifyFunctionName"])
    tables = {
        "snapshots": outputs["SnapshotTableName"],
        "told": function["Environment"]["Variables"]["IDEMPOTENCY_TABLE_NAME"],
    }
    for name, table in tables.items():
        for item in release.items(name):
            client("dynamodb").put_item(TableName=table, Item=item)
    return outputs


def subscriber(name: str) -> Subscriber:
    """Create a queue."""
    sqs = client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return Subscriber(sqs, url, attributes["QueueArn"], {})


@pytest.fixture(scope="module", params=VERSIONS)
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgraded]:
    """Deploy a released version, let others subscribe, and deploy the current one over it."""
    release, folder, port = Release(request.param), tmp_path_factory.mktemp("upgrade"), free_port()
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in aws_environment(port, REGION).items():
            patch.setenv(name, value)
        stack.enter_context(emulator(port, folder))
        slack, api = SlackReceiver(), OutpostsSimulator(ACCOUNT, REGION)
        slack_url = stack.enter_context(Server(slack)).url
        for order in release.data["orders"]:
            api._account.put_order(order)
        secret = json.dumps({"webhookUrl": f"{slack_url}{WEBHOOK_PATH}"})
        client("secretsmanager").create_secret(Name=SECRET_NAME, SecretString=secret)
        before = deploy_released(release)
        bus, topic = subscriber("bus"), subscriber("topic")
        events, bus_name = client("events"), before["EventBusName"]
        pattern = json.dumps({"source": ["outposts-order-notifier"]})
        events.put_rule(Name="every-event", EventBusName=bus_name, EventPattern=pattern)
        events.put_targets(Rule="every-event", EventBusName=bus_name, Targets=[{"Id": "queue", "Arn": bus.arn}])
        client("sns").subscribe(
            TopicArn=before["NotificationTopicArn"],
            Protocol="sqs",
            Endpoint=topic.arn,
            Attributes={"RawMessageDelivery": "true"},
        )
        outposts_url = stack.enter_context(Server(api)).url
        notifier = {**NOTIFIER, "stalledAfterDays": NEVER, "outpostsEndpointUrl": outposts_url}
        outputs = deploy({"notifier": notifier, "localCloud": {"slackOrigin": slack_url}}, folder)
        yield Upgraded(release, before, outputs, api, slack, bus, topic, poll(outputs))


class TestUpgrade:
    """What stays the same, and what continues."""

    def test_the_stack_keeps_its_outputs(self, upgraded: Upgraded) -> None:
        """Table, bus, topic, queue and functions are still the same resources."""
        assert {name: upgraded.outputs.get(name) for name in upgraded.before} == upgraded.before

    def test_nothing_is_reported_again(self, upgraded: Upgraded) -> None:
        """The first poll recognizes every order in every format, and publishes only what was pending."""
        poll = upgraded.first_poll
        assert (poll["failures"], poll["ordersChanged"]) == ([], 0)
        assert poll["ordersListed"] == len(upgraded.release.data["orders"])
        assert poll["eventsPublished"] == len(upgraded.left(UNPUBLISHED).pending)

    def test_pending_events_are_published(self, upgraded: Upgraded) -> None:
        """They arrive with the ids and numbers that the released version assigned, and people are notified."""
        pending = [(event.detail_type, event.detail) for event in upgraded.left(UNPUBLISHED).pending]
        arrived = eventually(
            lambda: upgraded.events_of(UNPUBLISHED)[len(pending) - 1 :] and upgraded.events_of(UNPUBLISHED)
        )
        assert [(event["detail-type"], event["detail"]) for event in arrived] == pending
        assert eventually(lambda: [each for each in upgraded.topic.received() if each["orderId"] == UNPUBLISHED])

    @pytest.mark.parametrize("order_id", [FORMAT_1, FORMAT_2, LARGE, LATE])
    def test_the_numbering_of_events_continues(self, upgraded: Upgraded, order_id: str) -> None:
        """Its next change is published as a change, with the next number, to those who had subscribed before."""
        last = upgraded.left(order_id).sequence
        upgraded.api._account.update_order(order_id, SHIPPED)
        assert poll(upgraded.outputs)["failures"] == []
        arrived = eventually(lambda: upgraded.events_of(order_id)[1:] and upgraded.events_of(order_id))
        numbered = [
            (event["detail-type"], event["detail"]["sequence"], event["detail"]["baseline"]) for event in arrived
        ]
        assert numbered == [
            ("Outposts Line Item Status Change", last + 1, False),
            ("Outposts Order Updated", last + 2, False),
        ]
        assert eventually(lambda: [each for each in upgraded.topic.received() if each["orderId"] == order_id])
        assert eventually(lambda: upgraded.slack_of(order_id))

    def test_people_can_mute_and_note_what_the_release_left(self, upgraded: Upgraded) -> None:
        """An order in one item or in several: nothing else of it changes, and its next event says so."""
        table = SnapshotTable(client("dynamodb"), upgraded.outputs["SnapshotTableName"])
        for order_id in (UNPUBLISHED, LARGE):
            before = table.read([order_id]).snapshots[order_id]
            assert command_line.run("note", order_id, "Tuesday", environment=dict(os.environ)).code == 0
            after = table.read([order_id]).snapshots[order_id]
            notes = [*(note.text for note in before.annotations.notes), "Tuesday"]
            assert [note.text for note in after.annotations.notes] == notes
            assert replace(after, annotations=before.annotations) == before
        until = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
        assert command_line.run("mute", UNPUBLISHED, "--until", until, environment=dict(os.environ)).code == 0
        upgraded.api._account.update_order(UNPUBLISHED, SHIPPED)
        assert poll(upgraded.outputs)["failures"] == []
        assert eventually(lambda: "mutedUntil" in upgraded.events_of(UNPUBLISHED)[-1]["detail"])

    def test_a_redelivered_event_is_not_sent_again(self, upgraded: Upgraded) -> None:
        """EventBridge delivers an event again after the upgrade; nobody is notified twice."""
        (old,) = [event for event in upgraded.release.data["published"] if event["detail"]["orderId"] == LARGE]
        new_order = "oo-0aaaaaaaaaaaaaaaa"
        upgraded.api._account.put_order({**upgraded.api._account.order(LARGE), "OrderId": new_order})
        entry = {
            "EventBusName": upgraded.outputs["EventBusName"],
            "Source": "outposts-order-notifier",
            "DetailType": old["detail-type"],
            "Time": from_iso8601(old["detail"]["observedAt"]),
            "Detail": json.dumps(old["detail"]),
        }
        client("events").put_events(Entries=[entry])
        poll(upgraded.outputs)
        assert eventually(lambda: upgraded.slack_of(new_order))
        assert eventually(lambda: [each for each in upgraded.topic.received() if each["orderId"] == new_order])
        assert not [text for text in upgraded.slack_of(LARGE) if "ordered" in text]
        assert old["detail"]["eventId"] not in {each["eventId"] for each in upgraded.topic.received()}
