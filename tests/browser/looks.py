"""Every page is looked at: a picture in each size and language, and axe's verdict on its accessibility."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "var" / "screenshots"
SIZES = {1280: 800, 360: 740}
LANGUAGES = ("ja", "en")
SERIOUS = ("serious", "critical")
TOUCH_PX = 44
JOIN_PATHS = ("/b/", "/join/", "/room/")
FAULTS: list[str] = []

# What a finger has to hit, with its size; links within a sentence may be as small as its words.
SMALL_TARGETS = """(least) => [...document.querySelectorAll(
  'button, a[href], input, select, textarea, summary, [role=option]')]
  .filter((target) => target.checkVisibility() && !target.closest('.bubble'))
  .map((target) => [target, target.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && Math.min(box.width, box.height) < least - 0.5)
  .map(([target, box]) => `${target.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""

# Words that are cut off by the window's side, or by something that hides what does not fit into it.
CUT_OFF = """() => {
  const cut = [];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const parent = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || !parent.checkVisibility()) continue;
    if (parent.closest('.visually-hidden, option, noscript, script, style')) continue;
    const range = document.createRange();
    range.selectNodeContents(words.currentNode);
    const box = range.getBoundingClientRect();
    const holders = [];
    for (let each = parent; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      if (style.overflowX === 'auto' || style.overflowX === 'scroll') break;
      if (style.overflowX !== 'visible') holders.push(each.getBoundingClientRect());
    }
    const across = {left: 0, right: innerWidth, top: -Infinity, bottom: Infinity};
    const out = [across, ...holders].some((room) =>
      box.left < room.left - 1 || box.right > room.right + 1
      || box.top < room.top - 1 || box.bottom > room.bottom + 1);
    if (out) cut.push(words.currentNode.data.trim().slice(0, 40));
  }
  return cut;
}"""


async def axe_violations(page: Page) -> list[str]:
    """What axe finds serious or critical, one line a rule with the elements it is about.

    The script is evaluated, not added to the page: the page's Content-Security-Policy stays as it is.
    """
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    result: dict[str, Any] = await page.evaluate(
        "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    return [
        f"{found['id']} ({found['impact']}): {found['help']}: "
        + ", ".join(str(node["target"]) for node in found["nodes"])
        for found in result["violations"]
        if found["impact"] in SERIOUS
    ]


async def too_wide(page: Page) -> int:
    """By how many px the page is wider than the window; sideways scrolling on a telephone is a fault."""
    return int(await page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth"))


async def on_a_phone(page: Page) -> list[str]:
    """What is too small for a finger, or cut off, on a page of the way into a call."""
    if not any(path in page.url for path in JOIN_PATHS):
        return []
    small: list[str] = await page.evaluate(SMALL_TARGETS, TOUCH_PX)
    cut: list[str] = await page.evaluate(CUT_OFF)
    return [*(f"too small: {each}" for each in small), *(f"cut off: {each}" for each in cut)]


async def picture(page: Page, name: str) -> None:
    """var/screenshots/NAME.png."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


async def look(page: Page, name: str) -> None:
    """Take the page's picture in every size and language; what is wrong with it fails the test at its end."""
    size, own = page.viewport_size, await language_of(page)
    for language in sorted(LANGUAGES, key=lambda each: each == own):  # one's own last: it stays
        await speak(page, language)
        for width, height in SIZES.items():
            await page.set_viewport_size({"width": width, "height": height})
            await picture(page, f"{name}-{language}-{width}")
            wrong = await axe_violations(page)
            if await too_wide(page) > 0:
                wrong.append("scrolls sideways")
            if width == min(SIZES):
                wrong += await on_a_phone(page)
            FAULTS.extend(f"{name}, {language}, {width} px: {each}" for each in wrong)
    if size is not None:
        await page.set_viewport_size(size)


async def language_of(page: Page) -> str:
    return str(await page.evaluate("() => document.documentElement.lang"))


async def speak(page: Page, language: str) -> None:
    """Change the language with the page's own switch, also behind an open dialog."""
    await page.get_by_test_id(f"language-switch-{language}").dispatch_event("click")
    await expect(page.locator("html")).to_have_attribute("lang", language)


def take_faults() -> list[str]:
    """What was found since the last time, so that one look does not hide the next."""
    found = FAULTS.copy()
    FAULTS.clear()
    return found
