"""Where a person's packages come from, by pip's settings. An environment that uv created has no pip to ask.

https://pip.pypa.io/en/stable/topics/configuration/ lists the files. pip's `--isolated` would ignore the person's index,
and would not ignore the machine's file.
"""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from configparser import Error, RawConfigParser
from pathlib import Path

from outposts_order_notifier.toolchain.environment import PIP_OPTIONS, clean
from outposts_order_notifier.toolchain.errors import MachineError
from outposts_order_notifier.toolchain.process import run

# Of each file, in ascending order of precedence; the last is for `PIP_` variables, and pip accepts it in files too.
SECTIONS = ("global", "install", ":env:")
# The reason in pip's warning that it retries, which is surrounded by the names of urllib3's classes.
BROKEN = re.compile(r"connection broken by '?\w+\((.*)\)'?: /")
CLASSES = re.compile(r"<[^>]*>[:,]?|\w+\(|[()\"]|(?<!\w)'|'(?!\w)|,(?=\s*$)")


def options(variables: Mapping[str, str], prefix: Path) -> dict[str, str]:
    """Return a person's settings of pip that say where packages come from and how to get there, by option.

    Args:
        variables: A person's environment variables.
        prefix: The Python environment's folder, which may contain a configuration file.

    Raises:
        MachineError: A configuration file cannot be read.
    """
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for file in _files(variables, prefix, sys.platform):
        parser = _parsed(file)
        for section in filter(parser.has_section, SECTIONS):
            found[section] |= {_option(name): value for name, value in parser.items(section)}
    found[":env:"] |= {_option(name[4:]): value for name, value in variables.items() if name.startswith("PIP_")}
    merged = {option: " ".join(value.split()) for section in SECTIONS for option, value in found[section].items()}
    return {option: value for option, value in merged.items() if value and option in PIP_OPTIONS}


def environment(variables: Mapping[str, str], prefix: Path) -> dict[str, str]:
    """Return the environment variables with which pip does the same on every machine.

    Args:
        variables: A person's environment variables.
        prefix: The Python environment's folder.

    Raises:
        MachineError: A configuration file cannot be read.
    """
    others = {name: value for name, value in clean(variables).items() if not name.startswith("PIP_")}
    named = {f"PIP_{option.upper().replace('-', '_')}": value for option, value in options(variables, prefix).items()}
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


def _files(variables: Mapping[str, str], prefix: Path, platform: str) -> Iterator[Path]:
    """Yield the configuration files that pip reads, in ascending order of precedence."""
    own = variables.get("PIP_CONFIG_FILE", "")
    if own == os.devnull:
        return
    name = "pip.ini" if platform == "win32" else "pip.conf"
    home = Path(variables.get("HOME") or variables.get("USERPROFILE") or Path.home())
    match platform:
        case "win32":
            machine = [Path(variables.get("PROGRAMDATA", r"C:\ProgramData"), "pip")]
            user = [home / "pip", Path(variables.get("APPDATA") or home / "AppData" / "Roaming", "pip")]
        case "darwin":
            machine = [Path("/Library/Application Support/pip")]
            application = home / "Library" / "Application Support" / "pip"
            user = [home / ".pip", application if application.is_dir() else home / ".config" / "pip"]
        case _:
            shared = variables.get("XDG_CONFIG_DIRS") or "/etc/xdg"
            machine = [*(Path(folder, "pip") for folder in shared.split(os.pathsep)), Path("/etc")]
            user = [home / ".pip", Path(variables.get("XDG_CONFIG_HOME") or home / ".config", "pip")]
    yield from (folder / name for folder in machine)
    if not (own and Path(own).exists()):
        yield from (folder / name for folder in user)
    yield prefix / name
    if own:
        yield Path(own)


def _parsed(file: Path) -> RawConfigParser:
    parser = RawConfigParser()
    try:
        if file.is_file():
            parser.read_string(file.read_text(encoding="utf-8-sig"), str(file))
    except (Error, OSError, ValueError) as error:
        raise MachineError(f"pip's configuration cannot be read: {file}: {error}") from error
    return parser


def _option(name: str) -> str:
    return name.lower().replace("_", "-").removeprefix("--")


def _complaint(text: str) -> str:
    """Return the most informative line of pip's output."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line.partition(":")[2] for line in lines if line.startswith("ERROR:")]
    network = [CLASSES.sub(" ", found[1]) for line in lines if (found := BROKEN.search(line))]
    return ";".join([*errors[:1], *network[-1:]]).strip() or " ".join(lines[-3:]) or "it gave no reason"
