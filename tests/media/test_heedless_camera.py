"""A camera that sends at a fixed rate, whatever it is told, as OBS does; and a viewer on a narrow line."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from media.relay import Relay
from tests.impairment.link import Impairment
from tests.media.client import VP8_DELTA, VP8_KEY, Client, rtp_packet
from tests.media.conftest import ROOM
from tests.media.device import VP8, answered, device, offered
from tests.media.measuring import wall_clock
from tests.media.test_impaired import LONG, Call
from tests.media.test_impaired import call as call

PACKETS_PER_S, PACKET_BYTES = 250, 1000  # 2 Mbit/s
STEP_S = 0.02


@contextlib.asynccontextmanager
async def heedless(relay: Relay) -> AsyncIterator[Client]:
    """A camera of the second person's, on air until the context is left."""
    camera = answered(relay.devices.attach(ROOM, device("camera", host="two"), 1, offered("publish")))
    await camera.connect()
    on_air = asyncio.create_task(send_for_ever(camera))
    yield camera
    on_air.cancel()
    await asyncio.gather(on_air, return_exceptions=True)
    await camera.close()


async def send_for_ever(camera: Client) -> None:
    sequence, began = 0, asyncio.get_running_loop().time()
    while True:
        due = (asyncio.get_running_loop().time() - began) * PACKETS_PER_S
        while sequence < due:
            begins = sequence % PACKETS_PER_S == 0
            payload = (VP8_KEY if begins else VP8_DELTA).ljust(PACKET_BYTES, b"x")
            camera.send_rtp(rtp_packet(21, sequence, sequence * 360, payload, VP8))
            sequence += 1
        await asyncio.sleep(STEP_S)


@pytest.mark.browser
@pytest.mark.parametrize("for_s", [4, pytest.param(30, marks=LONG)])
async def test_a_camera_that_heeds_nothing_pauses_on_a_narrow_line_and_the_sound_stays_whole(
    relay: Relay, call: Call, for_s: float
) -> None:
    async with heedless(relay):
        call.networks[0].down.change(Impairment(rate_bps=500_000))
        narrowed = wall_clock()
        settled = narrowed + 8
        narrow, _ = await call.recorded_until(settled + for_s)
        assert narrow.video_bps(narrowed, narrowed + 3) > 100_000
        assert narrow.video_bps(settled, settled + for_s) < 10_000
        assert narrow.concealment(settled, settled + for_s) < 0.02
