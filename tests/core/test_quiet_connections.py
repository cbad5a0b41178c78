"""Connections that owe us an answer: how a network that is gone without a word shows."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from core.connections import QUIET_AFTER_S
from tests.core.socket_site import Raw, Site, open_raw, open_site, until
from tests.fakes import FakeClock


@pytest.fixture
async def site(clock: FakeClock) -> AsyncIterator[Site]:
    async with open_site(ping_interval_s=0.01, monotonic=clock.monotonic) as opened:
        yield opened


@pytest.fixture
async def raw(site: Site, session: aiohttp.ClientSession) -> AsyncIterator[Raw]:
    async with open_raw(site, session) as opened:
        yield opened


async def test_who_answers_no_ping_is_quiet_until_something_comes(
    site: Site, raw: Raw, clock: FakeClock
) -> None:
    await raw.enter()
    sid = await site.came.get()
    await raw.pinged()
    clock.advance(QUIET_AFTER_S - 0.1)
    assert site.server.quiet_s(sid, "/test") == 0
    clock.advance(0.2)
    assert site.server.quiet_s(sid, "/test") == pytest.approx(QUIET_AFTER_S + 0.1)
    await raw.socket.send_str("3")
    await until(lambda: site.server.quiet_s(sid, "/test") == 0)


async def test_who_waits_for_us_is_not_quiet(site: Site, raw: Raw, clock: FakeClock) -> None:
    await raw.packet(type=0, nsp="/test", data={"key": "late"})
    sid = await site.came.get()
    await raw.pinged()
    clock.advance(2 * QUIET_AFTER_S)
    assert site.server.quiet_s(sid, "/test") == 0
    site.open_door.set()
    assert (await raw.next())["type"] == 0
    assert site.server.quiet_s(sid, "/test") == 0


async def test_nobody_is_quiet_who_is_not_here(site: Site, raw: Raw) -> None:
    assert site.server.quiet_s("somebody", "/test") == 0
    await raw.enter()
    assert site.server.quiet_s("somebody", "/test") == 0
