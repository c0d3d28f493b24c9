"""The bundle's template, compared with what the CDK synthesizes, and with the configuration's own checks."""

import itertools
import json
import random
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.cdk.configuration import Configuration, ConfigurationError
from outposts_order_notifier.cdk.configuration_schema import regions
from outposts_order_notifier.notify.channels.slack.channel_id import CHANNEL_ID
from reference.upgrades import KEPT, kept
from release.bundle import options
from release.bundle.merge import MergeError
from release.bundle.template import TemplateError, build, filled, synthesize, template
from testing.cloudformation import Resolver
from testing.linting import IGNORED, findings
from testing.synthesis import ACCOUNT, REGION, template_of
from testing.upgrades import hindrances

Json = dict[str, Any]
Values = dict[str, str]

WITHOUT_SCHEMAS, GOV_CLOUD = "il-central-1", "us-gov-west-1"
MAX_TEMPLATE_BYTES = (
    1_000_000  # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
)
MAX_OF_A_MAPPING, MAX_PARAMETERS = 200, 200  # of the same page
GIVEN: Mapping[str, list[str]] = {
    "SlackSecretName": ["", "outposts/slack"],
    "SlackChannel": ["", "C0123456789"],
    "EmailAddress": ["", "team@example.com"],
    "RoleArn": ["", "arn:aws:iam::123456789012:role/teams/OutpostsReader"],
    "ExternalId": ["another:id"],
    "PollEveryMinutes": [str(each) for each in options.MINUTES],
    "TimeZone": ["UTC", "Europe/Dublin"],
    "Dashboard": ["true", "false"],
}
NONE: Values = {each.parameter: each.off for each in options.OPTIONS} | {
    "ExternalId": "another:id",
    "PollEveryMinutes": "60",
}


@pytest.fixture(scope="module")
def bundled() -> Json:
    """The bundle's template."""
    content, _ = build()
    return content


def everything() -> Iterator[Values]:
    """Yield all combinations of the parameters' values."""
    for each in itertools.product(*GIVEN.values()):
        values = dict(zip(GIVEN, each, strict=True))
        if values["SlackSecretName"] or not values["SlackChannel"]:
            yield values


def of_the_stack(region: str) -> Values:
    """Return CloudFormation's own values in a region."""
    suffix = "amazonaws.com"
    return {
        "AWS::Region": region,
        "AWS::AccountId": ACCOUNT,
        "AWS::Partition": regions()[region],
        "AWS::URLSuffix": suffix,
    }


