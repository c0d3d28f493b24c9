"""What has happened in a demo so far: steps, events, messages."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.mailbox import Mail
from local.scenarios import PlayedStep
from outposts_order_notifier.domain.event_types import UPDATED
from outposts_order_notifier.notify.channels.slack.blocks import escape
from outposts_order_notifier.notify.channels.sns.text import subject
from outposts_order_notifier.notify.notification import order_notification
from outposts_order_notifier.wording.headline import headline

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the story, of the kind `step`, `event`, `Slack` or `e-mail`."""

    kind: str
    text: str
    day: float | None = None
    order_id: str = ""


@dataclass(slots=True)
class Story:
    """Collects what happens, from several threads.

    Attributes:
        happenings: All of it, oldest first.
        orders: The last `Outposts Order Updated` detail of each order, by order id.
        titles: The title of each order's scenario, by order id.
        order_calls: The number of CreateOrder and CancelOrder calls.
        scheduled_polls: The number of polls that the schedule started; known at the end.
        listener: Called with each happening.
    """

    happenings: list[Happening] = field(default_factory=list)
    orders: dict[str, Json] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    order_calls: int = 0
    scheduled_polls: int = 0
    events: Counter[str] = field(default_factory=Counter)
    listener: Callable[[Happening], object] = lambda _: None
    _event_ids: set[str] = field(default_factory=set)
    _observed: list[Json] = field(default_factory=list)
    _slack: Sequence[Json] = ()
    _mails: Sequence[Mail] = ()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def step(self, step: PlayedStep) -> None:
        """Add a scenario's step."""
        with self._lock:
            self.titles.setdefault(step.order_id, step.title)
            self.order_calls += step.is_order_call
            self._add(Happening("step", step.narration, step.day, step.order_id))

    def event(self, event: Json) -> None:
        """Add an event that EventBridge delivered, possibly for the second time."""
        detail_type, detail = event["detail-type"], event["detail"]
        with self._lock:
            if detail["eventId"] in self._event_ids:
                return
            self._event_ids.add(detail["eventId"])
            self.events[detail_type] += 1
            if detail_type == UPDATED:
                self.orders[detail["orderId"]] = detail
                if not order_notification(detail).is_muted:
                    self._observed.append(detail)
            else:
                text = f"{detail_type.removeprefix('Outposts ')}{_change(detail)}"
                self._add(Happening("event", text, order_id=detail["orderId"]))

    def narrate(self, text: str) -> None:
        """Add what happens to no order in particular."""
        with self._lock:
            self._add(Happening("step", text))

    def messages(self, slack: Sequence[Json], mails: Sequence[Mail]) -> None:
        """Add the new messages among all those received."""
        with self._lock:
            for message in slack[len(self._slack) :]:
                self._add(Happening("Slack", message["text"]))
            for mail in mails[len(self._mails) :]:
                self._add(Happening("e-mail", mail.subject))
            self._slack, self._mails = slack, mails

    def _add(self, happening: Happening) -> None:
        self.happenings.append(happening)
        self.listener(happening)

    @property
    def last_mail(self) -> Mail | None:
        """The last e-mail."""
        return self._mails[-1] if self._mails else None

    def counts(self) -> dict[str, int]:
        """Count steps, events and messages."""
        steps = sum(happening.kind == "step" and bool(happening.order_id) for happening in self.happenings)
        return {
            "steps": steps,
            "events": self.events.total(),
            "observations": self.events[UPDATED],
            "muted": self.events[UPDATED] - len(self._observed),
            "Slack messages": len(self._slack),
            "e-mails": len(self._mails),
        }

    def has_summary(self) -> bool:
        """Return whether a weekly summary has arrived in each channel."""
        return {each.kind for each in self.happenings if each.text.startswith("Weekly summary")} == {"Slack", "e-mail"}

    def has_all_arrived(self) -> bool:
        """Return whether each observation on the bus arrived in Slack, possibly in a digest, and by e-mail.

        Nobody is notified of those that are muted.
        """
        slack = [json.dumps(message, ensure_ascii=False) for message in self._slack]
        mails = Counter((mail.subject, line) for mail in self._mails for line in mail.text.splitlines())
        expected = Counter((subject(detail), f"Order:      {detail['orderId']}") for detail in self._observed)
        return expected <= mails and all(
            any(escape(headline(detail)) in text and detail["orderId"] in text for text in slack)
            for detail in self._observed
        )


def _change(detail: Json) -> str:
    item = f" {detail['lineItemId']}" if "lineItemId" in detail else ""
    match detail:
        case {"previousStatus": old, "status": new}:
            return f"{item}: {old} → {new}"
        case {"shipment": {"carrier": carrier, "trackingNumber": number}}:
            return f"{item}: {carrier} {number}"
        case {"assets": list(assets)}:
            return f"{item}: {', '.join(asset['AssetId'] for asset in assets)}"
        case {"expectedAt": day}:
            return f": expected on {day}"
        case {"amendments": amendments}:
            return ": " + ", ".join(f"{each['path']} → {each['value']}" for each in amendments)
    return item
