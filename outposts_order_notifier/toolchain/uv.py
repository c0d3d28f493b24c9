"""Runs uv, which installs packages. A person's settings of pip count, for many have set a mirror for pip only."""

import math
import os
import re
import ssl
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from outposts_order_notifier.toolchain import pip
from outposts_order_notifier.toolchain.environment import clean
from outposts_order_notifier.toolchain.errors import MachineError
from outposts_order_notifier.toolchain.process import run

# A person who has set one of these has said where packages come from: pip's settings of it do not count.
SOURCES = frozenset({"UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_INDEX", "UV_INDEX_URL"})
# The same on every machine. As with pip, any index may have a package: its hash is checked, wherever it comes from.
FIXED = {
    "UV_INDEX_STRATEGY": "unsafe-best-match",
    "UV_NO_CONFIG": "1",
    "UV_NO_PROGRESS": "1",
    "UV_PYTHON_DOWNLOADS": "never",
}
TRUE = frozenset({"1", "on", "t", "true", "y", "yes"})  # to pip


class Settings(NamedTuple):
    """What uv is started with.

    Attributes:
        variables: All of its environment variables.
        arguments: The arguments for what it has no variable for.
    """

    variables: dict[str, str]
    arguments: tuple[str, ...]


def settings(variables: Mapping[str, str], prefix: Path) -> Settings:
    """Return the settings with which uv does the same on every machine, and finds packages where the person's pip does.

    Args:
        variables: A person's environment variables.
        prefix: The Python environment's folder, which may contain a configuration file of pip.

    Raises:
        MachineError: A configuration file of pip cannot be read.
    """
    options = pip.options(variables, prefix)
    cleaned = {name: value for name, value in clean(variables).items() if not name.startswith("PIP_")}
    own = {name for name, value in cleaned.items() if name.startswith("UV_") and value}
    translated = {name: value for name, value in _translated(options, variables) if name not in own}
    if own & SOURCES:
        translated = {name: value for name, value in translated.items() if name not in SOURCES}
    made = {**cleaned, **translated, **FIXED}
    if not _is_writable(_cache(made)):
        made["UV_NO_CACHE"] = "1"
    no_index = _is_true(options, "no-index") and not own & SOURCES
    return Settings(made, ("--no-index",) if no_index else ())


def install(uv: str, given: Settings, what: str, *arguments: str) -> None:
    """Run `uv pip install`, which checks that each package has a hash that its requirement names.

    Args:
        uv: Path of uv.
        given: The result of `settings`.
        what: What is installed, for the error.
        arguments: Arguments of `uv pip install`.

    Raises:
        MachineError: uv failed.
    """
    fixed = ("--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", *given.arguments)
    result = run([uv, "pip", "install", *fixed, *arguments], given.variables)
    if result.returncode:
        raise MachineError(f"uv could not install {what}: {_complaint(result.stderr)}")


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
            raise MachineError(f"{pin} is not in {folder} though uv reported no error: {what} would lack it")
        # Nothing here needs a distribution's scripts. They are recorded in a parent folder, which `--target` changes.
        files = [file for file in distribution.files or [] if ".." not in file.parts and file.suffix != ".pyc"]
        lost = next((file for file in files if not Path(str(distribution.locate_file(file))).is_file()), None)
        if lost or not files:
            raise MachineError(
                f"{pin} has no {lost or 'files'} in {folder}, though uv reported no error: {what} would lack it"
            )


def _translated(options: Mapping[str, str], variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield uv's variables for pip's options: https://docs.astral.sh/uv/reference/environment/."""
    yield from ((name, options[option]) for option, name in _NAMES.items() if option in options)
    yield from ((name, _expanded(options[option])) for option, name in _PATHS.items() if option in options)
    if "find-links" in options:
        yield "UV_FIND_LINKS", ",".join(map(_expanded, options["find-links"].split()))
    for option in ("default-timeout", "timeout"):
        with suppress(ValueError, OverflowError):
            yield "UV_HTTP_TIMEOUT", str(math.ceil(float(options.get(option, ""))))
    if options.get("keyring-provider") in {"import", "subprocess"}:  # uv has no other
        yield "UV_KEYRING_PROVIDER", "subprocess"
    if _is_true(options, "no-cache-dir"):
        yield "UV_NO_CACHE", "1"
    if "cache-dir" in options:
        yield "UV_CACHE_DIR", str(Path(_expanded(options["cache-dir"])) / "uv")
    yield from _connection(options, variables)


def _connection(options: Mapping[str, str], variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the proxy, and whose certificates are trusted: as for pip, all that this machine trusts, by default."""
    if proxy := options.get("proxy"):
        address = proxy if "://" in proxy else f"http://{proxy}"
        yield from ((name, address) for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"))
    bundles = (options.get("cert"), variables.get("REQUESTS_CA_BUNDLE"), variables.get("CURL_CA_BUNDLE"))
    if bundle := next(filter(None, bundles), None):
        yield "SSL_CERT_FILE", _expanded(bundle)
    elif not any(map(variables.get, ("SSL_CERT_FILE", "SSL_CERT_DIR"))) and _has_certificates():
        yield "UV_SYSTEM_CERTS", "1"


_PATHS = {"client-cert": "SSL_CLIENT_CERT"}
_NAMES = {
    "extra-index-url": "UV_INDEX",
    "index-url": "UV_DEFAULT_INDEX",
    "retries": "UV_HTTP_RETRIES",
    "trusted-host": "UV_INSECURE_HOST",
}


def _is_true(options: Mapping[str, str], option: str) -> bool:
    return options.get(option, "").lower() in TRUE


def _expanded(path: str) -> str:
    return str(Path(path).expanduser()) if path.startswith("~") else path


def _has_certificates() -> bool:
    """Return whether the machine has certificates: without any, uv's own are better than none."""
    if sys.platform in {"darwin", "win32"}:
        return True
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile) or bool(paths.capath and any(Path(paths.capath).iterdir()))


def _cache(variables: Mapping[str, str]) -> Path | None:
    """Return uv's cache folder, which it creates: https://docs.astral.sh/uv/reference/storage/#cache."""
    if folder := variables.get("UV_CACHE_DIR"):
        return Path(folder)
    if sys.platform == "win32":
        return None
    return Path(variables.get("XDG_CACHE_HOME") or Path(variables.get("HOME") or Path.home()) / ".cache") / "uv"


def _is_writable(folder: Path | None) -> bool:
    """Return whether a folder can be written to, or created; uv would fail otherwise."""
    if not folder:
        return True
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        return os.access(folder, os.W_OK)
    return False


def _key(name: str, version: str) -> tuple[str, str]:
    return re.sub(r"[-_.]+", "-", name).lower(), version


def _complaint(text: str) -> str:
    """Return uv's error with its causes, in one line, without hints and marks."""
    message = text.partition("hint:")[0]
    lines = [re.sub(r"^(?:error: |[×╰├│─▶\s]+)", "", line.strip()).strip() for line in message.splitlines()]
    return "; ".join(filter(None, lines)) or "it gave no reason"
