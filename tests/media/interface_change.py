"""A call of two browsers, of which one is on a host of its own and changes from one network interface to
another.

Run by tests/media/test_interface_change.py as `python -m tests.media.interface_change`, inside user and
network namespaces of its own (`ALONE`): the second host is another network namespace, joined by two pairs of
virtual interfaces. Prints one JSON object: seconds from the change until the moved browser saw and heard well
again, and until the other did.
"""

import asyncio
import json
import os
import shutil
import stat
import subprocess
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp import web
from playwright.async_api import BrowserType, Page, async_playwright

from core.clock import SystemClock
from media.config import MediaConfig
from media.relay import Relay
from tests.media.conftest import FLAGS, ROOM
from tests.media.measuring import Recording, recorded_until, start_recording, wall_clock
from tests.media.pages import pages
from tests.media.test_impaired import STARTED

ALONE = ["unshare", "--user", "--map-root-user", "--net"]
SERVER, FIRST, SECOND = "198.51.100.1", "198.51.100", "203.0.113"  # RFC 5737: nobody's
CHANGED_FOR_S = 12


def ip(*arguments: str, inside: int | None = None) -> None:
    """`ip` on this host, or in the namespace of a process."""
    enter = [] if inside is None else ["nsenter", "-t", str(inside), "-n"]
    subprocess.run([*enter, "ip", *arguments], check=True)


def join_hosts(other: int) -> None:
    """Two pairs of interfaces between us and the host of process `other`; it uses the first."""
    ip("link", "set", "lo", "up")
    ip("link", "set", "lo", "up", inside=other)
    for name, network in (("first", FIRST), ("second", SECOND)):
        ip("link", "add", f"{name}0", "type", "veth", "peer", "name", f"{name}1")
        ip("link", "set", f"{name}1", "netns", str(other))
        ip("addr", "add", f"{network}.1/24", "dev", f"{name}0")
        ip("link", "set", f"{name}0", "up")
        ip("addr", "add", f"{network}.2/24", "dev", f"{name}1", inside=other)
    ip("link", "set", "first1", "up", inside=other)


def change_interface(other: int) -> None:
    """The first is pulled out, the second takes over: another address, another route to the same server."""
    ip("link", "set", "first1", "down", inside=other)
    ip("link", "set", "second1", "up", inside=other)
    ip("route", "add", f"{SERVER}/32", "via", f"{SECOND}.1", inside=other)


def browser_of(other: int, folder: Path) -> Path:
    """A command that starts Chromium on the other host."""
    script = folder / "chromium-elsewhere"
    script.write_text(f'#!/bin/sh\nexec nsenter -t {other} -n {shutil.which("chromium")} "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


async def opened(
    kind: BrowserType, command: Path | str, address: str, name: str, stack: AsyncExitStack
) -> Page:
    flags = [*FLAGS, f"--unsafely-treat-insecure-origin-as-secure={address}"]
    browser = await kind.launch(executable_path=command, args=flags)
    stack.push_async_callback(browser.close)
    page = await browser.new_page()
    await page.goto(f"{address}/{name}")
    async with asyncio.timeout(40):
        await page.evaluate(STARTED)
    await start_recording(page)
    return page


async def measure(other: int, folder: Path) -> dict[str, float | None]:
    """The call, the change, and what both saw."""
    config = MediaConfig(udp_host=SERVER, udp_port=0)
    async with AsyncExitStack() as stack:
        relay = Relay(config, SystemClock())
        await relay.start()
        stack.push_async_callback(relay.close)
        relay.open_room(ROOM, 1)
        runner = web.AppRunner(pages(relay))
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, SERVER, 0).start()
        address = f"http://{SERVER}:{runner.addresses[0][1]}"
        playwright = await stack.enter_async_context(async_playwright())
        still = asyncio.create_task(
            opened(playwright.chromium, shutil.which("chromium") or "", address, "one", stack)
        )
        moving = await opened(playwright.chromium, browser_of(other, folder), address, "two", stack)
        pages_ = (moving, await still)
        change_interface(other)
        at = wall_clock()
        seen = [await recorded_until(page, at + CHANGED_FOR_S) for page in pages_]
        return {"moved_s": after(seen[0], at), "other_s": after(seen[1], at)}


def after(seen: Recording, at: float) -> float | None:
    """Seconds until picture and sound were good for good, None: never in the time."""
    well_at = seen.recovered_at(at)
    return None if well_at is None else well_at - at


def main() -> None:
    other = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
    try:
        while os.readlink(f"/proc/{other.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            os.sched_yield()
        join_hosts(other.pid)
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(asyncio.run(measure(other.pid, Path(folder)))))
    finally:
        other.kill()
        other.wait()


if __name__ == "__main__":
    main()
