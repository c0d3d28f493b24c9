"""The planner: AWS Organizations and SQS by moto."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from outposts_order_notifier.planner import handler as planner
from outposts_order_notifier.planner.handler import PlanFailedError
from outposts_order_notifier.planner.queue import PollQueue
from outposts_order_notifier.runtime import clients
from testing.aws import drain, make_queue
from testing.lambda_context import Context

ORGANIZATION = {"roleName": "reader", "externalId": "orders", "regions": ["eu-west-1", "us-east-1"]}
OWN = "123456789012"  # moto's management account
CONTEXT = Context(invoked_function_arn=f"arn:aws:lambda:eu-west-1:{OWN}:function:planner")


@pytest.fixture
def queue_url(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:  # noqa: ARG001 - moto must be there first
    """The queue of sources to poll; the planner's own sources are the notifier's account in one region."""
    url, _ = make_queue("polls")
    for name, value in {
        "ORGANIZATION": json.dumps(ORGANIZATION),
        "SOURCES": '[{"region": "eu-west-1"}]',
        "POLL_QUEUE_URL": url,
    }.items():
        monkeypatch.setenv(name, value)
    yield url
    clients.clear()
    planner._queue.cache_clear()


def make_accounts(count: int) -> list[str]:
    """Make an organization; gives its accounts, the management account first."""
    client = boto3.client("organizations")
    client.create_organization(FeatureSet="ALL")
    for number in range(count):
        client.create_account(Email=f"team{number}@example.com", AccountName=f"Team {number}")
    return [account["Id"] for page in client.get_paginator("list_accounts").paginate() for account in page["Accounts"]]


def planned(queue_url: str) -> set[tuple[str, str]]:
    """Account and region of each message, each once."""
    messages = drain(queue_url)
    sources = {(message["roleArn"].split(":")[4], message["region"]) for message in messages}
    assert len(sources) == len(messages)
    return sources


class Befallen:
    """A client's calls, of which some are refused."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self.refused: dict[str, int] = {}
        call = BaseClient._make_api_call  # type: ignore[attr-defined]

        def befall(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
            self.calls.append(operation)
            if self.calls.count(operation) > self.refused.get(operation, sys.maxsize):
                raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, operation)
            return call(client, operation, parameters)

        monkeypatch.setattr(BaseClient, "_make_api_call", befall)

    def refuse(self, operation: str, after: int) -> None:
        """Refuse an operation's calls after so many."""
        self.refused[operation] = after


