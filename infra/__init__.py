"""Define the stack that app.py deploys, from the context of cdk.json."""

import outposts_order_notifier.cdk  # noqa: F401 - sets which Node the CDK runs on, before the CDK is imported
