"""The Slack channel: an incoming webhook takes Block Kit, a workflow's webhook takes flat variables."""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlsplit

from aws_lambda_powertools.utilities.parameters import get_secret
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError, TransformParameterError
from slack_sdk.webhook import WebhookClient, WebhookResponse

from lambdas.notify.channel import ChannelError, Notice, Posting
from lambdas.notify.message import Line, Message
from lambdas.notify.pace import Pace
from lambdas.orders.words import plain

SLACK_ORIGINS = frozenset({"https://hooks.slack.com", "https://hooks.slack-gov.com"})
WORKFLOW_PATHS = ("/triggers/", "/workflows/")
TIMEOUT_SECONDS = 10
SECRET_SECONDS = 60  # a replaced secret is in use soon after

# Block Kit's limits, https://docs.slack.dev/reference/block-kit/blocks. What all blocks together may hold is not
# documented; near 13,200 characters Slack answers msg_blocks_too_long (github.com/slackapi/bolt-js/issues/2509).
MAX_HEADER = 150
MAX_SECTION = 3_000
MAX_LINES_TEXT = 9_000
MAX_FIELD = 600  # of 2,000, so that all together stay within a message
LONGEST_HOLD_SECONDS = 900  # Slack asks for seconds; what asks for more must not mute it
MAX_WORKFLOW_LINES = 2_800  # of a section's 3,000, less the headline

MOST_SINGLE_ORDERS = 5  # more in one batch share a digest
CONSOLE = "Open in the AWS console"

# Slack's client logs the webhook's address, which is a secret, at some levels and in some errors.
SILENT = logging.Logger("silent", logging.CRITICAL + 1)  # noqa: LOG001 - of no tree, so no handler hears it

# Slack's name of an error, alone or in JSON. Nothing else of an answer is told: a proxy's may quote the address.
ERROR_NAME = re.compile(r'(?:\{.*"error": *")?([a-z_]+)')

OK = 200
TOO_MANY_REQUESTS = 429
SERVER_ERRORS = range(500, 600)
REQUEST_TIMEOUT = 408


@dataclass(frozen=True, slots=True)
class Slack:
    """The webhook that a secret holds.

    Attributes:
        secret_name: A Secrets Manager secret, `{"webhookUrl": …}`.
        allowed_origin: An origin accepted besides Slack's own, None in AWS.
        pace: Slack's, which all runs keep together.
    """

    secret_name: str
    allowed_origin: str | None
    pace: Pace
    name: ClassVar[str] = "slack"

    def postings(self, notices: Sequence[Notice]) -> Iterator[Posting]:
        """Give each notice a message of its own; many orders share as few digests as can name each of them.

        Raises:
            ChannelError: The secret is of no use. The webhook's address is a secret, so no text and no cause tells it.
        """
        url = _webhook_url(self.secret_name, self.allowed_origin)
        workflow = _is_workflow(url)
        for group in _groups(notices, MAX_WORKFLOW_LINES if workflow else MAX_LINES_TEXT):
            message = group[0].message if len(group) == 1 else digest(group)
            variables = group[0].variables if len(group) == 1 else dict.fromkeys(group[0].variables, "")
            payload = workflow_payload(message, variables) if workflow else block_kit_payload(message)
            yield Posting(group, partial(self._post, url, payload))

    def _post(self, url: str, payload: dict[str, Any]) -> None:
        self.pace.wait()
        try:
            response = WebhookClient(url, timeout=TIMEOUT_SECONDS, retry_handlers=[], logger=SILENT).send_dict(payload)
        except Exception as error:  # noqa: BLE001 - urllib raises many kinds, some of which quote the address
            raise ChannelError(f"Slack was not reached: {type(error).__name__}") from None
        try:
            _check(response)
        except ChannelError as error:
            if error.retry_after:
                self.pace.hold(error.retry_after)
            raise


def digest(notices: Sequence[Notice]) -> Message:
    """Put the news of many orders into one message: a line for each, with its link."""
    lines = tuple(_digest_line(notice) for notice in notices)
    return Message(f"{len(notices)} Outposts orders have news", lines, facts={}, url="")


def _digest_line(notice: Notice) -> Line:
    return Line(notice.message.headline, notice.message.url, CONSOLE)


def _groups(notices: Sequence[Notice], room: int) -> Iterator[list[Notice]]:
    """Decide which notices share a message: orders above a number, as many as the room for their lines takes."""
    orders = [notice for notice in notices if notice.detail is not None]
    if len(orders) <= MOST_SINGLE_ORDERS:
        yield from ([notice] for notice in notices)
        return
    yield from ([notice] for notice in notices if notice.detail is None)
    group: list[Notice] = []
    left = room
    for notice in orders:
        needed = len(_bullet(_digest_line(notice))) + len("\n")
        if group and needed > left:
            yield group
            group, left = [], room
        group.append(notice)
        left -= needed
    yield group


