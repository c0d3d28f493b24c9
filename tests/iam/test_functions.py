"""The functions' calls and those of AWS's services, evaluated by IAM's rules against the synthesized policies.

`pytest -s -k every_call tests/iam` prints the table: who calls what, and the statement that allows it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import pytest

from outposts_order_notifier.notify.channels.registry import parts
from testing.synthesis import REGION, ROOT
from tests.iam.calls import CALLS
from tests.iam.deployment import SUFFIX, Deployment
from tests.iam.evaluator import Policy, Request, judge
from tests.iam.policies import (
    FUNCTION_ROLES,
    OWN_RULE,
    READER_ACCOUNT,
    by_aws,
    decrypting,
    deployed,
    grants,
    of_call,
    of_reader,
)
from tests.iam.recorder import OWN, Call
from tests.iam.world import calls_of

READER = "arn:aws:iam::222233334444:role/OutpostsReader"
KEY = f"arn:aws:kms:{REGION}:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
# What CDK's target for a queue allows EventBridge besides sending, whether it is used or not.
ADDED_BY_CDK = ("sqs:GetQueueAttributes on ", "sqs:GetQueueUrl on ")
ORGANIZATION = {"roleName": "OutpostsReader", "regions": [REGION, "us-west-2"]}
CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a webhook, another account, some of an organization's accounts": {
        "sources": [{"region": "us-west-2", "roleArn": READER, "externalId": "orders"}],
        "organization": {**ORGANIZATION, "accounts": ["333344445555"]},
        "slack": {"secretName": "outposts/slack"},
        "webhook": {"secretName": "outposts/webhook"},
        "weeklySummary": {"day": "MONDAY", "time": "08:00"},
        "routes": [{"name": "dublin", "notify": {}, "slack": {"secretName": "dublin/slack", "channel": "#dublin"}}],
    },
    "a bot under a key, Amazon Q, e-mail, readers, an organization": {
        "sources": [{"region": REGION}, {"region": "us-west-2", "roleArn": READER, "externalId": "orders"}],
        "organization": ORGANIZATION,
        "slack": {"secretName": "outposts/slack", "channel": "#outposts", "kmsKeyArn": KEY},
        "webhook": {"secretName": "outposts/webhook", "kmsKeyArn": KEY},
        "amazonQDeveloper": True,
        "emails": ["hardware@example.com"],
        "routes": [
            {"name": "cork", "notify": {}, "webhook": {"secretName": "cork/webhook", "kmsKeyArn": KEY}},
            {"name": "galway", "notify": {}, "emails": ["galway@example.com"]},
        ],
        "eventBusReaders": [READER_ACCOUNT],
    },
}
EVERYTHING = list(CONFIGURATIONS)[-1]
Side = tuple[str, list[Request], dict[str, Any]]  # a grant, the requests, and the policies without the grant


@dataclass
class Exercised:
    """A deployed configuration whose functions have made all of their calls.

    Attributes:
        name: The configuration's name.
        deployment: The deployment.
    """

    name: str
    deployment: Deployment

    @cached_property
    def calls(self) -> set[Call]:
        """The calls of its functions."""
        return calls_of(self.deployment)

    @cached_property
    def requests(self) -> list[tuple[str, Request]]:
        """The requests on which IAM decides, and who makes them."""
        ordered = sorted(self.calls, key=lambda call: (call.function, call.action, call.resource, str(call)))
        requests = [(call.function, request) for call in ordered for request in of_call(self.deployment, call)]
        if KEY in json.dumps(self.deployment.template):
            secrets = [call.resource for call in ordered if call.action == "secretsmanager:GetSecretValue"]
            requests += [("notify", decrypting(self.deployment, KEY, secret)) for secret in secrets]
        readers = CONFIGURATIONS[self.name].get("eventBusReaders", [])
        for action in OWN_RULE if readers else ():
            key = {"events:creatorAccount": READER_ACCOUNT}
            requests.append(
                ("another team", of_reader(self.deployment, f"events:{action}", READER_ACCOUNT, None, **key))
            )
        return [*requests, *by_aws(self.deployment)]


@cache
def exercised_once(name: str) -> Exercised:
    """Deploy a configuration, once."""
    return Exercised(name, deployed(CONFIGURATIONS[name]))


@pytest.fixture(params=CONFIGURATIONS)
def exercised(request: pytest.FixtureRequest) -> Exercised:
    """Each configuration in turn."""
    return exercised_once(request.param)


def test_every_call_is_allowed(exercised: Exercised) -> None:
    """The functions' real calls, with their resources, and what AWS's services do for them; prints the table."""
    verdicts = judge([request for _, request in exercised.requests])
    answered = list(zip(exercised.requests, verdicts, strict=True))
    rows = sorted({_row(who, request, verdict.statements) for (who, request), verdict in answered})
    print(f"\n# {exercised.name}", *rows, sep="\n")  # noqa: T201 - the table
    assert [(who, request) for (who, request), verdict in answered if not verdict.allowed] == []


def test_every_grant_to_a_role_is_used(exercised: Exercised) -> None:
    """Without any one action on any one resource that a role allows, some request would be denied."""
    deployment, sides = exercised.deployment, list[Side]()
    for role_id in deployment.of_type("AWS::IAM::Role"):
        session = f"assumed-role/{deployment.physical_name(role_id)}/"
        requests = [request for _, request in exercised.requests if session in request.principal]
        granted = grants(tuple(deployment.policies_of(role_id)))
        sides += [(f"{role_id}: {name}", requests, {"identity": without}) for name, without in granted]
    assert unused(sides) == []


def test_every_grant_by_a_resource_is_used(exercised: Exercised) -> None:
    """Nor do queues, topics, functions and trust policies allow more than is used."""
    by_policy: dict[str, list[Request]] = {}
    for _, request in exercised.requests:
        if request.resource_policy:
            by_policy.setdefault(json.dumps(request.resource_policy), []).append(request)
    sides = [
        (name, requests, {"resource_policy": without[0] if without else None})
        for text, requests in by_policy.items()
        for name, without in grants((json.loads(text),))
    ]
    assert [name for name in unused(sides) if not name.startswith(ADDED_BY_CDK)] == []


def test_no_grant_reaches_another_resource(exercised: Exercised) -> None:
    """What a role may do on a resource, it may not do on one with another name, account or region."""
    elsewhere = [
        replace(request, resource=other)
        for _, request in exercised.requests
        if exercised.deployment.name in request.principal and request.identity and request.resource != "*"
        for other in others(request.resource)
    ]
    verdicts = judge([replace(request, resource_policy=None) for request in elsewhere])
    assert len(elsewhere) > 50
    answered = zip(elsewhere, verdicts, strict=True)
    assert [(request.action, request.resource) for request, verdict in answered if verdict.allowed] == []


def test_every_channel_is_configured() -> None:
    """The permissions of one that is left out would be compared with nothing."""
    assert {each.KEY for each in parts("settings")} <= {key for each in CONFIGURATIONS.values() for key in each}


def test_every_role_is_checked(exercised: Exercised) -> None:
    """Nothing in the stack adds a role, or attaches a policy, that nobody checked."""
    deployment = exercised.deployment
    roles = deployment.of_type("AWS::IAM::Role")
    assumed = {request.resource for _, request in exercised.requests if request.action == "sts:AssumeRole"}
    assert {deployment.arn(role_id) for role_id in roles} <= assumed
    assert not deployment.of_type("AWS::IAM::ManagedPolicy")
    poll = deployment.only("AWS::IAM::Role", FUNCTION_ROLES["poll"])
    assert (
        len(deployment.physical_name(poll)) <= 64
    )  # CloudFormation truncates a longer one; member accounts trust it by name
    attached = [name for each in deployment.of_type("AWS::IAM::Policy").values() for name in each["Roles"]]
    assert sorted(attached) == sorted(map(deployment.physical_name, roles))


def others(resource: str) -> Iterator[str]:
    """Return ARNs similar to a resource's that are not it."""
    yield resource.replace(SUFFIX, "-OTHER") if SUFFIX in resource else f"{resource}0"
    if ":iam:" not in resource:
        yield resource.replace(f":{OWN}:", ":999988887777:")
        yield resource.replace(f":{REGION}:", ":ap-northeast-1:")


