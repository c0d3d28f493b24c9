"""The `notifier` context (docs/configuration.md): validated, typed, and with errors that say what to do."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from outposts_order_notifier.cdk.configuration_schema import (
    OF_ROUTES,
    PADDED,
    REFUSED,
    ZONE,
    regions,
    schema,
    zone_meant,
)
from outposts_order_notifier.cdk.notify_pattern import notify_problems
from outposts_order_notifier.cdk.spelling import as_json, nearest, shortened
from outposts_order_notifier.cdk.weekly import Weekly
from outposts_order_notifier.domain.places import Arn
from outposts_order_notifier.notify.channels.registry import parts
from outposts_order_notifier.notify.settings import MAY_BE_KNOWN_LATER, SettingError
from outposts_order_notifier.runtime.address import has_credentials, is_address
from outposts_order_notifier.runtime.time_zone import TIME_ZONE
from outposts_order_notifier.sources.settings import OrganizationSettings, SourceSettings
from outposts_order_notifier.wording.words import one_line

# How the CDK encodes a text that is known only when the stack is deployed:
# https://docs.aws.amazon.com/cdk/v2/guide/tokens.html
_TOKEN = re.compile(r"\$\{Token\[[\w:.-]+\]\}")


def _pattern(validator: Any, pattern: str, text: Any, rules: dict[str, Any]) -> Iterator[ValidationError]:
    if not (rules.get(MAY_BE_KNOWN_LATER) and _TOKEN.fullmatch(str(text))):
        yield from Draft202012Validator.VALIDATORS["pattern"](validator, pattern, text, rules)


# JSON Schema accepts 1.0 as an integer; functions and events would show it unchanged.
_Validator = extend(  # type: ignore[no-untyped-call] # jsonschema does not annotate it
    Draft202012Validator,
    {"pattern": _pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int),
)

DEFAULT_TIME_ZONE = "UTC"
NO_THRESHOLDS: Mapping[str, Mapping[str, int | str | None]] = {"order": {}, "lineItem": {}}


class ConfigurationError(ValueError):
    """The configuration is wrong; the text is one line for people.

    Args:
        path: The key's path, such as `notifier.sources[0].region`.
        given: What was given, in words or as JSON.
        allowed: What is allowed there.
        nearest: The nearest right spelling; None if nothing is similar.
    """

    def __init__(self, path: str, given: str, allowed: str, nearest: str | None = None) -> None:
        self.path, self.given, self.allowed, self.nearest = path, given, allowed, nearest
        guess = f'; did you mean "{nearest}"?' if nearest else ""
        super().__init__(" ".join(f"{path}: {given}; allowed: {allowed}{guess}".split()))


@dataclass(frozen=True, slots=True)
class Route:
    """Recipients besides the top-level ones.

    Attributes:
        name: Unique, regardless of case.
        notify: EventBridge pattern on the detail of `Outposts Order Updated`; empty for everything.
        channels: The settings of its channels, by key; at least one.
    """

    name: str
    notify: Mapping[str, Any]
    channels: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Configuration:
    """The whole `notifier` context.

    Attributes:
        sources: What to watch; at least one.
        organization: The organization to watch as well; None if there is none.
        poll_every_minutes: 1 to 1,440.
        announce_existing_orders: Whether people are notified of the orders that a source's first poll found.
        stalled_after_days: The configured thresholds in days, by `order` or `lineItem` and status; "learned" for one of
            its own history, None for none.
        names: What people call Outposts, accounts and catalog items, by id; in addition to what AWS says.
        time_zone: The IANA name of the zone in which people read times.
        channels: The settings of the configured channels, by key.
        notify: EventBridge pattern on the detail of `Outposts Order Updated`; empty for everything.
        routes: Further recipients.
        event_bus_readers: Account ids and organization ids that may put rules on the bus.
        weekly_summary: When the weekly summary is sent; None if there is none.
        dashboard: Whether there is a CloudWatch dashboard.
        outposts_endpoint_url: None for AWS's own endpoint.
    """

    sources: tuple[SourceSettings, ...]
    organization: OrganizationSettings | None = None
    poll_every_minutes: int = 5
    announce_existing_orders: bool = False
    stalled_after_days: Mapping[str, Mapping[str, int | str | None]] = field(
        default_factory=lambda: dict(NO_THRESHOLDS)
    )
    names: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = DEFAULT_TIME_ZONE
    channels: Mapping[str, Any] = field(default_factory=dict)
    notify: Mapping[str, Any] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    event_bus_readers: tuple[str, ...] = ()
    weekly_summary: Weekly | None = None
    dashboard: bool = True
    outposts_endpoint_url: str | None = None

    @classmethod
    def parse(
        cls, context: Any, stack_region: str, stack_account: str | None = None, *, region_is_known: bool = True
    ) -> "Configuration":
        """Validate the `notifier` context.

        Args:
            context: The object, its JSON text, `@` and the path of a file that contains it, or None for all defaults.
            stack_region: The region that the stack is deployed to, or a CDK token for it.
            stack_account: The account that the stack is deployed to; None if it is not yet known.
            region_is_known: False if the region is a token, which has its value only at deployment.

        Raises:
            ConfigurationError: Something in it is not allowed.
        """
        if region_is_known and stack_region not in regions():
            allowed = "the name of an AWS region in the installed botocore"
            raise ConfigurationError("the stack's region", stack_region, allowed, nearest(stack_region, regions()))
        values = _loaded(context)
        for error in _Validator(schema()).iter_errors(values):
            raise _explained(error)
        if not region_is_known:
            _check_nothing_needs_the_region(values)
        sources = tuple(map(SourceSettings.from_json, values.get("sources", [{"region": stack_region}])))
        organization = OrganizationSettings.from_json(values["organization"]) if "organization" in values else None
        if region_is_known:
            _check_sources(sources, stack_region, stack_account)
        if organization:
            _check_organization(organization, stack_region)
        announce = values.get("announceExistingOrders", False)
        notify = values.get("notify", {})
        _check_notify(notify, "notifier.notify", announce=announce)
        return cls(
            sources=sources,
            organization=organization,
            poll_every_minutes=int(values.get("pollEveryMinutes", 5)),
            announce_existing_orders=announce,
            stalled_after_days={**NO_THRESHOLDS, **values.get("stalledAfterDays", {})},
            names=_names(values.get("names", {})),
            time_zone=values.get("timeZone", DEFAULT_TIME_ZONE),
            channels=_channels(values, "notifier", stack_region),
            notify=notify,
            routes=_routes(values.get("routes", []), stack_region, announce=announce),
            event_bus_readers=tuple(values.get("eventBusReaders", [])),
            weekly_summary=_weekly(values),
            dashboard=values.get("dashboard", True),
            outposts_endpoint_url=_endpoint(values.get("outpostsEndpointUrl")),
        )

    def names_variable(self) -> dict[str, str]:
        """Return the environment variable of functions that show names; none if no name is configured."""
        return {"NAMES": json.dumps(self.names, ensure_ascii=False)} if self.names else {}

    def time_zone_variable(self) -> dict[str, str]:
        """Return the environment variable of functions that show times; none for the default."""
        return {TIME_ZONE: self.time_zone} if self.time_zone != DEFAULT_TIME_ZONE else {}


def _loaded(context: Any) -> Any:
    if context is None:
        return {}
    if not isinstance(context, str):
        return context
    allowed = "an object, its JSON text, or @ and the path of a file that contains it"
    try:
        text = Path(context[1:]).read_text(encoding="utf-8") if context.startswith("@") else context
        return json.loads(text)
    except OSError as error:
        raise ConfigurationError("notifier", f"{context} cannot be read ({error.strerror})", allowed) from error
    except ValueError as error:
        raise ConfigurationError("notifier", f"{shortened(context)} is not JSON ({error})", allowed) from error


def _check_nothing_needs_the_region(values: dict[str, Any]) -> None:
    """Refuse what is compared with the region or the partition of the stack."""
    recipients = {
        "notifier": values,
        **{f"notifier.routes[{i}]": each for i, each in enumerate(values.get("routes", []))},
    }
    keys = [f"notifier.{key}" for key in ("sources", "organization") if key in values]
    for path, channels in recipients.items():
        keys += [f"{path}.{key}.kmsKeyArn" for key in ("slack", "webhook") if "kmsKeyArn" in channels.get(key, {})]
    for key in keys:
        allowed = "in a stack with a region: env=cdk.Environment(region=…)"
        raise ConfigurationError(key, "given, and the stack's region is not known before it is deployed", allowed)


def _weekly(values: dict[str, Any]) -> Weekly | None:
    if not (given := values.get("weeklySummary")):
        return None
    weekly = Weekly(given["day"], time.fromisoformat(given["time"]), values.get("timeZone", DEFAULT_TIME_ZONE))
    if skipped := weekly.skipped(datetime.now(UTC).date()):
        raise ConfigurationError(
            "notifier.weeklySummary.time",
            given["time"],
            f"a time that exists on every {weekly.day.capitalize()} in {weekly.zone}; on {skipped}, clocks go forward",
        )
    return weekly


def _endpoint(url: str | None) -> str | None:
    path = "notifier.outpostsEndpointUrl"
    if url and not is_address(url):
        raise ConfigurationError(path, _shown(url), "a URL with a host and a port from 1 to 65535, if any")
    if url and has_credentials(url):
        raise ConfigurationError(path, "a URL with a user name or password", "a URL without: the template shows it")
    return url


def _shown(url: Any) -> str:
    return "an address that is not valid" if "@" in str(url) else as_json(url)


def _check_notify(notify: dict[str, Any], path: str, *, announce: bool) -> None:
    for problem in notify_problems(notify, path, announce_existing_orders=announce):
        raise ConfigurationError(*problem)


def _routes(routes: list[dict[str, Any]], stack_region: str, *, announce: bool) -> tuple[Route, ...]:
    parsed: dict[str, Route] = {}
    for index, each in enumerate(routes):
        path, name = f"notifier.routes[{index}]", each["name"]
        if name.lower() in parsed:
            raise ConfigurationError(f"{path}.name", as_json(name), "each name once, regardless of case")
        if not any(each.get(key) for key in OF_ROUTES):
            raise ConfigurationError(path, "a route without recipients", f"at least one of {', '.join(OF_ROUTES)}")
        _check_notify(each["notify"], f"{path}.notify", announce=announce)
        parsed[name.lower()] = Route(name, each["notify"], _channels(each, path, stack_region))
    return tuple(parsed.values())


def _channels(values: dict[str, Any], path: str, stack_region: str) -> dict[str, Any]:
    try:
        return {
            each.KEY: each.parse(values[each.KEY], stack_region, regions().get(stack_region, ""))
            for each in parts("settings")
            if each.KEY in values
        }
    except SettingError as error:
        raise ConfigurationError(
            f"{path}.{error.path}", shortened(error.given), error.allowed, error.nearest
        ) from error


def _explained(error: ValidationError) -> ConfigurationError:
    path = "notifier" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in error.absolute_path)
    rules = cast("dict[str, Any]", error.schema)
    given: Any = error.instance
    match error.validator:
        case "additionalProperties":
            key = next(key for key in given if key not in rules["properties"])
            allowed = list(rules["properties"])
            if why := rules.get(REFUSED, {}).get(key):
                return ConfigurationError(f"{path}.{key}", why, ", ".join(allowed))
            return ConfigurationError(f"{path}.{key}", "unknown key", ", ".join(allowed), nearest(key, allowed))
        case "required":
            key = next(key for key in rules["required"] if key not in given)
            return ConfigurationError(f"{path}.{key}", "missing", rules["properties"][key]["description"])
        case "dependentRequired":
            key, needed = next((key, needed) for key, needed in rules["dependentRequired"].items() if key in given)
            return ConfigurationError(f"{path}.{key}", f"given without {', '.join(needed)}", f"only with {needed[0]}")
    shown = _shown(given) if path.endswith(".outpostsEndpointUrl") else as_json(given)
    return ConfigurationError(path, shown, rules["description"], _guess(given, rules))


def _guess(given: Any, rules: dict[str, Any]) -> str | None:
    padded = f"0{given}"
    if rules.get(PADDED) and re.search(rules["pattern"], padded):
        return padded
    if rules.get(ZONE) and (zones := zone_meant(str(given))):
        return zones
    return nearest(given, rules.get("enum", []))


def _names(names: dict[str, str]) -> dict[str, str]:
    for each, name in names.items():
        if not one_line(each):
            allowed = "ids of Outposts, accounts and catalog items"
            raise ConfigurationError("notifier.names", f"a name for the id {as_json(each)}", allowed)
        if not one_line(name):
            raise ConfigurationError(f"notifier.names.{each}", as_json(name), "a name with a visible character")
    return names


def _check_sources(sources: tuple[SourceSettings, ...], stack_region: str, stack_account: str | None) -> None:
    partition = regions()[stack_region]
    for index, source in enumerate(sources):
        path = f"notifier.sources[{index}]"
        _check_partition(f"{path}.region", source.region, partition)
        if source.role_arn and Arn.parse(source.role_arn).partition != partition:
            raise ConfigurationError(f"{path}.roleArn", source.role_arn, f"roles of partition {partition}")
        for earlier, other in enumerate(sources[:index]):
            if _overlap(source, other, stack_account):
                raise ConfigurationError(path, f"watches what sources[{earlier}] watches", "each order in one source")


def _check_organization(organization: OrganizationSettings, stack_region: str) -> None:
    for index, region in enumerate(organization.regions):
        _check_partition(f"notifier.organization.regions[{index}]", region, regions()[stack_region])


def _check_partition(path: str, region: str, partition: str) -> None:
    if regions()[region] != partition:
        raise ConfigurationError(
            path,
            f"{region}, a region of partition {regions()[region]}",
            f"the regions of {partition}, where the stack is: credentials of one partition are unknown in another",
        )


def _overlap(one: SourceSettings, other: SourceSettings, own: str | None) -> bool:
    accounts = {source.account(own or "") for source in (one, other)}
    outposts = set(one.outpost_ids) & set(other.outpost_ids)
    limited = one.outpost_ids and other.outpost_ids
    return one.region == other.region and len(accounts) == 1 and (bool(outposts) or not limited)
