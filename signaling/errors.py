"""What signaling refuses, by situation.

    Unauthenticated  BearerRefused
    Denied           NotAdmitted, NotTherapist
    NotFound         RoomUnknown
    Conflict         TooEarly, NotPossible, TabReplaced
    Gone             SessionOver, BookingCancelled, RoomEnded
    Unavailable      NoRelay

Besides: core.grants.GrantRefused and GrantExpired, and what a relay refuses (media/errors.py).
"""

from collections.abc import Mapping
from typing import ClassVar

from core.errors import Conflict, Denied, Gone, NotFound, Unauthenticated, Unavailable


class BearerRefused(Unauthenticated):
    """A device's request has no Bearer token, one of another room or purpose, or an expired one."""

    code = "bearer_refused"
    title = "This token does not give the right to do this; ask for a new one"
    headers: ClassVar[Mapping[str, str]] = {
        "WWW-Authenticate": 'Bearer realm="todoku", error="invalid_token"'
    }


class TooEarly(Conflict):
    """The waiting room is not open yet; `opens_at`, `starts_at`, `ends_at` say when, `peer_name` who."""

    code = "too_early"
    title = "The waiting room is not open yet"


class SessionOver(Gone):
    """The session's time has passed or it has taken place; `ended_at` and `reason` say which."""

    code = "session_over"
    title = "This session is over"


class BookingCancelled(Gone):
    """The booking was cancelled; there is nothing to enter."""

    code = "booking_cancelled"
    title = "This booking was cancelled"


class RoomEnded(Gone):
    """The call was ended: hung up, ended by staff, or given up; `reason` and `ended_at` say more."""

    code = "room_ended"
    title = "This call has ended"


class RoomUnknown(NotFound):
    """There is no such room, or the asker is not of it."""

    code = "room_unknown"
    title = "There is no such room"


class NotAdmitted(Denied):
    """The therapist has not let this person in yet."""

    code = "not_admitted"
    title = "Please wait to be let in"


class NotTherapist(Denied):
    """Only the therapist of the room lets people in."""

    code = "not_therapist"
    title = "Only the therapist can do this"


class NotPossible(Conflict):
    """The participant is in a state in which this cannot happen; ask for the state and go on from there."""

    code = "not_possible_now"
    title = "This is not possible at the moment"


class TabReplaced(Conflict):
    """Another tab or device of the same person has taken over; entering again takes it back."""

    code = "tab_replaced"
    title = "The session is open in another tab"


class NoRelay(Unavailable):
    """No media server is free at the moment."""

    code = "no_relay"
    title = "No call can be carried at the moment; please try again shortly"
