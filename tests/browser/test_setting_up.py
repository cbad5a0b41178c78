"""An installation without demonstration: people from the command line, and pages that say what is missing."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests import services
from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.looks import look
from tests.browser.site import CONFIG, PASSWORD, Site

pytestmark = [pytest.mark.browser, LOOP]

HELP = "help@consult.example"
LICENCE = ("--licence-kind", "physical_therapist", "--licence-number", "1", "--verified-until", "never")


class Installation:
    """A folder with a configuration; commands and a server that use it."""

    def __init__(self, var: Path) -> None:
        self._var = var
        (var / "config.toml").write_text(f'[server]\nhelp_contact = "{HELP}"\n{CONFIG}')
        self._where = ("--var", str(var), "--config", str(var / "config.toml"))

    def todoku(self, *words: str) -> str:
        command = [sys.executable, "-m", "server", *words, *self._where]
        done = subprocess.run(command, input=f"{PASSWORD}\n", capture_output=True, text=True, check=True)
        return done.stdout

    @contextmanager
    def serving(self) -> Iterator[Site]:
        port = services.free_port()
        command = [sys.executable, "-m", "server", "serve", "--port", str(port), *self._where]
        service = services.Service(command, "Todoku serves", user=None)
        try:
            yield Site(f"http://localhost:{port}", self._var, {}, service)
        finally:
            service.stop()


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


async def test_people_find_out_what_is_missing_and_whom_to_ask(
    installation: Installation, visitor: Visitor
) -> None:
    for role, email in (("therapist", "emma@x.example"), ("employer_admin", "ken@x.example")):
        installation.todoku("user", "add", "--name", role, "--email", email, "--role", role)
    with installation.serving() as site:
        therapist, company, lost = await visitor("en"), await visitor("ja"), await visitor("ja", width=360)
        await people.sign_in(therapist, site, "emma@x.example", PASSWORD)
        await expect(therapist.get_by_test_id("no-practice")).to_contain_text("Please ask staff")
        await look(therapist, "no-practice")
        installation.todoku("therapist", "add", "--email", "emma@x.example", *LICENCE, "--capacity", "3")
        await therapist.reload()
        await expect(therapist.get_by_test_id("no-practice")).to_have_count(0)
        await expect(therapist.get_by_test_id("today")).to_contain_text("No sessions today")

        await people.sign_in(company, site, "ken@x.example", PASSWORD)
        await expect(company.get_by_test_id("company-home")).to_be_visible()
        await expect(company.get_by_test_id("client-home")).to_have_count(0)
        await look(company, "company-home")

        await lost.goto(f"{site.address}/join/not-a-link")
        await expect(lost.get_by_test_id("error-screen")).to_be_visible()
        help_link = lost.get_by_test_id("help").get_by_role("link", name=HELP)
        await expect(help_link).to_have_attribute("href", f"mailto:{HELP}")
        await look(lost, "lost-with-help")
