"""Schedules, free times and sessions as FHIR R4 resources (pure): who meets whom and when, by id alone.

No name, address, reason or health word is in them. A Schedule is a therapist's, with the therapist's id; a
Slot is a free start of their first kind of session; an Appointment is a booking.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from core.errors import TodokuError
from core.http import rfc3339
from scheduler.model import Booking, Slot, Status, Therapist

Resource = dict[str, Any]

STATUSES = {
    Status.REQUESTED: "pending",
    Status.CONFIRMED: "booked",
    Status.FULFILLED: "fulfilled",
    Status.CANCELLED: "cancelled",
    Status.NOSHOW: "noshow",
}
# What somebody has said to the session (participationstatus).
PARTICIPATION = {Status.REQUESTED: "needs-action", Status.CANCELLED: "declined"}
ISSUES = {401: "login", 403: "forbidden", 404: "not-found", 406: "not-supported", 422: "invalid"}
SEARCHES = {
    "Schedule": ("_count", "_cursor"),
    "Slot": ("schedule", "start", "status"),
    "Appointment": ("date", "_count", "_cursor"),
}
KINDS = {"date": "date", "start": "date", "schedule": "reference", "status": "token"}


def schedule(therapist: Therapist, now: datetime, window_days: int) -> Resource:
    """What can be booked of one therapist."""
    return {
        "resourceType": "Schedule",
        "id": therapist.id,
        "active": therapist.licence_verified_at is not None and not therapist.pause_new,
        "actor": [{"reference": f"Practitioner/{therapist.id}"}],
        "planningHorizon": _period(now.replace(microsecond=0), now + timedelta(days=window_days)),
    }


def slot(therapist_id: str, found: Slot) -> Resource:
    """A free time; its id says whose and when."""
    return {
        "resourceType": "Slot",
        "id": f"{therapist_id}-{int(found.starts_at.timestamp()) // 60}",
        "schedule": {"reference": f"Schedule/{therapist_id}"},
        "status": "free",
        "start": rfc3339(found.starts_at),
        "end": rfc3339(found.ends_at),
    }


def appointment(booking: Booking) -> Resource:
    """A booking; a session for several has its therapist alone."""
    status = PARTICIPATION.get(booking.status, "accepted")
    people = [f"Practitioner/{booking.therapist_id}"]
    if booking.client_id is not None:
        people.append(f"Patient/{booking.client_id}")
    return {
        "resourceType": "Appointment",
        "id": booking.id,
        "meta": {"versionId": str(booking.sequence), "lastUpdated": rfc3339(booking.updated_at)},
        "identifier": [{"type": {"text": "iCalendar UID"}, "value": booking.uid}],
        "status": STATUSES[booking.status],
        "start": rfc3339(booking.starts_at),
        "end": rfc3339(booking.ends_at),
        "minutesDuration": round((booking.ends_at - booking.starts_at) / timedelta(minutes=1)),
        "created": rfc3339(booking.created_at),
        "participant": [{"actor": {"reference": one}, "status": status} for one in people],
    }


def bundle(base: str, found: Iterable[Resource], own: str, following: str | None) -> Resource:
    """A searchset; `base`, `own` and `following` are addresses."""
    links = [{"relation": "self", "url": own}]
    if following is not None:
        links.append({"relation": "next", "url": following})
    entries = [
        {"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one, "search": {"mode": "match"}}
        for one in found
    ]
    made = {"resourceType": "Bundle", "type": "searchset", "link": links}
    return made | ({"entry": entries} if entries else {})  # FHIR knows no empty lists


def outcome(error: TodokuError) -> Resource:
    """An error; its code stands in `details`, the members at fault in `expression`."""
    fields = [str(one["field"]) for one in error.extra.get("errors", ())]
    issue: dict[str, Any] = {
        "severity": "error",
        "code": ISSUES.get(error.status, "processing"),
        "details": {"coding": [{"code": error.code}], "text": error.detail},
    }
    if fields:
        issue["expression"] = [one or "_" for one in fields]
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def capabilities(now: datetime) -> Resource:
    """What can be asked here."""
    resources = [
        {
            "type": kind,
            "interaction": [{"code": "search-type"}, *([] if kind == "Slot" else [{"code": "read"}])],
            "searchParam": _parameters(names),
        }
        for kind, names in SEARCHES.items()
    ]
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": now.astimezone(UTC).date().isoformat(),
        "kind": "instance",
        "implementation": {"description": "Todoku"},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [{"mode": "server", "resource": resources}],
    }


def _parameters(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"name": name, "type": KINDS[name]} for name in names if name in KINDS]


def _period(begins: datetime, ends: datetime) -> dict[str, str]:
    return {"start": rfc3339(begins), "end": rfc3339(ends.replace(microsecond=0))}
