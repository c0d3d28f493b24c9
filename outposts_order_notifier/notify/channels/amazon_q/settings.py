"""The settings of Amazon Q Developer: whether it has a topic. Pure."""

from typing import Any

KEY = "amazonQDeveloper"


def schema(_partitions: str) -> dict[str, Any]:
    """Return the JSON Schema of the key."""
    return {"type": "boolean", "description": "true or false"}


def parse(enabled: bool, _region: str, _partition: str) -> bool:
    """Return the value as it is."""
    return enabled
