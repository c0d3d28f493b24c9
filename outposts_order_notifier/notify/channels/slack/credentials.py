"""The secret: a webhook's URL or a bot's token."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from outposts_order_notifier.notify.channel import ChannelError

WEBHOOK_ORIGINS = frozenset({"https://hooks.slack.com", "https://hooks.slack-gov.com"})
API_DOMAINS = ("slack.com", "slack-gov.com")


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook's URL, which is a secret."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BotToken:
    """A bot's token, which is a secret, and the URL of its Web API."""

    token: str = field(repr=False)
    api_url: str


def access_of(text: str | bytes, secret_name: str, origin: str | None) -> Webhook | BotToken:
    """Read the secret: `{"webhookUrl": …}` or `{"botToken": …, "domain"?: "slack-gov.com"}`.

    Args:
        text: The secret's value.
        secret_name: Its name, for the error.
        origin: The origin of the local cloud's Slack, for a webhook or the Web API; None on AWS.

    Raises:
        ChannelError: It cannot be used. Neither the text nor the cause shows the value.
    """
    try:
        secret = json.loads(text)
    except ValueError:
        raise ChannelError(
            f'the secret {secret_name} is not JSON; it should be {{"webhookUrl": …}} or {{"botToken": …}}',
            permanent=True,
        ) from None
    url, token = (secret.get(key) if isinstance(secret, dict) else None for key in ("webhookUrl", "botToken"))
    if isinstance(url, str):
        return _webhook(url.strip(), secret_name, origin)
    if isinstance(token, str):
        return _bot(token.strip(), secret.get("domain", API_DOMAINS[0]), secret_name, origin)
    raise ChannelError(f"the secret {secret_name} has neither webhookUrl nor botToken", permanent=True)


def _webhook(url: str, secret_name: str, origin: str | None) -> Webhook:
    if _origin(url) not in WEBHOOK_ORIGINS | {origin}:
        allowed = ", ".join(sorted(WEBHOOK_ORIGINS))
        raise ChannelError(
            f"the webhookUrl in {secret_name} is not Slack's: it should begin with {allowed}", permanent=True
        )
    return Webhook(url)


def _bot(token: str, domain: Any, secret_name: str, origin: str | None) -> BotToken:
    # Slack's client sends it in a header, which allows neither white space nor characters beyond ASCII.
    if not token.startswith("xoxb-") or not token.isascii() or not token.isprintable() or " " in token:
        raise ChannelError(f"the botToken in {secret_name} is not a bot's: it should begin with xoxb-", permanent=True)
    if domain not in API_DOMAINS:
        raise ChannelError(f"the domain in {secret_name} should be {' or '.join(API_DOMAINS)}", permanent=True)
    return BotToken(token, f"{origin or f'https://{domain}'}/api/")


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # whose text quotes the URL
        return ""
    return f"{parts.scheme}://{parts.netloc}"