def _webhook_url(secret_name: str, allowed_origin: str | None) -> str:
    try:
        secret: Any = get_secret(secret_name, transform="json", max_age=SECRET_SECONDS)
    except TransformParameterError:
        raise ChannelError(
            f'the secret {secret_name} is not JSON; it should be {{"webhookUrl": …}}', permanent=True
        ) from None
    except GetParameterError as error:
        raise ChannelError(f"the secret {secret_name} cannot be read: {error}") from error
    url = secret.get("webhookUrl") if isinstance(secret, dict) else None
    if not isinstance(url, str):
        raise ChannelError(f"the secret {secret_name} has no webhookUrl", permanent=True)
    url = url.strip()
    if _origin(url) not in SLACK_ORIGINS | {allowed_origin}:
        allowed = ", ".join(sorted(SLACK_ORIGINS))
        raise ChannelError(
            f"the webhookUrl in {secret_name} is none of Slack's: it should begin with {allowed}", permanent=True
        )
    return url


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # it quotes the address
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def _is_workflow(url: str) -> bool:
    return urlsplit(url).path.startswith(WORKFLOW_PATHS)


def _check(response: WebhookResponse) -> None:
    """Tell success from failure, and a passing failure from one that lasts.

    Slack's answers: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
    """
    status, body = response.status_code, response.body.strip()
    if status == OK and body in {"ok", '{"ok":true}'}:
        return
    if status == TOO_MANY_REQUESTS:
        seconds = next((value for name, value in response.headers.items() if name.lower() == "retry-after"), "0")
        raise ChannelError(
            "Slack asked to wait", retry_after=min(int(seconds), LONGEST_HOLD_SECONDS) if seconds.isdecimal() else 0
        )
    passing = status in SERVER_ERRORS or status in {OK, REQUEST_TIMEOUT}
    name = ERROR_NAME.match(body)
    raise ChannelError(f"Slack answered {status} {name[1] if name else ''}".rstrip(), permanent=not passing)


def block_kit_payload(message: Message) -> dict[str, Any]:
    """Build an incoming webhook's payload: Block Kit, and the headline as the text of notifications."""
    headline = escape(message.headline)
    facts = [_mrkdwn(_shortened(f"*{name}*\n{escape(value)}", MAX_FIELD)) for name, value in message.facts.items()]
    return {
        "text": headline,
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": _shortened(headline, MAX_HEADER)}},
            *(_section(text) for text in _packed(message.lines)),
            *([{"type": "section", "fields": facts}] if facts else []),
            *([{"type": "context", "elements": [_mrkdwn(_link(message.url, CONSOLE))]}] if message.url else []),
        ],
    }


def workflow_payload(message: Message, variables: Mapping[str, str]) -> dict[str, str]:
    """Build a workflow webhook's payload: flat variables, the whole message in `text`."""
    lines = (f"• {line.text}" + (f" {line.url}" if line.url else "") for line in message.lines)
    text = escape("\n".join([message.headline, *lines]))
    escaped = {name: escape(plain(value)) if value else "" for name, value in variables.items()}
    return {**escaped, "text": _shortened(text, MAX_SECTION), "url": message.url}


def escape(text: str) -> str:
    """Escape what Slack's mrkdwn takes for control characters, mentions and links among them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _packed(lines: Iterable[Line]) -> Iterator[str]:
    """Fill sections with lines, up to a section's limit each and a message's in all."""
    section = ""
    for text in _fitting([_bullet(line) for line in lines]):
        if section and len(section) + 1 + len(text) > MAX_SECTION:
            yield section
            section = text
        else:
            section = f"{section}\n{text}" if section else text
    if section:
        yield section


def _fitting(texts: list[str]) -> list[str]:
    """Keep the lines that fit into a message, and say how many do not."""
    room = MAX_LINES_TEXT
    for index, text in enumerate(texts):
        room -= len(text)
        if room < 0:
            return [*texts[:index], f"• and {len(texts) - index} more"]
    return texts


def _bullet(line: Line) -> str:
    text = _shortened(f"• {escape(line.text)}", MAX_SECTION)
    linked = f"{text}  {_link(line.url, line.url_text)}" if line.url else text
    return linked if len(linked) <= MAX_SECTION else text


def _link(url: str, text: str) -> str:
    return f"<{escape(url).replace('|', '%7C')}|{text}>"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _mrkdwn(text)}


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _shortened(escaped: str, length: int) -> str:
    """Cut escaped text, not within an escape."""
    return escaped if len(escaped) <= length else re.sub("&[a-z]*$", "", escaped[: length - 1]) + "…"
