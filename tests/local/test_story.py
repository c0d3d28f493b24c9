"""What a demo has seen arrive."""

from typing import Any

import pytest

from local.mailbox import Mail
from local.story import Story
from outposts_order_notifier.notify.channels.slack.blocks import block_kit_payload
from outposts_order_notifier.notify.channels.sns.text import subject, text
from outposts_order_notifier.wording.message import order_message
from testing.details import an_order, an_update, detail_of

BOTH = ["oo-1", "oo-2"]


def mail(detail: dict[str, Any]) -> Mail:
    """Return an observation's e-mail."""
    return Mail(subject(detail), text(order_message(detail)))


def slack(detail: dict[str, Any]) -> dict[str, Any]:
    """Return an observation's Slack message."""
    return block_kit_payload(order_message(detail))


@pytest.mark.parametrize(
    ("in_slack", "by_mail", "arrived"),
    [
        (BOTH, BOTH[::-1], True),
        (["oo-1", "oo-1"], BOTH, False),
        (BOTH, ["oo-1", "oo-1"], False),
        ([], [], False),
    ],
)
def test_all_has_arrived_if_each_order_is_named_everywhere(
    in_slack: list[str], by_mail: list[str], *, arrived: bool
) -> None:
    """Orders of one Outpost have the same headline."""
    story = Story()
    for name in BOTH:
        story.event({"detail-type": "Outposts Order Updated", "detail": an_update(name) | {"eventId": name}})
    story.messages([slack(an_update(name)) for name in in_slack], [mail(an_update(name)) for name in by_mail])
    assert story.has_all_arrived() == arrived


@pytest.mark.parametrize(("status", "arrived"), [("SHIPPED", True), ("ERROR", False)])
def test_nobody_waits_for_what_is_muted(status: str, *, arrived: bool) -> None:
    """An error is reported nevertheless."""
    story = Story()
    muted = detail_of(an_order(), an_order(item=status), eventId="1", mutedUntil="2026-12-01T00:00:00Z")
    story.event({"detail-type": "Outposts Order Updated", "detail": muted})
    assert (story.has_all_arrived(), story.counts()["muted"]) == (arrived, int(arrived))


def test_a_summary_has_arrived_once_it_is_in_each_channel() -> None:
    """What else has arrived does not matter."""
    story, headline = Story(), "Weekly summary: no Outposts orders are in flight"
    story.messages([{"text": headline}], [Mail("Dublin plant: order completed", "")])
    assert not story.has_summary()
    story.messages([{"text": headline}], [Mail("Dublin plant: order completed", ""), Mail(headline, "")])
    assert story.has_summary()
