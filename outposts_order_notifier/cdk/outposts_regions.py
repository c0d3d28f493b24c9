"""Warnings about configured regions without AWS Outposts."""

from collections.abc import Iterator

import botocore

from outposts_order_notifier.cdk.configuration import Configuration
from outposts_order_notifier.cdk.configuration_schema import regions

WARNING = "outposts-order-notifier:regionWithoutOutposts"


def warnings(configuration: Configuration) -> Iterator[str]:
    """Yield a warning for each configured region in which botocore has no endpoint of Outposts.

    It is not an error, as AWS may have added the region since. Another endpoint may be in any region.
    """
    if configuration.outposts_endpoint_url:
        return
    organization = configuration.organization
    configured = [(f"sources[{number}].region", each.region) for number, each in enumerate(configuration.sources)]
    if organization:
        configured += [(f"organization.regions[{number}]", each) for number, each in enumerate(organization.regions)]
    for path, region in configured:
        if region not in regions("outposts"):
            yield (
                f"notifier.{path}: AWS Outposts has no endpoint in {region}, as far as botocore {botocore.__version__} "
                "knows. Polls there fail, unless AWS has added the region since."
            )
