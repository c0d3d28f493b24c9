"""The stack that app.py deploys, from the context of cdk.json."""

import outposts_order_notifier.cdk  # noqa: F401 - chooses the CDK's Node before the CDK is imported
