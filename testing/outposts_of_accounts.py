"""The Outposts API of many accounts and regions at one address."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from local.outposts.simulator import OutpostsSimulator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class OutpostsOfAccounts:
    """A simulator for each account and region. As in AWS, a request's signature identifies the caller.

    Args:
        account_of: Returns the account that an access key belongs to.

    Attributes:
        simulators: The simulators by account and region.
    """

    def __init__(self, account_of: Callable[[str], str]) -> None:
        self._account_of = account_of
        self.simulators: dict[tuple[str, str], OutpostsSimulator] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Respond with the simulator of the caller's account and region."""
        key, _, region, *_ = environ["HTTP_AUTHORIZATION"].partition("Credential=")[2].split("/")
        return self.simulator(self._account_of(key), region)(environ, start_response)

    def simulator(self, account: str, region: str) -> OutpostsSimulator:
        """Return an account's simulator in a region."""
        if (account, region) not in self.simulators:
            self.simulators[account, region] = OutpostsSimulator(account, region)
        return self.simulators[account, region]

    def put_order(self, account: str, region: str, number: int) -> None:
        """Add an order to an account's region."""
        order = {"OrderId": f"oo-{number:017x}", "OutpostId": "op-1", "Status": "PREPARING"}
        self.simulator(account, region)._account.put_order(order)
