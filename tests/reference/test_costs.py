"""What a stack costs, and the pages that say so."""

import json
import re
from typing import Any

import pytest
from aws_cdk.assertions import Template

from benchmarks import accounts
from outposts_order_notifier.cdk.metrics import METRICS
from reference import costs, prices
from reference.costs import (
    CONFIGURATION,
    FREE,
    OF_AN_ORGANIZATION,
    RULES,
    WITH_A_CHANGE,
    WITHOUT_DASHBOARD,
    Stack,
    UnpricedError,
    monthly,
    stack_of,
)
from testing.synthesis import FULL, template_of
from tests.docs.pages import DOCS, ROOT

EVERY: dict[str, Any] = {
    **FULL,
    "webhook": {"secretName": "webhook"},
    "amazonQDeveloper": True,
    "weeklySummary": {"day": "MONDAY", "time": "08:00"},
    "routes": [{"name": "dublin", "notify": {}, "emails": ["dublin@example.com"]}],
}
OF_A_FAILURE = {
    *("PollFailures", "PendingEvents", "OrdersLeft", "SnapshotsSetAside"),
    *("NotificationFailures", "NotificationDelay"),
}


def resources(template: Template) -> dict[str, Any]:
    """Return a template's resources."""
    found: dict[str, Any] = template.to_json()["Resources"]
    return found


class TestTargets:
    """A quiet stack is cheap, at list price."""

    @pytest.mark.parametrize(("notifier", "dollars"), [(WITHOUT_DASHBOARD, 2.50), (CONFIGURATION, 5.50)])
    def test_one_source_with_up_to_ten_orders_in_flight(self, notifier: dict[str, Any], dollars: float) -> None:
        """Without and with a dashboard; what AWS gives is not needed for it."""
        assert [monthly(notifier, in_flight) for in_flight in range(11) if monthly(notifier, in_flight) > dollars] == []

    def test_no_alarm_is_saved(self) -> None:
        """The cheaper stack has the same ones."""
        cheap, usual = (stack_of(each, 1).of("AWS::CloudWatch::Alarm") for each in (WITHOUT_DASHBOARD, CONFIGURATION))
        assert cheap == usual


class TestPrices:
    """Everything in the template has a price, or a reason why it is free."""

    @pytest.mark.parametrize("notifier", [{}, FULL, EVERY], ids=["minimal", "full", "every"])
    def test_each_type_of_resource_is_known(self, notifier: dict[str, Any]) -> None:
        """In any configuration."""
        assert list(Stack(resources(template_of(notifier)), 10).uses())

    def test_a_resource_without_a_price_is_an_error(self) -> None:
        """So it is noticed when it is added, and not on the bill."""
        added = {"Gateway": {"Type": "AWS::EC2::NatGateway", "Properties": {}}}
        with pytest.raises(UnpricedError, match=r"Gateway is an AWS::EC2::NatGateway: add its price"):
            list(Stack({**resources(template_of({})), **added}, 10).uses())

    def test_there_is_no_rule_without_a_resource(self) -> None:
        """What is no longer in the template has none."""
        assert {each["Type"] for each in resources(template_of(EVERY)).values()} == RULES.keys() | FREE.keys()

    def test_each_metric_is_counted_when_it_is_sent(self) -> None:
        """With a change, always for an organization, or only in a failure, which the table leaves out."""
        counted = set().union(*WITH_A_CHANGE.values(), OF_AN_ORGANIZATION.values())
        assert counted.isdisjoint(OF_A_FAILURE)
        assert counted | OF_A_FAILURE == METRICS.keys()
        sent = [(service, name) for service, names in WITH_A_CHANGE.items() for name in names]
        sent += OF_AN_ORGANIZATION.items()
        assert [(service, name) for service, name in sent if METRICS[name].service != service] == []

    def test_an_alarm_costs_by_its_metrics(self) -> None:
        """One on an expression has several."""
        organization = Stack(resources(template_of(FULL)), 10)
        metrics = sum(json.dumps(each).count('"MetricStat"') for each in organization.of("AWS::CloudWatch::Alarm"))
        assert metrics == 13
        assert costs.costs(organization)["CloudWatch: alarms"] == pytest.approx(metrics * prices.ALARM_METRIC.one)

    def test_what_aws_gives_is_used_once(self) -> None:
        """Of ten metrics in alarms, nine are used; an organization's thirteen exceed them."""
        for notifier, beyond in ((CONFIGURATION, 0), (FULL, 3)):
            given = costs.costs(stack_of(notifier, 10), given=True)
            assert given["CloudWatch: alarms"] == pytest.approx(beyond * prices.ALARM_METRIC.one)
            assert given["CloudWatch: dashboard"] < 0.01


class TestPages:
    """What the pages say; tests/reference/test_files.py compares the generated parts of docs/operations.md."""

    def test_readme_rounds_it(self) -> None:
        """For ten orders in flight."""
        dollars, cheaper = monthly(CONFIGURATION, 10), monthly(WITHOUT_DASHBOARD, 10)
        for path in (ROOT / "README.md", DOCS / "index.md"):
            text = " ".join(path.read_text("utf-8").split())
            assert f"about ${dollars:.0f} a month, of which ${dollars - cheaper:.0f} are for" in text

    def test_the_tables_of_organizations_are_as_calculated(self) -> None:
        """They are not measured, so no benchmark is needed to update them."""
        page = (DOCS / "performance.md").read_text("utf-8")
        for table in accounts.tables():
            assert f"<!-- {table.part} -->{table.as_markdown()}<!-- end -->" in page
        assert accounts.tightest() in page

    def test_operations_lists_each_metric_with_its_function(self) -> None:
        """And no other."""
        table = (DOCS / "operations.md").read_text("utf-8").partition("\n## Metrics\n")[2].partition("\n## ")[0]
        rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| `(\w+)` \|", table, re.MULTILINE)
        documented = {name: service for names, service in rows for name in re.findall(r"\w+", names)}
        assert documented == {name: metric.service for name, metric in METRICS.items()}
