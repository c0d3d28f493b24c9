"""The environment of notify's tests: queue, topic, table, secret and Slack, with calls that can be made to fail."""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.client import BaseClient
from slack_sdk.web import WebClient

from local.webhook import WebhookReceiver
from outposts_order_notifier.notify.channels.slack import transport as slack_transport
from outposts_order_notifier.notify.channels.slack import webhook as slack_webhook
from outposts_order_notifier.notify.channels.webhook import channel as webhook_channel
from outposts_order_notifier.notify.channels.webhook import transport
from outposts_order_notifier.notify.channels.webhook.credentials import Target
from outposts_order_notifier.notify.channels.webhook.request import Request
from outposts_order_notifier.notify.handler import handler
from testing.aws import Slack, client_of, delete_messages, drain, make_queue
from testing.details import an_update
from testing.lambda_context import Context
from testing.state_table import TABLE, create_state_table

WEBHOOK = "/services/T00000000/B00000000/MARKER0SECRET"


class KilledError(BaseException):
    """The function's process ended."""


@dataclass
class Calls:
    """Intercepts the function's calls of AWS and channels: records them, fails some, and ends the process at one."""

    made: list[str] = field(default_factory=list)
    visibilities: list[int] = field(default_factory=list)
    fail: dict[str, Exception] = field(default_factory=dict)
    stop_at: int | None = None
    after: bool = False
    watching: bool = False
    _dead: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Begin a run of the function."""
        self.made, self.visibilities, self.watching, self._dead = [], [], True, False

    def pass_on(self, name: str, parameters: dict[str, Any], call: Callable[[], Any]) -> Any:
        """Forward a call, or fail it."""
        if not self.watching:
            return call()
        with self._lock:
            last = not self._dead and len(self.made) == self.stop_at
            if self._dead or (last and not self.after):
                self._dead = True
                raise KilledError
            self._dead = last
            self.made.append(name)
            if name == "ChangeMessageVisibility":
                self.visibilities.append(parameters["VisibilityTimeout"])
        if name in self.fail:
            raise self.fail[name]
        result = call()
        if last:
            raise KilledError
        return result


@dataclass
class World:
    """A deployed notify function."""

    queue: str
    subscriber: str
    table: str
    slack: Slack
    calls: Calls
    published: list[dict[str, Any]] = field(default_factory=list)
    _received: list[dict[str, Any]] = field(default_factory=list)

    def put(self, *bodies: Any) -> None:
        """Put messages into the function's queue; an order's id stands for its update."""
        for body in bodies:
            event = {"detail": an_update(body) | {"eventId": f"event of {body}"}} if is_order(body) else body
            text = event if isinstance(event, str) else json.dumps(event)
            client_of("sqs").send_message(QueueUrl=self.queue, MessageBody=text)

    def run(self, *, remaining: int = 60_000, context: Context | None = None) -> list[str]:
        """Run the function on the whole queue, hidden messages included; return the bodies that were returned to it."""
        self._received = self._receive()
        event = {"Records": self._received}
        self.calls.start()
        try:
            answer = handler(event, context or WithRemaining(remaining))
        finally:
            self.calls.watching = False
        failed = {item["itemIdentifier"] for item in answer["batchItemFailures"]}
        for record in event["Records"]:
            if record["messageId"] in failed:
                self._show(record)
        done = [each["receiptHandle"] for each in event["Records"] if each["messageId"] not in failed]
        delete_messages(self.queue, done)
        return [record["body"] for record in event["Records"] if record["messageId"] in failed]

    def run_until_killed(self, n: int | None, *, after: bool) -> int | None:
        """Run the function until it is killed at its nth call; its messages are then returned to the queue.

        Args:
            n: The call, counted from 1; None to let the function end.
            after: Whether the call takes effect, so that only its response is lost.

        Returns:
            How many calls the run made if nothing killed it, else None.
        """
        self.calls.stop_at, self.calls.after = n and n - 1, after
        try:
            self.run()
        except KilledError:
            for record in self._received:
                self._show(record)
            return None
        finally:
            self.calls.stop_at = None
        return len(self.calls.made)

    def let_the_deadline_pass(self) -> None:
        """Let the deadline of killed runs pass."""
        dynamodb = client_of("dynamodb")
        for item in dynamodb.scan(TableName=self.table)["Items"]:
            if item.get("status") == {"S": "INPROGRESS"}:
                dynamodb.put_item(TableName=self.table, Item=item | {"in_progress_expiration": {"N": "1"}})

    def let_days_pass(self, days: int) -> None:
        """Let what is recorded expire this many days earlier."""
        dynamodb = client_of("dynamodb")
        for item in dynamodb.scan(TableName=self.table)["Items"]:
            if "expiration" in item:
                expiration = int(item["expiration"]["N"]) - days * 86_400
                dynamodb.put_item(TableName=self.table, Item=item | {"expiration": {"N": str(expiration)}})

    def recorded(self) -> int:
        """Count the events, by channel, that are recorded as sent."""
        items = client_of("dynamodb").scan(TableName=self.table)["Items"]
        return sum(item.get("status") == {"S": "COMPLETED"} for item in items)

    def slack_answers(self, **answer: Any) -> None:
        """Set Slack's response to the next post."""
        self.slack.receiver._answer = {"times": 1, **answer}

    def sns_published(self) -> Counter[str]:
        """Count by order what the topic sent to its subscriber."""
        self.published += drain(self.subscriber)
        return Counter(body["MessageAttributes"]["orderId"]["Value"] for body in self.published)

    def slack_posted(self, orders: list[str]) -> Counter[str]:
        """Count by order the messages that Slack accepted."""
        shown = [{**message, "metadata": None} for message in self.slack.receiver.messages]
        texts = list(map(json.dumps, shown))
        return Counter(order for text in texts for order in orders if re.search(rf"{order}(?![\w-])", text))

    def _receive(self) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        sqs = client_of("sqs")
        while messages := sqs.receive_message(
            QueueUrl=self.queue, MaxNumberOfMessages=10, AttributeNames=["ApproximateReceiveCount", "SentTimestamp"]
        ).get("Messages"):
            records += [
                {
                    "messageId": message["MessageId"],
                    "receiptHandle": message["ReceiptHandle"],
                    "body": message["Body"],
                    "attributes": message["Attributes"],
                }
                for message in messages
            ]
        return records

    def _show(self, record: dict[str, Any]) -> None:
        client_of("sqs").change_message_visibility(
            QueueUrl=self.queue, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0
        )


