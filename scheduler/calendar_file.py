"""A booking as an iCalendar file (RFC 5545): an invitation (RFC 5546 REQUEST), its CANCEL, or one to keep
(PUBLISH). Pure.

Company calendars show titles, places and attendees to colleagues and bosses. So the title never says more
than "面談 / Consultation", the place is "オンライン / Online", nobody is named and nothing says health.
The join link is the only way in for somebody without an account, but it is a secret: it stands in URL and
DESCRIPTION, which open with the entry, never in LOCATION, which calendars print in overviews and reminders;
CLASS:PRIVATE keeps both from readers of a shared calendar. Who gets hold of it still stands in a waiting room
until the therapist lets them in.
"""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Literal

from icalendar import Calendar, Event, vCalAddress, vText, vUri

from scheduler.model import Visit

TITLE = "面談 / Consultation"
PLACE = "オンライン / Online"
PRODUCT = "-//Todoku//Scheduler//EN"

Method = Literal["REQUEST", "CANCEL", "PUBLISH"]


@dataclass(frozen=True)
class Entry:
    """What a calendar gets to know. `uid` is constant and `sequence` grows over changes of one booking."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    url: str
    organizer: str  # mail address

    @classmethod
    def of(cls, visit: Visit, url: str, sender: str) -> "Entry":
        address = parseaddr(sender)[1]
        return cls(visit.uid, visit.sequence, visit.starts_at, visit.ends_at, url, address)


def calendar_file(
    entry: Entry, now: datetime, method: Method = "PUBLISH", attendee: str | None = None
) -> bytes:
    """The file's bytes. REQUEST and CANCEL need the `attendee`'s own address, a PUBLISH must not have one."""
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", TITLE)
    event.add("location", PLACE)
    event.add("description", entry.url)
    event.add("url", vUri(entry.url))
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if method == "CANCEL" else "OPAQUE")
    event.add("organizer", _address(entry.organizer, {"CN": "Todoku"}), encode=False)
    if attendee is not None:
        parameters = {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
        event.add("attendee", _address(attendee, parameters), encode=False)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _address(mail: str, parameters: dict[str, str]) -> vCalAddress:
    address = vCalAddress(f"mailto:{mail}")
    for name, value in parameters.items():
        address.params[name] = vText(value)
    return address
