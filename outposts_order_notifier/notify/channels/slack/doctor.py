"""`doctor`'s checks of Slack: the secret, the key that encrypts it, and whether Slack accepts the credentials in it.

The checks post and call as notify does: they follow no redirect and log nothing. Like botocore they use this machine's
proxy variables, so that all of doctor's checks take the same route. Notify itself runs in Lambda, which has no proxy:
what cannot be reached from here may be reachable from there, and test-notification shows that.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from slack_sdk.errors import SlackApiError

from outposts_order_notifier.notify.channels.slack import CHANNEL, ORIGIN, SECRET
from outposts_order_notifier.notify.channels.slack.clients import web_client
from outposts_order_notifier.notify.channels.slack.credentials import BotToken, Webhook, access_of
from outposts_order_notifier.notify.channels.slack.settings import KEY
from outposts_order_notifier.notify.channels.slack.transport import post
from outposts_order_notifier.notify.channels.slack.webhook import WORKFLOW_PATHS
from outposts_order_notifier.notify.check import Check, Deployment
from outposts_order_notifier.notify.secret_check import check_secret

NAME = "Slack"

# How Slack answers an empty message if the webhook works: it posts nothing.
# https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/#handling_errors
WORKING_WEBHOOK = frozenset({"no_text", "invalid_payload", "missing_text_or_fallback_or_attachments"})
NOT_REACHED = "Check your network and HTTPS_PROXY; it may work from Lambda, which test-notification shows"


def check(deployment: Deployment) -> Iterator[Check]:
    """Check Slack as far as it is configured. No secret is shown, even if it is wrong."""
    todo = 'Put {"webhookUrl": …} or {"botToken": …} into it'
    return check_secret(deployment, NAME, KEY, variable=SECRET, check_value=_check_value, todo=todo)


def _check_value(value: str | bytes, secret_name: str, variables: Mapping[str, str]) -> Iterator[Check]:
    match access_of(value, secret_name, variables.get(ORIGIN)):
        case Webhook() as webhook:
            yield Check("Slack's secret", "ok", f"{secret_name} holds a webhook's address")
            yield check_webhook(webhook)
        case BotToken() as bot:
            yield Check("Slack's secret", "ok", f"{secret_name} holds a bot's token")
            yield _check_bot(bot, variables.get(CHANNEL))


def check_webhook(webhook: Webhook) -> Check:
    """Check that a webhook exists. Its address is a secret: no part of it, and no cause, is shown."""
    name, todo = "Slack's webhook", "Put a webhook's address that works into the secret; it is read within a minute"
    if urlsplit(webhook.url).path.startswith(WORKFLOW_PATHS):
        return Check(
            name,
            "warn",
            "a workflow's cannot be checked without starting it",
            "Use test-notification",
        )
    try:
        answer = post(webhook.url, {})
    except Exception as error:  # noqa: BLE001 - many kinds, some of which quote the address
        return Check(name, "fail", f"not reached: {_kind(error)}", NOT_REACHED)
    words = answer.body.strip()[:60]
    if words in WORKING_WEBHOOK:
        return Check(name, "ok", f"it answers ({words} to an empty message, as it should)")
    known = words if words.replace("_", "").isalpha() else ""
    return Check(name, "fail", f"Slack answered {answer.status} {known}".rstrip(), todo)


def _check_bot(bot: BotToken, channel: str | None) -> Check:
    name = "Slack's bot"
    if not channel:
        return Check(name, "fail", "it has no channel to post to", "Configure slack.channel, and deploy")
    try:
        answer = web_client(bot.token, bot.api_url).auth_test()
    except SlackApiError as error:
        return Check(name, "fail", str(error.response.get("error")), "Put a token that works into the secret")
    except Exception as error:  # noqa: BLE001 - many kinds, some of which may quote the token
        return Check(name, "fail", f"not reached: {_kind(error)}", NOT_REACHED)
    return Check(name, "ok", f"{answer.get('user')} of {answer.get('team')}")


def _kind(error: Exception) -> str:
    reason = getattr(error, "reason", None)  # urllib's own error hides the cause
    return type(reason if isinstance(reason, Exception) else error).__name__
