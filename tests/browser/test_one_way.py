"""Somebody's media goes nowhere though their connection looks well: the relay finds it, has it repaired, and
both people and staff are told where it stops."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from core.clock import SystemClock
from tests.browser import people
from tests.browser.chromium import call_stats, sees_and_hears
from tests.browser.conftest import LOOP, Figures, Visitor
from tests.browser.looks import look
from tests.browser.networks import Network
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.call, LOOP]

FOUND_MS = 30_000  # usually 5 s; browsers share the machine with the server
MENDED_MS = 60_000
CLOCK = SystemClock()


@dataclass
class Watched:
    """A call in which the network of the client can swallow media, and what staff see of the client."""

    call: people.Call
    network: Network
    staff: Page
    line: Locator


@pytest_asyncio.fixture(loop_scope="session")
async def watched(site: Site, visitor: Visitor) -> AsyncIterator[Watched]:
    async with AsyncExitStack() as stack:
        network = Network(stack)

        async def surrounded(language: str = "ja", **window: int) -> Page:
            page = await visitor(language, **window)
            if language == "ja":  # the client
                await network.surround(page)
            return page

        call = await people.meet(site, surrounded)
        staff = await visitor("en")
        await people.sign_in(staff, site, site.demo["staff"]["email"], site.demo["staff"]["password"])
        room = staff.get_by_test_id("staff-room").filter(has_text=call.appointment.client_name)
        line = room.get_by_test_id("staff-participant").filter(has_text=call.appointment.client_name)
        await expect(line.get_by_test_id("quality")).to_have_attribute("data-level", "good", timeout=30_000)
        yield Watched(call, network, staff, line)


def lines(page: Page) -> Locator:
    """What the page says of one-way media."""
    return page.get_by_test_id("one-way").locator("p")


async def is_found(watched: Watched) -> None:
    """Both people are told which of them does not get through, and at whose end; staff, too."""
    for page, direction, where in (
        (watched.call.therapist, "in", "theirs"),
        (watched.call.client, "out", "mine"),
    ):
        line = lines(page)
        await expect(line).to_have_attribute("data-what", "both", timeout=FOUND_MS)
        await expect(line).to_have_attribute("data-direction", direction)
        await expect(line).to_have_attribute("data-where", where)
    faults = watched.staff.get_by_test_id("one-way-fault")
    await expect(faults.first).to_have_attribute("data-leg", "to_relay")
    await expect(watched.line.get_by_test_id("quality")).to_have_attribute("data-level", "poor")


async def is_well_again(watched: Watched) -> None:
    """The other sees and hears again, and nothing more is said."""
    before = await call_stats(watched.call.therapist)
    await sees_and_hears(watched.call.therapist, before["frames"] + 20, before["energy"])
    for page in (watched.call.therapist, watched.call.client):
        await expect(lines(page)).to_have_count(0, timeout=MENDED_MS)
    await expect(watched.staff.get_by_test_id("one-way-fault")).to_have_count(0)


async def test_media_that_a_network_swallows_is_found_and_goes_over_tcp(
    watched: Watched, figures: Figures
) -> None:
    await expect(watched.line.get_by_test_id("way")).to_contain_text("UDP")
    watched.network.swallow(media=True)
    since = CLOCK.monotonic()
    await is_found(watched)
    figures["one-way media found"] = (CLOCK.monotonic() - since) * 1000
    await is_well_again(watched)
    figures["one-way media mended over TCP"] = (CLOCK.monotonic() - since) * 1000
    await expect(watched.line.get_by_test_id("way")).to_contain_text("TCP")
    await expect(watched.line.get_by_test_id("way")).to_have_attribute(
        "data-candidate", re.compile("host|prflx")
    )


async def test_what_stops_where_is_said_on_every_page_until_the_network_is_well_again(
    watched: Watched,
) -> None:
    watched.network.tcp_passes = False
    watched.network.swallow(media=True)
    await is_found(watched)
    await look(watched.call.client, "one-way-client")
    await look(watched.call.therapist, "one-way-therapist")
    await look(watched.staff, "one-way-staff")
    watched.network.swallow(media=False)
    await is_well_again(watched)
