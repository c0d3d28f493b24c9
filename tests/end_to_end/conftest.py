"""The stack deployed on the local cloud, as its users see it: through its command line and ordinary clients."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import boto3
import pytest
import urllib3
from botocore.config import Config

from testing import command_line
from testing.event_schemas import check_event

ROOT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 300  # ends a test that hangs; a busy machine may need minutes for what takes seconds
REGION = "us-east-1"  # a local cloud's, if the environment names none
# An invocation lasts as long as the function runs, and must not be repeated.
PATIENT = Config(read_timeout=300, retries={"total_max_attempts": 1})

Json = dict[str, Any]
Ran = subprocess.CompletedProcess[str]


def client(service: str) -> Any:
    """Return an ordinary client of the local cloud that the environment names."""
    return client_of(service, os.environ)


def client_of(service: str, variables: Mapping[str, str]) -> Any:
    """Return an ordinary client of the local cloud that these variables name."""
    usual = variables["AWS_ENDPOINT_URL"]
    endpoint_url = variables.get("AWS_ENDPOINT_URL_OUTPOSTS", usual) if service == "outposts" else usual
    keys = variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]
    return _client(service, endpoint_url, variables["AWS_REGION"], *keys)


@cache
def _client(service: str, endpoint_url: str, region: str, access_key: str, secret_key: str) -> Any:
    """Create a client, which all tests share: that takes longer than most calls."""
    client = boto3.client(  # type: ignore[call-overload] # any service
        service,
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=PATIENT,
    )
    # The emulator closes a connection that has been idle for five seconds, perhaps just as a request is sent on it.
    client.meta.events.register("before-send", lambda request, **_: request.headers.update(Connection="close"))
    return client


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def is_open(port: int) -> bool:
    """Return whether something listens on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def eventually(look: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Look until there is something to see; return what was last seen."""
    deadline = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return seen


def left_in(folder: Path) -> list[int]:
    """Return the processes whose environment has `folder`, or a folder below it, as TMPDIR."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            text = environment.read_bytes()
        except OSError:
            continue
        if f"TMPDIR={folder}".encode() in text:
            found.append(int(environment.parent.name))
    return found


@dataclass(frozen=True)
class Cloud:
    """A running local cloud.

    Attributes:
        process: `python -m local up`.
        outputs: The stack's outputs, as it printed them.
        printed: What it printed until it was ready.
    """

    process: "subprocess.Popen[bytes]"
    outputs: dict[str, str]
    printed: str

    @cached_property
    def environment(self) -> dict[str, str]:
        """Return the variables that a shell has after it evaluated the printed lines, and no others."""
        lines = re.findall(r"^  ((?:export|unset) .*)$", self.printed, re.MULTILINE)
        show = f"{shlex.quote(sys.executable)} -c 'import json, os; print(json.dumps(dict(os.environ)))'"
        shell = subprocess.run(  # noqa: S603 - our own lines
            ["/bin/sh", "-c", "\n".join([*lines, show])],
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=True,
        )
        variables: dict[str, str] = json.loads(shell.stdout)
        return {name: value for name, value in variables.items() if f"export {name}=" in self.printed}

    @property
    def mails(self) -> list[Json]:
        """The e-mails that the topic sent."""
        return self._received("E-mails", "/_mailbox/mails")

    @property
    def slack_url(self) -> str:
        """The address of the built-in Slack."""
        return self.address("Slack")

    @property
    def slack_messages(self) -> list[Json]:
        """The messages that Slack received."""
        return self._received("Slack", "/_receiver/messages")

    def client(self, service: str) -> Any:
        """Return an ordinary client of the local cloud."""
        return client_of(service, self.environment)

    def poll(self, **request: Any) -> Json:
        """Invoke the poll function, and return its response."""
        answer = self.client("lambda").invoke(
            FunctionName=self.outputs["PollFunctionName"], Payload=json.dumps(request).encode()
        )
        summary: Json = json.load(answer["Payload"])
        return summary

    def address(self, name: str) -> str:
        """Return the printed address of a page."""
        (url,) = re.findall(rf"^  {name} +(http\S+)$", self.printed, re.MULTILINE)
        return str(url)

    @property
    def context(self) -> Json:
        """The printed context with which another CDK application is deployed here."""
        (printed,) = re.findall(r"cdk deploy -c localCloud=(.*)$", self.printed, re.MULTILINE)
        context: Json = json.loads(*shlex.split(printed))
        return context

    def page(self, name: str) -> str:
        """Return the page at a printed address."""
        return urllib3.request("GET", self.address(name)).data.decode()

    def _received(self, name: str, path: str) -> list[Json]:
        received: list[Json] = urllib3.request("GET", f"{self.address(name)}{path}").json()
        return received


def start(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start `python -m local up`; its output goes to `folder`/printed."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "POWERTOOLS_"))}
    with (folder / "printed").open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, "-m", "local", "up", *arguments],
            cwd=ROOT,
            env={**inherited, "TMPDIR": str(folder)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )


@contextmanager
def up(folder: Path, *arguments: str) -> Iterator[Cloud]:
    """Run a local cloud for the length of a `with` block. However it ends, no process, port or file remains."""
    outputs, port = folder / "outputs.json", free_port()
    process = start(folder, "--port", str(port), "--outputs", str(outputs), *arguments)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        printed = folder / "printed"
        while "Press Ctrl-C to shut everything down" not in printed.read_text():
            assert process.poll() is None, printed.read_text()
            assert time.monotonic() < deadline, printed.read_text()
            time.sleep(0.2)
        yield Cloud(process, json.loads(outputs.read_text()), printed.read_text())
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(timeout=PATIENCE_SECONDS)
        assert eventually(lambda: not left_in(folder))
        assert eventually(lambda: not is_open(port))
        assert eventually(lambda: not list(folder.glob("outposts-order-notifier-*")))


def inherited() -> dict[str, str]:
    """Return the environment without a developer's AWS settings, so that no test reaches AWS."""
    own = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT")
    return {name: value for name, value in os.environ.items() if not name.startswith(own)}


def run(cloud: Cloud | None, *arguments: str, **variables: str) -> Ran:
    """Run a command with the variables that the local cloud printed, inside this process."""
    printed = cloud.environment if cloud else {}
    ran = command_line.run(*arguments, environment={**inherited(), **printed, **variables})
    return subprocess.CompletedProcess(arguments, ran.code, ran.out, ran.err)


def create_order(outposts_url: str) -> Json:
    """Order a rack at an Outposts endpoint, and return the order."""
    outposts = boto3.client("outposts", endpoint_url=outposts_url, region_name=REGION)
    outpost = outposts.list_outposts()["Outposts"][0]["OutpostId"]
    order = outposts.create_order(
        OutpostIdentifier=outpost,
        PaymentOption="NO_UPFRONT",
        LineItems=[{"CatalogItemId": "OR-RACKM5A", "Quantity": 1}],
    )
    return dict(order["Order"])


def slack_answers(
    slack_url: str, times: int, status: int = 503, body: str = "service_unavailable", **limits: str
) -> None:
    """Let a Slack refuse this many messages, or only those to a `path`."""
    answer = {"status": status, "body": body, "times": times, **limits}
    assert urllib3.request("PUT", f"{slack_url}/_receiver/answer", json=answer).status == 204


def number_waiting(cloud: Cloud) -> int:
    """Count notify's messages that are not settled, those that it is processing or that wait for a retry included."""
    names = [f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed")]
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=queue_url(cloud), AttributeNames=names)["Attributes"]
    assert attributes.keys() == set(names)
    return sum(map(int, attributes.values()))


def queue_url(cloud: Cloud) -> str:
    """Return the URL of notify's queue."""
    mappings = cloud.client("lambda").list_event_source_mappings(FunctionName=cloud.outputs["NotifyFunctionName"])
    name = mappings["EventSourceMappings"][0]["EventSourceArn"].split(":")[-1]
    url: str = cloud.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    return url


@dataclass(frozen=True)
class Subscriber:
    """The test's queue, filled by a rule on the bus or by the topic."""

    sqs: Any
    url: str
    arn: str
    taken: dict[str, Json]

    @classmethod
    def make(cls, cloud: Cloud, name: str) -> "Subscriber":
        """Create a queue."""
        sqs = cloud.client("sqs")
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        return cls(sqs, url, attributes["QueueArn"], {})

    def received(self) -> list[Json]:
        """Receive what has arrived, and return all events so far, each once, because polls may repeat one."""
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                body = json.loads(message["Body"])
                if "detail-type" in body:
                    check_event(body)
                self.taken.setdefault(body.get("detail", body)["eventId"], body)
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return list(self.taken.values())


def subscribe(cloud: Cloud, name: str, pattern: Json) -> Subscriber:
    """Send the events that match a pattern to a queue, from now on."""
    subscriber = Subscriber.make(cloud, name)
    events, bus = cloud.client("events"), cloud.outputs["EventBusName"]
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": subscriber.arn}])
    return subscriber


@pytest.fixture(scope="package")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A local cloud whose source has been polled once, so that every later change is published.

    Starting it takes longer than most tests, so they share it, and each looks only at the orders that it created.
    """
    with up(tmp_path_factory.mktemp("up")) as cloud:
        assert cloud.poll()["failures"] == []
        yield cloud


@pytest.fixture(scope="package")
def bus(cloud: Cloud) -> Subscriber:
    """A subscriber of every event on the bus."""
    return subscribe(cloud, "every-event", {"source": ["outposts-order-notifier"]})


@pytest.fixture(scope="module")
def topic(cloud: Cloud) -> Subscriber:
    """A subscriber of the topic that filters for replaced line items."""
    subscriber = Subscriber.make(cloud, "replaced")
    cloud.client("sns").subscribe(
        TopicArn=cloud.outputs["NotificationTopicArn"],
        Protocol="sqs",
        Endpoint=subscriber.arn,
        Attributes={"RawMessageDelivery": "true", "FilterPolicy": json.dumps({"statuses": ["REPLACED"]})},
    )
    return subscriber
