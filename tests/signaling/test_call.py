"""Calls over real Socket.IO connections, from the waiting room to the end page."""

import asyncio

import pytest

from core.http import Identity
from media.model import PageReport
from media.relays import QUALITY_TOPIC
from signaling.gateway import FIGURES_AT_ONCE
from signaling.model import EndReason, Media
from signaling.participant import State
from tests.signaling.world import Page, World, until


async def test_the_client_waits_is_admitted_and_both_are_connected(world: World) -> None:
    relay = await world.relay()
    client = await world.arrive(world.client)
    await client.sees(lambda state: state["me"]["state"] == "waiting" and state["peer"] is None)
    therapist = await world.arrive(world.therapist)
    await client.peer_state("admitted")
    assert await client.no("join") == "not_admitted"

    await therapist.ok("admit", participant_id=client.id)
    await client.my_state("admitted")
    seat_grant = (await client.sees(lambda message: True, "admitted"))["grant"]
    assert world.verifier.verify(seat_grant, world.clock.now()).scope == "seat"

    joined = await client.ok("join", grant=seat_grant)
    assert joined["offer"] == client.last("offer")
    await client.ok("answer", offer=joined["offer"]["number"], sdp="v=0\r\n")
    assert relay.answers == [(client.id, 1, "v=0\r\n")]
    await therapist.ok("join")
    for page in (client, therapist):
        relay.tell(page.room_id, page.id, "connected")
    await client.sees(lambda state: state["room"]["state"] == "in_call")
    await therapist.sees(lambda state: state["room"]["call_since"] == "2026-11-24T23:50:00Z")


async def test_the_others_tracks_are_named_once_they_have_entered(world: World) -> None:
    await world.relay()
    therapist = await world.arrive(world.therapist)
    alone = (await therapist.ok("join"))["offer"]["tracks"]
    assert [track["participant_id"] for track in alone] == [therapist.id, None]
    client = await world.enter(world.client)
    named = (await therapist.ok("resync"))["offer"]["tracks"]
    assert [track["participant_id"] for track in named] == [therapist.id, client.id]


@pytest.mark.parametrize("leaver", ["client", "therapist"])
async def test_hanging_up_ends_the_session_for_both_and_fulfils_the_booking(
    world: World, leaver: str
) -> None:
    client, therapist, relay = await world.both_in_call()
    world.clock.advance(600)
    await (client if leaver == "client" else therapist).ok("leave")
    for page in (client, therapist):
        ended = await page.sees(lambda message: True, "ended")
        assert ended == {"reason": "hung_up", "by": leaver}
        await page.my_state("ended")
    assert await world.status() == "fulfilled"
    assert relay.rooms.rooms == {}
    summary = await world.signaling.calls.summary(world.client, client.room_id)
    assert summary.duration_s == 600
    assert await client.no("join") == "room_ended"


async def test_without_a_call_nothing_is_fulfilled(world: World) -> None:
    await world.relay()
    client, therapist = await world.arrive(world.client), await world.arrive(world.therapist)
    await client.ok("leave")
    await therapist.peer_state("left")
    await world.signaling.calls.end(client.room_id, "staff", EndReason.STAFF)
    await therapist.sees(lambda message: message["by"] == "staff", "ended")
    assert await world.status() == "confirmed"


async def test_who_left_the_waiting_room_may_come_again(world: World) -> None:
    client = await world.arrive(world.client)
    await client.ok("leave")
    again = await world.arrive(world.client)
    await again.my_state("waiting")
    assert again.id == client.id


async def test_mute_and_camera_reach_the_other(world: World) -> None:
    client, therapist, _ = await world.both_in_call()
    await client.ok("media", microphone=False, camera=False)
    shown = await therapist.sees(lambda state: state["peer"]["camera"] is False)
    assert shown["peer"]["microphone"] is False


async def test_only_the_therapist_admits(world: World) -> None:
    client = await world.arrive(world.client)
    therapist = await world.arrive(world.therapist)
    assert await client.no("admit", participant_id=client.id) == "not_therapist"
    assert await therapist.no("admit", participant_id="nobody") == "room_unknown"


async def test_nobody_joins_with_anothers_grant(world: World) -> None:
    await world.relay()
    client, therapist = await world.arrive(world.client), await world.arrive(world.therapist)
    await therapist.ok("admit", participant_id=client.id)
    assert await client.no("join", grant=therapist.grant) == "grant_refused"
    assert await client.no("join", grant="nonsense") == "grant_refused"


