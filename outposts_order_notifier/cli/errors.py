"""The error that a command reports."""


class OperatorError(Exception):
    """A command failed; the text is one line that says why, and what to do."""
