"""docs/your-machine.md: each row in its tables is tested."""

import os
import re
from pathlib import Path

import pytest

from machine import npm
from outposts_order_notifier.toolchain import pip
from outposts_order_notifier.toolchain.environment import (
    FAMILIES,
    NPM_OPTIONS,
    PIP_OPTIONS,
    bare,
    clean,
    without_aws,
    without_proxy,
)
from tests.machine.table import ROOT, Variable, lines, situations, variables

VARIABLES, LINES = variables(), lines()
of_pip = [line for line in LINES if line.tool == "pip"]
of_npm = [line for line in LINES if line.tool == "npm"]
HOME = {"HOME": "/nowhere", "NPM_TOKEN": "token"}


class TestVariables:
    """The table of environment variables."""

    @pytest.mark.parametrize("row", VARIABLES, ids=str)
    def test_a_variable_is_treated_as_its_row_says(self, row: Variable) -> None:
        """It reaches the tools or not, as does the local cloud."""
        given = {row.name: row.value}
        expected: tuple[object, object]
        match row.verdict:
            case "Passes":
                expected = given, given
            case "Ignored":
                expected = {}, {}
            case "Filtered":
                expected = {row.name: ""}, {row.name: ""}
            case "Passes, but not to the local cloud":
                expected = given, {}
            case _:
                pytest.fail(f"no such verdict: {row.verdict}")
        local = without_aws(clean(given))
        assert (clean(given), {name: value for name, value in local.items() if value != os.devnull}) == expected

    def test_each_variable_that_passes_has_a_row(self) -> None:
        """Of the prefixes of our tools."""
        passing = {row.name.upper() for row in VARIABLES if row.verdict in {"Passes", "Filtered"}}
        assert set().union(*FAMILIES.values()) <= passing

    def test_the_emulator_only_gets_the_basics(self) -> None:
        """Not even its own settings or LocalStack's."""
        given = {"PATH": "/bin", "GATEWAY_PORT": "1", "SERVICES": "s3", "DEBUG": "1", "LAMBDA_EXECUTOR": "docker"}
        assert bare({**given, "LC_ALL": "C", "no_proxy": "*"}) == {"PATH": "/bin", "LC_ALL": "C", "no_proxy": "*"}

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({}, "127.0.0.1,localhost"),
            ({"NO_PROXY": "a.example, b.example"}, "a.example,b.example,127.0.0.1,localhost"),
            ({"NO_PROXY": "a.example", "no_proxy": "b.example"}, "b.example,a.example,127.0.0.1,localhost"),
            ({"no_proxy": "localhost b.example"}, "localhost,b.example,127.0.0.1"),
            ({"no_proxy": "*"}, "*,127.0.0.1,localhost"),
        ],
    )
    def test_no_proxy_is_extended(self, given: dict[str, str], expected: str) -> None:
        """Hosts reached directly still are, in either case of the variable's name."""
        made = without_proxy({**given, "HTTP_PROXY": "p"}, ["127.0.0.1", "localhost"])
        assert made == {"HTTP_PROXY": "p", "NO_PROXY": expected, "no_proxy": expected}


class TestFiles:
    """The table of configuration files."""

    def test_pips_lines_are_treated_as_their_rows_say(self, tmp_path: Path) -> None:
        """All are read at once, and the installation sees what passes."""
        (tmp_path / "pip.conf").write_text("[global]\n" + "".join(f"{line.text}\n" for line in of_pip), "utf-8")
        made = pip.environment({**HOME, "PIP_CONFIG_FILE": str(tmp_path / "pip.conf")}, Path("/nowhere"))
        for line in of_pip:
            option, _, value = line.text.partition(" = ")
            expected = value if line.verdict == "Passes" else None
            assert made.get(f"PIP_{option.upper().replace('-', '_')}") == expected, line
        assert made["PIP_CONFIG_FILE"] == os.devnull

    @pytest.mark.parametrize("kind", ["userconfig", "globalconfig"])
    def test_npms_lines_are_treated_as_their_rows_say(self, tmp_path: Path, kind: str) -> None:
        """Its copy, which nobody else can read, has the lines that pass, with their variables unexpanded."""
        npmrc = tmp_path / "npmrc"
        npmrc.write_text("".join(f"; {line.text}\n{line.text}\n" for line in of_npm), "utf-8")
        made = npm.environment({**HOME, f"NPM_CONFIG_{kind.upper()}": str(npmrc)}, tmp_path)
        copy = Path(made[f"npm_config_{kind}"])
        assert copy.read_text("utf-8").splitlines() == [line.text for line in of_npm if line.verdict == "Passes"]
        assert copy.stat().st_mode & 0o777 == 0o600
        assert made["NPM_TOKEN"] == HOME["NPM_TOKEN"]
        assert not [name for name in made if name.upper().startswith("NPM_CONFIG_") and not name.endswith("config")]

    def test_a_row_that_passes_is_one_of_the_list(self) -> None:
        """And one that is ignored is not."""
        for line in LINES:
            name = re.split(r"[ =\[]", line.text)[0]
            if not name.startswith(("@", "//")):
                listed = name in (PIP_OPTIONS if line.tool == "pip" else NPM_OPTIONS)
                assert listed == (line.verdict == "Passes"), line


class TestSituations:
    """The table of the machine itself."""

    def test_names_tests_that_exist(self) -> None:
        """At least one for each row."""
        files = [*ROOT.glob("tests/**/test_*.py")]
        there = {name for file in files for name in re.findall(r"def (test_\w+)\(", file.read_text("utf-8"))}
        for what, tests in situations():
            assert tests, what
            assert set(tests) <= there, what
