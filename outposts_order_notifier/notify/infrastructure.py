"""What a channel adds to the notify function on AWS (CDK); not part of the functions' packages."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from outposts_order_notifier.notify.routes import DEFAULT
from outposts_order_notifier.notify.settings import SecretSettings


@dataclass(frozen=True, slots=True)
class Site:
    """What the stack offers to a channel.

    Attributes:
        scope: The construct of the channel's resources.
        state: The table of notify's state.
        snapshots: The table of snapshots.
        snapshot_index_arn: The ARN of its index.
        slack_origin: The origin of the local cloud's Slack; None on AWS.
        route: The name of the channel's route; empty for the default route.
    """

    scope: Construct
    state: dynamodb.ITable
    snapshots: dynamodb.ITable
    snapshot_index_arn: str
    slack_origin: str | None
    route: str = DEFAULT


@dataclass(frozen=True, slots=True)
class Needs:
    """What a configured channel needs.

    Attributes:
        environment: The function's variables.
        statements: The function's permissions.
        topic: The topic that it publishes to, if any.
        alarms: Whether the function must receive the alarms for it.
    """

    environment: Mapping[str, str]
    statements: list[iam.PolicyStatement] = field(default_factory=list)
    topic: sns.Topic | None = None
    alarms: bool = True


def reading_secret(scope: Construct, secret: SecretSettings) -> list[iam.PolicyStatement]:
    """Return the permissions to read a secret, and to decrypt it with a customer-managed key."""
    stack = cdk.Stack.of(scope)
    # Secrets Manager appends a hyphen and six characters to the name in the ARN.
    arn = stack.format_arn(
        service="secretsmanager",
        resource="secret",
        resource_name=f"{secret.secret_name}-??????",
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )
    statements = [iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[arn])]
    if secret.kms_key_arn:
        # Secrets Manager decrypts with the caller's permissions, and names itself and the secret:
        # https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
        conditions = {
            "StringEquals": {"kms:ViaService": f"secretsmanager.{stack.region}.amazonaws.com"},
            "StringLike": {"kms:EncryptionContext:SecretARN": arn},
        }
        statements.append(
            iam.PolicyStatement(actions=["kms:Decrypt"], resources=[secret.kms_key_arn], conditions=conditions)
        )
    return statements
