"""Newcomers as a process of their own: people come in pairs while others are already talking.

`python -m bench.relay.joiner SUBJECT SIGNALLING_PORT PEOPLE SECONDS`; prints "ready", begins when told by a
line, prints how long it took. They connect (ICE, DTLS) and stay; what they would send is not part of it.
"""

import asyncio
import sys
import time

from bench.relay.subjects import SUBJECTS, Person, Subject

FIRST_ROOM = 1_000


async def pair(subject: Subject, number: int, delay_s: float, apart_s: float) -> None:
    """Two people of one room."""
    await asyncio.sleep(delay_s)
    room = FIRST_ROOM + number

    async def later(name: str, wait_s: float) -> Person:
        await asyncio.sleep(wait_s)
        return await subject.join(room, name)

    one, two = await asyncio.gather(later(f"{room}a", 0), later(f"{room}b", apart_s))
    await asyncio.gather(subject.see(one, [two]), subject.see(two, [one]))


async def main(name: str, port: int, people: int, within_s: float) -> None:
    subject = SUBJECTS[name](port)
    await subject.open()
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    apart_s, began = within_s / people, time.perf_counter()
    await asyncio.gather(*(pair(subject, at, 2 * at * apart_s, apart_s) for at in range(people // 2)))
    print(time.perf_counter() - began, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    await subject.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
