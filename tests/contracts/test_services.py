"""The test servers themselves: each starts, answers and belongs to this run alone."""

import asyncio
import base64
import hashlib
import hmac
import smtplib
from email.message import EmailMessage

import asyncpg
import pytest
from aioice import turn
from redis.asyncio import Redis

from core.clock import SystemClock
from tests import services


class Silent(asyncio.DatagramProtocol):
    """Nobody sends to the allocations made here."""


def time_limited(server: services.Turn, lifetime_s: int) -> tuple[str, str]:
    """User name and password as in draft-uberti-behave-turn-rest 2.2."""
    username = f"{int(SystemClock().now().timestamp()) + lifetime_s}:someone"
    digest = hmac.new(server.secret.encode(), username.encode(), hashlib.sha1).digest()
    return username, base64.b64encode(digest).decode()


@pytest.mark.service
async def test_coturn_allocates_for_credentials_that_are_still_valid(coturn: services.Turn) -> None:
    username, password = time_limited(coturn, lifetime_s=60)
    transport, _ = await turn.create_turn_endpoint(
        Silent,
        server_addr=(coturn.host, coturn.port),
        username=username,
        password=password,
    )
    relayed = transport.get_extra_info("sockname")
    transport.close()
    assert relayed[0] == coturn.host
    assert relayed[1] != coturn.port


@pytest.mark.service
async def test_coturn_refuses_a_wrong_password(coturn: services.Turn) -> None:
    username, _ = time_limited(coturn, lifetime_s=60)
    with pytest.raises(Exception, match="401"):
        await turn.create_turn_endpoint(
            Silent,
            server_addr=(coturn.host, coturn.port),
            username=username,
            password="wrong",
        )


@pytest.mark.service
async def test_postgresql_answers(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url)
    assert await connection.fetchval("SHOW server_encoding") == "UTF8"
    await connection.close()


@pytest.mark.service
async def test_redis_answers(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        assert await redis.ping()
        assert await redis.config_get("save") == {"save": ""}


def test_the_mailbox_keeps_what_it_is_sent(smtp_receiver: services.Mailbox) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "面談 / Consultation", "a@example.org", "b@example.org"
    mail.set_content("こんにちは")
    with smtplib.SMTP(smtp_receiver.host, smtp_receiver.port) as sender:
        sender.send_message(mail)
    (received,) = smtp_receiver.wait_for(1)
    assert received["Subject"] == "面談 / Consultation"
    assert received.get_content().strip() == "こんにちは"


def test_a_missing_program_names_its_package() -> None:
    with pytest.raises(services.ServiceMissing, match="install the package 'some-package'"):
        services.find_program("no-such-program", "some-package")
