"""What can go wrong with the local cloud."""


class LocalCloudError(Exception):
    """The local cloud cannot be set up; the text says what was wrong and what to do."""
