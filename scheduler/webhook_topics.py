"""What of the house's events other systems are told, and in which words. Pure.

To them a booking is a booking, alone, in a series or as a seat among several: who wants `booking.confirmed`
hears of every one. Not here: who wants what, and sending it (webhooks.py).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from core.http import rfc3339
from scheduler.model import Booking, Status

Topic = Literal[
    "booking.requested",
    "booking.confirmed",
    "booking.changed",
    "booking.cancelled",
    "booking.declined",
    "booking.fulfilled",
    "booking.noshow",
]
TOPICS: tuple[Topic, ...] = get_args(Topic)
ARRANGED: Mapping[Status, Topic] = {Status.REQUESTED: "booking.requested"}  # else confirmed
SETTLED: Mapping[str, Topic] = {
    Status.FULFILLED: "booking.fulfilled",
    Status.NOSHOW: "booking.noshow",
}


@dataclass(frozen=True)
class Happened:
    """Something happened to one booking. `topic` None: it was arranged, and its state says how."""

    booking_id: str
    topic: Topic | None
    sequence: int | None = None
    mark: str = ""  # tells what can happen twice to one version of a booking

    def topic_for(self, booking: Booking) -> Topic:
        return self.topic or ARRANGED.get(booking.status, "booking.confirmed")

    def event_id(self, booking: Booking) -> str:
        """The same for the same, however often it is told."""
        sequence = booking.sequence if self.sequence is None else self.sequence
        what = self.topic_for(booking).partition(".")[2]
        return f"{booking.id}-{sequence}-{what}" + (f"-{self.mark}" if self.mark else "")


Read = Callable[[dict[str, Any]], Iterable[Happened]]


def _one(topic: Topic) -> Read:
    return lambda told: [Happened(told["booking_id"], topic, told.get("sequence"))]


def _several(topic: Topic | None) -> Read:
    return lambda told: [Happened(one, topic, sequence) for one, sequence in told["bookings"].items()]


def _settled(told: dict[str, Any]) -> Iterable[Happened]:
    yield Happened(told["booking_id"], SETTLED[told["status"]], told["sequence"], told["mark"])


SOURCES: Mapping[str, Read] = {
    "booking.requested": _one("booking.requested"),
    "booking.confirmed": _one("booking.confirmed"),
    "booking.changed": _one("booking.changed"),
    "booking.cancelled": _one("booking.cancelled"),
    "booking.declined": _one("booking.declined"),
    "booking.settled": _settled,
    "series.arranged": _several(None),
    "series.confirmed": _several("booking.confirmed"),
    "series.cancelled": _several("booking.cancelled"),
    "series.declined": _several("booking.declined"),
    "seat.taken": _one("booking.confirmed"),
    "seat.given_back": _one("booking.cancelled"),
    "seat.cancelled": _one("booking.cancelled"),
}


def happened(source: str, payload: dict[str, Any]) -> list[Happened]:
    """What an event of the house comes to; what is told to each of two people counts once."""
    return [] if payload.get("to", "client") != "client" else list(SOURCES[source](payload))


def told(topic: str, booking: Booking, now: datetime) -> dict[str, Any]:
    """What a receiver gets to know: no name, no mail address, no word of anybody's health."""
    data = {
        "booking_id": booking.id,
        "therapist_id": booking.therapist_id,
        "series_id": booking.series_id,
        "group_id": booking.group_id,
        "starts_at": rfc3339(booking.starts_at),
        "ends_at": rfc3339(booking.ends_at),
        "status": str(booking.status),
        "sequence": booking.sequence,
    }
    return {"type": topic, "timestamp": rfc3339(now), "data": data}
