"""Keep snapshots of orders in DynamoDB."""
