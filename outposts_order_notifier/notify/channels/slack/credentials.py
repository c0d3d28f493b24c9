"""What the secret holds: a webhook's address or a bot's token."""

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
    """A webhook's address, which is a secret."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BotToken:
    """A bot's token, which is a secret, and where the Web API is that takes it."""

    token: str = field(repr=False)
    api_url: str


def credentials(secret_name: str, origin: str | None) -> Webhook | BotToken:
    """Read the secret: `{"webhookUrl": …}` or `{"botToken": …, "domain"?: "slack-gov.com"}`.

    Args:
        secret_name: Its name in Secrets Manager.
        origin: Of the local cloud's Slack, None in AWS. A webhook may be there, and the Web API is there.

    Raises:
        ChannelError: It is of no use. No text and no cause tells what it holds.
    """
    return access_of(read_secret(secret_name), secret_name, origin)


def access_of(text: str | bytes, secret_name: str, origin: str | None) -> Webhook | BotToken:
    """Judge what the secret holds; `doctor` asks the same.

    Args:
        text: What it holds.
        secret_name: Its name, for the error.
        origin: As `credentials` takes it.

    Raises:
        ChannelError: It is of no use. No text and no cause shows what it holds.
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
            f"the webhookUrl in {secret_name} is none of Slack's: it should begin with {allowed}", permanent=True
        )
    return Webhook(url)


def _bot(token: str, domain: Any, secret_name: str, origin: str | None) -> BotToken:
    # Slack's client puts it into a header, which holds neither white space nor anything beyond ASCII.
    if not token.startswith("xoxb-") or not token.isascii() or not token.isprintable() or " " in token:
        raise ChannelError(f"the botToken in {secret_name} is no bot's: it should begin with xoxb-", permanent=True)
    if domain not in API_DOMAINS:
        raise ChannelError(f"the domain in {secret_name} should be {' or '.join(API_DOMAINS)}", permanent=True)
    return BotToken(token, f"{origin or f'https://{domain}'}/api/")


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # it quotes the address
        return ""
    return f"{parts.scheme}://{parts.netloc}"
