"""Slack by a bot: a thread for each order. Its first message is the order's live card; each observation is a reply.

How an observation is told:

1. Take the order's thread, so that no concurrent run makes a second card or shows an older one.
2. Show the card, made from the order's snapshot as it is now, whatever observation is told: one that comes late or
   twice makes no card older than it is. A card that somebody deleted is posted anew, and the thread goes on there. A
   card that Slack does not let be changed stays as it is: that is no reason to keep the news back.
3. Post the reply.
4. Remember the card and what was told, and give the thread back.

A run that ends before it knows what Slack has done leaves `unfinished_since` behind. The next one looks for what was
posted since, by the metadata of the messages, before it posts anything: so a lost answer makes no second card, and no
second reply.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from lambdas.notify.channel import ChannelError, LaterError, Notice, Posting
from lambdas.notify.digest import by_order, together
from lambdas.notify.slack.api import Api, GoneError, RefusedError, UnknownOutcomeError
from lambdas.notify.slack.blocks import block_kit_payload, section, shortened
from lambdas.notify.slack.card import CARD, card_payload, sketch_payload
from lambdas.notify.slack.threads import Thread, Threads
from lambdas.orders.event_types import MISSING, ORDER_STATUS, STALLED
from lambdas.orders.observability import logger
from lambdas.orders.snapshot import Snapshot
from lambdas.orders.snapshot_table import SnapshotTable

UPDATE = "outposts_order_update"
CLOCKS_APART_SECONDS = 60  # Slack's clock makes a message's `ts`, ours `unfinished_since`
MAX_REPLACED = 50
MAX_HEADLINE = 300

# News that the channel should see, not only those who follow the thread.
LOUD_TYPES = frozenset({ORDER_STATUS, MISSING, STALLED})
LOUD_STATUSES = frozenset({"ERROR", "REPLACED"})


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot in a channel.

    Attributes:
        api: Slack's Web API.
        channel: The channel's id.
        threads: Where it remembers its threads.
        snapshots: What the cards show.
    """

    api: Api
    channel: str
    threads: Threads
    snapshots: SnapshotTable | None

    def postings(self, notices: Sequence[Notice]) -> Iterator[Posting]:
        """Tell each alarm in the channel, and each order's observations in its thread, in one reply."""
        for notice in notices:
            if notice.detail is None:
                yield Posting([notice], partial(self._tell_alarm, notice))
        for order in by_order(notices):
            yield Posting(order, partial(self._tell, order))

    def _tell_alarm(self, notice: Notice) -> None:
        self.api.post(self.channel, block_kit_payload(notice.message))

    def _tell(self, notices: Sequence[Notice]) -> None:
        detail = notices[-1].detail or {}
        thread = self.threads.take(self.channel, detail["orderId"])
        unfinished = True
        try:
            self._write(thread, detail, notices)
            unfinished = False
        except (ChannelError, LaterError) as error:
            unfinished = isinstance(error, UnknownOutcomeError) or thread.unfinished_since is not None
            raise
        finally:
            self.threads.give_back(thread, finished=not unfinished)

    def _write(self, thread: Thread, detail: Mapping[str, Any], notices: Sequence[Notice]) -> None:
        thread.replaced_by |= _replaced_by(notices, room=MAX_REPLACED - len(thread.replaced_by))
        new = thread.ts is None
        thread.ts = self._show(thread, detail)
        told = {*thread.told, *self._found_told(thread)}
        due = [notice for notice in notices if notice.event_id not in told]
        if due:
            try:
                self.api.post(self.channel, {"thread_ts": thread.ts, **reply_payload(due, loud=not new)})
            except GoneError:
                thread.ts = None
                raise
        thread.told += [notice.event_id for notice in notices if notice.event_id not in thread.told]

    def _show(self, thread: Thread, detail: Mapping[str, Any]) -> str:
        """Bring the card up to date, wherever it is, or post one; gives its `ts`."""
        snapshot = self._snapshot(detail["orderId"])
        payload = card_payload(snapshot, thread.replaced_by) if snapshot else None
        if thread.ts and self._is_shown(thread.ts, payload):
            return thread.ts
        lost = self._lost_card(thread, detail["orderId"])
        if lost and self._is_shown(lost, payload):
            return lost
        thread.ts = None
        return self.api.post(self.channel, payload or sketch_payload(detail))

    def _is_shown(self, ts: str, payload: Mapping[str, Any] | None) -> bool:
        """Update a card; gives whether it is there. It stays as it is without a snapshot, or where Slack says so."""
        if payload is None:
            return True
        try:
            self.api.update(self.channel, ts, payload)
        except GoneError as error:
            logger.info("A card is gone, and is posted anew", error=str(error))
            return False
        except RefusedError as error:
            logger.warning("A card stays as it is", error=str(error))
        return True

    def _lost_card(self, thread: Thread, order_id: str) -> str | None:
        if thread.unfinished_since is None:
            return None
        since = thread.unfinished_since - CLOCKS_APART_SECONDS
        for ts, metadata in self.api.metadata_since(self.channel, since):
            is_card = metadata.get("event_type") == CARD and metadata["event_payload"].get("order_id") == order_id
            if is_card and ts != thread.ts:
                return ts
        return None

    def _found_told(self, thread: Thread) -> set[str]:
        """Find the observations that were told in the thread since it is unknown."""
        if thread.unfinished_since is None:
            return set()
        since = thread.unfinished_since - CLOCKS_APART_SECONDS
        found = self.api.metadata_since(self.channel, since, thread=thread.ts)
        return {
            event_id
            for _, metadata in found
            if metadata.get("event_type") == UPDATE
            for event_id in metadata["event_payload"]["event_ids"]
        }

    def _snapshot(self, order_id: str) -> Snapshot | None:
        """Read the order's snapshot; the news is told without it, where it cannot be read."""
        loaded = self.snapshots.read([order_id]) if self.snapshots else None
        if loaded and order_id in loaded.errors:
            logger.warning("A card is not up to date", orderId=order_id, error=loaded.errors[order_id])
        return loaded.snapshots.get(order_id) if loaded else None


