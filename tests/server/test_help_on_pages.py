"""Every page names whom to ask for help, as configured, and nobody where nobody is configured."""

import re

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from server.pages import add_pages, help_link


@pytest.mark.parametrize("path", ["/", "/join/token", "/change/token", "/nothing"])
@pytest.mark.parametrize("contact", ["", "help@example.org"])
async def test_the_head_of_a_page_names_the_contact(path: str, contact: str) -> None:
    app = web.Application()
    add_pages(app, contact)
    async with TestClient(TestServer(app)) as client:
        text = await (await client.get(path)).text()
    found = re.findall(r'<link rel="help" title="(.*?)" href="(.*?)"></head>', text)
    assert found == ([(contact, f"mailto:{contact}")] if contact else [])


def test_words_are_no_address_and_cannot_leave_the_attribute() -> None:
    assert help_link('内線 "1234" <x>') == '<link rel="help" title="内線 &quot;1234&quot; &lt;x&gt;">'
