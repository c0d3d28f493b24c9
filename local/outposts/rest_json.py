"""The server side of AWS's rest-json protocol, derived from botocore's model of a service.

The protocol: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html.
"""

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StructureShape
from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from local.outposts.constraints import check
from local.outposts.errors import ServiceError
from outposts_order_notifier.runtime import aws_data


class RestJson:
    """Parses the requests of a service, such as `outposts`, and builds its responses."""

    def __init__(self, service: str) -> None:
        self._model: ServiceModel = aws_data.session().get_service_model(service)
        self._routes = Map(
            [self._rule(self._model.operation_model(name)) for name in self._model.operation_names],
            merge_slashes=False,
        )

    @staticmethod
    def _rule(operation: OperationModel) -> Rule:
        path = re.sub(r"{(\w+)\+?}", r"<\1>", operation.http["requestUri"])
        return Rule(path, methods=[operation.http["method"]], endpoint=operation.name)

    def read(self, request: Request) -> tuple[str, dict[str, Any]]:
        """Return the operation that a request calls, and its input by member names, checked against the model."""
        # The undecoded path: in an ARN, a slash is encoded, because it does not separate.
        path = urlsplit(request.environ["REQUEST_URI"]).path
        try:
            name, labels = self._routes.bind("").match(path, method=request.method)
        except HTTPException as error:
            raise ServiceError(
                "UnknownOperationException",
                f"{request.method} {path} is not an operation of {self._model.service_id}.",
                status=404,
            ) from error
        shape = self._model.operation_model(name).input_shape
        if shape is None:
            return name, {}
        given = _members(shape, request, {label: unquote(value) for label, value in labels.items()})
        check(given, shape)
        return name, given

    def answer(self, operation: str, output: Mapping[str, Any]) -> Response:
        """Return the response with an operation's output, whose timestamps are in epoch seconds already.

        Members that the model does not have are included, like newer ones of the service.
        """
        model = self._model.operation_model(operation)
        has_body = isinstance(model.output_shape, StructureShape) and model.output_shape.members
        body = json.dumps(output) if has_body else ""
        return _response(body, model.http.get("responseCode", 200))

    def answer_error(self, error: ServiceError) -> Response:
        """Return an error's response, with the status of its shape in the model if it has one."""
        shapes = {shape.name: shape for shape in self._model.error_shapes}
        shape = shapes.get(error.code)
        status = shape.metadata["error"]["httpStatusCode"] if shape else error.status
        message = "Message" if shape else "message"
        response = _response(json.dumps({message: error.message, **error.members}), status)
        response.headers["x-amzn-errortype"] = error.code
        return response


def _response(body: str, status: int) -> Response:
    headers = {"x-amzn-requestid": str(uuid.uuid4())}
    return Response(body, status, headers, content_type="application/json")


def _members(shape: StructureShape, request: Request, labels: Mapping[str, str]) -> dict[str, Any]:
    body = _body(request)
    members = {}
    for name, member in shape.members.items():
        place, wire_name = member.serialization.get("location"), member.serialization.get("name", name)
        if place == "uri":
            members[name] = _from_text(member, labels[wire_name])
        elif place == "querystring" and wire_name in request.args:
            texts = request.args.getlist(wire_name)
            if isinstance(member, ListShape):
                members[name] = [_from_text(member.member, text) for text in texts]
            else:
                members[name] = _from_text(member, texts[0])
        elif place is None and body.get(wire_name) is not None:
            members[name] = _known(member, body[wire_name])
    return members


def _body(request: Request) -> dict[str, Any]:
    text = request.get_data()
    if not text:
        return {}
    try:
        body = json.loads(text)
    except ValueError as error:
        raise ServiceError("SerializationException", f"The body is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise ServiceError("SerializationException", "The body is JSON, but not an object.")
    return body


def _from_text(shape: Shape, text: str) -> Any:
    if shape.type_name == "integer":
        try:
            return int(text)
        except ValueError as error:
            raise ServiceError("SerializationException", f"{text!r} is not an integer.") from error
    return text


def _known(shape: Shape, value: Any) -> Any:
    """Leave out nulls and what the model does not have, as AWS does."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {
            name: _known(member, value[wire_name])
            for name, member in shape.members.items()
            if value.get(wire_name := member.serialization.get("name", name)) is not None
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_known(shape.member, item) for item in value]
    return value
