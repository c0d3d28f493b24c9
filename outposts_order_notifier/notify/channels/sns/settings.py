"""The topic's settings: the e-mail addresses that are subscribed to it. Pure."""

from typing import Any

from outposts_order_notifier.notify.settings import SettingError, a_list, a_text

KEY = "emails"
# RFC 5321's lengths: 64 characters before the @, 254 in all, 63 for each part of the domain.
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LABEL = r"[A-Za-z\d]([A-Za-z\d-]{0,61}[A-Za-z\d])?"
_EMAIL = rf"(?=.{{1,254}}\Z)(?=.{{1,64}}@){_ATOM}(\.{_ATOM})*@({_LABEL}\.)+{_LABEL}"


def schema(_partitions: str) -> dict[str, Any]:
    """Return the JSON Schema of the key."""
    return a_list(a_text(_EMAIL, "an e-mail address, such as team@example.com"), minimum=0)


def parse(emails: list[str], _region: str, _partition: str) -> tuple[str, ...]:
    """Check the addresses beyond the schema.

    Raises:
        SettingError: An address is there twice.
    """
    known = set()
    for index, email in enumerate(emails):
        if email.lower() in known:
            raise SettingError(f"{KEY}[{index}]", email, "each address once, regardless of case")
        known.add(email.lower())
    return tuple(emails)
