"""Inputs that select a source by one key, and inputs of the wrong type."""

from dataclasses import replace
from typing import Any

import pytest

from outposts_order_notifier.sources.organization import Organization
from outposts_order_notifier.sources.source import Source, select_source

ROLE = "arn:aws:iam::222233334444:role/Reader"
WHOLE = Source("222233334444", "eu-west-1", ROLE)


@pytest.mark.parametrize("key", ["region", "roleArn", "externalId", "outpostIds", "accountName"])
@pytest.mark.parametrize("value", [7, {"a": 1}, [7]])
def test_a_member_of_the_wrong_kind_is_refused(key: str, value: Any) -> None:
    """It would match any source."""
    with pytest.raises(ValueError, match="allowed: an object of strings"):
        select_source({key: value}, [WHOLE])


def test_the_external_id_selects_one_of_two_sources_with_one_role() -> None:
    """A whole match takes precedence over a partial one."""
    other = replace(WHOLE, external_id="orders")
    assert select_source({"region": "eu-west-1", "roleArn": ROLE}, [WHOLE, other]) == WHOLE
    whole = {"region": "eu-west-1", "roleArn": ROLE, "externalId": "orders"}
    assert select_source(whole, [WHOLE, other, replace(other, outpost_ids=("op-1",))]) == other


def test_the_outposts_select_one_of_two_sources_with_one_role() -> None:
    """In any order."""
    some = replace(WHOLE, outpost_ids=("op-1", "op-2"))
    request = {"region": "eu-west-1", "roleArn": ROLE, "outpostIds": ["op-2", "op-1"]}
    assert select_source(request, [replace(some, external_id="orders"), WHOLE, some]) == some


def test_a_refusal_names_all_that_is_configured() -> None:
    """Sources of the notifier's account, sources with a role, and the organization."""
    load = Organization.load(
        '{"roleName": "Reader", "regions": ["eu-west-1", "us-east-1"], "externalId": "orders"}',
        "[]",
        "arn:aws:lambda:eu-west-1:111122223333:function:poll",
    )
    own = Source("111122223333", "eu-west-1")
    with pytest.raises(ValueError, match="no configured source") as refused:
        select_source({"region": "eu-north-1"}, [own, WHOLE], load)
    assert str(refused.value).endswith(
        f"configured: 111122223333/eu-west-1 (no role), 222233334444/eu-west-1 ({ROLE}), "
        "the organization's accounts in eu-west-1, us-east-1 (role Reader)"
    )
