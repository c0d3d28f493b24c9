"""The CDK context, unchanged."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def context(environment: Mapping[str, str]) -> dict[str, Any]:
    """Read the context from the environment variables that the CDK command line sets.

    `try_get_context` would lose nulls on their way through jsii, and `stalledAfterDays` has meaningful ones.
    """
    # If the context is too large for a variable, this one names a file with the rest.
    overflow = environment.get("CONTEXT_OVERFLOW_LOCATION_ENV")
    return {
        **json.loads(environment.get("CDK_CONTEXT_JSON", "{}")),
        **(json.loads(Path(overflow).read_text(encoding="utf-8")) if overflow else {}),
    }
