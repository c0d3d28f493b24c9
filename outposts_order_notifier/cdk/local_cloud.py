"""What is different where the stack is deployed onto the local cloud instead of AWS."""

import json
from dataclasses import dataclass
from typing import Self

# What the local cloud's trail is called on the default bus: PutEvents takes no source that begins with "aws.".
TRAIL_SOURCE = "local.outposts"
# What its alarms are called there, for the same reason.
ALARM_SOURCE = "local.cloudwatch"


@dataclass(frozen=True, slots=True)
class LocalCloud:
    """The local cloud's own settings.

    Attributes:
        slack_origin: Of the Slack receiver: its webhooks, and its Web API.
    """

    slack_origin: str

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        """Read the `localCloud` context, JSON text that only the local cloud sets; None in AWS."""
        return cls(slack_origin=json.loads(text)["slackOrigin"]) if text else None
