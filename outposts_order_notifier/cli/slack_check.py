"""`doctor`'s checks of Slack: the secret, the key that encrypts it, and whether Slack takes what it holds.

Slack is asked by notify's own clients, which follow no redirect and log nothing. Like botocore they heed this machine's
proxy variables, so that all of doctor's checks leave by the same way. Notify itself runs in Lambda, which has no proxy:
what is not reached from here may well be reached from there, and test-notification shows that.
"""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError
from slack_sdk.errors import SlackApiError

from outposts_order_notifier.cli.check import Check
from outposts_order_notifier.cli.stack import Stack
from outposts_order_notifier.notify.channel import ChannelError
from outposts_order_notifier.notify.channels.slack.clients import web_client, webhook_client
from outposts_order_notifier.notify.channels.slack.credentials import BotToken, Webhook, access_of
from outposts_order_notifier.notify.channels.slack.webhook import WORKFLOW_PATHS

# How Slack answers an empty message to a webhook that works: it posts nothing.
# https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/#handling_errors
WORKING_WEBHOOK = frozenset({"no_text", "invalid_payload", "missing_text_or_fallback_or_attachments"})
DECRYPT = "kms:Decrypt"
NOT_REACHED = "Look at your network and HTTPS_PROXY; Lambda's may do better, which test-notification shows"


def check_slack(stack: Stack) -> Iterator[Check]:
    """Check Slack as far as it is configured. No secret is shown, whatever is wrong with it."""
    variables = stack.variables("NotifyFunctionName")
    if not (secret_name := variables.get("SLACK_SECRET_NAME")):
        yield Check("Slack", "ok", "not configured")
        return
    yield from _check_key(stack, secret_name)
    try:
        secret = stack.session.client("secretsmanager").get_secret_value(SecretId=secret_name)
    except ClientError as error:
        denied = error.response["Error"]["Code"] == "AccessDeniedException"
        todo = "Allow it to yourself, or use test-notification" if denied else f"Make the secret {secret_name}"
        yield Check("Slack's secret", "warn" if denied else "fail", error.response["Error"]["Code"], todo)
        return
    try:
        access = access_of(
            secret.get("SecretString") or secret.get("SecretBinary", ""), secret_name, variables.get("SLACK_ORIGIN")
        )
    except ChannelError as error:
        yield Check("Slack's secret", "fail", str(error), 'Put {"webhookUrl": …} or {"botToken": …} into it')
        return
    match access:
        case Webhook():
            yield Check("Slack's secret", "ok", f"{secret_name} holds a webhook's address")
            yield check_webhook(access)
        case BotToken():
            yield Check("Slack's secret", "ok", f"{secret_name} holds a bot's token")
            yield _check_bot(access, variables.get("SLACK_CHANNEL"))


def check_webhook(webhook: Webhook) -> Check:
    """Ask Slack whether a webhook is there. Its address is a secret: nothing of it, and no cause, is shown."""
    name, todo = "Slack's webhook", "Put a webhook's address that works into the secret; it is read within a minute"
    if urlsplit(webhook.url).path.startswith(WORKFLOW_PATHS):
        return Check(name, "warn", "a workflow's cannot be tried without starting it", "Use test-notification")
    try:
        answer = webhook_client(webhook.url).send_dict({})
    except Exception as error:  # noqa: BLE001 - many kinds, some of which quote the address
        return Check(name, "fail", f"not reached: {_kind(error)}", NOT_REACHED)
    words = answer.body.strip()[:60]
    if words in WORKING_WEBHOOK:
        return Check(name, "ok", f"it answers ({words} to an empty message, as it should)")
    known = words if words.replace("_", "").isalpha() else ""
    return Check(name, "fail", f"Slack answered {answer.status_code} {known}".rstrip(), todo)


def _check_bot(bot: BotToken, channel: str | None) -> Check:
    name = "Slack's bot"
    if not channel:
        return Check(name, "fail", "it has no channel to write to", "Configure slack.channel, and deploy")
    try:
        answer = web_client(bot.token, bot.api_url).auth_test()
    except SlackApiError as error:
        return Check(name, "fail", str(error.response.get("error")), "Put a token that works into the secret")
    except Exception as error:  # noqa: BLE001 - many kinds, some of which may quote the token
        return Check(name, "fail", f"not reached: {_kind(error)}", NOT_REACHED)
    return Check(name, "ok", f"{answer.get('user')} of {answer.get('team')}")


def _kind(error: Exception) -> str:
    reason = getattr(error, "reason", None)  # urllib's own error says nothing of the cause
    return type(reason if isinstance(reason, Exception) else error).__name__


def _check_key(stack: Stack, secret_name: str) -> Iterator[Check]:
    """See whether notify's role may decrypt a secret under a customer-managed key: the caller's rights say nothing."""
    name, key = "key of Slack's secret", ""
    try:
        key = stack.session.client("secretsmanager").describe_secret(SecretId=secret_name).get("KmsKeyId", "")
        if not key or key.endswith("alias/aws/secretsmanager"):
            return  # AWS's own, with which whoever may read the secret may decrypt
        found = stack.session.client("kms").describe_key(KeyId=key)["KeyMetadata"]
        arn, state = found["Arn"], found.get("KeyState")
        allowed = found.get("KeyManager") == "AWS" or _may_decrypt(stack, arn)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ResourceNotFoundException":
            return  # there is no secret, which the next check says
        todo = (
            f"Allow it to yourself, or see that slack.kmsKeyArn is the ARN of {key}" if key else "Allow it to yourself"
        )
        yield Check(name, "warn", f"{error.operation_name}: {code}", todo)
        return
    if state not in {None, "Enabled"}:
        yield Check(name, "fail", f"{arn} is {state}", "Enable it, or put the secret under another one")
    elif allowed:
        yield Check(name, "ok", f"the notify function may decrypt with {arn}")
    else:
        found_out = f"the notify function may not decrypt with {arn}"
        yield Check(name, "fail", found_out, f"Set slack.kmsKeyArn to {arn}, and deploy")


def _may_decrypt(stack: Stack, key_arn: str) -> bool:
    """Whether the role's own policies allow it, or the key's policy names the role."""
    iam, role_arn = stack.session.client("iam"), stack.function("NotifyFunctionName")["Role"]
    role = role_arn.rpartition("/")[2]
    names = [
        name for page in iam.get_paginator("list_role_policies").paginate(RoleName=role) for name in page["PolicyNames"]
    ]
    documents: list[Any] = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    if any(allows(document, DECRYPT, key_arn) for document in documents):
        return True
    policy = stack.session.client("kms").get_key_policy(KeyId=key_arn, PolicyName="default")["Policy"]
    return any(
        statement.get("Effect") == "Allow" and role_arn in json.dumps(statement.get("Principal"))
        for statement in _listed(json.loads(policy).get("Statement"))
    )


def allows(policy: Mapping[str, Any], action: str, resource: str) -> bool:
    """Whether a statement of a policy allows an action on a resource; its conditions are not judged."""
    return any(
        statement.get("Effect") == "Allow"
        and any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _listed(statement.get("Action")))
        and any(fnmatchcase(resource, pattern) for pattern in _listed(statement.get("Resource")))
        for statement in _listed(policy.get("Statement"))
    )


def _listed(value: Any) -> list[Any]:
    """IAM writes a list of one as the one alone."""
    return value if isinstance(value, list) else [] if value is None else [value]
