"""How mail leaves: through SMTP, or as .eml files where none is configured.

What a mail says is decided by the folder that sends it; it is always called from an outbox handler.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Protocol

import aiosmtplib
from email_validator import validate_email

from core.clock import Clock
from core.config import MailConfig

PARTING_S = 1.0


@dataclass(frozen=True)
class Attachment:
    """A file beside the text. `content_type` such as "text/calendar; method=REQUEST"."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """One mail to one person. `message_id` is stable over retries, without angle brackets."""

    message_id: str
    to: str
    subject: str
    text: str
    html: str
    locale: str
    attachments: tuple[Attachment, ...] = ()
    thread: str | None = None  # a message id that mails about one thing share, so that they stand together


class Mailer(Protocol):
    """Sends a mail, or raises so that the outbox tries again."""

    async def send(self, mail: Mail) -> None: ...


class FileMailer:
    """Writes each mail to `folder`/MESSAGE_ID.eml; the same id overwrites itself."""

    def __init__(self, config: MailConfig, clock: Clock) -> None:
        self._config = config
        self._folder = Path(config.folder)
        self._clock = clock

    async def send(self, mail: Mail) -> None:
        data = bytes(compose(mail, self._config, self._clock))
        await asyncio.to_thread(self._write, f"{mail.message_id.split('@')[0]}.eml", data)

    def _write(self, name: str, data: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = self._folder / f".{name}.part"
        partial.write_bytes(data)
        partial.replace(self._folder / name)


class SmtpMailer:
    """One connection per mail; TLS as configured. The whole delivery is bounded, not each step alone."""

    def __init__(self, config: MailConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock

    async def send(self, mail: Mail) -> None:
        config = self._config
        client = aiosmtplib.SMTP(
            hostname=config.host,
            port=config.port,
            use_tls=config.security == "tls",
            start_tls=config.security == "starttls",
            username=config.username or None,
            password=config.password or None,
            timeout=config.timeout_s,
        )
        try:
            async with asyncio.timeout(config.timeout_s):
                await client.connect()
                await client.send_message(compose(mail, config, self._clock))
            # It is theirs now: that they are slow to part with us must not send it again.
            with contextlib.suppress(OSError, aiosmtplib.SMTPException):
                await client.quit(timeout=PARTING_S)
        finally:
            client.close()


def open_mailer(config: MailConfig, clock: Clock) -> Mailer:
    """SMTP when a host is set, files otherwise."""
    if config.host:
        return SmtpMailer(config, clock)
    return FileMailer(config, clock)


def compose(mail: Mail, config: MailConfig, clock: Clock) -> EmailMessage:
    """The mail as a message: text, HTML beside it, attachments after."""
    message = EmailMessage()
    message["From"] = _address(config.sender)
    if config.reply_to:
        message["Reply-To"] = _address(config.reply_to)
    message["To"] = _address(mail.to)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{mail.message_id}>"
    if mail.thread is not None:
        message["References"] = f"<{mail.thread}>"
    message["Content-Language"] = mail.locale
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    for part in mail.attachments:
        _attach(message, part)
    return message


def _address(text: str) -> Address:
    name, address = parseaddr(text)
    user, _, domain = address.partition("@")
    if (
        not domain.isascii()
    ):  # as the DNS knows it; a header would make an encoded word of it, which is no host
        domain = validate_email(f"x@{domain}", check_deliverability=False).ascii_domain
    return Address(name, user, domain)


def _attach(message: EmailMessage, part: Attachment) -> None:
    """As the bytes they are: text loses its line breaks (RFC 5545 3.1) at a server without 8BITMIME."""
    kind, *parameters = [piece.strip() for piece in part.content_type.split(";")]
    maintype, _, subtype = kind.partition("/")
    pairs = dict(piece.split("=", 1) for piece in parameters)
    if maintype == "text":
        pairs["charset"] = "utf-8"
    message.add_attachment(
        part.content, maintype=maintype, subtype=subtype, filename=part.filename, params=pairs
    )
