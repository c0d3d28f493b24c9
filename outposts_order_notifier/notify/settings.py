"""What the channels' settings share: parts of JSON Schemas, secrets, and the error for a wrong value. Pure."""

from dataclasses import dataclass
from typing import Any

from outposts_order_notifier.domain.places import Arn

MAY_BE_KNOWN_LATER = "mayBeKnownLater"  # a keyword: the CDK's placeholder for the text is allowed as well


class SettingError(ValueError):
    """A setting is wrong.

    Attributes:
        path: The key's path below `notifier`, such as `slack.channel`.
        given: What was given, in words or as JSON.
        allowed: What is allowed there.
        nearest: What was probably meant; None if nothing is near.
    """

    def __init__(self, path: str, given: str, allowed: str, nearest: str | None = None) -> None:
        super().__init__(path, given, allowed, nearest)
        self.path, self.given, self.allowed, self.nearest = path, given, allowed, nearest


# "additionalProperties" comes first, so that a misspelt key is reported before the one that it leaves missing.
def an_object(properties: dict[str, Any], required: list[str] | None = None, **further: Any) -> dict[str, Any]:
    """Return the schema of an object with only these keys."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": required or [],
        "description": f"an object with {', '.join(properties)}",
        **further,
    }


def a_list(items: dict[str, Any], minimum: int = 1) -> dict[str, Any]:
    """Return the schema of a list without duplicates."""
    return {
        "type": "array",
        "items": items,
        "minItems": minimum,
        "uniqueItems": True,
        "description": f"a list{' of at least one' if minimum else ''}, each once: {items['description']}",
    }


def a_text(pattern: str, description: str) -> dict[str, Any]:
    """Return the schema of a text that matches a pattern as a whole."""
    # AWS's names, ids and ARNs are ASCII; without (?a:…), \w and \d are letters and digits of any script.
    return {"type": "string", "pattern": rf"^(?a:{pattern})\Z", "description": description}


def a_secret_name() -> dict[str, Any]:
    """Return the schema of the name of a secret in Secrets Manager; one in the same stack has its name only later."""
    name = a_text(r"[\w/+=.@-]{1,512}", "the name (not the ARN) of a secret: letters, digits and /_+=.@-")
    return {**name, MAY_BE_KNOWN_LATER: True}


def a_key_arn(partitions: str) -> dict[str, Any]:
    """Return the schema of the ARN of a KMS key; `partitions` is an alternation of their names."""
    return a_text(
        rf"arn:({partitions}):kms:[a-z0-9-]+:\d{{12}}:key/(mrk-[0-9a-f]{{32}}|[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}"
        r"-[0-9a-f]{12})",
        "a KMS key's ARN (not an alias's), such as "
        "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    )


@dataclass(frozen=True, slots=True)
class SecretSettings:
    """A secret in Secrets Manager.

    Attributes:
        secret_name: Its name.
        kms_key_arn: The customer-managed key that encrypts it; None for the AWS-managed one.
    """

    secret_name: str
    kms_key_arn: str | None = None


def a_secret(partitions: str, **further: Any) -> dict[str, Any]:
    """Return the schema of settings with a secret; `partitions` is an alternation of their names."""
    properties = {"secretName": a_secret_name(), **further, "kmsKeyArn": a_key_arn(partitions)}
    return an_object(properties, required=["secretName"])


def secret(path: str, settings: dict[str, Any], region: str, partition: str) -> SecretSettings:
    """Read the secret's settings.

    Raises:
        SettingError: The key is of another region than the secret, which Secrets Manager does not allow:
            https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    arn: str | None = settings.get("kmsKeyArn")
    if arn and Arn.parse(arn)[:3:2] != (partition, region):
        raise SettingError(f"{path}.kmsKeyArn", arn, f"a key in {region}, the secret's region")
    return SecretSettings(settings["secretName"], arn)
