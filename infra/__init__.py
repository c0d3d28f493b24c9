"""The stack that app.py deploys, from the context of cdk.json."""

import os
from pathlib import Path

from machine.node import NODE

ROOT = Path(__file__).resolve().parent.parent

# jsii runs the first `node` on the PATH, which may be missing or too old: use the pinned one. jsii's cache in the home
# folder fails if that is read-only or others may write to it: use one here, or none. This is set before the CDK is
# imported, and only here: another application that contains the construct runs on the Node of its choice.
os.environ["JSII_NODE"] = str(NODE)
os.environ["JSII_RUNTIME_PACKAGE_CACHE"] = "enabled" if os.access(ROOT, os.W_OK) else "disabled"
os.environ["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] = str(ROOT / ".cache" / "jsii")
