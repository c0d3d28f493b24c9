"""The local cloud's error."""


class LocalCloudError(Exception):
    """The local cloud cannot be set up; the text says what is wrong and what to do."""
