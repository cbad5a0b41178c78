"""Who acts on which event of the outbox, once its transaction is committed: mails, conversations, places.

Each handler takes the same event twice without harm. Nothing is decided here.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from accounts.mail import SIGN_IN_LINK, SignInMails
from chat.service import View, ensure_conversation, grant_view, withdraw_view
from core.ids import PersonId
from core.mail import open_mailer
from core.outbox import Handler
from scheduler.care_mail import CareMails
from scheduler.covering import COVER, ask_newcomer, covering, covers_of, look_again
from scheduler.mail import BookingMails
from scheduler.mail_frame import Frame

if TYPE_CHECKING:
    from server.assembly import House


def handlers(house: "House") -> dict[str, list[Handler]]:
    """By topic."""
    ground = house.ground
    mailer = open_mailer(ground.config.mail, ground.clock)
    frame = Frame(bool(ground.config.mail.reply_to), ground.config.server.help_contact)
    bookings = BookingMails(ground.database, house.scheduler, mailer, ground.clock, frame)
    sign_ins = SignInMails(ground.database, mailer, ground.clock, ground.config.accounts, ground.url)
    secret = ground.signer.secret("care links")
    cares = CareMails(ground.database, mailer, ground.clock, ground.url, secret, frame)
    # Others first: a mail that fails holds them up no more than they do it.
    sessions = house.sessions.handlers(mailer, frame)
    several = [house.outward.handlers(), bookings.handlers(), sessions]
    alone: list[dict[str, Handler]] = [
        Conversations(house).handlers(),
        _places(house),
        cares.handlers(),
        {SIGN_IN_LINK: sign_ins.handle},
    ]
    told: dict[str, list[Handler]] = {}
    for acts in (*several, *({topic: [act] for topic, act in one.items()} for one in alone)):
        for topic, more in acts.items():
            told.setdefault(topic, []).extend(more)
    return told


def _places(house: "House") -> dict[str, Handler]:
    """What becomes of places when a care begins or ends, and of leave that was planned before."""

    async def opened(payload: dict[str, Any]) -> None:
        await house.cares.withdraw_others(payload["client_id"])
        await house.ground.database.transact(
            lambda connection: ask_newcomer(connection, payload["care_id"], house.ground.clock.now())
        )

    async def ended(_payload: dict[str, Any]) -> None:
        await house.cares.give_places()

    return {"care.opened": opened, "care.ended": ended, "care.place_freed": ended}


class Conversations:
    """Who reads and writes in the conversation of a care, as care begins, is handed over, or is covered."""

    def __init__(self, house: "House") -> None:
        self._database, self._clock = house.ground.database, house.ground.clock

    def handlers(self) -> dict[str, Handler]:
        return {
            "care.opened": self.opened,
            "care.ended": self.ended,
            "handover.done": self.handed_over,
            "leave.chosen": self.covered,
            COVER: self.covered,
        }

    async def opened(self, payload: dict[str, Any]) -> None:
        members = {
            PersonId(payload["client_id"]): "client",
            PersonId(payload["therapist_id"]): "therapist",
        }
        async with self._database.write() as connection:
            await ensure_conversation(connection, payload["care_id"], members, self._clock.now())

    async def handed_over(self, payload: dict[str, Any]) -> None:
        """The earlier therapist reads on for a while; the next one reads what the client chose."""
        until = datetime.fromisoformat(payload["read_until"])
        await self._grant(
            payload["care_from"], payload["therapist_from"], View("therapist", None, until, writes=False)
        )
        if payload["history"] != "none":
            since = _since(payload)
            view = View("therapist", since, None, writes=False)
            await self._grant(payload["care_from"], payload["therapist_to"], view)

    async def ended(self, payload: dict[str, Any]) -> None:
        """Nobody stands in any more in a care that is over."""
        async with self._database.read() as connection:
            covers = await covers_of(connection, payload["care_id"])
        for cover_id in covers:
            await self._cover(payload["care_id"], PersonId(cover_id))

    async def covered(self, payload: dict[str, Any]) -> None:
        """Who covers a leave reads and writes while it lasts, if the client still wants that."""
        if payload["cover_id"] is not None:
            await self._cover(payload["care_id"], PersonId(payload["cover_id"]))

    async def _cover(self, care_id: str, cover_id: PersonId) -> None:
        async with self._database.write() as connection:
            now = self._clock.now()
            # Under its lock first: two events about one care then end with what is true last.
            conversation_id = await ensure_conversation(connection, care_id, {}, now)
            found = await covering(connection, care_id, cover_id, now)
            if found.settled:
                return
            if found.times is None:
                await withdraw_view(connection, conversation_id, cover_id, now)
                return
            times = found.times
            view = View("therapist", None, times.ends_at, opens_at=times.starts_at)
            await grant_view(connection, care_id, cover_id, view, now)
            await look_again(connection, care_id, cover_id, times, now)

    async def _grant(self, care_id: str, person_id: str, view: View) -> None:
        async with self._database.write() as connection:
            await grant_view(connection, care_id, PersonId(person_id), view, self._clock.now())


def _since(payload: Mapping[str, Any]) -> datetime | None:
    """From when on the client lets the next therapist read."""
    if payload["history"] != "from":
        return None
    return datetime.combine(date.fromisoformat(payload["since"]), time(), tzinfo=UTC)
