"""A network that passes nothing but TURN: two browsers that may use nothing else, through a real coturn."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests import services
from tests.browser import people
from tests.browser.conftest import LOOP, Visitor
from tests.browser.site import Site, running

pytestmark = [pytest.mark.browser, pytest.mark.call, pytest.mark.service, LOOP]

# Before any script of the page: whatever the client asks for, only relayed candidates are used.
RELAY_ONLY = """(() => {
  const only = (config) => ({...config, iceTransportPolicy: 'relay'});
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(config) { super(only(config)); }
    setConfiguration(config) { super.setConfiguration(only(config)); }
  };
})()"""
# The candidates in use: how this side reaches TURN, and what TURN reaches.
CANDIDATES = """async () => {
  const peer = window.peersOfTest.find((each) => each.connectionState === 'connected');
  const stats = await peer.getStats(), all = [...stats.values()];
  const pair = stats.get(all.find((each) => each.type === 'transport').selectedCandidatePairId);
  const local = stats.get(pair.localCandidateId);
  return {type: local.candidateType, by: local.relayProtocol, of: local.url,
    local: all.filter((each) => each.type === 'local-candidate').map((each) => each.candidateType)};
}"""


@pytest.fixture(params=["udp", "tcp"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def turn_site(coturn: services.Turn, transport: str, tmp_path: Path) -> Iterator[Site]:
    url = f"turn:{coturn.host}:{coturn.port}?transport={transport}"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TODOKU_TURN_SECRET", coturn.secret)
        with running(tmp_path, more_config=f'[turn]\nurls = ["{url}"]\n') as site:
            yield site


async def test_a_call_goes_through_turn_where_nothing_else_passes(
    turn_site: Site, visitor: Visitor, coturn: services.Turn, transport: str
) -> None:
    async def walled(*language: str, **window: int) -> Page:
        page = await visitor(*language, **window)
        await page.add_init_script(RELAY_ONLY)
        return page

    call = await people.meet(turn_site, walled)
    for page in (call.client, call.therapist):
        used: dict[str, Any] = await page.evaluate(CANDIDATES)
        assert (used["type"], used["by"]) == ("relay", transport)
        assert used["of"] == f"turn:{coturn.host}:{coturn.port}?transport={transport}"
        assert set(used["local"]) == {"relay"}
