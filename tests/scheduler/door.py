"""The scheduler behind a real application, asked over HTTP as whoever is asking."""

import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from core.config import OutgoingConfig, PushConfig
from core.http import Identity
from core.ids import BookingId, PersonId, new_id
from core.outgoing import Outgoing
from scheduler import (
    calendar_routes,
    care_routes,
    change_routes,
    feed_routes,
    fhir_routes,
    pace_routes,
    push_routes,
    webhook_routes,
    week_routes,
)
from scheduler.calendar_reading import CalendarReader
from scheduler.care_views import CareViews
from scheduler.cares import Cares
from scheduler.changes import Changes
from scheduler.feed import Feeds
from scheduler.fhir_search import FhirSearch
from scheduler.importing import CalendarImports
from scheduler.join_links import JoinLinks
from scheduler.outcome import Attendance
from scheduler.pace_service import PaceService
from scheduler.push import Push
from scheduler.routes import Rooms, routes
from scheduler.webhooks import Webhooks
from scheduler.week import WeekService
from server.sessions import Sessions
from server.web import Edge, application
from tests.scheduler.clinic import PUBLIC_URL, TOKYO, Clinic

Client = TestClient[web.Request, web.Application]


class Door:
    """The service behind a real application; `who` is whoever is asking."""

    def __init__(self, clinic: Clinic, push_key_file: str) -> None:
        self.clinic = clinic
        self.who: Identity | None = clinic.visitor()
        self.waiting: dict[BookingId, datetime] = {}
        self.running: dict[BookingId, datetime] = {}
        self.client: Client
        outgoing = OutgoingConfig(private_addresses=True, timeout_s=5)
        self.webhooks = Webhooks(clinic.database, clinic.clock, outgoing, Outgoing(outgoing))
        keys = PushConfig(key_file=push_key_file)
        self.push = Push(clinic.database, clinic.clock, keys, Outgoing(outgoing), "mailto:a@todoku.example")

    async def identify(self, cookies: Mapping[str, str], which: str) -> Identity | None:
        return self.who if self.who is not None and self.who.kind == which else None

    def rooms(self) -> Rooms:
        """What the test says of rooms."""

        async def waiting(ids: Sequence[BookingId]) -> Mapping[BookingId, datetime]:
            return {one: self.waiting[one] for one in ids if one in self.waiting}

        async def running(ids: Sequence[BookingId]) -> Mapping[BookingId, datetime]:
            return {one: self.running[one] for one in ids if one in self.running}

        return Rooms(waiting, running)

    async def ask(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """Status and JSON; the session asked for is the one `who` has."""
        headers = {"Todoku-Session": self.who.kind if self.who else "account"} | options.pop("headers", {})
        async with self.client.request(method, path, headers=headers, **options) as response:
            if response.content_type.endswith("json"):
                return response.status, await response.json()
            return response.status, await response.read()

    async def as_new_staff(self) -> None:
        person_id = await self.clinic.person("運営", "staff")
        self.who = Identity(person_id, frozenset({"staff"}), new_id(), "account")

    def as_therapist(self, therapist_id: PersonId) -> None:
        self.who = Identity(therapist_id, frozenset({"therapist"}), new_id(), "account")

    def as_staff(self, person_id: PersonId) -> None:
        self.who = Identity(person_id, frozenset({"staff"}), new_id(), "account")


async def nobody_came(ids: Sequence[BookingId]) -> Mapping[BookingId, Attendance]:
    return {one: Attendance() for one in ids}


@asynccontextmanager
async def open_door(clinic: Clinic) -> AsyncIterator[Door]:
    """Behind a proxy that names the asker's address."""
    with tempfile.TemporaryDirectory() as folder:
        async with _opened(Door(await clinic.open(), f"{folder}/push-key.pem")) as door:
            yield door


@asynccontextmanager
async def _opened(door: Door) -> AsyncIterator[Door]:
    clinic = door.clinic
    edge = Edge(door.identify, clinic.clock, PUBLIC_URL, trusted_proxies=1)
    links = JoinLinks(clinic.database, clinic.clock, PUBLIC_URL, clinic.secret)
    changes = Changes(clinic.database, clinic.config, clinic.clock, links)
    pace = PaceService(clinic.database, clinic.config, clinic.clock)
    cares = Cares(clinic.database, clinic.config, clinic.clock)
    views = CareViews(clinic.database, clinic.config, clinic.clock)
    loose = OutgoingConfig(private_addresses=True)
    imports = CalendarImports(clinic.database, clinic.clock, loose, CalendarReader(Outgoing(loose)))
    every = [
        *routes(clinic.service, door.rooms()),
        *change_routes.routes(changes),
        *pace_routes.routes(pace),
        *care_routes.routes(cares, views, clinic.service),
        *calendar_routes.routes(imports),
        *webhook_routes.routes(door.webhooks),
        *push_routes.routes(door.push, loose),
        *feed_routes.routes(Feeds(clinic.database, clinic.clock, PUBLIC_URL, clinic.secret)),
        *week_routes.routes(WeekService(clinic.database, clinic.clock)),
        *Sessions(clinic.database, clinic.clock, clinic.service, changes, nobody_came).routes(),
        *fhir_routes.routes(FhirSearch(clinic.database, clinic.config, clinic.clock)),
    ]
    app = application(every, edge)
    async with TestClient(TestServer(app)) as client:
        door.client = client
        yield door


def wanted(therapist_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "therapist_id": therapist_id,
        "starts_at": "2026-11-25T00:00:00Z",
        "name": "佐藤 一郎",
        "email": "ichiro@example.com",
        "timezone": TOKYO,
        "locale": "ja",
    } | changes
