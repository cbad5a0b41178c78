"""The exercise library in a browser: finding, marking, reading, and a clip that plays."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import PASSWORD, Site

pytestmark = [pytest.mark.browser, LOOP]
RENDERED_WITHIN_MS = 90_000
LOADED = "() => [...document.images].every((image) => image.complete && image.naturalWidth > 0)"
AT_ONCE = "() => document.querySelectorAll('img[loading]').forEach((image) => { image.loading = 'eager' })"


async def open_library(page: Page, site: Site, path: str = "") -> None:
    appointment = await site.appointment()
    await people.sign_in(page, site, appointment.therapist_email, PASSWORD)
    if path:
        await page.goto(f"{site.address}/therapist/exercises{path}")
    else:
        await page.locator("nav.own-pages a[href='/therapist/exercises']").click()


async def count_is(page: Page, count: int) -> None:
    await expect(page.get_by_test_id("found")).to_have_attribute("data-count", str(count))
    await expect(page.get_by_test_id("exercise")).to_have_count(count)


async def test_every_exercise_is_shown_by_its_figure(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja")
    await open_library(page, site)
    await count_is(page, 24)
    await page.evaluate(AT_ONCE)
    await page.wait_for_function(LOADED)
    await look(page, "exercise-library")


async def test_figures_can_be_stopped_and_stay_so(site: Site, visitor: Visitor) -> None:
    page = await visitor("en")
    await open_library(page, site)
    figure = page.get_by_test_id("exercise").first.locator("img")
    await expect(figure).to_have_attribute("src", re.compile(r"figure\.svg$"))
    await page.get_by_test_id("toggle-motion").press("Enter")
    await expect(figure).to_have_attribute("src", re.compile(r"figure\.svg#still$"))
    await page.reload()
    await expect(figure).to_have_attribute("src", re.compile(r"figure\.svg#still$"))
    await page.emulate_media(reduced_motion="reduce")  # who has told their system is not asked again
    await expect(page.get_by_test_id("toggle-motion")).to_have_count(0)


async def test_words_and_filters_find_and_stand_in_the_address(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja")
    await open_library(page, site)
    await count_is(page, 24)
    await page.get_by_test_id("search").fill("ｽﾄﾚｯﾁ")
    await expect(page).to_have_url(re.compile("q="))
    await count_is(page, 4)
    await page.get_by_test_id("chip-neck").press("Enter")
    await expect(page.get_by_test_id("chip-neck")).to_have_attribute("aria-pressed", "true")
    await count_is(page, 2)
    await page.get_by_test_id("exercise").first.locator("a").press("Enter")
    await expect(page.get_by_test_id("steps")).to_be_visible()
    await page.go_back()
    await count_is(page, 2)
    await page.get_by_test_id("chip-mat").click()
    await expect(page.get_by_test_id("none")).to_be_visible()
    await look(page, "exercise-library-none")
    await page.get_by_test_id("clear-filters").click()
    await count_is(page, 24)
    await expect(page.get_by_test_id("search")).to_have_value("")
    await page.get_by_test_id("search").fill("ぶりっじ")
    await count_is(page, 1)


async def test_favourites_are_marked_collected_and_let_go(site: Site, visitor: Visitor) -> None:
    page = await visitor("en")
    await open_library(page, site)
    heart = page.locator("[data-id=neck-turn]").get_by_test_id("favourite")
    await heart.press("Enter")
    await expect(heart).to_have_attribute("aria-pressed", "true")
    await page.get_by_test_id("only-favourites").click()
    await count_is(page, 1)
    await page.reload()
    await count_is(page, 1)
    await page.evaluate(AT_ONCE)
    await page.wait_for_function(LOADED)
    await look(page, "exercise-library-favourites")
    await heart.press("Enter")
    await expect(page.get_by_test_id("none")).to_be_visible()
    await expect(page.get_by_test_id("found")).to_be_focused()


async def test_one_exercise_is_read_while_its_clip_is_made_and_then_plays(
    site: Site, visitor: Visitor
) -> None:
    page = await visitor("ja")
    await open_library(page, site, "/low-back-bridge")
    showing = page.get_by_test_id("showing")
    await expect(showing).to_have_attribute("data-plays", "false")
    await page.wait_for_function(LOADED)
    await look(page, "exercise-clip-coming")
    await expect(showing).to_have_attribute("data-plays", "true", timeout=RENDERED_WITHIN_MS)
    play, clip = page.get_by_test_id("play"), page.get_by_test_id("clip")
    await expect(play).to_have_attribute("data-playing", "false")  # nothing begins by itself
    await page.wait_for_function("() => document.querySelector('video').readyState >= 1")
    await play.press("Enter")
    await page.wait_for_function("() => document.querySelector('video').currentTime > 0.3")
    await page.get_by_role("radio", name="1倍").focus()
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("ArrowLeft")
    assert await clip.evaluate("(video) => video.playbackRate") == 0.5
    await play.press("Space")
    await expect(play).to_have_attribute("data-playing", "false")
    position = page.get_by_test_id("position")
    before = float(await position.input_value())
    await position.press("End")
    assert await clip.evaluate("(video) => video.currentTime") > before + 1
    await position.press("Home")
    for _ in range(20):
        await position.press("ArrowRight")
    await look(page, "exercise")


async def test_what_fails_says_what_to_do(site: Site, visitor: Visitor) -> None:
    page = await visitor("en")
    await page.route("**/api/exercises?*", lambda route: route.abort())
    await open_library(page, site)
    await expect(page.get_by_test_id("failed")).to_be_visible()
    await look(page, "exercise-library-failed")
    await page.unroute("**/api/exercises?*")
    await page.get_by_test_id("failed").get_by_role("button").click()
    await count_is(page, 24)
    await page.goto(f"{site.address}/therapist/exercises/neck-nothing")
    await expect(page.locator("[data-code=exercise_unknown]")).to_be_visible()
    await look(page, "exercise-unknown")


async def test_a_clip_that_cannot_be_played_leaves_the_figure(site: Site, visitor: Visitor) -> None:
    page = await visitor("ja")
    await page.route("**/clip.mp4", lambda route: route.fulfill(status=200, body="no film"))
    await open_library(page, site, "/low-back-bridge")
    showing = page.get_by_test_id("showing")
    await expect(showing).to_contain_text("動画を再生できませんでした", timeout=RENDERED_WITHIN_MS)
    await expect(page.get_by_test_id("figure")).to_be_visible()
    await page.unroute("**/clip.mp4")
    await showing.get_by_role("button", name="もう一度試す").click()
    await page.wait_for_function("() => document.querySelector('video')?.readyState >= 1")
