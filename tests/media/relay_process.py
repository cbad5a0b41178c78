"""A relay as a process of its own: `python -m tests.media.relay_process BUS_URL RELAY_ID PUBLIC_KEY_FILE`.

Prints "ready" once it answers on the bus; ends on SIGTERM. The program's own entry is `todoku relay`.
"""

import asyncio
import signal
import sys
from pathlib import Path

from core.bus import open_bus
from core.clock import SystemClock
from core.grants import Verifier
from core.ids import RelayId
from media.config import MediaConfig
from media.relay import Relay
from media.relay_server import RelayServer


async def main(bus_url: str, relay_id: str, public_key: bytes) -> None:
    clock, bus, stop = SystemClock(), open_bus(bus_url), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    relay = Relay(MediaConfig(relay_id=relay_id, udp_port=0), clock)
    verifier = Verifier(public_key)
    server = RelayServer(bus, relay, verifier, clock, RelayId(relay_id))
    await relay.start()
    await server.start()
    print("ready", flush=True)
    await stop.wait()
    await server.close()
    await relay.close()
    await bus.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]).read_bytes()))
