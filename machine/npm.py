"""npm, which takes nothing of a person's settings but where packages come from and how to get there."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from machine.environment import NPM_OPTIONS, clean
from machine.errors import MachineError

LINE = re.compile(r"\s*([^\s=;#\[][^\s=]*)\s*=")
VARIABLE = re.compile(r"\$\{([^}?]+)\??\}")
# No package of ours needs a script of its own to be installed; what a script of a foreign one would do is not wanted.
ARGUMENTS = ("--ignore-scripts", "--workspaces=false", "--no-audit", "--no-fund", "--no-update-notifier")


def ci(node: Path, npm: Path, root: Path, variables: Mapping[str, str]) -> None:
    """Install what package-lock.json pins into node_modules.

    Args:
        node: Node.
        npm: npm's script.
        root: The folder with package-lock.json.
        variables: A person's environment variables.

    Raises:
        MachineError: npm failed, or something is missing.
    """
    with TemporaryDirectory() as folder:
        result = subprocess.run(  # noqa: S603 - a fixed command
            [str(node), str(npm), "ci", *ARGUMENTS, "--loglevel=error"],
            cwd=root,
            env=environment(variables, Path(folder)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if result.returncode:
        raise MachineError(f"npm could not install what package-lock.json pins: {_complaint(result.stderr)}")
    check(root)


def environment(variables: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Make the environment in which npm does the same for everybody.

    Args:
        variables: A person's environment variables.
        folder: Gets copies of the person's .npmrc files, with the lines that say where packages come from.
    """
    cleaned = {name: value for name, value in clean(variables).items() if name.upper() not in _FILES}
    given = {name.upper(): value for name, value in variables.items()}
    home = given.get("HOME") or given.get("USERPROFILE") or str(Path.home())
    files = {"userconfig": given.get(_FILES[0], str(Path(home) / ".npmrc")), "globalconfig": given.get(_FILES[1], "")}
    for kind, file in files.items():
        copy = folder / kind
        text = "".join(f"{line}\n" for line in _lines(Path(file)) if _is_kept(line)) if file else ""
        copy.touch(mode=0o600)  # it may hold a registry's token
        copy.write_text(text, encoding="utf-8")
        cleaned[f"npm_config_{kind}"] = str(copy)
        # A line may name a variable, such as ${NPM_TOKEN}, whatever it is called.
        cleaned |= {name: variables[name] for name in VARIABLE.findall(text) if name in variables}
    return cleaned


def check(root: Path) -> None:
    """Check that the packages of package.json are in node_modules, in their versions.

    Raises:
        MachineError: One is missing.
    """
    wanted: dict[str, str] = json.loads((root / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    for name, version in wanted.items():
        file = root / "node_modules" / name / "package.json"
        if not file.is_file() or json.loads(file.read_text(encoding="utf-8"))["version"] != version:
            raise MachineError(f"{name} {version} is not in node_modules, though npm reported no error")


_FILES = ("NPM_CONFIG_USERCONFIG", "NPM_CONFIG_GLOBALCONFIG")


def _lines(file: Path) -> list[str]:
    if not file.exists() or str(file) == os.devnull:
        return []
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise MachineError(f"{file}, npm's settings, cannot be read: {error}") from error


def _is_kept(line: str) -> bool:
    match = LINE.match(line)
    if not match:
        return False
    name = match[1].removesuffix("[]").lower()
    return name in NPM_OPTIONS or name.startswith("//") or (name.startswith("@") and name.endswith(":registry"))


def _complaint(text: str) -> str:
    lines = [re.sub(r"^npm (?:error|ERR!)\s*", "", line).strip() for line in text.splitlines()]
    reasons = [line for line in lines if line and not line.startswith(("A complete log", "errno", "syscall"))]
    return "; ".join(reasons[:3]) or "it gave no reason"
