"""What the channels' settings have in common: pieces of JSON Schema, and the error of a wrong value. Pure."""

from typing import Any

from outposts_order_notifier.domain.places import Arn


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
    """Return the schema of an object that has these keys alone."""
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
    """Return the schema of the name of a secret in Secrets Manager."""
    return a_text(r"[\w/+=.@-]{1,512}", "the name (not the ARN) of a secret: letters, digits and /_+=.@-")


def a_key_arn(partitions: str) -> dict[str, Any]:
    """Return the schema of the ARN of a KMS key; `partitions` is an alternation of their names."""
    return a_text(
        rf"arn:({partitions}):kms:[a-z0-9-]+:\d{{12}}:key/(mrk-[0-9a-f]{{32}}|[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}"
        r"-[0-9a-f]{12})",
        "a KMS key's ARN (not an alias's), such as "
        "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    )


def key_arn(path: str, settings: dict[str, Any], region: str, partition: str) -> str | None:
    """Return the ARN of the key that encrypts a secret, which is of the secret's region.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html

    Raises:
        SettingError: The key is of another region.
    """
    arn: str | None = settings.get("kmsKeyArn")
    if arn and Arn.parse(arn)[:3:2] != (partition, region):
        raise SettingError(f"{path}.kmsKeyArn", arn, f"a key in {region}, the secret's region")
    return arn
