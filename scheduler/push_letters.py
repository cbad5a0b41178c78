"""Which events are told by web push, in which words, and whether they are still so. Pure.

A lock screen is read by others: no name, no time, no reason. Not here: whose browsers are told (push.py).
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from scheduler.mail import STANDS
from scheduler.model import Booking, Status

TITLE = "Todoku"
TEXTS = {
    "ja": {
        "confirmed": "予約が確定しました。",
        "requested": "予約の申し込みを受け付けました。",
        "changed": "予約の日時が変わりました。",
        "reminder": "まもなく予約の時間です。",
        "cancelled": "予約が取り消されました。",
        "declined": "予約について、お知らせがあります。",
    },
    "en": {
        "confirmed": "A booking is confirmed.",
        "requested": "A booking was requested.",
        "changed": "A booking has a new time.",
        "reminder": "You have a booking soon.",
        "cancelled": "A booking was cancelled.",
        "declined": "There is news about a booking.",
    },
}
# Of a series: one message for all of it.
SEVERAL = {
    "ja": {
        "confirmed": "複数の予約が確定しました。",
        "requested": "複数の予約の申し込みを受け付けました。",
        "cancelled": "複数の予約が取り消されました。",
        "declined": "複数の予約について、お知らせがあります。",
    },
    "en": {
        "confirmed": "Several bookings are confirmed.",
        "requested": "Several bookings were requested.",
        "cancelled": "Several bookings were cancelled.",
        "declined": "There is news about several bookings.",
    },
}
ARRANGED = "arranged"  # confirmed or requested, as the bookings are
# By topic; what happens to a seat is told in the words for other bookings.
KINDS: Mapping[str, str] = {f"booking.{kind}": kind for kind in TEXTS["ja"]} | {
    "seat.taken": "confirmed",
    "seat.reminder": "reminder",
    "seat.given_back": "cancelled",
    "seat.cancelled": "cancelled",
    "series.arranged": ARRANGED,
    "series.confirmed": "confirmed",
    "series.cancelled": "cancelled",
    "series.declined": "declined",
}
LOOK_AT = {"client": "/", "therapist": "/therapist"}
Payload = Mapping[str, Any]


def told_of(payload: Payload) -> Mapping[str, int | None]:
    """The bookings that an event is about, with their SEQUENCE when it was written; null: whichever."""
    if "bookings" in payload:
        return dict(payload["bookings"])
    return {payload["booking_id"]: payload.get("sequence")}


def standing(found: Iterable[Booking], payload: Payload, kind: str, now: datetime) -> list[Booking]:
    """Those of which there is still something to say."""
    sequences, states = told_of(payload), STANDS["changed" if kind == ARRANGED else kind]
    return [
        one
        for one in found
        if one.client_id is not None
        and sequences[one.id] in (None, one.sequence)
        and one.status in states
        and now < one.starts_at
    ]


def outgoing(payload: Payload, kind: str, found: list[Booking], to: str) -> tuple[dict[str, Any], str]:
    """What is to be delivered to each browser, and what tells it from other messages."""
    first, what = found[0], payload.get("what", "")
    if kind == ARRANGED:
        kind = "requested" if first.status is Status.REQUESTED else "confirmed"
    event = {"kind": kind, "to": to, "what": what}
    if "series_id" not in payload:
        about = {"booking_id": first.id, "sequence": first.sequence}
        return event | about, f"{first.id}/{first.sequence}/{kind}{what}"
    booking_id, sequence = min(payload["bookings"].items())
    sequences = {one.id: one.sequence for one in found}
    several = {"series_id": payload["series_id"], "bookings": sequences}
    return event | several, f"{booking_id}/{sequence}/{kind}"


def message(kind: str, to: str, locale: str, *, several: bool = False) -> bytes:
    """What the service worker shows."""
    words = SEVERAL if several else TEXTS
    texts = words.get(locale, words["ja"])
    told = {"title": TITLE, "body": texts[kind], "url": LOOK_AT[to], "lang": locale}
    return json.dumps(told, ensure_ascii=False).encode()
