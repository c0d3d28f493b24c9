"""Templates that many tests look at, made once."""

from typing import Any

import pytest
from aws_cdk.assertions import Template

from infra.local_cloud import LocalCloud
from tests.infra.synthesis import REGION, template_of

READER_ROLE = "arn:aws:iam::123456789012:role/OutpostsReader"
FULL: dict[str, Any] = {
    "sources": [
        {"region": REGION, "outpostIds": ["op-0123456789abcdef0"]},
        {"region": "us-west-2"},
        {"region": REGION, "roleArn": READER_ROLE, "externalId": "notifier"},
    ],
    "organization": {
        "roleName": "OutpostsReader",
        "regions": [REGION, "us-west-2"],
        "excludeAccounts": ["210987654321"],
    },
    "pollEveryMinutes": 10,
    "stalledAfterDays": {"order": {"PREPARING": 60, "ERROR": None}, "lineItem": {"SHIPPED": 21}},
    "slack": {"secretName": "outposts/slack", "channel": "#outposts"},
    "emails": ["hardware@example.com", "oncall@example.com"],
    "notify": {"changes": {"status": ["REPLACED", "ERROR"]}},
    "eventBusReaders": ["210987654321", "o-a1b2c3d4e5"],
    "outpostsEndpointUrl": "https://outposts.example.com",
}


@pytest.fixture(scope="session")
def minimal() -> Template:
    """The template of a configuration that says nothing."""
    return template_of({})


@pytest.fixture(scope="session")
def full() -> Template:
    """The template of a configuration that says all it can."""
    return template_of(FULL)


@pytest.fixture(scope="session")
def local() -> Template:
    """The template as the local cloud gets it."""
    return template_of(FULL, local_cloud=LocalCloud(slack_origin="http://127.0.0.1:4567"))
