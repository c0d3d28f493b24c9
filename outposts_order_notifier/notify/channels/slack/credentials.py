"""The secret: a webhook's URL or a bot's token."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from outposts_order_notifier.notify.channel import ChannelError
from outposts_order_notifier.notify.secrets import read_secret

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


def credentials(secret_name: str, origin: str | None) -> Webhook | BotToken:
    """Read the secret: `{"webhookUrl": …}` or `{"botToken": …, "domain"?: "slack-gov.com"}`.

    Args:
        secret_name: Its name in Secrets Manager.
        origin: Of the local cloud's Slack; None on AWS. A webhook may be there, and the Web API is there.

    Raises:
        ChannelError: It cannot be used. Neither the text nor the cause shows its value.
    """
    return access_of(read_secret(secret_name), secret_name, origin)


def access_of(text: str | bytes, secret_name: str, origin: str | None) -> Webhook | BotToken:
    """Read a secret's value; `doctor` does the same.

    Args:
        text: The value.
        secret_name: Its name, for the error.
        origin: As for `credentials`.

    Raises:
        ChannelError: It cannot be used. Neither the text nor the cause shows it.
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
    # Slack's client sends it in a header, which allows neither white space nor anything beyond ASCII.
    if not token.startswith("xoxb-") or not token.isascii() or not token.isprintable() or " " in token:
        raise ChannelError(f"the botToken in {secret_name} is not a bot's: it should begin with xoxb-", permanent=True)
    if domain not in API_DOMAINS:
        raise ChannelError(f"the domain in {secret_name} should be {' or '.join(API_DOMAINS)}", permanent=True)
    return BotToken(token, f"{origin or f'https://{domain}'}/api/")


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # its text quotes the URL
        return ""
    return f"{parts.scheme}://{parts.netloc}"
