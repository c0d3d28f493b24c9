"""Notify's own environment variables; each channel reads those that configure it."""

import os
from dataclasses import dataclass

TABLE = "IDEMPOTENCY_TABLE_NAME"
QUEUE = "NOTIFY_QUEUE_URL"


@dataclass(frozen=True, slots=True)
class Environment:
    """What the stack sets for the function.

    Attributes:
        idempotency_table_name: The table of notify's state.
        queue_url: The queue that the function reads.
    """

    idempotency_table_name: str
    queue_url: str

    @classmethod
    def load(cls) -> "Environment":
        """Read the variables.

        Raises:
            KeyError: One is missing; the text is its name.
        """
        return cls(idempotency_table_name=os.environ[TABLE], queue_url=os.environ[QUEUE])
