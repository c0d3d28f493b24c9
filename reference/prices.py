"""AWS's list prices in us-east-1, which is one of the cheapest regions, and what AWS gives each month for good. Pure.

Both are from the pricing pages named below, on DATE. What AWS gives is counted once for all of an organization's
accounts, and only what does not end after a year.
"""

from dataclasses import dataclass

DATE = "2026-11-30"
_PAGES = "https://aws.amazon.com"
CLOUDWATCH, LAMBDA, DYNAMODB = (f"{_PAGES}/{each}/pricing/" for each in ("cloudwatch", "lambda", "dynamodb"))
EVENTBRIDGE, SQS, SNS = (f"{_PAGES}/{each}/pricing/" for each in ("eventbridge", "sqs", "sns"))
X_RAY, SECRETS_MANAGER = f"{_PAGES}/xray/pricing/", f"{_PAGES}/secrets-manager/pricing/"


@dataclass(frozen=True, slots=True)
class Price:
    """The price of something.

    Attributes:
        unit: What it is the price of, such as `million requests`.
        dollars: The price of so many of them as `each` says.
        page: AWS's page.
        each: How many of what is counted the unit has.
        free: How many of what is counted AWS gives each month.
    """

    unit: str
    dollars: float
    page: str
    each: float = 1
    free: float = 0

    @property
    def one(self) -> float:
        """The price of one of what is counted, in dollars."""
        return self.dollars / self.each


MILLION = 1e6
# Metrics and alarms are prorated by the hour.
METRIC = Price("custom metric for a month", 0.30, CLOUDWATCH, free=10)
ALARM_METRIC = Price("metric in an alarm for a month", 0.10, CLOUDWATCH, free=10)
DASHBOARD = Price("dashboard for a month", 3.00, CLOUDWATCH, free=3)
# Of the three, AWS gives 5 GB in all, of which a stack uses the smallest part.
LOGS_WRITTEN = Price("GB written to logs", 0.50, CLOUDWATCH, free=5)
LOGS_KEPT = Price("GB of logs kept for a month", 0.03, CLOUDWATCH)
LOGS_READ = Price("GB read by queries of logs", 0.005, CLOUDWATCH)
TRACE = Price("million traces recorded", 5.00, X_RAY, MILLION, free=100_000)
INVOCATION = Price("million invocations", 0.20, LAMBDA, MILLION, free=MILLION)
GB_SECOND = Price("million GB-seconds, arm64", 13.3334, LAMBDA, MILLION, free=400_000)
SNAPSTART_CACHED = Price("million GB-seconds of a snapshot cached", 1.5046, LAMBDA, MILLION)
SNAPSTART_RESTORED = Price("GB of a snapshot restored", 0.0001397998, LAMBDA)
READ_UNIT = Price("million read units", 0.125, DYNAMODB, MILLION)
WRITE_UNIT = Price("million write units", 0.625, DYNAMODB, MILLION)
STORED = Price("GB stored for a month", 0.25, DYNAMODB, free=25)
BACKED_UP = Price("GB backed up continuously for a month", 0.20, DYNAMODB)
EVENT = Price("million custom events", 1.00, EVENTBRIDGE, MILLION)
ARCHIVED = Price("GB written to an archive", 0.10, EVENTBRIDGE)
ARCHIVE_KEPT = Price("GB in an archive for a month", 0.023, EVENTBRIDGE)
SCHEDULED = Price("million invocations by a schedule", 1.00, EVENTBRIDGE, MILLION, free=14 * MILLION)
SQS_REQUEST = Price("million requests", 0.40, SQS, MILLION, free=MILLION)
SNS_REQUEST = Price("million requests", 0.50, SNS, MILLION, free=MILLION)
E_MAIL = Price("hundred thousand e-mails", 2.00, SNS, 100_000, free=1_000)
SECRET = Price("secret for a month", 0.40, SECRETS_MANAGER)
SECRET_REQUEST = Price("10,000 requests", 0.05, SECRETS_MANAGER, 10_000)
