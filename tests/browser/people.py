"""What people do in the pages, as verbs: sign in, join, admit, say, hang up.

Only data-testid names are used, never words, so that every verb works in each language.
"""

from dataclasses import dataclass

from playwright.async_api import Page, expect

from tests.browser.chromium import marks, sees_and_hears
from tests.browser.conftest import Visitor
from tests.browser.site import PASSWORD, Appointment, Site


@dataclass(frozen=True)
class Call:
    """Two people who see and hear each other."""

    client: Page
    therapist: Page
    appointment: Appointment


async def sign_in(page: Page, site: Site, email: str, password: str) -> None:
    await page.goto(site.sign_in)
    await page.get_by_test_id("signin-email").fill(email)
    await page.get_by_test_id("signin-password").fill(password)
    await page.get_by_test_id("signin-submit").click()
    await expect(page.get_by_test_id("sign-out")).to_be_visible()


async def check_devices(page: Page) -> None:
    """The device check shows one's own picture and hears the (beeping) fake microphone."""
    await expect(page.get_by_test_id("device-check")).to_be_visible()
    await expect(page.get_by_test_id("self-video")).to_be_visible()
    await expect(page.get_by_test_id("mic-level")).to_be_visible()


async def join(page: Page, address: str, place: str) -> None:
    """From a join link or a room's address through the device check to `place`."""
    await page.goto(address)
    await check_devices(page)
    await page.get_by_test_id("join-button").click()
    await expect(page.get_by_test_id(place)).to_be_visible()


async def admit(therapist: Page, client: Page) -> None:
    """Let the waiting client in; both are in the call."""
    await therapist.get_by_test_id("admit").click()
    for page in (therapist, client):
        await expect(page.get_by_test_id("call")).to_be_visible()


async def meet(site: Site, visitor: Visitor, width: int = 1280, script: str = "") -> Call:
    """Two new people in a call, past its first picture.

    The client's window is `width` px wide; `script` runs in it before any of the page's.
    """
    appointment = await site.appointment()
    client, therapist = await visitor("ja", width=width), await visitor("en")
    await client.add_init_script(script)
    await join(client, appointment.join_link, "waiting-room")
    await sign_in(therapist, site, appointment.therapist_email, PASSWORD)
    await join(therapist, appointment.therapist_link, "lobby")
    await admit(therapist, client)
    for page in (client, therapist):
        await sees_and_hears(page, frames=10)
    return Call(client, therapist, appointment)


async def say(page: Page, text: str) -> None:
    await page.get_by_test_id("chat-input").fill(text)
    await page.get_by_test_id("chat-send").click()


async def has_read(page: Page, *texts: str) -> None:
    """The chat shows exactly these messages, in this order."""
    await expect(page.get_by_test_id("chat-message").locator(".bubble")).to_have_text(list(texts))


async def hang_up(page: Page) -> None:
    await page.get_by_test_id("hangup").click()
    await page.get_by_test_id("hangup-confirm").click()


async def first_frame_ms(page: Page) -> float:
    """From the client being admitted to the first remote frame on their screen."""
    found = await marks(page)
    return float(found["first-remote-frame"] - found["admitted"])


async def peer_note(page: Page, note: str) -> None:
    """What the page says about the other person: "" for here, "camera_off", "peer_away" ..."""
    await expect(page.get_by_test_id("peer-state")).to_have_attribute("data-note", note)
