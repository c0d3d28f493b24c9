"""The configured sources, and which of them an input selects."""

from typing import Any

import pytest

from outposts_order_notifier.sources.organization import Organization
from outposts_order_notifier.sources.settings import OrganizationSettings
from outposts_order_notifier.sources.source import Source, select_source, sources_from

ROLE = "arn:aws:iam::222233334444:role/reader"
OWN = Source("111122223333", "eu-west-1")
OTHER_REGION = Source("111122223333", "us-east-1")
TWO_OUTPOSTS = Source("111122223333", "us-east-1", outpost_ids=("op-1", "op-2"))
OTHER_ACCOUNT = Source("222233334444", "eu-west-1", ROLE, "secret")
ALL = (OWN, OTHER_REGION, TWO_OUTPOSTS, OTHER_ACCOUNT)


class TestSourcesFrom:
    """The configured sources."""

    def test_a_sources_account_is_its_roles_or_the_notifiers(self) -> None:
        """The role's ARN names the account."""
        text = f"""[{{"region": "eu-west-1"}},
            {{"region": "us-east-1", "outpostIds": ["op-2", "op-1"]}},
            {{"region": "eu-west-1", "roleArn": "{ROLE}", "externalId": "secret"}}]"""
        assert sources_from(text, "111122223333") == [OWN, TWO_OUTPOSTS, OTHER_ACCOUNT]

    def test_a_source_is_named_by_account_region_and_outposts(self) -> None:
        """Two sources of one region with different Outposts have separate states."""
        assert [source.name for source in ALL] == [
            "111122223333/eu-west-1",
            "111122223333/us-east-1",
            "111122223333/us-east-1/op-1,op-2",
            "222233334444/eu-west-1",
        ]


class TestSourceMeant:
    """Only what is configured is ever read."""

    @pytest.mark.parametrize(
        ("request_", "source"),
        [
            pytest.param({"region": "eu-west-1"}, OWN, id="whole, though another source shares its region"),
            pytest.param({"region": "us-east-1"}, OTHER_REGION, id="whole, without the other's Outposts"),
            pytest.param({"outpostIds": ["op-2", "op-1"]}, TWO_OUTPOSTS, id="by its Outposts, in any order"),
            pytest.param({"roleArn": ROLE}, OTHER_ACCOUNT, id="by its role"),
            pytest.param({"externalId": "secret", "orderIds": ["oo-1"]}, OTHER_ACCOUNT, id="without order ids"),
            pytest.param({"roleArn": ROLE, "accountName": "Payments"}, OTHER_ACCOUNT, id="whatever its account's name"),
            pytest.param(
                {"region": "eu-west-1", "roleArn": ROLE, "externalId": "secret"}, OTHER_ACCOUNT, id="with everything"
            ),
        ],
    )
    def test_an_input_selects_the_one_source_that_it_identifies(self, request_: dict[str, Any], source: Source) -> None:
        """Any part that identifies a source is enough."""
        assert select_source(request_, ALL) == source

    def test_an_empty_input_selects_the_only_source(self) -> None:
        """A single source needs no selection."""
        assert select_source({}, [OTHER_ACCOUNT]) == OTHER_ACCOUNT

    def test_an_input_that_several_sources_match_is_refused(self) -> None:
        """The error says how to select one, and which there are."""
        with pytest.raises(ValueError, match=r"several sources match: .* 222233334444/eu-west-1 \(arn:aws:iam::2222"):
            select_source({}, ALL)

    @pytest.mark.parametrize(
        "request_", [{"region": "ap-south-1"}, {"externalId": "guessed"}, {"roleArn": ROLE, "region": "us-east-1"}]
    )
    def test_an_input_that_no_source_matches_is_refused(self, request_: dict[str, Any]) -> None:
        """The error names the configured sources."""
        with pytest.raises(ValueError, match="no configured source matches the input; configured: 111122223333/eu"):
            select_source(request_, ALL)

    def test_an_unknown_key_is_refused_by_name(self) -> None:
        """A misspelled key must not select more."""
        with pytest.raises(
            ValueError, match=r"unknown input \['orderId'\]; allowed: \['accountName', 'externalId', 'orderIds'"
        ):
            select_source({"orderId": "oo-1"}, [OWN])


class TestOrganization:
    """An organization's sources, which are not listed in the configuration."""

    organization = Organization("aws", OrganizationSettings("reader", ("eu-west-1", "us-east-1"), "orders"))

    def test_region_and_role_select_one(self) -> None:
        """As sent by the planner, or by a direct invocation."""
        role = "arn:aws:iam::333344445555:role/reader"
        source = Source("333344445555", "us-east-1", role, "orders")
        assert select_source({"region": "us-east-1", "roleArn": role}, ALL, self.organization) == source

    def test_a_configured_source_takes_precedence(self) -> None:
        """It may have another external id, and Outposts."""
        assert select_source({"region": "eu-west-1", "roleArn": ROLE}, ALL, self.organization) == OTHER_ACCOUNT

    def test_any_other_input_is_rejected(self) -> None:
        """The error names the organization too."""
        match = r"the organization's accounts in eu-west-1, us-east-1 \(role reader\)$"
        with pytest.raises(ValueError, match=match):
            select_source({"region": "eu-west-1", "roleArn": f"{ROLE}2"}, ALL, self.organization)


class TestMalformedInput:
    """Inputs that are not sources."""

    @pytest.mark.parametrize("request_", ["x", [], None, 5, {"outpostIds": None}, {"region": []}, {"outpostIds": [1]}])
    def test_the_error_says_what_is_allowed(self, request_: Any) -> None:
        """The error is the same for any type."""
        with pytest.raises(ValueError, match="allowed: an object of strings"):
            select_source(request_, [])
