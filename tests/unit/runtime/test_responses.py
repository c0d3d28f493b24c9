"""Parsing responses in place of botocore's parser."""

import json
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

from outposts_order_notifier.runtime.responses import parse_responses
from testing.responses import response


def answering(status: int, body: Any) -> Any:
    """Return a client whose requests are answered with a JSON body, without HTTP."""
    client = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        return response(request, status, {}, json.dumps(body).encode())

    client.meta.events.register("before-send", send)  # type: ignore[arg-type] # its answer is used
    return client


def test_a_response_is_what_the_function_returns() -> None:
    """Members included that botocore's model lacks; botocore adds its metadata."""
    client = answering(200, {"TableNames": ["a"], "New": 1})
    parse_responses(client, "ListTables", json.loads)
    answer = client.list_tables()
    assert answer.pop("ResponseMetadata")["HTTPStatusCode"] == 200
    assert answer == {"TableNames": ["a"], "New": 1}


def test_other_operations_are_parsed_by_botocore() -> None:
    """As before."""
    client = answering(200, {"TableNames": ["a"], "New": 1})
    parse_responses(client, "Query", json.loads)
    assert "New" not in client.list_tables()


def test_an_error_is_parsed_by_botocore() -> None:
    """So it is the exception of its code."""
    client = answering(400, {"__type": "ResourceNotFoundException", "message": "none"})
    parse_responses(client, "ListTables", lambda _: {})
    with pytest.raises(ClientError, match="none") as raised:
        client.list_tables()
    assert isinstance(raised.value, client.exceptions.ResourceNotFoundException)


def test_a_response_is_parsed_once_however_often_the_function_is_given() -> None:
    """Objects that share a client may each give theirs."""
    client, parsed = answering(200, {"TableNames": []}), list[bytes]()

    def parse(body: bytes) -> Any:
        parsed.append(body)
        return json.loads(body)

    parse_responses(client, "ListTables", parse)
    parse_responses(client, "ListTables", parse)
    client.list_tables()
    assert parsed == [b'{"TableNames": []}']
