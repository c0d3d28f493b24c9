"""The template's parameters, and the configurations that show what each of them changes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outposts_order_notifier.cdk.configuration import DEFAULT_TIME_ZONE
from outposts_order_notifier.cdk.configuration_schema import schema
from outposts_order_notifier.notify.channels.slack.channel_id import CHANNEL_ID
from outposts_order_notifier.sources.settings import EXTERNAL_ID
from release.bundle.merge import FULL, Lookup

Json = dict[str, Any]

MINUTES = (1, 5, 10, 15, 30, 60)
USUAL_MINUTES = 5
# Values that occur nowhere else in a template, and that the configuration accepts.
ACCOUNT = "909090909090"
VALUES: Mapping[str, str] = {
    "SlackSecretName": "value-of/SlackSecretName",
    "SlackChannel": "C0VALUEOFSLACKCHANNEL",
    "EmailAddress": "email@example.com",  # its subscription's logical id contains it
    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/value-of/RoleArn",
    "ExternalId": "value-of:ExternalId",
    "TimeZone": "Antarctica/Troll",
}
# By text, in the order in which they are replaced: a role's ARN contains the account.
PLACEHOLDERS: Mapping[str, Json] = {
    **{value: {"Ref": name} for name, value in VALUES.items()},
    ACCOUNT: {"Fn::Select": [4, {"Fn::Split": [":", {"Ref": "RoleArn"}]}]},
}


@dataclass(frozen=True, slots=True)
class Option:
    """Something that a parameter switches on.

    Attributes:
        parameter: The parameter.
        condition: The name of the condition that it is on.
        off: The parameter's value that switches it off.
        needs: The parameter of the option without which it cannot be on; None if it needs none.
    """

    parameter: str
    condition: str
    off: str = ""
    needs: str | None = None

    @property
    def variant(self) -> str:
        """The name of the configuration that lacks it."""
        return f"without {self.parameter}"


OPTIONS = (
    Option("SlackSecretName", "HasSlack"),
    Option("SlackChannel", "HasSlackChannel", needs="SlackSecretName"),
    Option("EmailAddress", "HasEmailAddress"),
    Option("RoleArn", "HasRole"),
    Option("TimeZone", "HasTimeZone", off=DEFAULT_TIME_ZONE),
    Option("Dashboard", "HasDashboard", off="false"),
)
LOOKUP = Lookup("PollEveryMinutes", {str(each): FULL if each == USUAL_MINUTES else f"every {each}" for each in MINUTES})
ON: Mapping[str, str] = {**VALUES, "Dashboard": "true", "PollEveryMinutes": str(USUAL_MINUTES)}


def off() -> dict[str, frozenset[str]]:
    """Return the variants in which each condition is false."""
    return {
        option.condition: frozenset(
            each.variant for each in OPTIONS if each.parameter in {option.parameter, option.needs}
        )
        for option in OPTIONS
    }


def choices() -> dict[str, dict[str, str]]:
    """Return the parameters' values of each variant to synthesize."""
    chosen = {FULL: dict(ON)}
    for option in OPTIONS:
        dependent = {each.parameter: each.off for each in OPTIONS if each.needs == option.parameter}
        chosen[option.variant] = {**ON, option.parameter: option.off, **dependent}
    for minutes, variant in LOOKUP.variants.items():
        chosen.setdefault(variant, {**ON, LOOKUP.parameter: minutes})
    return chosen


def notifier(values: Mapping[str, str], region: str) -> Json:
    """Return the `notifier` configuration that the parameters' values stand for.

    Args:
        values: By the parameters' names.
        region: The stack's region.
    """
    configured: Json = {"pollEveryMinutes": int(values["PollEveryMinutes"]), "timeZone": values["TimeZone"]}
    if values["Dashboard"] == "false":
        configured["dashboard"] = False
    if values["SlackSecretName"]:
        configured["slack"] = {"secretName": values["SlackSecretName"]}
    if values["SlackChannel"]:
        configured["slack"]["channel"] = values["SlackChannel"]
    if values["EmailAddress"]:
        configured["emails"] = [values["EmailAddress"]]
    if values["RoleArn"]:
        role = {"region": region, "roleArn": values["RoleArn"], "externalId": values["ExternalId"]}
        configured["sources"] = [{"region": region}, role]
    return configured


