"""Connections that are in no namespace: hung up on after a while, and after a few packets."""

import aiohttp
import pytest

from core.sockets import STRANGER_PACKETS, STRANGER_S
from tests.core.socket_site import Raw, Site, no_traceback, open_raw, open_site

SOON_S = 0.05


async def test_who_joins_no_namespace_is_hung_up_on(
    session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_site(stranger_s=SOON_S) as site, open_raw(site, session) as stranger:
        assert await stranger.closed()
        assert site.server.strangers == {"time": 1}
        assert site.server.environ == {}
    no_traceback(caplog, capsys)


async def test_who_has_joined_stays(session: aiohttp.ClientSession) -> None:
    async with open_site(stranger_s=SOON_S) as site, open_raw(site, session) as guest:
        await guest.enter()
        for _ in range(2):  # each outlives the guest's time by its own
            async with open_raw(site, session) as stranger:
                assert await stranger.closed()
        await guest.packet(type=2, nsp="/test", id=1, data=["say", {"text": "still here"}])
        assert (await guest.next())["id"] == 1


async def test_who_has_left_every_namespace_is_a_stranger_again(session: aiohttp.ClientSession) -> None:
    async with open_site(stranger_s=SOON_S) as site, open_raw(site, session) as guest:
        await guest.enter()
        await guest.packet(type=1, nsp="/test")
        assert await guest.closed()


async def test_a_stranger_gets_only_so_many_packets_through(site: Site, raw: Raw) -> None:
    for number in range(STRANGER_PACKETS):
        await raw.packet(type=0, nsp="/test", data={"key": f"guess {number}"})
        assert (await raw.next())["type"] == 4
    await raw.packet(type=0, nsp="/test", data={"key": "open"})
    assert await raw.closed()
    assert site.server.strangers == {"packets": 1}


async def test_a_guest_may_send_more(site: Site, raw: Raw) -> None:
    await raw.enter()
    for number in range(2 * STRANGER_PACKETS):
        await raw.packet(type=2, nsp="/test", id=number, data=["say", {"text": "a"}])
        assert (await raw.next())["id"] == number


async def test_who_was_hung_up_on_is_not_listened_to(site: Site, raw: Raw) -> None:
    await raw.enter()
    [connection] = site.server.eio.sockets.values()
    await connection.close(wait=False)  # as after a ping that nobody answered
    await raw.packet(type=0, nsp="/test", data={"key": "open"})
    assert await raw.closed()


def test_a_stranger_has_some_seconds() -> None:
    assert 5 <= STRANGER_S <= 15
