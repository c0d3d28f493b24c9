"""Why a version cannot be released."""


class ReleaseError(Exception):
    """A version cannot be released; the text is for people, one problem a line."""
