"""Pages of a listing."""

from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.outposts.errors import ServiceError
from local.outposts.paging import page


@given(
    items=st.integers(0, 30), sizes=st.lists(st.integers(1, 1000), min_size=31, max_size=31), growth=st.integers(0, 3)
)
def test_pages_of_any_size_contain_each_item_once(items: int, sizes: list[int], growth: int) -> None:
    """Even if items are added in the meantime, none is missed or listed twice."""
    all_items = [{"Id": str(number)} for number in range(items)]
    reported: list[dict[str, Any]] = []
    request: dict[str, Any] = {}
    for size, number in zip(sizes, count()):
        answer = page("ListThings", {**request, "MaxResults": size}, all_items, "Things")
        reported += answer["Things"]
        if "NextToken" not in answer:
            break
        request = {"NextToken": answer["NextToken"]}
        if number < growth:
            all_items.append({"Id": f"later {number}"})

    assert reported == all_items


@pytest.mark.parametrize("cut", [slice(3, -1), slice(4, None), slice(0)])
def test_a_changed_token_is_rejected(cut: slice) -> None:
    """A client that truncates a token notices at once."""
    items = [{"Id": "1"}, {"Id": "2"}]
    token = page("ListThings", {"MaxResults": 1}, items, "Things")["NextToken"]

    with pytest.raises(ServiceError, match="NextToken"):
        page("ListThings", {"NextToken": "1##" + token[cut]}, items, "Things")
