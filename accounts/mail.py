"""The mail with a sign-in link. The link is made when the mail leaves, so no token waits in the outbox.

An outbox handler: a repeated event makes another link for another mail with the same Message-ID.
"""

import html
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from accounts import service, store
from accounts.config import AccountsConfig
from accounts.model import Purpose
from core.clock import Clock
from core.database import Database
from core.ids import PersonId
from core.mail import Mail, Mailer

SIGN_IN_LINK = "accounts.sign_in_link"


@dataclass(frozen=True)
class Words:
    """One language's text; `{minutes}` and `{link}` are filled in."""

    subject: str
    text: str
    button: str
    after: str


WORDS = {
    "ja": Words(
        subject="Todoku サインイン用リンク",
        text="下のリンクを開くとサインインできます。有効時間は{minutes}分、一度だけ使えます。",
        button="サインインする",
        after="お心当たりがない場合は、このメールを破棄してください。",
    ),
    "en": Words(
        subject="Your Todoku sign-in link",
        text="Open the link below to sign in. It is good for {minutes} minutes and works once.",
        button="Sign in",
        after="If you did not ask for this, please ignore this email.",
    ),
}


def compose(*, to: str, locale: str, link: str, minutes: int, message_id: str) -> Mail:
    """The mail in `locale`. Pure."""
    words = WORDS.get(locale, WORDS["en"])
    text = words.text.format(minutes=minutes)
    plain = f"{text}\n\n{link}\n\n{words.after}\n"
    rich = (
        f'<!doctype html><html lang="{html.escape(locale)}"><body><p>{html.escape(text)}</p>'
        f'<p><a href="{html.escape(link)}">{html.escape(words.button)}</a></p>'
        f"<p>{html.escape(words.after)}</p></body></html>"
    )
    return Mail(message_id=message_id, to=to, subject=words.subject, text=plain, html=rich, locale=locale)


class SignInMails:
    """Handler of SIGN_IN_LINK events."""

    def __init__(
        self, database: Database, mailer: Mailer, clock: Clock, config: AccountsConfig, public_url: str
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._clock = clock
        self._config = config
        self._public_url = public_url.rstrip("/")

    async def handle(self, payload: dict[str, Any]) -> None:
        """Send the link, if the event names a person who has an address."""
        person_id = payload["person_id"]
        if person_id is None:  # asked for by an address nobody has; written all the same
            return
        now = self._clock.now()
        life = timedelta(seconds=self._config.sign_in_link_s)
        async with self._database.write() as connection:
            person = (await store.persons(connection, [person_id])).get(PersonId(person_id))
            if person is None or person.email is None:
                return
            token = await service.issue_link(
                connection,
                purpose=Purpose.SIGN_IN,
                scope={},
                person_id=person.person_id,
                expires_at=now + life,
                now=now,
            )
        host = urlsplit(self._public_url).hostname or "localhost"
        await self._mailer.send(
            compose(
                to=person.email,
                locale=payload["locale"],
                link=f"{self._public_url}/sign-in/{token}",
                minutes=int(life.total_seconds() // 60),
                message_id=f"sign-in-{payload['request_id']}@{host}",
            )
        )
