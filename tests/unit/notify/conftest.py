"""What several tests of notify need."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from testing.state_table import create_state_table


@pytest.fixture
def client() -> Iterator[Any]:
    """DynamoDB with an empty table of notify's state."""
    with mock_aws():
        client = boto3.client("dynamodb")
        create_state_table(client)
        yield client
