"""The error responses of the simulator."""


class ServiceError(Exception):
    """An error of the Outposts API, such as `NotFoundException`.

    Args:
        status: The HTTP status of an error that the service's model does not declare.
        members: Further members of the error's shape, such as `ResourceId`.
    """

    def __init__(self, code: str, message: str, status: int = 400, members: dict[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members or {}
