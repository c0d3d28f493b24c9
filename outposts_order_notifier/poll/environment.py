"""The poll function's environment variables."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Environment:
    """The configuration that the stack passes to the function.

    Attributes:
        snapshot_table_name: The DynamoDB table of snapshots.
        event_bus_name: The bus to publish to.
        sources: JSON list of the configured sources.
        stalled_after_days: JSON of `stalledAfterDays`.
        organization: JSON of the configured organization; None if there is none.
    """

    snapshot_table_name: str
    event_bus_name: str
    sources: str
    stalled_after_days: str
    organization: str | None

    @classmethod
    def load(cls) -> "Environment":
        """Read the variables.

        Raises:
            KeyError: A required one is missing; the text is its name.
        """
        return cls(
            snapshot_table_name=os.environ["SNAPSHOT_TABLE_NAME"],
            event_bus_name=os.environ["EVENT_BUS_NAME"],
            sources=os.environ["SOURCES"],
            stalled_after_days=os.environ["STALLED_AFTER_DAYS"],
            organization=os.environ.get("ORGANIZATION"),
        )
