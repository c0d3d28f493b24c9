"""Slack by a bot: a thread for each order. Its first message is the order's live card; each observation is a reply.

How an observation is posted:

1. Take the order's thread, so that no concurrent run posts a second card or shows an older one.
2. Show the card, built from the order's current snapshot regardless of the observation: a late or repeated one never
   makes the card older. A card that somebody deleted is posted again, and the thread continues there. A card that Slack
   refuses to update stays as it is; the reply is posted all the same.
3. Post the reply.
4. Store the card and the events of the reply, and release the thread.
5. If the observation names line items of another order as replaced, do the same in that order's thread, if it has one:
   all of its own events may have been posted by then.

The card of a new order says all about it, so its discovery has no reply. If many orders have news at once, the channel
gets digests of them and nothing else: those with a card have replies that only their thread shows, and the others get a
card with their next observation.

A run that ends before Slack's answer leaves `unfinished_since` behind. The next one looks for what was posted since, by
the metadata of the messages, before it posts anything: a lost answer leads neither to a second card nor to a second
reply.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from outposts_order_notifier.domain.durations import Usuals
from outposts_order_notifier.domain.event_types import (
    DISCOVERED,
    MISSING,
    ORDER_STATUS,
    OVERDUE,
    REPLACEMENT_LINKED,
    STALLED,
)
from outposts_order_notifier.domain.lineage import Lineage, Reference
from outposts_order_notifier.domain.order import line_items_by_id
from outposts_order_notifier.domain.places import account_and_region
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.domain.statuses import REPLACED, status_named
from outposts_order_notifier.notify.channel import ChannelError, LaterError, Posting
from outposts_order_notifier.notify.channels.slack.api import (
    Api,
    ChannelLostError,
    GoneError,
    RefusedError,
    UnknownOutcomeError,
)
from outposts_order_notifier.notify.channels.slack.blocks import (
    MAX_LINES_TEXT,
    block_kit_payload,
    section,
    shortened,
)
from outposts_order_notifier.notify.channels.slack.burst import MOST_SINGLE, shared
from outposts_order_notifier.notify.channels.slack.card import (
    CARD,
    THREAD,
    Payload,
    card_payload,
    related_orders,
    sketch_payload,
)
from outposts_order_notifier.notify.digest import by_order, digest, of_no_order, together
from outposts_order_notifier.notify.notification import Notification, OrderNotification, changes_of
from outposts_order_notifier.notify.state import Thread, Threads
from outposts_order_notifier.runtime.observability import logger
from outposts_order_notifier.store.table import SnapshotTable
from outposts_order_notifier.wording.console import orders_url
from outposts_order_notifier.wording.headline import Change, Names, names_of, place
from outposts_order_notifier.wording.message import Message, replacement_lines
from outposts_order_notifier.wording.words import count, plain

Reply = Callable[[Sequence[OrderNotification]], Payload]

UPDATE = "outposts_order_update"
CLOCKS_APART_SECONDS = 60  # Slack's clock sets a message's `ts`, ours `unfinished_since`
MAX_REPLACED = 50
MAX_HEADLINE = 300
DIGEST = "digest"  # in place of an order's id, in the key of the digests' own record
DIGEST_RETRY_SECONDS = 15

# Changes that the whole channel should see, not only those who follow the thread.
LOUD_TYPES = frozenset({ORDER_STATUS, MISSING, OVERDUE, STALLED})


@dataclass(slots=True)
class Digest:
    """A digest of many orders' observations, and whether this run has posted it."""

    orders: Sequence[Sequence[OrderNotification]]
    posted: bool = False


