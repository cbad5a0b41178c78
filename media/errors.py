"""What a relay refuses, by situation.

    Invalid      SdpRefused
    Denied       RelayRoomOutdated
    NotFound     RelayRoomUnknown, RelaySeatUnknown
    Conflict     OfferOutdated, RelayRoomFull
    Unavailable  RelayFull

Malformed packets are no errors: they are counted (media.plane.PlaneStats) and dropped.
"""

from core.errors import Conflict, Denied, Invalid, NotFound, Unavailable


class SdpRefused(Invalid):
    """An answer that fits no offer of ours, or an offer that we cannot answer; `detail` says why."""

    code = "sdp_refused"
    title = "This session description cannot be used"


class RelayRoomUnknown(NotFound):
    """The relay does not hold this room: never opened here, closed, or lost in a restart."""

    code = "relay_room_unknown"
    title = "This call is not open here"


class RelaySeatUnknown(NotFound):
    """The seat was left, or a newer tab of the same person has taken its place."""

    code = "relay_seat_unknown"
    title = "This place in the call was given up or taken by another tab"


class RelayRoomOutdated(Denied):
    """The grant, or the order, belongs to an earlier epoch of the room."""

    code = "relay_room_outdated"
    title = "This call has ended; open the join link again"


class OfferOutdated(Conflict):
    """An answer to an offer that a newer one has replaced; ask for the current one."""

    code = "offer_outdated"
    title = "This answer comes too late; ask for the current offer"


class RelayRoomFull(Conflict):
    """Every place in the room is taken by somebody else."""

    code = "relay_room_full"
    title = "There is no free place in this call"


class RelayFull(Unavailable):
    """The relay carries as many participants as it may, or is being shut down."""

    code = "relay_full"
    title = "No more calls can be carried here at the moment"
