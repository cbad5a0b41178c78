"""Whom people ask when they are stuck, as the configuration names them, and the address of it (pure).

A mail address, a telephone number or a web address becomes a link; any other words are shown as they are.
"""

import re

MAIL = re.compile(r"[^\s@:/?#]+@[^\s@:/?#]+\.[^\s@:/?#]+")
TELEPHONE = re.compile(r"\+?[0-9][0-9 ()-]{4,30}")
WEB = re.compile(r"https?://\S+")


def address_of(contact: str) -> str | None:
    """What a link to it holds; None where it is only words."""
    if WEB.fullmatch(contact):
        return contact
    if MAIL.fullmatch(contact):
        return f"mailto:{contact}"
    if TELEPHONE.fullmatch(contact):
        return "tel:" + re.sub("[^+0-9]", "", contact)
    return None
