"""Lets a function parse an operation's responses in place of botocore's parser.

botocore's parser drops members that its model lacks, and is slow where values are many: it looks for each member of a
shape in each value, ten of them in each of DynamoDB's attribute values.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.client import BaseClient


def parse_responses(client: "BaseClient", operation: str, parse: Callable[[bytes], Mapping[str, Any]]) -> None:
    """Parse an operation's successful responses with a function.

    It gets a response's body at botocore's event `before-parse`, and returns the response's members. botocore's parser
    then gets an empty object instead. The first function given for an operation of a client stays in effect.
    """

    def on_response(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object) -> None:
        if response_dict["status_code"] == HTTPStatus.OK:
            customized_response_dict.update(parse(response_dict["body"]))
            response_dict["body"] = b"{}"

    event = f"before-parse.{client.meta.service_model.service_id.hyphenize()}.{operation}"
    client.meta.events.register(event, on_response, unique_id=event)
