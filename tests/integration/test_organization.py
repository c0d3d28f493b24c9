"""An organization of 50 accounts in 4 regions: planned, queued and polled, with Outposts over HTTP and AWS by moto."""

import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from local.server import Server
from outposts_order_notifier.board.filters import Filters
from outposts_order_notifier.board.gather import gather
from outposts_order_notifier.domain.event_types import UPDATED
from outposts_order_notifier.planner import handler as planner
from outposts_order_notifier.poll import handler as poll
from outposts_order_notifier.store.table import SnapshotTable
from testing.aws import client_of, delete_messages, drain
from testing.lambda_context import Context
from testing.outposts_of_accounts import OutpostsOfAccounts

ACCOUNTS = 50
SAMPLE = 8  # accounts in `make test`
REGIONS = ("ap-southeast-2", "eu-central-1", "eu-west-1", "us-east-1")
OWN = "123456789012"  # moto's management account, which the service-managed stack set does not reach
CONTEXT = Context(invoked_function_arn=f"arn:aws:lambda:eu-west-1:{OWN}:function:function")


@dataclass
class World:
    """What a test uses.

    Attributes:
        outposts: The Outposts API.
        account_by_key: The account that each access key belongs to.
        queue: The URL of the queue of sources to poll.
        subscriber: The URL of a queue that receives every event.
        accounts: The organization's member accounts.
        denied: Accounts whose role cannot be assumed.
        assumed: How often each role was assumed.
    """

    outposts: OutpostsOfAccounts
    account_by_key: dict[str, str]
    queue: str
    subscriber: str
    accounts: list[str]
    denied: set[str] = field(default_factory=set)
    assumed: list[str] = field(default_factory=list)

    def tick(self) -> list[dict[str, str]]:
        """Plan, let poll process the queue in batches, and return the sources that failed."""
        planner.handler({}, CONTEXT)
        sqs, failed = client_of("sqs"), []
        while messages := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            batch = {"Records": [record(each["MessageId"], each["Body"]) for each in messages]}
            answer: Any = poll.handler(batch, CONTEXT)
            failures = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
            failed += [json.loads(each["Body"]) for each in messages if each["MessageId"] in failures]
            done = [each["ReceiptHandle"] for each in messages if each["MessageId"] not in failures]
            delete_messages(self.queue, done)
        return failed

    def role(self, account: str) -> str:
        """Return the role with which an account is read."""
        return f"arn:aws:iam::{account}:role/OutpostsReader"

    def discovered(self) -> list[tuple[str, str, str]]:
        """Return account, region and order of each discovery that arrived since the last call."""
        return [
            (event["detail"]["account"], event["detail"]["region"], event["detail"]["orderId"])
            for event in drain(self.subscriber)
            if event["detail-type"] == "Outposts Order Discovered"
        ]


def record(message_id: str, body: str) -> dict[str, str]:
    """Return a message as Lambda passes it, with the keys that poll reads."""
    return {"messageId": message_id, "receiptHandle": "handle", "body": body, "eventSource": "aws:sqs"}


