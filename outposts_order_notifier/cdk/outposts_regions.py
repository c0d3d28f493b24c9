"""Which configured regions have no AWS Outposts, as far as botocore knows."""

from collections.abc import Iterator
from functools import cache

import botocore

from machine import aws_data
from outposts_order_notifier.cdk.configuration import Configuration

WARNING = "outposts-order-notifier:regionWithoutOutposts"


@cache
def outposts_regions() -> frozenset[str]:
    """Give the regions in which botocore knows an endpoint of Outposts."""
    session = aws_data.session()
    return frozenset(
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions("outposts", partition)
    )


def warnings(configuration: Configuration) -> Iterator[str]:
    """Give a warning for each configured region without Outposts.

    It is no error: AWS adds regions, and botocore may be older. Another endpoint may be in any region.
    """
    if configuration.outposts_endpoint_url:
        return
    organization = configuration.organization
    regions = {f"notifier.sources[{number}].region": each.region for number, each in enumerate(configuration.sources)}
    regions |= {
        f"notifier.organization.regions[{number}]": region
        for number, region in enumerate(organization.regions if organization else ())
    }
    for path, region in regions.items():
        if region not in outposts_regions():
            yield (
                f"{path}: AWS Outposts has no endpoint in {region}, as far as botocore {botocore.__version__} knows. "
                "Polls there fail, unless AWS has added the region since."
            )
