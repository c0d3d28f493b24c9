"""Runs npm. Of a person's settings, only those count that say where packages come from and how to get there."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from outposts_order_notifier.toolchain.environment import NPM_OPTIONS, clean
from outposts_order_notifier.toolchain.errors import MachineError
from outposts_order_notifier.toolchain.process import run

LINE = re.compile(r"\s*([^\s=;#\[][^\s=]*)\s*=")
VARIABLE = re.compile(r"\$\{([^}?]+)\??\}")
# None of the packages needs its install script, and another package's script might do anything.
ARGUMENTS = ("--ignore-scripts", "--workspaces=false", "--no-audit", "--no-fund", "--no-update-notifier")


def ci(node: Path, npm: Path, root: Path, variables: Mapping[str, str], *, complete: bool) -> None:
    """Install what package-lock.json pins into node_modules, and remove everything else from there.

    Args:
        node: Path of Node.
        npm: Path of npm's script.
        root: The folder of package-lock.json.
        variables: A person's environment variables.
        complete: Whether to install the `devDependencies` too.

    Raises:
        MachineError: npm failed, or a package is missing.
    """
    with TemporaryDirectory() as folder:
        omitted = () if complete else ("--omit=dev",)
        command = [str(node), str(npm), "ci", *ARGUMENTS, *omitted, "--loglevel=error"]
        result = run(command, environment(variables, Path(folder)), root)
    if result.returncode:
        raise MachineError(f"npm could not install what package-lock.json pins: {_complaint(result.stderr)}")
    check(root, complete=complete)


def environment(variables: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the environment variables with which npm does the same on every machine.

    Args:
        variables: A person's environment variables.
        folder: A folder for copies of the person's .npmrc files, reduced to the lines that may pass.
    """
    cleaned = {name: value for name, value in clean(variables).items() if name.upper() not in _FILES}
    given = {name.upper(): value for name, value in variables.items()}
    home = given.get("HOME") or given.get("USERPROFILE") or str(Path.home())
    files = {"userconfig": given.get(_FILES[0], str(Path(home) / ".npmrc")), "globalconfig": given.get(_FILES[1], "")}
    for kind, file in files.items():
        copy = folder / kind
        text = "".join(f"{line}\n" for line in _lines(Path(file)) if _is_kept(line)) if file else ""
        copy.touch(mode=0o600)  # it may contain a registry's token
        copy.write_text(text, encoding="utf-8")
        cleaned[f"npm_config_{kind}"] = str(copy)
        # A line may refer to a variable of any name, such as ${NPM_TOKEN}.
        cleaned |= {name: variables[name] for name in VARIABLE.findall(text) if name in variables}
    return cleaned


def wanted(root: Path, *, complete: bool) -> dict[str, str]:
    """Return the versions of the packages in package.json, by name; with its `devDependencies` if `complete`."""
    project = json.loads((root / "package.json").read_text(encoding="utf-8"))
    return {**project.get("dependencies", {}), **(project.get("devDependencies", {}) if complete else {})}


def check(root: Path, *, complete: bool) -> None:
    """Check that node_modules has the packages of package.json, in the pinned versions.

    Raises:
        MachineError: A package is missing.
    """
    for name, version in wanted(root, complete=complete).items():
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
