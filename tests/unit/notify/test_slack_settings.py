"""The forms of `slack.channel`."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.cdk.configuration import Configuration, ConfigurationError
from outposts_order_notifier.notify.channels.slack.channel_id import CHANNEL_ID

JAPANESE = "\N{CJK UNIFIED IDEOGRAPH-65E5}\N{CJK UNIFIED IDEOGRAPH-672C}"
HINDI = "\N{DEVANAGARI LETTER HA}\N{DEVANAGARI VOWEL SIGN I}"
NORMALIZED = {
    "C0123456789": "C0123456789",
    "#C0123456789": "C0123456789",
    "G012ABCDE": "G012ABCDE",
    "outposts": "outposts",
    "#outposts": "outposts",
    "Outposts": "outposts",
    "#Outposts-Orders_1": "outposts-orders_1",
    f"#{JAPANESE}": JAPANESE,
    HINDI: HINDI,
    "e\N{COMBINING ACUTE ACCENT}quipe": "\N{LATIN SMALL LETTER E WITH ACUTE}quipe",
    "customers": "customers",
    "c" * 80: "c" * 80,
}
# The value, and what was probably meant.
REFUSED = {
    "c0123456789": "C0123456789",
    "#g0123456789": "G0123456789",
    "U0123456789": "",
    "W0123456789": "",
    "D0123456789": "",
    "DATACENTRE": "#datacentre",
    "": "",
    "#": "",
    "##outposts": "",
    "two words": "",
    "out.posts": "",
    "https://example.slack.com/archives/C0123456789": "",
    "@someone": "",
    "-_-": "",
    "\N{PACKAGE}": "",
    "c" * 81: "",
}


def channel_of(given: str) -> str | None:
    """Return the channel in a parsed configuration."""
    configuration = Configuration.parse({"slack": {"secretName": "s", "channel": given}}, "eu-west-1")
    channel: str | None = configuration.channels["slack"].channel
    return channel


@pytest.mark.parametrize("given", NORMALIZED)
def test_a_channel_is_normalized_to_slacks_form(given: str) -> None:
    """An id is unchanged, a name is in lower case, both without `#`."""
    assert channel_of(given) == NORMALIZED[given]


@pytest.mark.parametrize("given", REFUSED)
def test_an_impossible_channel_is_rejected(given: str) -> None:
    """One line says what a channel is, and what was probably meant."""
    with pytest.raises(ConfigurationError) as caught:
        Configuration.parse({"slack": {"secretName": "s", "channel": given}}, "eu-west-1")
    line = str(caught.value)
    assert line.startswith("notifier.slack.channel: ")
    assert "allowed: a channel's id, such as C0123456789, or its name" in line
    meant = re.search(r'did you mean "(.*)"\?$', line)
    assert (meant.group(1) if meant else "") == REFUSED[given]


@given(st.text() | st.from_regex(r"\A#?[A-Za-z0-9_-]*\Z"))
def test_a_valid_channel_stays_the_same(given: str) -> None:
    """A normalized channel is unchanged, and is an id or in lower case."""
    try:
        channel = channel_of(given)
    except ConfigurationError:
        return
    assert channel
    assert channel_of(channel) == channel
    assert CHANNEL_ID.fullmatch(channel) or channel == channel.lower()
