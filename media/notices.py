"""What a participant's page is told when the stage changes: slots by mid, people by name."""

from collections.abc import Mapping

from core.ids import ParticipantId
from media.codecs import RIDS
from media.member import Member
from media.model import Notice
from media.plane import PeerKey
from media.stage import Layers, Shown


def notice_of(member: Member, change: Shown | Layers, members: Mapping[PeerKey, Member]) -> Notice:
    """The change as `member` understands it."""
    seat = member.seat
    if isinstance(change, Layers):
        layers = tuple(rid for rid in RIDS if rid in change.rids)
        return Notice(seat.room_id, seat.participant_id, seat.number, layers=layers)
    who: dict[int, ParticipantId] = {
        ssrc: members[peer].seat.participant_id for ssrc, peer in change.peers.items()
    }
    shown = {mid: who.get(slot.ssrc) for mid, slot in member.described.slots.items()}
    return Notice(seat.room_id, seat.participant_id, seat.number, shown=shown)
