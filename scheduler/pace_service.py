"""Use-cases of a therapist's pace: each is of one therapist alone and gives their whole sheet back."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from core.clock import Clock
from core.database import Database
from core.errors import Denied, Invalid, NotFound, PreconditionFailed
from core.http import Identity
from core.idempotency import Stored
from core.ids import PersonId
from scheduler import covering, leave_store, leaving, pace, pace_changes, pace_store, practice_store, store
from scheduler.config import SchedulerConfig
from scheduler.errors import TherapistUnknown
from scheduler.hours import zone
from scheduler.model import LIVE, Rule, SessionType, Span, Status, Therapist, Travel
from scheduler.once import Once, keep, known_answer
from scheduler.pace import PaceSheet

AHEAD = timedelta(days=400)  # how far bookings are looked at
MOST_TYPES, MOST_TIME_OFF, MOST_TRAVELS = 20, 200, 50

NEW = Once(None, b"")  # without a key, a request is asked for the first time

Work = Callable[[AsyncConnection, Therapist], Awaitable[None]]


@dataclass(frozen=True)
class Away:
    """Time off that is wanted."""

    span: Span
    kind: str
    cover_id: str | None


@dataclass(frozen=True)
class _Asked:
    """What comes with a change: the version that was read, values of the sheet itself, a key."""

    version: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    once: Once = NEW


class PaceService:
    """What a therapist asks of their own pace. `version`: what the page had read."""

    def __init__(self, database: Database, config: SchedulerConfig, clock: Clock) -> None:
        self._database, self._config, self._clock = database, config, clock

    async def sheet(self, identity: Identity) -> PaceSheet:
        """All of it. Raises Denied, TherapistUnknown."""
        async with self._database.read() as connection:
            return await self._sheet(connection, _own(identity))

    async def set_values(self, identity: Identity, version: int, values: Mapping[str, Any]) -> PaceSheet:
        """Capacity, pause, minutes, sessions a day. Raises PreconditionFailed."""

        async def work(_connection: AsyncConnection, _therapist: Therapist) -> None:
            return None

        return await self._change(identity, "pace", work, _Asked(version, dict(values)))

    async def set_name(self, identity: Identity, version: int, name_en: str | None) -> PaceSheet:
        """How the name is written in English; None: as everywhere. Raises PreconditionFailed, Invalid."""

        async def work(connection: AsyncConnection, therapist: Therapist) -> None:
            await accounts.set_name_en(connection, therapist.id, name_en)

        return await self._change(identity, "name_en", work, _Asked(version))

    async def set_hours(self, identity: Identity, version: int, rules: Sequence[Rule]) -> PaceSheet:
        """In place of all weekly hours. A rule without a zone is meant in the therapist's own."""
        pace.check_rules(rules, "rules")

        async def work(connection: AsyncConnection, therapist: Therapist) -> None:
            await pace_changes.replace_rules(connection, therapist.id, _zoned(rules, therapist))

        return await self._change(identity, "hours", work, _Asked(version))

    async def set_reply_windows(self, identity: Identity, version: int, windows: Sequence[Rule]) -> PaceSheet:
        """When messages are answered, in place of all before."""
        pace.check_rules(windows, "windows")

        async def work(connection: AsyncConnection, therapist: Therapist) -> None:
            await pace_changes.replace_windows(connection, therapist.id, _zoned(windows, therapist))

        return await self._change(identity, "reply_windows", work, _Asked(version))

    async def set_date(
        self, identity: Identity, day: date, ranges: Sequence[tuple[int, int]] | None
    ) -> PaceSheet:
        """Other hours on one date, none (an empty list), or the weekly ones again (None)."""
        pace.check_ranges(ranges or ())

        async def work(connection: AsyncConnection, therapist: Therapist) -> None:
            journeys = await pace_changes.journeys_of(connection, therapist.id, day)
            there = [one.travel for one in journeys if one.travel.first_date <= day]
            zone_name = there[0].timezone if there else therapist.timezone
            await pace_changes.set_override(connection, therapist.id, day, ranges, zone_name)

        return await self._change(identity, "date", work, _Asked())

    async def add_time_off(self, identity: Identity, away: Away, once: Once = NEW) -> PaceSheet:
        """Raises Invalid for a cover who is no other therapist."""

        async def work(connection: AsyncConnection, therapist: Therapist) -> None:
            if away.cover_id is not None:
                cover = await practice_store.find_therapist(connection, away.cover_id)
                if cover is None or cover.id == therapist.id:
                    message = "must be another therapist"
                    raise Invalid(errors=[{"field": "cover_id", "message": message, "rule": "cover"}])
            known = await pace_changes.time_off_of(connection, therapist.id, self._clock.now())
            _check_count(len(known), MOST_TIME_OFF)
            span, kind = away.span, away.kind
            off_id = await pace_changes.add_time_off(connection, therapist.id, span, kind, away.cover_id)
            if leaving.is_asked(kind, span):
                await leaving.ask(connection, therapist.id, off_id, self._clock.now())

        return await self._change(identity, "time_off", work, _Asked(once=once))

    async def remove_time_off(self, identity: Identity, off_id: str) -> PaceSheet:
        """Raises NotFound."""

        async def work(connection: AsyncConnection, therapist: Therapist) -> None:
            if await pace_changes.owns_time_off(connection, therapist.id, off_id):
                await covering.call_off(connection, off_id, self._clock.now())
            await leave_store.forget(connection, therapist.id, off_id)
            if not await pace_changes.remove_time_off(connection, therapist.id, off_id):
                raise NotFound

        return await self._change(identity, "time_off", work, _Asked())

    async def add_travel(self, identity: Identity, travel: Travel, once: Once = NEW) -> PaceSheet:
        """Raises Invalid where it overlaps another."""

        async def work(connection: AsyncConnection, therapist: Therapist) -> None:
            known = await pace_changes.journeys_of(connection, therapist.id, date.min)
            _check_count(len(known), MOST_TRAVELS)
            pace.check_travel(travel, (one.travel for one in known))
            await pace_changes.add_travel(connection, therapist.id, travel)

        return await self._change(identity, "travel", work, _Asked(once=once))

    async def remove_travel(self, identity: Identity, travel_id: str) -> PaceSheet:
        """Raises NotFound."""

        async def work(connection: AsyncConnection, therapist: Therapist) -> None:
            if not await pace_changes.remove_travel(connection, therapist.id, travel_id):
                raise NotFound

        return await self._change(identity, "travel", work, _Asked())

    async def add_type(self, identity: Identity, values: Mapping[str, Any], once: Once = NEW) -> PaceSheet:
        """Another kind of session, last in order."""

        async def work(connection: AsyncConnection, therapist: Therapist) -> None:
            _check_count(len(await pace_store.types_of(connection, therapist.id)), MOST_TYPES)
            await pace_store.insert_type(connection, therapist.id, dict(values), self._clock.now())

        return await self._change(identity, "session_type", work, _Asked(once=once))

    async def change_type(self, identity: Identity, type_id: str, values: Mapping[str, Any]) -> PaceSheet:
        """What is booked already stays as it is. Raises NotFound."""

        async def work(connection: AsyncConnection, therapist: Therapist) -> None:
            found = await pace_store.find_type(connection, therapist.id, type_id)
            if found is None or not found.active:
                raise NotFound
            await pace_store.update_type(connection, type_id, dict(values))

        return await self._change(identity, "session_type", work, _Asked())

    async def _change(self, identity: Identity, what: str, work: Work, asked: _Asked) -> PaceSheet:
        own, now, once = _own(identity), self._clock.now(), asked.once

        async def whole(connection: AsyncConnection) -> PaceSheet:
            await store.lock_therapist(connection, own)
            if await known_answer(connection, identity, once) is not None:
                return await self._sheet(connection, own)
            await keep(connection, identity, once, Stored(200, {"therapist_id": own}), now)
            therapist = await practice_store.find_therapist(connection, own)
            if therapist is None:
                raise TherapistUnknown
            if not await pace_changes.set_values(connection, own, asked.version, dict(asked.values)):
                raise PreconditionFailed
            await work(connection, therapist)
            detail = {"what": what, **pace.audited(asked.values)}
            await accounts.audit(
                connection, actor=own, action="practice_changed", subject=own, detail=detail, now=now
            )
            return await self._sheet(connection, own)

        return await self._database.transact(whole)

    async def _sheet(self, connection: AsyncConnection, own: PersonId) -> PaceSheet:
        now = self._clock.now()
        therapist = await practice_store.find_therapist(connection, own)
        if therapist is None:
            raise TherapistUnknown
        today = now.astimezone(zone(therapist.timezone)).date()
        types = await pace_store.types_of(connection, own)
        within = Span(now, now + AHEAD)
        calendar = (await practice_store.calendars(connection, [therapist], within, now))[own]
        upcoming = [
            one
            for one in await store.sessions(connection, own, within)
            if one.status in LIVE and one.status is not Status.HELD
        ]
        conflicts = pace.conflicts(calendar, upcoming)
        clients = {one.booking.client_id for one in conflicts if one.booking.client_id}
        people = await accounts.people(connection, {*clients, own})
        return PaceSheet(
            therapist=therapist,
            own=people[own],
            types=tuple(types) or (self._config.session_type(),),
            rules=calendar.rules,
            overrides=tuple(await pace_changes.overrides_of(connection, own, today)),
            time_off=tuple(await pace_changes.time_off_of(connection, own, now)),
            journeys=tuple(await pace_changes.journeys_of(connection, own, today)),
            reply_windows=tuple(await pace_changes.windows_of(connection, own)),
            weeks=tuple(pace.weeks(therapist, calendar.sessions, now)),
            conflicts=tuple(conflicts),
            names={one: people[one].name for one in clients},
        )

    async def types_for_clients(self, therapist_id: str) -> list[SessionType]:
        """What can be booked with somebody. Raises TherapistUnknown."""
        async with self._database.read() as connection:
            if await practice_store.find_therapist(connection, therapist_id) is None:
                raise TherapistUnknown
            return await pace_store.types_of(connection, therapist_id) or [self._config.session_type()]


def _own(identity: Identity) -> PersonId:
    if identity.kind != "account" or identity.person_id is None or "therapist" not in identity.roles:
        raise Denied
    return identity.person_id


def _zoned(rules: Sequence[Rule], therapist: Therapist) -> list[Rule]:
    return [one if one.timezone else replace(one, timezone=therapist.timezone) for one in rules]


def _check_count(known: int, most: int) -> None:
    if known >= most:
        raise Invalid(f"there can be at most {most} of these")