def comparable(template: Mapping[str, Any], values: Values, region: str) -> Json:
    """Resolve a template, without the functions' code, and with any e-mail address's subscription under one name."""
    resolved = Resolver(template, {**values, **of_the_stack(region)}).resolved()
    for resource in resolved["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            del resource["Properties"]["Code"]
    resolved["Resources"] = {
        "Subscription" if each.get("Properties", {}).get("Protocol") == "email" else name: each
        for name, each in resolved["Resources"].items()
    }
    return resolved


def of_the_cdk(values: Values, region: str = REGION) -> Json:
    """Synthesize the stack for the same configuration."""
    return dict(template_of(options.notifier(values, region), region=region).to_json())


class TestSameAsTheCdk:
    """The template is that of the CDK's stack."""

    def differences(self, bundled: Json, values: Values, region: str = REGION) -> list[str]:
        """Return the names of the resources and outputs that differ."""
        ours, theirs = comparable(bundled, values, region), comparable(of_the_cdk(values, region), {}, region)
        return [
            name
            for section in ("Resources", "Outputs")
            for name in ours[section].keys() | theirs[section].keys()
            if ours[section].get(name) != theirs[section].get(name)
        ]

    @pytest.mark.search
    def test_any_choice_of_parameters_is_what_the_cdk_synthesizes(self, bundled: Json, *, exhaustive: bool) -> None:
        """Every resource with every property, and every output; also for choices that were not synthesized for it."""
        choices = list(everything())
        sample = choices if exhaustive else [NONE, *random.Random(17).sample(choices, 4)]  # noqa: S311 - no secret
        assert {str(values): self.differences(bundled, values) for values in sample} == {
            str(values): [] for values in sample
        }

    @pytest.mark.parametrize("region", [WITHOUT_SCHEMAS, GOV_CLOUD])
    def test_it_is_the_same_in_any_region(self, bundled: Json, region: str) -> None:
        """One has no registry of schemas, another is in a partition whose console has another address."""
        assert self.differences(bundled, {**NONE, "Dashboard": "true"}, region) == []

    def test_changing_to_the_cdk_and_back_replaces_nothing_but_an_addresss_subscription(self, bundled: Json) -> None:
        """Whose logical id in the CDK's stack contains the address."""
        values = {name: each[-1] for name, each in GIVEN.items()} | {"Dashboard": "true"}
        own = of_the_stack(REGION)
        ours = kept(Resolver(bundled, {**values, **own}).resolved())
        theirs = kept(Resolver(of_the_cdk(values), own).resolved())
        assert len(ours["Resources"]) == len(theirs["Resources"]) > len(KEPT)
        for before, after in ((ours, theirs), (theirs, ours)):
            (hindrance,) = hindrances(before, after)
            assert re.match(r"NotificationsTopic\w+ \(AWS::SNS::Subscription\) is no longer in the template", hindrance)

    def test_a_setting_with_two_causes_is_not_guessed(self) -> None:
        """If the stack came to depend on an option in a way that cannot be merged, no release would be built."""
        synthesized = {name: synthesize(values) for name, values in list(options.choices().items())[:2]}
        full, other = (json.loads(json.dumps(each)) for each in synthesized.values())
        other["Resources"]["EventBusEEC924FB"]["Properties"]["Name"] = "another"
        everywhere = dict.fromkeys(options.choices(), full)
        everywhere |= {"without EmailAddress": other, "every 1": other}
        with pytest.raises(MergeError, match=r"EventBusEEC924FB\.Properties\.Name: depends on PollEveryMinutes and"):
            template(everywhere)


class TestTemplate:
    """What CloudFormation and people see of it."""

    def test_cfn_lint_finds_nothing(self, bundled: Json) -> None:
        """In regions of several partitions, but that `package` has to upload the functions' code."""
        regions = [REGION, WITHOUT_SCHEMAS, GOV_CLOUD]
        assert findings(json.dumps(bundled), regions=regions, ignored=[*IGNORED, "W3002"]) == []

    def test_it_is_within_cloudformations_limits(self, bundled: Json) -> None:
        """It is deployed through a bucket."""
        assert len(json.dumps(bundled, indent=1)) < MAX_TEMPLATE_BYTES / 4
        assert len(bundled["Parameters"]) <= MAX_PARAMETERS
        for mapping in bundled["Mappings"].values():
            assert all(0 < len(each) <= MAX_OF_A_MAPPING for each in mapping.values())

    def test_it_needs_nothing_of_the_cdk(self, bundled: Json) -> None:
        """Neither its bootstrap nor its bucket, and each function has an archive."""
        assert not re.search(r"(?i)cdk-|bootstrap", json.dumps(bundled))
        functions = [each for each in bundled["Resources"].values() if each["Type"] == "AWS::Lambda::Function"]
        assert {each["Properties"]["Code"] for each in functions} == {
            f"functions/{name}.zip" for name in ("poll", "notify", "board")
        }

    def test_it_has_none_of_the_values_that_it_was_synthesized_with(self, bundled: Json) -> None:
        """They are replaced by references, or the template is not built."""
        assert filled("a value-of/SlackSecretName!") == {"Fn::Join": ["", ["a ", {"Ref": "SlackSecretName"}, "!"]]}
        synthesized = synthesize(options.ON)
        synthesized["Outputs"][options.VALUES["SlackSecretName"]] = {"Value": "as a key"}
        with pytest.raises(TemplateError, match=r"^value-of/SlackSecretName is still in the template$"):
            template(dict.fromkeys(options.choices(), synthesized))
        assert "value-of" not in json.dumps(bundled)

    def test_each_parameter_has_a_label_a_group_and_a_description(self, bundled: Json) -> None:
        """CloudFormation's console shows them."""
        interface = bundled["Metadata"]["AWS::CloudFormation::Interface"]
        grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
        assert sorted(grouped) == sorted(interface["ParameterLabels"]) == sorted(bundled["Parameters"])
        assert all(each["Description"] for each in bundled["Parameters"].values())

    def test_without_parameters_it_is_the_stack_of_an_empty_configuration(self, bundled: Json) -> None:
        """Every parameter has a default."""
        assert comparable(bundled, {}, REGION) == comparable(template_of({}).to_json(), {}, REGION)


class TestParameters:
    """A parameter accepts what the configuration accepts."""

    PARAMETERS = options.parameters()

    def accepts(self, name: str, text: str) -> bool:
        """Return whether CloudFormation accepts a value: as a whole, and with letters and digits of ASCII."""
        return bool(re.fullmatch(self.PARAMETERS[name]["AllowedPattern"], text, re.ASCII))

    def configured(self, name: str, text: str) -> bool:
        """Return whether the configuration accepts the same value."""
        region = next((each for each, partition in regions().items() if text.startswith(f"arn:{partition}:")), REGION)
        values = {**options.ON, "RoleArn": f"arn:{regions()[region]}:iam::123456789012:role/A", name: text}
        try:
            Configuration.parse(options.notifier(values, region), region)
        except ConfigurationError:
            return False
        return True

    @pytest.mark.parametrize("name", ["SlackSecretName", "EmailAddress", "RoleArn", "ExternalId"])
    @given(data=st.data())
    def test_a_text_is_accepted_if_the_configuration_accepts_it(self, name: str, data: st.DataObject) -> None:
        """And refused if it refuses it; empty means none."""
        pattern = re.compile(self.PARAMETERS[name]["AllowedPattern"], re.ASCII)
        near = st.from_regex(pattern, fullmatch=True).flatmap(
            lambda text: st.sampled_from([text, f"{text}.", f"{text}\n", f"é{text}", f"{text}@x", text[:-1]])
        )
        text = data.draw(near | st.text(min_size=1))
        assert self.accepts(name, text) == (self.configured(name, text) if text else name != "ExternalId")

    @given(text=st.from_regex(re.compile(CHANNEL_ID.pattern, re.ASCII), fullmatch=True))
    def test_a_channels_id_reaches_the_function_unchanged(self, text: str) -> None:
        """Names, which the configuration normalizes, are refused."""
        values = {**options.ON, "SlackChannel": text, "RoleArn": ""}
        assert self.accepts("SlackChannel", text)
        assert Configuration.parse(options.notifier(values, REGION), REGION).channels["slack"].channel == text
        assert not self.accepts("SlackChannel", text.lower())

    @pytest.mark.parametrize("name", ["PollEveryMinutes", "TimeZone"])
    def test_each_listed_value_is_one_of_the_configuration(self, name: str) -> None:
        """The default is the configuration's as well."""
        assert all(self.configured(name, str(value)) for value in self.PARAMETERS[name]["AllowedValues"])
        default = Configuration.parse({}, REGION)
        defaults = {"PollEveryMinutes": default.poll_every_minutes, "TimeZone": default.time_zone}
        assert self.PARAMETERS[name]["Default"] == defaults[name]

    def test_a_channel_without_a_secret_is_refused(self, bundled: Json) -> None:
        """As the configuration refuses it."""
        lonely = {"SlackChannel": "C0123456789", "SlackSecretName": ""}
        assert Resolver(bundled, lonely).violated() == ["SlackChannel has an effect only with SlackSecretName"]
        for values in ({}, {"SlackSecretName": "a"}, {**lonely, "SlackSecretName": "a"}):
            assert Resolver(bundled, values).violated() == []
