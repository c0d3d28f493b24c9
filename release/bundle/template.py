"""The bundle's template: the stack's own, synthesized with and without each option, and merged."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from infra.stack import OutpostsOrderNotifier
from outposts_order_notifier.cdk.configuration import Configuration
from outposts_order_notifier.cdk.local_cloud import LocalCloud
from outposts_order_notifier.sources.settings import SourceSettings
from release.bundle import options
from release.bundle.merge import FULL, Merger

Json = dict[str, Any]

ROOT = Path(__file__).parent.parent.parent
STACK = "OutpostsOrderNotifier"
ARCHIVES = "functions"  # the folder of the functions' archives, beside the template
OF_THE_CDK = {"Parameters", "Rules"}  # its bootstrap's, which the bundle does without


class TemplateError(Exception):
    """The merged template would contain something of the synthesized configurations."""


def template(synthesized: Mapping[str, Json]) -> Json:
    """Return the bundle's template.

    Args:
        synthesized: The stack's template of each of `options.choices()`.
    """
    merger = Merger(options.off(), options.LOOKUP)
    variants = {
        name: {key: value for key, value in each.items() if key not in OF_THE_CDK} for name, each in synthesized.items()
    }
    sections = {
        section: merger.resources(section, {name: each[section] for name, each in variants.items()})
        for section in ("Resources", "Outputs")
    }
    conditions = {name: value for each in variants.values() for name, value in each.get("Conditions", {}).items()}
    for resource in sections["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"] = {**resource["Properties"], "Code": archive_path(resource)}
    sections = filled(sections)
    merged = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": synthesized[FULL]["Description"],
        "Metadata": {"AWS::CloudFormation::Interface": options.interface()},
        "Parameters": options.parameters(),
        "Rules": options.rules(),
        "Mappings": {options.LOOKUP.parameter: _by_key(merger.mapping)},
        "Conditions": {**options.conditions(), **conditions},
        **sections,
    }
    for text in options.PLACEHOLDERS:
        if text in json.dumps({**merged, "Parameters": {}}):
            raise TemplateError(f"{text} is still in the template")
    return merged


def archive_path(function: Json) -> str:
    """Return the path of a function's archive in the bundle, which `aws cloudformation package` replaces."""
    return f"{ARCHIVES}/{function_name(function)}.zip"


def function_name(function: Json) -> str:
    """Return the name of a function's folder in `lambdas/`."""
    name: str = function["Properties"]["Handler"].split(".")[1]
    return name


def synthesize(values: Mapping[str, str], local_cloud: LocalCloud | None = None, output: Path | None = None) -> Json:
    """Synthesize the stack for the parameters' values, in a region that is known only when it is deployed.

    Args:
        values: By the parameters' names.
        local_cloud: The local cloud's settings; None for AWS.
        output: Where to build the functions' packages; by default, they are not built.
    """
    flags = json.loads((ROOT / "cdk.json").read_text("utf-8"))["context"]
    unbuilt: Json = {} if output else {"aws:cdk:bundling-stacks": []}
    app = cdk.App(
        context={**flags, **unbuilt},
        outdir=str(output) if output else None,
        analytics_reporting=False,
        # tests/cdk lints what the stack synthesizes, and tests/release what is merged of it.
        builtin_cloud_formation_validation=False,
    )
    stack = OutpostsOrderNotifier(app, STACK, configuration=_configuration(values), local_cloud=local_cloud)
    path = app.synth().get_stack_artifact(stack.artifact_id).template_full_path
    content: Json = json.loads(Path(path).read_text("utf-8"))
    return content


def _configuration(values: Mapping[str, str]) -> Configuration:
    region = cdk.Aws.REGION
    configured = options.notifier(values, region)
    sources = configured.pop("sources", [{"region": region}])
    # `parse` refuses sources without a known region, as it compares other regions and partitions with it.
    parsed = Configuration.parse(configured, region, region_is_known=False)
    return replace(parsed, sources=tuple(map(SourceSettings.from_json, sources)))


def build(local_cloud: LocalCloud | None = None, output: Path | None = None) -> tuple[Json, dict[str, Path]]:
    """Return the bundle's template, and the folder of each function's package by the function's name."""
    synthesized = {
        name: synthesize(values, local_cloud, output if name == FULL else None)
        for name, values in options.choices().items()
    }
    functions = [each for each in synthesized[FULL]["Resources"].values() if each["Type"] == "AWS::Lambda::Function"]
    packages = {
        function_name(each): output / f"asset.{Path(each['Properties']['Code']['S3Key']).stem}"
        for each in functions
        if output
    }
    return template(synthesized), packages


def filled(value: Any) -> Any:
    """Replace the parameters' values of the synthesized configurations by references to the parameters."""
    match value:
        case str():
            parts = _split(value)
            return parts[0] if len(parts) == 1 else {"Fn::Join": ["", parts]}
        case {"Fn::Join": ["", list(parts)]}:
            return {
                "Fn::Join": [
                    "",
                    [each for part in parts for each in (_split(part) if isinstance(part, str) else [filled(part)])],
                ]
            }
        case dict():
            return {key: filled(each) for key, each in value.items()}
        case list():
            return [filled(each) for each in value]
    return value


def _split(text: str) -> list[Any]:
    pattern = "|".join(map(re.escape, options.PLACEHOLDERS))
    parts = [options.PLACEHOLDERS.get(part, part) for part in re.split(f"({pattern})", text) if part]
    return parts or [text]


def _by_key(mapping: Mapping[str, Mapping[str, Any]]) -> dict[str, Json]:
    """Return a mapping by the parameter's value, as CloudFormation has it, of one by name."""
    return {key: {name: values[key] for name, values in mapping.items()} for key in options.LOOKUP.variants}