@dataclass(slots=True)
class Bot:
    """A bot in a channel.

    Attributes:
        name: The channel's configured name or id.
        snapshots: The orders that the cards show.
        board_url: Where all orders are shown; empty without a board.
        channel: The channel's id.

    Raises:
        ChannelError: The bot is not in the channel.
    """

    api: Api
    name: str
    threads: Threads
    snapshots: SnapshotTable | None
    board_url: str
    channel: str = field(init=False)
    _looked_up_again: bool = field(init=False, default=False)
    _usuals: Usuals | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Find the channel."""
        self.channel = self.api.channel_id(self.name)

    def postings(self, notifications: Sequence[Notification]) -> Iterator[Posting[Notification]]:
        """Post each alarm and summary in the channel, and each order's observations in its thread, in one reply."""
        for each in of_no_order(notifications):
            yield Posting([each], partial(self._where_the_channel_is, partial(self._post_in_channel, each.message)))
        orders = by_order(each for each in notifications if not each.is_muted)
        for order in by_order(each for each in notifications if each.is_muted):
            yield Posting(order, partial(self._where_the_channel_is, partial(self._update_card, order)))
        if len(orders) > MOST_SINGLE:
            for group in shared(orders, MAX_LINES_TEXT):
                yield from self._burst(group)
        else:
            for order in orders:
                yield Posting(order, partial(self._where_the_channel_is, partial(self._post_order, order)))

    def _burst(self, orders: Sequence[Sequence[OrderNotification]]) -> Iterator[Posting[Notification]]:
        """Post a digest of orders in the channel, and the observations of those with a card in their threads."""
        digest = Digest(orders)
        with_card = [order for order in orders if self.threads.exists(self.channel, order[-1].order_id)]
        others = [each for order in orders if order not in with_card for each in order]
        yield Posting(others, partial(self._where_the_channel_is, partial(self._post_digest, digest)))
        for order in with_card:
            yield Posting(order, partial(self._where_the_channel_is, partial(self._post_quietly, order, digest)))

    def _update_card(self, order: Sequence[OrderNotification]) -> None:
        """Update the card of a muted order, if it has one."""
        if self.threads.exists(self.channel, order[-1].order_id):
            thread = self.threads.take(self.channel, order[-1].order_id)
            with self._held(thread):
                replaced_by = _replaced_by(order, order[-1].order_id)
                thread.replaced_by = _with(thread.replaced_by, replaced_by)
                thread.ts = self._show(thread, order[-1].detail, thread.replaced_by)

    def _post_digest(self, digest: Digest) -> None:
        thread = self.threads.take(self.channel, DIGEST)
        with self._held(thread):
            posted = {*thread.posted, *self._found_posted(thread)}
            if due := [order for order in digest.orders if not posted.issuperset(_ids(order))]:
                self.api.post(self.channel, digest_payload(due))
            thread.posted += [name for order in due for name in _ids(order)]
        digest.posted = True

    def _post_quietly(self, order: Sequence[OrderNotification], digest: Digest) -> None:
        """Post observations in an order's thread only; they wait for the digest, which shows them in the channel."""
        if not digest.posted:
            raise LaterError("The digest that mentions the order was not posted", DIGEST_RETRY_SECONDS)
        self._post_order(order, loud=False)

    def _where_the_channel_is(self, post: Callable[[], None]) -> None:
        """Post, and if the channel is lost, post again in the one that has its name now."""
        try:
            post()
        except ChannelLostError as lost:
            if not self._has_moved(lost):
                raise
            post()

    def _has_moved(self, lost: ChannelLostError) -> bool:
        """Look up the channel's id again, once in a run; return whether its name belongs to another channel now.

        Raises:
            ChannelError: It cannot be looked up at the moment.
        """
        if self._looked_up_again:
            return False
        self._looked_up_again, before = True, self.channel
        try:
            self.channel = self.api.channel_id(self.name, again=True)
        except ChannelError as error:
            if error.permanent:  # no channel has the name: the known channel's error says more
                raise lost from None
            raise
        if self.channel != before:
            logger.warning("The channel's name belongs to another one now", channel=self.name)
        return self.channel != before

    def _post_in_channel(self, message: Message) -> None:
        self.api.post(self.channel, block_kit_payload(message))

    def _post_order(self, observations: Sequence[OrderNotification], *, loud: bool = True) -> None:
        thread = self.threads.take(self.channel, observations[-1].order_id)
        reply = partial(reply_payload, loud=loud and thread.ts is not None)
        self._post_in(thread, observations[-1].detail, observations, reply)
        for order_id, naming in _naming_others(observations).items():
            if self.threads.exists(self.channel, order_id):
                self._post_replaced(order_id, naming)

    def _post_replaced(self, order_id: str, observations: Sequence[OrderNotification]) -> None:
        """Report in an order's thread that another replaces its line items: its own next event may never come."""
        thread = self.threads.take(self.channel, order_id)
        for each in observations:
            reported_by_its_own = _replaced_by([each], order_id).items() <= thread.replaced_by.items()
            if reported_by_its_own and each.event_id not in thread.posted:
                thread.posted.append(each.event_id)
        unknown: dict[str, Any] = {"orderId": order_id, "orderStatus": None, "lineItemCountsByStatus": {}}
        detail = {**observations[-1].detail, **unknown}
        address = self._address(observations[-1].order_id)
        self._post_in(thread, detail, observations, lambda due: replaced_payload(order_id, due, address))

    def _post_in(
        self, thread: Thread, detail: Mapping[str, Any], observations: Sequence[OrderNotification], reply: Reply
    ) -> None:
        with self._held(thread):
            self._write(thread, detail, observations, reply)

    @contextmanager
    def _held(self, thread: Thread) -> Iterator[None]:
        """Store and release a thread at the end, with whether it is known what Slack has posted."""
        unfinished = True
        try:
            yield
            unfinished = False
        except (ChannelError, LaterError) as error:
            unfinished = isinstance(error, UnknownOutcomeError) or thread.unfinished_since is not None
            raise
        finally:
            self.threads.give_back(thread, finished=not unfinished)

    def _write(
        self, thread: Thread, detail: Mapping[str, Any], observations: Sequence[OrderNotification], reply: Reply
    ) -> None:
        replaced_by = _replaced_by(observations, detail["orderId"])
        new = thread.ts is None
        thread.ts = self._show(thread, detail, thread.replaced_by | replaced_by)
        posted = {*thread.posted, *self._found_posted(thread)}
        due = [each for each in observations if each.event_id not in posted and not (new and _is_discovery(each))]
        if due:
            try:
                self.api.post(self.channel, {"thread_ts": thread.ts, **reply(due)})
            except GoneError:
                thread.ts = None
                raise
        thread.posted += [each.event_id for each in observations if each.event_id not in thread.posted]
        thread.replaced_by = _with(thread.replaced_by, replaced_by)

    def _show(self, thread: Thread, detail: Mapping[str, Any], replaced_by: Mapping[str, Any]) -> str:
        """Update the card, wherever it is, or post one; return its `ts`."""
        payload = self._card(detail["orderId"], replaced_by, names_of(detail))
        if thread.ts and self._is_shown(thread.ts, payload):
            return thread.ts
        lost = self._lost_card(thread, detail["orderId"])
        if lost and self._is_shown(lost, payload):
            return lost
        thread.ts = None
        return self.api.post(self.channel, payload or sketch_payload(detail))

    def _is_shown(self, ts: str, payload: Mapping[str, Any] | None) -> bool:
        """Update a card, and return whether it exists. It stays as it is without a snapshot, or if Slack refuses."""
        if payload is None:
            return True
        try:
            self.api.update(self.channel, ts, payload)
        except GoneError as error:
            logger.info("A card is gone, and is posted again", error=str(error))
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

    def _found_posted(self, thread: Thread) -> set[str]:
        """Find the observations that were posted in the thread since it is unfinished."""
        if thread.unfinished_since is None:
            return set()
        since = thread.unfinished_since - CLOCKS_APART_SECONDS
        found = self.api.metadata_since(self.channel, since, thread=thread.ts)
        return {
            event_id
            for _, metadata in found
            if metadata.get("event_type") == UPDATE
            for event_id in _event_ids(metadata["event_payload"])
        }

    def _card(self, order_id: str, replaced_by: Mapping[str, Any], names: Names) -> Payload | None:
        """Build the card from the order's snapshot; None if that cannot be read."""
        loaded = self.snapshots.read([order_id]) if self.snapshots else None
        if loaded and order_id in loaded.errors:
            logger.warning("A card is not up to date", orderId=order_id, error=loaded.errors[order_id])
        snapshot = loaded.snapshots.get(order_id) if loaded else None
        if not snapshot:
            return None
        replacements = {**replaced_by, **self._linked(snapshot, replaced_by)}
        addresses = {name: self._address(name) for name in related_orders(snapshot, replacements)}
        return card_payload(snapshot, replacements, names, addresses, self.board_url, usuals=self._usually())

    def _usually(self) -> Usuals:
        """Return how long statuses usually last, which is read once in a run; nothing if it cannot be read."""
        if self._usuals is None:
            self._usuals = self.snapshots.durations().usuals() if self.snapshots else {}
        return self._usuals

    def _address(self, order_id: str) -> str | None:
        """Return the address of an order's card; None if it has none."""
        ts = self.threads.card(self.channel, order_id)
        return self.api.permalink(self.channel, ts) if ts else None

    def _linked(self, snapshot: Snapshot, reported: Mapping[str, Any]) -> dict[str, Any]:
        """Find what replaces an order's line items, and what has replaced that since, among all orders of its source.

        That is a query, and most orders have no replacements: it runs only if a status or an event mentions one.
        """
        items = line_items_by_id(snapshot.order)
        replaced = any(item.get("Status") == REPLACED for item in items.values())
        if not self.snapshots or not (reported or replaced):
            return {}
        account, region = account_and_region(snapshot.source)
        try:
            known = self.snapshots.known(account, region).values()
        except (BotoCoreError, ClientError) as error:
            logger.warning("A card's replacements are not up to date", orderId=snapshot.order_id, error=str(error))
            return {}
        lineage = Lineage(link for each in known for link in each.replaces)
        found = {name: lineage.keys_of_replaced(Reference(snapshot.order_id, name)) for name in items}
        return {name: _replacement(keys["replacedBy"], keys) for name, keys in found.items() if keys}


