"""What differs if the stack is deployed onto the local cloud instead of AWS."""

import json
from dataclasses import dataclass
from typing import Self

# The sources of the local cloud's trail and alarms on the default bus: PutEvents rejects sources that begin with
# "aws.".
TRAIL_SOURCE = "local.outposts"
ALARM_SOURCE = "local.cloudwatch"


@dataclass(frozen=True, slots=True)
class LocalCloud:
    """The local cloud's own settings.

    Attributes:
        slack_origin: The origin of the Slack receiver's webhooks and Web API.
    """

    slack_origin: str

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """Read the `localCloud` context, JSON text that only the local cloud sets; None on AWS."""
        return cls(slack_origin=json.loads(text)["slackOrigin"]) if text else None
