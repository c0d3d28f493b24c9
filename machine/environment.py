"""The environment variables that this project's tools get: a person's, less those that would change what they do.

A variable that belongs to a tool which the project runs passes only if it is listed here. All others pass: a program
that the person set up, such as one that gives credentials, may need them.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

# Where packages come from, and what it takes to reach that place.
PIP_OPTIONS = frozenset(
    {
        "cache-dir",
        "cert",
        "client-cert",
        "default-timeout",
        "extra-index-url",
        "find-links",
        "index-url",
        "keyring-provider",
        "no-cache-dir",
        "no-index",
        "proxy",
        "retries",
        "timeout",
        "trusted-host",
    }
)
NPM_OPTIONS = frozenset(
    {
        "_auth",
        "_authtoken",
        "ca",
        "cache",
        "cafile",
        "cert",
        "fetch-retries",
        "fetch-retry-factor",
        "fetch-retry-maxtimeout",
        "fetch-retry-mintimeout",
        "fetch-timeout",
        "https-proxy",
        "key",
        "local-address",
        "maxsockets",
        "noproxy",
        "proxy",
        "registry",
        "replace-registry-host",
        "strict-ssl",
    }
)
NODE_FLAG = re.compile(
    r"--(?:use-(?:openssl|system|bundled)-ca|use-env-proxy|(?:dns-result-order|max-old-space-size)=.*)"
)

# By the beginning of their names, in capitals: the variables of a family that pass.
FAMILIES: Mapping[str, frozenset[str]] = {
    "PYTHON": frozenset({"PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING", "PYTHONPYCACHEPREFIX", "PYTHONUNBUFFERED"}),
    "PIP_": frozenset({"PIP_CONFIG_FILE", *(f"PIP_{option.upper().replace('-', '_')}" for option in PIP_OPTIONS)}),
    "UV_": frozenset(
        {
            "UV_CACHE_DIR",
            "UV_DEFAULT_INDEX",
            "UV_EXTRA_INDEX_URL",
            "UV_FIND_LINKS",
            "UV_HTTP_TIMEOUT",
            "UV_INDEX",
            "UV_INDEX_URL",
            "UV_INSECURE_HOST",
            "UV_KEYRING_PROVIDER",
            "UV_NATIVE_TLS",
            "UV_SYSTEM_CERTS",
        }
    ),
    "CONDA_": frozenset(),
    "NPM_": frozenset(
        {
            "NPM_CONFIG_GLOBALCONFIG",
            "NPM_CONFIG_USERCONFIG",
            *(f"NPM_CONFIG_{option.upper().replace('-', '_')}" for option in NPM_OPTIONS),
        }
    ),
    "NODE_": frozenset(
        {
            "NODE_EXTRA_CA_CERTS",
            "NODE_OPTIONS",
            "NODE_TLS_REJECT_UNAUTHORIZED",
            "NODE_USE_ENV_PROXY",
            "NODE_USE_SYSTEM_CA",
        }
    ),
    # Which infra/ sets, whatever they were.
    "JSII_": frozenset({"JSII_NODE", "JSII_RUNTIME_PACKAGE_CACHE", "JSII_RUNTIME_PACKAGE_CACHE_ROOT"}),
    # What the CDK's command line hands to app.py; and, of a person's, where and as whom to deploy.
    "CDK_": frozenset(
        {
            "CDK_CA_BUNDLE_PATH",
            "CDK_CLI_ASM_VERSION",
            "CDK_CLI_VERSION",
            "CDK_CONTEXT_JSON",
            "CDK_DEFAULT_ACCOUNT",
            "CDK_DEFAULT_REGION",
            "CDK_HOME",
            "CDK_OUTDIR",
            "CDK_PROFILE",
            "CDK_PROXY",
            "CDK_ROLE_ARN",
            "CDK_TOOLKIT_STACK_NAME",
        }
    ),
    "POWERTOOLS_": frozenset(),
    "GIT_": frozenset(),
}
# By their whole names: variables that change what a shell, make, Python or tar does.
STRANGERS = frozenset(
    {
        "BASHOPTS",
        "BASH_ENV",
        "CDPATH",
        "DEBUG",
        "ENV",
        "GNUMAKEFLAGS",
        "GREP_OPTIONS",
        "MAKEFILES",
        "MAKEFLAGS",
        "MAKELEVEL",
        "MFLAGS",
        "POSIXLY_CORRECT",
        "PREFIX",
        "SHELLOPTS",
        "SOURCE_DATE_EPOCH",
        "TAR_OPTIONS",
        "VIRTUAL_ENV",
    }
)
PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"})
CERTIFICATES = frozenset({"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"})
# What any program may need: all that the emulator gets, which has a hundred settings of its own, and `DEBUG` for one.
BASICS = frozenset(
    {
        *("HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "SHELL", "TERM", "TZ", "USER"),
        *("DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"),
        *("COMSPEC", "PATHEXT", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USERPROFILE", "WINDIR"),
    }
)


def clean(variables: Mapping[str, str]) -> dict[str, str]:
    """Leave out what would change the tools, whatever else is set.

    Args:
        variables: A process's environment variables.
    """
    cleaned = {name: value for name, value in variables.items() if _passes(name.upper())}
    if "NODE_OPTIONS" in cleaned:
        cleaned["NODE_OPTIONS"] = " ".join(filter(NODE_FLAG.fullmatch, cleaned["NODE_OPTIONS"].split()))
    if cleaned.get("TMPDIR") and cleaned["TMPDIR"] != (folder := tempfile.gettempdir()):
        cleaned["TMPDIR"] = folder  # where it cannot be written to, Node would fail and Python take another
    return cleaned


def bare(variables: Mapping[str, str]) -> dict[str, str]:
    """Leave only what any program may need: the basics, proxies and certificates."""
    passing = BASICS | PROXIES | CERTIFICATES
    cleaned = clean(variables)
    return {name: cleaned[name] for name in cleaned if name.upper() in passing or name.startswith("LC_")}


def without_aws(variables: Mapping[str, str]) -> dict[str, str]:
    """Leave out what leads an AWS client anywhere, its files in the home folder included."""
    kept = {name: value for name, value in variables.items() if not name.upper().startswith(("AWS_", "BOTO_"))}
    return kept | dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)


def without_proxy(variables: Mapping[str, str], hosts: Iterable[str]) -> dict[str, str]:
    """Have hosts reached directly, besides those that already are.

    Args:
        variables: Environment variables.
        hosts: Hosts to add.
    """
    named = [variables.get(name, "") for name in ("no_proxy", "NO_PROXY")]
    known = [host.strip() for value in named for host in value.replace(" ", ",").split(",") if host.strip()]
    everything = ",".join(dict.fromkeys([*known, *hosts]))
    return {**variables, "no_proxy": everything, "NO_PROXY": everything}


def with_path(variables: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Have programs looked for in a folder first."""
    return {**variables, "PATH": os.pathsep.join(filter(None, [str(folder), variables.get("PATH")]))}


def _passes(name: str) -> bool:
    if name in STRANGERS:
        return False
    family = next((family for family in FAMILIES if name.startswith(family)), None)
    return family is None or name in FAMILIES[family] or (family == "NPM_" and name.startswith(_OF_A_REGISTRY))


# Such as `npm_config_//registry.example.com/:_authToken` and `npm_config_@team:registry`.
_OF_A_REGISTRY = ("NPM_CONFIG_//", "NPM_CONFIG_@")
