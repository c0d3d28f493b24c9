"""The CDK context as it was written."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def context(environment: Mapping[str, str]) -> dict[str, Any]:
    """Read the context where the CDK command line leaves it for the application.

    `try_get_context` would lose each null on its way through jsii, and `stalledAfterDays` has nulls that mean
    something.

    Args:
        environment: Environment variables; a context too large for one has its rest in a file that another names.
    """
    overflow = environment.get("CONTEXT_OVERFLOW_LOCATION_ENV")
    return {
        **json.loads(environment.get("CDK_CONTEXT_JSON", "{}")),
        **(json.loads(Path(overflow).read_text(encoding="utf-8")) if overflow else {}),
    }
