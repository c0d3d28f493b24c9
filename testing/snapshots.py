"""The snapshot table as created by the stack."""

from typing import Any

from outposts_order_notifier.store.table import INDEX_ATTRIBUTES, INDEX_NAME


def create_snapshot_table(client: Any, name: str) -> None:
    """Create the table, with its index."""
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("id", "source")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": INDEX_NAME,
                "KeySchema": [
                    {"AttributeName": "source", "KeyType": "HASH"},
                    {"AttributeName": "id", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(INDEX_ATTRIBUTES)},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
