"""What Slack's errors mean for a message: whether it is tried again soon, seldom, or looked for first."""

from types import SimpleNamespace

import pytest
from slack_sdk.errors import SlackApiError

from outposts_order_notifier.notify.channel import ChannelError
from outposts_order_notifier.notify.channels.slack import api, webhook
from outposts_order_notifier.notify.channels.slack.errors import BOT, WEBHOOK, Kind
from outposts_order_notifier.notify.channels.slack.transport import Answer

LASTING = {Kind.LASTING, Kind.CHANNEL, Kind.REFUSED}


def of_bot(error: str, status: int = 200, **headers: str) -> ChannelError:
    """Return the error of a bot's call."""
    response = SimpleNamespace(status_code=status, data={"ok": False, "error": error}, headers=headers)
    return api._failure("chat.postMessage", SlackApiError("", response))  # type: ignore[no-untyped-call] # their lack


def of_webhook(body: str, status: int) -> ChannelError:
    """Return the error of a webhook's message."""
    with pytest.raises(ChannelError) as failed:
        webhook._check(Answer(status, {}, body))
    return failed.value


class TestBot:
    """Errors of the Web API."""

    @pytest.mark.parametrize(
        ("error", "kind", "permanent"),
        [
            ("token_revoked", ChannelError, True),
            ("restricted_action_thread_locked", ChannelError, True),
            ("accesslimited", ChannelError, True),
            ("channel_not_found", api.ChannelLostError, True),
            ("not_in_channel", api.ChannelLostError, True),
            ("is_archived", api.ChannelLostError, True),
            ("is_inactive", api.ChannelLostError, True),
            ("invalid_metadata_schema", api.RefusedError, True),
            ("edit_window_closed", api.RefusedError, True),
            ("message_not_found", api.GoneError, False),
            ("org_login_required", ChannelError, False),
            ("team_added_to_org", ChannelError, False),
            ("external_channel_migrating", ChannelError, False),
            ("internal_error", api.UnknownOutcomeError, False),
            ("update_failed", api.UnknownOutcomeError, False),
            ("message_limit_exceeded", ChannelError, False),
            ("never_heard_of", ChannelError, False),
        ],
    )
    def test_each_kind_has_its_own_outcome(self, error: str, kind: type[ChannelError], *, permanent: bool) -> None:
        """Only what lasts until somebody acts is permanent, and only what may have been posted is looked for."""
        failure = of_bot(error)
        assert (type(failure), failure.permanent) == (kind, permanent)

    @pytest.mark.parametrize("error", BOT)
    def test_the_error_says_what_somebody_has_to_do(self, error: str) -> None:
        """A temporary error does not."""
        advice = BOT[error].advice
        assert str(of_bot(error)).endswith(f" with {error}. {advice}") is (BOT[error].kind in LASTING)

    @pytest.mark.parametrize(("error", "status"), [("ratelimited", 200), ("anything", 429)])
    def test_slack_says_how_long_to_wait(self, error: str, status: int) -> None:
        """By a header, regardless of its case."""
        assert of_bot(error, status, **{"retry-after": "30"}).retry_after == 30


class TestWebhook:
    """Errors of a webhook."""

    @pytest.mark.parametrize("error", WEBHOOK)
    @pytest.mark.parametrize("body", ["{}", '{{"ok": false, "error": "{}"}}'], ids=["text", "JSON"])
    def test_each_error_says_what_somebody_has_to_do(self, error: str, body: str) -> None:
        """Whether it is text or JSON; a temporary error does not."""
        failure = of_webhook(body.replace("{}", error).replace("{{", "{").replace("}}", "}"), 400)
        verdict = WEBHOOK[error]
        assert failure.permanent is (verdict.kind is Kind.LASTING)
        assert (verdict.advice in str(failure)) is failure.permanent

    @pytest.mark.parametrize(
        ("status", "permanent"), [(200, False), (301, True), (400, True), (404, True), (408, False), (503, False)]
    )
    def test_an_unknown_answer_is_judged_by_its_status(self, status: int, *, permanent: bool) -> None:
        """A rejection is permanent, a server error is temporary."""
        assert of_webhook("whatever", status).permanent is permanent
