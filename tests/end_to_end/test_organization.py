"""An organization on the local cloud, whose team has a Slack bot and a webhook: every function as deployed."""

import hashlib
import json
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from werkzeug import Request, Response

from local.deployment import ACCOUNT
from local.server import App, Server
from testing.outposts_of_accounts import OutpostsOfAccounts
from tests.end_to_end.conftest import Cloud, Json, create_order, eventually, run, subscribe, up

REGIONS = ("us-east-1", "eu-west-1")
DISCOVERED = {"detail-type": ["Outposts Order Discovered"]}
WEBHOOK_SECRET = "outposts/webhook"  # noqa: S105 - a name, not a secret
SIGNING_SECRET = "a-secret-of-this-test-alone"  # noqa: S105 - only this test's endpoint has it
NOTIFIER = {
    "organization": {"roleName": "OutpostsReader", "regions": REGIONS},
    "pollEveryMinutes": 60,
    "announceExistingOrders": True,
    "slack": {"secretName": "outposts/slack", "channel": "#outposts"},
    "webhook": {"secretName": WEBHOOK_SECRET},
}


class Endpoint(App):
    """A webhook's endpoint, which keeps what is posted to it."""

    def __init__(self) -> None:
        self._posted: list[tuple[dict[str, str], bytes]] = []

    def posted(self, order_id: str) -> list[tuple[dict[str, str], bytes]]:
        """Return the headers and bodies that were posted about an order."""
        return [(headers, body) for headers, body in self._posted if order_id.encode() in body]

    def respond(self, request: Request) -> Response:
        """Accept a post."""
        self._posted.append((dict(request.headers), request.get_data()))
        return Response(status=204)


@dataclass(frozen=True)
class Organization:
    """A local cloud for an organization, with the Outposts of its accounts and the team's webhook."""

    cloud: Cloud
    outposts: OutpostsOfAccounts
    endpoint: Endpoint


@pytest.fixture(scope="module")
def organization(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Organization]:
    """Start the local cloud, which the tests share as starting it takes longest; it is killed in the end."""
    clouds: list[Cloud] = []

    def account_of(access_key: str) -> str:
        if not access_key.startswith("ASIA"):
            return ACCOUNT  # the functions' own account
        account: str = clouds[0].client("sts").get_access_key_info(AccessKeyId=access_key)["Account"]
        return account

    folder = tmp_path_factory.mktemp("organization")
    config = folder / "notifier.json"
    config.write_text(json.dumps(NOTIFIER))
    outposts, endpoint = OutpostsOfAccounts(account_of), Endpoint()
    with (
        Server(endpoint) as webhook,
        Server(outposts) as server,
        up(folder, "--config", str(config), "--outposts-endpoint", server.url) as cloud,
    ):
        clouds.append(cloud)
        secret = {"url": f"{webhook.url}/orders", "signingSecret": SIGNING_SECRET}
        cloud.client("secretsmanager").put_secret_value(SecretId=WEBHOOK_SECRET, SecretString=json.dumps(secret))
        yield Organization(cloud, outposts, endpoint)
        cloud.process.send_signal(signal.SIGKILL)  # `up` checks what remains


def plan(cloud: Cloud) -> Any:
    """Run the planner, as its schedule does at each tick."""
    functions = cloud.client("lambda").list_functions()["Functions"]
    (name,) = (each["FunctionName"] for each in functions if "PlannerFunction" in each["FunctionName"])
    return json.load(cloud.client("lambda").invoke(FunctionName=name)["Payload"])


def doctor(cloud: Cloud) -> dict[str, Json]:
    """Return the doctor's checks by name."""
    return {check["name"]: check for check in json.loads(run(cloud, "doctor", "--json").stdout)}


def check_command_line(cloud: Cloud, foreign: dict[str, Any], planned: int) -> None:
    """Operators can poll an organization, or one order of its accounts, like a source."""
    result = run(cloud, "poll")
    assert f"{planned} sources of the organization are on the queue" in result.stderr
    (summary,) = json.loads(run(cloud, "poll", foreign["orderId"], "--json").stdout)
    assert summary["source"] == f"{foreign['account']}/{foreign['region']}"
    assert (summary["ordersRead"], summary["failures"]) == (1, [])
    assert doctor(cloud)["organization"]["verdict"] == "ok"


