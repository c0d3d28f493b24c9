"""cfn-lint, which takes seconds to import and to load its rules: once in a process, if a test needs it."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

PRIMARY = "us-east-1"  # which cfn-lint assumes
# The CDK makes each function depend on its role, to which it also refers: superfluous, but harmless.
IGNORED = ("W3005",)


def read_template(path: Path) -> dict[str, Any]:
    """Read a CloudFormation template, short forms such as `!Ref` as their long ones."""
    from cfnlint.decode import decode  # type: ignore[import-untyped] # noqa: PLC0415 - cfn-lint has no types

    decoded, faults = decode(str(path))
    assert not faults, faults
    template: dict[str, Any] = json.loads(json.dumps(decoded))
    return template


def findings(template: str, *, regions: Sequence[str], ignored: Sequence[str] = IGNORED) -> list[Any]:
    """Return what cfn-lint finds in a template's text."""
    from cfnlint.decode.decode import decode_str  # type: ignore[import-untyped] # noqa: PLC0415
    from cfnlint.runner import run_template_by_data  # type: ignore[import-untyped] # noqa: PLC0415

    decoded, faults = decode_str(template)
    return list(faults or run_template_by_data(decoded, _options(regions, ignored), _rules()))


def _options(regions: Sequence[str], ignored: Sequence[str]) -> Any:
    from cfnlint.config import ConfigMixIn, ManualArgs  # type: ignore[import-untyped] # noqa: PLC0415

    return ConfigMixIn(**ManualArgs(ignore_checks=list(ignored), regions=list(regions)))


@cache
def _rules() -> Any:
    from cfnlint.runner import Runner  # noqa: PLC0415

    return Runner(_options([PRIMARY], ())).rules
