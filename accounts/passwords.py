"""Password hashes: argon2id (RFC 9106) in a few threads of their own.

The number of threads bounds memory and processor; the queue before them is bounded too. An unknown person
costs the same as a wrong password, so that time does not tell who is registered.
"""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from accounts.config import AccountsConfig
from accounts.errors import PasswordRefused, TooManyAttempts
from core.ids import new_token

SHORTEST_CHARS = 10
LONGEST_CHARS = 200
BUSY_RETRY_S = 2

Result = TypeVar("Result")


class Passwords:
    """Makes and checks hashes; neither ever on the event loop."""

    def __init__(self, config: AccountsConfig) -> None:
        self._hasher = PasswordHasher(
            time_cost=config.password_passes, memory_cost=config.password_memory_kib, parallelism=1
        )
        self._pool = ThreadPoolExecutor(config.password_threads, thread_name_prefix="argon2")
        self._queue = config.password_queue
        self._running = 0
        self._nobody = self._hasher.hash(new_token())

    async def hash(self, password: str) -> str:
        """The hash to store. Raises PasswordRefused."""
        if not SHORTEST_CHARS <= len(password) <= LONGEST_CHARS:
            raise PasswordRefused
        return await self._run(lambda: self._hasher.hash(_bytes(password)))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password belongs to the hash. None takes as long and is never right."""
        right = await self._run(lambda: self._matches(stored or self._nobody, password[:LONGEST_CHARS]))
        return right and stored is not None and len(password) <= LONGEST_CHARS

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._running >= self._queue:
            raise TooManyAttempts(retry_after_s=BUSY_RETRY_S)
        self._running += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._running -= 1


def _bytes(password: str) -> bytes:
    """NFKC, so that the same password typed on two systems is the same (NIST SP 800-63B 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
