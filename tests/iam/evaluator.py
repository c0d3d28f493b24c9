"""IAM's evaluation, by iam-simulate, which only these tests use, in a separate process."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from machine.node import NODE

Policy = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """A request that IAM decides on.

    Attributes:
        principal: The ARN of a role or of its session, or a service's name, such as `events.amazonaws.com`.
        action: Such as `sns:Publish`.
        resource: Its ARN; `*` for an action without resources.
        account: The account that the resource belongs to.
        context: Condition keys and their values.
        identity: The principal's own policies.
        resource_policy: The resource's policy, None if it has none.
        boundary: The principal's permissions boundary, None if it has none.
    """

    principal: str
    action: str
    resource: str
    account: str
    context: Mapping[str, str | list[str]] = field(default_factory=dict)
    identity: Sequence[Policy] = ()
    resource_policy: Policy | None = None
    boundary: Policy | None = None


@dataclass(frozen=True)
class Verdict:
    """What IAM decides.

    Attributes:
        result: `Allowed`, `ImplicitlyDenied` or `ExplicitlyDenied`.
        statements: The statements that allow the request, whether or not another one denies it.
    """

    result: str
    statements: tuple[Policy, ...]

    @property
    def allowed(self) -> bool:
        """Whether the request is allowed."""
        return self.result == "Allowed"


def judge(requests: Sequence[Request]) -> list[Verdict]:
    """Evaluate requests, all in one process.

    Raises:
        AssertionError: A policy or a request is not valid by AWS's service data, such as an action that no service
            has, a resource of another type than the action's, or a condition key that the action does not support.
    """
    asked = json.dumps([_simulation(request) for request in requests])
    # The simulator recognizes a key with a variable part only by its name in AWS's service data, unless it has a slash.
    asked = asked.replace("kms:EncryptionContext:SecretARN", "kms:EncryptionContext:${EncryptionContextKey}")
    bridge = Path(__file__).with_name("simulate.mjs")
    answer = subprocess.run([NODE, bridge], input=asked, capture_output=True, text=True, check=False)  # noqa: S603
    assert answer.returncode == 0, answer.stderr
    verdicts = []
    for request, verdict in zip(requests, json.loads(answer.stdout), strict=True):
        assert not verdict.get("errors"), f"{request}: {verdict['errors']}"
        assert not verdict["ignored"], f"{request}: {request.action} has no condition keys {verdict['ignored']}"
        verdicts.append(Verdict(verdict["result"], tuple(verdict["statements"])))
    return verdicts


def _simulation(request: Request) -> dict[str, Any]:
    simulation: dict[str, Any] = {
        "request": {
            "principal": request.principal,
            "action": request.action,
            "resource": {"resource": request.resource, "accountId": request.account},
            "contextVariables": dict(request.context),
        },
        "identityPolicies": [{"name": str(n), "policy": policy} for n, policy in enumerate(request.identity)],
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }
    if request.resource_policy:
        simulation["resourcePolicy"] = request.resource_policy
    if request.boundary:
        simulation["permissionBoundaryPolicies"] = [{"name": "boundary", "policy": request.boundary}]
    return simulation
