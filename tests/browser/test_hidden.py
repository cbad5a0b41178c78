"""A page that nobody looks at is sent sound alone; looked at again, it has a picture at once."""

import asyncio

import pytest

from core.clock import SystemClock
from tests.browser import people
from tests.browser.chromium import CALL_STATS, call_stats, sees_and_hears
from tests.browser.conftest import LOOP, Figures, Visitor
from tests.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.call, LOOP]

CLOCK = SystemClock()
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
# Until no frame has been decoded in ten looks of 100 ms.
STILL = f"""async () => {{
  const look = {CALL_STATS};
  for (let same = 0, before = await look(); same < 10; ) {{
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = await look();
    same = now.frames === before.frames ? same + 1 : 0;
    before = now;
  }}
}}"""


async def test_a_hidden_page_hears_and_gets_no_picture_until_it_is_looked_at(
    site: Site, visitor: Visitor, figures: Figures
) -> None:
    call = await people.meet(site, visitor)
    await call.client.evaluate(HIDE, True)
    async with asyncio.timeout(20):
        await call.client.evaluate(STILL)
    before = await call_stats(call.client)
    await sees_and_hears(call.client, -1, before["energy"])  # sound goes on
    assert (await call_stats(call.client))["frames"] == before["frames"]
    since = CLOCK.monotonic()
    await call.client.evaluate(HIDE, False)
    await sees_and_hears(call.client, before["frames"], 0)
    figures["hidden page looked at to first frame"] = (CLOCK.monotonic() - since) * 1000
    other = await call_stats(call.therapist)
    await sees_and_hears(call.therapist, other["frames"] + 10, other["energy"])
