"""The webhook's settings: the secret, and the key that encrypts it. Pure."""

from dataclasses import dataclass
from typing import Any

from outposts_order_notifier.notify.channels.webhook import SECRET
from outposts_order_notifier.notify.settings import a_key_arn, a_secret_name, an_object, key_arn

KEY = "webhook"
# Which of the variables a long value fills, and by which key.
VARIABLES = {SECRET: "webhook.secretName"}


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the receiver's URL and the signing keys are stored.

    Attributes:
        secret_name: The secret's name in Secrets Manager.
        kms_key_arn: The customer-managed key that encrypts the secret; None for the AWS-managed one.
    """

    secret_name: str
    kms_key_arn: str | None = None


def schema(partitions: str) -> dict[str, Any]:
    """Return the JSON Schema of the key; `partitions` is an alternation of their names."""
    return an_object({"secretName": a_secret_name(), "kmsKeyArn": a_key_arn(partitions)}, required=["secretName"])


def parse(settings: dict[str, Any], region: str, partition: str) -> Webhook:
    """Check the settings beyond the schema.

    Raises:
        SettingError: The key is of another region.
    """
    return Webhook(settings["secretName"], key_arn(KEY, settings, region, partition))
