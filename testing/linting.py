"""cfn-lint, whose rules take a second to load: once in a process."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from cfnlint.config import ConfigMixIn, ManualArgs  # type: ignore[import-untyped] # cfn-lint has no types
from cfnlint.decode.decode import decode_str  # type: ignore[import-untyped]
from cfnlint.runner import Runner, run_template_by_data  # type: ignore[import-untyped]
from cfnlint.runner.template import run_template_by_file_path  # type: ignore[import-untyped]

PRIMARY = "us-east-1"  # which cfn-lint assumes
# The CDK makes each function depend on its role, to which it also refers: superfluous, but harmless.
IGNORED = ("W3005",)


def findings(template: str, *, regions: Sequence[str], ignored: Sequence[str] = IGNORED) -> list[Any]:
    """Return what cfn-lint finds in a template's text."""
    decoded, faults = decode_str(template)
    return list(faults or run_template_by_data(decoded, _options(regions, ignored), _rules()))


def findings_in_file(path: Path) -> list[Any]:
    """Return what cfn-lint finds in a file, without any option."""
    return list(run_template_by_file_path(str(path), _options([PRIMARY], ()), _rules(), ignore_bad_template=False))


def _options(regions: Sequence[str], ignored: Sequence[str]) -> ConfigMixIn:
    return ConfigMixIn(**ManualArgs(ignore_checks=list(ignored), regions=list(regions)))


@cache
def _rules() -> Any:
    return Runner(_options([PRIMARY], ())).rules