def reply_payload(notices: Sequence[Notice], *, loud: bool) -> dict[str, Any]:
    """Build the reply that tells an order's observations. Pure.

    Args:
        notices: At least one, in `sequence`.
        loud: Whether news of weight are shown in the channel too; not beside a card that is new there.
    """
    message = together(notices)
    changes = [change for notice in notices for change in (notice.detail or {})["changes"]]
    weighty = any(change["detailType"] in LOUD_TYPES or change.get("status") in LOUD_STATUSES for change in changes)
    metadata = {"event_type": UPDATE, "event_payload": {"event_ids": [notice.event_id for notice in notices]}}
    payload = block_kit_payload(replace(message, facts={}))  # the card has them
    _, *blocks = payload["blocks"]
    return {
        **payload,
        "blocks": [section(f"*{shortened(payload['text'], MAX_HEADLINE)}*"), *blocks],
        "metadata": metadata,
        **({"reply_broadcast": True} if loud and weighty else {}),
    }


def _replaced_by(notices: Sequence[Notice], room: int) -> dict[str, Any]:
    """Gather what events tell of replacements of an order's own line items."""
    found: dict[str, Any] = {}
    for notice in notices:
        detail = notice.detail or {}
        for change in detail["changes"]:
            current = {"now": change["currentReplacement"]} if "currentReplacement" in change else {}
            if replacement := change.get("replacedBy"):
                found[change["lineItemId"]] = {**replacement, **current}
            previous = change.get("previous") or {}
            if change.get("replacement") and previous.get("orderId") == detail["orderId"]:
                found[previous["lineItemId"]] = {**change["replacement"], **current}
    return dict(list(found.items())[: max(room, 0)])
