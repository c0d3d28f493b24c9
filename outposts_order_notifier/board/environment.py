"""The board's environment variables, read once at cold start."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Environment:
    """The configuration that the stack passes to the function.

    Attributes:
        snapshot_table_name: The DynamoDB table of snapshots.
    """

    snapshot_table_name: str

    @classmethod
    def load(cls) -> "Environment":
        """Read the variables.

        Raises:
            KeyError: One is missing; the text is its name.
        """
        return cls(snapshot_table_name=os.environ["SNAPSHOT_TABLE_NAME"])
