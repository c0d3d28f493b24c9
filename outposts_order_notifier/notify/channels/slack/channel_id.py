"""The form of a channel's id, as opposed to its name."""

import re

# A public or a private channel's: https://docs.slack.dev/reference/objects/conversation-object
CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{8,}")
