"""Requests to AWS: by the functions, by AWS's services on their behalf, and those that nobody may make.

The functions' calls are compared with their actual requests in `test_functions`, and every integration test fails that
causes any other one. The others are what AWS's documentation says that its services do.
"""

# By function: the action, and the environment variable that names the resource.
CALLS = frozenset(
    {
        ("poll", "outposts:ListOrders", ""),
        ("poll", "outposts:GetOrder", ""),
        ("poll", "outposts:ListOutposts", ""),
        ("poll", "outposts:ListSites", ""),
        ("poll", "outposts:ListCatalogItems", ""),
        ("poll", "sts:AssumeRole", ""),
        ("poll", "dynamodb:Query", "SNAPSHOT_TABLE_NAME"),
        ("poll", "dynamodb:GetItem", "SNAPSHOT_TABLE_NAME"),
        ("poll", "dynamodb:BatchGetItem", "SNAPSHOT_TABLE_NAME"),
        ("poll", "dynamodb:PutItem", "SNAPSHOT_TABLE_NAME"),
        ("poll", "dynamodb:UpdateItem", "SNAPSHOT_TABLE_NAME"),
        ("poll", "events:PutEvents", "EVENT_BUS_NAME"),
        ("planner", "organizations:ListAccounts", ""),
        ("planner", "sqs:SendMessage", "POLL_QUEUE_URL"),
        ("notify", "sns:Publish", "NOTIFICATION_TOPIC_ARN"),
        ("notify", "sns:Publish", "AMAZON_Q_TOPIC_ARN"),
        ("notify", "secretsmanager:GetSecretValue", "SLACK_SECRET_NAME"),
        ("notify", "secretsmanager:GetSecretValue", "WEBHOOK_SECRET_NAME"),
        ("notify", "dynamodb:GetItem", "IDEMPOTENCY_TABLE_NAME"),
        ("notify", "dynamodb:PutItem", "IDEMPOTENCY_TABLE_NAME"),
        ("notify", "dynamodb:UpdateItem", "IDEMPOTENCY_TABLE_NAME"),
        ("notify", "dynamodb:DeleteItem", "IDEMPOTENCY_TABLE_NAME"),
        ("notify", "dynamodb:BatchGetItem", "SNAPSHOT_TABLE_NAME"),
        ("notify", "dynamodb:Query", "SNAPSHOT_TABLE_NAME"),
        ("notify", "dynamodb:Scan", "SNAPSHOT_TABLE_NAME"),  # also SUMMARY_TABLE_NAME, the same table
        ("notify", "sqs:ChangeMessageVisibility", "NOTIFY_QUEUE_URL"),
        ("board", "dynamodb:Scan", "SNAPSHOT_TABLE_NAME"),
        ("board", "dynamodb:BatchGetItem", "SNAPSHOT_TABLE_NAME"),
    }
)
