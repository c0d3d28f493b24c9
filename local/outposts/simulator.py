"""The simulator over HTTP: the Outposts API itself, and beside it, under `/_simulator/`, a control plane.

The control plane acts for AWS:

- `GET`, `PATCH`, `PUT /_simulator/orders/{OrderId}`: read an order, change it (a JSON merge patch that addresses line
  items by id), or store it verbatim.
- `POST /_simulator/orders/{OrderId}/line-items/{LineItemId}/replacement`: replace failed hardware.
- `PUT /_simulator/faults`: set the faults of the API's calls from now on (`local.outposts.faults`).
"""

import logging
from collections.abc import Callable
from typing import Any

from werkzeug import Request, Response
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import Map, Rule

from local.outposts.account import Account
from local.outposts.errors import ServiceError
from local.outposts.faults import Faults
from local.outposts.rest_json import RestJson
from local.server import App, as_json

Json = dict[str, Any]
OnCall = Callable[[str, Json, Json], None]

PROTOCOL = RestJson("outposts")
RECORDED = frozenset({"CreateOrder", "CancelOrder"})

logger = logging.getLogger(__name__)


class OutpostsSimulator(App):
    """Answers as the Outposts API does, to any credentials.

    Args:
        account: The account's id, 12 digits.
        region: The region's name.
        on_call: Called after each successful CreateOrder and CancelOrder with the operation, its request and its
            response. If it fails, the caller still gets the answer: CloudTrail too is best effort.
    """

    def __init__(self, account: str = "000000000000", region: str = "eu-west-1", on_call: OnCall | None = None) -> None:
        self._account = Account(account, region)
        self._faults = Faults()
        self._on_call = on_call
        self.order = self._account.order
        self.update_order = self._account.update_order
        self.replace_line_item = self._account.replace_line_item
        order = "/_simulator/orders/<order_id>"
        endpoints: list[tuple[str, str, Callable[..., Json]]] = [
            ("GET", order, lambda _, order_id: self.order(order_id)),
            ("PATCH", order, lambda changes, order_id: self._account.update_order(order_id, changes)),
            ("PUT", order, lambda body, order_id: self._account.put_order({**body, "OrderId": order_id})),
            ("POST", f"{order}/line-items/<line_item_id>/replacement", lambda _, **ids: self.replace_line_item(**ids)),
            ("PUT", "/_simulator/faults", self._faults.replace),
        ]
        self._control_plane = Map([Rule(path, methods=[method], endpoint=call) for method, path, call in endpoints])

    def respond(self, request: Request) -> Response:
        """Answer one HTTP request."""
        try:
            return self._control(request) if request.path.startswith("/_simulator/") else self._serve(request)
        except ServiceError as error:
            return PROTOCOL.answer_error(error)
        except Exception as error:
            logger.exception("%s %s", request.method, request.path)
            return PROTOCOL.answer_error(ServiceError("InternalServerException", repr(error)))

    def _serve(self, request: Request) -> Response:
        operation, given = PROTOCOL.read(request)
        self._faults.apply(operation, given)
        return PROTOCOL.answer(operation, self._perform(operation, given))

    def _perform(self, operation: str, request: Json) -> Json:
        if operation not in self._account.operations:
            raise ServiceError(
                "UnsupportedOperationException",
                f"The simulator does not support {operation}; it supports {', '.join(self._account.operations)}.",
                # The one 5xx that clients do not retry.
                status=501,
            )
        response = self._account.operations[operation](request)
        if self._on_call and operation in RECORDED:
            try:
                self._on_call(operation, request, response)
            except Exception:
                logger.exception("%s succeeded, but recording it failed.", operation)
        return response

    def _control(self, request: Request) -> Response:
        try:
            endpoint, arguments = self._control_plane.bind_to_environ(request.environ).match()
            body = request.get_json() if request.method in {"PATCH", "PUT"} else {}
        except HTTPException as error:
            code = "ValidationException" if isinstance(error, BadRequest) else "UnknownOperationException"
            message = f"{request.method} {request.path}: {error.description}"
            raise ServiceError(code, message, status=error.code or 400) from error
        if not isinstance(body, dict):
            raise ServiceError("ValidationException", "The body is JSON, but not an object.")
        return as_json(endpoint(body, **arguments))
