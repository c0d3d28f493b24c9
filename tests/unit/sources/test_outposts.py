"""Reading orders from the Outposts API."""

import json
import math
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import PaginationError
from moto import mock_aws
from werkzeug.test import Client

from local.outposts.paging import TOKEN_LENGTH
from local.outposts.simulator import OutpostsSimulator
from outposts_order_notifier.poll import handler
from outposts_order_notifier.runtime import clients
from outposts_order_notifier.sources import assumed_role
from outposts_order_notifier.sources.assumed_role import sts_region
from outposts_order_notifier.sources.outposts import (
    MalformedOrderError,
    digest,
    get_order,
    list_orders,
    outposts_client,
)
from outposts_order_notifier.sources.source import Source
from testing.responses import response
from testing.strategies import ORDER_ID

OWN = Source("111122223333", "eu-west-1")
OTHER = Source("222233334444", "eu-central-1", "arn:aws:iam::222233334444:role/reader", "secret")


def answering(answer: Callable[[AWSPreparedRequest], Any], source: Source = OWN) -> Any:
    """Return a client whose requests are answered with a JSON body, without HTTP."""
    client = outposts_client(source)

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        return response(request, 200, {}, json.dumps(answer(request)).encode())

    client.meta.events.register("before-send.outposts.*", send)  # type: ignore[arg-type] # its answer is used
    return client


def read(order: Any) -> Any:
    """Return the order that `get_order` returns for a response."""
    return get_order(answering(lambda _: {"Order": order}), ORDER_ID)


class TestGetOrder:
    """One order."""

    def test_members_that_the_model_lacks_are_kept_at_every_level(self) -> None:
        """Members that AWS adds later are not dropped."""
        item = {"LineItemId": "ooi-a", "Eta": {"Earliest": 1767225600.5}, "ShipmentInformation": {"Pallets": [1, 2]}}
        order = {"OrderId": ORDER_ID, "CustomsOffice": "DE1", "Status": "NEVER_SEEN", "LineItems": [item]}
        assert read(order) == order

    def test_times_are_iso_8601_wherever_the_model_has_one(self) -> None:
        """Epoch seconds and ISO 8601 in a response have the same result."""
        order = {"OrderId": ORDER_ID, "OrderSubmissionDate": 1767225600, "OrderFulfilledDate": "2026-01-01T00:00:00Z"}
        assert read(order) == {
            "OrderId": ORDER_ID,
            "OrderSubmissionDate": "2026-01-01T00:00:00Z",
            "OrderFulfilledDate": "2026-01-01T00:00:00Z",
        }

    def test_a_null_counts_as_absent(self) -> None:
        """Otherwise a member that goes from absent to null would be a change."""
        order: Any = {
            "OrderId": ORDER_ID,
            "PaymentTerm": None,
            "LineItems": [{"Status": None}, None],
            "New": [None, {}],
        }
        assert read(order) == {"OrderId": ORDER_ID, "LineItems": [{}], "New": [{}]}

    def test_half_a_character_is_replaced(self) -> None:
        """JSON can escape a lone surrogate, which UTF-8 cannot encode."""
        assert read({"OrderId": ORDER_ID, "PaymentTerm": "a\ud83d"})["PaymentTerm"] == "a\ufffd"

    @pytest.mark.parametrize(
        ("member", "kept"),
        [
            ({"LineItems": {"Status": "SHIPPED"}}, {"LineItems": [{"Status": "SHIPPED"}]}),
            ({"LineItems": [{}, "ooi-a"]}, {"LineItems": [{}, {"value": "ooi-a"}]}),
            ({"LineItems": [{"Status": 7}]}, {"LineItems": [{"Status": "7"}]}),
            ({"LineItems": [{"Quantity": [2]}]}, {"LineItems": [{"Quantity": "[2]"}]}),
            ({"Status": {"a": True}}, {"Status": '{"a":true}'}),
            ({"OrderSubmissionDate": 1e30}, {"OrderSubmissionDate": "1e+30"}),
            ({"OrderSubmissionDate": "soon"}, {"OrderSubmissionDate": "soon"}),
            ({"Weight": math.nan, "Size": -math.inf}, {"Weight": "NaN", "Size": "-Infinity"}),
            ({"Count": 10**40}, {"Count": str(10**40)}),
            ({"a\ud83d": 1}, {"a\ufffd": 1}),
        ],
    )
    def test_a_value_of_another_type_is_converted_to_its_shape(
        self, member: dict[str, Any], kept: dict[str, Any]
    ) -> None:
        """An unexpected value is neither lost nor fatal to the others."""
        assert read({"OrderId": ORDER_ID, **member}) == {"OrderId": ORDER_ID, **kept}

    @pytest.mark.parametrize("order", [{}, {"OrderId": "oo-another"}])
    def test_an_answer_about_another_order_is_refused(self, order: dict[str, Any]) -> None:
        """It must not become this order's snapshot."""
        with pytest.raises(MalformedOrderError, match=f"GetOrder of {ORDER_ID} returned an order with the id"):
            read(order)

    def test_an_answer_without_an_order_is_refused(self) -> None:
        """An empty response is not an order."""
        with pytest.raises(MalformedOrderError):
            get_order(answering(lambda _: {}), ORDER_ID)


