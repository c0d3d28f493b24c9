"""Templates that many tests use, synthesized once."""

import pytest
from aws_cdk.assertions import Template

from outposts_order_notifier.cdk.local_cloud import LocalCloud
from testing.synthesis import FULL, template_of


@pytest.fixture(scope="session")
def minimal() -> Template:
    """The template of an empty configuration."""
    return template_of({})


@pytest.fixture(scope="session")
def full() -> Template:
    """The template of a configuration with every key."""
    return template_of(FULL)


@pytest.fixture(scope="session")
def local() -> Template:
    """The template as deployed on the local cloud."""
    return template_of(FULL, local_cloud=LocalCloud(slack_origin="http://127.0.0.1:4567"))
