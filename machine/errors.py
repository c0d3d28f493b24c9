"""What can be in the way of a command."""

import re

CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")


class MachineError(Exception):
    """Something on this machine is in the way; the text is one line that names it and what to do."""

    def __init__(self, text: str) -> None:
        super().__init__(" ".join(without_credentials(text).split()))


def without_credentials(text: str) -> str:
    """Leave out the user names and passwords of all URLs."""
    return CREDENTIALS.sub("…@", text)
