"""What differs if the stack is deployed onto the local cloud instead of AWS."""

import json
from collections.abc import Mapping
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
        outposts_endpoint_url: The simulator, unless the configuration has another endpoint; None for none.
    """

    slack_origin: str
    outposts_endpoint_url: str | None = None

    @classmethod
    def parse(cls, context: str | Mapping[str, str] | None) -> Self | None:
        """Read the context `localCloud`, an object or its JSON text; None, which is AWS, without it."""
        if not context:
            return None
        values = json.loads(context) if isinstance(context, str) else context
        return cls(slack_origin=values["slackOrigin"], outposts_endpoint_url=values.get("outpostsEndpointUrl"))
