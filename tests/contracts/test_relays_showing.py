"""Who is shown to whom, asked of a relay over the bus, wherever it runs."""

import pytest

from core.ids import RoomId, new_id
from media.errors import (
    RelayRoomUnknown,
    RelaySeatUnknown,
)
from media.model import Display
from tests.contracts.conftest import ONE, TWO, House
from tests.media.client import VP8_KEY, rtp_packet


async def test_a_workshop_is_opened_and_its_therapist_pins_somebody(house: House) -> None:
    hall = RoomId(new_id())
    await house.relays.open_room(house.relay_id, hall, 1, "workshop")
    offer = await house.relays.join(house.relay_id, house.grant(room_id=hall), 1)
    assert [track.kind for track in offer.tracks] == ["audio", "video", *["audio"] * 3, *["video"] * 6]
    await house.relays.pin(house.relay_id, hall, [TWO, ONE])
    with pytest.raises(RelayRoomUnknown):
        await house.relays.pin(house.relay_id, RoomId(new_id()), [ONE])
    await house.relays.close_room(house.relay_id, hall, 9)


async def test_a_picture_that_a_page_does_not_want_is_not_sent_until_it_does(house: House) -> None:
    one, two = await house.connect(ONE, 1000), await house.connect(TWO, 2000)
    picture = two.slot("3")

    async def show(display: Display, seat: int = 1) -> None:
        await house.relays.show(house.relay_id, house.room, TWO, seat, {ONE: display})

    with pytest.raises(RelaySeatUnknown):
        await show(Display(), seat=7)
    one.send_rtp(rtp_packet(one.ssrcs[1], 1, 1, VP8_KEY))
    await two.until(lambda: len(two.received(picture)) == 1)
    await show(Display(paused=True))
    one.send_rtp(rtp_packet(one.ssrcs[1], 2, 2, VP8_KEY + b"unseen"))
    await show(Display(height_px=360))
    one.send_rtp(rtp_packet(one.ssrcs[1], 3, 3, VP8_KEY + b"again"))
    await two.until(lambda: len(two.received(picture)) == 2)
    assert [payload for _, _, payload in two.received(picture)] == [VP8_KEY, VP8_KEY + b"again"]
    await one.close()
    await two.close()