def parameters() -> dict[str, Json]:
    """Return the template's parameters, whose constraints are those of the configuration's schema."""
    keys = schema()["properties"]
    source = keys["sources"]["items"]["properties"]
    return {
        "SlackSecretName": _optional(
            keys["slack"]["properties"]["secretName"],
            "The secret in Secrets Manager with Slack's webhookUrl or botToken; empty for no messages in Slack",
        ),
        "SlackChannel": {
            **_text(
                rf"({CHANNEL_ID.pattern})?",
                "a channel's id: C or G, and at least 8 capital letters and digits; or empty",
                "The channel's id, such as C0123456789, if the secret has a bot's token; empty for a webhook",
            ),
            "Default": "",
        },
        "EmailAddress": _optional(
            keys["emails"]["items"],
            "Who is sent an e-mail for each change, after confirming the subscription; empty for nobody",
        ),
        "RoleArn": _optional(
            source["roleArn"],
            "A role in another account (member-role.yaml creates it), whose orders in this region are watched as well; "
            "empty for none",
        ),
        "ExternalId": {
            **_text(_pattern(source["externalId"]), source["externalId"]["description"], "What the role demands"),
            "Default": EXTERNAL_ID,
        },
        "PollEveryMinutes": {
            "Type": "Number",
            "Default": USUAL_MINUTES,
            "AllowedValues": list(MINUTES),
            "Description": "How often orders are read",
        },
        "TimeZone": {
            "Type": "String",
            "Default": DEFAULT_TIME_ZONE,
            "AllowedValues": keys["timeZone"]["enum"],
            "Description": "The time zone in which people read times",
        },
        "Dashboard": {
            "Type": "String",
            "Default": "true",
            "AllowedValues": ["true", "false"],
            "Description": "Whether CloudWatch has a dashboard with the order board, for which AWS charges",
        },
    }


LABELS = {
    "SlackSecretName": "Slack's secret",
    "SlackChannel": "Slack channel",
    "EmailAddress": "E-mail address",
    "RoleArn": "Role in another account",
    "ExternalId": "External id of that role",
    "PollEveryMinutes": "Minutes between polls",
    "TimeZone": "Time zone",
    "Dashboard": "Dashboard",
}
GROUPS = {
    "Who is notified": ["SlackSecretName", "SlackChannel", "EmailAddress", "TimeZone"],
    "What is watched": ["PollEveryMinutes", "RoleArn", "ExternalId"],
    "CloudWatch": ["Dashboard"],
}


def interface() -> Json:
    """Return the metadata by which CloudFormation's console shows the parameters."""
    return {
        "ParameterGroups": [{"Label": {"default": name}, "Parameters": each} for name, each in GROUPS.items()],
        "ParameterLabels": {name: {"default": label} for name, label in LABELS.items()},
    }


def conditions() -> dict[str, Json]:
    """Return the conditions that the options are on."""
    by_parameter = {each.parameter: each.condition for each in OPTIONS}
    on = {each.condition: {"Fn::Not": [{"Fn::Equals": [{"Ref": each.parameter}, each.off]}]} for each in OPTIONS}
    return {
        each.condition: {"Fn::And": [{"Condition": by_parameter[each.needs]}, on[each.condition]]}
        if each.needs
        else on[each.condition]
        for each in OPTIONS
    }


def rules() -> dict[str, Json]:
    """Return the rules that CloudFormation checks beyond single parameters."""
    return {
        f"{each.parameter}Needs{each.needs}": {
            "RuleCondition": {"Fn::Not": [{"Fn::Equals": [{"Ref": each.parameter}, each.off]}]},
            "Assertions": [
                {
                    "Assert": {"Fn::Not": [{"Fn::Equals": [{"Ref": each.needs}, ""]}]},
                    "AssertDescription": f"{each.parameter} has an effect only with {each.needs}",
                }
            ],
        }
        for each in OPTIONS
        if each.needs
    }


def _optional(rules: Json, description: str) -> Json:
    allowed = f"{rules['description']}; or empty"
    return {**_text(f"({_pattern(rules)})?", allowed, description), "Default": ""}


def _text(pattern: str, allowed: str, description: str) -> Json:
    return {
        "Type": "String",
        "AllowedPattern": pattern,
        "ConstraintDescription": allowed,
        "Description": description,
    }


def _pattern(rules: Json) -> str:
    r"""Return a schema's pattern as CloudFormation has it: it matches the whole text, and \w and \d are ASCII."""
    pattern: str = rules["pattern"]
    return pattern.removeprefix("^(?a:").removesuffix(r")\Z")
