"""The protocol, for every operation of botocore's model, supported by the simulator or not."""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Request

from local.outposts.errors import ServiceError
from local.outposts.rest_json import RestJson
from local.server import Server
from tests.local.conftest import client_of
from tests.local.model import MODEL, inputs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PROTOCOL = RestJson("outposts")
CALLS = st.sampled_from(MODEL.operation_names).flatmap(lambda name: st.tuples(st.just(name), inputs(name)))


class Listener:
    """Returns nothing, and keeps what the protocol read."""

    heard: tuple[str, dict[str, Any]] | ServiceError

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Read one request."""
        try:
            self.heard = PROTOCOL.read(Request(environ))
        except ServiceError as error:
            self.heard = error
        start_response("200 OK", [("Content-Length", "0")])
        return []


@pytest.fixture(scope="module")
def listener() -> Listener:
    """Return one listener for all examples."""
    return Listener()


@pytest.fixture(scope="module")
def client(listener: Listener) -> Iterator[Any]:
    """Return a client whose calls the listener receives."""
    with Server(listener) as server:
        yield client_of(server)


@given(call=CALLS)
def test_every_valid_request_is_read_as_it_was_sent(
    listener: Listener, client: Any, call: tuple[str, dict[str, Any]]
) -> None:
    """For any operation and any valid input, the protocol reads what boto3 writes."""
    operation, request = call

    client._make_api_call(operation, request)

    assert listener.heard == (operation, request)


@pytest.mark.parametrize("name", MODEL.operation_names)
def test_the_model_only_uses_what_the_protocol_reads(name: str) -> None:
    """No operation needs what the server's side omits: headers, payloads, times in requests."""
    shape = MODEL.operation_model(name).input_shape
    members = shape.members.values() if shape else []

    assert {member.serialization.get("location") for member in members} <= {None, "uri", "querystring"}
    assert "payload" not in (shape.serialization if shape else {})
    assert not {member.type_name for member in members} & {"timestamp", "blob"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "SerializationException"),
        (b"[1]", "SerializationException"),
        (b"", "ValidationException"),
        (b'{"OutpostIdentifier": 5, "PaymentOption": "ALL_UPFRONT"}', "ValidationException"),
        (b'{"OutpostIdentifier": null, "PaymentOption": "ALL_UPFRONT"}', "ValidationException"),
    ],
)
def test_a_malformed_body_is_rejected(body: bytes, code: str) -> None:
    """The error for a body that is not an object, or has missing members or wrong types, names the mistake."""
    with pytest.raises(ServiceError) as refused:
        PROTOCOL.read(request("POST", "/orders", body))

    assert refused.value.code == code


def test_members_that_the_model_lacks_are_ignored() -> None:
    """As in AWS, the service ignores a newer client's members and nulls, at any depth."""
    body = {
        "OutpostIdentifier": f"op-{0:017}",
        "PaymentOption": "ALL_UPFRONT",
        "PaymentTerm": None,
        "Colour": "blue",
        "LineItems": [{"CatalogItemId": "OR-RACKM5A", "Quantity": None, "Colour": "blue"}],
    }

    assert PROTOCOL.read(request("POST", "/orders", json.dumps(body).encode())) == (
        "CreateOrder",
        {
            "OutpostIdentifier": f"op-{0:017}",
            "PaymentOption": "ALL_UPFRONT",
            "LineItems": [{"CatalogItemId": "OR-RACKM5A"}],
        },
    )


@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("DELETE", f"/orders/oo-{0:017}")])
def test_an_unknown_path_or_method_is_rejected(method: str, path: str) -> None:
    """It is an unknown operation, not an HTML page."""
    with pytest.raises(ServiceError) as refused:
        PROTOCOL.read(request(method, path))

    assert refused.value.code == "UnknownOperationException"
    assert refused.value.status == 404


def test_a_number_in_the_query_must_be_an_integer() -> None:
    """Any other page size is rejected."""
    with pytest.raises(ServiceError) as refused:
        PROTOCOL.read(request("GET", "/list-orders?MaxResults=many"))

    assert refused.value.code == "SerializationException"


@pytest.mark.parametrize(
    ("path", "constraint"),
    [
        ("/orders/oo-1", "regular expression pattern: oo-[a-f0-9]{17}$"),
        (f"/orders/x{0:021}", "length less than or equal to 20"),
        ("/list-orders?MaxResults=1001", "value less than or equal to 1000"),
        ("/list-orders?MaxResults=0", "valid min value: 1"),
        ("/list-orders?NextToken=abc", "regular expression pattern"),
        ("/catalog/items?ItemClassFilter=RACK&ItemClassFilter=VAN", "enum value set: [RACK, SERVER]"),
    ],
)
def test_a_value_that_the_model_forbids_is_rejected_by_name(path: str, constraint: str) -> None:
    """The error for a value outside the patterns, lengths, ranges or enums says what is allowed."""
    with pytest.raises(ServiceError) as refused:
        PROTOCOL.read(request("GET", path))

    assert refused.value.code == "ValidationException"
    assert constraint in refused.value.message


@pytest.mark.parametrize("shape", MODEL.error_shapes, ids=lambda shape: str(shape.name))
def test_an_error_has_the_status_of_its_shape(shape: Any) -> None:
    """Each error that the model declares has its shape's status, name and message."""
    response = PROTOCOL.answer_error(ServiceError(shape.name, "No."))

    assert response.status_code == shape.metadata["error"]["httpStatusCode"]
    assert response.headers["x-amzn-errortype"] == shape.name
    assert response.json == {"Message": "No."}


def request(method: str, path: str, body: bytes = b"") -> Request:
    """Build a request like one from a client."""
    return Request.from_values(path, method=method, data=body)
