"""The table of notify's state as created by the stack."""

from typing import Any

TABLE = "notify-state"


def create_state_table(client: Any) -> None:
    """Create the table."""
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
