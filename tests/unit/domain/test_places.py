"""ARNs, and the account and region of an order."""

import pytest

from outposts_order_notifier.domain.places import Arn, account_and_region


def test_an_arn_has_six_parts() -> None:
    """The resource may contain colons; an IAM role has no region."""
    alarm = Arn.parse("arn:aws-cn:cloudwatch:cn-north-1:111122223333:alarm:Polls: failed")
    assert alarm == ("aws-cn", "cloudwatch", "cn-north-1", "111122223333", "alarm:Polls: failed")
    assert Arn.parse("arn:aws:iam::222233334444:role/path/Reader").region == ""
    with pytest.raises(TypeError):
        Arn.parse("arn:aws:iam")


@pytest.mark.parametrize(
    ("source", "parts"), [("111122223333/eu-west-1", ("111122223333", "eu-west-1")), ("", ("", ""))]
)
def test_a_source_is_split_into_account_and_region(source: str, parts: tuple[str, str]) -> None:
    """A damaged snapshot may have lost both."""
    assert account_and_region(source) == parts