class TestListOrders:
    """All summaries, page by page."""

    def test_tokens_of_full_length_go_back_as_they_came(self) -> None:
        """The simulator rejects tokens that were cut or changed, and returns tokens that must be escaped in URLs."""
        app = OutpostsSimulator()
        for n in range(2_500):
            app._account.put_order({"OrderId": f"oo-{n:017x}", "Status": "PREPARING"})
        urls: list[str] = []

        def answer(request: AWSPreparedRequest) -> Any:
            urls.append(str(request.url))
            target = str(request.url).removeprefix("https://outposts.eu-west-1.amazonaws.com")
            return Client(app).get(target).json

        pages = list(list_orders(answering(answer), None))
        assert len({order["OrderId"] for page in pages for order in page or ()}) == 2_500
        assert ["NextToken" in url for url in urls] == [False, True, True]
        assert all(len(url) > TOKEN_LENGTH for url in urls[1:])

    def test_an_outpost_is_listed_by_itself(self) -> None:
        """ListOrders filters by one Outpost at a time."""
        client = answering(lambda request: {"Orders": [{"OrderId": str(request.url).partition("Filter=")[2][:4]}]})
        assert list(list_orders(client, "op-1")) == [[{"OrderId": "op-1"}]]

    def test_a_repeated_token_ends_the_listing_with_an_error(self) -> None:
        """Paging would never end."""
        client = answering(lambda _: {"Orders": [], "NextToken": "again"})
        with pytest.raises(PaginationError, match="same next token was received twice"):
            list(list_orders(client, None))

    def test_a_page_without_orders_does_not_end_the_listing(self) -> None:
        """A page without orders may have a token."""
        pages = iter([{"NextToken": "more"}, {"Orders": [{"OrderId": ORDER_ID}]}])
        client = answering(lambda _: next(pages))
        assert list(list_orders(client, None)) == [None, [{"OrderId": ORDER_ID}]]


class TestDigest:
    """The digest of a summary."""

    def test_any_difference_shows_and_the_order_of_members_does_not(self) -> None:
        """Times included."""
        first = {"OrderId": "a", "OrderSubmissionDate": "2026-01-01T00:00:00Z"}
        reordered = dict(reversed(first.items()))
        later = {**first, "OrderSubmissionDate": "2026-01-02T00:00:00Z"}
        assert digest(first) == digest(reordered)
        assert digest(first) != digest(later)
        assert len(digest(first)) == 8

    def test_a_list_in_another_order_does_not_show(self) -> None:
        """Otherwise a settled order would be read at every poll."""
        assert digest({"OrderId": "a", "Tags": ["x", "y"]}) == digest({"OrderId": "a", "Tags": ["y", "x"]})
        assert digest({"OrderId": "a", "Tags": ["x", "y"]}) != digest({"OrderId": "a", "Tags": ["x", "x"]})

    def test_a_summary_keeps_the_digest_that_earlier_versions_stored(self) -> None:
        """An upgrade does not cause orders to be read."""
        assert digest({"OrderId": "oo-1", "Status": "PREPARING"}).hex() == "05108949f4a75bc3"


