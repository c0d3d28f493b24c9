"""A region without Outposts causes a warning, and can be deployed nevertheless."""

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Annotations, Match

from outposts_order_notifier.cdk.configuration import Configuration
from outposts_order_notifier.cdk.configuration_schema import regions
from outposts_order_notifier.cdk.outposts_regions import WARNING, warnings
from testing.synthesis import REGION, stack_of

SOURCE = [{"region": REGION}]
WITHOUT = [
    ({}, "eu-central-2", ["notifier.sources[0].region: AWS Outposts has no endpoint in eu-central-2"]),
    ({}, "cn-north-1", ["notifier.sources[0].region: AWS Outposts has no endpoint in cn-north-1"]),
    ({"sources": [*SOURCE, {"region": "ca-west-1"}]}, REGION, ["notifier.sources[1].region: "]),
    (
        {"sources": SOURCE, "organization": {"roleName": "R", "regions": ["ap-south-2", REGION, "ap-southeast-4"]}},
        REGION,
        ["notifier.organization.regions[0]: ", "notifier.organization.regions[2]: "],
    ),
]


@pytest.mark.parametrize(("notifier", "region", "beginnings"), WITHOUT)
def test_each_region_without_outposts_is_named(notifier: dict[str, Any], region: str, beginnings: list[str]) -> None:
    """By its key; the stack's own region is that of the default source."""
    found = list(warnings(Configuration.parse(notifier, region)))
    assert len(found) == len(beginnings)
    for warning, beginning in zip(found, beginnings, strict=True):
        assert warning.startswith(beginning)
        assert warning.endswith("Polls there fail, unless AWS has added the region since.")


def test_another_endpoint_may_be_anywhere() -> None:
    """A proxy or a local cloud has no regions."""
    notifier = {"outpostsEndpointUrl": "https://outposts.example.com"}
    assert list(warnings(Configuration.parse(notifier, "eu-central-2"))) == []


def test_botocore_has_the_regions_of_outposts() -> None:
    """An empty list would cause a warning for every region, a list of all regions for none."""
    assert {"us-east-1", "eu-west-1", "us-gov-west-1"} <= regions("outposts").keys()
    assert not {"eu-central-2", "cn-north-1"} & regions("outposts").keys()


def test_the_warning_does_not_stop_a_deployment() -> None:
    """It is the CDK's own kind of warning, which `--strict` makes an error and code can acknowledge."""
    stack = stack_of({}, region="eu-central-2")
    warned = Match.string_like_regexp("no endpoint in eu-central-2")
    Annotations.from_stack(stack).has_warning("/OutpostsOrderNotifier/Default", warned)
    acknowledged = stack_of({}, region="eu-central-2")
    cdk.Annotations.of(acknowledged).acknowledge_warning(WARNING, "AWS has added the region")
    Annotations.from_stack(acknowledged).has_no_warning("/OutpostsOrderNotifier/Default", warned)


def test_regions_with_outposts_cause_no_warning() -> None:
    """No warning without a reason."""
    assert list(warnings(Configuration.parse({}, REGION))) == []