@pytest.fixture
def world(table: str, bus_queue: str, exhaustive: bool, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A deployed notifier that watches an organization."""
    organizations = client_of("organizations")
    organizations.create_organization(FeatureSet="ALL")
    for number in range(ACCOUNTS if exhaustive else SAMPLE):
        organizations.create_account(Email=f"team{number}@example.com", AccountName=f"Team {number}")
    pages = organizations.get_paginator("list_accounts").paginate()
    accounts = [account["Id"] for page in pages for account in page["Accounts"] if account["Id"] != OWN]
    queue = client_of("sqs").create_queue(QueueName="polls", Attributes={"VisibilityTimeout": "300"})["QueueUrl"]
    account_by_key: dict[str, str] = {}
    outposts = OutpostsOfAccounts(account_by_key.__getitem__)
    world = World(outposts, account_by_key, queue, bus_queue, accounts)
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def assume(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        if operation != "AssumeRole":
            return call(client, operation, parameters)
        account = parameters["RoleArn"].split(":")[4]
        if account in world.denied or parameters.get("ExternalId") != "orders":
            message = f"not authorized to perform: sts:AssumeRole on resource: {parameters['RoleArn']}"
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": message}}, operation)
        world.assumed.append(account)
        answer = call(client, operation, parameters)
        world.account_by_key[answer["Credentials"]["AccessKeyId"]] = account
        return answer

    monkeypatch.setattr(BaseClient, "_make_api_call", assume)
    with Server(world.outposts) as server:
        organization = {"roleName": "OutpostsReader", "externalId": "orders", "excludeAccounts": [OWN]}
        for name, value in {
            "SNAPSHOT_TABLE_NAME": table,
            "EVENT_BUS_NAME": "orders",
            "SOURCES": json.dumps([{"region": "eu-west-1"}]),
            "ORGANIZATION": json.dumps({**organization, "regions": list(REGIONS)}),
            "POLL_QUEUE_URL": queue,
            "STALLED_AFTER_DAYS": "{}",
            "AWS_ENDPOINT_URL_OUTPOSTS": server.url,
        }.items():
            monkeypatch.setenv(name, value)
        yield world


def counted(written: str, name: str) -> float:
    """Return the sum of a metric in what the functions wrote."""
    metrics = [json.loads(line) for line in written.splitlines() if '"_aws"' in line]
    return sum(sum(each[name]) for each in metrics if name in each)


class TestOrganization:
    """The whole organization, tick by tick."""

    def test_a_denied_and_a_throttled_account_are_named_and_delay_no_other(
        self, world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        """Every other source's order is published; the next plan polls what failed, and then all of it is published."""
        sources = [(account, region) for account in world.accounts for region in REGIONS]
        orders = {source: f"oo-{number:017x}" for number, source in enumerate(sources)}
        for number, (account, region) in enumerate(sources):
            world.outposts.put_order(account, region, number)
        denied, throttled = world.accounts[3], world.accounts[7]
        world.denied.add(denied)
        faults = {"ListOrders": {"error": "ThrottlingException", "status": 429}}
        for region in REGIONS:
            world.outposts.simulators[throttled, region]._faults.replace(faults)

        failed = world.tick()

        expected = {(account, region) for account in (denied, throttled) for region in REGIONS}
        assert {(source["roleArn"].split(":")[4], source["region"]) for source in failed} == expected
        discovered = world.discovered()
        assert set(discovered) == {(*source, order) for source, order in orders.items() if source not in expected}
        assert len(discovered) == len(set(discovered))
        summaries = [vars(each)["summary"] for each in caplog.records if each.message == "Polled"]
        failures = {each["source"]: each["failures"][0]["error"] for each in summaries if each["failures"]}
        assert failures.keys() == {"/".join(source) for source in expected}
        for source, error in failures.items():
            assert ("AccessDenied" if source.startswith(denied) else "ThrottlingException") in error
        written = capsys.readouterr().out
        assert counted(written, "PollFailures") == len(expected)
        assert counted(written, "SourcesPolled") == counted(written, "SourcesPlanned") == len(sources)

        world.denied.clear()
        for region in REGIONS:
            world.outposts.simulators[throttled, region]._faults.replace({})

        assert world.tick() == []
        assert set(world.discovered()) == {(*source, orders[source]) for source in expected}
        assert sorted(world.assumed) == sorted(world.accounts)

    def test_an_orders_account_has_its_name_in_the_organization(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In `names` of the order's update and for the board; the configuration's name takes precedence."""
        named, renamed = world.accounts[:2]
        for number, account in enumerate((named, renamed)):
            world.outposts.put_order(account, "eu-west-1", number)
        monkeypatch.setenv("NAMES", json.dumps({renamed: "Payments"}))
        assert world.tick() == []
        updates = [each["detail"] for each in drain(world.subscriber) if each["detail-type"] == UPDATED]
        assert {each["account"]: each["names"] for each in updates} == {
            named: {named: "Team 0"},
            renamed: {renamed: "Payments"},
        }
        table = SnapshotTable(client_of("dynamodb"), os.environ["SNAPSHOT_TABLE_NAME"])
        shown = gather(table, Filters(), names={renamed: "Payments"}).names
        assert (shown[named], shown[renamed]) == ("Team 0", "Payments")

    def test_a_slow_account_delays_no_other(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """Events of the other accounts in its batch are published while poll waits for the slow one."""
        slow, *others = world.accounts[:10]
        for number, account in enumerate([slow, *others]):
            world.outposts.put_order(account, "eu-west-1", number)
        others_published = threading.Event()
        faults = world.outposts.simulators[slow, "eu-west-1"]._faults
        monkeypatch.setattr(faults, "apply", lambda *_: others_published.wait(60))
        records = [
            record(account, json.dumps({"region": "eu-west-1", "roleArn": world.role(account), "externalId": "orders"}))
            for account in [slow, *others]
        ]
        batch = threading.Thread(target=poll.handler, args=({"Records": records}, CONTEXT))
        batch.start()
        early: set[str] = set()
        while batch.is_alive() and early != set(others):
            time.sleep(0.05)  # without it, the batch would rarely get its turn
            early |= {account for account, _, _ in world.discovered()}
        assert early == set(others)
        others_published.set()
        batch.join()
        assert [account for account, _, _ in world.discovered()] == [slow]


class TestBatch:
    """Messages from the queue."""

    @pytest.mark.parametrize(
        "body",
        [
            '{"region": "eu-west-1", "roleArn": "arn:aws:iam::222233334444:role/Administrator"}',
            '{"region": "sa-east-1", "roleArn": "arn:aws:iam::222233334444:role/OutpostsReader"}',
            f'{{"region": "us-east-1", "roleArn": "arn:aws:iam::{OWN}:role/OutpostsReader"}}',
            '{"roleArn": "arn:aws:iam::222233334444:role/OutpostsReader"}',
            "5",
            "not JSON",
        ],
    )
    def test_a_message_that_matches_no_configured_source_fails_alone(
        self, world: World, body: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Another role, region or account is never read, regardless of the sender; the rest of the batch is."""
        account = world.accounts[0]
        world.outposts.put_order(account, "eu-west-1", 1)
        good = json.dumps({"region": "eu-west-1", "roleArn": world.role(account)})
        answer = poll.handler({"Records": [record("bad", body), record("good", good)]}, CONTEXT)
        assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
        assert [account_id for account_id, _, _ in world.discovered()] == [account]
        assert counted(capsys.readouterr().out, "PollFailures") == 1
        assert world.assumed == [account]

    def test_an_order_is_polled_directly_by_role_and_region(self, world: World) -> None:
        """A direct invocation accepts what a message contains, optionally with order ids."""
        account = world.accounts[0]
        for number in (1, 2):
            world.outposts.put_order(account, "eu-central-1", number)
        request = {"region": "eu-central-1", "roleArn": world.role(account)}
        summary = poll.handler({**request, "orderIds": [f"oo-{2:017x}"]}, CONTEXT)
        assert (summary["source"], summary["ordersListed"], summary["ordersRead"]) == (f"{account}/eu-central-1", 0, 1)
        assert poll.handler(request, CONTEXT)["ordersListed"] == 2
