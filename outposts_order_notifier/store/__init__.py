"""The store: snapshots of orders and states of sources, in DynamoDB."""
