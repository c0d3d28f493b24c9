"""Define the AWS infrastructure: typed configuration, and a construct for each part."""

import os
from pathlib import Path

from machine.node import NODE

ROOT = Path(__file__).resolve().parent.parent.parent

# jsii runs the first `node` on the PATH, which may be none, or one that it calls too old: take the pinned one.
# Its cache in the home folder fails where that cannot be written to or others may write to it: take one here, or none.
os.environ["JSII_NODE"] = str(NODE)
os.environ["JSII_RUNTIME_PACKAGE_CACHE"] = "enabled" if os.access(ROOT, os.W_OK) else "disabled"
os.environ["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] = str(ROOT / ".cache" / "jsii")
