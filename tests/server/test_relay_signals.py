"""What the signals of an operator mean to a relay's process."""

import asyncio
import os
import signal

from server.serving import first_of, relay_signals


async def told(event: asyncio.Event) -> None:
    async with asyncio.timeout(5):
        await event.wait()


async def test_sigterm_drains_and_once_more_it_ends() -> None:
    with relay_signals() as signals:
        os.kill(os.getpid(), signal.SIGTERM)
        await told(signals.drain)
        assert not signals.stop.is_set()
        os.kill(os.getpid(), signal.SIGTERM)
        await told(signals.stop)


async def test_ctrl_c_ends_at_once() -> None:
    with relay_signals() as signals:
        os.kill(os.getpid(), signal.SIGINT)
        await told(signals.stop)
        assert not signals.drain.is_set()


async def test_what_is_waited_for_in_vain_is_given_up() -> None:
    given_up = asyncio.Event()

    async def for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    async def soon() -> None:
        await asyncio.sleep(0)

    await first_of(for_ever(), soon())
    assert given_up.is_set()
