"""The examples, deployed next to the notifier: an order's history and the sample events trigger each of them."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response

from local.deployment import CDK, PACKAGES, copy_packages
from local.outposts.control_plane import ControlPlane
from local.server import Server
from machine.node import NODE
from outposts_order_notifier.__about__ import NAME
from outposts_order_notifier.domain.event_types import UPDATED
from outposts_order_notifier.domain.events import SOURCE
from reference.samples import SITUATIONS
from testing.example_files import EXAMPLES, pattern, sample, template
from testing.node_packages import install
from tests.end_to_end.conftest import ROOT, Cloud, Json, Subscriber, eventually, subscribe
from tests.end_to_end.conftest import run as run_command
from tests.end_to_end.test_order import create_order
from tests.packaging.test_dist import build, run_uv

# Nobody approves or reads anything here.
CDK_OPTIONS = ["--require-approval=never", "--no-notices", "--ci", "--no-validation", "--method=direct"]
TRACKING = {"ShipmentCarrier": "UPS", "ShipmentTrackingNumber": "1Z999AA10123456784"}


@dataclass(frozen=True)
class WatchedOrder:
    """An order that the notifier watches, and what AWS does with it."""

    cloud: Cloud
    order: Json

    @classmethod
    def begin(cls, cloud: Cloud) -> "WatchedOrder":
        """Order a rack, and let the notifier discover it."""
        watched = cls(cloud, create_order(cloud))
        assert cloud.poll()["failures"] == []
        return watched

    @property
    def order_id(self) -> str:
        """The order's id."""
        return str(self.order["OrderId"])

    def update(self, changes: Json, first_item: Json | None = None) -> None:
        """Change the order and its first line item, and poll."""
        items = {self.order["LineItems"][0]["LineItemId"]: first_item} if first_item else {}
        self.control_plane.update_order(self.order_id, {**changes, "LineItems": items})
        assert self.cloud.poll()["failures"] == []

    def replace(self) -> None:
        """Replace the first line item's hardware, and poll."""
        self.control_plane.replace_line_item(self.order_id, self.order["LineItems"][0]["LineItemId"])
        assert self.cloud.poll()["failures"] == []

    @property
    def control_plane(self) -> ControlPlane:
        """AWS's part."""
        return ControlPlane(self.cloud.environment["AWS_ENDPOINT_URL_OUTPOSTS"])


def queue(cloud: Cloud, url: str) -> Subscriber:
    """Read an example's queue."""
    return Subscriber(cloud.client("sqs"), url, "", {})


def of_order(subscriber: Subscriber, order_id: str) -> list[tuple[str, str | None]]:
    """Return the types and statuses of an order's events, waiting for the first."""

    def arrived() -> list[tuple[str, str | None]]:
        events = [event for event in subscriber.received() if event["detail"]["orderId"] == order_id]
        return [(event["detail-type"], event["detail"].get("status")) for event in events]

    found: list[tuple[str, str | None]] = eventually(arrived)
    return found


def logged_of(cloud: Cloud, function: str, order_id: str) -> list[Json]:
    """Return the lines that a function has logged of an order.

    The emulator waits 50 ms for what a function writes. On a busy machine, what arrives later is logged with the
    function's next invocation, so each look invokes it.
    """
    cloud.client("lambda").invoke(FunctionName=function, Payload=json.dumps({"detail": {}}))
    pages = cloud.client("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}")
    lines = [event["message"] for page in pages for event in page["events"] if event["message"].startswith("{")]
    return [line for line in map(json.loads, lines) if line.get("orderId") == order_id]


def fires(cloud: Cloud, subscriber: Subscriber, name: str) -> bool:
    """Return whether a sample event arrives that is put onto the bus as documented."""
    entry = sample(name)
    answer = cloud.client("events").put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0
    detail = json.loads(entry["Detail"])
    return bool(eventually(lambda: detail in [event["detail"] for event in subscriber.received()]))


