"""A small practice on a real database: therapists with hours, booking links, clients."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from accounts import service as accounts
from core.database import Database
from core.http import Identity
from core.ids import EmployerId, PersonId, new_id
from core.tables import outbox
from scheduler.booking import Arrangement, Pick, Wish
from scheduler.browsing import Asked
from scheduler.config import SchedulerConfig
from scheduler.join_links import JoinLinks
from scheduler.model import Span
from scheduler.once import Once
from scheduler.practice import Hours, NewTherapist
from scheduler.service import Confirmation, SchedulerService, book_on_behalf, register_therapist
from scheduler.tables import booking, care, therapist
from tests.fakes import FakeClock

TOKYO = "Asia/Tokyo"
PUBLIC_URL = "https://todoku.example"
SENDER = "Todoku <no-reply@todoku.example>"
NOBODY_REPEATS = Once(None, b"")
# The clock's start is Tuesday 10:00 in Tokyo; this is Wednesday 09:00, the first slot of that day.
WEDNESDAY = datetime.fromisoformat("2026-11-25T00:00:00+00:00")


@dataclass
class Clinic:
    """Everything a test needs to book; `service` is the real one."""

    database: Database
    clock: FakeClock
    config: SchedulerConfig = field(default_factory=SchedulerConfig)
    employer_id: EmployerId | None = None
    secret: bytes = b"a secret of the tests"

    @property
    def service(self) -> SchedulerService:
        links = JoinLinks(self.database, self.clock, PUBLIC_URL, self.secret)
        return SchedulerService(self.database, self.config, self.clock, links, SENDER)

    async def open(self) -> "Clinic":
        async with self.database.write() as connection:
            employer_id = await accounts.create_employer(connection, "Acme", self.clock.now())
        return replace(self, employer_id=employer_id)

    async def person(self, name: str, role: str, email: str | None = None) -> PersonId:
        async with self.database.write() as connection:
            return await accounts.create_person(
                connection,
                name=name,
                email=email or f"{new_id()}@example.com",
                locale="ja",
                timezone=TOKYO,
                roles=(role,),
                now=self.clock.now(),
            )

    async def therapist(self, capacity: int = 5, **changes: Any) -> PersonId:
        """A verified therapist working daily 09:00-17:00 in Tokyo."""
        person_id = await self.person(f"先生 {capacity}", "therapist")
        new = NewTherapist(
            person_id=person_id,
            licence_kind="physiotherapist",
            licence_number="12345",
            licence_verified_at=self.clock.now() - timedelta(days=30),
            licence_expires_at=self.clock.now() + timedelta(days=365),
            timezone=TOKYO,
            hours=[Hours(weekday, "09:00", "17:00") for weekday in range(7)],
            capacity=capacity,
            headline={"ja": "ゆっくり伺います", "en": "I take time"},
            languages=["ja", "en"],
        )
        async with self.database.write() as connection:
            await register_therapist(connection, replace(new, **changes), self.clock.now())
        return person_id

    def visitor(self) -> Identity:
        """Somebody with the employer's open booking link; nobody knows yet who."""
        return Identity(None, frozenset(), new_id(), "link", self._scope())

    def _scope(self) -> dict[str, str]:
        assert self.employer_id is not None, "open() it first"
        return {"purpose": "booking", "employer_id": self.employer_id}

    async def client(self) -> Identity:
        """Somebody with a personal booking link."""
        person_id = await self.person("山田 花子", "client")
        return Identity(person_id, frozenset({"client"}), new_id(), "link", self._scope())

    async def book(
        self,
        who: Identity,
        therapist_id: str,
        starts_at: datetime,
        once: Once = NOBODY_REPEATS,
        **changes: Any,
    ) -> Confirmation:
        return await self.service.book(who, wish(therapist_id, starts_at, **changes), once)

    async def hold(self, who: Identity, therapist_id: str, starts_at: datetime) -> str:
        return (await self.service.hold(who, Pick(therapist_id, starts_at), NOBODY_REPEATS)).id

    async def offered(self, who: Identity, therapist_id: str) -> set[datetime]:
        """Starting times shown for Wednesday."""
        within = Span(WEDNESDAY, WEDNESDAY + timedelta(days=1))
        return {slot.starts_at for slot in await self.service.slots(who, Asked(therapist_id, within))}

    async def on_behalf(self, therapist_id: PersonId, client_id: PersonId, starts_at: datetime) -> str:
        arrangement = Arrangement(therapist_id, starts_at, client_id, TOKYO, None)
        async with self.database.write() as connection:
            made = await book_on_behalf(connection, arrangement, self.config, self.clock.now())
        return made.id

    async def statuses(self) -> list[str]:
        query = sa.select(booking.c.status).order_by(booking.c.starts_at)
        async with self.database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def load(self, therapist_id: str) -> tuple[int, int]:
        """(counted, really open) cares of a therapist."""
        counted = sa.select(therapist.c.active).where(therapist.c.id == therapist_id)
        open_ones = sa.select(sa.func.count()).where(
            care.c.therapist_id == therapist_id, care.c.ended_at.is_(None)
        )
        async with self.database.read() as connection:
            first = (await connection.execute(counted)).scalar_one()
            return first, (await connection.execute(open_ones)).scalar_one()

    async def events(self, topic: str) -> list[dict[str, Any]]:
        query = sa.select(outbox.c.payload).where(outbox.c.topic == topic).order_by(outbox.c.id)
        async with self.database.read() as connection:
            return list((await connection.execute(query)).scalars())


def wish(therapist_id: str, starts_at: datetime, **changes: Any) -> Wish:
    made = Wish(
        therapist_id=therapist_id,
        starts_at=starts_at,
        name="佐藤 一郎",
        email="ichiro@example.com",
        timezone=TOKYO,
        locale="ja",
    )
    return replace(made, **changes)
