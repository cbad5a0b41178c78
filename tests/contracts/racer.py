"""A race on the database named on the command line, until it is killed."""

import asyncio
import sys

from core.clock import SystemClock
from core.database import Database
from scheduler import racing


async def main(url: str) -> None:
    database = Database.open(url, pool_size=16)
    ground = await racing.prepare(database, SystemClock())
    print("racing", flush=True)
    await racing.race(ground, clients=32, seconds=120, seed=7)
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
