"""Somebody vanishes from a call without a word: what the other and staff see, how soon, and the return."""

import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from core.clock import SystemClock
from core.ids import new_id
from tests.browser import chromium, people
from tests.browser.chromium import sees_and_hears
from tests.browser.conftest import DEFAULT_TIMEOUT_MS, LOOP, Figures, Visitor
from tests.browser.site import PASSWORD, Site

pytestmark = [pytest.mark.browser, pytest.mark.call, LOOP]

CLOCK = SystemClock()
PROMISED_S = 8.0
BUSY_S = 2.0  # what this machine may take for itself: browsers share it with the server
STAFF_MS = 5_000


class Machine:
    """A Chromium of its own, all of whose processes can be killed or frozen."""

    def __init__(self, browser: Browser, name: str) -> None:
        self.browser, self._name = browser, name

    def signal(self, number: signal.Signals) -> None:
        for pid in self._processes():
            os.kill(pid, number)

    def _processes(self) -> list[int]:
        """The browser, found by its name on the command line, and everything it has started."""
        parents = dict(_parents())
        found = [pid for pid in parents if self._name.encode() in _read(pid, "cmdline")]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid and child not in found]
        return found


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").glob("[0-9]*"):
        stat = _read(int(folder.name), "stat")
        if stat:
            yield int(folder.name), int(stat.rpartition(b")")[2].split()[1])


@asynccontextmanager
async def machine(browser: Browser) -> AsyncIterator[Machine]:
    name = f"--todoku-test-{new_id()}"
    args = [*chromium.FLAGS, name]
    opened = await browser.browser_type.launch(executable_path=chromium.executable(), args=args)
    made = Machine(opened, name)
    yield made
    made.signal(signal.SIGCONT)
    await opened.close()


async def meet(site: Site, visitor: Visitor, theirs: Machine) -> tuple[Page, Locator]:
    """A client on a machine of their own in a call: the therapist's page, staff's line about the client."""
    appointment = await site.appointment()
    context = await theirs.browser.new_context(permissions=["camera", "microphone"], locale="ja-JP")
    context.set_default_timeout(DEFAULT_TIMEOUT_MS)
    await context.add_init_script(chromium.REMEMBER_PEERS)
    client, therapist, staff = await context.new_page(), await visitor("en"), await visitor("en")
    await people.join(client, appointment.join_link, "waiting-room")
    await people.sign_in(therapist, site, appointment.therapist_email, PASSWORD)
    await people.join(therapist, appointment.therapist_link, "lobby")
    await people.admit(therapist, client)
    for page in (client, therapist):
        await sees_and_hears(page, frames=10)
    await people.sign_in(staff, site, site.demo["staff"]["email"], site.demo["staff"]["password"])
    line = staff.get_by_test_id("staff-participant").filter(has_text=appointment.client_name)
    await expect(line.get_by_test_id("quality")).to_have_attribute("data-level", "good")
    return therapist, line


async def is_missed(therapist: Page, line: Locator, since: float, figures: Figures) -> float:
    """Staff see it within seconds, then the other is told; seconds until then."""
    await expect(line.get_by_test_id("quality")).to_have_attribute("data-level", "poor", timeout=STAFF_MS)
    figures["seen by staff"] = max(figures.get("seen by staff", 0), (CLOCK.monotonic() - since) * 1000)
    note = therapist.get_by_test_id("peer-state")
    await expect(note).to_have_attribute("data-note", "peer_away", timeout=30_000)
    took_s = CLOCK.monotonic() - since
    await expect(line.get_by_test_id("participant-state")).to_have_attribute("data-state", "away")
    return took_s


async def test_the_other_is_told_within_seconds_that_somebody_was_cut_off(
    site: Site, visitor: Visitor, browser: Browser, figures: Figures
) -> None:
    async with machine(browser) as theirs:
        therapist, line = await meet(site, visitor, theirs)
        theirs.signal(signal.SIGKILL)
        took_s = await is_missed(therapist, line, CLOCK.monotonic(), figures)
    figures["told that the other was cut off"] = took_s * 1000
    assert took_s < PROMISED_S + BUSY_S


async def test_the_other_is_told_although_the_network_tells_nobody_and_of_the_return_too(
    site: Site, visitor: Visitor, browser: Browser, figures: Figures
) -> None:
    """Frozen: no packet, no answer to a ping, but no connection ends either."""
    async with machine(browser) as theirs:
        therapist, line = await meet(site, visitor, theirs)
        theirs.signal(signal.SIGSTOP)
        took_s = await is_missed(therapist, line, CLOCK.monotonic(), figures)
        theirs.signal(signal.SIGCONT)
        await expect(therapist.get_by_test_id("peer-state")).to_have_attribute(
            "data-note", "", timeout=30_000
        )
        before = await chromium.call_stats(therapist)
        await sees_and_hears(therapist, frames=before["frames"] + 20)
    figures["told that the other fell silent"] = took_s * 1000
    assert took_s < PROMISED_S + BUSY_S
