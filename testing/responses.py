"""HTTP responses for botocore's `before-send` event, in place of a request."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def response(request: AWSPreparedRequest, status: int, headers: Mapping[str, str], body: bytes) -> AWSResponse:
    """Return a response with a body that botocore can read."""
    return AWSResponse(request.url, status, headers, _Raw(body))  # type: ignore[arg-type] # all that botocore reads
