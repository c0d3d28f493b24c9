"""Where things are: ARNs, and the `<account>/<region>` of an order. Pure."""

from typing import NamedTuple, Self


class Arn(NamedTuple):
    """An Amazon Resource Name: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html.

    The region is empty for global resources. The resource is the rest, which may contain colons.
    """

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the parts of an ARN.

        Raises:
            TypeError: It has fewer than six parts.
        """
        return cls(*text.split(":", 5)[1:])


def account_and_region(source: str) -> tuple[str, str]:
    """Split `<account>/<region>`; both are empty if a damaged snapshot has lost it."""
    account, _, region = source.partition("/")
    return account, region
