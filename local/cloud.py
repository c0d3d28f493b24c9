"""The local cloud: the emulator, Outposts, Slack and a mailbox, and the stack deployed among them."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3

from local.board import BoardPage
from local.child import ChildProcess
from local.deployment import deploy
from local.emulator import emulator
from local.errors import LocalCloudError
from local.folder import temporary_folder
from local.mailbox import Mailbox
from local.outposts.simulator import OutpostsSimulator
from local.server import HOST, Server
from local.slack import SlackReceiver
from local.webhook import SECRET, WebhookReceiver
from machine.environment import clean, without_aws, without_proxy
from outposts_order_notifier.cdk.configuration import Configuration, ConfigurationError
from outposts_order_notifier.cdk.local_cloud import TRAIL_SOURCE
from outposts_order_notifier.store.table import SnapshotTable

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

Json = dict[str, Any]

ACCOUNT = "000000000000"
WEBHOOK_PATH = "/services/T00000000/B00000000/localcloud"
SECRET_NAME = "outposts-order-notifier/slack"  # noqa: S105 - a name, not a secret
DEFAULT_NOTIFIER: Json = {"pollEveryMinutes": 1, "slack": {"secretName": SECRET_NAME}}


@dataclass(frozen=True, slots=True)
class Options:
    """What the local cloud is made of.

    Attributes:
        port: Where the emulator answers.
        notifier: The `notifier` configuration that is deployed.
        outposts_endpoint: Another Outposts endpoint than the built-in simulator.
        slack_webhook: Another Slack webhook than the built-in receiver's.
    """

    port: int
    notifier: Json = field(default_factory=lambda: DEFAULT_NOTIFIER)
    outposts_endpoint: str | None = None
    slack_webhook: str | None = None


@dataclass(frozen=True, slots=True)
class LocalCloud:
    """The local cloud, running.

    Attributes:
        aws_url: The emulator's address, for any AWS client.
        outposts_url: Where the Outposts API answers.
        slack_url: Where the built-in Slack receiver answers; None where another takes its place.
        mailbox_url: Where the mailbox answers.
        board_url: Where the board is.
        webhook_url: Where the webhook's receiver answers; None if none is configured.
        outputs: The stack's outputs.
        emulator: The emulator's process.
        slack: What the built-in receiver received.
        mailbox: What the topic sent to the mailbox.
        board: The board.
    """

    aws_url: str
    outposts_url: str
    slack_url: str | None
    mailbox_url: str
    board_url: str
    outputs: dict[str, str]
    emulator: ChildProcess
    slack: SlackReceiver
    mailbox: Mailbox
    board: BoardPage
    webhook_url: str | None = None


def aws_environment(port: int, region: str) -> dict[str, str]:
    """Give the environment variables that lead any AWS client to the emulator."""
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
def local_cloud(options: Options, progress: Callable[[str], object]) -> Iterator[LocalCloud]:
    """Set the local cloud up, and take it down at the end of the `with` block.

    Changes this process's environment variables: from here on its AWS clients speak to the local cloud, and what it
    starts has none of the person's settings that would change it.

    Args:
        options: What it is made of.
        progress: Called with a few words on each step.

    Raises:
        LocalCloudError: Something could not be set up; nothing is left running.
    """
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    variables = without_proxy(without_aws(clean(os.environ)), [HOST, "localhost"])
    os.environ.clear()
    os.environ.update(variables | aws_environment(options.port, region))
    notifier = _notifier(options)
    try:
        Configuration.parse(notifier, region)
    except ConfigurationError as error:
        raise LocalCloudError(str(error)) from error
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        progress(_starting(notifier, options))
        process = stack.enter_context(emulator(options.port, folder))
        receiver, mailbox = SlackReceiver(), Mailbox()
        simulator = OutpostsSimulator(ACCOUNT, region, on_call=_record_in_cloudtrail)
        slack_url = None if options.slack_webhook else stack.enter_context(Server(receiver)).url
        mailbox_url = stack.enter_context(Server(mailbox)).url
        outposts_url = notifier.get("outpostsEndpointUrl") or stack.enter_context(Server(simulator)).url
        os.environ["AWS_ENDPOINT_URL_OUTPOSTS"] = outposts_url
        progress("Deploying the stack with the CDK")
        webhook = options.slack_webhook or f"{slack_url}{WEBHOOK_PATH}"
        _keep_secret(notifier, webhook, None if options.slack_webhook else receiver)
        webhook_url = stack.enter_context(Server(WebhookReceiver())).url if "webhook" in notifier else None
        if webhook_url:
            _keep_webhook_secret(notifier["webhook"], webhook_url)
        outputs = deploy(_context(notifier, outposts_url, webhook), folder)
        boto3.client("sns").subscribe(
            TopicArn=outputs["NotificationTopicArn"], Protocol="http", Endpoint=f"{mailbox_url}/"
        )
        table = SnapshotTable(boto3.client("dynamodb"), outputs["SnapshotTableName"])
        board = BoardPage(table)
        yield LocalCloud(
            aws_url=os.environ["AWS_ENDPOINT_URL"],
            outposts_url=outposts_url,
            slack_url=slack_url,
            mailbox_url=mailbox_url,
            board_url=stack.enter_context(Server(board)).url,
            outputs=outputs,
            emulator=process,
            slack=receiver,
            mailbox=mailbox,
            board=board,
            webhook_url=webhook_url,
        )
        progress("Taking everything down")


def _notifier(options: Options) -> Json:
    """Put what the options replace into the configuration that they name."""
    added: Json = {"outpostsEndpointUrl": options.outposts_endpoint} if options.outposts_endpoint else {}
    if options.slack_webhook and "slack" not in options.notifier:
        added["slack"] = {"secretName": SECRET_NAME}
    return {**options.notifier, **added}


def _starting(notifier: Json, options: Options) -> str:
    """Say what is started here: nothing that another takes the place of."""
    simulator = [] if notifier.get("outpostsEndpointUrl") else ["the Outposts simulator"]
    receiver = [] if options.slack_webhook else ["the Slack receiver"]
    return f"Starting {', '.join(['the AWS emulator', *simulator, *receiver])} and the mailbox"


def _context(notifier: Json, outposts_url: str, webhook: str) -> Json:
    parts = urlsplit(webhook)
    return {
        "notifier": {**notifier, "outpostsEndpointUrl": outposts_url},
        "localCloud": {"slackOrigin": f"{parts.scheme}://{parts.netloc}"},
    }


def _keep_secret(notifier: Json, webhook: str, receiver: SlackReceiver | None) -> None:
    """Keep a webhook's secret; with a channel, which only a bot needs, that of a bot invited there by the receiver."""
    match notifier:
        case {"slack": {"secretName": str(name)} as slack}:
            secret = {"webhookUrl": webhook}
            if receiver and "channel" in slack:
                receiver.workspace.add(slack["channel"])
                secret = {"botToken": receiver.workspace.token}
            boto3.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(secret))


def _keep_webhook_secret(webhook: Json, url: str) -> None:
    """Store the webhook's secret, with the receiver's URL."""
    secret = {"signingSecret": SECRET, "url": f"{url}/orders"}
    boto3.client("secretsmanager").create_secret(Name=webhook["secretName"], SecretString=json.dumps(secret))


def _record_in_cloudtrail(operation: str, request: Json, response: Json) -> None:
    """Tell EventBridge of a call, as a trail would."""
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
