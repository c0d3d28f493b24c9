"""Tests of the infrastructure."""

import infra  # noqa: F401 - says which Node the CDK runs on, which must be known before the CDK is imported