def deploy(cloud: Cloud, name: str, content: Json, **parameters: str) -> dict[str, str]:
    """Deploy a template, and return its outputs."""
    cloudformation = cloud.client("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=json.dumps(content),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def run(cloud: Cloud, command: list[str], folder: Path, **variables: str) -> str:
    """Run a command like a person who exported what the local cloud printed, and has other variables too."""
    done = subprocess.run(  # noqa: S603 - our own commands
        command,
        cwd=folder,
        env={**os.environ, **cloud.environment, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def deploy_app(cloud: Cloud, folder: Path, app: str, tmp_path: Path) -> dict[str, str]:
    """Deploy a CDK application of one stack by the CDK's own command line, and return its outputs."""
    outputs = tmp_path / "outputs.json"
    command = [str(NODE), str(CDK), "deploy", f"--app={app}", f"--output={tmp_path / 'cdk.out'}"]
    run(cloud, [*command, f"--outputs-file={outputs}", *CDK_OPTIONS], folder)
    (stack,) = json.loads(outputs.read_text()).values()
    return dict(stack)


class TestCdk:
    """examples/cdk."""

    def test_a_function_receives_replacements_and_a_queue_shipments(self, cloud: Cloud, tmp_path: Path) -> None:
        """Two subscriptions of one line each, deployed by the CDK's own command line."""
        subscriber = deploy_app(cloud, EXAMPLES / "cdk", f"{sys.executable} subscriber.py", tmp_path)
        watched = WatchedOrder.begin(cloud)
        watched.update({"Status": "IN_PROGRESS"}, {"Status": "SHIPPED", "ShipmentInformation": TRACKING})
        watched.replace()
        shipments = queue(cloud, subscriber["QueueUrl"])
        assert of_order(shipments, watched.order_id) == [("Outposts Line Item Shipment Change", None)]
        assert fires(cloud, shipments, "shipped")
        function = subscriber["FunctionName"]
        (line,) = eventually(lambda: logged_of(cloud, function, watched.order_id))
        assert (line["status"], line["previousStatus"]) == ("REPLACED", "SHIPPED")


class TestCdkTypeScript:
    """examples/cdk-typescript."""

    def test_a_function_receives_replacements_and_a_queue_shipments(self, cloud: Cloud, tmp_path: Path) -> None:
        """After the compiler has checked the types."""
        folder = tmp_path / "example"
        shutil.copytree(EXAMPLES / "cdk-typescript", folder)
        install(folder)
        run(cloud, [str(NODE), "node_modules/typescript/bin/tsc"], folder)
        subscriber = deploy_app(cloud, folder, f"{NODE} subscriber.ts", tmp_path)
        watched = WatchedOrder.begin(cloud)
        watched.update({"Status": "IN_PROGRESS"}, {"Status": "SHIPPED", "ShipmentInformation": TRACKING})
        watched.replace()
        shipments = queue(cloud, subscriber["QueueUrl"])
        assert of_order(shipments, watched.order_id) == [("Outposts Line Item Shipment Change", None)]
        assert fires(cloud, shipments, "shipped")
        (line,) = eventually(lambda: logged_of(cloud, subscriber["FunctionName"], watched.order_id))
        assert (line["status"], line["previousStatus"]) == ("REPLACED", "SHIPPED")


class TestSam:
    """examples/sam."""

    def test_a_function_receives_failures(self, cloud: Cloud, tmp_path: Path) -> None:
        """Deployed by the README's commands for the AWS CLI; the emulator expands the template."""
        folder = tmp_path / "example"
        shutil.copytree(EXAMPLES / "sam", folder)
        cloud.client("s3").create_bucket(Bucket="code")
        commands = (folder / "README.md").read_text("utf-8").split("```sh\n")[2].partition("```")[0]
        assert commands.startswith("aws cloudformation package")
        run(cloud, ["bash", "-euc", f"BUCKET=code\n{commands}"], folder)
        (stack,) = cloud.client("cloudformation").describe_stacks(StackName="outposts-trouble")["Stacks"]
        (function,) = [each["OutputValue"] for each in stack["Outputs"]]
        watched = WatchedOrder.begin(cloud)
        watched.update({"Status": "ERROR"}, {"Status": "ERROR"})
        (line,) = eventually(lambda: logged_of(cloud, function, watched.order_id))
        assert (line["status"], line["previousStatus"]) == ("ERROR", "PREPARING")


@pytest.fixture(scope="class")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with nothing but what the example requires, the construct from a wheel."""
    folder = tmp_path_factory.mktemp("installed")
    wheel, python = build(folder / "dist").wheel, folder / "venv" / "bin" / "python"
    run_uv("venv", "--quiet", f"--python={sys.executable}", str(folder / "venv"))
    requirements = (EXAMPLES / "construct" / "requirements.txt").read_text("utf-8")
    required = [each.replace(NAME, str(wheel)) for each in requirements.splitlines()]
    pins = f"--constraints={ROOT / 'requirements.txt'}"
    run_uv("pip", "install", "--quiet", f"--python={python}", "--only-binary=:all:", pins, *required)
    return python


@pytest.fixture(scope="class")
def racks(cloud: Cloud, installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The outputs of examples/construct, deployed by the CDK's own command line with the context that `up` printed."""
    folder = tmp_path_factory.mktemp("racks")
    outputs = folder / "outputs.json"
    context = f"--context=localCloud={json.dumps(cloud.context)}"
    command = [str(NODE), str(CDK), "deploy", f"--app={installed} app.py", f"--output={folder / 'cdk.out'}", context]
    copy_packages(PACKAGES, folder / "cdk.out")  # of the same functions, which `up` has just built
    run(cloud, [*command, f"--outputs-file={outputs}", *CDK_OPTIONS], EXAMPLES / "construct")
    yield json.loads(outputs.read_text())["Racks"]
    # Its schedule would go on polling, and delay the tests that follow.
    cloud.client("cloudformation").delete_stack(StackName="Racks")


class TestConstruct:
    """examples/construct: an application with a notifier of its own, beside the one that `make up` deploys."""

    def test_its_queue_receives_shipments(self, cloud: Cloud, racks: dict[str, str]) -> None:
        """Once, from its own bus: its notifier has its own names, table and functions."""
        of_racks = replace(cloud, outputs=racks)
        assert of_racks.poll()["failures"] == []
        watched = WatchedOrder.begin(of_racks)
        watched.update({"Status": "IN_PROGRESS"}, {"Status": "SHIPPED", "ShipmentInformation": TRACKING})
        shipments = queue(cloud, racks["ShipmentsUrl"])
        assert of_order(shipments, watched.order_id) == [("Outposts Line Item Shipment Change", None)]
        assert racks["EventBusName"] != cloud.outputs["EventBusName"]

    def test_its_command_line_finds_it(self, cloud: Cloud, racks: dict[str, str]) -> None:
        """By the outputs of its stack, and reads its table."""
        watched = WatchedOrder.begin(replace(cloud, outputs=racks))
        ran = run_command(cloud, "show", watched.order_id, "--json", OUTPOSTS_ORDER_NOTIFIER_STACK="Racks")
        assert (ran.returncode, ran.stderr) == (0, "")
        assert watched.order_id in ran.stdout
        unknown = run_command(cloud, "orders", OUTPOSTS_ORDER_NOTIFIER_STACK="Raks")
        assert "the stack Raks was not found" in unknown.stderr


class TestCloudFormation:
    """examples/cloudformation."""

    def test_a_queue_receives_completed_orders(self, cloud: Cloud) -> None:
        """And no other event about the order."""
        made = deploy(cloud, "completed", template("cloudformation/queue.yaml"))
        watched = WatchedOrder.begin(cloud)
        watched.update({"Status": "IN_PROGRESS"}, {"Status": "SHIPPED"})
        watched.update({"Status": "COMPLETED"}, {"Status": "INSTALLED"})
        completed = queue(cloud, made["QueueUrl"])
        assert of_order(completed, watched.order_id) == [("Outposts Order Status Change", "COMPLETED")]
        assert fires(cloud, completed, "order-completed")


class TestCloudEvents:
    """examples/cloudevents."""

    def test_a_queue_receives_a_cloud_event(self, cloud: Cloud) -> None:
        """In the form that its transformer makes."""
        made = deploy(cloud, "cloudevents", template("cloudevents/queue.yaml"))
        entry = sample("shipped")
        assert cloud.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
        detail = json.loads(entry["Detail"])
        sqs = cloud.client("sqs")

        def arrived() -> list[Json]:
            messages = sqs.receive_message(QueueUrl=made["QueueUrl"], MaxNumberOfMessages=10).get("Messages", [])
            events = [json.loads(each["Body"]) for each in messages]
            return [event for event in events if event["id"] == detail["eventId"]]

        (event,) = eventually(arrived)
        assert (event["specversion"], event["type"], event["data"]) == ("1.0", entry["DetailType"], detail)


class TestTerraform:
    """The pattern of examples/terraform; Terraform does not run here."""

    def test_a_rule_with_its_pattern_matches_shipments(self, cloud: Cloud) -> None:
        """The API creates the rule; another test parses the text around the pattern."""
        shipments = Subscriber.make(cloud, "outposts-shipments")
        events, bus = cloud.client("events"), cloud.outputs["EventBusName"]
        wanted = json.dumps(pattern("terraform/pattern.json"))
        events.put_rule(Name="outposts-shipments", EventBusName=bus, EventPattern=wanted)
        events.put_targets(Rule="outposts-shipments", EventBusName=bus, Targets=[{"Id": "queue", "Arn": shipments.arn}])
        watched = WatchedOrder.begin(cloud)
        watched.update({}, {"Status": "SHIPPED", "ShipmentInformation": {"ShipmentCarrier": "UPS"}})
        watched.update({}, {"ShipmentInformation": {"ShipmentTrackingNumber": "1Z999AA10123456784"}})
        assert of_order(shipments, watched.order_id) == [("Outposts Line Item Shipment Change", None)]
        assert fires(cloud, shipments, "shipped")


class TestCli:
    """examples/cli."""

    def test_the_script_creates_a_queue_that_receives_replaced_and_failed_line_items(self, cloud: Cloud) -> None:
        """The AWS CLI runs it with what `up` printed, whatever the person's settings, and it can run twice."""
        own = {"AWS_PROFILE": "me", "AWS_PAGER": "less", "AWS_ENDPOINT_URL_SQS": "https://sqs.example.com"}
        script = ["bash", "subscribe.sh"]
        url = run(cloud, script, EXAMPLES / "cli").strip()
        assert run(cloud, script, EXAMPLES / "cli", **own).strip() == url
        failed = queue(cloud, url)
        watched = WatchedOrder.begin(cloud)
        watched.update({"Status": "ERROR"}, {"Status": "ERROR"})
        assert of_order(failed, watched.order_id) == [("Outposts Line Item Status Change", "ERROR")]
        assert fires(cloud, failed, "line-item-replaced")


class TestFiveMinutes:
    """docs/subscribing.md: from nothing to an event in a queue."""

    def test_the_commands_of_the_page_end_with_the_event(self, cloud: Cloud) -> None:
        """As they are there, in a shell with only what `make up` printed, at the top of the repository."""
        page = (ROOT / "docs" / "subscribing.md").read_text("utf-8")
        section = page.partition("\n## From nothing to an event")[2].partition("\n## ")[0]
        first, commands = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        assert first == "make up\n"
        sqs = cloud.client("sqs")
        for url in sqs.list_queues(QueueNamePrefix="replaced-or-failed").get("QueueUrls", []):
            sqs.delete_queue(QueueUrl=url)  # another test's, with other events
        printed = run(cloud, ["bash", "-euc", commands], ROOT)
        answers = re.split(r"(?<=^\})\n", printed.strip(), flags=re.MULTILINE)
        published, received = map(json.loads, answers)
        assert published["FailedEntryCount"] == 0
        details = [json.loads(message["Body"])["detail"] for message in received["Messages"]]
        assert json.loads(sample("line-item-replaced")["Detail"]) in details


class TestSamples:
    """examples/events."""

    def test_the_commands_of_its_readme_test_a_pattern_and_send_a_sample(self, cloud: Cloud) -> None:
        """With the AWS CLI, and the files as they are."""
        readme = (EXAMPLES / "events" / "README.md").read_text("utf-8")
        commands = readme.partition("```sh\n")[2].partition("```")[0]
        subscriber = subscribe(cloud, "samples-by-the-cli", {"detail": {"test": [True], "status": ["ERROR"]}})
        printed = run(cloud, ["bash", "-euc", commands], EXAMPLES / "events")
        assert re.findall(r'"(Result|FailedEntryCount)": (\w+)', printed) == [
            ("Result", "true"),
            ("FailedEntryCount", "0"),
        ]
        wanted = json.loads(sample("line-item-failed")["Detail"])
        assert eventually(lambda: [event["detail"] for event in subscriber.received()] == [wanted])

    def test_each_arrives_as_it_is(self, cloud: Cloud) -> None:
        """At a rule for its type, once, and valid by its schema, which the subscriber checks."""
        entries = [sample(each.name) for each in SITUATIONS if each.detail_type != UPDATED]
        subscriber = subscribe(cloud, "samples", {"source": [SOURCE], "detail": {"test": [True]}})
        for entry in entries:
            assert cloud.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
        wanted = {json.loads(entry["Detail"])["eventId"] for entry in entries}
        assert eventually(lambda: {event["detail"]["eventId"] for event in subscriber.received()} >= wanted)


class TestAnotherAccount:
    """examples/another-account; the emulator only forwards within an account, so both sides are in one."""

    @pytest.mark.parametrize("start", ["EventBusName", "EventBusArn"])
    def test_another_bus_receives_the_events(self, cloud: Cloud, start: str) -> None:
        """The same rule, identified by name as in the notifier's account, or by ARN as from another one."""
        bus = template("another-account/bus.yaml")
        bus["Resources"]["Bus"]["Properties"]["Name"] = f"outposts-orders-{start}"
        made = deploy(cloud, f"bus-{start}", bus, NotifierAccount="000000000000")
        forward = template("another-account/forward.yaml")
        deploy(cloud, f"forward-{start}", forward, From=cloud.outputs[start], To=made["EventBusArn"])
        watched = WatchedOrder.begin(cloud)
        forwarded = queue(cloud, made["QueueUrl"])
        assert of_order(forwarded, watched.order_id) == [("Outposts Order Discovered", None)]
        assert fires(cloud, forwarded, "shipped")


@dataclass(frozen=True)
class Posted:
    """What was posted: the caller's credentials, the query and the body."""

    authorization: str | None
    query: dict[str, str]
    body: Json


@dataclass
class Desk:
    """A stand-in for PagerDuty, ServiceNow, Jira or Teams, which keeps what was posted."""

    posted: list[Posted] = field(default_factory=list)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Respond with 201."""
        request = Request(environ)
        authorization = request.headers.get("Authorization")
        self.posted.append(Posted(authorization, request.args.to_dict(), json.loads(request.get_data())))
        return Response(status=201)(environ, start_response)


def filled(value: Any, place: Json, content: Any) -> Any:
    """Replace the reference `place` in a template with a value."""
    if value == place:
        return content
    if isinstance(value, dict):
        return {key: filled(member, place, content) for key, member in value.items()}
    return [filled(member, place, content) for member in value] if isinstance(value, list) else value


def deploy_calling(cloud: Cloud, desk_url: str, name: str, secrets: dict[str, str], **parameters: str) -> None:
    """Deploy an API destination's template; the API creates what the emulator's CloudFormation does not support.

    Args:
        cloud: The local cloud.
        desk_url: The URL that is called instead of the service's.
        name: The name of the stack, the connection and the destination.
        secrets: The values of the connection's dynamic references, by the secret's keys.
        parameters: The template's parameters.
    """
    content = template(f"api-destination/{name.partition('-')[0]}.yaml")
    connection = content["Resources"].pop("Connection")["Properties"]
    destination = content["Resources"].pop("Destination")["Properties"]
    for key, value in secrets.items():
        reference = {"Fn::Sub": f"{{{{resolve:secretsmanager:${{SecretName}}:SecretString:{key}}}}}"}
        connection = filled(connection, reference, value)
    defaults = {key: each["Default"] for key, each in content["Parameters"].items() if "Default" in each}
    for key, value in {**defaults, **parameters}.items():
        connection = filled(connection, {"Ref": key}, value)
    events = cloud.client("events")
    arn = events.create_connection(Name=name, **connection)["ConnectionArn"]
    destination |= {"Name": name, "ConnectionArn": arn, "InvocationEndpoint": desk_url}
    arn = events.create_api_destination(**destination)["ApiDestinationArn"]
    deploy(cloud, name, filled(content, {"Fn::GetAtt": ["Destination", "Arn"]}, arn), **parameters)


def failed(cloud: Cloud, watched: WatchedOrder, detail_type: str) -> str:
    """Return the summary of a failure."""
    where = f"account 000000000000, {cloud.environment['AWS_REGION']}"
    return f"Outposts order {watched.order_id} in {where}: {detail_type} to ERROR"


class TestApiDestination:
    """examples/api-destination: the rule, its transformer and the connection's parameters, against a server here."""

    def test_pagerduty_is_alerted_once_per_order(self, cloud: Cloud) -> None:
        """The body is what its Events API v2 accepts; the routing key comes from the connection."""
        desk = Desk()
        with Server(desk) as server:
            deploy_calling(cloud, server.url, "pagerduty", {"routingKey": "R0UT1NG"})
            watched = WatchedOrder.begin(cloud)
            watched.update({"Status": "ERROR"})
            (posted,) = eventually(lambda: desk.posted)
        body = posted.body
        assert body["routing_key"] == "R0UT1NG"
        assert (body["event_action"], body["dedup_key"]) == ("trigger", f"outposts-{watched.order_id}")
        assert body["payload"]["custom_details"]["status"] == "ERROR"
        assert body["payload"]["custom_details"]["outpostId"] == watched.order["OutpostId"]
        assert body["payload"]["summary"] == failed(cloud, watched, "Outposts Order Status Change")

    @pytest.mark.parametrize("service", ["servicenow", "jira"])
    def test_a_ticket_is_opened(self, cloud: Cloud, service: str) -> None:
        """With the body of the example's parameters, and the secret's user name and password."""
        text = (EXAMPLES / "api-destination" / f"{service}.json").read_text()
        parameters = {each["ParameterKey"]: each["ParameterValue"] for each in json.loads(text)}
        desk = Desk()
        with Server(desk) as server:
            secrets = {"username": "notifier", "password": "t0ken"}
            deploy_calling(cloud, server.url, f"ticket-{service}", secrets, **parameters)
            watched = WatchedOrder.begin(cloud)
            watched.update({}, {"Status": "ERROR"})
            (posted,) = eventually(lambda: desk.posted)
        assert posted.authorization == "Basic bm90aWZpZXI6dDBrZW4="
        jira = service == "jira"
        fields = posted.body["fields"] if jira else posted.body
        summary = fields["summary" if jira else "short_description"]
        assert summary == failed(cloud, watched, "Outposts Line Item Status Change")
        known = f"Outpost: {watched.order['OutpostId']}. Previous status: PREPARING. Event: "
        assert fields["description"].startswith(known)

    def test_teams_receives_a_card_for_a_new_status(self, cloud: Cloud) -> None:
        """As its workflow expects it, with the signature in the query."""
        desk = Desk()
        with Server(desk) as server:
            deploy_calling(cloud, server.url, "teams", {"sig": "S1G"}, Endpoint=server.url)
            watched = WatchedOrder.begin(cloud)
            watched.update({"Status": "IN_PROGRESS"})
            (posted,) = eventually(lambda: desk.posted)
        assert posted.query == {"api-version": "1", "sp": "/triggers/manual/run", "sv": "1.0", "sig": "S1G"}
        (attachment,) = posted.body["attachments"]
        assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
        title, text, _ = attachment["content"]["body"]
        assert title["text"] == f"Outposts order {watched.order_id}: IN_PROGRESS"
        assert text["text"] == f"Outpost: {watched.order['OutpostId']}. Previous status: PREPARING."