def hmac_sha256(key: bytes, message: bytes) -> str:
    """Return the HMAC of a message as RFC 2104 defines it, computed without the module that the product uses."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).hexdigest()


class TestChannels:
    """The team's Slack bot and its webhook."""

    def test_a_bot_has_a_thread_for_each_order_and_a_webhook_receives_a_signed_post(
        self, organization: Organization
    ) -> None:
        """The bot posts a card, and replies with what changes later; the webhook receives the event's detail."""
        cloud, endpoint = organization.cloud, organization.endpoint
        outposts_url = cloud.environment["AWS_ENDPOINT_URL_OUTPOSTS"]
        order_id = create_order(outposts_url)["OrderId"]
        pattern = {"detail-type": ["Outposts Order Updated"], "detail": {"orderId": [order_id]}}
        bus = subscribe(cloud, "updates", pattern)
        assert cloud.poll()["failures"] == []

        (event,) = eventually(bus.received)
        (card,) = eventually(lambda: [each for each in cloud.slack_messages if order_id in json.dumps(each)])
        assert card["text"] == "Racks of the head office: order being prepared, 1 rack"
        assert card["metadata"]["event_type"] == "outposts_order_card"
        checks = doctor(cloud)
        assert checks["Slack's bot"]["verdict"] == "ok", checks["Slack's bot"]
        assert checks["webhook's secret"]["found"] == f"{WEBHOOK_SECRET} signs for 127.0.0.1"
        ((headers, body),) = eventually(lambda: endpoint.posted(order_id))
        assert json.loads(body) == event["detail"]
        assert headers["Outposts-Event-Type"] == event["detail-type"]
        assert headers["Outposts-Event-Id"] == event["detail"]["eventId"]
        signed = headers["Outposts-Timestamp"].encode() + b"." + body
        assert headers["Outposts-Signature"] == f"sha256={hmac_sha256(SIGNING_SECRET.encode(), signed)}"
        assert abs(time.time() - int(headers["Outposts-Timestamp"])) < 300
        boto3.client("outposts", endpoint_url=outposts_url, region_name=REGIONS[0]).cancel_order(OrderId=order_id)
        assert cloud.poll()["failures"] == []
        (reply,) = eventually(lambda: [each for each in cloud.slack_messages if "thread_ts" in each])
        assert reply["text"] == "Racks of the head office: order and 1 rack cancelled"
        assert reply["reply_broadcast"] is True


class TestOrganization:
    """An organization of three accounts in two regions."""

    def test_an_order_of_any_account_and_region_reaches_the_bus(self, organization: Organization) -> None:
        """The next plan finds accounts that joined after the deployment; each event has its account and region."""
        cloud, outposts = organization.cloud, organization.outposts
        bus, organizations = subscribe(cloud, "discovered", DISCOVERED), cloud.client("organizations")
        made = [
            organizations.create_account(Email=f"{name}@example.com", AccountName=name)["CreateAccountStatus"]
            for name in ("one", "two")
        ]
        accounts = [ACCOUNT, *(each["AccountId"] for each in made)]
        sources = [(account, region) for account in accounts for region in REGIONS]
        for number, (account, region) in enumerate(sources):
            outposts.put_order(account, region, number)
        # The notifier's own account in its own region is a configured source.
        assert plan(cloud) == {"sourcesPlanned": len(sources) - 1}
        assert cloud.poll()["failures"] == []
        assert eventually(lambda: len(bus.received()) == len(sources))
        foreign = next(each["detail"] for each in bus.taken.values() if each["detail"]["account"] == accounts[1])
        check_command_line(cloud, foreign, planned=len(sources) - 1)
        arrived = {(each["detail"]["account"], each["detail"]["region"]): each for each in bus.taken.values()}
        assert arrived.keys() == set(sources)
