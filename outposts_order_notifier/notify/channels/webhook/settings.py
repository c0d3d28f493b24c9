"""The webhook's settings: the receiver's URL, the secret, and the key that encrypts it. Pure."""

from dataclasses import dataclass
from typing import Any

from outposts_order_notifier.notify.channels.webhook import SECRET, URL
from outposts_order_notifier.notify.channels.webhook.credentials import MAX_URL, is_url
from outposts_order_notifier.notify.settings import SettingError, a_key_arn, a_secret_name, an_object, key_arn

KEY = "webhook"
# Which of the variables a long value fills, and by which key.
VARIABLES = {SECRET: "webhook.secretName", URL: "webhook.url"}
ALLOWED = f"a URL that begins https://, of at most {MAX_URL:,} characters, without a user name, password or fragment"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where notifications are posted, and where the signing keys are stored.

    Attributes:
        secret_name: The secret's name in Secrets Manager.
        url: The receiver's URL; None if the secret holds it.
        kms_key_arn: The customer-managed key that encrypts the secret; None for the AWS-managed one.
    """

    secret_name: str
    url: str | None = None
    kms_key_arn: str | None = None


def schema(partitions: str) -> dict[str, Any]:
    """Return the JSON Schema of the key; `partitions` is an alternation of their names."""
    url = {"type": "string", "description": ALLOWED}
    properties = {"url": url, "secretName": a_secret_name(), "kmsKeyArn": a_key_arn(partitions)}
    return an_object(properties, required=["secretName"])


def parse(settings: dict[str, Any], region: str, partition: str) -> Webhook:
    """Check the settings beyond the schema.

    Raises:
        SettingError: The URL is not one to post to, or the key is of another region.
    """
    url = settings.get("url")
    if url is not None and not is_url(url):
        raise SettingError(f"{KEY}.url", "a URL that cannot be used", ALLOWED)  # it may hold a token
    return Webhook(settings["secretName"], url, key_arn(KEY, settings, region, partition))
