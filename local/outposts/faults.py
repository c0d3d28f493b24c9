"""Trouble on demand: slow answers and errors, for tests of those who call the API."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.outposts.errors import ServiceError


@dataclass
class Fault:
    """What befalls an operation's calls.

    Args:
        latencySeconds: How long each call waits first.
        error: The error's name; none lets the call through after its wait.
        status: The HTTP status of an error that the service's model does not declare.
        times: How many calls it befalls; none for every one.
        orderId: The one order whose calls it befalls; none for every order's.
    """

    latencySeconds: float = 0  # noqa: N815 (the name on the wire)
    error: str | None = None
    status: int = 400
    times: int | None = None
    orderId: str | None = None  # noqa: N815 (the name on the wire)


class Faults:
    """The faults in force, by operation; the first that fits befalls a call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, list[Fault]] = {}

    def replace(self, faults: Mapping[str, Any]) -> None:
        """Put these faults in the place of all others.

        Args:
            faults: By operation's name, a fault's fields as an object, or a list of such.

        Raises:
            ServiceError: `ValidationException`, where a field is not a fault's.
        """
        try:
            parsed = {
                operation: [Fault(**fields) for fields in (given if isinstance(given, list) else [given])]
                for operation, given in faults.items()
            }
        except TypeError as error:
            raise ServiceError(
                "ValidationException",
                f"A fault is an object of {', '.join(Fault.__dataclass_fields__)}: {error}.",
            ) from error
        with self._lock:
            self._faults = parsed

    def befall(self, operation: str, request: Mapping[str, Any]) -> None:
        """Wait and fail as the fault that fits this call says; return at once where none does.

        Raises:
            ServiceError: The fault's error.
        """
        fault = self._take(operation, request.get("OrderId"))
        if fault is None:
            return
        time.sleep(fault.latencySeconds)
        if fault.error:
            raise ServiceError(fault.error, "The simulator is configured to answer so.", fault.status)

    def _take(self, operation: str, order_id: str | None) -> Fault | None:
        with self._lock:
            for fault in self._faults.get(operation, []):
                if fault.times == 0 or fault.orderId not in {None, order_id}:
                    continue
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None
