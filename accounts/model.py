"""People, roles and links as values. Pure: no I/O, no clock."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email

from core.errors import Invalid
from core.ids import PersonId

NAME_CHARS = 100
LOCALES = ("ja", "en")


class Role(StrEnum):
    """What a person may be here; one person may be several."""

    CLIENT = "client"
    THERAPIST = "therapist"
    STAFF = "staff"
    EMPLOYER_ADMIN = "employer_admin"


class Purpose(StrEnum):
    """What a link is for."""

    BOOKING = "booking"
    JOIN = "join"
    SIGN_IN = "sign_in"


# A link proves that somebody received it, not who they are: it never carries a working role.
LINK_ROLES = frozenset({Role.CLIENT.value})


@dataclass(frozen=True)
class Named:
    """What is known of somebody where no more is needed: how they are called."""

    name: str
    name_en: str | None = None


@dataclass(frozen=True)
class Person:
    """Somebody with a name. `email` is as they wrote it and may be unverified.

    `name_en`: the name in Latin letters, where they gave it.
    """

    person_id: PersonId
    name: str
    email: str | None
    email_verified: bool
    locale: str
    timezone: str
    roles: frozenset[str]
    name_en: str | None = None

    def named(self, locale: str) -> str:
        """As it is written in that language."""
        return in_language(self.name, self.name_en, locale)


@dataclass(frozen=True)
class Link:
    """A mailed or shared right, without its token."""

    link_id: str
    purpose: Purpose
    scope: dict[str, str]
    person_id: PersonId | None
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


def normalize_email(text: str) -> str:
    """The form in which addresses are compared. Raises Invalid, also for a user part few servers take."""
    try:
        found = validate_email(
            text.strip(), check_deliverability=False, globally_deliverable=False, allow_smtputf8=False
        )
    except (EmailNotValidError, UnicodeError):
        message = "This is not a mail address"
        raise Invalid(errors=[{"field": "email", "message": message, "rule": "email"}]) from None
    return found.normalized.lower()


def in_language(name: str, name_en: str | None, locale: str) -> str:
    """In English in Latin letters, if they are known."""
    return name_en if locale == "en" and name_en else name


def latin_name(text: str) -> str:
    """A name in Latin letters, as `clean_name` gives it. Raises Invalid."""
    name = clean_name(text)
    if all(c in _BETWEEN or unicodedata.name(c, "").startswith("LATIN ") for c in name):
        return name
    message = "Only Latin letters"
    raise Invalid(errors=[{"field": "name_en", "message": message, "rule": "latin"}])


def clean_name(text: str) -> str:
    """A name on one line without control characters, 1 to 100 characters. Raises Invalid."""
    kept = "".join(" " if c.isspace() else c for c in unicodedata.normalize("NFC", text))
    name = " ".join("".join(c for c in kept if unicodedata.category(c) not in _UNSEEN).split())
    if not 1 <= len(name) <= NAME_CHARS:
        message = f"A name has 1 to {NAME_CHARS} characters"
        raise Invalid(errors=[{"field": "name", "message": message, "rule": "name"}])
    return name


_BETWEEN = frozenset(" .,'’-")  # what stands in names between the letters
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})  # bidirectional overrides are Cf
