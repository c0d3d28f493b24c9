"""Templates that many tests look at, made once."""

import pytest
from aws_cdk.assertions import Template

from outposts_order_notifier.cdk.local_cloud import LocalCloud
from testing.synthesis import FULL, template_of


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
