"""The secret ways into a visit's waiting room: one link that is mailed, one shown to whoever booked.

They are made where something is sent or confirmed (`ensure`) and found again where something is only looked
at (`find`). The database keeps hashes: a token is derived from its row's id with a secret kept elsewhere.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from accounts import service as accounts
from accounts.links import SHOWN
from core.clock import Clock
from core.database import Database
from core.ids import BookingId, PersonId
from core.together import Rows
from scheduler.model import Visit

# A call may outlast its time, and a page that is reloaded comes back by its link. Who may still enter, and
# when it is over, is decided by signaling (entering.check), which knows the call.
OUTLASTS = timedelta(hours=12)


class JoinLinks:
    """Links of visits, as addresses under `public_url`."""

    def __init__(self, database: Database, clock: Clock, public_url: str, secret: bytes) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret
        self.public_url = public_url.rstrip("/")

    async def ensure(self, visit: Visit, *, mailed: bool, lasts: timedelta = OUTLASTS) -> str:
        """The link, good until `lasts` after the waiting room closes; made if there is none."""
        async with self._database.write() as connection:
            token = await accounts.ensure_link(
                connection,
                self._secret,
                purpose="join",
                scope=_scope(visit.booking_id, mailed),
                person_id=visit.client_id,
                expires_at=visit.enter_until + lasts,
                now=self._clock.now(),
            )
        return self._address(token)

    async def make(
        self, connection: AsyncConnection, visit: Visit, *, mailed: bool, also: Sequence[Rows] = ()
    ) -> str:
        """The link of a visit that has none yet, in the transaction that makes the visit, with `also`."""
        token = await accounts.make_link(
            connection,
            self._secret,
            purpose="join",
            scope=_scope(visit.booking_id, mailed),
            person_id=visit.client_id,
            expires_at=visit.enter_until + OUTLASTS,
            now=self._clock.now(),
            also=also,
        )
        return self._address(token)

    async def find(self, booking_id: BookingId, client_id: PersonId, *, mailed: bool) -> str | None:
        """The link, if it was made and is good; changes nothing."""
        async with self._database.read() as connection:
            token = await accounts.find_link(
                connection,
                self._secret,
                purpose="join",
                scope=_scope(booking_id, mailed),
                person_id=client_id,
                now=self._clock.now(),
            )
        return self._address(token) if token is not None else None

    def change(self, join_url: str, wish: str) -> str:
        """Where the same link leads to a change of the booking; `wish`: "change" or "cancel"."""
        token = join_url.rpartition("/")[2]
        return f"{self.public_url}/change/{token}?do={wish}"

    def signed_in(self, booking_id: BookingId) -> str:
        """Where either of the two comes in who has signed in; no secret."""
        return f"{self.public_url}/room/{booking_id}"

    def _address(self, token: str) -> str:
        return f"{self.public_url}/join/{token}"


def _scope(booking_id: BookingId, mailed: bool) -> dict[str, str]:
    return {"booking_id": booking_id} | ({} if mailed else SHOWN)
