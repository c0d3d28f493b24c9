"""uv finds packages where a person's pip would: by pip's settings, as pip reads them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pip as installed_pip
import pytest
from uv import find_uv_bin
from werkzeug import Request, Response
from werkzeug.serving import make_server, make_ssl_devcert

from outposts_order_notifier.toolchain import pip, uv
from outposts_order_notifier.toolchain.environment import PIP_OPTIONS
from outposts_order_notifier.toolchain.errors import MachineError
from tests.machine.table import ROOT, translations
from tests.machine.wheels import pin, wheel

HERE = "127.0.0.1"
NOTHING = {"HOME": "/proc/nowhere", "PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull}


class TestTranslation:
    """The table of pip's options in docs/your-machine.md."""

    @pytest.mark.parametrize(("option", "variables"), translations(), ids=lambda value: str(value)[:40])
    def test_an_option_of_pip_becomes_uvs(self, option: str, variables: Mapping[str, str]) -> None:
        """As its row says, from a variable of pip's."""
        name, _, value = option.partition(" = ")
        given = {**NOTHING, f"PIP_{name.upper().replace('-', '_')}": value}
        made = uv.settings(given, Path("/nowhere"))
        assert {key: made.variables.get(key) for key in variables if not key.startswith("--")} == {
            key: text for key, text in variables.items() if not key.startswith("--")
        }
        assert set(made.arguments) == {key for key in variables if key.startswith("--")}
        assert not [key for key in made.variables if key.startswith("PIP_")]

    def test_has_each_option(self) -> None:
        """That passes."""
        documented = {option.partition(" = ")[0] for option, _ in translations()}
        assert documented == PIP_OPTIONS

    def test_uvs_own_variables_take_precedence(self) -> None:
        """Whoever names an index for uv gets it, and none of pip's; other settings of pip count."""
        own = {"UV_INDEX_URL": "https://uv.example.com/simple", "UV_HTTP_TIMEOUT": "7"}
        of_pip = {"PIP_INDEX_URL": "https://pip.example.com/simple", "PIP_FIND_LINKS": "/wheels", "PIP_NO_INDEX": "1"}
        made = uv.settings({**NOTHING, **own, **of_pip, "PIP_TIMEOUT": "60", "PIP_RETRIES": "9"}, Path("/nowhere"))
        assert made.arguments == ()
        assert made.variables["UV_HTTP_TIMEOUT"] == "7"
        assert made.variables["UV_HTTP_RETRIES"] == "9"
        assert {name for name in made.variables if name in uv.SOURCES} == {"UV_INDEX_URL"}

    @pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
    def test_the_certificates_that_pip_reads_are_uvs(self, name: str) -> None:
        """Both variables, which uv does not know."""
        made = uv.settings({**NOTHING, name: "/mine.pem", "SSL_CERT_FILE": "/all.pem"}, Path("/nowhere"))
        assert made.variables["SSL_CERT_FILE"] == "/mine.pem"

    def test_certificates_of_the_machine_are_trusted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """If there are any; uv alone would only trust its own."""
        monkeypatch.setattr(uv, "_has_certificates", lambda: True)
        assert uv.settings(NOTHING, Path("/nowhere")).variables["UV_SYSTEM_CERTS"] == "1"
        monkeypatch.setattr(uv, "_has_certificates", lambda: False)
        assert "UV_SYSTEM_CERTS" not in uv.settings(NOTHING, Path("/nowhere")).variables


class TestFiles:
    """pip's configuration files."""

    @pytest.mark.parametrize("without", range(6))
    def test_are_read_as_pip_reads_them(self, tmp_path: Path, without: int) -> None:
        """The same options from the same files, in the same order, whichever of them is missing."""
        home, prefix = tmp_path / "home", tmp_path / "environment"
        subprocess.run([sys.executable, "-I", "-m", "venv", "--without-pip", str(prefix)], check=True)  # noqa: S603 - ours
        files = [
            tmp_path / "xdg" / "pip" / "pip.conf",
            home / ".pip" / "pip.conf",
            home / ".config" / "pip" / "pip.conf",
            prefix / "pip.conf",
            tmp_path / "own.conf",
        ]
        for number, file in enumerate(files):
            file.parent.mkdir(parents=True, exist_ok=True)
            lines = ["[global]", f"timeout = {number}", f"extra-index-url =\n  https://{number}.example.com/a\n  b"]
            lines += ["[install]", f"retries = {number}", f"--index_url = https://{number}.example.com", "user = true"]
            if number != without:
                file.write_text("\n".join(lines if number % 2 else lines[:3]), "utf-8")
        variables = {"HOME": str(home), "XDG_CONFIG_DIRS": str(tmp_path / "xdg"), "PATH": os.environ["PATH"]}
        variables |= {"PIP_CONFIG_FILE": str(files[-1]), "PIP_PROXY": "proxy.example.com:3128", "PIP_CERT": ""}
        if without == len(files):
            del variables["PIP_CONFIG_FILE"]
        assert pip.options(variables, prefix) == by_pip(variables, prefix)

    def test_none_is_read_if_the_person_says_so(self, tmp_path: Path) -> None:
        """As pip does."""
        (tmp_path / "pip.conf").write_text("[global]\ntimeout = 1\n", "utf-8")
        assert pip.options(NOTHING, tmp_path) == {}

    @pytest.mark.parametrize(
        ("platform", "expected"),
        [
            ("linux", ["/etc/xdg/pip/pip.conf", "/etc/pip.conf", "/h/.pip/pip.conf", "/h/.config/pip/pip.conf"]),
            ("darwin", ["/Library/Application Support/pip/pip.conf", "/h/.pip/pip.conf", "/h/.config/pip/pip.conf"]),
        ],
    )
    def test_are_where_the_system_has_them(self, platform: str, expected: list[str]) -> None:
        """Then the environment's own."""
        found = [str(file) for file in pip._files({"HOME": "/h"}, Path("/environment"), platform)]
        assert found == [*expected, "/environment/pip.conf"]


