"""Links to the console."""

import pytest

from outposts_order_notifier.wording.console import alarm_url, dashboard_url, orders_url, support_case_url


class TestLinks:
    """Each partition has its own console."""

    @pytest.mark.parametrize(
        ("region", "url"),
        [
            ("eu-west-1", "https://eu-west-1.console.aws.amazon.com/outposts/home?region=eu-west-1#Orders"),
            ("us-gov-west-1", "https://console.amazonaws-us-gov.com/outposts/home?region=us-gov-west-1#Orders"),
            ("cn-north-1", "https://console.amazonaws.cn/outposts/home?region=cn-north-1#Orders"),
        ],
    )
    def test_an_orders_link_leads_to_its_region_in_its_partition(self, region: str, url: str) -> None:
        """GovCloud and China are not in the public console."""
        assert orders_url(region) == url

    @pytest.mark.parametrize(
        ("region", "domain"),
        [
            ("eu-west-1", "console.aws.amazon.com"),
            ("us-gov-west-1", "console.amazonaws-us-gov.com"),
            ("cn-north-1", "console.amazonaws.cn"),
        ],
    )
    def test_a_support_cases_link_is_that_of_the_partition(self, region: str, domain: str) -> None:
        """AWS Support has no regions."""
        assert support_case_url(region) == f"https://{domain}/support/home#/case/create"

    def test_a_dashboards_link_names_it_in_its_region(self) -> None:
        """Dashboards of other regions have the same name."""
        assert dashboard_url("us-gov-west-1", "orders") == (
            "https://console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1#dashboards/dashboard/orders"
        )

    def test_an_alarms_link_names_it_for_any_name(self) -> None:
        """A name may contain colons, slashes and spaces."""
        arn = "arn:aws-us-gov:cloudwatch:us-gov-west-1:111122223333:alarm:polls: failing/stopped"
        assert alarm_url(arn) == (
            "https://console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1"
            "#alarmsV2:alarm/polls%3A%20failing%2Fstopped"
        )