class WithRemaining(Context):
    """A context with this much time left, in milliseconds."""

    def __init__(self, remaining: int) -> None:
        super().__init__()
        self._remaining = remaining

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]
        """Return the milliseconds until Lambda ends the function."""
        return self._remaining


def deploy(slack: Slack, calls: Calls, monkeypatch: pytest.MonkeyPatch) -> World:
    """Create the notify function's resources, and intercept its calls of AWS and Slack."""
    create_state_table(client_of("dynamodb"))
    put_secret(json.dumps({"webhookUrl": slack.origin + WEBHOOK}))
    queue, _ = make_queue("notify")
    subscriber, arn = make_queue("subscriber")
    sns = client_of("sns")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    policy = {"statuses": ["COMPLETED"], "region": ["eu-west-1"]}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"FilterPolicy": json.dumps(policy)})
    monkeypatch.setenv("NOTIFICATION_TOPIC_ARN", topic)
    monkeypatch.setenv("IDEMPOTENCY_TABLE_NAME", TABLE)
    monkeypatch.setenv("NOTIFY_QUEUE_URL", queue)
    monkeypatch.setenv("SLACK_SECRET_NAME", "slack")
    monkeypatch.setenv("SLACK_ORIGIN", slack.origin)
    watch(calls, monkeypatch.setattr)
    return World(queue, subscriber, TABLE, slack, calls)


def use_webhook(url: str, monkeypatch: pytest.MonkeyPatch, **keys: str) -> None:
    """Configure only the webhook channel, besides the topic."""
    monkeypatch.delenv("SLACK_SECRET_NAME")
    monkeypatch.setenv("WEBHOOK_SECRET_NAME", "webhook")
    put_secret(json.dumps({"url": url, "signingSecret": WebhookReceiver().secret, **keys}), "webhook")


def put_secret(value: str, name: str = "slack") -> None:
    """Set a secret's value."""
    secrets = client_of("secretsmanager")
    try:
        secrets.create_secret(Name=name, SecretString=value)
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=name, SecretString=value)


def is_order(body: Any) -> bool:
    """Return whether a body is an order's id."""
    return isinstance(body, str) and body.startswith("oo-")


def watch(calls: Calls, patch: Callable[[Any, str, Any], None]) -> None:
    """Intercept the function's calls of AWS and Slack."""
    aws = BaseClient._make_api_call  # type: ignore[attr-defined]
    slack_post, web_api, post = slack_transport.post, WebClient.api_call, transport.post

    def call_aws(self: Any, name: str, parameters: dict[str, Any]) -> Any:
        return calls.pass_on(name, parameters, lambda: aws(self, name, parameters))

    def call_slack(url: str, payload: dict[str, Any]) -> Any:
        return calls.pass_on("Slack", payload, lambda: slack_post(url, payload))

    def call_web_api(self: Any, method: str, **arguments: Any) -> Any:
        return calls.pass_on(method, arguments, lambda: web_api(self, method, **arguments))

    def call_webhook(target: Target, request: Request) -> None:
        calls.pass_on("Webhook", {}, lambda: post(target, request))

    patch(webhook_channel, "post", call_webhook)
    patch(BaseClient, "_make_api_call", call_aws)
    patch(slack_webhook, "post", call_slack)
    patch(WebClient, "api_call", call_web_api)
