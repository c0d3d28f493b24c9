"""The simulator's HTTP face: the Outposts API itself, and a control plane beside it under `/_simulator/`.

The control plane plays AWS's part:

- `GET`, `PATCH`, `PUT /_simulator/orders/{OrderId}`: read, change (JSON merge patch, line items by their id) or
  store an order verbatim.
- `POST /_simulator/orders/{OrderId}/line-items/{LineItemId}/replacement`: replace failed hardware.
- `PUT /_simulator/faults`: the faults that befall the API's calls from now on (`local.outposts.faults`).
"""

import json
import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.routing import Map, Rule

from local.outposts.account import Account
from local.outposts.errors import ServiceError
from local.outposts.faults import Faults
from local.outposts.rest_json import RestJson

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Json = dict[str, Any]
OnCall = Callable[[str, Json, Json], None]

PROTOCOL = RestJson("outposts")
RECORDED = frozenset({"CreateOrder", "CancelOrder"})

logger = logging.getLogger(__name__)


class OutpostsSimulator:
    """A WSGI application that answers as the Outposts API does, to any credentials.

    Args:
        account: The account's id, 12 digits.
        region: The region's name.
        on_call: Called for each CreateOrder and CancelOrder that succeeded, with the operation, its request and its
            response. Where it fails, the caller still gets the answer, as with CloudTrail, which is best effort.
    """

    def __init__(self, account: str = "000000000000", region: str = "eu-west-1", on_call: OnCall | None = None) -> None:
        self._account = Account(account, region)
        self._faults = Faults()
        self._on_call = on_call
        self._control_plane = Map(
            [
                Rule("/_simulator/orders/<order_id>", methods=["GET"], endpoint=self._get_order),
                Rule("/_simulator/orders/<order_id>", methods=["PATCH"], endpoint=self._patch_order),
                Rule("/_simulator/orders/<order_id>", methods=["PUT"], endpoint=self._put_order),
                Rule(
                    "/_simulator/orders/<order_id>/line-items/<line_item_id>/replacement",
                    methods=["POST"],
                    endpoint=self._replace_line_item,
                ),
                Rule("/_simulator/faults", methods=["PUT"], endpoint=self._put_faults),
            ]
        )

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one HTTP request."""
        request = Request(environ)
        try:
            answer = self._control if request.path.startswith("/_simulator/") else self._serve
            response = answer(request)
        except ServiceError as error:
            response = PROTOCOL.answer_error(error)
        except Exception as error:
            logger.exception("%s %s", request.method, request.path)
            response = PROTOCOL.answer_error(ServiceError("InternalServerException", repr(error)))
        return response(environ, start_response)

    def create_order(self, request: Json) -> Json:
        """Create an order as the API's CreateOrder does, unchecked against the model.

        Returns:
            The order.

        Raises:
            ServiceError: The Outpost or a catalog item is unknown, or the order has no line items.
        """
        order: Json = self._perform("CreateOrder", request)["Order"]
        return order

    def order(self, order_id: str) -> Json:
        """Give an order as GetOrder does, times in epoch seconds.

        Raises:
            ServiceError: `NotFoundException`.
        """
        return self._account.order(order_id)

    def update_order(self, order_id: str, changes: Json) -> Json:
        """Change an order; see `Account.update_order`."""
        return self._account.update_order(order_id, changes)

    def replace_line_item(self, order_id: str, line_item_id: str) -> Json:
        """Replace failed hardware; see `Account.replace_line_item`."""
        return self._account.replace_line_item(order_id, line_item_id)

    def _serve(self, request: Request) -> Response:
        operation, given = PROTOCOL.read(request)
        self._faults.befall(operation, given)
        return PROTOCOL.answer(operation, self._perform(operation, given))

    def _perform(self, operation: str, request: Json) -> Json:
        if operation not in self._account.operations:
            raise ServiceError(
                "UnsupportedOperationException",
                f"The simulator does not play {operation}; it plays {', '.join(self._account.operations)}.",
                # Of the 5xx, clients do not retry this one.
                status=501,
            )
        response = self._account.operations[operation](request)
        if self._on_call and operation in RECORDED:
            try:
                self._on_call(operation, request, response)
            except Exception:
                logger.exception("%s succeeded, but telling of it failed.", operation)
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
        answer = endpoint(body, **arguments)
        return Response(json.dumps(answer), content_type="application/json")

    def _get_order(self, _: Json, order_id: str) -> Json:
        return self.order(order_id)

    def _patch_order(self, changes: Json, order_id: str) -> Json:
        return self.update_order(order_id, changes)

    def _put_order(self, order: Json, order_id: str) -> Json:
        return self._account.put_order({**order, "OrderId": order_id})

    def _replace_line_item(self, _: Json, order_id: str, line_item_id: str) -> Json:
        return self.replace_line_item(order_id, line_item_id)

    def _put_faults(self, faults: Json) -> Json:
        self._faults.replace(faults)
        return faults