async def test_a_reload_goes_straight_back_in_on_the_next_seat(world: World) -> None:
    client, therapist, relay = await world.both_in_call()
    await client.socket.disconnect()
    again = await world.arrive(world.client, client.tab_id)
    assert world.verifier.verify(again.grant, world.clock.now()).scope == "seat"
    offer = (await again.ok("join"))["offer"]
    assert offer["number"] == 2
    await therapist.peer_state("joining")
    relay.tell(again.room_id, again.id, "connected")
    await therapist.peer_state("connected")
    assert (await world.call(client.room_id)).find(client.id).seat == 2


async def test_a_reconnecting_socket_gets_state_and_current_offer(world: World) -> None:
    client, therapist, _ = await world.both_in_call()
    await client.socket.disconnect()
    await client.connect()
    answer = await client.ok("resync")
    assert (answer["offer"]["number"], answer["state"]["me"]["state"]) == (1, "connected")
    assert therapist.last()["peer"]["state"] == "connected"  # the call never ended


async def test_who_asks_for_it_gets_an_offer_with_the_next_number_in_the_same_seat(world: World) -> None:
    client, _, _ = await world.both_in_call()
    assert (await client.ok("resync", restart=True))["offer"]["number"] == 2
    assert (await client.ok("resync"))["offer"]["number"] == 2
    assert (await world.call(client.room_id)).find(client.id).seat == 1


async def test_another_tab_takes_over_and_the_old_one_stays_out(world: World) -> None:
    client, _, relay = await world.both_in_call()
    other = await world.arrive(world.client)
    await client.sees(lambda message: True, "replaced")
    await until(lambda: not client.socket.connected or "/call" not in client.socket.namespaces)
    await client.close()
    await other.ok("join")
    assert (await client.refused())["code"] == "tab_replaced"
    [seat] = [
        seat for seat in relay.rooms.rooms[client.room_id].seats.values() if seat.participant_id == client.id
    ]
    assert seat.number == 2
    back = await world.arrive(world.client, client.tab_id)  # the user asks for it
    await back.ok("join")
    await other.sees(lambda message: True, "replaced")


async def test_two_tabs_joining_at_once_leave_exactly_one_seat(world: World) -> None:
    relay = await world.relay()
    therapist = await world.arrive(world.therapist)
    tabs = [await world.enter(world.client) for _ in range(2)]
    await therapist.ok("admit", participant_id=tabs[0].id)

    async def come(page: Page) -> bool:
        try:
            await page.connect()
            return bool((await page.ask("join"))["ok"])
        except Exception:
            return False  # replaced before, or while, it joined

    results = await asyncio.gather(*(come(page) for page in tabs))
    assert any(results)
    call = await world.call(therapist.room_id)
    me = call.find(tabs[0].id)
    winner = next(page for page in tabs if page.tab_id == me.tab_id)
    [seat] = [one for one in relay.rooms.rooms[call.room.id].seats.values() if one.participant_id == me.id]
    assert seat.number == me.seat
    assert winner.socket.get_sid("/call") == me.connection_id
    loser = next(page for page in tabs if page is not winner)
    await until(lambda: "/call" not in loser.socket.namespaces)


async def test_a_grant_of_an_earlier_epoch_or_an_old_one_opens_nothing(world: World) -> None:
    client = await world.enter(world.client)
    world.clock.advance(306)
    assert (await client.refused())["code"] == "grant_expired"
    page = await world.enter(world.client)
    await world.signaling.calls.end(page.room_id, "staff", EndReason.STAFF)
    refused = await page.refused()
    assert (refused["code"], refused["reason"]) == ("room_ended", "staff")


async def test_a_connection_without_a_grant_is_refused(world: World) -> None:
    page = await world.enter(world.client)
    page.grant = "x.y.z"
    assert (await page.refused())["code"] == "grant_refused"
    page.grant = ""
    assert (await page.refused())["code"] == "invalid"


@pytest.mark.parametrize("who", ["client", "therapist"])
async def test_therapists_see_whose_client_waits_while_they_are_connected(world: World, who: str) -> None:
    identity: Identity = getattr(world, who)
    await (await world.arrive(identity)).my_state("waiting" if who == "client" else "admitted")
    waiting = await world.signaling.calls.waiting([world.booking_id])
    assert list(waiting) == ([world.booking_id] if who == "client" else [])
    world.clock.advance(11)
    assert await world.signaling.calls.waiting([world.booking_id]) == {}
    await world.signaling.gateway.beat()
    assert list(await world.signaling.calls.waiting([world.booking_id])) == list(waiting)


