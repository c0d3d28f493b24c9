"""An organization on the local cloud: planner, queue and poll as deployed."""

import json
from pathlib import Path
from typing import Any

from local.cloud import ACCOUNT
from local.server import Server
from testing.outposts_of_accounts import OutpostsOfAccounts
from tests.end_to_end.conftest import Cloud, eventually, run, subscribe, up

REGIONS = ("us-east-1", "eu-west-1")
DISCOVERED = {"detail-type": ["Outposts Order Discovered"]}
NOTIFIER = {"organization": {"roleName": "OutpostsReader", "regions": REGIONS}, "pollEveryMinutes": 60}


def plan(cloud: Cloud) -> Any:
    """Run the planner, as its schedule does at each tick."""
    functions = cloud.client("lambda").list_functions()["Functions"]
    (name,) = (each["FunctionName"] for each in functions if "PlannerFunction" in each["FunctionName"])
    return json.load(cloud.client("lambda").invoke(FunctionName=name)["Payload"])


def check_command_line(cloud: Cloud, foreign: dict[str, Any], planned: int) -> None:
    """Operators can poll an organization, or one order of its accounts, like a source."""
    result = run(cloud, "poll")
    assert f"{planned} sources of the organization are on the queue" in result.stderr
    (summary,) = json.loads(run(cloud, "poll", foreign["orderId"], "--json").stdout)
    assert summary["source"] == f"{foreign['account']}/{foreign['region']}"
    assert (summary["ordersRead"], summary["failures"]) == (1, [])
    checks = {check["name"]: check for check in json.loads(run(cloud, "doctor", "--json").stdout)}
    assert checks["organization"]["verdict"] == "ok"


class TestOrganization:
    """An organization of three accounts in two regions."""

    def test_an_order_of_any_account_and_region_reaches_the_bus(self, tmp_path: Path) -> None:
        """The next plan finds accounts that joined after the deployment; each event has its account and region."""
        clouds: list[Cloud] = []

        def account_of(access_key: str) -> str:
            if not access_key.startswith("ASIA"):
                return ACCOUNT  # the functions' own account
            account: str = clouds[0].client("sts").get_access_key_info(AccessKeyId=access_key)["Account"]
            return account

        config = tmp_path / "notifier.json"
        config.write_text(json.dumps(NOTIFIER))
        outposts = OutpostsOfAccounts(account_of)
        with (
            Server(outposts) as server,
            up(tmp_path, "--config", str(config), "--outposts-endpoint", server.url) as cloud,
        ):
            clouds.append(cloud)
            bus, organizations = subscribe(cloud, "discovered", DISCOVERED), cloud.client("organizations")
            made = [
                organizations.create_account(Email=f"{name}@example.com", AccountName=name)["CreateAccountStatus"]
                for name in ("one", "two")
            ]
            accounts = [ACCOUNT, *(each["AccountId"] for each in made)]
            sources = [(account, region) for account in accounts for region in REGIONS]
            for number, (account, region) in enumerate(sources):
                outposts.put_order(account, region, number)
            # The notifier's own account in its own region is a configured source.
            assert plan(cloud) == {"sourcesPlanned": len(sources) - 1}
            assert cloud.poll()["failures"] == []
            assert eventually(lambda: len(bus.received()) == len(sources))
            foreign = next(each["detail"] for each in bus.taken.values() if each["detail"]["account"] == accounts[1])
            check_command_line(cloud, foreign, planned=len(sources) - 1)
        arrived = {(each["detail"]["account"], each["detail"]["region"]): each for each in bus.taken.values()}
        assert arrived.keys() == set(sources)
