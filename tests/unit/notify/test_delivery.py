"""Each channel sends each event once; what it refuses is tried again later."""

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.idempotency.exceptions import IdempotencyItemAlreadyExistsError
from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord
from moto import mock_aws

from outposts_order_notifier.notify.channel import (
    ENOUGH_MS,
    NOT_SENT,
    SENT,
    ChannelError,
    LaterError,
    Posting,
    TimeLeft,
)
from outposts_order_notifier.notify.delivery import QUICK_ATTEMPTS, Delivery, wait_before_retry
from outposts_order_notifier.notify.notification import (
    AlarmNotification,
    Notification,
    OrderNotification,
    order_notification,
)
from outposts_order_notifier.notify.state import SentNotifications
from outposts_order_notifier.wording.message import Message
from testing.details import an_order, detail_of
from testing.lambda_context import Context
from testing.state_table import TABLE, create_state_table

NOW = 1_795_000_000


@dataclass
class Chat:
    """A channel that puts this many notifications into each message, and fails as configured."""

    name: str = "chat"
    accepts: tuple[type[Notification], ...] = (AlarmNotification,)
    shows_muted: bool = False
    together: int = 1
    failures: dict[str, Exception] = field(default_factory=dict)
    unable: Exception | None = None
    sent: list[list[str]] = field(default_factory=list)

    def postings(self, notifications: Sequence[Notification], time_left: TimeLeft) -> Iterable[Posting[Notification]]:
        """Arrange notifications into messages."""
        assert time_left() > 0
        if self.unable:
            raise self.unable
        for start in range(0, len(notifications), self.together):
            part = notifications[start : start + self.together]
            yield Posting(part, self._sender([each.event_id for each in part]))

    def _sender(self, ids: list[str]) -> Callable[[], None]:
        def send() -> None:
            for event_id in ids:
                if event_id in self.failures:
                    raise self.failures[event_id]
            self.sent.append(ids)

        return send


class Killed(Chat):
    """A channel in whose call the process ends."""

    def postings(self, notifications: Sequence[Notification], time_left: TimeLeft) -> Iterable[Posting[Notification]]:
        """End the process."""
        del notifications, time_left
        raise SystemExit


class WithTime(Context):
    """A function with this much time left, in milliseconds."""

    def __init__(self, milliseconds: int = 60_000) -> None:
        super().__init__()
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override] # the base's is static
        """Return the milliseconds until Lambda ends the function."""
        return self._milliseconds


def alarms(*ids: str) -> list[Notification]:
    """Return an alarm's notification for each event id."""
    return [AlarmNotification(each, Message(each, (), {}, ""), {}) for each in ids]


class Log:
    """Records what is logged, by level."""

    def __init__(self) -> None:
        self.written: list[tuple[str, dict[str, Any]]] = []

    def info(self, text: str, **keys: Any) -> None:
        """Record an information."""
        self.written.append(("INFO", {"message": text, **keys}))

    def warning(self, text: str, **keys: Any) -> None:
        """Record a warning."""
        self.written.append(("WARNING", {"message": text, **keys}))


@pytest.fixture
def delivery(client: Any) -> Delivery:
    """A delivery that has sent nothing yet."""
    return Delivery(SentNotifications(client, TABLE))


def stored(client: Any) -> list[tuple[str, int]]:
    """Return the status of each recorded event, and for how many seconds from now it is kept."""
    items = client.scan(TableName=TABLE)["Items"]
    return [(item["status"]["S"], int(item["expiration"]["N"]) - int(time.time())) for item in items]


