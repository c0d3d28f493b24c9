"""An e-mail's subject at the limit of SNS."""

import pytest

from outposts_order_notifier.notify.channels.sns.text import subject
from outposts_order_notifier.wording.message import headline
from testing.details import an_update


def update_with(headline_length: int, *, brief: bool) -> dict[str, object]:
    """Return an update whose headline, with or without its Outpost, has this length."""
    shortest = len(headline(an_update("oo-"), brief=brief))
    detail = an_update("oo-" + "x" * (headline_length - shortest))
    assert len(headline(detail, brief=brief)) == headline_length
    return detail


@pytest.mark.parametrize("length", [98, 99])
def test_a_headline_of_fewer_than_100_characters_is_the_subject(length: int) -> None:
    """SNS accepts subjects of up to 99 characters."""
    detail = update_with(length, brief=False)
    assert subject(detail) == headline(detail)


@pytest.mark.parametrize(("length", "brief"), [(100, False), (99, True)])
def test_a_headline_of_100_characters_leaves_out_the_outpost(length: int, brief: bool) -> None:
    """If the rest has fewer than 100 characters."""
    detail = update_with(length, brief=brief)
    assert subject(detail) == headline(detail, brief=True)
    assert len(subject(detail)) <= 99


def test_a_headline_of_100_characters_without_the_outpost_is_cut_to_99() -> None:
    """Three dots mark it."""
    detail = update_with(100, brief=True)
    assert subject(detail) == headline(detail, brief=True)[:96] + "..."
    assert len(subject(detail)) == 99
