"""Ids, errors, mail and the HTTP vocabulary."""

import email
import email.policy
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import EmailStr, ValidationError

from core.config import MailConfig
from core.errors import Conflict, Invalid, TodokuError, all_errors, from_problem, problem
from core.http import Body, Utc, invalid, parse
from core.ids import derived_token, new_id, new_token, token_hash
from core.mail import Attachment, FileMailer, Mail, SmtpMailer, compose
from tests.fakes import FakeClock
from tests.services import Mailbox


class Wish(Body):
    name: str
    email: EmailStr
    at: Utc | None = None


def test_ids_are_uuid7_and_rise_in_the_order_they_are_made() -> None:
    ids = [new_id() for _ in range(10_000)]
    assert all(i[14] == "7" and i[19] in "89ab" and len(i) == 36 for i in ids)
    assert len(set(ids)) == 10_000
    assert ids == sorted(ids)


def test_tokens_are_long_random_and_stored_hashed() -> None:
    assert len(new_token()) == 43
    assert new_token() != new_token()
    assert token_hash("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    made = derived_token(b"secret", "row")
    assert made == derived_token(b"secret", "row")
    assert len({made, derived_token(b"other", "row"), derived_token(b"secret", "other")}) == 3
    assert len(made) == 43


def test_an_error_survives_being_a_problem_document() -> None:
    error = from_problem(problem(Conflict("taken", alternatives=[1])))
    assert (type(error), error.detail, error.extra) == (Conflict, "taken", {"alternatives": [1]})
    strange = from_problem({"code": "from_a_newer_version", "status": 418, "detail": "?"})
    assert (strange.code, strange.status, isinstance(strange, TodokuError)) == (
        "from_a_newer_version",
        418,
        True,
    )


def test_every_error_code_is_used_by_one_class_alone() -> None:
    assert all_errors()["conflict"] is Conflict
    assert all(kind.__doc__ for kind in all_errors().values())


def test_invalid_input_is_told_by_field_without_its_value() -> None:
    with pytest.raises(Invalid) as raised:
        parse(Wish, b'{"name": 5, "email": "secret-not-a-mail", "more": 1}')
    errors = raised.value.extra["errors"]
    assert [error["field"] for error in errors] == ["name", "email", "more"]
    assert "secret" not in str(errors)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"name": "\\ud800"}', b"[" * 60_000]
)
def test_what_is_not_a_json_object_is_invalid(data: bytes) -> None:
    with pytest.raises(Invalid):
        parse(Wish, data)


def test_instants_are_written_in_utc_with_a_z() -> None:
    wish = parse(Wish, b'{"name": " a ", "email": "a@example.com", "at": "2026-11-24T10:00:00+00:00"}')
    assert wish.name == "a"
    assert '"at":"2026-11-24T10:00:00Z"' in wish.model_dump_json()
    with pytest.raises(ValidationError) as raised:
        Wish.model_validate({})
    assert invalid(raised.value).code == "invalid"


def mail() -> Mail:
    calendar = Attachment("a.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\n")
    return Mail("id-1@todoku", "山田 <y@example.com>", "ご案内", "本文", "<p>本文</p>", "ja", (calendar,))


async def test_mail_without_a_server_becomes_a_file_once(tmp_path: Path, clock: FakeClock) -> None:
    mailer = FileMailer(MailConfig(folder=str(tmp_path / "outbox")), clock)
    await mailer.send(mail())
    await mailer.send(mail())
    files = list((tmp_path / "outbox").iterdir())
    assert [file.name for file in files] == ["id-1.eml"]
    read = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    assert read["Subject"] == "ご案内"
    assert read["Message-ID"] == "<id-1@todoku>"
    kinds = [part.get_content_type() for part in read.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar"]


def test_answers_go_where_they_are_read_if_anywhere(clock: FakeClock) -> None:
    assert compose(mail(), MailConfig(), clock)["Reply-To"] is None
    answered = MailConfig(sender="Todoku <no-reply@x.example>", reply_to="面談の窓口 <help@x.example>")
    message = compose(mail(), answered, clock)
    assert str(message["From"]) == "Todoku <no-reply@x.example>"
    assert str(message["Reply-To"]) == "面談の窓口 <help@x.example>"


async def test_a_japanese_domain_is_written_as_the_dns_knows_it(
    smtp_receiver: Mailbox, clock: FakeClock
) -> None:
    config = MailConfig(host=smtp_receiver.host, port=smtp_receiver.port, security="none")
    await SmtpMailer(config, clock).send(replace(mail(), to="y@例え.jp"))
    assert [str(message["To"]) for message in smtp_receiver.messages] == ["y@xn--r8jz45g.jp"]


async def test_mail_reaches_a_real_smtp_server(smtp_receiver: Mailbox, clock: FakeClock) -> None:
    config = MailConfig(host=smtp_receiver.host, port=smtp_receiver.port, security="none")
    await SmtpMailer(config, clock).send(mail())
    assert [message["Message-ID"] for message in smtp_receiver.messages] == ["<id-1@todoku>"]