class TestDeliver:
    """What a channel gets."""

    def test_a_channel_gets_each_event_once(self, delivery: Delivery) -> None:
        """A redelivery adds only what is new."""
        chat = Chat()
        assert delivery.deliver(chat, alarms("a", "b"), WithTime()) == (2, {})
        assert delivery.deliver(chat, alarms("b", "c", "a"), WithTime()) == (1, {})
        assert chat.sent == [["a"], ["b"], ["c"]]

    def test_without_due_events_the_channel_is_not_called(self, delivery: Delivery) -> None:
        """A channel that is unable to send does not fail a redelivery."""
        delivery.deliver(Chat(), alarms("a"), WithTime())
        assert delivery.deliver(Chat(unable=ChannelError("no")), alarms("a"), WithTime()) == (0, {})

    def test_another_channel_gets_it_too(self, delivery: Delivery) -> None:
        """What one channel sent does not count for another."""
        chat, mail = Chat("chat"), Chat("mail")
        delivery.deliver(chat, alarms("a"), WithTime())
        assert delivery.deliver(mail, alarms("a"), WithTime()) == (1, {})
        assert mail.sent == [["a"]]

    def test_each_event_of_a_message_is_recorded_and_counted(self, delivery: Delivery, client: Any) -> None:
        """A digest contains many."""
        chat = Chat(together=3)
        assert delivery.deliver(chat, alarms("a", "b", "c", "d"), WithTime()) == (4, {})
        assert chat.sent == [["a", "b", "c"], ["d"]]
        assert {status for status, _ in stored(client)} == {"COMPLETED"}

    def test_what_was_sent_is_recorded_for_thirty_days(self, delivery: Delivery, client: Any) -> None:
        """A dead letter is kept for 14 days, and a redrive after that must not notify the channel again."""
        delivery.deliver(Chat(), alarms("a"), WithTime())
        ((_, seconds),) = stored(client)
        assert 0 <= 30 * 86_400 - seconds <= 3_600

    def test_an_event_is_recorded_under_a_key_that_no_version_changes(self, delivery: Delivery, client: Any) -> None:
        """Another key would notify everybody again after an upgrade."""
        delivery.deliver(Chat("chat"), alarms("a"), WithTime())
        (item,) = client.scan(TableName=TABLE)["Items"]
        digest = hashlib.md5(b'["a", "chat"]', usedforsecurity=False).hexdigest()
        assert item["id"]["S"] == f"told#{digest}"

    def test_it_is_recorded_with_the_client_that_was_passed(self) -> None:
        """Another client may have another region and other time limits."""
        with mock_aws():
            client = boto3.client("dynamodb", region_name="us-west-2")
            create_state_table(client)
            Delivery(SentNotifications(client, TABLE)).deliver(Chat(), alarms("a"), WithTime())
            assert len(stored(client)) == 1

    def test_a_channel_gets_only_what_it_accepts(self, delivery: Delivery, client: Any) -> None:
        """Nothing else is claimed either."""
        assert delivery.deliver(Chat(accepts=(OrderNotification,)), alarms("a"), WithTime()) == (0, {})
        assert stored(client) == []

    @pytest.mark.parametrize("shows_muted", [False, True])
    @pytest.mark.parametrize(("status", "muted"), [("SHIPPED", True), ("ERROR", False), ("CANCELLED", False)])
    def test_a_muted_order_reaches_only_channels_that_show_it(
        self, delivery: Delivery, status: str, *, muted: bool, shows_muted: bool
    ) -> None:
        """An error or a cancellation reaches all of them."""
        detail = detail_of(an_order(), an_order(item=status), mutedUntil="2026-12-01T00:00:00Z")
        notification = order_notification(detail)
        assert notification.is_muted == muted
        chat = Chat(accepts=(OrderNotification,), shows_muted=shows_muted)
        assert delivery.deliver(chat, [notification], WithTime()) == (int(not muted or shows_muted), {})