async def test_therapists_see_which_call_goes_on_until_it_is_over(world: World) -> None:
    running = world.signaling.calls.running
    assert await running([world.booking_id]) == await running([]) == {}
    began = world.clock.now()
    _, therapist, _ = await world.both_in_call()
    world.clock.advance(60)
    assert await running([world.booking_id]) == {world.booking_id: began}
    await therapist.ok("leave")
    assert await running([world.booking_id]) == {}


async def test_a_heartbeat_hangs_up_on_a_connection_that_lost_its_place_unheard(world: World) -> None:
    client = await world.arrive(world.client)
    await world.signaling.calls.connect(client.grant, client.tab_id, "a connection of another process")
    await client.sees(lambda message: True, "replaced")


async def test_media_that_the_relay_gave_up_shows_and_a_new_seat_brings_it_back(world: World) -> None:
    client, therapist, relay = await world.both_in_call()
    relay.tell(client.room_id, client.id, "silent")
    await therapist.sees(lambda state: state["peer"]["media"] == "silent")
    relay.tell(client.room_id, client.id, "disconnected")
    await therapist.peer_state("joining")
    answer = await client.ok("resync")  # the relay no longer knows the seat
    assert answer["offer"]["number"] == 2
    relay.tell(client.room_id, client.id, "connected")
    await therapist.peer_state("connected")
    me = (await world.call(client.room_id)).find(client.id)
    assert (me.state, me.media) == (State.CONNECTED, Media.UP)


async def test_without_a_relay_joining_says_so_and_changes_nothing(world: World) -> None:
    therapist = await world.arrive(world.therapist)
    assert await therapist.no("join") == "no_relay"
    assert (await world.call(therapist.room_id)).find(therapist.id).state is State.ADMITTED


async def test_quality_is_passed_on_and_nonsense_in_it_refused(world: World) -> None:
    client = await world.arrive(world.client)
    heard: list[dict[str, object]] = []

    async def hear(payload: dict[str, object]) -> None:
        heard.append(payload)

    await world.bus.subscribe(QUALITY_TOPIC, hear)
    await client.ok("quality", rtt_ms=31.5, loss_up_pct=None, frames_decoded=3)
    await until(lambda: bool(heard))
    assert heard == [{"room_id": client.room_id, "participant_id": client.id, "rtt_ms": 31.5}]
    assert await client.no("quality", rtt_ms=-1) == "invalid"
    assert await client.no("quality", loss_up_pct=float("nan")) == "invalid"


async def test_of_a_page_that_talks_without_end_some_reports_are_left_out(world: World) -> None:
    client = await world.arrive(world.client)
    heard: list[object] = []

    async def hear(payload: dict[str, object]) -> None:
        heard.append(payload["video_frames"])

    await world.bus.subscribe(QUALITY_TOPIC, hear)
    for number in range(3 * round(FIGURES_AT_ONCE)):
        await client.ok("quality", video_frames=number)
    world.clock.advance(1)
    await client.ok("quality", video_frames=1000)
    await until(lambda: 1000 in heard)
    assert heard == [*range(round(FIGURES_AT_ONCE)), 1000]


async def test_what_a_page_says_of_its_own_end_reaches_the_relay(world: World) -> None:
    client, _, relay = await world.both_in_call()
    said = {"microphone": False, "camera": True, "audio_packets": 5, "video_packets": 9, "video_frames": 3}
    await world.bus.publish(QUALITY_TOPIC, {"room_id": 5, "camera": "perhaps"})
    await client.ok("quality", **said, freezes=1, frozen_ms=250.0, candidate_type="relay", protocol="tls")
    await until(lambda: bool(relay.reports))
    report = PageReport(False, True, 5, 9, 3, "relay", freezes=1, frozen_ms=250.0, protocol="tls")
    assert relay.reports == [(client.room_id, client.id, report)]
    for nonsense in ({"video_frames": -1}, {"candidate_type": "prison"}, {"protocol": "x"}, {"camera": 2}):
        assert await client.no("quality", **nonsense) == "invalid"
