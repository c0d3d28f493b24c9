"""moto without what it does again for each call: most of the processor time of a test that uses it would go there."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import jsonpath_ng.ext
import pytest
from moto.core import models, responses
from moto.core.serialize import BaseJSONSerializer
from moto.core.utils import unix_time
from moto.sqs import models as sqs
from moto.sqs.models import Message, SQSBackend


@contextmanager
def quick_moto() -> Iterator[None]:
    """Let moto do the same with less work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(responses, "method_names_from_class", cache(responses.method_names_from_class))
        patch.setattr(sqs, "camelcase_to_underscores", cache(sqs.camelcase_to_underscores))
        patch.setattr(jsonpath_ng.ext, "parse", cache(jsonpath_ng.ext.parse))  # of a rule's target, for each event
        patch.setattr(models, "RESPONSES_METHODS", [])  # its patterns for `requests`, which nothing here calls AWS with
        patch.setattr(BaseJSONSerializer, "_serialize_type_structure", _serialize_type_structure)
        patch.setattr(SQSBackend, "is_message_valid_based_on_retention_period", _is_retained)
        yield


_SERIALIZE_ANY = BaseJSONSerializer._serialize_type_structure


def _serialize_type_structure(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """Serialize a value of DynamoDB by the one member that it has: moto looks for all ten, each under many names."""
    if not key or shape.name != "AttributeValue" or type(value) is not dict or not value.keys() <= shape.members.keys():
        return _SERIALIZE_ANY(self, serialized, value, shape, key)
    wrapper = self.MAP_TYPE()
    for name, member in value.items():
        if member is not None:
            self._serialize(wrapper, member, shape.members[name], name)
    return self._default_serialize(serialized, wrapper, shape, key)


def _is_retained(self: SQSBackend, queue_name: str, message: Message) -> bool:
    """Return whether a message is not too old: moto counts the queue's messages several times to find out."""
    period: Any = self.get_queue(queue_name).message_retention_period  # type: ignore[attr-defined] # set by its name
    return bool(period + message.sent_timestamp / 1000 > unix_time())
