"""How long the functions wait for AWS."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import botocore
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from outposts_order_notifier.poll.handler import TABLE_ATTEMPTS, TABLE_CONNECTIONS
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.sources.outposts import outposts_client
from outposts_order_notifier.sources.source import Source
from testing.responses import response

CLIENTS: dict[str, Callable[[], Any]] = {
    "poll's Outposts": lambda: outposts_client(Source("111122223333", "eu-west-1")),
    "poll's table": lambda: clients.dynamodb(TABLE_ATTEMPTS, TABLE_CONNECTIONS),
    "poll's bus": clients.events,
    "poll's STS": lambda: clients.sts("eu-west-1"),
    "planner's Organizations": clients.organizations,
    "planner's queue": lambda: clients.sqs(attempts=1),
    "DynamoDB": clients.dynamodb,
    "Secrets Manager": clients.secrets_manager,
    "SNS": clients.sns,
    "SQS": clients.sqs,
}


@pytest.fixture(autouse=True)
def _each_test_has_its_own_clients() -> Iterator[None]:
    clients.clear()
    yield
    clients.clear()


@pytest.mark.parametrize("name", CLIENTS)
def test_no_call_hangs_for_as_long_as_a_function_may_take(name: str) -> None:
    """Botocore's default time-outs and retries take more than five minutes."""
    config: Any = CLIENTS[name]().meta.config
    attempt = config.connect_timeout + config.read_timeout
    assert attempt <= 12
    assert attempt * config.retries["total_max_attempts"] <= 100


@pytest.mark.parametrize("create", [clients.dynamodb, lambda: outposts_client(Source("111122223333", "eu-west-1"))])
def test_a_call_names_the_notifier_and_its_libraries_and_nothing_else(create: Callable[[], Any]) -> None:
    """Botocore would compose all else for each call, which takes a quarter of the call's processor time."""
    sent: list[Any] = []

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        sent.append(request.headers["User-Agent"])
        return response(request, 200, {}, b"{}")

    client = create()
    client.meta.events.register("before-send", send)
    getattr(client, {"dynamodb": "list_tables", "outposts": "list_orders"}[client.meta.service_model.service_name])()
    name = sent[0].decode()
    assert name.startswith(f"outposts-order-notifier Boto3/{boto3.__version__} Botocore/{botocore.__version__}")
    assert "ua/" not in name


def test_tests_can_replace_every_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replacement is in use until the clients are cleared."""
    with monkeypatch.context() as patch:
        patch.setattr(clients, "create", lambda service, **_: f"a fake {service}")
        assert [str(clients.sns()), str(clients.sts("eu-west-1"))] == ["a fake sns", "a fake sts"]
    clients.clear()
    assert clients.sns().meta.service_model.service_name == "sns"
