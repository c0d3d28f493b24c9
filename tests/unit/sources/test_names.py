"""The lookup of names, against the simulated Outposts API over HTTP."""

from collections.abc import Iterator

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from local.outposts.simulator import OutpostsSimulator
from local.server import Server
from outposts_order_notifier.sources.names import look_up

ONCE = Config(connect_timeout=2, retries={"total_max_attempts": 1})


def client_of(url: str):  # type: ignore[no-untyped-def] # noqa: ANN201 - boto3's own type
    """Return a client of an Outposts endpoint."""
    return boto3.client("outposts", endpoint_url=url, region_name="eu-west-1", config=ONCE)


@pytest.fixture
def url() -> Iterator[str]:
    """A simulated account's endpoint."""
    with Server(OutpostsSimulator()) as server:
        yield server.url


def test_finds_outposts_sites_racks_and_servers(url: str) -> None:
    """By their ids; hardware is described by what it holds."""
    client = client_of(url)
    outpost = client.list_outposts()["Outposts"][0]
    (site,) = client.list_sites()["Sites"]
    found = look_up(client)
    assert found.errors == {}
    assert found.names[outpost["OutpostId"]] == outpost["Name"]
    assert found.names[site["SiteId"]] == site["Name"]
    assert found.names["OR-RACKM5A"] == "rack, 4 × m5.24xlarge and 2 × c5.24xlarge"
    assert found.names["OR-SRV1C6G"] == "server, 1 × c6gd.16xlarge"


def test_a_long_name_is_cut(url: str) -> None:
    """An Outpost's name may have 255 characters."""
    client = client_of(url)
    site = client.list_sites()["Sites"][0]["SiteId"]
    outpost = client.create_outpost(Name="x" * 255, SiteId=site)["Outpost"]["OutpostId"]
    assert look_up(client).names[outpost] == "x" * 100


def test_what_is_denied_is_reported_and_the_rest_found() -> None:
    """Each permission brings its own names."""
    client = client_of("http://127.0.0.1:9")
    with Stubber(client) as stub:
        stub.add_client_error("list_outposts", "AccessDeniedException", "no outposts:ListOutposts")
        stub.add_response("list_sites", {"Sites": [{"SiteId": "os-0123456789abcdef0", "Name": "Dublin"}]})
        stub.add_client_error("list_catalog_items", "AccessDeniedException", "no outposts:ListCatalogItems")
        found = look_up(client)
    assert found.names == {"os-0123456789abcdef0": "Dublin"}
    assert {action: error.rpartition(": ")[2] for action, error in found.errors.items()} == {
        "outposts:ListOutposts": "no outposts:ListOutposts",
        "outposts:ListCatalogItems": "no outposts:ListCatalogItems",
    }


def test_an_endpoint_that_does_not_answer_is_tried_once() -> None:
    """Orders wait for the names, so nothing is tried after it."""
    found = look_up(client_of("http://127.0.0.1:9"))
    assert found.names == {}
    assert len(found.errors) == 1
