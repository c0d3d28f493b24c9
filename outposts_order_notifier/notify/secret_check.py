"""`doctor`'s checks of a channel's secret: that it exists, can be used, and that the function may decrypt it."""

import json
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from botocore.exceptions import ClientError

from outposts_order_notifier.notify.channel import ChannelError
from outposts_order_notifier.notify.check import Check, Deployment

DECRYPT = "kms:Decrypt"
NOT_CONFIGURED = "not configured"

# Checks a secret's value, given its name and the function's variables; raises ChannelError if it cannot be used.
CheckValue = Callable[[str | bytes, str, Mapping[str, str]], Iterator[Check]]


def check_secret(  # noqa: PLR0913 - what differs between the channels
    deployment: Deployment, channel: str, key: str, *, variable: str, check_value: CheckValue, todo: str
) -> Iterator[Check]:
    """Check a channel's secret, its key and its value, if the channel is configured.

    Args:
        deployment: The deployed stack.
        channel: The channel's name for people.
        key: The channel's key in the configuration.
        variable: The notify function's variable that holds the secret's name.
        check_value: Checks the value, if the caller may read it.
        todo: What to do about a value that cannot be used.
    """
    variables = deployment.variables("NotifyFunctionName")
    if not (secret_name := variables.get(variable)):
        yield Check(channel, "ok", NOT_CONFIGURED)
        return
    yield from _check_key(deployment, channel, key, secret_name)
    name = f"{channel}'s secret"
    try:
        secret = deployment.session.client("secretsmanager").get_secret_value(SecretId=secret_name)
        yield from check_value(secret.get("SecretString") or secret.get("SecretBinary", ""), secret_name, variables)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "AccessDeniedException":
            yield Check(name, "warn", code, "Allow it to yourself, or use test-notification")
        else:
            yield Check(name, "fail", code, f"Create the secret {secret_name}")
    except ChannelError as error:
        yield Check(name, "fail", str(error), todo)


def _check_key(deployment: Deployment, channel: str, setting: str, secret_name: str) -> Iterator[Check]:
    """Check that notify's role may decrypt a secret under a customer-managed key: the caller's rights differ."""
    name, key = f"key of {channel}'s secret", ""
    try:
        key = deployment.session.client("secretsmanager").describe_secret(SecretId=secret_name).get("KmsKeyId", "")
        if not key or key.endswith("alias/aws/secretsmanager"):
            return  # AWS's own: permission to read the secret includes decryption
        found = deployment.session.client("kms").describe_key(KeyId=key)["KeyMetadata"]
        arn, state = found["Arn"], found.get("KeyState")
        allowed = found.get("KeyManager") == "AWS" or _may_decrypt(deployment, arn)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ResourceNotFoundException":
            return  # there is no secret, which the next check reports
        todo = (
            f"Allow it to yourself, or check that {setting}.kmsKeyArn is the ARN of {key}"
            if key
            else "Allow it to yourself"
        )
        yield Check(name, "warn", f"{error.operation_name}: {code}", todo)
        return
    if state not in {None, "Enabled"}:
        yield Check(name, "fail", f"{arn} is {state}", "Enable it, or put the secret under another one")
    elif allowed:
        yield Check(name, "ok", f"the notify function may decrypt with {arn}")
    else:
        found_out = f"the notify function may not decrypt with {arn}"
        yield Check(name, "fail", found_out, f"Set {setting}.kmsKeyArn to {arn}, and deploy")


def _may_decrypt(deployment: Deployment, key_arn: str) -> bool:
    """Return whether the role's own policies allow it, or the key's policy names the role."""
    iam, role_arn = deployment.session.client("iam"), deployment.function("NotifyFunctionName")["Role"]
    role = role_arn.rpartition("/")[2]
    names = [
        name for page in iam.get_paginator("list_role_policies").paginate(RoleName=role) for name in page["PolicyNames"]
    ]
    documents: list[Any] = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    if any(allows(document, DECRYPT, key_arn) for document in documents):
        return True
    policy = deployment.session.client("kms").get_key_policy(KeyId=key_arn, PolicyName="default")["Policy"]
    return any(
        statement.get("Effect") == "Allow" and role_arn in json.dumps(statement.get("Principal"))
        for statement in _listed(json.loads(policy).get("Statement"))
    )


def allows(policy: Mapping[str, Any], action: str, resource: str) -> bool:
    """Return whether a statement of a policy allows an action on a resource, regardless of its conditions."""
    return any(
        statement.get("Effect") == "Allow"
        and any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _listed(statement.get("Action")))
        and any(fnmatchcase(resource, pattern) for pattern in _listed(statement.get("Resource")))
        for statement in _listed(policy.get("Statement"))
    )


def _listed(value: Any) -> list[Any]:
    """Return a list: IAM writes a list of one as its element."""
    return value if isinstance(value, list) else [] if value is None else [value]
