"""What a link allows when its token is shown. Pure; a GET never comes here (mail scanners follow links)."""

from datetime import datetime

from accounts.errors import LinkExpired, LinkRevoked
from accounts.model import Link, Purpose

SINGLE_USE = frozenset({Purpose.SIGN_IN})
# In the scope of a link that was not mailed but shown to whoever typed the address: it proves nothing, and
# ends when the address is proven.
SHOWN = {"shown_to": "booker"}


def check(link: Link, now: datetime) -> None:
    """Raises LinkRevoked or LinkExpired."""
    if link.revoked_at is not None:
        raise LinkRevoked
    if link.expires_at <= now:
        raise LinkExpired
    if link.purpose in SINGLE_USE and link.used_at is not None:
        raise LinkExpired("This link was used already")
