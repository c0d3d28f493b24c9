"""The functions' packages, built for Lambda's platform."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from infra.stack import OutpostsOrderNotifier
from outposts_order_notifier.cdk.configuration import Configuration
from outposts_order_notifier.cdk.configuration_schema import time_zones
from testing.synthesis import REGION

DISTRIBUTIONS = {"aws_lambda_powertools", "jmespath", "typing_extensions.py"}
# What Lambda's Python runtime contains, so that the package need not.
RUNTIME = {"boto3", "botocore", "s3transfer", "urllib3", "dateutil", "six"}
# What these import if it exists, like botocore certifi and urllib3 backports.zstd, of whose folder twine's requirements
# bring another part; and the hook that setuptools leaves in any Python.
OPTIONAL = {"backports", "certifi", "_distutils_hack"}
# Imports the handler as Lambda does, with the package first, then what the handler imports later; prints which
# top-level modules came from the package, and which from elsewhere.
IMPORT = """
import importlib, json, pkgutil, sys
package = sys.argv[1]
sys.path.insert(0, package)
importlib.import_module(sys.argv[2])
for module in pkgutil.walk_packages([package + "/outposts_order_notifier"], "outposts_order_notifier."):
    importlib.import_module(module.name)
files = {name: module.__file__ for name, module in sys.modules.items() if getattr(module, "__file__", None)}
inside = {file[len(package) + 1:].partition("/")[0] for file in files.values() if file.startswith(package)}
elsewhere = {name.partition(".")[0] for name, file in files.items()
             if "site-packages" in file and not file.startswith(package)}
print(json.dumps({"inside": sorted(inside), "elsewhere": sorted(elsewhere)}))
"""


def synthesize(folder: Path) -> dict[str, Path]:
    """Synthesize the stack with its packages; return each function's package by the function's name."""
    app = cdk.App(outdir=str(folder), builtin_cloud_formation_validation=False)
    environment = cdk.Environment(region=REGION)
    configuration = Configuration.parse({"organization": {"roleName": "R", "regions": [REGION]}}, REGION)
    OutpostsOrderNotifier(app, "OutpostsOrderNotifier", configuration=configuration, env=environment)
    app.synth()
    template = json.loads((folder / "OutpostsOrderNotifier.template.json").read_text())
    functions: list[dict[str, Any]] = [
        each["Properties"] for each in template["Resources"].values() if each["Type"] == "AWS::Lambda::Function"
    ]
    return {
        each["Handler"].split(".")[1]: folder / f"asset.{each['Code']['S3Key'].removesuffix('.zip')}"
        for each in functions
    }


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each function's package."""
    return synthesize(tmp_path_factory.mktemp("cdk.out"))


class TestPackage:
    """The packages."""

    @pytest.mark.parametrize(
        ("name", "further"),
        [
            ("poll", set()),
            ("planner", set()),
            ("notify", {"slack", "slack_sdk", "tzdata"}),
            ("board", {"jinja2", "markupsafe", "tzdata"}),
        ],
    )
    def test_contains_only_what_the_function_imports(
        self, packages: dict[str, Path], name: str, further: set[str]
    ) -> None:
        """Its code, shared code and the pinned distributions: no other function, no tests, nothing else from pip."""
        package = packages[name]
        assert {path.name for path in package.iterdir()} == {
            "lambdas",
            "outposts_order_notifier",
            *DISTRIBUTIONS,
            *further,
        }
        own = {path.name for path in (package / "outposts_order_notifier").iterdir()}
        assert own & {"poll", "planner", "notify", "board", "cdk", "cli"} == {name}
        assert not list(package.rglob("__pycache__"))
        suffixes = {".py", ".j2", ".css"} if name == "board" else {".py"}
        assert {path.suffix for path in (package / "outposts_order_notifier").rglob("*") if path.is_file()} == suffixes

    def test_is_built_for_lambdas_platform(self, packages: dict[str, Path]) -> None:
        """Compiled modules are for arm64 and the function's Python."""
        names = [path.name for package in packages.values() for path in package.rglob("*.so")]
        assert names
        assert all("cpython-314-aarch64" in name for name in names)

    @pytest.mark.parametrize("name", ["poll", "planner", "notify", "board"])
    def test_imports_exactly_what_lambdas_runtime_lacks(self, packages: dict[str, Path], name: str) -> None:
        """The function imports each distribution in its package, and finds everything else in the runtime."""
        ran = subprocess.run(  # noqa: S603 - the package was just built from this repository
            [sys.executable, "-B", "-c", IMPORT, str(packages[name]), f"lambdas.{name}.handler"],
            cwd=packages[name],
            env={**os.environ, "AWS_DEFAULT_REGION": REGION, "LAMBDA_TASK_ROOT": str(packages[name])},
            capture_output=True,
            text=True,
            check=True,
        )
        imported = json.loads(ran.stdout)
        # slack_sdk has a second, older package in its distribution; zoneinfo reads tzdata where a system lacks zones.
        unused = {"slack", "tzdata"}
        assert set(imported["inside"]) - unused == {path.name for path in packages[name].iterdir()} - unused
        assert set(imported["elsewhere"]) <= RUNTIME | OPTIONAL

    @pytest.mark.parametrize("name", ["notify", "board"])
    def test_has_the_time_zones(self, packages: dict[str, Path], name: str) -> None:
        """Each zone that may be configured is found without a zone of the system."""
        find = "import sys; from zoneinfo import ZoneInfo; print(*map(ZoneInfo, sys.argv[1:]))"
        ran = subprocess.run(  # noqa: S603 - as above
            [sys.executable, "-B", "-c", find, *time_zones()],
            cwd=packages[name],
            env={**os.environ, "PYTHONTZPATH": "", "PYTHONPATH": str(packages[name])},
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout.split() == time_zones()

    def test_is_small(self, packages: dict[str, Path], tmp_path: Path) -> None:
        """It is below 3 MB when zipped, so that it uploads and starts quickly."""
        for name, package in packages.items():
            archive = shutil.make_archive(str(tmp_path / name), "zip", package)
            assert Path(archive).stat().st_size < 3_000_000

    def test_is_the_same_every_time(self, packages: dict[str, Path], tmp_path: Path) -> None:
        """Built again from the same sources, it has the same name and content, so nothing is deployed needlessly."""
        again = synthesize(tmp_path)
        assert {name: path.name for name, path in again.items()} == {name: path.name for name, path in packages.items()}
        for name, package in packages.items():
            assert content(again[name]) == content(package)


def content(folder: Path) -> dict[str, bytes]:
    """Return all files in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