def unused(sides: list[Side]) -> list[str]:
    """Return the grants without which every request would still be allowed."""
    verdicts = iter(judge([replace(request, **without) for _, requests, without in sides for request in requests]))
    answers = [(name, [next(verdicts).allowed for _ in requests]) for name, requests, _ in sides]
    return [name for name, allowed in answers if all(allowed)]


def test_the_functions_make_the_listed_calls_and_no_others() -> None:
    """The list to which integration tests are compared is what really happens."""
    made = {call.kind for name in CONFIGURATIONS for call in exercised_once(name).calls}
    assert made == CALLS


def test_the_documented_boundary_is_wide_enough() -> None:
    """One that allows the services on the page allows every call, and each of them is needed."""
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    (line,) = re.findall(r"A boundary has to allow (.+?)\. ", page, re.DOTALL)
    services = sorted(set(re.findall(r"`(\w+)`", re.sub(r"\(.+?\)", "", line, flags=re.DOTALL))))
    session = ":assumed-role/OutpostsOrderNotifier-"
    requests = [request for _, request in exercised_once(EVERYTHING).requests if session in request.principal]
    left_out = ["", *services]
    verdicts = iter(
        judge([replace(request, boundary=_boundary({*services} - {each})) for each in left_out for request in requests])
    )
    enough = [each for each in left_out if all([next(verdicts).allowed for _ in requests])]  # noqa: C419 - all are taken
    assert enough == [""]


def _boundary(services: set[str]) -> Policy:
    statement = {"Effect": "Allow", "Action": [f"{service}:*" for service in sorted(services)], "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _row(who: str, request: Request, statements: tuple[Policy, ...]) -> str:
    shortened = [json.dumps(each).replace(f":{OWN}:", "::").replace(SUFFIX, "") for each in statements]
    return f"{who} | {request.action} on {request.resource.replace(SUFFIX, '')} | {' | '.join(shortened) or 'nothing'}"
