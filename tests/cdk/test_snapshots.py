"""The snapshot table."""

from aws_cdk.assertions import Match, Template

from testing.synthesis import REGION

GLOBAL_TABLE = "AWS::DynamoDB::GlobalTable"


class TestSnapshots:
    """The snapshot table in the template."""

    def test_is_on_demand_with_point_in_time_recovery(self, minimal: Template) -> None:
        """Nobody plans its capacity, and any second of the last weeks can be restored."""
        recovery = {"Region": REGION, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
        minimal.has_resource_properties(
            GLOBAL_TABLE, {"BillingMode": "PAY_PER_REQUEST", "Replicas": [Match.object_like(recovery)]}
        )

    def test_outlives_the_stack(self, minimal: Template) -> None:
        """Deleting the stack, or replacing its table, keeps the table; a failed first deployment leaves none behind."""
        minimal.has_resource(
            GLOBAL_TABLE,
            {
                "Properties": {"GlobalSecondaryIndexes": Match.any_value()},
                "DeletionPolicy": "RetainExceptOnCreate",
                "UpdateReplacePolicy": "Retain",
            },
        )

    def test_has_a_narrow_index_by_source(self, minimal: Template) -> None:
        """Choosing which orders to read does not read their snapshots."""
        minimal.has_resource_properties(
            GLOBAL_TABLE,
            {
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "GlobalSecondaryIndexes": [
                    {
                        "IndexName": "BySource",
                        "KeySchema": [
                            {"AttributeName": "source", "KeyType": "HASH"},
                            {"AttributeName": "id", "KeyType": "RANGE"},
                        ],
                        "Projection": {
                            "ProjectionType": "INCLUDE",
                            "NonKeyAttributes": [
                                "version",
                                "outpostId",
                                "settled",
                                "missing",
                                "summary",
                                "pending",
                                "replaces",
                            ],
                        },
                    }
                ],
            },
        )
