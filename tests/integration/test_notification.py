"""What `test-notification` finds in the lines that the notify function actually logs."""

import io

import pytest
from botocore.exceptions import ClientError

from outposts_order_notifier.cli.notification import outcome_in
from outposts_order_notifier.runtime.observability import logger
from testing.aws import Slack
from testing.notify_world import Calls, deploy

THROTTLED = ClientError({"Error": {"Code": "Throttling", "Message": "Rate exceeded"}}, "Publish")


@pytest.mark.usefixtures("aws")
def test_a_channel_that_accepted_and_one_that_refused_are_found(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda returns the end of the log, whose first line may be incomplete."""
    log = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", log)
    world = deploy(slack, Calls(fail={"Publish": THROTTLED}), monkeypatch)
    world.put("oo-1")
    world.run()
    channels, errors = outcome_in(f'annel": "sns"}}\n{log.getvalue()}')
    assert channels == ["slack"]
    assert errors == [f"sns: SNS: {THROTTLED}"]
