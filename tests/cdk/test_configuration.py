"""The `notifier` context: what it results in, and how mistakes are reported."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.cdk.configuration import (
    Configuration,
    ConfigurationError,
)
from outposts_order_notifier.cdk.configuration_schema import ZONES_OF_ABBREVIATIONS, time_zones
from outposts_order_notifier.notify.channels.slack.settings import Slack
from outposts_order_notifier.notify.settings import SecretSettings
from outposts_order_notifier.sources.settings import OrganizationSettings, SourceSettings

OUTPOST = "op-0123456789abcdef0"
ROLE = "arn:aws:iam::123456789012:role/OutpostsReader"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"

# A mistake, and the beginning of the line that reports it.
MISTAKES: list[tuple[Any, str]] = [
    (5, "notifier: 5; allowed: an object with sources, organization, pollEveryMinutes"),
    ({"surces": []}, "notifier.surces: unknown key; allowed: sources, "),
    ({"sources": []}, "notifier.sources: []; allowed: a list of at least one"),
    ({"sources": ["eu-west-1"]}, 'notifier.sources[0]: "eu-west-1"; allowed: an object with region, roleArn'),
    ({"sources": [{}]}, "notifier.sources[0].region: missing; allowed: the name of an AWS region"),
    ({"sources": [{"region": 1}]}, "notifier.sources[0].region: 1; allowed: the name of an AWS region"),
    (
        {"sources": [{"region": "eu-west-1", "roleArn": "arn:aws:iam::1:role/x"}]},
        'notifier.sources[0].roleArn: "arn:aws:iam::1:role/x"; allowed: an IAM role\'s ARN, such as arn:aws:iam::',
    ),
    (
        {"sources": [{"region": "eu-west-1", "roleArn": f"{ROLE}\n"}]},
        "notifier.sources[0].roleArn: ",
    ),
    (
        {"sources": [{"region": "eu-west-1", "externalId": "notifier"}]},
        "notifier.sources[0].externalId: given without roleArn; allowed: only with roleArn",
    ),
    (
        {"sources": [{"region": "eu-west-1", "outpostIds": ["op-1"]}]},
        'notifier.sources[0].outpostIds[0]: "op-1"; allowed: an Outpost\'s id: op- and 17 hex digits',
    ),
    (
        {"sources": [{"region": "eu-west-1"}, {"region": "eu-west-1", "outpostIds": [OUTPOST]}]},
        "notifier.sources[1]: watches what sources[0] watches",
    ),
    (
        {"sources": [{"region": "eu-west-1", "roleArn": ROLE}, {"region": "eu-west-1", "roleArn": f"{ROLE}2"}]},
        "notifier.sources[1]: watches what sources[0] watches",
    ),
    ({"sources": [{"region": "cn-north-1"}]}, "notifier.sources[0].region: cn-north-1, a region of partition aws-cn"),
    (
        {"sources": [{"region": "eu-west-1", "roleArn": ROLE.replace("aws", "aws-us-gov", 1)}]},
        "notifier.sources[0].roleArn: arn:aws-us-gov:iam::123456789012:role/OutpostsReader; allowed: roles of",
    ),
    (
        {"sources": [{"region": "eu-west-1", "roleArn": f"{ROLE.partition('/')[0]}/{'r' * 65}"}]},
        "notifier.sources[0].roleArn: ",
    ),
    ({"organization": {"regions": ["eu-west-1"]}}, "notifier.organization.roleName: missing"),
    (
        {"organization": {"roleName": "R", "regions": ["eu-west-1"], "accounts": ["1"], "excludeAccounts": ["2"]}},
        'notifier.organization.accounts[0]: "1"; allowed: an account id',
    ),
    (
        {
            "organization": {
                "roleName": "R",
                "regions": ["eu-west-1"],
                "accounts": ["111122223333"],
                "excludeAccounts": ["444455556666"],
            }
        },
        'notifier.organization: {"roleName": "R", ',
    ),
    (
        {"organization": {"roleName": "R", "regions": []}},
        "notifier.organization.regions: []; allowed: a list of at least",
    ),
    (
        {"organization": {"roleName": "a/b", "regions": ["eu-west-1"]}},
        'notifier.organization.roleName: "a/b"; allowed: an',
    ),
    (
        {"organization": {"roleName": "R", "regions": ["eu-west-1"], "externalId": " "}},
        'notifier.organization.externalId: " "; allowed: 2 to 1,224 letters',
    ),
    (
        {"organization": {"roleName": "R", "regions": ["eu-west-1", "cn-north-1"]}},
        "notifier.organization.regions[1]: cn-north-1, a region of partition aws-cn; allowed: the regions of aws",
    ),
    ({"pollEveryMinutes": 0}, "notifier.pollEveryMinutes: 0; allowed: a whole number of minutes from 1 to 1440"),
    ({"pollEveryMinutes": 1441}, "notifier.pollEveryMinutes: 1441; allowed: a whole number of minutes"),
    ({"pollEveryMinutes": 2.5}, "notifier.pollEveryMinutes: 2.5; allowed: a whole number of minutes"),
    ({"pollEveryMinutes": "5"}, 'notifier.pollEveryMinutes: "5"; allowed: a whole number of minutes'),
    ({"pollEveryMinutes": True}, "notifier.pollEveryMinutes: true; allowed: a whole number of minutes"),
    ({"announceExistingOrders": 1}, "notifier.announceExistingOrders: 1; allowed: true or false"),
    ({"stalledAfterDays": {"order": {"BUILDING": 3}}}, "notifier.stalledAfterDays.order.BUILDING: unknown key"),
    ({"stalledAfterDays": {"order": {"ERROR": 0}}}, "notifier.stalledAfterDays.order.ERROR: 0; allowed: a whole"),
    ({"stalledAfterDays": {"order": {"ERROR": 1.0}}}, "notifier.stalledAfterDays.order.ERROR: 1.0; allowed: a whole"),
    (
        {"stalledAfterDays": {"order": {"ERROR": 10**30}}},
        "notifier.stalledAfterDays.order.ERROR: 1000",
    ),
    ({"pollEveryMinutes": 5.0}, "notifier.pollEveryMinutes: 5.0; allowed: a whole number"),
    (
        {"stalledAfterDays": {"order": {"ERROR": "auto"}}},
        'notifier.stalledAfterDays.order.ERROR: "auto"; allowed: a whole number of days from 1 to 3650, "learned",',
    ),
    ({"stalledAfterDays": {"lineItem": {"SHIPPED": "learned\n"}}}, "notifier.stalledAfterDays.lineItem.SHIPPED: "),
    ({"stalledAfterDays": {"order": {"ERROR": True}}}, "notifier.stalledAfterDays.order.ERROR: true; allowed: "),
    (
        {"stalledAfterDays": {"order": {"COMPLETED": 5}}},
        "notifier.stalledAfterDays.order.COMPLETED: a final status, which never stalls; allowed: ",
    ),
    (
        {"stalledAfterDays": {"lineItem": {"REPLACED": "learned"}}},
        "notifier.stalledAfterDays.lineItem.REPLACED: a final status, which never stalls; allowed: ",
    ),
    (
        {"names": {"": "Cork"}},
        'notifier.names: a name for the id ""; allowed: ids of Outposts, accounts and catalog items',
    ),
    ({"names": {" \t": "Cork"}}, 'notifier.names: a name for the id " \\t"; allowed: ids of Outposts, '),
    ({"names": {"op-1": ""}}, 'notifier.names.op-1: ""; allowed: a name of 1 to 100 characters'),
    ({"names": {"op-1": " \u00a0 "}}, 'notifier.names.op-1: " "; allowed: a name with a visible character'),
    ({"names": {"op-1": "\u200b\u2066"}}, "notifier.names.op-1: "),
    (
        {"weeklySummary": {"day": ["MONDAY"], "time": "08:00"}},
        (
            'notifier.weeklySummary.day: ["MONDAY"]; allowed: MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY '
            "or SUNDAY"
        ),
    ),
    (
        {"weeklySummary": {"day": "MONDAY", "time": "8:00"}},
        'notifier.weeklySummary.time: "8:00"; allowed: a time of the day, from 00:00 to 23:59; did you mean "08:00"?',
    ),
    (
        {"weeklySummary": {"day": "MONDAY", "time": "8:00 am"}},
        'notifier.weeklySummary.time: "8:00 am"; allowed: a time of the day, from 00:00 to 23:59',
    ),
    (
        {"timeZone": "Europe/Berln"},
        (
            'notifier.timeZone: "Europe/Berln"; allowed: the IANA name of a time zone, such as Europe/Dublin; '
            'did you mean "Europe/Berlin"?'
        ),
    ),
    (
        {"timeZone": "new york"},
        (
            'notifier.timeZone: "new york"; allowed: the IANA name of a time zone, such as Europe/Dublin; '
            'did you mean "America/New_York"?'
        ),
    ),
    (
        {"timeZone": "IST"},
        (
            'notifier.timeZone: "IST"; allowed: the IANA name of a time zone, such as Europe/Dublin; '
            'did you mean "Asia/Kolkata" or "Europe/Dublin" or "Asia/Jerusalem"?'
        ),
    ),
    ({"timeZone": "localtime"}, 'notifier.timeZone: "localtime"; allowed: the IANA name of a time zone'),
    ({"timeZone": 1}, "notifier.timeZone: 1; allowed: the IANA name of a time zone"),
    ({"slack": {}}, "notifier.slack.secretName: missing; allowed: the name (not the ARN) of a secret"),
    ({"slack": {"secretName": "a:b"}}, 'notifier.slack.secretName: "a:b"; allowed: the name (not the ARN) of a secret'),
    ({"slack": {"secretName": "s", "channel": "two words"}}, 'notifier.slack.channel: "two words"; allowed: a channel'),
    (
        {"slack": {"secretName": "s", "kmsKeyArn": "alias/slack"}},
        "notifier.slack.kmsKeyArn: \"alias/slack\"; allowed: a KMS key's ARN (not an alias's), such as arn:aws:kms:",
    ),
    (
        {"slack": {"secretName": "s", "kmsKeyArn": KEY.replace(":key/", ":alias/")}},
        f'notifier.slack.kmsKeyArn: "{KEY.replace(":key/", ":alias/")}"; allowed: a KMS key\'s ARN',
    ),
    (
        {"slack": {"secretName": "s", "kmsKeyArn": KEY.replace("eu-west-1", "us-east-1")}},
        f"notifier.slack.kmsKeyArn: {KEY.replace('eu-west-1', 'us-east-1')}; allowed: a key in eu-west-1, the secret's",
    ),
    (
        {"slack": {"secretName": "s", "kmsKeyArn": KEY.replace("aws", "aws-us-gov", 1)}},
        f"notifier.slack.kmsKeyArn: {KEY.replace('aws', 'aws-us-gov', 1)}; allowed: a key in eu-west-1",
    ),
    ({"routes": [{"notify": {}}]}, "notifier.routes[0].name: missing; allowed: 1 to 30 letters, digits and"),
    ({"routes": [{"name": "a/b", "notify": {}}]}, 'notifier.routes[0].name: "a/b"; allowed: 1 to 30 letters, digits'),
    ({"routes": [{"name": "-a", "notify": {}}]}, 'notifier.routes[0].name: "-a"; allowed: 1 to 30 letters, digits'),
    ({"routes": [{"name": "a\n", "notify": {}}]}, 'notifier.routes[0].name: "a\\n"; allowed: 1 to 30 letters, digits'),
    (
        {"routes": [{"name": "n" * 31, "notify": {}}]},
        f'notifier.routes[0].name: "{"n" * 31}"; allowed: 1 to 30 letters, digits and, between these, single hyphens',
    ),
    (
        {"routes": [{"name": "Cork", "notify": {}, "emails": ["a@x.io"]}, {"name": "cork", "notify": {}}]},
        'notifier.routes[1].name: "cork"; allowed: each name once, regardless of case',
    ),
    (
        {"routes": [{"name": "cork", "emails": ["a@x.io"]}]},
        "notifier.routes[0].notify: missing; allowed: an EventBridge pattern, which is an object",
    ),
    (
        {"routes": [{"name": "cork", "notify": {}, "emails": []}]},
        "notifier.routes[0]: a route without recipients; allowed: at least one of slack, webhook, emails",
    ),
    (
        {"routes": [{"name": "cork", "notify": {"orderState": ["ERROR"]}, "emails": ["a@x.io"]}]},
        "notifier.routes[0].notify.orderState: unknown key; allowed: ",
    ),
    (
        {"routes": [{"name": "cork", "notify": {}, "emails": ["a@x.io", "A@x.io"]}]},
        "notifier.routes[0].emails[1]: A@x.io; allowed: each address once, regardless of case",
    ),
    (
        {"routes": [{"name": "cork", "notify": {}, "slack": {"secretName": "s", "channel": "two words"}}]},
        'notifier.routes[0].slack.channel: "two words"; allowed: a channel',
    ),
    (
        {"routes": [{"name": "cork", "notify": {}, "amazonQDeveloper": True}]},
        "notifier.routes[0].amazonQDeveloper: unknown key; allowed: name, notify, emails, slack, webhook",
    ),
    ({"emails": "team@example.com"}, 'notifier.emails: "team@example.com"; allowed: a list'),
    ({"emails": ["team@example"]}, 'notifier.emails[0]: "team@example"; allowed: an e-mail address'),
    ({"emails": ["a@b.com", "a@b.com"]}, 'notifier.emails: ["a@b.com", "a@b.com"]; allowed: a list, each once'),
    ({"emails": ["a@b.com", "A@b.com"]}, "notifier.emails[1]: A@b.com; allowed: each address once, regardless of case"),
    ({"emails": ["\N{LATIN SMALL LETTER U WITH DIAERESIS}@b.com"]}, "notifier.emails[0]: "),
    ({"emails": [f"{'l' * 65}@example.com"]}, "notifier.emails[0]: "),
    ({"emails": [f"l@{'d.' * 126}com"]}, "notifier.emails[0]: "),
    ({"emails": ["a..b@example.com"]}, 'notifier.emails[0]: "a..b@example.com"; allowed: an e-mail address'),
    ({"eventBusReaders": ["\N{ARABIC-INDIC DIGIT ONE}" * 12]}, "notifier.eventBusReaders[0]: "),
    ({"eventBusReaders": [f"o-{'a' * 33}"]}, "notifier.eventBusReaders[0]: "),
    ({"slack": {"secretName": "s" * 513}}, "notifier.slack.secretName: "),
    ({"slack": {"secretName": "secr\N{LATIN SMALL LETTER E WITH ACUTE}t"}}, "notifier.slack.secretName: "),
    ({"organization": {"roleName": "R" * 65, "regions": ["eu-west-1"]}}, "notifier.organization.roleName: "),
    (
        {"organization": {"roleName": "R", "regions": ["eu-west-1"], "externalId": "e" * 1_225}},
        "notifier.organization.externalId: ",
    ),
    ({"outpostsEndpointUrl": "https://outposts.example.com/?a"}, "notifier.outpostsEndpointUrl: "),
    ({"notify": ["X"]}, 'notifier.notify: ["X"]; allowed: an EventBridge pattern'),
    ({"notify": {"orderStatus": "ERROR"}}, 'notifier.notify.orderStatus: "ERROR"; allowed: an EventBridge pattern'),
    ({"notify": {"orderStatus": []}}, "notifier.notify.orderStatus: []; allowed: an EventBridge pattern"),
    ({"notify": {"orderStatus": [["ERROR"]]}}, 'notifier.notify.orderStatus[0]: ["ERROR"]; allowed: text, a number'),
    ({"notify": {"sequence": [{"numeric": ["=="]}]}}, 'notifier.notify.sequence[0].numeric: ["=="]; allowed: one or'),
    ({"notify": {"sequence": [{"numeric": [">", 1, "<"]}]}}, "notifier.notify.sequence[0].numeric: "),
    ({"notify": {"region": [{"exists": "no"}]}}, 'notifier.notify.region[0].exists: "no"; allowed: true or false'),
    ({"notify": {"region": [{"prefix": "e", "suffix": "1"}]}}, "notifier.notify.region[0]: "),
    ({"notify": {"$or": [{"region": ["eu-west-1"]}]}}, "notifier.notify.$or: "),
    ({"notify": {"changes": {}}}, "notifier.notify.changes: {}; allowed: an EventBridge pattern: an object with"),
    ({"notify": {"changes": [{"exists": True}]}}, 'notifier.notify.changes: [{"exists": true}]; allowed: an object'),
    (
        {"notify": {"outpostId": [f"op-{number:017x}" for number in range(90)]}},
        "notifier.notify: makes a rule's pattern of 2,193 characters; allowed: 2,048 for the whole pattern",
    ),
    ({"eventBusReaders": [111122223333]}, "notifier.eventBusReaders[0]: 111122223333; allowed: an account id (12"),
    ({"eventBusReaders": ["*"]}, 'notifier.eventBusReaders[0]: "*"; allowed: an account id (12 digits) or an'),
    ({"outpostsEndpointUrl": "ftp://x"}, 'notifier.outpostsEndpointUrl: "ftp://x"; allowed: a URL that begins http'),
    ({"outpostsEndpointUrl": "http://:::"}, 'notifier.outpostsEndpointUrl: "http://:::"; allowed: a URL with a host'),
    ({"outpostsEndpointUrl": "https://-"}, 'notifier.outpostsEndpointUrl: "https://-"; allowed: a URL with a host'),
    ({"outpostsEndpointUrl": "https://999.1.1.1"}, 'notifier.outpostsEndpointUrl: "https://999.1.1.1"; allowed: '),
    (
        {"outpostsEndpointUrl": "https://h:99999"},
        'notifier.outpostsEndpointUrl: "https://h:99999"; allowed: a URL with',
    ),
    ("{", "notifier: { is not JSON (Expecting property name"),
    ("@missing.json", "notifier: @missing.json cannot be read (No such file or directory); allowed: an object"),
]


def test_a_notify_pattern_may_name_an_unknown_status() -> None:
    """Only one that is similar to a status of the API is considered a mistake."""
    pattern = {"changes": {"status": ["PARTIALLY_INSTALLED", {"prefix": "ERR"}, "ERROR"]}}
    assert Configuration.parse({"notify": pattern}, "eu-west-1").notify == pattern


@pytest.mark.parametrize("abbreviation", ZONES_OF_ABBREVIATIONS)
def test_a_zone_that_is_suggested_for_an_abbreviation_has_it(abbreviation: str) -> None:
    """In winter or in summer; the name itself is one that the configuration accepts."""
    for name in ZONES_OF_ABBREVIATIONS[abbreviation]:
        assert name in time_zones()
        seasons = {f"{datetime(2026, month, 1, tzinfo=ZoneInfo(name)):%Z}" for month in (1, 7)}
        assert abbreviation in seasons
    assert abbreviation not in time_zones()


MISSPELT: list[tuple[Any, str]] = [
    ({"Sources": []}, "sources"),
    ({"polleveryminutes": 5}, "pollEveryMinutes"),
    ({"sources": [{"regoin": "eu-west-1"}]}, "region"),
    ({"sources": [{"region": "eu-wst-1"}]}, "eu-west-1"),
    ({"sources": [{"region": "us-gov-wset-1"}]}, "us-gov-west-1"),
    ({"stalledAfterDays": {"lineItem": {"SHIPED": 3}}}, "SHIPPED"),
    ({"notify": {"changes": {"status": ["REPLACED", "EROR"]}}}, "ERROR"),
    ({"notify": {"$or": [{"orderStatus": ["COMPLETE"]}, {"baseline": [True]}]}}, "COMPLETED"),
    ({"notify": {"change": {"status": ["ERROR"]}}}, "changes"),
    ({"notify": {"changes": {"statuses": ["ERROR"]}}}, "status"),
    ({"notify": {"region": [{"prefx": "eu-"}]}}, "prefix"),
    ({"notify": {"account": [111122223333]}}, "111122223333"),
    ({"notify": {"changes": {"detailType": ["Outposts Order Stalling"]}}}, "Outposts Order Stalled"),
]

PATTERNS: list[dict[str, Any]] = [
    {},
    {"orderStatus": ["ERROR", None]},
    {"changes": {"detailType": ["Outposts Line Item Status Change"], "status": ["REPLACED"]}},
    {"changes": {"shipment": {"carrier": [{"anything-but": ["DHL", "UPS"]}]}}},
    {"region": [{"prefix": "eu-"}, {"suffix": {"equals-ignore-case": "-1"}}, {"wildcard": "us-*-1"}]},
    {"sequence": [{"numeric": [">", 0, "<=", 5]}], "changesOmitted": [{"exists": False}]},
    {"region": [{"anything-but": {"prefix": ["us-", "cn-"]}}]},
    {"$or": [{"orderStatus": ["ERROR"]}, {"changes": {"status": ["REPLACED"]}}]},
]


def parsed(context: Any, stack_region: str = "eu-west-1") -> Configuration:
    """Parse a `notifier` context."""
    return Configuration.parse(context, stack_region)


class TestParse:
    """`Configuration.parse` with a valid configuration."""

    @pytest.mark.parametrize("context", [None, {}, "{}"])
    def test_by_default_the_stacks_account_is_polled_in_its_region(self, context: Any) -> None:
        """An empty configuration watches the stack's account and region every five minutes."""
        configuration = parsed(context)
        assert configuration == Configuration(sources=(SourceSettings("eu-west-1"),), poll_every_minutes=5)

    def test_every_key_is_read(self) -> None:
        """Each key in docs/configuration.md is read, with its types."""
        configuration = parsed(
            {
                "sources": [
                    {"region": "us-east-1", "roleArn": ROLE, "externalId": "notifier", "outpostIds": [OUTPOST]},
                ],
                "organization": {
                    "roleName": "OutpostsReader",
                    "regions": ["eu-west-1", "us-east-1"],
                    "externalId": "orders",
                    "excludeAccounts": ["111122223333"],
                },
                "pollEveryMinutes": 1440,
                "announceExistingOrders": True,
                "stalledAfterDays": {"order": {"PREPARING": 45, "ERROR": None}, "lineItem": {"SHIPPED": 14}},
                "slack": {"secretName": "outposts/slack", "channel": "C0123456789", "kmsKeyArn": KEY},
                "emails": ["team@example.com"],
                "notify": {"orderStatus": ["ERROR"]},
                "eventBusReaders": ["111122223333", "o-a1b2c3d4e5"],
                "outpostsEndpointUrl": "http://127.0.0.1:4999/outposts",
            }
        )
        assert configuration == Configuration(
            sources=(SourceSettings("us-east-1", ROLE, "notifier", (OUTPOST,)),),
            organization=OrganizationSettings(
                "OutpostsReader", ("eu-west-1", "us-east-1"), "orders", exclude_accounts=("111122223333",)
            ),
            poll_every_minutes=1440,
            announce_existing_orders=True,
            stalled_after_days={"order": {"PREPARING": 45, "ERROR": None}, "lineItem": {"SHIPPED": 14}},
            channels={
                "slack": Slack(SecretSettings("outposts/slack", KEY), "C0123456789"),
                "emails": ("team@example.com",),
            },
            notify={"orderStatus": ["ERROR"]},
            event_bus_readers=("111122223333", "o-a1b2c3d4e5"),
            outposts_endpoint_url="http://127.0.0.1:4999/outposts",
        )

    def test_json_text_and_a_file_have_the_same_result_as_the_object(self, tmp_path: Path) -> None:
        """The command line passes text or a file's path, and cdk.json an object."""
        values = {"pollEveryMinutes": 7, "stalledAfterDays": {"order": {"ERROR": None}}}
        file = tmp_path / "notifier.json"
        file.write_text(json.dumps(values))
        assert parsed(values) == parsed(json.dumps(values)) == parsed(f"@{file}")

    @pytest.mark.parametrize("pattern", PATTERNS, ids=json.dumps)
    def test_every_kind_of_event_pattern_is_accepted(self, pattern: dict[str, Any]) -> None:
        """`notify` accepts anything that EventBridge can match in the detail."""
        assert parsed({"notify": pattern}).notify == pattern

    @pytest.mark.parametrize(
        ("region", "partition"), [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn"), ("eu-west-1", "aws")]
    )
    def test_other_partitions_have_their_own_regions_and_roles(self, region: str, partition: str) -> None:
        """A stack in GovCloud or China watches sources in its partition."""
        role = ROLE.replace("aws", partition, 1)
        assert parsed({"sources": [{"region": region, "roleArn": role}]}, region).sources[0].role_arn == role

    def test_an_organization_has_a_default_external_id(self) -> None:
        """It is the default of the template for the member accounts' role."""
        organization = parsed({"organization": {"roleName": "R", "regions": ["eu-west-1"]}}).organization
        assert organization
        assert organization.as_json() == {
            "roleName": "R",
            "regions": ["eu-west-1"],
            "externalId": "outposts-order-notifier",
        }

    def test_one_region_may_be_divided_by_outposts_and_accounts(self) -> None:
        """Sources that cannot name the same order may share a region."""
        sources = [
            {"region": "eu-west-1", "outpostIds": [OUTPOST]},
            {"region": "eu-west-1", "outpostIds": [OUTPOST.replace("0", "1")]},
            {"region": "eu-west-1", "roleArn": ROLE},
        ]
        assert [source.as_json() for source in parsed({"sources": sources}).sources] == sources


class TestConfigurationError:
    """`Configuration.parse` with an invalid configuration."""

    @pytest.mark.parametrize(("context", "line"), MISTAKES, ids=[line for _, line in MISTAKES])
    def test_names_the_path_the_value_and_what_is_allowed(self, context: Any, line: str) -> None:
        """One line says where the mistake is, what the value is, and what is allowed."""
        with pytest.raises(ConfigurationError) as caught:
            parsed(context)
        text = str(caught.value)
        assert text.startswith(line)
        assert "\n" not in text

    @pytest.mark.parametrize(("context", "meant"), MISSPELT, ids=[meant for _, meant in MISSPELT])
    def test_suggests_the_most_similar_valid_spelling(self, context: Any, meant: str) -> None:
        """A typing error is reported with what was probably meant."""
        with pytest.raises(ConfigurationError) as caught:
            parsed(context)
        assert str(caught.value).endswith(f'; did you mean "{meant}"?')

    @pytest.mark.parametrize(
        "url", ["https://user:pa55@h/", "https://user:pa55@h:99999/", "https://user:pa55@-/", "https://user:pa55@h/?x"]
    )
    def test_a_password_in_an_address_is_rejected_and_not_shown(self, url: str) -> None:
        """Otherwise it would be in the template and in the function's environment."""
        with pytest.raises(ConfigurationError, match=r"^notifier\.outpostsEndpointUrl: an? ") as caught:
            parsed({"outpostsEndpointUrl": url})
        assert "pa55" not in str(caught.value)

    def test_a_role_of_the_stacks_own_account_watches_the_same_orders(self) -> None:
        """A source without a role is in that account too."""
        sources = {"sources": [{"region": "eu-west-1"}, {"region": "eu-west-1", "roleArn": ROLE}]}
        with pytest.raises(ConfigurationError, match=r"^notifier\.sources\[1\]: watches what sources\[0\] watches"):
            Configuration.parse(sources, "eu-west-1", "123456789012")
        assert len(Configuration.parse(sources, "eu-west-1", "999988887777").sources) == 2
        assert len(Configuration.parse(sources, "eu-west-1").sources) == 2

    def test_a_misspelt_key_is_reported_with_the_allowed_ones(self) -> None:
        """The whole line, once, character by character."""
        with pytest.raises(ConfigurationError) as caught:
            parsed({"sources": [{"regoin": "eu-west-1"}]})
        assert str(caught.value) == (
            "notifier.sources[0].regoin: unknown key; allowed: region, roleArn, externalId, outpostIds; "
            'did you mean "region"?'
        )

    def test_an_unknown_region_of_the_stack_is_reported_too(self) -> None:
        """The region comes from the environment, which may contain the same mistake."""
        with pytest.raises(ConfigurationError, match=r'^the stack\'s region: eu-wst-1; .*did you mean "eu-west-1"\?$'):
            parsed({}, "eu-wst-1")

    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )

    @given(
        key=st.sampled_from(["sources", "organization", "slack", "notify", "emails", "stalledAfterDays"]),
        value=json_values,
    )
    def test_no_value_causes_another_error(self, key: str, value: Any) -> None:
        """Any JSON is either a configuration or results in one line that says why not."""
        try:
            parsed({key: value})
        except ConfigurationError as error:
            line = str(error)
        else:
            return
        assert line.startswith(f"notifier.{key}")
        assert len(line.splitlines()) == 1
