"""What a channel adds to the notify function on AWS (CDK); the functions' packages leave it out."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct


@dataclass(frozen=True, slots=True)
class Site:
    """What a channel finds in the stack.

    Attributes:
        scope: Where its resources belong.
        state_table_arn: The table of notify's state.
        snapshot_table_name: The table of snapshots.
        snapshot_table_arn: Its ARN.
        snapshot_index_arn: The ARN of its index.
        slack_origin: Of the local cloud's Slack; None on AWS.
    """

    scope: Construct
    state_table_arn: str
    snapshot_table_name: str
    snapshot_table_arn: str
    snapshot_index_arn: str
    slack_origin: str | None


@dataclass(frozen=True, slots=True)
class Needs:
    """What a configured channel needs.

    Attributes:
        environment: The function's variables.
        statements: What the function may do.
        topic: The topic that it publishes to, if any.
        alarms: Whether the function has to be sent the alarms for it.
    """

    environment: Mapping[str, str]
    statements: list[iam.PolicyStatement] = field(default_factory=list)
    topic: sns.Topic | None = None
    alarms: bool = True


def reading_secret(scope: Construct, name: str, kms_key_arn: str | None) -> list[iam.PolicyStatement]:
    """Allow to read a secret, and to decrypt it under a customer-managed key."""
    stack = cdk.Stack.of(scope)
    # Secrets Manager appends a hyphen and six characters to the name in the ARN.
    arn = stack.format_arn(
        service="secretsmanager",
        resource="secret",
        resource_name=f"{name}-??????",
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )
    statements = [iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[arn])]
    if kms_key_arn:
        # Secrets Manager decrypts with the caller's permissions, and names itself and the secret:
        # https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
        conditions = {
            "StringEquals": {"kms:ViaService": f"secretsmanager.{stack.region}.amazonaws.com"},
            "StringLike": {"kms:EncryptionContext:SecretARN": arn},
        }
        statements.append(iam.PolicyStatement(actions=["kms:Decrypt"], resources=[kms_key_arn], conditions=conditions))
    return statements
