"""The infrastructure: typed configuration, the stack, and one construct per part."""

import os

from machine.node import NODE

# jsii runs the first `node` on the PATH, which may be none, or one that it calls too old: take the pinned one.
os.environ["JSII_NODE"] = str(NODE)
