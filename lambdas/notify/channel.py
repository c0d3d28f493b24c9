"""What a channel tells the delivery when it could not send."""


class ChannelError(Exception):
    """A channel refused a message or could not be reached. The text holds no secret.

    Attributes:
        permanent: The same message will be refused again until somebody mends something.
        retry_after: Seconds that the channel asked to wait, 0 where it did not ask.
    """

    def __init__(self, text: str, *, permanent: bool = False, retry_after: int = 0) -> None:
        super().__init__(text)
        self.permanent = permanent
        self.retry_after = retry_after
