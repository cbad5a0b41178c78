"""Sessions through the whole program, as a process of its own: HTTP, Socket.IO, SQLite, the relay on UDP.

What the kernel counts of the process is compared: memory, descriptors, threads; and the rooms that staff see.
Nobody waits for a silent participant's minute: the program is told to give up after two seconds.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from media.model import Offer, Track
from tests.flows import people
from tests.flows.program import Program, Seeds, seed, together
from tests.soak.census import memory_kib
from tests.soak.people import Tab

GONE_AFTER_S = 2
PATIENCE_S = 30
REQUESTS_AT_ONCE = 40
# Caches of SQLite, of statements and of patterns fill for a while. A session that stays takes 900 KiB.
ALLOWED_KIB, ALLOWED_PER_SESSION_KIB = 8192, 64


class Page(people.Tab):
    """A person's page, which may vanish; its media side is ours."""

    media: Tab | None

    async def sit(self, base: int) -> None:
        offer = (await self.call("join"))["offer"]
        tracks = tuple(Track(track["mid"], None, track["kind"]) for track in offer["tracks"])
        self.media = Tab(Offer(offer["number"], offer["sdp"], tracks), (base + 1, base + 2, base + 3))
        await self.call("answer", offer=offer["number"], sdp=self.media.answer)
        await self.media.connect()

    async def vanish(self) -> None:
        """No goodbye, neither to the relay nor on the sockets: their connections break."""
        if self.media is not None:
            await self.media.vanish()
            self.media = None
        for socket in (self.socket, self.chat):
            session: aiohttp.ClientSession = socket.eio.http
            assert session.connector is not None
            await session.connector.close()


@dataclass
class Session:
    """A booking that begins now, and both in its call."""

    program: Program
    seeds: Seeds
    client: Page
    therapist: Page

    async def see_each_other(self) -> None:
        for page, other in ((self.client, self.therapist), (self.therapist, self.client)):
            sender, receiver = page.media, other.media
            assert sender is not None
            assert receiver is not None
            before = receiver.seen()
            sender.film()
            await receiver.until(lambda receiver=receiver, before=before: receiver.seen() > before)  # type: ignore[misc]

    async def come_back(self) -> None:
        """The client's page is loaded again: same tab, same seat."""
        await self.client.vanish()
        await self.client.close()
        self.client = Page(self.program, "link")
        await self.client.follow(self.seeds.join_link)
        await self.client.enter(self.seeds.booking_id, "tab-client")
        await self.client.sit(3000)


async def hang_up(session: Session) -> None:
    """The client leaves, which ends the session for both."""
    await session.client.call("leave")
    await session.therapist.heard("ended")


async def reload(session: Session) -> None:
    """The client comes back after a reload; then they hang up."""
    await session.come_back()
    await session.see_each_other()
    await hang_up(session)


async def die(session: Session) -> None:
    """Both vanish; the relay gives them up, and staff end the room."""
    await session.client.vanish()
    await session.therapist.vanish()
    async with signed_in(session.program, session.seeds) as staff:
        room = session.client.room["room_id"]
        await until(lambda: _nobody_in(staff, room), "the relay has given both up")
        wish = {"confirm": room[-6:], "reason": "stuck"}
        await staff.ask("POST", f"/api/ops/rooms/{room}/end", 204, json=wish)


async def _nobody_in(staff: Page, room_id: str) -> bool:
    rooms = (await staff.ask("GET", "/api/ops/rooms"))["rooms"]
    people_in = [one for room in rooms if room["room_id"] == room_id for one in room["participants"]]
    return not any(one["transport"] for one in people_in)


WAYS: tuple[Callable[[Session], Awaitable[None]], ...] = (hang_up, reload, die)


@dataclass(frozen=True)
class Look:
    """The process as the kernel sees it, and the rooms that have not ended."""

    memory_kib: int
    descriptors: int
    threads: int
    rooms: int


