"""From an answer, or a stream's first packet, to sources and slots of the plane and a place on the stage.

Who shows whom to whom follows from it (media/conductor.py).
"""

from media.codecs import KINDS, MEDIA_TYPE_OF_RTX
from media.conductor import Conductor
from media.member import Member, line_of, numbering, sink_of
from media.plane import Address, Plane, Source, SrtpKeys, StreamStarted
from media.sdp import Answer
from media.stage import Stage


class Opening:
    """Of all participants of one relay."""

    def __init__(self, plane: Plane, conductor: Conductor) -> None:
        self._plane, self._conductor = plane, conductor

    def open(self, member: Member, stage: Stage, answer: Answer, keys: SrtpKeys, address: Address) -> None:
        """Their media may flow."""
        peer = member.seat.peer
        self._plane.add_peer(peer, keys, address, numbering(answer))
        sinks = [sink_of(line, member.described.slots[line.mid]) for line in answer.lines if line.receives]
        for sink in sinks:
            self._plane.add_sink(peer, sink)
        slots = {kind: [sink.ssrc for sink in sinks if sink.kind == kind] for kind in KINDS}
        self._conductor.enter(stage, peer, member.seat.participant_id, slots, member.seat.device)
        for line in answer.lines:
            if line.sends and line.ssrc is not None:
                self._plane.add_source(peer, Source(line.ssrc, line.kind, line.rtx_ssrc))
                self._conductor.publish(peer, line.kind, "", line.ssrc)

    def stream_started(self, member: Member, started: StreamStarted) -> None:
        """A stream that the answer did not announce by its SSRC."""
        peer, line = member.seat.peer, line_of(member.transport.answer, started)
        if line is None:
            return  # retransmissions of an unnamed stream cannot be told whose they are
        rid = started.repaired_rid or started.rid
        if started.payload_type not in MEDIA_TYPE_OF_RTX:
            self._plane.add_source(peer, Source(started.ssrc, line.kind))
            self._conductor.publish(peer, line.kind, rid, started.ssrc)
        else:
            ssrc = self._conductor.layer(peer, rid)
            if ssrc is not None:
                self._plane.add_source(peer, Source(ssrc, line.kind, started.ssrc))
