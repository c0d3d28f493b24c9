"""Which of a person's environment variables the tools of this project see.

A variable of a tool that the project runs passes only if it is listed here. All others pass: a program that the person
set up, such as one that supplies credentials, may need them.
"""

import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The options that say where packages come from and how to get there.
PIP_OPTIONS = _names(
    """
    cache-dir cert client-cert default-timeout extra-index-url find-links index-url keyring-provider no-cache-dir
    no-index proxy retries timeout trusted-host
    """
)
NPM_OPTIONS = _names(
    """
    _auth _authtoken ca cache cafile cert fetch-retries fetch-retry-factor fetch-retry-maxtimeout
    fetch-retry-mintimeout fetch-timeout https-proxy key local-address maxsockets noproxy proxy registry
    replace-registry-host strict-ssl
    """
)
NODE_FLAG = re.compile(
    r"--(?:use-(?:openssl|system|bundled)-ca|use-env-proxy|(?:dns-result-order|max-old-space-size)=.*)"
)

# The variables that pass, by the prefix of a tool's variables, in upper case.
FAMILIES: Mapping[str, frozenset[str]] = {
    "PYTHON": _names("PYTHONIOENCODING PYTHONPYCACHEPREFIX PYTHONUNBUFFERED"),
    "PIP_": frozenset({"PIP_CONFIG_FILE", *(f"PIP_{option.upper().replace('-', '_')}" for option in PIP_OPTIONS)}),
    "UV_": _names(
        """
        UV_CACHE_DIR UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL UV_FIND_LINKS UV_HTTP_TIMEOUT UV_INDEX UV_INDEX_URL
        UV_INSECURE_HOST UV_KEYRING_PROVIDER UV_NATIVE_TLS UV_SYSTEM_CERTS
        """
    ),
    "CONDA_": frozenset(),
    "NPM_": frozenset(
        {
            "NPM_CONFIG_GLOBALCONFIG",
            "NPM_CONFIG_USERCONFIG",
            *(f"NPM_CONFIG_{option.upper().replace('-', '_')}" for option in NPM_OPTIONS),
        }
    ),
    "NODE_": _names(
        """
        NODE_EXTRA_CA_CERTS NODE_OPTIONS NODE_TLS_REJECT_UNAUTHORIZED NODE_USE_ENV_PROXY NODE_USE_SYSTEM_CA
        """
    ),
    # These pass, and infra/ replaces them.
    "JSII_": _names("JSII_NODE JSII_RUNTIME_PACKAGE_CACHE JSII_RUNTIME_PACKAGE_CACHE_ROOT"),
    # Those that the CDK's command line sets for app.py; and of a person's, where and as whom to deploy.
    "CDK_": _names(
        """
        CDK_CA_BUNDLE_PATH CDK_CLI_ASM_VERSION CDK_CLI_VERSION CDK_CONTEXT_JSON CDK_DEFAULT_ACCOUNT CDK_DEFAULT_REGION
        CDK_HOME CDK_OUTDIR CDK_PROFILE CDK_PROXY CDK_ROLE_ARN CDK_TOOLKIT_STACK_NAME CDK_VALIDATION
        """
    ),
    "POWERTOOLS_": frozenset(),
    "GIT_": frozenset(),
}
# Variables that change what a shell, make, Python or tar does; none passes.
STRANGERS = _names(
    """
    BASHOPTS BASH_ENV CDPATH DEBUG ENV GNUMAKEFLAGS GREP_OPTIONS MAKEFILES MAKEFLAGS MAKELEVEL MFLAGS
    POSIXLY_CORRECT PREFIX SHELLOPTS SOURCE_DATE_EPOCH TAR_OPTIONS VIRTUAL_ENV
    """
)
PROXIES = _names("HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY")
CERTIFICATES = _names("SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE")
# What any program may need. The emulator gets nothing else: it has a hundred settings, some with names such as `DEBUG`.
BASICS = _names(
    """
    COMSPEC DYLD_FALLBACK_LIBRARY_PATH DYLD_LIBRARY_PATH HOME LANG LANGUAGE LD_LIBRARY_PATH LOGNAME PATH PATHEXT
    PYTHONPYCACHEPREFIX SHELL SYSTEMROOT TEMP TERM TMP TMPDIR TZ USER USERPROFILE WINDIR
    """
)


def clean(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables without those that would change what the tools do."""
    cleaned = {name: value for name, value in variables.items() if _passes(name.upper())}
    if "NODE_OPTIONS" in cleaned:
        cleaned["NODE_OPTIONS"] = " ".join(filter(NODE_FLAG.fullmatch, cleaned["NODE_OPTIONS"].split()))
    if cleaned.get("TMPDIR") and cleaned["TMPDIR"] != (folder := tempfile.gettempdir()):
        cleaned["TMPDIR"] = folder  # Python has checked it; Node would fail if it is not writable
    return cleaned


def bare(variables: Mapping[str, str]) -> dict[str, str]:
    """Return only the variables that any program may need: the basics, proxies and certificates."""
    passing = BASICS | PROXIES | CERTIFICATES
    cleaned = clean(variables)
    return {name: cleaned[name] for name in cleaned if name.upper() in passing or name.startswith("LC_")}


def without_aws(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables without any that configure an AWS client, its files in the home folder included."""
    kept = {name: value for name, value in variables.items() if not name.upper().startswith(("AWS_", "BOTO_"))}
    return kept | dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)


def without_proxy(variables: Mapping[str, str], hosts: Iterable[str]) -> dict[str, str]:
    """Return the variables with further hosts that are reached without a proxy."""
    named = [variables.get(name, "") for name in ("no_proxy", "NO_PROXY")]
    known = [host.strip() for value in named for host in value.replace(" ", ",").split(",") if host.strip()]
    everything = ",".join(dict.fromkeys([*known, *hosts]))
    return {**variables, "no_proxy": everything, "NO_PROXY": everything}


def with_path(variables: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the variables with a folder that is searched first for programs."""
    return {**variables, "PATH": os.pathsep.join(filter(None, [str(folder), variables.get("PATH")]))}


def _passes(name: str) -> bool:
    if name in STRANGERS:
        return False
    family = next((family for family in FAMILIES if name.startswith(family)), None)
    return family is None or name in FAMILIES[family] or bool(_CREDENTIALS.fullmatch(name))


# Such as `npm_config_//registry.example.com/:_authToken`, `npm_config_@team:registry` and `UV_INDEX_TEAM_PASSWORD`.
_CREDENTIALS = re.compile(r"NPM_CONFIG_[/@].*|UV_INDEX_.+_(?:USERNAME|PASSWORD)", re.DOTALL)
