"""The snapshot table as the stack makes it."""

from typing import Any

from lambdas.orders.snapshot_table import INDEX_NAME


def create_snapshot_table(client: Any, name: str) -> None:
    """Create it, with its index."""
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
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["summary", "settled", "pending"]},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
