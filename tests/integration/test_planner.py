"""The planner: AWS Organizations and SQS by moto."""

import json
import sys
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from outposts_order_notifier.planner import handler as planner
from outposts_order_notifier.planner.accounts import active_accounts
from outposts_order_notifier.planner.handler import PlanFailedError
from outposts_order_notifier.planner.queue import PollQueue
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.sources.names import MAX_NAME
from testing.aws import client_of, drain, make_queue
from testing.lambda_context import Context

ORGANIZATION = {"roleName": "reader", "externalId": "orders", "regions": ["eu-west-1", "us-east-1"]}
OWN = "123456789012"  # the management account in moto
CONTEXT = Context(invoked_function_arn=f"arn:aws:lambda:eu-west-1:{OWN}:function:planner")


@pytest.fixture
def queue_url(aws: None, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: ARG001 - moto must be there first
    """The queue of sources to poll; the planner's own sources are the notifier's account in one region."""
    url, _ = make_queue("polls")
    for name, value in {
        "ORGANIZATION": json.dumps(ORGANIZATION),
        "SOURCES": '[{"region": "eu-west-1"}]',
        "POLL_QUEUE_URL": url,
    }.items():
        monkeypatch.setenv(name, value)
    return url


def make_accounts(count: int) -> list[str]:
    """Create an organization, and return its accounts, the management account first."""
    client = client_of("organizations")
    client.create_organization(FeatureSet="ALL")
    for number in range(count):
        client.create_account(Email=f"team{number}@example.com", AccountName=f"Team {number}")
    return [account["Id"] for page in client.get_paginator("list_accounts").paginate() for account in page["Accounts"]]


def planned(queue_url: str) -> set[tuple[str, str]]:
    """Return account and region of each message, and check that none is repeated."""
    messages = drain(queue_url)
    sources = {(message["roleArn"].split(":")[4], message["region"]) for message in messages}
    assert len(sources) == len(messages)
    return sources


class CallsWithFaults:
    """Records a client's calls, and refuses some of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self.refused: dict[str, int] = {}
        call = BaseClient._make_api_call  # type: ignore[attr-defined]

        def call_or_refuse(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
            self.calls.append(operation)
            if self.calls.count(operation) > self.refused.get(operation, sys.maxsize):
                raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, operation)
            return call(client, operation, parameters)

        monkeypatch.setattr(BaseClient, "_make_api_call", call_or_refuse)

    def refuse(self, operation: str, after: int) -> None:
        """Refuse an operation after this many calls."""
        self.refused[operation] = after


class TestPlan:
    """One run of the planner."""

    def test_every_active_account_is_planned_in_every_region_unless_already_a_source(self, queue_url: str) -> None:
        """There is more than one page of accounts, a closed one, and the notifier's own region, polled anyway."""
        accounts = make_accounts(45)
        client_of("organizations").close_account(AccountId=accounts[-1])
        answer = planner.handler({}, CONTEXT)
        everything = {(account, region) for account in accounts[:-1] for region in ("eu-west-1", "us-east-1")}
        expected = everything - {(OWN, "eu-west-1")}
        assert planned(queue_url) == expected
        assert answer == {"sourcesPlanned": len(expected)}

    def test_configured_accounts_are_planned_without_calling_organizations(
        self, queue_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A notifier without permission to list accounts can still watch some."""
        calls = CallsWithFaults(monkeypatch).calls
        monkeypatch.setenv("ORGANIZATION", json.dumps({**ORGANIZATION, "accounts": ["222233334444"]}))
        assert planner.handler({}, CONTEXT) == {"sourcesPlanned": 2}
        assert calls == ["SendMessageBatch"]
        assert planned(queue_url) == {("222233334444", "eu-west-1"), ("222233334444", "us-east-1")}

    def test_ticks_too_short_for_all_starve_no_account(self, queue_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Messages not processed within a tick expire; with a fixed sequence, the same ones always would."""
        accounts = [f"{number:012}" for number in range(20)]
        one_region = {"accounts": accounts, "regions": ["us-east-1"]}
        monkeypatch.setenv("ORGANIZATION", json.dumps({**ORGANIZATION, **one_region}))
        in_time = set[str]()
        for _ in range(30):
            planner.handler({}, CONTEXT)
            in_time |= {message["roleArn"].split(":")[4] for message in drain(queue_url)[:10]}
        assert in_time == set(accounts)

    def test_regions_are_planned_one_after_the_other(self, queue_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """So most of poll's batches contain no source in a region that is down."""
        accounts = {"accounts": [f"{number:012}" for number in range(20)]}
        monkeypatch.setenv("ORGANIZATION", json.dumps({**ORGANIZATION, **accounts}))
        planner.handler({}, CONTEXT)
        regions = [message["region"] for message in drain(queue_url)]
        assert regions in (sorted(regions), sorted(regions, reverse=True))

    def test_a_message_is_what_poll_accepts(self, queue_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """It has region, role and external id, as in a direct invocation."""
        accounts = {"accounts": ["222233334444"], "regions": ["us-east-1"]}
        monkeypatch.setenv("ORGANIZATION", json.dumps({**ORGANIZATION, **accounts}))
        planner.handler({}, CONTEXT)
        role = "arn:aws:iam::222233334444:role/reader"
        assert drain(queue_url) == [{"region": "us-east-1", "roleArn": role, "externalId": "orders"}]

    def test_a_message_names_its_account_as_the_organization_does(
        self, queue_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """ListAccounts returns the names anyway; without the key `accounts`, it is called in any case."""
        accounts = make_accounts(2)
        calls = CallsWithFaults(monkeypatch).calls
        planner.handler({}, CONTEXT)
        assert sorted(set(calls)) == ["ListAccounts", "SendMessageBatch"]
        names = {message["roleArn"].split(":")[4]: message["accountName"] for message in drain(queue_url)}
        assert names == {OWN: "master", accounts[1]: "Team 0", accounts[2]: "Team 1"}

    def test_an_interrupted_listing_fails_the_run_after_planning_what_was_listed(
        self, queue_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An alarm reports it, and the accounts listed until then are polled nevertheless."""
        make_accounts(45)
        CallsWithFaults(monkeypatch).refuse("ListAccounts", after=1)
        with pytest.raises(PlanFailedError, match=r"ListAccounts: .*AccessDenied"):
            planner.handler({}, CONTEXT)
        assert len(planned(queue_url)) == 20 * 2 - 1

    def test_an_organization_that_cannot_be_listed_at_all_fails_the_run(
        self, queue_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The account is neither the management account nor a delegated administrator."""
        CallsWithFaults(monkeypatch).refuse("ListAccounts", after=0)
        with pytest.raises(PlanFailedError, match=r"ListAccounts: .*AccessDenied"):
            planner.handler({}, CONTEXT)
        assert drain(queue_url) == []

    def test_a_plan_is_counted(self, queue_url: str, capsys: pytest.CaptureFixture[str]) -> None:
        """The alarm on polls compares them with the number of planned sources."""
        make_accounts(2)
        planner.handler({}, CONTEXT)
        metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
        assert [each["SourcesPlanned"] for each in metrics] == [[len(planned(queue_url))]]


@pytest.mark.usefixtures("queue_url")
class TestActiveAccounts:
    """What ListAccounts returns."""

    def test_an_account_without_a_name_is_listed_and_a_long_name_is_cut(self) -> None:
        """A message always fits into the queue."""
        client = clients.organizations()
        with Stubber(client) as stub:
            listed = [{"Id": "111122223333"}, {"Id": "222233334444", "Name": "x" * 300_000}]
            stub.add_response("list_accounts", {"Accounts": [{**each, "Status": "ACTIVE"} for each in listed]})
            assert active_accounts(client) == ({"111122223333": "", "222233334444": "x" * MAX_NAME}, [])


class RejectingQueue:
    """An SQS client that rejects a batch's entries individually for a while."""

    def __init__(self, refusals: dict[str, int]) -> None:
        self.refusals = refusals
        self.batches: list[list[str]] = []
        self.taken: list[str] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803 - SQS's
        """Accept or reject each entry."""
        assert QueueUrl == "queue"
        assert len(Entries) <= 10
        assert len({entry["Id"] for entry in Entries}) == len(Entries)
        failed = []
        for entry in Entries:
            region = json.loads(entry["MessageBody"])["region"]
            if self.refusals.get(region, 0):
                self.refusals[region] -= 1
                failed.append({"Id": entry["Id"], "Code": "InternalError", "SenderFault": False})
            else:
                self.taken.append(region)
        self.batches.append([entry["Id"] for entry in Entries])
        return {"Failed": failed} if failed else {}


class TestPollQueue:
    """Sending if SQS accepts only part of a batch."""

    def test_only_rejected_messages_are_sent_again(self) -> None:
        """Accepted ones are not sent twice."""
        sqs = RejectingQueue({"r3": 1, "r11": 2})
        queue = PollQueue(sqs, "queue", sleep=lambda _: None)  # type: ignore[arg-type] # all that is used of it
        assert queue.send({"region": f"r{number}"} for number in range(12)) == (12, [])
        assert sorted(sqs.taken) == sorted(f"r{number}" for number in range(12))
        assert [len(batch) for batch in sqs.batches] == [10, 1, 2, 1, 1]

    def test_a_message_that_is_always_rejected_is_named_and_the_others_are_sent(self) -> None:
        """One source that cannot be sent does not affect the others."""
        sqs = RejectingQueue({"r3": 99})
        queue = PollQueue(sqs, "queue", sleep=lambda _: None)  # type: ignore[arg-type] # all that is used of it
        sent, errors = queue.send({"region": f"r{number}"} for number in range(12))
        assert (sent, errors) == (11, ['{"region": "r3"}: InternalError: None'])
