"""The examples of consumers, copied by the commands of their READMEs: their own tests, and their types."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from machine.node import NODE
from testing.example_files import EXAMPLES, sample_events
from testing.matching import Emulator

ROOT = EXAMPLES.parent
MODULES = ROOT / "node_modules"
TSC = MODULES / "typescript" / "bin" / "tsc"


def copied(name: str, tmp_path: Path) -> Path:
    """Copy an example by the first commands of its README, with another folder."""
    readme = (EXAMPLES / name / "README.md").read_text("utf-8")
    commands = readme.partition("```sh\n")[2].partition("```")[0]
    target = tmp_path / "copy"
    there, replaced = re.subn(r"^to=.*", f"to='{target}'", commands)
    assert replaced == 1, "the first command names the folder"
    run(["bash", "-euc", there], ROOT)
    return target


def run(command: list[str], folder: Path, **variables: str) -> str:
    """Run a command, and return what it printed."""
    done = subprocess.run(  # noqa: S603 - our own commands
        command, cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def typescript(tmp_path: Path) -> Path:
    """The copy of the example in TypeScript, with what `npm install` would install there."""
    folder = copied("consumer-typescript", tmp_path)
    manifest = json.loads((folder / "package.json").read_text("utf-8"))
    pinned = json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"]
    for name, version in (manifest["dependencies"] | manifest["devDependencies"]).items():
        local = version.removeprefix("file:")
        assert local != version or version == f"^{pinned[name]}"
        link = folder / "node_modules" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(folder / local if local != version else MODULES / name, target_is_directory=True)
    return folder


class TestPython:
    """examples/consumer-python."""

    def test_its_tests_pass_in_the_copy(self, tmp_path: Path) -> None:
        """With the types and samples that are there, and not with the repository's."""
        folder = copied("consumer-python", tmp_path)
        isolated = ["-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir=.", "--tb=short", "-q"]
        printed = run([sys.executable, "-m", "pytest", *isolated], folder)
        samples = len([*(folder / "samples").rglob("*.json")])
        assert int(re.findall(r"(\d+) passed", printed)[0]) > samples
        where = "import outposts_order_notifier.events as it; print(it.__file__)"
        assert run([sys.executable, "-c", where], folder).strip().startswith(str(folder.resolve()))

    def test_its_types_are_right(self, tmp_path: Path) -> None:
        """By mypy in its strict mode, with the types in the copy."""
        folder = copied("consumer-python", tmp_path)
        strict = ["--strict", "--allow-untyped-decorators", "--python-version=3.11"]  # one of Powertools has no types
        options = [*strict, "--config-file=", f"--cache-dir={tmp_path / 'cache'}"]
        run([sys.executable, "-m", "mypy", *options, "order_consumer.py"], folder)


class TestTypeScript:
    """examples/consumer-typescript."""

    def test_it_compiles_and_its_tests_pass_in_the_copy(self, typescript: Path) -> None:
        """With the types and samples that are there."""
        run([str(NODE), str(TSC)], typescript)
        printed = run([str(NODE), "--test", "--test-reporter=tap"], typescript)
        samples = len([*(typescript / "samples").rglob("*.json")])
        assert int(re.findall(r"# pass (\d+)", printed)[0]) > samples

    def test_its_handler_uses_dynamodb(self, typescript: Path, emulator: Emulator) -> None:
        """Events that arrive twice or late open no second ticket, and leave the newest status."""
        address = emulator.events.meta.endpoint_url
        dynamodb = boto3.client("dynamodb", endpoint_url=address)
        dynamodb.create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        failed = sample_events()["line-item-failed"]
        later = {**failed, "detail": {**failed["detail"], "sequence": 99, "eventId": "later", "orderStatus": "LATER"}}
        code = f"""
        const {{ handler }} = await import("./index.ts");
        for (const event of {json.dumps([failed, later, failed])})
          await handler(event, {{ getRemainingTimeInMillis: () => 30000 }});
        """
        variables = {"AWS_ENDPOINT_URL": address, "AWS_REGION": "eu-west-1", "TABLE": "orders"}
        printed = run([str(NODE), "--input-type=module", "--eval", code], typescript, **variables)
        assert len(printed.splitlines()) == len([failed, later])
        stored = dynamodb.get_item(TableName="orders", Key={"id": {"S": failed["detail"]["orderId"]}})["Item"]
        assert stored["orderStatus"] == {"S": "LATER"}
