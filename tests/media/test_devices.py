"""Cameras and screens beside the people: they offer, in their own numbers, and restart ICE themselves."""

import dataclasses
from collections.abc import AsyncIterator

import pytest

from core.errors import PreconditionFailed
from core.ids import ParticipantId
from media.errors import (
    RelayFull,
    RelayRoomFull,
    RelayRoomOutdated,
    RelayRoomUnknown,
    RelaySeatUnknown,
    SdpRefused,
)
from media.ice import IceCredentials
from media.model import Device, DeviceSession
from media.packet import HEADER
from media.relay import Relay
from media.room import DEVICES
from tests.fakes import FakeClock
from tests.media.client import VP8_KEY, Client, attribute, rtp_packet
from tests.media.conftest import ROOM, Join
from tests.media.device import VP8, answered, device, offered, restarting
from tests.media.test_relay import timed as timed

pytestmark = pytest.mark.usefixtures("plain_numbers")

CAMERA, SCREEN = device("camera"), device("screen", "watch")


def attach(relay: Relay, what: Device, ssrcs: tuple[int, int, int] = (11, 21, 22)) -> DeviceSession:
    return relay.devices.attach(ROOM, what, 1, offered(what.purpose, ssrcs))


def amend(relay: Relay, session: DeviceSession, number: int | None, text: str) -> DeviceSession:
    return relay.devices.amend(ROOM, CAMERA.device_id, session.seat, number, text)


async def connected(session: DeviceSession, ssrcs: tuple[int, int, int] = (11, 21, 22)) -> Client:
    client = answered(session, ssrcs)
    await client.connect()
    client.check()  # its answer comes after the relay has finished the handshake too
    await client.until(lambda: client.checks_answered == 2)
    return client


def payload_types(client: Client, ssrc: int) -> set[int]:
    headers = (HEADER.unpack_from(data) for data in client.rtp)
    return {first & 0x7F for first, _, _, source in headers if source == ssrc}


@pytest.fixture
async def camera(relay: Relay) -> AsyncIterator[Client]:
    """Connected; it has not sent anything yet."""
    opened = await connected(attach(relay, CAMERA))
    yield opened
    await opened.close()


async def test_what_a_camera_sends_in_its_numbers_arrives_in_ours(
    relay: Relay, camera: Client, join: Join
) -> None:
    client = await join("client")
    camera.send_rtp(rtp_packet(21, 7, 0, VP8_KEY, VP8))
    assert await client.until(lambda: client.received(client.slot("3"))) == [(7, 0, VP8_KEY)]
    assert payload_types(client, client.slot("3")) == {96}


async def test_a_screen_receives_in_its_own_numbers(relay: Relay, join: Join) -> None:
    client = await join("client")
    screen = await connected(attach(relay, SCREEN))
    client.send_rtp(rtp_packet(client.ssrcs[1], 7, 0, VP8_KEY))
    assert await screen.until(lambda: screen.received(screen.slot("v"))) == [(7, 0, VP8_KEY)]
    assert payload_types(screen, screen.slot("v")) == {VP8}
    await screen.close()


async def test_a_camera_stands_for_its_hosts_until_it_goes(relay: Relay, camera: Client, join: Join) -> None:
    client, host = await join("client"), await join("host")
    slot = client.slot("3")
    camera.send_rtp(rtp_packet(21, 7, 0, VP8_KEY, VP8))
    await client.until(lambda: len(client.received(slot)) == 1)
    host.send_rtp(rtp_packet(host.ssrcs[1], 50, 0, VP8_KEY))  # to nobody
    answered_before = host.checks_answered
    host.check()
    await host.until(lambda: host.checks_answered > answered_before)
    relay.devices.attach(ROOM, CAMERA, 1, offered("publish", (31, 41, 42)))  # the earlier seat ends
    relay.leave(ROOM, CAMERA.device_id, 2)
    host.send_rtp(rtp_packet(host.ssrcs[1], 51, 3000, VP8_KEY[:-1]))
    await client.until(lambda: len(client.received(slot)) == 2)
    assert [payload for _, _, payload in client.received(slot)] == [VP8_KEY, VP8_KEY[:-1]]


async def test_people_and_their_tracks_are_as_without_devices(relay: Relay, camera: Client) -> None:
    offer = relay.join(ROOM, ParticipantId("client"), 1, 1)
    assert {track.participant_id for track in offer.tracks} == {"client", None}
    relay.join(ROOM, ParticipantId("host"), 1, 1)
    with pytest.raises(RelayRoomFull):
        relay.join(ROOM, ParticipantId("third"), 1, 1)


