"""Fixtures for browser tests: the running site, one Chromium for all, a fresh visitor per call of `visitor`.

They share one event loop (the session's), which test files ask for with LOOP.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.browser import chromium
from tests.browser.looks import AXE, ROOT, take_faults
from tests.browser.site import Site, running

LOOP = pytest.mark.asyncio(loop_scope="session")
Visitor = Callable[..., Awaitable[Page]]
Figures = dict[str, float]
"""Measured times in ms by what they are; printed at the end of the run."""
DEFAULT_TIMEOUT_MS = 15_000  # a condition that holds is seen at once; this is for a busy machine
expect.set_options(timeout=DEFAULT_TIMEOUT_MS)


MEASURED: Figures = {}


@pytest.fixture
def figures() -> Figures:
    return MEASURED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, value_ms in MEASURED.items():
        terminalreporter.write_line(f"{name}: {value_ms:.0f} ms")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    for built in (ROOT / "web" / "static" / "join.html", AXE):
        assert built.is_file(), f"{built.relative_to(ROOT)} is missing: run `make test`, which builds it"
    with running(tmp_path_factory.mktemp("site")) as site:
        yield site
    assert "Traceback" not in site.service.output(), site.service.output()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await chromium.launch(playwright)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(browser: Browser) -> AsyncIterator[Visitor]:
    """`await visitor("en")`: a new person's page; script errors and bad looks fail the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    async def new(language: str = "ja", timezone: str = "Asia/Tokyo", width: int = 1280) -> Page:
        context = await browser.new_context(
            locale={"ja": "ja-JP", "en": "en-GB"}[language],
            timezone_id=timezone,
            viewport={"width": width, "height": 800},
            permissions=["camera", "microphone"],
            accept_downloads=True,
        )
        context.set_default_timeout(DEFAULT_TIMEOUT_MS)
        await context.add_init_script(chromium.REMEMBER_PEERS)
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield new
    for context in contexts:
        await context.close()
    assert (errors, take_faults()) == ([], [])
