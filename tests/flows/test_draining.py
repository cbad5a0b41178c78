"""An operator ends a relay while people talk: their call goes on at another one, and the process ends."""

import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.conftest import COPIES
from tests.flows.people import Tab, until
from tests.flows.program import Program, another_relay, apart, seed

pytestmark = pytest.mark.service


@pytest.fixture
def program(request: pytest.FixtureRequest, redis_url: str, tmp_path: Path) -> Iterator[Program]:
    for database_url in COPIES["postgresql"](request):
        with apart(tmp_path / "var", database_url, redis_url) as running:
            yield running


@pytest.fixture
async def call(program: Program) -> AsyncIterator[tuple[Tab, Tab]]:
    """A client and a therapist who talk to each other."""
    seeds = await seed(program)
    async with AsyncExitStack() as stack:
        client, therapist = Tab(program, "link"), Tab(program, "account")
        for tab in (client, therapist):
            stack.push_async_callback(tab.close)
        await client.follow(seeds.join_link)
        await client.enter(seeds.booking_id, "tab-client")
        await therapist.sign_in(seeds.therapist_email)
        await therapist.enter(seeds.booking_id, "tab-therapist")
        waiting = await therapist.heard("state", lambda s: (s["peer"] or {}).get("state") == "waiting")
        await therapist.call("admit", participant_id=waiting["peer"]["participant_id"])
        await client.heard("admitted")
        await client.sit(1000)
        await therapist.sit(2000)
        await client.heard("state", lambda s: s["room"]["state"] == "in_call")
        yield client, therapist


async def test_a_call_goes_on_at_another_relay_when_its_own_is_told_to_end(
    program: Program, call: tuple[Tab, Tab]
) -> None:
    *_, relay = program.processes
    with another_relay(program) as other:
        relay.tell(signal.SIGTERM)
        for number, tab in enumerate(call):
            before = tab.media
            assert before is not None
            offer = await tab.heard("offer", lambda offer, old=before.offer.sdp: offer["sdp"] != old)  # type: ignore[misc]
            await before.close()
            await tab.take(offer, 3000 + 1000 * number)
        client, therapist = call
        assert therapist.media is not None
        for sequence in range(1, 11):
            client.film(3002, sequence)
        slot = therapist.media.slot("3")
        await therapist.media.until(lambda: len(therapist.media.received(slot)) >= 10)  # type: ignore[union-attr]
        await until(lambda: relay.exit_code is not None, "the drained relay ends")
        assert relay.exit_code == 0
        assert "Traceback" not in relay.output() + other.output()
        for tab in call:
            await tab.close()