class TestLog:
    """The lines that `test-notification` reads."""

    def test_what_was_sent_is_logged_with_its_channel(
        self, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One line for each message."""
        log = Log()
        monkeypatch.setattr("outposts_order_notifier.notify.delivery.logger", log)
        delivery.deliver(Chat(together=2), alarms("a", "b"), WithTime())
        assert log.written == [("INFO", {"message": SENT, "channel": "chat", "eventIds": ["a", "b"]})]

    @pytest.mark.parametrize(("error", "level"), [(ChannelError("down"), "WARNING"), (LaterError("busy", 1), "INFO")])
    def test_a_failure_is_a_warning_and_a_later_turn_is_not(
        self, delivery: Delivery, monkeypatch: pytest.MonkeyPatch, error: Exception, level: str
    ) -> None:
        """It names the channel, the event and the reason."""
        log = Log()
        monkeypatch.setattr("outposts_order_notifier.notify.delivery.logger", log)
        delivery.deliver(Chat(failures={"a": error}), alarms("a"), WithTime())
        assert log.written == [(level, {"message": NOT_SENT, "channel": "chat", "eventId": "a", "error": str(error)})]

    def test_a_notification_that_cannot_be_claimed_is_a_warning_with_the_reason(
        self, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is sent with its next delivery."""
        log = Log()
        monkeypatch.setattr("outposts_order_notifier.notify.delivery.logger", log)
        monkeypatch.setattr(delivery.sent._store, "save_inprogress", raising(RuntimeError("throttled")))
        delivery.deliver(Chat(), alarms("a"), WithTime())
        assert log.written == [
            ("WARNING", {"message": NOT_SENT, "channel": "chat", "eventId": "a", "error": "throttled"})
        ]

    def test_a_notification_that_cannot_be_recorded_is_a_warning_with_the_reason(
        self, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It was sent, and will be sent again."""
        log = Log()
        monkeypatch.setattr("outposts_order_notifier.notify.delivery.logger", log)
        monkeypatch.setattr(delivery.sent._store, "save_success", raising(RuntimeError("throttled")))
        delivery.deliver(Chat(), alarms("a"), WithTime())
        assert log.written == [
            ("WARNING", {"message": NOT_SENT, "channel": "chat", "eventId": "a", "error": "throttled"}),
            ("INFO", {"message": SENT, "channel": "chat", "eventIds": ["a"]}),
        ]


class TestFailures:
    """What a channel does not accept."""

    def test_only_the_refused_message_is_released(self, delivery: Delivery, client: Any) -> None:
        """The others are sent; it is sent at the next delivery."""
        chat = Chat(failures={"b": ChannelError("down")})
        sent, errors = delivery.deliver(chat, alarms("a", "b", "c"), WithTime())
        assert (sent, [(key, str(error)) for key, error in errors.items()]) == (2, [("b", "down")])
        assert len(stored(client)) == 2
        chat.failures.clear()
        assert delivery.deliver(chat, alarms("a", "b", "c"), WithTime()) == (1, {})
        assert chat.sent == [["a"], ["c"], ["b"]]

    def test_a_channel_that_is_unable_to_send_gets_everything_later(self, delivery: Delivery, client: Any) -> None:
        """Nothing stays claimed."""
        unable = ChannelError("no secret")
        assert delivery.deliver(Chat(unable=unable), alarms("a", "b"), WithTime()) == (0, {"a": unable, "b": unable})
        assert stored(client) == []

    def test_without_time_for_a_call_nothing_is_sent(self, delivery: Delivery) -> None:
        """The function could end between the response and its record."""
        chat = Chat()
        sent, errors = delivery.deliver(chat, alarms("a"), WithTime(ENOUGH_MS - 1))
        assert (sent, chat.sent) == (0, [])
        assert isinstance(errors["a"], LaterError)
        assert delivery.deliver(chat, alarms("a"), WithTime(ENOUGH_MS)) == (1, {})

    def test_an_event_that_cannot_be_claimed_is_not_sent(
        self, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Otherwise nobody would know that it was."""
        chat = Chat()
        refused = RuntimeError("throttled")
        monkeypatch.setattr(delivery.sent._store, "save_inprogress", raising(refused))
        assert delivery.deliver(chat, alarms("a"), WithTime()) == (0, {"a": refused})
        assert chat.sent == []

    def test_what_was_sent_and_cannot_be_recorded_is_an_error(
        self, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It counts as sent, and is returned to be recorded."""
        refused = RuntimeError("throttled")
        monkeypatch.setattr(delivery.sent._store, "save_success", raising(refused))
        chat = Chat(together=2)
        assert delivery.deliver(chat, alarms("a", "b"), WithTime()) == (2, {"a": refused, "b": refused})
        assert chat.sent == [["a", "b"]]

    def test_a_claim_that_cannot_be_released_waits_for_its_deadline(
        self, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The error is still the channel's."""
        down = ChannelError("down")
        monkeypatch.setattr(delivery.sent._store, "delete_record", raising(RuntimeError("throttled")))
        chat = Chat(failures={"a": down})
        assert delivery.deliver(chat, alarms("a"), WithTime()) == (0, {"a": down})
        _, errors = delivery.deliver(chat, alarms("a"), WithTime())
        assert isinstance(errors["a"], LaterError)


class TestClaims:
    """What another run is sending."""

    def test_an_event_that_a_killed_run_has_claimed_is_not_sent_before_its_deadline(
        self, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """That run may have sent it."""
        chat, start = Killed(), time.time()
        monkeypatch.setattr("outposts_order_notifier.notify.state.time.time", lambda: start)
        with pytest.raises(SystemExit):
            delivery.deliver(chat, alarms("a"), WithTime(50_000))
        (error,) = later(delivery, chat)
        assert str(error) == "Another run is sending it"
        assert error.retry_after >= 51

    @pytest.mark.parametrize(("left", "wait"), [(0, 1), (-5_000, 1), (1, 2), (1_000, 2), (1_001, 3), (30_000, 31)])
    def test_the_wait_is_what_is_left_of_the_deadline(
        self, delivery: Delivery, monkeypatch: pytest.MonkeyPatch, left: int, wait: int
    ) -> None:
        """Rounded up to a second, and at least one."""
        monkeypatch.setattr("outposts_order_notifier.notify.state.time.time", lambda: float(NOW))
        monkeypatch.setattr(delivery.sent._store, "save_inprogress", raising(in_progress_until(NOW * 1_000 + left)))
        assert [error.retry_after for error in later(delivery, Chat())] == [wait]

    def test_a_claim_without_a_deadline_is_tried_again_at_once(
        self, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The other run ended in the meantime."""
        monkeypatch.setattr(delivery.sent._store, "save_inprogress", raising(in_progress_until(None)))
        assert [error.retry_after for error in later(delivery, Chat())] == [1]
        monkeypatch.setattr(delivery.sent._store, "save_inprogress", raising(IdempotencyItemAlreadyExistsError()))
        assert [error.retry_after for error in later(delivery, Chat())] == [1]


def later(delivery: Delivery, chat: Chat) -> list[LaterError]:
    """Deliver one event, and return why it has to wait."""
    sent, errors = delivery.deliver(chat, alarms("a"), WithTime())
    assert sent == 0
    assert set(errors) == {"a"}
    return [error for error in errors.values() if isinstance(error, LaterError)]


def in_progress_until(milliseconds: int | None) -> Exception:
    """Return what Powertools raises for an event that another run has claimed."""
    record = DataRecord("key", status="INPROGRESS", in_progress_expiry_timestamp=milliseconds)
    return IdempotencyItemAlreadyExistsError(old_data_record=record)


def raising(error: Exception) -> Callable[..., Any]:
    """Return a function that raises this error."""

    def refuse(*_: object, **__: object) -> None:
        raise error

    return refuse


class TestWaitBeforeRetry:
    """How long a message waits."""

    @pytest.mark.parametrize(
        ("attempt", "seconds"),
        [(1, 15), (2, 30), (3, 60), (4, 120), (5, 240), (6, 480), (7, 900), (8, 900), (20, 900), (5_000, 900)],
    )
    def test_it_doubles_from_15_seconds_up_to_15_minutes(self, attempt: int, seconds: int) -> None:
        """About four hours in all."""
        assert wait_before_retry([ChannelError("down")], attempt) == seconds

    @pytest.mark.parametrize(("attempt", "seconds"), [(QUICK_ATTEMPTS, None), (QUICK_ATTEMPTS + 1, 900)])
    def test_a_lasting_error_waits_for_the_longest_time_after_a_few_attempts(
        self, attempt: int, seconds: int | None
    ) -> None:
        """Somebody must act first; until then, it waits like any other."""
        lasting = [ChannelError("down"), ChannelError("revoked", permanent=True)]
        assert wait_before_retry(lasting, attempt) == (seconds or wait_before_retry([ChannelError("down")], attempt))

    @pytest.mark.parametrize(("asked", "seconds"), [(14, 15), (15, 15), (16, 16), (3_600, 3_600)])
    def test_it_is_never_shorter_than_the_channel_asked_for(self, asked: int, seconds: int) -> None:
        """Even beyond the function's longest wait."""
        assert wait_before_retry([ChannelError("429", retry_after=asked), RuntimeError()], 1) == seconds

    def test_an_error_of_another_kind_asks_for_no_wait(self) -> None:
        """It waits as long as any failure at this attempt."""
        assert wait_before_retry([RuntimeError()], 2) == 30

    def test_without_a_failure_the_wait_is_that_of_the_latest_turn(self) -> None:
        """It is not a failure, so nothing doubles."""
        assert wait_before_retry([LaterError("turn", 3), LaterError("turn", 7)], 9) == 7

    def test_the_wait_doubles_if_there_is_a_failure_beside_a_turn(self) -> None:
        """The turn is the shortest wait."""
        assert wait_before_retry([LaterError("turn", 20), ChannelError("down")], 1) == 20
        assert wait_before_retry([LaterError("turn", 1), RuntimeError()], 2) == 30
