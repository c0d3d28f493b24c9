"""Runs pip. Of a person's settings, only those count that say where packages come from and how to get there."""

import ast
import os
import re
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

from outposts_order_notifier.toolchain.environment import PIP_OPTIONS, clean
from outposts_order_notifier.toolchain.errors import MachineError
from outposts_order_notifier.toolchain.process import run

# In ascending order of precedence.
SECTIONS = ("global", "install", ":env:")
# Overrides settings that would change the output of `pip config list`. `user`, for example, is meant for `pip install`
# and would limit the list to the user's own file.
PLAIN = {
    **dict.fromkeys(("PIP_QUIET", "PIP_VERBOSE", "PIP_USER", "PIP_SITE", "PIP_GLOBAL"), "0"),
    "PIP_LOG": os.devnull,
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}
# The reason in pip's warning that it retries, which is surrounded by the names of urllib3's classes.
BROKEN = re.compile(r"connection broken by '?\w+\((.*)\)'?: /")
CLASSES = re.compile(r"<[^>]*>[:,]?|\w+\(|[()\"]|(?<!\w)'|'(?!\w)|,(?=\s*$)")


def environment(python: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables with which pip does the same on every machine.

    pip's `--isolated` would ignore the person's index, and would not ignore the machine's configuration file.

    Args:
        python: The interpreter that has pip.
        variables: A person's environment variables.

    Raises:
        MachineError: pip cannot read its configuration.
    """
    listed = run([python, "-I", "-m", "pip", "config", "list"], {**clean(variables), **PLAIN})
    if listed.returncode:
        raise MachineError(f"pip cannot read its configuration: {_complaint(listed.stderr)}")
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for line in listed.stdout.splitlines():
        key, equals, value = line.partition("=")
        section, _, option = key.rpartition(".")
        if equals and section in found and option in PIP_OPTIONS:
            found[section][option] = " ".join(str(ast.literal_eval(value)).split())
    options = {option: value for section in SECTIONS for option, value in found[section].items()}
    others = {name: value for name, value in clean(variables).items() if not name.startswith("PIP_")}
    named = {f"PIP_{option.upper().replace('-', '_')}": value for option, value in options.items()}
    return {**others, **named, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}


def install(python: str, variables: Mapping[str, str], what: str, *arguments: str) -> None:
    """Run `pip install`.

    Args:
        python: The interpreter that has pip.
        variables: The result of `environment`.
        what: What is installed, for the error.
        arguments: Arguments of `pip install`.

    Raises:
        MachineError: pip failed.
    """
    result = run([python, "-I", "-m", "pip", "install", "--quiet", *arguments], variables)
    if result.returncode:
        raise MachineError(f"pip could not install {what}: {_complaint(result.stderr)}")


def check(pins: Iterable[str], folder: Path, what: str) -> None:
    """Check that all files of the pinned distributions are in a folder.

    Args:
        pins: Distributions, such as `jmespath==1.1.0`.
        folder: The folder that they were installed in.
        what: What needs them, for the error.

    Raises:
        MachineError: A distribution or a file is missing.
    """
    found = {_key(each.name, each.version): each for each in metadata.distributions(path=[str(folder)])}
    for pin in pins:
        name, _, version = pin.partition("==")
        distribution = found.get(_key(name, version))
        if not distribution:
            raise MachineError(f"{pin} is not in {folder} though pip reported no error: {what} would lack it")
        # Nothing here needs a distribution's scripts. They are recorded in a parent folder, which `--target` changes.
        files = [file for file in distribution.files or [] if ".." not in file.parts and file.suffix != ".pyc"]
        lost = next((file for file in files if not Path(str(distribution.locate_file(file))).is_file()), None)
        if lost or not files:
            raise MachineError(
                f"{pin} has no {lost or 'files'} in {folder}, though pip reported no error: {what} would lack it"
            )


def _key(name: str, version: str) -> tuple[str, str]:
    return name.lower().replace("_", "-").replace(".", "-"), version


def _complaint(text: str) -> str:
    """Return the most informative line of pip's output."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line.partition(":")[2] for line in lines if line.startswith("ERROR:")]
    network = [CLASSES.sub(" ", found[1]) for line in lines if (found := BROKEN.search(line))]
    return ";".join([*errors[:1], *network[-1:]]).strip() or " ".join(lines[-3:]) or "it gave no reason"
