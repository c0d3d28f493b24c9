"""The functions running as their template deploys them: AWS by moto, Outposts and Slack over HTTP.

Every function runs with its environment in the template, on resources with the template's names, so that what
it requests from AWS names exactly the resources that the template's policies name.
"""

import json
import os
import secrets
from contextlib import suppress
from typing import Any

import boto3
import pytest

from local.server import Server
from local.slack import SlackReceiver
from local.slack_workspace import TOKEN
from local.webhook import SECRET, WebhookReceiver
from outposts_order_notifier.board import handler as board
from outposts_order_notifier.notify.channels.slack import pace
from outposts_order_notifier.notify.notification import SUMMARY
from outposts_order_notifier.notify.routes import routes_of
from outposts_order_notifier.notify.summary import SUMMARY_TABLE
from outposts_order_notifier.planner import handler as planner
from outposts_order_notifier.poll import handler as poll
from outposts_order_notifier.poll.summary import PollFailedError
from testing.aws import Slack, simulated_aws
from testing.lambda_context import Context
from testing.notify_world import WEBHOOK, Calls
from testing.notify_world import World as Notify
from testing.outposts_of_accounts import OutpostsOfAccounts
from testing.snapshots import create_snapshot_table
from tests.iam.deployment import Deployment
from tests.iam.recorder import OWN, Call, recording

INCOMPRESSIBLE = 600_000  # characters: the snapshot takes more than one item
ALARM = {
    "AlarmName": "PollFailures",
    "AlarmArn": f"arn:aws:cloudwatch:eu-west-1:{OWN}:alarm:PollFailures",
    "NewStateValue": "ALARM",
    "OldStateValue": "OK",
    "StateChangeTime": "2026-11-24T09:30:00Z",
}
Json = dict[str, Any]


def calls_of(deployment: Deployment) -> set[Call]:
    """Deploy a template, exercise its functions in every way that makes them call AWS, and return their calls."""
    with (
        simulated_aws(),
        pytest.MonkeyPatch.context() as patch,
        recording() as recorded,
        Server(outposts := OutpostsOfAccounts(lambda key: _account(recorded.roles.get(key)))) as outposts_server,
        Server(receiver := SlackReceiver()) as slack_server,
        Server(WebhookReceiver()) as webhook_server,
    ):
        for function in deployment.of_type("AWS::Lambda::Function").values():
            for name, value in function["Environment"]["Variables"].items():
                patch.setenv(name, value)
        patch.setenv("AWS_ENDPOINT_URL_OUTPOSTS", outposts_server.url)
        patch.setenv("SLACK_ORIGIN", slack_server.url)
        patch.setattr(pace, "INTERVAL_MS", 0)
        _World(deployment, outposts, Slack(receiver, slack_server.url), webhook_server.url).live()
    return recorded.calls


def _account(role: str | None) -> str:
    return role.split(":")[4] if role else OWN


