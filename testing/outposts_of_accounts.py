"""The Outposts API of many accounts and regions at one address."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from local.outposts.simulator import OutpostsSimulator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class OutpostsOfAccounts:
    """A simulator for each account and region. Whose call it is, its signature tells, as in AWS.

    Args:
        account_of: Tells the account that an access key was given for.

    Attributes:
        simulators: By account and region.
    """

    def __init__(self, account_of: Callable[[str], str]) -> None:
        self._account_of = account_of
        self.simulators: dict[tuple[str, str], OutpostsSimulator] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer by the simulator of the caller's account and region."""
        key, _, region, *_ = environ["HTTP_AUTHORIZATION"].partition("Credential=")[2].split("/")
        return self.simulator(self._account_of(key), region)(environ, start_response)

    def simulator(self, account: str, region: str) -> OutpostsSimulator:
        """Give an account's simulator in a region."""
        if (account, region) not in self.simulators:
            self.simulators[account, region] = OutpostsSimulator(account, region)
        return self.simulators[account, region]

    def put_order(self, account: str, region: str, number: int) -> None:
        """Let an account have one order more in a region."""
        order = {"OrderId": f"oo-{number:017x}", "OutpostId": "op-1", "Status": "PREPARING"}
        self.simulator(account, region)._account.put_order(order)