def reply_payload(observations: Sequence[OrderNotification], *, loud: bool) -> Payload:
    """Build the reply for an order's observations. Pure.

    Args:
        observations: At least one, in `sequence`.
        loud: Whether important changes are shown in the channel too; not with a new card or in a burst.
    """
    changes = changes_of(observations)
    weighty = any(change["detailType"] in LOUD_TYPES or status_named(change.get("status")).loud for change in changes)
    if not (loud and weighty):
        return _reply(together(observations), observations)
    order = {"Order": plain(observations[-1].order_id)}  # what is shown in the channel is away from its card
    return {**_reply(together(observations), observations, order), "reply_broadcast": True}


def digest_payload(orders: Sequence[Sequence[OrderNotification]]) -> Payload:
    """Build the digest of many orders' observations. Pure."""
    observations = [each for order in orders for each in order]
    return {
        **block_kit_payload(digest(orders)),
        "metadata": {"event_type": UPDATE, "event_payload": _metadata(observations)},
    }


def replaced_payload(order_id: str, observations: Sequence[OrderNotification], address: str | None) -> Payload:
    """Build the reply that reports in an order's thread what replaces its line items. Pure.

    It is never shown in the channel: the other order's own reply may be.

    Args:
        order_id: The order whose line items are replaced.
        observations: Observations of another order that name them.
        address: That of the other order's card, if it has one.
    """
    detail = observations[-1].detail
    links = [
        change for each in observations for change in _links(each) if change["previous"].get("orderId") == order_id
    ]
    number = count(len(links), "line item")
    headline = f"{place(detail)}: {number} of order {plain(order_id)} replaced by order {plain(detail['orderId'])}"
    lines = tuple(replace(line, url=address, url_text=THREAD) for line in replacement_lines(links))
    message = Message(headline, lines, {}, orders_url(detail["region"]), mark=status_named(REPLACED))
    return _reply(message, observations)