class _World:
    def __init__(self, deployment: Deployment, outposts: OutpostsOfAccounts, slack: Slack, webhook_url: str) -> None:
        self._deployment = deployment
        self._outposts = outposts
        self._functions = {deployment.arn(each): each for each in deployment.of_type("AWS::Lambda::Function")}
        self._make_resources(slack, webhook_url)
        queue = next(iter(self._queues("NotificationsQueue").values()))
        self._notify = Notify(queue, "", os.environ["IDEMPOTENCY_TABLE_NAME"], slack, Calls())

    def live(self) -> None:
        """Live through an order's history, and through failures."""
        self._tick()  # a first poll, of nothing
        places = dict(enumerate(self._outposts.simulators.values()))
        for place, simulator in places.items():
            simulator._account.put_order(_order(place))
        self._tick_and_notify()
        for place, simulator in places.items():
            simulator._faults.replace({"GetOrder": {"error": "AccessDeniedException", "status": 403}})
            simulator.update_order(_order_id(place), {"Status": "IN_PROGRESS"})
        self._tick_and_notify()
        for simulator in places.values():
            simulator._faults.replace({})
        self._notify.slack_answers(status=500, times=1)
        sns, topic = boto3.client("sns"), os.environ["NOTIFICATION_TOPIC_ARN"]
        sns.delete_topic(TopicArn=topic)
        self._tick()
        self._notify.run()  # which is returned to the queue
        sns.create_topic(Name=topic.rpartition(":")[2])
        self._tick_and_notify()
        for place, simulator in places.items():
            simulator.replace_line_item(_order_id(place), "ooi-1")
        large = {**_order(len(places)), "Note": secrets.token_hex(INCOMPRESSIBLE // 2)}
        places[0]._account.put_order(large)
        self._tick_and_notify()
        self._notify.put(ALARM)
        if SUMMARY_TABLE in os.environ:
            self._notify.put({SUMMARY: "2026-11-30T08:00:00Z"})
        self._notify.run()
        board.handler({"widgetContext": {}}, self._context("BoardFunction"))

    def _tick_and_notify(self) -> None:
        self._tick()
        messages = self._peek()
        self._notify.run()
        self._notify.run()  # what was returned to the queue
        self._notify.put(*messages)  # EventBridge delivers at least once
        self._notify.run()

    def _peek(self) -> list[str]:
        sqs, bodies = boto3.client("sqs"), list[str]()
        while messages := sqs.receive_message(
            QueueUrl=self._notify.queue, MaxNumberOfMessages=10, VisibilityTimeout=600
        ).get("Messages"):
            for message in messages:
                bodies.append(message["Body"])
                sqs.change_message_visibility(
                    QueueUrl=self._notify.queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=600
                )
        for body in bodies:
            self._notify.put(body)
        return bodies

    def _tick(self) -> None:
        for schedule in self._deployment.of_type("AWS::Scheduler::Schedule").values():
            target = schedule["Target"]
            if ":sqs:" in target["Arn"]:  # a summary's, which comes once a week
                continue
            function = self._functions[target["Arn"]]
            handler = planner.handler if function.startswith("Planner") else poll.handler
            with suppress(PollFailedError):
                handler(json.loads(target["Input"]), self._context(function))
        sqs = boto3.client("sqs")
        for url in self._queues("PlannerQueue").values():
            while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
                records = [{"messageId": each["MessageId"], "body": each["Body"]} for each in messages]
                poll.handler({"Records": records}, self._context("PollerFunction"))

    def _context(self, prefix: str) -> Context:
        function = self._deployment.only("AWS::Lambda::Function", prefix)
        return Context(invoked_function_arn=self._deployment.arn(function))

    def _queues(self, prefix: str) -> dict[str, str]:
        ref = self._deployment.resolve
        found = self._deployment.of_type("AWS::SQS::Queue")
        return {each: ref({"Ref": each}) for each in found if each.startswith(prefix)}

    def _make_resources(self, slack: Slack, webhook_url: str) -> None:
        deployment, name = self._deployment, self._deployment.physical_name
        dynamodb, sqs = boto3.client("dynamodb"), boto3.client("sqs")
        sns, events = boto3.client("sns"), boto3.client("events")
        create_snapshot_table(dynamodb, os.environ["SNAPSHOT_TABLE_NAME"])
        dynamodb.create_table(
            TableName=os.environ["IDEMPOTENCY_TABLE_NAME"],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        for each in deployment.of_type("AWS::SQS::Queue"):
            sqs.create_queue(QueueName=name(each))
        for each in deployment.of_type("AWS::SNS::Topic"):
            sns.create_topic(Name=name(each))
        bus = os.environ["EVENT_BUS_NAME"]
        events.create_event_bus(Name=bus)
        rule = deployment.of_type("AWS::Events::Rule")[deployment.only("AWS::Events::Rule", "NotificationsRule")]
        events.put_rule(Name="rule", EventBusName=bus, EventPattern=json.dumps(rule["EventPattern"]))
        targets: Any = [{"Id": each["Id"], "Arn": each["Arn"]} for each in rule["Targets"]]
        events.put_targets(Rule="rule", EventBusName=bus, Targets=targets)
        for logical_id, route in deployment.of_type("AWS::Events::Rule").items():
            if logical_id.startswith("NotificationsRoute"):
                events.put_rule(Name=route["Name"], EventBusName=bus, EventPattern=json.dumps(route["EventPattern"]))
                enveloping: Any = [
                    {key: each[key] for key in ("Id", "Arn", "InputTransformer")} for each in route["Targets"]
                ]
                events.put_targets(Rule=route["Name"], EventBusName=bus, Targets=enveloping)
        organizations = boto3.client("organizations")
        organizations.create_organization(FeatureSet="ALL")
        organizations.create_account(Email="team@example.com", AccountName="Team")
        for variables in (os.environ, *routes_of(os.environ).values()):
            if secret := variables.get("SLACK_SECRET_NAME"):
                bot = "SLACK_CHANNEL" in variables
                value = {"botToken": TOKEN} if bot else {"webhookUrl": slack.origin + WEBHOOK}
                boto3.client("secretsmanager").create_secret(Name=secret, SecretString=json.dumps(value))
                slack.receiver.workspace.add(variables.get("SLACK_CHANNEL", "#none"))
            if secret := variables.get("WEBHOOK_SECRET_NAME"):
                value = {"url": webhook_url, "signingSecret": SECRET}
                boto3.client("secretsmanager").create_secret(Name=secret, SecretString=json.dumps(value))


def _order_id(number: int) -> str:
    return f"oo-{number:017x}"


def _order(number: int) -> Json:
    item = {"LineItemId": "ooi-1", "CatalogItemId": "OR-RACKM5A", "Quantity": 1, "Status": "BUILDING"}
    return {
        "OrderId": _order_id(number),
        "OutpostId": "op-0123456789abcdef0",
        "OrderType": "OUTPOST",
        "Status": "PREPARING",
        "LineItems": [item],
    }
