"""The local cloud: the emulator, Outposts, Slack, a mailbox and a board, and the stack deployed among them."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3

from local.board import BoardPage
from local.child import ChildProcess, temporary_folder
from local.deployment import ACCOUNT, deploy
from local.emulator import emulator
from local.errors import LocalCloudError
from local.mailbox import Mailbox
from local.outposts.simulator import OutpostsSimulator
from local.server import HOST, App, Server
from local.slack import SlackReceiver
from local.webhook import SECRET, WebhookReceiver
from outposts_order_notifier.cdk.configuration import Configuration, ConfigurationError
from outposts_order_notifier.cdk.local_cloud import TRAIL_SOURCE
from outposts_order_notifier.domain.events import SOURCE
from outposts_order_notifier.notify.channels.sns import TOPIC
from outposts_order_notifier.notify.routes import routes_of
from outposts_order_notifier.runtime.time_zone import zone_named
from outposts_order_notifier.store.table import SnapshotTable
from outposts_order_notifier.toolchain.environment import clean, without_aws, without_proxy

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

Json = dict[str, Any]

WEBHOOK_PATH = "/services/T00000000/B00000000/localcloud"
SECRET_NAME = "outposts-order-notifier/slack"  # noqa: S105 - a name, not a secret
DEFAULT_NOTIFIER: Json = {"pollEveryMinutes": 1, "slack": {"secretName": SECRET_NAME}}


@dataclass(frozen=True, slots=True)
class LocalCloud:
    """The running local cloud.

    Attributes:
        addresses: The pages that a person can open, by name: the board, the messages received.
        outputs: The stack's outputs.
        context: The CDK context `localCloud`, JSON, with which other applications can be deployed here.
    """

    addresses: dict[str, str]
    outputs: dict[str, str]
    context: str
    emulator: ChildProcess
    slack: SlackReceiver
    mailbox: Mailbox
    board: BoardPage


def aws_environment(port: int, region: str) -> dict[str, str]:
    """Return the environment variables that direct any AWS client to the emulator."""
    url = f"http://{HOST}:{port}"
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ENDPOINT_URL_S3": url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "MINISTACK_REGION": region,
    }


@contextmanager
def local_cloud(
    progress: Callable[[str], object],
    port: int,
    notifier: Json = DEFAULT_NOTIFIER,
    outposts_endpoint: str | None = None,
    slack_webhook: str | None = None,
) -> Iterator[LocalCloud]:
    """Set up the local cloud, and shut it down at the end of the `with` block.

    Changes this process's environment variables: its AWS clients then use the local cloud, and its child processes get
    none of the person's settings that would change their behaviour.

    Args:
        progress: Called with a few words before each step.
        port: The emulator's port.
        notifier: The `notifier` configuration to deploy.
        outposts_endpoint: An Outposts endpoint to use instead of the built-in simulator.
        slack_webhook: A Slack webhook to use instead of the built-in receiver's.

    Raises:
        LocalCloudError: Something could not be set up; nothing is left running.
    """
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    variables = without_proxy(without_aws(clean(os.environ)), [HOST, "localhost"])
    os.environ.clear()
    os.environ.update(variables | aws_environment(port, region))
    if outposts_endpoint:
        notifier = {**notifier, "outpostsEndpointUrl": outposts_endpoint}
    if slack_webhook:
        notifier = {"slack": {"secretName": SECRET_NAME}, **notifier}
    try:
        names = Configuration.parse(notifier, region).names
    except ConfigurationError as error:
        raise LocalCloudError(str(error)) from error
    with ExitStack() as stack, _announced(progress):

        def serve(app: App) -> str:
            return stack.enter_context(Server(app)).url

        folder = stack.enter_context(temporary_folder())
        progress(_starting(notifier, slack_webhook))
        process = stack.enter_context(emulator(port, folder))
        receiver, mailbox = SlackReceiver(), Mailbox()
        mailbox_url = serve(mailbox)
        addresses = {"E-mails": mailbox_url}
        webhook = slack_webhook
        if not webhook:
            slack_url = serve(receiver)
            webhook = f"{slack_url}{WEBHOOK_PATH}"
            addresses = {"Slack": slack_url, **addresses}
        outposts_url = notifier.get("outpostsEndpointUrl") or serve(
            OutpostsSimulator(ACCOUNT, region, on_call=_record_in_cloudtrail)
        )
        os.environ["AWS_ENDPOINT_URL_OUTPOSTS"] = outposts_url
        progress("Deploying the stack with the CDK")
        secrets = _slack_secrets(notifier, webhook, None if slack_webhook else receiver)
        if signed := {each["webhook"]["secretName"] for each in _recipients(notifier) if "webhook" in each}:
            webhook_url = serve(WebhookReceiver())
            addresses["Webhook messages"] = f"{webhook_url}/_webhook/messages"
            secrets |= {name: {"signingSecret": SECRET, "url": f"{webhook_url}/orders"} for name in signed}
        for name, secret in secrets.items():
            boto3.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(secret))
        context = _context(outposts_url, webhook)
        outputs = deploy({"notifier": notifier, "localCloud": context}, folder)
        _create_archive(outputs["EventBusArn"])
        for topic in _topics(outputs):
            boto3.client("sns").subscribe(TopicArn=topic, Protocol="http", Endpoint=f"{mailbox_url}/")
        zone = zone_named(outputs.get("TimeZone", ""))
        table = SnapshotTable(boto3.client("dynamodb"), outputs["SnapshotTableName"])
        board = BoardPage(table, lambda: datetime.now(zone), names)
        addresses = {"Board": serve(board), **addresses}
        yield LocalCloud(addresses, outputs, json.dumps(context), process, receiver, mailbox, board)


@contextmanager
def _announced(progress: Callable[[str], object]) -> Iterator[None]:
    """Say that everything is shut down before that begins, as it takes a while: also after Ctrl-C."""
    try:
        yield
    finally:
        progress("Shutting everything down")


def _starting(notifier: Json, slack_webhook: str | None) -> str:
    """List what will be started on this machine."""
    simulator = [] if notifier.get("outpostsEndpointUrl") else ["the Outposts simulator"]
    receiver = [] if slack_webhook else ["the Slack receiver"]
    return f"Starting {', '.join(['the AWS emulator', *simulator, *receiver])} and the mailbox"


def _context(outposts_url: str, webhook: str) -> dict[str, str]:
    parts = urlsplit(webhook)
    return {"slackOrigin": f"{parts.scheme}://{parts.netloc}", "outpostsEndpointUrl": outposts_url}


def _recipients(notifier: Json) -> list[Json]:
    """Return the channels' settings of the default route, and of each other one."""
    return [notifier, *notifier.get("routes", [])]


