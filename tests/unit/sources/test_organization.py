"""An organization's sources, and which of them an input selects."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.sources.organization import Organization

FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:poll"
REGIONS = ("eu-west-1", "us-east-1")
ACCOUNTS = ("111122223333", "222233334444", "333344445555")
CONFIGURED = {"roleName": "reader", "externalId": "orders", "regions": list(REGIONS)}
ROLE = "arn:aws:iam::222233334444:role/reader"


def organization(sources: str = "[]", function_arn: str = FUNCTION, **keys: Any) -> Organization:
    """Return an organization with two regions."""
    return Organization.load(json.dumps({**CONFIGURED, **keys}), sources, function_arn)


class TestSources:
    """The sources of an account."""

    def test_an_account_is_a_source_in_each_region_by_its_role(self) -> None:
        """As an input of the poll function: region, role and external id."""
        assert organization().sources("222233334444") == [
            {"region": "eu-west-1", "roleArn": ROLE, "externalId": "orders"},
            {"region": "us-east-1", "roleArn": ROLE, "externalId": "orders"},
        ]

    def test_its_role_is_in_the_partition(self) -> None:
        """GovCloud and China have their own partitions."""
        (source, _) = organization(function_arn=FUNCTION.replace("aws", "aws-cn", 1)).sources("222233334444")
        assert source["roleArn"] == "arn:aws-cn:iam::222233334444:role/reader"

    def test_a_configured_source_is_not_one_of_the_organizations(self) -> None:
        """An order belongs to one source: a configured one takes precedence, limited to some Outposts or not."""
        sources = """[{"region": "eu-west-1"},
            {"region": "us-east-1", "roleArn": "arn:aws:iam::222233334444:role/other", "outpostIds": ["op-1"]}]"""
        watched = organization(sources)
        assert [[source["region"] for source in watched.sources(account)] for account in ACCOUNTS] == [
            ["us-east-1"],
            ["eu-west-1"],
            ["eu-west-1", "us-east-1"],
        ]

    @given(chosen=st.sets(st.sampled_from(ACCOUNTS)), exclude=st.booleans())
    def test_accounts_are_chosen_or_left_out(self, chosen: set[str], exclude: bool) -> None:
        """`accounts` selects these only, `excludeAccounts` all but these; without both, all are read."""
        keys: dict[str, Any] = {"excludeAccounts" if exclude else "accounts": sorted(chosen)}
        watched = organization(**keys)
        expected = set(ACCOUNTS) - chosen if exclude else chosen or set(ACCOUNTS)
        assert {account for account in ACCOUNTS if watched.sources(account)} == expected


class TestSourceMeant:
    """Only what is configured is ever read."""

    @pytest.mark.parametrize("external_id", [{}, {"externalId": "orders"}, {"externalId": None}])
    def test_region_and_role_select_a_source(self, external_id: dict[str, str]) -> None:
        """The external id is known, so it may be omitted."""
        meant = organization().select_source(
            {"region": "us-east-1", "roleArn": ROLE, "orderIds": ["oo-1"], **external_id}
        )
        assert meant == {"region": "us-east-1", "roleArn": ROLE, "externalId": "orders"}

    @pytest.mark.parametrize(
        "request_",
        [
            {},
            {"region": "eu-west-1"},
            {"roleArn": ROLE},
            {"roleArn": ROLE, "region": None},
            {"roleArn": ROLE, "region": "ap-south-1"},
            {"roleArn": ROLE, "region": "eu-west-1", "externalId": "guessed"},
            {"roleArn": ROLE, "region": "eu-west-1", "outpostIds": ["op-1"]},
            {"roleArn": f"{ROLE}2", "region": "eu-west-1"},
            {"roleArn": f"{ROLE}\n", "region": "eu-west-1"},
            {"roleArn": ROLE.replace("role/", "role/path/"), "region": "eu-west-1"},
            {"roleArn": ROLE.replace("aws", "aws-cn"), "region": "eu-west-1"},
            {"roleArn": ROLE.replace("222233334444", "*"), "region": "eu-west-1"},
            {"roleArn": ROLE.replace("2", "٢"), "region": "eu-west-1"},
            {"roleArn": ROLE.replace("222233334444", "999999999999"), "region": "eu-west-1"},
        ],
    )
    def test_anything_else_selects_none(self, request_: dict[str, Any]) -> None:
        """No message or input can make poll assume a role that is not configured."""
        assert organization(excludeAccounts=["999999999999"]).select_source(request_) is None