class TestRole:
    """Reading another account with its role."""

    @pytest.fixture
    def calls(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, dict[str, Any]]]]:
        """Record the AWS calls and their parameters; moto simulates STS."""
        made: list[tuple[str, dict[str, Any]]] = []
        call = BaseClient._make_api_call  # type: ignore[attr-defined]

        def record(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
            made.append((operation, parameters))
            return call(client, operation, parameters)

        monkeypatch.setattr(BaseClient, "_make_api_call", record)
        with mock_aws():
            yield made
        assumed_role._credentials.cache_clear()
        clients.clear()

    def test_the_role_is_assumed_with_its_external_id_only_when_it_is_needed(
        self, calls: list[tuple[str, dict[str, Any]]]
    ) -> None:
        """The session's name identifies the reader in CloudTrail, and the client is of the source's region."""
        client = answering(lambda _: {"Order": {"OrderId": ORDER_ID}}, OTHER)
        assert calls == []
        get_order(client, ORDER_ID)
        get_order(client, ORDER_ID)
        assert [operation for operation, _ in calls] == ["GetOrder", "AssumeRole", "GetOrder"]
        assert calls[1][1] == {
            "RoleArn": OTHER.role_arn,
            "RoleSessionName": "outposts-order-notifier",
            "ExternalId": "secret",
        }
        assert client.meta.region_name == "eu-central-1"

    def test_a_role_without_an_external_id_is_assumed_without_one(
        self, calls: list[tuple[str, dict[str, Any]]]
    ) -> None:
        """STS rejects an empty one."""
        source = Source("222233334444", "eu-central-1", OTHER.role_arn)
        get_order(answering(lambda _: {"Order": {"OrderId": ORDER_ID}}, source), ORDER_ID)
        assert "ExternalId" not in calls[1][1]

    def test_a_role_is_assumed_once_for_all_its_regions(self, calls: list[tuple[str, dict[str, Any]]]) -> None:
        """STS throttles; clients of the same role share credentials, and those of other roles do not."""
        keys: dict[tuple[str | None, str], str] = {}
        for source in (OTHER, replace(OTHER, region="us-east-1"), replace(OTHER, role_arn=f"{OTHER.role_arn}2")):

            def answer(request: AWSPreparedRequest, source: Source = source) -> Any:
                credential = str(request.headers["Authorization"]).partition("Credential=")[2].split("/")
                assert credential[2] == source.region
                keys[source.role_arn, source.region] = credential[0]
                return {"Order": {"OrderId": ORDER_ID}}

            get_order(answering(answer, source), ORDER_ID)
        first, again, other = keys.values()
        assert first == again != other
        assert [operation for operation, _ in calls].count("AssumeRole") == 2

    def test_threads_that_start_together_assume_a_role_once(self, calls: list[tuple[str, dict[str, Any]]]) -> None:
        """They also create their clients one after another, as boto3's sessions are not thread-safe."""
        regions = ("ap-southeast-2", "eu-central-1", "eu-west-1", "eu-west-2", "us-east-1", "us-west-2")
        started = threading.Barrier(len(regions))

        def poll(region: str) -> None:
            started.wait()
            get_order(answering(lambda _: {"Order": {"OrderId": ORDER_ID}}, replace(OTHER, region=region)), ORDER_ID)

        with ThreadPoolExecutor(len(regions)) as threads:
            list(threads.map(poll, regions))
        assert [operation for operation, _ in calls].count("AssumeRole") == 1

    @pytest.mark.parametrize(
        ("own", "source", "expected"),
        [
            ("eu-west-1", "us-west-2", "eu-west-1"),  # one AssumeRole for all regions of a role
            ("eu-west-1", "me-south-1", "eu-west-1"),  # the notifier's account need not have enabled the source's
            ("me-south-1", "eu-west-1", "eu-west-1"),  # nor the source's account the notifier's
            ("me-south-1", "me-south-1", "me-south-1"),  # both have enabled it
            ("me-south-1", "af-south-1", "us-east-1"),  # each may have enabled its own alone
            (None, "eu-west-1", "eu-west-1"),
            (None, "me-south-1", "us-east-1"),
        ],
    )
    def test_a_role_is_assumed_in_a_region_where_both_accounts_can_use_sts(
        self, own: str | None, source: str, expected: str
    ) -> None:
        """An opt-in region's endpoint refuses if either account has not enabled it; its credentials work anywhere."""
        assert sts_region("arn:aws:iam::222233334444:role/Reader", source, own) == expected

    @pytest.mark.parametrize(("partition", "own", "source"), [("aws-us-gov", "us-gov-west-1", "us-gov-east-1")])
    def test_other_partitions_have_no_opt_in_regions(self, partition: str, own: str, source: str) -> None:
        """The notifier's own region serves them all, and nothing leaves the partition."""
        assert sts_region(f"arn:{partition}:iam::222233334444:role/Reader", source, own) == own
        assert sts_region(f"arn:{partition}:iam::222233334444:role/Reader", source, None) == source

    def test_regions_that_are_enabled_by_default_are_regions(self) -> None:
        """A misspelled one would assume its roles in another region."""
        known = set(botocore.session.Session().get_available_regions("ec2"))
        assert known >= assumed_role.ENABLED_BY_DEFAULT
        assert assumed_role.ALWAYS_ACTIVE in assumed_role.ENABLED_BY_DEFAULT

    @pytest.mark.parametrize(
        ("own", "source", "host"),
        [("eu-west-1", "us-west-2", "sts.eu-west-1"), ("me-south-1", "us-west-2", "sts.us-west-2")],
    )
    def test_the_call_goes_to_that_regions_own_endpoint(
        self, own: str, source: str, host: str, calls: list[tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The role is assumed there, regardless of the region in which the function runs."""
        asked: list[str] = []
        recorded = BaseClient._make_api_call  # type: ignore[attr-defined]

        def note(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
            if operation == "AssumeRole":
                asked.append(client.meta.endpoint_url)
            return recorded(client, operation, parameters)

        monkeypatch.setattr(BaseClient, "_make_api_call", note)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.Session(region_name=own))
        get_order(answering(lambda _: {"Order": {"OrderId": ORDER_ID}}, replace(OTHER, region=source)), ORDER_ID)
        assert asked == [f"https://{host}.amazonaws.com"]
        assert "AssumeRole" in [operation for operation, _ in calls]

    def test_another_endpoint_of_sts_stays_effective(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The environment may set the local cloud or a VPC endpoint."""
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", boto3.Session())
        clients.clear()
        assert clients.sts("us-east-1").meta.endpoint_url == "http://127.0.0.1:4566"
        clients.clear()

    def test_credentials_and_clients_are_kept_in_bounded_number(self) -> None:
        """Ten thousand accounts pass through a function."""
        assert assumed_role._credentials.cache_info().maxsize == assumed_role.ROLES
        assert handler._outposts.cache_info().maxsize == handler.CLIENTS

    def test_the_role_is_assumed_again_before_it_expires(
        self, calls: list[tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A function that stays warm for hours keeps reading; credentials are valid for five minutes here."""
        call = BaseClient._make_api_call  # type: ignore[attr-defined]

        def give_for_five_minutes(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
            answer = call(client, operation, parameters)
            if operation == "AssumeRole":
                answer["Credentials"]["Expiration"] = datetime.now(UTC) + timedelta(minutes=5)
            return answer

        monkeypatch.setattr(BaseClient, "_make_api_call", give_for_five_minutes)
        keys: list[str] = []

        def answer(request: AWSPreparedRequest) -> Any:
            keys.append(str(request.headers["Authorization"]))
            return {"Order": {"OrderId": ORDER_ID}}

        client = answering(answer, OTHER)
        get_order(client, ORDER_ID)
        get_order(client, ORDER_ID)
        assert [operation for operation, _ in calls].count("AssumeRole") == 2
        assert keys[0].partition("Credential=")[2][:20] != keys[1].partition("Credential=")[2][:20]
