"""Cameras and screens beside the people: both pages know of them, the therapist lists and stops them."""

from dataclasses import asdict

import sqlalchemy as sa

from accounts.tables import audit
from media.relays import STATS_TOPIC
from signaling.device_news import SILENT_RELAY_S
from tests.signaling.fake_relay import FakeRelay
from tests.signaling.test_devices import Http
from tests.signaling.test_devices import http as http
from tests.signaling.world import Page, World


async def told(world: World, relay: FakeRelay) -> None:
    """The relay says all that it carries, as it does every second."""
    await world.bus.publish(STATS_TOPIC, asdict(relay.stats()))


async def attached(http: Http, page: Page, relay: FakeRelay, purpose: str = "publish") -> str:
    """A device whose media is set up; its id."""
    protocol = {"publish": "whip", "watch": "whep"}[purpose]
    answer = await http.attach(f"/api/{protocol}/{page.room_id}", await http.token(page.room_id, purpose))
    device_id = answer.headers["Location"].split("/")[-2]
    relay.tell(page.room_id, device_id, "connected")
    return device_id


async def own(http: Http, method: str, path: str, who: str = "therapist") -> tuple[int, object]:
    kind = http.people[who].kind
    answer = await http.ask(method, path, Cookie=f"todoku_{kind}={who}", Todoku_Session=kind)
    return answer.status, answer.json


async def test_both_pages_are_told_of_a_camera_and_of_its_end(http: Http, world: World) -> None:
    client, therapist, relay = await world.both_in_call()
    camera = await attached(http, therapist, relay)
    await told(world, relay)
    shown = {"devices": [{"device_id": camera, "purpose": "publish", "silent": False}]}
    for page in (client, therapist):
        assert await page.sees(lambda message: bool(message["devices"]), "devices") == shown
    relay.tell(client.room_id, camera, "silent")
    await told(world, relay)
    await client.sees(lambda message: message["devices"][0]["silent"], "devices")
    relay.tell(client.room_id, camera, "disconnected")
    await told(world, relay)
    for page in (client, therapist):
        assert await page.sees(lambda message: not message["devices"], "devices") == {"devices": []}


async def test_who_comes_later_is_told_and_what_does_not_change_is_told_once(
    http: Http, world: World
) -> None:
    client, therapist, relay = await world.both_in_call()
    await attached(http, therapist, relay, "watch")
    for _ in range(3):
        await told(world, relay)
    await client.sees(lambda message: bool(message["devices"]), "devices")
    again = await world.arrive(world.client)
    await again.sees(lambda message: message["devices"][0]["purpose"] == "watch", "devices")
    await client.sees(lambda _: True, "replaced")
    assert client.count("devices") == 1


async def test_one_that_is_still_connecting_is_not_shown(http: Http, world: World) -> None:
    _, therapist, relay = await world.both_in_call()
    await http.attach(f"/api/whip/{therapist.room_id}", await http.token(therapist.room_id))
    await told(world, relay)
    assert await own(http, "GET", f"/api/rooms/{therapist.room_id}/devices") == (200, {"devices": []})


async def test_the_therapist_lists_devices_and_stops_one_for_good(http: Http, world: World) -> None:
    client, therapist, relay = await world.both_in_call()
    path = f"/api/rooms/{client.room_id}/devices"
    token = await http.token(client.room_id)
    session = (await http.attach(f"/api/whip/{client.room_id}", token)).headers["Location"]
    camera = session.split("/")[-2]
    relay.tell(client.room_id, camera, "connected")
    await told(world, relay)
    await therapist.sees(lambda message: bool(message["devices"]), "devices")
    listed = {"devices": [{"device_id": camera, "purpose": "publish", "silent": False}]}
    assert await own(http, "GET", path) == (200, listed)
    assert (await own(http, "DELETE", f"{path}/{camera}"))[0] == 204
    await told(world, relay)
    await client.sees(lambda message: not message["devices"], "devices")
    again = await http.attach(f"/api/whip/{client.room_id}", token)
    assert (again.status, again.json["code"]) == (401, "bearer_refused")
    status, answer = await own(http, "DELETE", f"{path}/{camera}")
    assert (status, answer["code"]) == (404, "relay_seat_unknown")  # type: ignore[index]
    async with world.database.read() as connection:
        query = sa.select(audit).where(audit.c.action == "device_dismissed").order_by(audit.c.id)
        first = (await connection.execute(query)).first()
    assert first is not None
    assert (first.actor_id, first.detail) == (world.therapist.person_id, {"device_id": camera})


async def test_nobody_but_the_rooms_therapist_lists_or_stops_devices(http: Http, world: World) -> None:
    client, therapist, relay = await world.both_in_call()
    path = f"/api/rooms/{client.room_id}/devices"
    camera = await attached(http, therapist, relay)
    for who, status in (("client", 403), ("other", 404), ("staff", 404)):
        assert (await own(http, "GET", path, who))[0] == status
        assert (await own(http, "DELETE", f"{path}/{camera}", who))[0] == status
    assert (await own(http, "DELETE", f"{path}/{therapist.id}"))[0] == 404  # a person is no device
    assert camera in relay.rooms.rooms[client.room_id].seats


async def test_what_a_relay_that_fell_silent_carried_is_forgotten(http: Http, world: World) -> None:
    _, therapist, relay = await world.both_in_call()
    await attached(http, therapist, relay)
    news = world.signaling.device_news
    await news.heard(asdict(relay.stats()))
    assert len(news.of(therapist.room_id)) == 1
    world.clock.advance(SILENT_RELAY_S)
    await news.heard({"relay_id": "two", "rooms": []})
    assert news.of(therapist.room_id) == ()


async def test_nonsense_changes_nothing(world: World) -> None:
    news = world.signaling.device_news
    for payload in ({}, {"relay_id": "one", "rooms": 5}, {"relay_id": "one", "rooms": [{"room_id": 1}]}):
        await news.heard(payload)
    assert news.of("room") == ()
