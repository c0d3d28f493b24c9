"""DynamoDB's responses as items."""

import base64
import json
from typing import Any

import botocore.session
import pytest
from botocore.parsers import create_parser
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.store.responses import parse_items

MODEL = botocore.session.Session().get_service_model("dynamodb")
PARSER = create_parser("json")

values = st.one_of(
    st.builds(lambda text: {"S": text}, st.text(max_size=9)),
    st.builds(lambda number: {"N": str(number)}, st.integers()),
    st.builds(lambda flag: {"BOOL": flag}, st.booleans()),
    st.builds(lambda texts: {"SS": texts}, st.lists(st.text(max_size=9), min_size=1, max_size=3)),
    st.builds(lambda data: {"B": base64.b64encode(data).decode()}, st.binary(max_size=99)),
)
items = st.lists(st.dictionaries(st.text(max_size=9), values, max_size=5), max_size=4)
keys = st.dictionaries(st.text(max_size=9), st.builds(lambda text: {"S": text}, st.text(max_size=9)), min_size=1)
responses = {
    "Query": st.fixed_dictionaries({"Items": items, "Count": st.integers()}, optional={"LastEvaluatedKey": keys}),
    "Scan": st.fixed_dictionaries({"Items": items, "Count": st.integers()}, optional={"LastEvaluatedKey": keys}),
    "BatchGetItem": st.fixed_dictionaries(
        {
            "Responses": st.dictionaries(st.text(max_size=9), items, max_size=2),
            "UnprocessedKeys": st.dictionaries(
                st.text(max_size=9), st.fixed_dictionaries({"Keys": st.lists(keys, max_size=2)}), max_size=2
            ),
        }
    ),
}


def parsed_by_botocore(operation: str, body: bytes) -> Any:
    """Return the response without its metadata."""
    shape = MODEL.operation_model(operation).output_shape
    assert shape
    response: Any = PARSER.parse({"body": body, "headers": {}, "status_code": 200}, shape)
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}


@pytest.mark.parametrize("operation", responses)
@given(data=st.data())
def test_a_response_is_what_botocore_makes_of_it(operation: str, data: st.DataObject) -> None:
    """For every type of value in the table."""
    body = json.dumps(data.draw(responses[operation])).encode()
    assert parse_items(body) == parsed_by_botocore(operation, body)
