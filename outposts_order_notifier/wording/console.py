"""Links to the AWS Management Console, in the region's partition. Pure."""

from urllib.parse import quote

from outposts_order_notifier.domain.places import Arn


def orders_url(region: str) -> str:
    """Return the URL of the Outposts console's list of orders in a region. No URL of a single order is documented."""
    return f"https://{_domain(region)}/outposts/home?region={region}#Orders"


def alarm_url(arn: str) -> str:
    """Return the URL of a CloudWatch alarm in the console."""
    _, _, region, _, resource = Arn.parse(arn)
    name = resource.removeprefix("alarm:")
    return f"https://{_domain(region)}/cloudwatch/home?region={region}#alarmsV2:alarm/{quote(name, safe='')}"


def dashboard_url(region: str, name: str) -> str:
    """Return the URL of a CloudWatch dashboard in the console."""
    return f"https://{_domain(region)}/cloudwatch/home?region={region}#dashboards/dashboard/{name}"


def support_case_url(region: str) -> str:
    """Return the URL of the console's page that opens a case with AWS Support."""
    domain = "console.aws.amazon.com" if _domain(region).endswith(".console.aws.amazon.com") else _domain(region)
    return f"https://{domain}/support/home#/case/create"


def _domain(region: str) -> str:
    if region.startswith("us-gov-"):
        return "console.amazonaws-us-gov.com"
    if region.startswith("cn-"):
        return "console.amazonaws.cn"
    return f"{region}.console.aws.amazon.com"
