"""The webhook's settings: the secret that contains the receiver's URL and the signing keys. Pure."""

from typing import Any

from outposts_order_notifier.notify.channels.webhook import SECRET
from outposts_order_notifier.notify.settings import SecretSettings, a_secret, secret

KEY = "webhook"
VARIABLES = {SECRET: "webhook.secretName"}  # by the key that fills them


def schema(partitions: str) -> dict[str, Any]:
    """Return the JSON Schema of the key; `partitions` is an alternation of their names."""
    return a_secret(partitions)


def parse(settings: dict[str, Any], region: str, partition: str) -> SecretSettings:
    """Check the settings beyond the schema.

    Raises:
        SettingError: The KMS key is of another region.
    """
    return secret(KEY, settings, region, partition)
