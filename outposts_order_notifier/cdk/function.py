"""What the functions have in common."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from outposts_order_notifier.cdk.package import package
from outposts_order_notifier.cdk.physical_names import PhysicalNames

# What `runtime.observability` imports, including dependencies.
DISTRIBUTIONS = ("aws-lambda-powertools", "jmespath", "typing-extensions")
# The time zones, which Lambda's runtime may lack.
TIME_ZONE_DATA = "tzdata"


class Function(lambda_.Function):
    """A function of `lambdas/<name>/`, with its own log group, and a role limited to the given statements.

    `name` is also the `service` of its logs, traces and metrics; `memory` is in MB. `environment`, `statements` and
    `distributions` are in addition to those of all functions. `names` has the namespace of its metrics.
    """

    def __init__(  # noqa: PLR0913 - each differs between functions
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        description: str,
        timeout: cdk.Duration,
        memory: int,
        environment: Mapping[str, str],
        statements: list[iam.PolicyStatement],
        names: PhysicalNames,
        local: bool,
        distributions: tuple[str, ...] = (),
    ) -> None:
        log_group = logs.LogGroup(
            scope,
            f"{construct_id}Logs",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        role = iam.Role(
            scope,
            f"{construct_id}Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"What the {name} function of the Outposts order notifier may do",
        )
        cdk.Validations.of(role).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="X-Ray's PutTraceSegments and PutTelemetryRecords can only be allowed for all resources",
            )
        )
        super().__init__(
            scope,
            construct_id,
            description=description,
            handler=f"lambdas.{name}.handler.handler",
            code=package(name, (*DISTRIBUTIONS, *distributions), local=local),
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            timeout=timeout,
            memory_size=memory,
            role=role,
            log_group=log_group,
            tracing=lambda_.Tracing.DISABLED if local else lambda_.Tracing.ACTIVE,
            environment={
                **environment,
                "POWERTOOLS_SERVICE_NAME": name,
                "POWERTOOLS_METRICS_NAMESPACE": names.prefix,
                "POWERTOOLS_LOG_LEVEL": "INFO",
            },
        )
        write_logs = iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group.log_group_arn]
        )
        for statement in [write_logs, *statements]:
            self.add_to_role_policy(statement)
