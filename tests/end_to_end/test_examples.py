"""The examples, deployed beside the notifier: an order's life, and the sample events, make each of them fire."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response

from local.deployment import CDK
from local.outposts.control_plane import ControlPlane
from local.server import Server
from machine.node import NODE
from testing.example_files import EXAMPLES, pattern, sample, template
from tests.end_to_end.conftest import Cloud, Json, Subscriber, eventually
from tests.end_to_end.test_order import create_order


@dataclass(frozen=True)
class Life:
    """An order that the notifier watches, and AWS's part in its life."""

    cloud: Cloud
    order: Json

    @classmethod
    def begin(cls, cloud: Cloud) -> "Life":
        """Order a rack, and let the notifier discover it."""
        life = cls(cloud, create_order(cloud))
        assert cloud.poll()["failures"] == []
        return life

    @property
    def order_id(self) -> str:
        """The order's id."""
        return str(self.order["OrderId"])

    def update(self, changes: Json, first_item: Json | None = None) -> None:
        """Change the order, and its first line item, and let the notifier see it."""
        items = {self.order["LineItems"][0]["LineItemId"]: first_item} if first_item else {}
        self.control_plane.update_order(self.order_id, {**changes, "LineItems": items})
        assert self.cloud.poll()["failures"] == []

    def replace(self) -> None:
        """Replace the first line item's hardware, and let the notifier see it."""
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
    """The types and statuses of an order's events, waiting for the first."""

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
    """Whether a sample event, put onto the bus as the documentation says, arrives."""
    entry = sample(name)
    answer = cloud.client("events").put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0
    detail = json.loads(entry["Detail"])
    return bool(eventually(lambda: detail in [event["detail"] for event in subscriber.received()]))


def deploy(cloud: Cloud, name: str, content: Json, **parameters: str) -> dict[str, str]:
    """Deploy a template, and give its outputs."""
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


