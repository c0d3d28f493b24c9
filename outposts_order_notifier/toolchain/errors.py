"""The error that a command reports."""

import re

CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")


class MachineError(Exception):
    """Something on this machine stops a command; the text is one line that names it and says what to do."""

    def __init__(self, text: str) -> None:
        super().__init__(" ".join(without_credentials(text).split()))


def without_credentials(text: str) -> str:
    """Return a text without the user names and passwords in its URLs."""
    return CREDENTIALS.sub("…@", text)
