"""Slack's errors: what each means for a message, and what to do about it. Pure; docs/slack.md shows these tables.

The Web API's: https://docs.slack.dev/reference/methods/chat.postMessage#errors, chat.update, conversations.history,
conversations.replies and users.conversations.
An incoming webhook's: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What an error means for the message that a call was about.

    Attributes:
        LASTING: It is refused until somebody acts.
        CHANNEL: The same, because of the channel's id; its name may belong to another channel by now.
        REFUSED: The same, but Slack accepts other messages.
        GONE: The message, or the first one of the thread, no longer exists or belongs to another app.
        PASSING: It was not posted, and the next attempt may succeed.
        UNKNOWN: It may or may not have been posted.
        SLOW_DOWN: It was not posted; Slack asks to wait.
    """

    LASTING = auto()
    CHANNEL = auto()
    REFUSED = auto()
    GONE = auto()
    PASSING = auto()
    UNKNOWN = auto()
    SLOW_DOWN = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an error means, and what to do about it."""

    kind: Kind
    advice: str


BUG = "A bug of this software: please report it"
WAIT = "Nothing: it is retried"

_BOT: Mapping[Verdict, tuple[str, ...]] = {
    Verdict(
        Kind.LASTING,
        "Install the app again, and put its bot token into the secret. If the app allows certain IP addresses only, "
        "allow those that the function calls from",
    ): ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "user_removed_from_team"),
    Verdict(Kind.LASTING, "Put the app's bot token, which begins with `xoxb-`, into the secret"): (
        "not_allowed_token_type",
    ),
    Verdict(Kind.LASTING, "Give the app the scopes of the manifest in docs/slack.md, and install it again"): (
        "missing_scope",
        "no_permission",
    ),
    Verdict(Kind.CHANNEL, "In the channel, write `/invite @` and the app's name, and check `notifier.slack.channel`"): (
        "not_in_channel",
        "channel_not_found",
    ),
    Verdict(Kind.CHANNEL, "Unarchive the channel, or change `notifier.slack.channel`"): ("is_archived", "is_inactive"),
    Verdict(Kind.LASTING, "The workspace's rules forbid it: ask its administrators"): (
        *("restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel"),
        *("restricted_action_non_threadable_channel", "restricted_action_thread_locked", "access_denied"),
        *("ekm_access_denied", "accesslimited", "enterprise_is_restricted", "two_factor_setup_required"),
        "team_access_not_granted",
    ),
    Verdict(Kind.LASTING, "Configure a channel as `notifier.slack.channel`, not the app's own messages"): (
        "messages_tab_disabled",
    ),
    Verdict(
        Kind.REFUSED,
        "Ask the workspace's administrators to let apps edit their messages at any time; until then the "
        "card stays as it is",
    ): ("edit_window_closed",),
    Verdict(Kind.REFUSED, BUG): (
        *("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text"),
        *("too_many_attachments", "metadata_too_large", "invalid_metadata_format", "invalid_metadata_schema"),
        *("metadata_must_be_sent_from_app", "cant_broadcast_message", "invalid_arguments", "invalid_arg_name"),
        *("invalid_array_arg", "invalid_charset", "invalid_form_data", "invalid_post_type", "missing_post_type"),
    ),
    Verdict(Kind.LASTING, BUG): ("invalid_cursor", "invalid_limit", "invalid_types", "invalid_ts_oldest"),
    Verdict(Kind.LASTING, "Deploy the newest version: Slack has withdrawn what this one calls"): (
        "method_deprecated",
        "deprecated_endpoint",
        "unknown_method",
    ),
    Verdict(Kind.GONE, "Nothing: the card is posted again, and the thread continues there"): (
        *("message_not_found", "thread_not_found", "cant_update_message", "cannot_reply_to_message"),
        "invalid_thread_ts",
    ),
    Verdict(Kind.PASSING, "Nothing: it is retried, and succeeds once the workspace or channel has been migrated"): (
        "org_login_required",
        "team_added_to_org",
        "external_channel_migrating",
    ),
    Verdict(Kind.UNKNOWN, WAIT): (
        # "It's possible some aspect of the operation succeeded before the error was raised."
        *("internal_error", "fatal_error", "service_unavailable", "request_timeout", "update_failed"),
    ),
    Verdict(Kind.SLOW_DOWN, WAIT): ("ratelimited", "rate_limited", "message_limit_exceeded"),
}

_WEBHOOK: Mapping[Verdict, tuple[str, ...]] = {
    Verdict(
        Kind.LASTING,
        "The webhook was revoked, or its address is incomplete: create one, and put its address into the secret",
    ): ("no_service", "no_service_id", "no_team", "no_active_hooks", "invalid_token"),
    Verdict(Kind.LASTING, "The webhook's channel no longer exists: create a webhook for another one"): (
        "channel_not_found",
    ),
    Verdict(Kind.LASTING, "Unarchive the webhook's channel, or create a webhook for another one"): (
        "channel_is_archived",
    ),
    Verdict(Kind.LASTING, "The person that the webhook writes to no longer exists: create a webhook for a channel"): (
        "user_not_found",
    ),
    Verdict(Kind.LASTING, "The workspace's rules forbid it: ask its administrators"): ("action_prohibited",),
    Verdict(
        Kind.LASTING,
        "Only some people may post to the workspace's general channel: create a webhook for another one, "
        "or let one of them create it",
    ): ("posting_to_general_channel_denied",),
    Verdict(Kind.LASTING, "The workspace is no longer active: create a webhook in one that is"): ("team_disabled",),
    Verdict(Kind.LASTING, "Give the workflow the variables that docs/slack.md names, exactly, all of type text"): (
        "invalid_workflow_input",
    ),
    Verdict(Kind.LASTING, BUG): (
        *("invalid_payload", "no_text", "missing_text_or_fallback_or_attachments", "too_many_attachments"),
        *("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"),
    ),
    Verdict(Kind.PASSING, WAIT): ("rollup_error", "rate_limited"),
}


def _by_name(names: Mapping[Verdict, tuple[str, ...]]) -> Mapping[str, Verdict]:
    return {name: verdict for verdict, each in names.items() for name in each}


BOT = _by_name(_BOT)
WEBHOOK = _by_name(_WEBHOOK)
