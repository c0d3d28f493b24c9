"""moto without what it does again for each call: most of the processor time of a test that uses it would go there."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import jsonpath_ng.ext
import pytest
from moto.core import models, responses
from moto.sqs import models as sqs

# Its members are private, as it has no setting for any of this.
CACHED = (
    (responses, "method_names_from_class"),
    (sqs, "camelcase_to_underscores"),
    (jsonpath_ng.ext, "parse"),  # of a rule's target, for each event
)


@contextmanager
def quick_moto() -> Iterator[None]:
    """Let moto do the same with less work."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in CACHED:
            patch.setattr(module, name, cache(getattr(module, name)))
        patch.setattr(models, "RESPONSES_METHODS", [])  # its patterns for `requests`, which nothing here calls AWS with
        yield
