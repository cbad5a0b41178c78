"""What the scheduler refuses, by situation. `alternatives`: list of {therapist_id, starts_at, ends_at}."""

from core.errors import Conflict, Gone, NotFound, TooMany


class SlotTaken(Conflict):
    """Somebody else has this time now; `alternatives` are the nearest free ones."""

    code = "slot_taken"
    title = "This time has just been taken"


class SlotNotOffered(Conflict):
    """The time is outside the therapist's hours, notice or booking window; `alternatives` are near ones."""

    code = "slot_not_offered"
    title = "This time is not offered"


class TherapistFull(Conflict):
    """The therapist takes no more new clients at the moment; `alternatives` are times of others."""

    code = "therapist_full"
    title = "This therapist has no free place at the moment"


class HoldExpired(Gone):
    """The time was reserved for a few minutes, and these are over."""

    code = "hold_expired"
    title = "The reservation of this time has expired"


class HoldPending(Conflict):
    """Two times were reserved at once from one session; only one can be."""

    code = "hold_pending"
    title = "Another time is being reserved for you"


class CareElsewhere(Conflict):
    """The client is with another therapist and books with that one."""

    code = "care_elsewhere"
    title = "You already have a therapist; please book with them"


class ClientBusy(Conflict):
    """The client has another session at that time."""

    code = "client_busy"
    title = "You have another session at this time"


class StatusConflict(Conflict):
    """The booking is in a state from which the asked one cannot be reached."""

    code = "booking_status_conflict"
    title = "This is no longer possible for this booking"


class TooLate(Conflict):
    """So shortly before the start, or after it, this can no longer be changed by the one who asks."""

    code = "too_late"
    title = "It is too late to change this session here"


class TherapistUnknown(NotFound):
    """No therapist has this id."""

    code = "therapist_unknown"
    title = "This therapist is not known"


class TooManyHolds(TooMany):
    """Too many times reserved by one person, link or address; `retry_after_s` says when to go on."""

    code = "too_many_holds"
    title = "Too many times are being reserved; please wait a little"


class TooManyBookings(TooMany):
    """Too many bookings by one person, mail address, link or address; `retry_after_s` says when to go on."""

    code = "too_many_bookings"
    title = "Too many bookings are being made; please wait a little"