def run(cloud: Cloud, command: list[str], folder: Path) -> str:
    """Run a command as someone would who exported what the local cloud printed."""
    done = subprocess.run(  # noqa: S603 - our own commands
        command,
        cwd=folder,
        env={**os.environ, **cloud.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class TestCdk:
    """examples/cdk."""

    def test_a_function_hears_of_replaced_hardware_and_a_queue_of_shipments(self, cloud: Cloud, tmp_path: Path) -> None:
        """Two subscriptions of one line each, deployed by the CDK's own command line."""
        outputs = tmp_path / "outputs.json"
        cdk = [
            str(NODE),
            str(CDK),
            "deploy",
            f"--app={sys.executable} subscriber.py",
            f"--output={tmp_path / 'cdk.out'}",
        ]
        run(
            cloud,
            [*cdk, "--require-approval=never", f"--outputs-file={outputs}", "--no-notices", "--ci"],
            EXAMPLES / "cdk",
        )
        subscriber = json.loads(outputs.read_text())["OrderSubscriber"]
        life = Life.begin(cloud)
        tracking = {"ShipmentCarrier": "UPS", "ShipmentTrackingNumber": "1Z999AA10123456784"}
        life.update({"Status": "IN_PROGRESS"}, {"Status": "SHIPPED", "ShipmentInformation": tracking})
        life.replace()
        shipments = queue(cloud, subscriber["QueueUrl"])
        assert of_order(shipments, life.order_id) == [("Outposts Line Item Shipment Change", None)]
        assert fires(cloud, shipments, "shipped")
        function = subscriber["FunctionName"]
        (heard,) = eventually(lambda: logged_of(cloud, function, life.order_id))
        assert (heard["status"], heard["previousStatus"]) == ("REPLACED", "SHIPPED")


class TestCloudFormation:
    """examples/cloudformation."""

    def test_a_queue_gets_completed_orders(self, cloud: Cloud) -> None:
        """And nothing else of the order's life."""
        made = deploy(cloud, "completed", template("cloudformation/queue.yaml"))
        life = Life.begin(cloud)
        life.update({"Status": "IN_PROGRESS"}, {"Status": "SHIPPED"})
        life.update({"Status": "COMPLETED"}, {"Status": "INSTALLED"})
        completed = queue(cloud, made["QueueUrl"])
        assert of_order(completed, life.order_id) == [("Outposts Order Status Change", "COMPLETED")]
        assert fires(cloud, completed, "order-completed")


class TestTerraform:
    """examples/terraform: its pattern, as no Terraform runs here."""

    def test_its_pattern_on_a_rule_lets_shipments_through(self, cloud: Cloud) -> None:
        """The rule is put by the API; the text around the pattern is only parsed, by another test."""
        shipments = Subscriber.make(cloud, "outposts-shipments")
        events, bus = cloud.client("events"), cloud.outputs["EventBusName"]
        wanted = json.dumps(pattern("terraform/pattern.json"))
        events.put_rule(Name="outposts-shipments", EventBusName=bus, EventPattern=wanted)
        events.put_targets(Rule="outposts-shipments", EventBusName=bus, Targets=[{"Id": "queue", "Arn": shipments.arn}])
        life = Life.begin(cloud)
        life.update({}, {"Status": "SHIPPED", "ShipmentInformation": {"ShipmentCarrier": "UPS"}})
        life.update({}, {"ShipmentInformation": {"ShipmentTrackingNumber": "1Z999AA10123456784"}})
        assert of_order(shipments, life.order_id) == [("Outposts Line Item Shipment Change", None)]
        assert fires(cloud, shipments, "shipped")


class TestCli:
    """examples/cli."""

    def test_the_script_makes_a_queue_that_gets_replaced_and_failed_line_items(self, cloud: Cloud) -> None:
        """Run by the AWS CLI itself, with what `up` printed and nothing else, and run again without harm."""
        (url,) = {run(cloud, ["bash", "subscribe.sh"], EXAMPLES / "cli").strip() for _ in range(2)}
        failed = queue(cloud, url)
        life = Life.begin(cloud)
        life.update({"Status": "ERROR"}, {"Status": "ERROR"})
        assert of_order(failed, life.order_id) == [("Outposts Line Item Status Change", "ERROR")]
        assert fires(cloud, failed, "line-item-replaced")


class TestAnotherAccount:
    """examples/another-account; the emulator forwards within an account only, so both sides are in one."""

    @pytest.mark.parametrize("start", ["EventBusName", "EventBusArn"])
    def test_a_bus_of_ones_own_gets_what_happens(self, cloud: Cloud, start: str) -> None:
        """The same rule, put by name as in the notifier's account, or by ARN as from any other."""
        bus = template("another-account/bus.yaml")
        bus["Resources"]["Bus"]["Properties"]["Name"] = f"outposts-orders-{start}"
        made = deploy(cloud, f"bus-{start}", bus, NotifierAccount="000000000000")
        forward = template("another-account/forward.yaml")
        deploy(cloud, f"forward-{start}", forward, From=cloud.outputs[start], To=made["EventBusArn"])
        life = Life.begin(cloud)
        forwarded = queue(cloud, made["QueueUrl"])
        assert of_order(forwarded, life.order_id) == [("Outposts Order Discovered", None)]
        assert fires(cloud, forwarded, "shipped")


@dataclass
class Desk:
    """Stands for PagerDuty, ServiceNow or Jira: keeps what was posted, and how the caller showed who it is."""

    posted: list[tuple[str | None, Json]] = field(default_factory=list)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer 201."""
        request = Request(environ)
        self.posted.append((request.headers.get("Authorization"), json.loads(request.get_data())))
        return Response(status=201)(environ, start_response)


def filled(value: Any, place: Json, content: Any) -> Any:
    """Put a value into a template wherever `place`, a reference, stands."""
    if value == place:
        return content
    if isinstance(value, dict):
        return {key: filled(member, place, content) for key, member in value.items()}
    return [filled(member, place, content) for member in value] if isinstance(value, list) else value


def deploy_calling(cloud: Cloud, desk_url: str, name: str, secrets: dict[str, str], **parameters: str) -> None:
    """Deploy an API destination's template; what the emulator's CloudFormation does not know is made by its API.

    Args:
        cloud: The local cloud.
        desk_url: What is called in place of the service.
        name: The stack's, and the connection's and the destination's.
        secrets: What the dynamic references of the connection stand for, by the secret's keys.
        parameters: The template's.
    """
    content = template(f"api-destination/{name.partition('-')[0]}.yaml")
    connection = content["Resources"].pop("Connection")["Properties"]
    destination = content["Resources"].pop("Destination")["Properties"]
    for key, value in secrets.items():
        reference = {"Fn::Sub": f"{{{{resolve:secretsmanager:${{SecretName}}:SecretString:{key}}}}}"}
        connection = filled(connection, reference, value)
    events = cloud.client("events")
    arn = events.create_connection(Name=name, **connection)["ConnectionArn"]
    destination |= {"Name": name, "ConnectionArn": arn, "InvocationEndpoint": desk_url}
    arn = events.create_api_destination(**destination)["ApiDestinationArn"]
    deploy(cloud, name, filled(content, {"Fn::GetAtt": ["Destination", "Arn"]}, arn), **parameters)


class TestApiDestination:
    """examples/api-destination: the rule, its transformer and the connection's parameters, against a server here."""

    def test_pagerduty_is_alerted_once_an_order(self, cloud: Cloud) -> None:
        """The body is what its Events API v2 takes; the routing key comes from the connection."""
        desk = Desk()
        with Server(desk) as server:
            deploy_calling(cloud, server.url, "pagerduty", {"routingKey": "R0UT1NG"})
            life = Life.begin(cloud)
            life.update({"Status": "ERROR"})
            ((_, body),) = eventually(lambda: desk.posted)
        assert body["routing_key"] == "R0UT1NG"
        assert (body["event_action"], body["dedup_key"]) == ("trigger", f"outposts-{life.order_id}")
        assert body["payload"]["custom_details"]["status"] == "ERROR"
        outpost = life.order["OutpostId"]
        assert body["payload"]["summary"] == f"Outposts order {life.order_id} for {outpost}: PREPARING became ERROR"

    @pytest.mark.parametrize("service", ["servicenow", "jira"])
    def test_a_ticket_is_opened(self, cloud: Cloud, service: str) -> None:
        """With the body of the example's parameters, and the secret's user name and password."""
        text = (EXAMPLES / "api-destination" / f"{service}.json").read_text()
        parameters = {each["ParameterKey"]: each["ParameterValue"] for each in json.loads(text)}
        desk = Desk()
        with Server(desk) as server:
            secrets = {"username": "notifier", "password": "t0ken"}
            deploy_calling(cloud, server.url, f"ticket-{service}", secrets, **parameters)
            life = Life.begin(cloud)
            life.update({}, {"Status": "ERROR"})
            ((authorization, body),) = eventually(lambda: desk.posted)
        assert authorization == "Basic bm90aWZpZXI6dDBrZW4="
        summary = body["fields"]["summary"] if service == "jira" else body["short_description"]
        outpost = life.order["OutpostId"]
        assert summary == f"Outposts order {life.order_id} for {outpost}: PREPARING became ERROR"
