"""What a command could not do."""


class OperatorError(Exception):
    """A command cannot do what it was asked to; the text is one line that says why, and what to do."""
