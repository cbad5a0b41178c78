"""Mail servers that take their time: a delivery is bounded as a whole; a mail that was taken is sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from core.config import MailConfig
from core.mail import Mail, SmtpMailer
from tests.fakes import FakeClock

MAIL = Mail("one@todoku", "b@example.com", "s", "t", "<p>t</p>", "en")


@dataclass
class Slow:
    """Answers each step after `step_s`; what comes after a mail only if `parts`."""

    step_s: float
    parts: bool = True
    steps: list[str] = field(default_factory=list)
    taken: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._say(writer, "220 slow")
            while line := await reader.readline():
                self.steps.append(line[:4].decode().upper())
                if self.steps[-1] == "DATA":
                    await self._say(writer, "354 go on")
                    await reader.readuntil(b"\r\n.\r\n")
                    self.taken += 1
                if self.steps[-1] == "QUIT" and not self.parts:
                    continue
                await self._say(writer, "250 ok" if self.steps[-1] != "QUIT" else "221 bye")
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _say(self, writer: asyncio.StreamWriter, text: str) -> None:
        await asyncio.sleep(self.step_s)
        writer.write(f"{text}\r\n".encode())
        await writer.drain()


@asynccontextmanager
async def mailer_to(slow: Slow, timeout_s: float, clock: FakeClock) -> AsyncIterator[SmtpMailer]:
    server = await asyncio.start_server(slow.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    config = MailConfig(host="127.0.0.1", port=port, security="none", timeout_s=timeout_s)
    async with server:
        yield SmtpMailer(config, clock)


async def test_steps_that_are_each_in_time_may_not_take_too_long_together(clock: FakeClock) -> None:
    slow = Slow(step_s=0.2)
    async with mailer_to(slow, 0.5, clock) as mailer:
        with pytest.raises(TimeoutError):
            await mailer.send(MAIL)
    assert slow.taken == 0
    assert 1 <= len(slow.steps) <= 3


async def test_a_mail_that_was_taken_is_sent_however_they_part(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.mail.PARTING_S", 0.05)
    slow = Slow(step_s=0, parts=False)
    async with mailer_to(slow, 10, clock) as mailer:
        await mailer.send(MAIL)
    assert (slow.taken, slow.steps[-1]) == (1, "QUIT")