async def test_more_candidates_change_nothing(timed: Relay) -> None:
    session = attach(timed, CAMERA)
    more = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=end-of-candidates\r\n"
    for number in (session.number, None):
        assert amend(timed, session, number, more) == dataclasses.replace(session, text="")


async def test_a_restart_brings_new_credentials_with_which_the_camera_goes_on(
    relay: Relay, camera: Client, join: Join
) -> None:
    client = await join("client")
    first = DeviceSession(1, 1, "")
    again = amend(relay, first, None, restarting())
    assert again.number == 2
    assert amend(relay, first, None, restarting()) == again  # the answer was lost
    with pytest.raises(PreconditionFailed):
        amend(relay, first, 1, restarting("ijkl"))
    await camera.move()
    ufrag, password = (attribute(again.text, name)[0] for name in ("ice-ufrag", "ice-pwd"))
    camera.credentials = IceCredentials("efgh", camera.credentials.password)
    camera.server, answered_before = IceCredentials(ufrag, password), camera.checks_answered
    camera.check(nominate=True)
    await camera.until(lambda: camera.checks_answered > answered_before)
    camera.send_rtp(rtp_packet(21, 7, 0, VP8_KEY, VP8))
    assert await client.until(lambda: client.received(client.slot("3"))) == [(7, 0, VP8_KEY)]
    assert amend(relay, first, 2, restarting("ijkl")).number == 3


async def test_only_a_devices_own_session_is_amended(timed: Relay) -> None:
    session = attach(timed, CAMERA)
    timed.join(ROOM, ParticipantId("host"), 1, 1)
    with pytest.raises(RelaySeatUnknown):
        timed.devices.amend(ROOM, ParticipantId("host"), 1, None, restarting())
    with pytest.raises(SdpRefused):
        amend(timed, session, None, "hello")
    again = attach(timed, CAMERA)
    with pytest.raises(RelaySeatUnknown):
        amend(timed, session, None, restarting())
    timed.close_room(ROOM, 1)
    with pytest.raises(RelayRoomUnknown):
        amend(timed, again, None, restarting())


async def test_an_offer_that_cannot_be_used_takes_no_place(timed: Relay) -> None:
    for text in ("v=0", offered("watch")):
        with pytest.raises(SdpRefused):
            timed.devices.attach(ROOM, CAMERA, 1, text)
    assert timed.load == 0


async def test_a_device_finds_no_place_where_there_is_none(relay: Relay, timed: Relay) -> None:
    for number in range(DEVICES):
        attach(relay, device(f"camera {number}"))
    with pytest.raises(RelayRoomFull):
        attach(relay, CAMERA)
    for number in range(timed.max_participants):
        attach(timed, device(f"camera {number}"))
    with pytest.raises(RelayFull):
        attach(timed, CAMERA)
    with pytest.raises(RelayRoomOutdated):
        relay.devices.attach(ROOM, device("camera 0"), 2, offered("publish"))


async def test_a_silent_device_is_told_of_and_given_up_like_everybody(timed: Relay, clock: FakeClock) -> None:
    events: list[tuple[str, str]] = []
    timed.on_event = lambda event: events.append((event.participant_id, event.event))
    camera = await connected(attach(timed, CAMERA))
    clock.advance(7)
    timed.tick()
    clock.advance(54)
    timed.tick()
    assert events == [("camera", event) for event in ("connected", "silent", "disconnected")]
    assert timed.load == 0
    await camera.close()


async def test_a_device_that_never_connects_loses_its_seat(timed: Relay, clock: FakeClock) -> None:
    session = attach(timed, CAMERA)
    clock.advance(61)
    timed.tick()
    with pytest.raises(RelaySeatUnknown):
        amend(timed, session, None, restarting())


async def test_a_device_that_is_dismissed_goes_and_comes_back_with_no_grant_it_had(
    relay: Relay, camera: Client
) -> None:
    assert [one.device for one in relay.stats().rooms[0].participants] == ["publish"]
    relay.devices.dismiss(ROOM, CAMERA.device_id)
    assert relay.stats().rooms[0].participants == ()
    with pytest.raises(RelayRoomOutdated):
        attach(relay, CAMERA)
    with pytest.raises(RelaySeatUnknown):
        relay.devices.dismiss(ROOM, CAMERA.device_id)
    assert attach(relay, device("another")).seat == 1


async def test_a_person_cannot_be_dismissed(relay: Relay, join: Join) -> None:
    await join("client")
    with pytest.raises(RelaySeatUnknown):
        relay.devices.dismiss(ROOM, ParticipantId("client"))
