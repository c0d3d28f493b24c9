"""The weekly summary's time: a day of the week and a time of the day, in the configuration's zone. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from outposts_order_notifier.cdk.configuration_schema import WEEKDAYS

YEARS_AHEAD = 10


@dataclass(frozen=True, slots=True)
class Weekly:
    """When the summary is sent.

    Attributes:
        day: The day of the week, in English and capitals.
        at: The time of the day.
        zone: The IANA name of the time zone.
    """

    day: str
    at: time
    zone: str

    def skipped(self, today: date) -> date | None:
        """Return the first day of the next ten years on which this time does not exist, as clocks go forward.

        EventBridge Scheduler does not invoke its target then:
        https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
        """
        return next((each for each in self.days(today) if not self._exists(each)), None)

    def days(self, today: date) -> Iterator[date]:
        """Yield the days of the next ten years on which the summary is sent."""
        first = today + timedelta(days=(WEEKDAYS.index(self.day) - today.weekday()) % 7)
        for week in range(53 * YEARS_AHEAD):
            yield first + timedelta(weeks=week)

    def _exists(self, on: date) -> bool:
        local = datetime.combine(on, self.at, ZoneInfo(self.zone))
        return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)