def by_pip(variables: Mapping[str, str], prefix: Path) -> dict[str, str]:
    """Return the options as pip itself lists them."""
    command = [str(prefix / "bin" / "python"), "-E", "-s", str(Path(installed_pip.__file__).parent), "config", "list"]
    ran = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)  # noqa: S603 - our own pip
    found: dict[str, dict[str, str]] = {section: {} for section in pip.SECTIONS}
    for line in ran.stdout.splitlines():
        key, _, value = line.partition("=")
        section, _, option = key.rpartition(".")
        found[section][option] = " ".join(value.strip("'").replace("\\n", " ").split())
    merged = {option: value for section in pip.SECTIONS for option, value in found[section].items()}
    return {option: value for option, value in merged.items() if value and option in PIP_OPTIONS}


@dataclass
class Mirror:
    """A company's index of packages, which answers by any name, as a proxy does too.

    Attributes:
        files: The wheels.
        asked: The hosts that were asked for, with the user names given.
    """

    files: Mapping[str, Path]
    asked: set[tuple[str, str | None]] = field(default_factory=set)

    def answer(self, request: Request) -> Response:
        """Return the page of a package, or a file."""
        user = request.authorization.username if request.authorization else None
        self.asked.add((request.host, user))
        _, _, name = request.path.rstrip("/").rpartition("/")
        if name.endswith(".whl"):
            return Response(self.files[name].read_bytes())
        links = "".join(f'<a href="/files/{file}">{file}</a>' for file in self.files if file.startswith(f"{name}-"))
        return Response(links, content_type="text/html") if links else Response(status=404)


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    """A mirror with one package."""
    file = wheel(tmp_path, "tiny", "1.0")
    return Mirror({file.name: file})


def serve(mirror: Mirror, certificate: tuple[str, str] | None = None) -> Iterator[int]:
    """Serve a mirror, and yield its port."""
    server = make_server(HERE, 0, Request.application(mirror.answer), threaded=True, ssl_context=certificate)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


def install(folder: Path, mirror: Mirror, *configuration: str) -> bool:
    """Install the package with nothing set but pip's configuration, and return whether it is there."""
    (folder / "pip.conf").write_text("\n".join(["[global]", *configuration, "no-cache-dir = 1", ""]), "utf-8")
    requirements = folder / "requirements.txt"
    requirements.write_text("".join(map(pin, mirror.files.values())), "utf-8")
    target = folder / "target"
    where = (f"--python={sys.executable}", f"--target={target}", f"--requirements={requirements}")
    variables = {**NOTHING, "PIP_CONFIG_FILE": str(folder / "pip.conf")}
    uv.install(find_uv_bin(), uv.settings(variables, folder), "it", *where)
    return (target / "tiny" / "__init__.py").is_file()


class TestInstallation:
    """What uv requests."""

    def test_an_index_behind_a_proxy_is_used(self, tmp_path: Path, mirror: Mirror) -> None:
        """With the credentials in its address, and a further index that has nothing."""
        for port in serve(mirror):
            lines = [f"proxy = {HERE}:{port}", "index-url = http://me:s3cret@pypi.example.com/simple"]
            assert install(tmp_path, mirror, *lines, "extra-index-url = http://more.example.com/simple")
        assert ("pypi.example.com", "me") in mirror.asked
        assert {host for host, _ in mirror.asked} == {"pypi.example.com", "more.example.com"}

    @pytest.mark.parametrize("trust", ["cert = {certificate}", "trusted-host = {host}"])
    def test_a_companys_certificate_is_trusted(self, tmp_path: Path, mirror: Mirror, trust: str) -> None:
        """Or its host, without one; nobody else is."""
        certificate = make_ssl_devcert(str(tmp_path / "mirror"), host="localhost")
        for port in serve(mirror, certificate):
            index = f"index-url = https://localhost:{port}/simple"
            with pytest.raises(MachineError, match="certificate"):
                install(tmp_path, mirror, index, "retries = 0")
            assert install(tmp_path, mirror, index, trust.format(certificate=certificate[0], host=f"localhost:{port}"))


def test_a_cache_that_cannot_be_written_is_not_used(tmp_path: Path) -> None:
    """As with pip, everything works; uv alone would fail."""
    assert uv.settings({**NOTHING, "HOME": "/proc/nowhere"}, tmp_path).variables["UV_NO_CACHE"] == "1"
    assert "UV_NO_CACHE" not in uv.settings({**NOTHING, "HOME": str(tmp_path)}, tmp_path).variables


def test_make_lock_and_make_audit_use_the_same_settings(tmp_path: Path) -> None:
    """`machine.run` starts uv with them."""
    shown = tmp_path / "uv"
    shown.write_text("#!/bin/sh\nenv\n", "utf-8")
    shown.chmod(0o755)
    code = "import sys; sys.executable = sys.argv.pop(1); from machine.run import main; main()"
    ran = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", code, str(tmp_path / "python"), "uv"],
        cwd=ROOT,
        env={**NOTHING, "PIP_INDEX_URL": "https://pypi.example.com/simple"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "UV_DEFAULT_INDEX=https://pypi.example.com/simple" in ran.stdout.splitlines()
