"""The orders that ListOrders names for a source."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from outposts_order_notifier.poll import listing
from outposts_order_notifier.poll.listing import MAX_ORDER_ID, Listing, is_order_id, list_source
from outposts_order_notifier.sources.outposts import digest
from outposts_order_notifier.sources.source import Source

Page = Sequence[dict[str, Any]] | None
ALL = Source("111122223333", "eu-west-1")
TWO_OUTPOSTS = Source("111122223333", "eu-west-1", outpost_ids=("op-1", "op-2"))
ORDER = {"OrderId": "oo-1", "OrderType": "OUTPOST"}
REPLACEMENT = {"OrderId": "oo-2", "OrderType": "REPLACEMENT"}
CLIENT: Any = object()


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> dict[str | None, list[Page | Exception]]:
    """Set the pages of each Outpost's listing, None for all; an error interrupts the listing."""
    answers: dict[str | None, list[Page | Exception]] = {}

    def list_orders(client: object, outpost_id: str | None) -> Iterator[Page]:
        assert client is CLIENT
        for page in answers[outpost_id]:
            if isinstance(page, Exception):
                raise page
            yield page

    monkeypatch.setattr(listing, "list_orders", list_orders)
    return answers


class TestListing:
    """The result of the pages."""

    def test_it_has_each_orders_digest_and_which_are_replacements(self) -> None:
        """By id, over all pages."""
        found = Listing()
        found.add([ORDER])
        found.add([REPLACEMENT])
        assert found == Listing(
            {"oo-1": digest(ORDER), "oo-2": digest(REPLACEMENT)}, {"oo-2"}, explicit=True, errors=[]
        )

    @pytest.mark.parametrize(("first", "second"), [(None, [ORDER]), ([ORDER], None)])
    def test_one_page_without_a_list_makes_the_listing_vague(self, first: Page, second: Page) -> None:
        """In any position; the other page's orders count."""
        found = Listing()
        found.add(first)
        found.add(second)
        assert (found.explicit, list(found.orders), found.errors) == (False, ["oo-1"], [])

    @pytest.mark.parametrize("order_id", [None, "", 7, "set-aside#oo-1", "o" * 256])
    def test_an_order_with_an_invalid_id_is_an_error_and_hides_no_other(self, order_id: object) -> None:
        """The error has the first 100 characters of the id."""
        found = Listing()
        found.add([{"OrderId": order_id}, ORDER])
        assert list(found.orders) == ["oo-1"]
        assert found.errors == [f"ListOrders named an order with the id {str(order_id)[:100]}"]


class TestListSource:
    """A whole source."""

    def test_all_pages_are_listed_together(self, pages: dict[str | None, list[Page | Exception]]) -> None:
        """A source that is not limited to Outposts has one listing."""
        pages[None] = [[ORDER], [REPLACEMENT]]
        found = list_source(CLIENT, ALL, lambda: True)
        assert (list(found.orders), found.errors) == (["oo-1", "oo-2"], [])

    def test_each_outpost_is_listed_separately_and_an_error_only_ends_its_listing(
        self, pages: dict[str | None, list[Page | Exception]]
    ) -> None:
        """What was listed before the error counts, and the error is named."""
        pages |= {"op-1": [[ORDER], ValueError("no JSON"), [{"OrderId": "oo-3"}]], "op-2": [[REPLACEMENT]]}
        found = list_source(CLIENT, TWO_OUTPOSTS, lambda: True)
        assert (list(found.orders), found.errors) == (["oo-1", "oo-2"], ["ValueError: no JSON"])

    def test_a_listing_without_time_ends_after_its_page(self, pages: dict[str | None, list[Page | Exception]]) -> None:
        """It is incomplete, as the error says."""
        pages[None] = [[ORDER], [REPLACEMENT]]
        found = list_source(CLIENT, ALL, lambda: False)
        assert list(found.orders) == ["oo-1"]
        assert found.errors == ["TimeoutError: there was no time to list all orders"]


def test_an_id_may_be_as_long_as_the_apis_model_allows_and_no_longer() -> None:
    """255 characters."""
    assert is_order_id("o")
    assert is_order_id("o" * 255)
    assert not is_order_id("o" * (MAX_ORDER_ID + 1))
