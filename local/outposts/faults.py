"""Faults on demand: slow answers and errors, for tests of the API's callers."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.outposts.errors import ServiceError


@dataclass
class Fault:
    """A fault of an operation's calls.

    Args:
        latencySeconds: How long each call waits first.
        error: The error's name; without one, the call succeeds after its wait.
        status: The HTTP status of an error that the service's model does not declare.
        times: How many calls fail so; None for all.
        orderId: The only order whose calls fail so; None for every order.
    """

    latencySeconds: float = 0  # noqa: N815 - the name on the wire
    error: str | None = None
    status: int = 400
    times: int | None = None
    orderId: str | None = None  # noqa: N815 - the name on the wire


class Faults:
    """The active faults, by operation; a call gets the first one that fits it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, list[Fault]] = {}

    def replace(self, faults: dict[str, Any]) -> dict[str, Any]:
        """Replace all faults, and return the new ones: by operation, an object with a fault's fields, or a list."""
        try:
            parsed = {
                operation: [Fault(**fields) for fields in (given if isinstance(given, list) else [given])]
                for operation, given in faults.items()
            }
        except TypeError as error:
            fields = ", ".join(Fault.__dataclass_fields__)
            raise ServiceError("ValidationException", f"A fault is an object of {fields}: {error}.") from error
        with self._lock:
            self._faults = parsed
        return faults

    def apply(self, operation: str, request: Mapping[str, Any]) -> None:
        """Delay and fail a call as the fault that fits it says, if there is one."""
        fault = self._next(operation, request.get("OrderId"))
        if fault is None:
            return
        time.sleep(fault.latencySeconds)
        if fault.error:
            raise ServiceError(fault.error, "The simulator is configured to return this error.", fault.status)

    def _next(self, operation: str, order_id: str | None) -> Fault | None:
        with self._lock:
            for fault in self._faults.get(operation, []):
                if fault.times == 0 or fault.orderId not in {None, order_id}:
                    continue
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None
