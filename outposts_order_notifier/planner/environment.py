"""The planner's environment variables, read once at cold start."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Environment:
    """The configuration that the stack passes to the function.

    Attributes:
        organization: JSON of the configured organization.
        sources: JSON list of the configured sources.
        queue_url: The queue of sources to poll.
    """

    organization: str
    sources: str
    queue_url: str

    @classmethod
    def load(cls) -> "Environment":
        """Read the variables.

        Raises:
            KeyError: One is missing; the text is its name.
        """
        return cls(
            organization=os.environ["ORGANIZATION"],
            sources=os.environ["SOURCES"],
            queue_url=os.environ["POLL_QUEUE_URL"],
        )
