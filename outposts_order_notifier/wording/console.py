"""Links into the AWS Management Console, in the partition that a region belongs to."""

from urllib.parse import quote

from outposts_order_notifier.domain.places import Arn


def orders_url(region: str) -> str:
    """Give the address of the Outposts console's orders in a region. A link to one order is not documented."""
    return f"https://{_domain(region)}/outposts/home?region={region}#Orders"


def alarm_url(arn: str) -> str:
    """Give the address of a CloudWatch alarm in the console."""
    _, _, region, _, resource = Arn.parse(arn)
    name = resource.removeprefix("alarm:")
    return f"https://{_domain(region)}/cloudwatch/home?region={region}#alarmsV2:alarm/{quote(name, safe='')}"


def _domain(region: str) -> str:
    if region.startswith("us-gov-"):
        return "console.amazonaws-us-gov.com"
    if region.startswith("cn-"):
        return "console.amazonaws.cn"
    return f"{region}.console.aws.amazon.com"
