"""TURN credentials: how they are made, who gets them and when anew, and what a real coturn says to them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aioice import stun
from aioice.turn import TurnClientUdpProtocol

from core.clock import SystemClock
from core.config import ConfigError, load
from core.ids import ParticipantId
from server.config import Config
from signaling.config import NO_TURN, TurnConfig
from signaling.turn import IceServer, ice_servers
from tests.fakes import FakeClock
from tests.services import Turn
from tests.signaling.world import TURN, World

ONE, TWO = ParticipantId("participant-one"), ParticipantId("participant-two")
WAIT_S = 10


def expires_at(server: IceServer) -> int:
    return int(server.username.split(":")[0])


def test_the_name_says_until_when_it_is_good_and_the_password_is_its_hmac(clock: FakeClock) -> None:
    (server,) = ice_servers(TURN, ONE, clock.now())
    assert server.urls == list(TURN.urls)
    assert expires_at(server) == clock.now().timestamp() + 300
    known = TurnConfig(TURN.urls, "only-for-tests", ttl_s=600)
    (server,) = ice_servers(known, ONE, datetime.fromisoformat("2025-11-24T23:50:00Z"))
    assert server.username == "1764028800:1a90a1f2945e0c6a"
    assert server.credential == "FAlN+xDTL1YrPC7BK+26JnahUMk="  # as openssl has it


def test_the_name_tells_nobody_apart_but_for_who_knows_the_secret(clock: FakeClock) -> None:
    tags = [ice_servers(TURN, who, clock.now())[0].username.split(":")[1] for who in (ONE, ONE, TWO)]
    assert tags[0] == tags[1] != tags[2]
    elsewhere = ice_servers(TurnConfig(TURN.urls, "other"), ONE, clock.now())[0].username
    assert tags[0] not in elsewhere
    assert not any(part in tags[0] for part in ONE.split("-"))


def test_without_a_turn_server_there_is_nothing_to_give(clock: FakeClock) -> None:
    assert ice_servers(NO_TURN, ONE, clock.now()) == []


@pytest.mark.parametrize(
    ("text", "secret", "message"),
    [
        ('urls = ["turn:t.example.org"]', "", "TODOKU_TURN_SECRET"),
        ('urls = ["https://t.example.org"]', "s", "must be of the form"),
        ('urls = ["turn:t.example.org:3478?transport=tls"]', "s", "must be of the form"),
        ('urls = ["turn:t.example.org:3478\\n"]', "s", "must be of the form"),
        ("ttl_s = 0", "", "more than 0"),
    ],
)
def test_a_server_no_browser_could_use_stops_the_start(
    tmp_path: Path, text: str, secret: str, message: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[turn]\n{text}\n")
    with pytest.raises(ConfigError, match=message):
        load(path, {"TODOKU_TURN_SECRET": secret}, Config)


def test_servers_come_from_the_file_and_the_secret_from_the_environment(tmp_path: Path) -> None:
    urls = (
        "turn:turn.example.org",
        "turn:192.0.2.1:3478?transport=udp",
        "turns:[2001:db8::1]:443?transport=tcp",
    )
    path = tmp_path / "config.toml"
    path.write_text(f"[turn]\nurls = {list(urls)}\n")
    assert load(path, {"TODOKU_TURN_SECRET": "s"}, Config).turn == TurnConfig(urls, "s")


async def test_every_offer_brings_credentials_that_are_fresh(world: World) -> None:
    client, therapist, _ = await world.both_in_call()
    first = the_server(client.last("offer"))
    assert expires_at(first) == world.clock.now().timestamp() + 300
    world.clock.advance(400)
    again = the_server((await client.ok("resync"))["offer"])
    assert expires_at(again) == world.clock.now().timestamp() + 300
    assert again.username.split(":")[1] == first.username.split(":")[1]
    assert again.username.split(":")[1] != the_server(therapist.last("offer")).username.split(":")[1]
    world.clock.advance(400)
    await world.hello("one")
    assert expires_at(the_server((await client.ok("join"))["offer"])) == world.clock.now().timestamp() + 300


def the_server(offer: dict[str, Any]) -> IceServer:
    (server,) = offer["ice_servers"]
    return IceServer.model_validate(server)


async def test_who_waits_gets_no_offer_and_so_no_fresh_credentials(world: World) -> None:
    await world.relay()
    client = await world.arrive(world.client)
    assert (await client.ok("resync"))["offer"] is None


# Against coturn.

Open = Callable[[TurnConfig, datetime], Awaitable[TurnClientUdpProtocol]]


@pytest.fixture
async def allocate(coturn: Turn) -> AsyncIterator[Open]:
    """Opens an allocation with the credentials of a moment. Raises stun.TransactionFailed when refused."""
    opened: list[TurnClientUdpProtocol] = []

    async def one(config: TurnConfig, at: datetime) -> TurnClientUdpProtocol:
        (server,) = ice_servers(config, ONE, at)
        address = (coturn.host, coturn.port)
        _, client = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: TurnClientUdpProtocol(address, server.username, server.credential, 600, 500),
            remote_addr=address,
        )
        opened.append(client)
        await client.connect()
        return client

    yield one
    for client in opened:
        if client.refresh_task is not None:
            await client.delete()
        client.transport.close()


def shared_with(coturn: Turn, ttl_s: int = 300) -> TurnConfig:
    url = f"turn:{coturn.host}:{coturn.port}?transport=udp"
    return TurnConfig((url,), coturn.secret, ttl_s)


@pytest.mark.service
async def test_coturn_opens_an_allocation_with_our_credentials(coturn: Turn, allocate: Open) -> None:
    client = await allocate(shared_with(coturn), SystemClock().now())
    assert client.relayed_address is not None
    assert client.relayed_address[0] == coturn.host


@pytest.mark.service
async def test_coturn_refuses_credentials_that_are_expired_or_not_ours(coturn: Turn, allocate: Open) -> None:
    now, config = SystemClock().now(), shared_with(coturn)
    for wrong, at in (
        (config, now - timedelta(seconds=config.ttl_s + 2)),
        (replace(config, secret="another"), now),
    ):
        with pytest.raises(stun.TransactionFailed) as refused:
            await allocate(wrong, at)
        assert refused.value.response.attributes["ERROR-CODE"][0] == 401


@pytest.mark.service
async def test_an_allocation_outlives_its_credentials(coturn: Turn, allocate: Open) -> None:
    config, now = shared_with(coturn, ttl_s=1), SystemClock().now()
    client = await allocate(config, now)
    with pytest.raises(stun.TransactionFailed):
        async with asyncio.timeout(WAIT_S):
            while True:  # until coturn's clock says that they are expired
                await allocate(config, now)
    refresh = stun.Message(stun.Method.REFRESH, stun.Class.REQUEST)
    refresh.attributes["LIFETIME"] = 600
    answer, _ = await client.request_with_retry(refresh)
    assert answer.attributes["LIFETIME"] == 600