@dataclass(frozen=True)
class Outcome:
    """Looks: after the warm-up, in between, at the end."""

    sessions: int
    looks: tuple[Look, ...]

    @property
    def left(self) -> dict[str, tuple[int, int]]:
        """What is more than it was: before and after."""
        first, last = self.looks[0], self.looks[-1]
        pairs = {
            name: (getattr(first, name), getattr(last, name)) for name in ("descriptors", "threads", "rooms")
        }
        return {name: pair for name, pair in pairs.items() if pair[1] > pair[0]}

    @property
    def wrong(self) -> list[str]:
        """What must not be, in words."""
        wrong = [f"{name}: {before} before, {after} now" for name, (before, after) in self.left.items()]
        grown = self.looks[-1].memory_kib - self.looks[0].memory_kib
        allowed = ALLOWED_KIB + ALLOWED_PER_SESSION_KIB * self.sessions
        if grown > allowed:
            wrong.append(f"memory: grown by {grown} KiB, which is more than {allowed}")
        return wrong

    def report(self) -> list[str]:
        """The figures."""
        last = self.looks[-1]
        return [
            f"{self.sessions} sessions through the whole program",
            f"  memory in KiB, from the warm-up on: {' '.join(str(look.memory_kib) for look in self.looks)}",
            f"  descriptors {last.descriptors}, threads {last.threads}, rooms {last.rooms}",
            *(f"  NOT AS IT WAS: {line}" for line in self.wrong),
        ]


async def run(sessions: int, warm_up: int, looks: int = 4) -> Outcome:
    """`warm_up` sessions, a look, `sessions` more with `looks` on the way."""
    soon = f"gone_after_s = {GONE_AFTER_S}\nsilent_after_s = 1\n"
    with tempfile.TemporaryDirectory() as folder, together(Path(folder) / "var", soon) as program:
        for number in range(warm_up):
            await _session(program, number)
        found = [await _look(program, None)]
        for number in range(sessions):
            await _session(program, number)
            if (number + 1) * looks // sessions > number * looks // sessions:
                found.append(await _look(program, found[0]))
        return Outcome(sessions, tuple(found))


async def _session(program: Program, number: int) -> None:
    seeds = await seed(program)
    session = Session(program, seeds, Page(program, "link"), Page(program, "account"))
    try:
        await session.client.follow(seeds.join_link)
        await session.client.enter(seeds.booking_id, "tab-client")
        await session.therapist.sign_in(seeds.therapist_email)
        await session.therapist.enter(seeds.booking_id, "tab-therapist")
        waiting = await session.therapist.heard("state", _somebody_waits)
        await session.therapist.call("admit", participant_id=waiting["peer"]["participant_id"])
        await session.client.heard("admitted")
        await session.client.sit(1000)
        await session.therapist.sit(2000)
        await session.see_each_other()
        await WAYS[number % len(WAYS)](session)
    finally:
        await session.client.close()
        await session.therapist.close()


def _somebody_waits(state: dict[str, Any]) -> bool:
    return (state["peer"] or {}).get("state") == "waiting"


@asynccontextmanager
async def signed_in(program: Program, seeds: Seeds) -> AsyncIterator[Page]:
    """A member of staff."""
    staff = Page(program, "account")
    try:
        await staff.sign_in(seeds.staff_email)
        yield staff
    finally:
        await staff.close()


async def _look(program: Program, before: Look | None) -> Look:
    """Once as few descriptors are open as before."""
    seeds = await seed(program)
    (process,) = program.processes
    async with signed_in(program, seeds) as staff:
        # Many at once: as many database connections as there may be, at every look.
        asked = [staff.ask("GET", "/api/ops/rooms") for _ in range(REQUESTS_AT_ONCE)]
        rooms = len((await asyncio.gather(*asked))[0]["rooms"])

    def descriptors() -> int:
        return len(os.listdir(f"/proc/{process.pid}/fd"))

    async def as_before() -> bool:
        return before is None or descriptors() <= before.descriptors

    await until(as_before, "", strict=False)
    threads = len(os.listdir(f"/proc/{process.pid}/task"))
    return Look(memory_kib(process.pid), descriptors(), threads, rooms)


async def until(condition: Callable[[], Awaitable[bool]], what: str, strict: bool = True) -> None:
    """Ask until it is so."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await condition():  # noqa: ASYNC110  (another process tells nobody)
                await asyncio.sleep(0.2)
    except TimeoutError:
        if strict:
            raise AssertionError(f"did not happen within {PATIENCE_S} s: {what}") from None
