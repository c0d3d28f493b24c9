"""The table of snapshots."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from outposts_order_notifier.store.table import INDEX_ATTRIBUTES, INDEX_NAME


class Snapshots(Construct):
    """One item per order and one per source. The table outlives the stack: it records what was published."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.table = dynamodb.TableV2(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            billing=dynamodb.Billing.on_demand(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            # Not RETAIN, with which a first deployment that fails would leave its empty table behind.
            removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=INDEX_NAME,
                    partition_key=dynamodb.Attribute(name="source", type=dynamodb.AttributeType.STRING),
                    sort_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
                    projection_type=dynamodb.ProjectionType.INCLUDE,
                    non_key_attributes=list(INDEX_ATTRIBUTES),
                )
            ],
        )
        self.index_arn = f"{self.table.table_arn}/index/{INDEX_NAME}"
