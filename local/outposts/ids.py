"""Identifiers in the form of the Outposts API's."""

import secrets


def new_id(prefix: str) -> str:
    """Return a new id, such as `oo-0123456789abcdef0`."""
    return f"{prefix}-0{secrets.token_hex(8)}"


def resource_id(identifier: str) -> str:
    """Return the id at the end of an ARN, or the id itself."""
    return identifier.rpartition("/")[2]
