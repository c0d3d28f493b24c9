"""The line that an exception becomes."""

import pytest
from botocore.exceptions import HTTPClientError

from outposts_order_notifier.cli.failures import sentence_of

SECRET = "what-nobody-knows-to-be-secret"  # noqa: S105 - no pattern finds it, which is the point


@pytest.mark.parametrize(
    "error", [HTTPClientError(error=ValueError(f"Invalid header value b'{SECRET}'")), KeyError(SECRET)]
)
def test_a_text_that_may_quote_a_secret_is_not_shown(error: Exception) -> None:
    """Only its type is shown: nothing else can recognise the secret in it."""
    line = sentence_of(error)
    assert SECRET not in line
    assert "ValueError" in line or "KeyError" in line
