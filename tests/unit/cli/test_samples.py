"""The samples of `test-notification`."""

import json

import pytest

from outposts_order_notifier.cli.samples import ALARM, CHANGES, NAMES, batch_of, sample
from outposts_order_notifier.domain import event_types
from outposts_order_notifier.notify.channels.slack.blocks import block_kit_payload
from outposts_order_notifier.notify.channels.sns.text import publication
from outposts_order_notifier.notify.notification import OrderNotification
from outposts_order_notifier.wording.message import alarm_message, order_message

NOW = "2026-11-24T09:30:00Z"


class TestSamples:
    """One for each message."""

    def test_there_is_one_for_each_type_of_event(self) -> None:
        """A new type needs a sample."""
        assert {change.detail_type for change in CHANGES.values()} == set(event_types.CHANGES)

    @pytest.mark.parametrize("name", NAMES)
    def test_every_message_is_marked_as_a_test(self, name: str) -> None:
        """Its headline begins with TEST, or contains it, in each channel."""
        body = sample(name, "111122223333", "eu-west-1", NOW)
        if name == ALARM:
            message = alarm_message(body)
        else:
            message = order_message(body["detail"])
            assert message.headline.startswith("TEST: ")
            published = publication(OrderNotification(body["detail"], message))
            assert published["Subject"].startswith("TEST: ")
            assert json.loads(json.loads(published["Message"])["default"])["test"] is True
        assert "TEST: " in block_kit_payload(message)["text"]

    def test_a_sample_is_sent_each_time(self) -> None:
        """Its eventId is new, so it counts as not sent yet."""
        ids = {sample("shipment", "111122223333", "eu-west-1", NOW)["detail"]["eventId"] for _ in range(2)}
        assert len(ids) == 2

    def test_a_batch_is_one_message_of_sqs(self) -> None:
        """Its body is the message as JSON."""
        (record,) = batch_of('{"a": 1}')["Records"]
        assert json.loads(record["body"]) == {"a": 1}