def _slack_secrets(notifier: Json, webhook: str, receiver: SlackReceiver | None) -> dict[str, dict[str, str]]:
    """Return a webhook's secret for each route, or if it has a channel, that of a bot which the receiver invites."""
    secrets: dict[str, dict[str, str]] = {}
    for each in _recipients(notifier):
        match each:
            case {"slack": {"secretName": str(name), "channel": str(channel)}} if receiver:
                receiver.workspace.add(channel)
                secrets[name] = {"botToken": receiver.workspace.token}
            case {"slack": {"secretName": str(name)}} if name not in secrets:
                secrets[name] = {"webhookUrl": webhook + each.get("name", "").replace("-", "_")}
    return secrets


def _create_archive(bus_arn: str) -> None:
    """Create the bus's archive, which the emulator supports by its API, but not in a template."""
    boto3.client("events").create_archive(
        ArchiveName="orders", EventSourceArn=bus_arn, EventPattern=json.dumps({"source": [SOURCE]})
    )


def _topics(outputs: dict[str, str]) -> list[str]:
    """Return the topics whose subscribers get e-mails."""
    function = boto3.client("lambda").get_function_configuration(FunctionName=outputs["NotifyFunctionName"])
    routes = routes_of(function["Environment"]["Variables"])
    return [outputs["NotificationTopicArn"], *(each[TOPIC] for each in routes.values() if TOPIC in each)]


def _record_in_cloudtrail(operation: str, request: Json, response: Json) -> None:
    """Send a call's event to EventBridge, as a trail would."""
    region = os.environ["AWS_REGION"]
    detail = {
        "eventSource": "outposts.amazonaws.com",
        "eventName": operation,
        "eventTime": datetime.now(UTC).isoformat(),
        "awsRegion": region,
        "recipientAccountId": ACCOUNT,
        "requestParameters": request,
        "responseElements": response,
    }
    entry: PutEventsRequestEntryTypeDef = {
        "Source": TRAIL_SOURCE,
        "DetailType": "AWS API Call via CloudTrail",
        "Detail": json.dumps(detail),
    }
    boto3.client("events").put_events(Entries=[entry])
