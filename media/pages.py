"""What the pages of a relay's people last said of their own ends. Pure; times are monotonic seconds.

Who has no page (a camera that publishes by itself, an old client) is taken to have everything on, and can be
asked nothing about what arrives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from core.ids import ParticipantId, RoomId
from media.codecs import Kind
from media.model import PageReport

FRESH_S = 5.0  # two reports may be late


class Arrived(NamedTuple):
    """Between a page's last two reports, of all streams of a kind; None: it cannot tell, or has not lately.

    `decoded`: frames of pictures; of sound, packets that arrived are as good as heard.
    """

    packets: int | None
    decoded: int | None


UNTOLD = Arrived(None, None)


@dataclass
class _Page:
    """`told` are the latest words; whether a device is on stays true until the page says otherwise."""

    told: PageReport
    at: float
    arrived: Mapping[Kind, Arrived]
    microphone: bool
    camera: bool


NOBODY = _Page(PageReport(), 0.0, {}, microphone=True, camera=True)


class Pages:
    """Those of everybody on one relay."""

    def __init__(self) -> None:
        self._pages: dict[tuple[RoomId, ParticipantId], _Page] = {}

    def heard(self, room_id: RoomId, participant_id: ParticipantId, report: PageReport, now: float) -> None:
        """A report has come."""
        before = self._pages.get((room_id, participant_id), NOBODY)
        self._pages[room_id, participant_id] = _Page(
            report,
            now,
            _arrived(before.told, report),
            before.microphone if report.microphone is None else report.microphone,
            before.camera if report.camera is None else report.camera,
        )

    def is_known(self, room_id: RoomId, participant_id: ParticipantId) -> bool:
        """Whether they have a page."""
        return (room_id, participant_id) in self._pages

    def is_fresh(
        self, room_id: RoomId, participant_id: ParticipantId, now: float, within_s: float = FRESH_S
    ) -> bool:
        """Whether their page has said something lately."""
        page = self._pages.get((room_id, participant_id))
        return page is not None and now - page.at <= within_s

    def is_on(self, room_id: RoomId, participant_id: ParticipantId, kind: Kind) -> bool:
        """Whether their microphone or camera is."""
        page = self._pages.get((room_id, participant_id), NOBODY)
        return page.microphone if kind == "audio" else page.camera

    def arrived(self, room_id: RoomId, participant_id: ParticipantId, kind: Kind, now: float) -> Arrived:
        """What reached their page lately."""
        if not self.is_fresh(room_id, participant_id, now):
            return UNTOLD
        return self._pages[room_id, participant_id].arrived.get(kind, UNTOLD)

    def told(self, room_id: RoomId, participant_id: ParticipantId, now: float) -> PageReport:
        """What their page has said lately."""
        page = self._pages.get((room_id, participant_id), NOBODY)
        return page.told if now - page.at <= FRESH_S else NOBODY.told

    def is_behind_turn(self, room_id: RoomId, participant_id: ParticipantId) -> bool:
        """Whether their packets take a TURN server's way."""
        return self._pages.get((room_id, participant_id), NOBODY).told.candidate_type == "relay"

    def forget(self, room_id: RoomId) -> None:
        """The room is closed."""
        for key in [key for key in self._pages if key[0] == room_id]:
            del self._pages[key]


def _arrived(before: PageReport, after: PageReport) -> dict[Kind, Arrived]:
    sound = _grown(before.audio_packets, after.audio_packets)
    return {
        "audio": Arrived(sound, sound),
        "video": Arrived(
            _grown(before.video_packets, after.video_packets), _grown(before.video_frames, after.video_frames)
        ),
    }


def _grown(before: int | None, after: int | None) -> int | None:
    """None, too, over a new connection, whose counters begin anew."""
    return after - before if before is not None and after is not None and after >= before else None
