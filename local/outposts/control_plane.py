"""A client of the simulator's control plane, which acts for AWS from any process."""

from typing import Any

import urllib3

from local.outposts.errors import ServiceError

Json = dict[str, Any]


class ControlPlane:
    """The control plane of the simulator at `url`, an origin such as `http://127.0.0.1:4567`.

    Every method raises `ServiceError` with the simulator's own error.
    """

    def __init__(self, url: str) -> None:
        self._url = f"{url.rstrip('/')}/_simulator"

    def order(self, order_id: str) -> Json:
        """Return an order as GetOrder does, with times in epoch seconds."""
        return self._call("GET", f"/orders/{order_id}")

    def put_order(self, order: Json) -> Json:
        """Store a whole order verbatim, with any members, under its `OrderId`."""
        return self._call("PUT", f"/orders/{order['OrderId']}", order)

    def update_order(self, order_id: str, changes: Json) -> Json:
        """Change an order by a JSON merge patch that addresses line items by `LineItemId`, and return it."""
        return self._call("PATCH", f"/orders/{order_id}", changes)

    def replace_line_item(self, order_id: str, line_item_id: str) -> Json:
        """Set a line item to REPLACED, and return the new order of type REPLACEMENT."""
        return self._call("POST", f"/orders/{order_id}/line-items/{line_item_id}/replacement")

    def put_faults(self, faults: Json) -> None:
        """Replace all faults by these, by operation; see `local.outposts.faults`."""
        self._call("PUT", "/faults", faults)

    def _call(self, method: str, path: str, body: Json | None = None) -> Json:
        response = urllib3.request(method, self._url + path, json=body)
        answer: Json = response.json()
        if response.status >= 400:  # noqa: PLR2004 - HTTP's own
            code = response.headers["x-amzn-errortype"]
            raise ServiceError(code, answer.get("Message") or answer["message"], response.status)
        return answer