def _reply(
    message: Message, observations: Sequence[OrderNotification], facts: Mapping[str, str] | None = None
) -> Payload:
    payload = block_kit_payload(replace(message, facts=facts or {}))  # the card has the others
    return {
        **payload,
        "blocks": [section(f"{message.mark.icon} *{shortened(payload['text'], MAX_HEADLINE)}*")],
        "metadata": {"event_type": UPDATE, "event_payload": _metadata(observations)},
    }


def _metadata(observations: Iterable[OrderNotification]) -> Payload:
    """Build a reply's metadata: the events that it covers.

    Slack's types allow arrays of objects, but not of strings:
    https://docs.slack.dev/tools/node-slack-sdk/reference/types/interfaces/MessageMetadata
    """
    return {"events": [{"id": each.event_id} for each in observations]}


def _event_ids(payload: Payload) -> list[str]:
    """Read the metadata of a reply; version 0.1.0 wrote an array of strings."""
    return [*payload.get("event_ids", []), *(event["id"] for event in payload.get("events", []))]


def _ids(observations: Iterable[OrderNotification]) -> list[str]:
    return [each.event_id for each in observations]


def _is_discovery(observation: OrderNotification) -> bool:
    return any(change["detailType"] == DISCOVERED for change in observation.changes)


def _links(each: OrderNotification) -> list[Change]:
    """Return an observation's replacements; each has a `previous` and a `replacement`."""
    return [change for change in each.changes if change["detailType"] == REPLACEMENT_LINKED]


def _naming_others(observations: Iterable[OrderNotification]) -> dict[str, list[OrderNotification]]:
    """Group observations by the other orders whose line items they report as replaced."""
    found: dict[str, list[OrderNotification]] = {}
    for each in observations:
        named = {change["previous"].get("orderId") for change in _links(each)}
        for order_id in sorted(named - {None, each.order_id}):
            found.setdefault(order_id, []).append(each)
    return found


def _replaced_by(observations: Iterable[OrderNotification], order_id: str) -> dict[str, Any]:
    """Return the replacements of an order's line items, by its own events and by others' that name it."""
    found: dict[str, Any] = {}
    for each in observations:
        for change in each.changes:
            if each.order_id == order_id and change.get("replacedBy"):
                found[change["lineItemId"]] = _replacement(change["replacedBy"], change)
        for change in _links(each):
            if change["previous"].get("orderId") == order_id:
                found[change["previous"]["lineItemId"]] = _replacement(change["replacement"], change)
    return found


def _with(known: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the replacements that a thread remembers, as many as its item has room for."""
    return dict(islice({**known, **found}.items(), MAX_REPLACED))


def _replacement(reference: Mapping[str, Any], keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return a replacement as cards show it: with the current one, if it was itself replaced."""
    return {**reference, **({"now": keys["currentReplacement"]} if "currentReplacement" in keys else {})}