class TestPlan:
    """One run of the planner."""

    def test_every_active_account_is_planned_in_every_region_but_what_is_a_source_already(self, queue_url: str) -> None:
        """More accounts than a page, a closed one, and the notifier's own region that it polls by itself."""
        accounts = make_accounts(45)
        boto3.client("organizations").close_account(AccountId=accounts[-1])
        answer = planner.handler({}, CONTEXT)
        everything = {(account, region) for account in accounts[:-1] for region in ("eu-west-1", "us-east-1")}
        expected = everything - {(OWN, "eu-west-1")}
        assert planned(queue_url) == expected
        assert answer == {"sourcesPlanned": len(expected)}

    def test_given_accounts_are_planned_without_asking_organizations(
        self, queue_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A notifier that may not list accounts can still watch some."""
        calls = Befallen(monkeypatch).calls
        monkeypatch.setenv("ORGANIZATION", json.dumps({**ORGANIZATION, "accounts": ["222233334444"]}))
        assert planner.handler({}, CONTEXT) == {"sourcesPlanned": 2}
        assert calls == ["SendMessageBatch"]
        assert planned(queue_url) == {("222233334444", "eu-west-1"), ("222233334444", "us-east-1")}

    def test_ticks_too_short_for_all_starve_no_account(self, queue_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is not polled within its tick expires; were the order always the same, so would be what expires."""
        accounts = [f"{number:012}" for number in range(20)]
        one_region = {"accounts": accounts, "regions": ["us-east-1"]}
        monkeypatch.setenv("ORGANIZATION", json.dumps({**ORGANIZATION, **one_region}))
        in_time = set[str]()
        for _ in range(40):
            planner.handler({}, CONTEXT)
            in_time |= {message["roleArn"].split(":")[4] for message in drain(queue_url)[:10]}
        assert in_time == set(accounts)

    def test_one_region_comes_after_the_other(self, queue_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """So that most of poll's batches hold no source of a region that is down."""
        accounts = {"accounts": [f"{number:012}" for number in range(20)]}
        monkeypatch.setenv("ORGANIZATION", json.dumps({**ORGANIZATION, **accounts}))
        planner.handler({}, CONTEXT)
        regions = [message["region"] for message in drain(queue_url)]
        assert regions in (sorted(regions), sorted(regions, reverse=True))

    def test_a_message_is_what_poll_takes(self, queue_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Region, role and external id, as for a direct invocation."""
        accounts = {"accounts": ["222233334444"], "regions": ["us-east-1"]}
        monkeypatch.setenv("ORGANIZATION", json.dumps({**ORGANIZATION, **accounts}))
        planner.handler({}, CONTEXT)
        role = "arn:aws:iam::222233334444:role/reader"
        assert drain(queue_url) == [{"region": "us-east-1", "roleArn": role, "externalId": "orders"}]

    def test_a_listing_that_breaks_off_fails_the_run_after_what_was_listed_is_planned(
        self, queue_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An alarm tells of it, and the accounts known until then are polled all the same."""
        make_accounts(45)
        Befallen(monkeypatch).refuse("ListAccounts", after=1)
        with pytest.raises(PlanFailedError, match=r"ListAccounts: .*AccessDenied"):
            planner.handler({}, CONTEXT)
        assert len(planned(queue_url)) == 20 * 2 - 1

    def test_an_organization_that_cannot_be_listed_at_all_fails_the_run(
        self, queue_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An account that is neither management account nor delegated administrator."""
        Befallen(monkeypatch).refuse("ListAccounts", after=0)
        with pytest.raises(PlanFailedError, match=r"ListAccounts: .*AccessDenied"):
            planner.handler({}, CONTEXT)
        assert drain(queue_url) == []

    def test_a_plan_is_counted(self, queue_url: str, capsys: pytest.CaptureFixture[str]) -> None:
        """The alarm on polls compares with what was planned."""
        make_accounts(2)
        planner.handler({}, CONTEXT)
        told = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
        assert [each["SourcesPlanned"] for each in told] == [[len(planned(queue_url))]]


class Refusing:
    """An SQS that refuses a batch's entries for some time, each by itself."""

    def __init__(self, refusals: dict[str, int]) -> None:
        self.refusals = refusals
        self.batches: list[list[str]] = []
        self.taken: list[str] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803 - SQS's
        """Take or refuse each entry."""
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
    """Sending, where SQS takes only a part of a batch."""

    def test_what_was_refused_is_sent_again_alone(self) -> None:
        """What was taken is not sent twice."""
        sqs = Refusing({"r3": 1, "r11": 2})
        queue = PollQueue(sqs, "queue", sleep=lambda _: None)  # type: ignore[arg-type] # all that is used of it
        assert queue.send({"region": f"r{number}"} for number in range(12)) == (12, [])
        assert sorted(sqs.taken) == sorted(f"r{number}" for number in range(12))
        assert [len(batch) for batch in sqs.batches] == [10, 1, 2, 1, 1]

    def test_what_stays_refused_is_named_and_the_others_are_sent(self) -> None:
        """One source that cannot be sent keeps no other back."""
        sqs = Refusing({"r3": 99})
        queue = PollQueue(sqs, "queue", sleep=lambda _: None)  # type: ignore[arg-type] # all that is used of it
        sent, errors = queue.send({"region": f"r{number}"} for number in range(12))
        assert (sent, errors) == (11, ['{"region": "r3"}: InternalError: None'])
