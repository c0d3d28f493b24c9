"""The names of notify's own environment variables; each channel has those that configure it."""

TABLE = "IDEMPOTENCY_TABLE_NAME"
QUEUE = "NOTIFY_QUEUE_URL"
BOARD_URL = "BOARD_URL"
