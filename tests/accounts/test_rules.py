"""The pure rules: throttle, session life, names and addresses, audit details, the mail's words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import audit, mail, sessions, throttle
from accounts.model import clean_name, normalize_email
from core.errors import Invalid

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
FIVE = throttle.Limit(5, timedelta(minutes=15))


def allowed(limit: throttle.Limit, seconds: list[float]) -> list[float]:
    """The times among `seconds` at which an attempt is let through."""
    stored: dict[str, datetime] = {}
    passed = []
    for second in seconds:
        verdict = throttle.attempt({"k": limit}, stored, NOW + timedelta(seconds=second))
        if verdict.retry_after_s is None:
            stored.update(verdict.full_until)
            passed.append(second)
    return passed


def test_five_attempts_at_once_pass_and_then_one_every_three_minutes() -> None:
    assert allowed(FIVE, [0, 0, 0, 0, 0, 0, 179, 180, 181]) == [0, 0, 0, 0, 0, 180]


@given(st.lists(st.floats(0, 3600), max_size=60))
def test_no_span_holds_more_than_the_burst_and_its_refill(times: list[float]) -> None:
    passed = allowed(FIVE, sorted(times))
    for begin in passed:
        inside = [second for second in passed if begin <= second < begin + 900]
        assert len(inside) <= 2 * FIVE.attempts


@given(st.integers(6, 30))
def test_waiting_as_long_as_told_is_enough(tries: int) -> None:
    stored: dict[str, datetime] = {}
    for _ in range(tries):
        verdict = throttle.attempt({"k": FIVE}, stored, NOW)
        stored.update(verdict.full_until)
    assert verdict.retry_after_s is not None
    later = NOW + timedelta(seconds=verdict.retry_after_s)
    assert throttle.attempt({"k": FIVE}, stored, later).retry_after_s is None


def test_an_attempt_refused_for_one_key_counts_for_none() -> None:
    limits = {"narrow": throttle.Limit(1, timedelta(minutes=1)), "wide": FIVE}
    stored = dict(throttle.attempt(limits, {}, NOW).full_until)
    assert throttle.attempt(limits, stored, NOW) == throttle.Verdict({}, 60)


def test_a_refund_takes_one_attempt_back() -> None:
    stored = dict(throttle.attempt({"k": FIVE}, {}, NOW).full_until)
    assert throttle.refund({"k": FIVE, "never": FIVE}, stored) == {"k": NOW}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
    ],
)
def test_ipv6_addresses_of_one_site_are_one_network(address: str, network: str) -> None:
    assert throttle.network(address) == network


def test_a_session_slides_with_use_but_never_past_its_end() -> None:
    idle = timedelta(hours=1)
    life = sessions.begin(NOW, idle, NOW + timedelta(minutes=90))
    assert life.expires_at == NOW + idle
    assert sessions.slide(life, NOW + timedelta(minutes=1), idle) is None
    assert sessions.slide(life, NOW + timedelta(minutes=10), idle) == NOW + timedelta(minutes=70)
    assert sessions.slide(life, NOW + timedelta(minutes=59), idle) == life.ends_at


@pytest.mark.parametrize("token", [None, "", "short", "a" * 101, "ü" * 43, "a" * 42 + "\n", "\udcff" * 43])
def test_what_cannot_be_a_token_is_not_looked_up(token: str | None) -> None:
    assert not sessions.plausible(token)


def test_addresses_are_compared_without_case_and_spaces() -> None:
    assert normalize_email(" Sato@Example.com ") == "sato@example.com"
    assert normalize_email("sato@XN--R8JZ45G.jp") == normalize_email("sato@例え.jp")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sato",
        "a b@example.com",
        "a\nb@example.com",
        "\x00@example.com",
        "\ud800@x.jp",
        "佐藤@example.com",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        normalize_email(text)
    assert caught.value.extra["errors"][0]["field"] == "email"


def test_a_name_is_one_line_without_invisible_characters() -> None:
    assert clean_name(" 山田　太郎\r\n\u202e\x00") == "山田 太郎"


@pytest.mark.parametrize("text", ["", " \u200b ", "x" * 101])
def test_a_name_that_says_nothing_or_too_much_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        clean_name(text)


@given(st.text(max_size=300))
def test_any_text_is_either_a_clean_name_or_refused(text: str) -> None:
    try:
        name = clean_name(text)
    except Invalid:
        return
    assert name == clean_name(name)
    assert name.isprintable()


@pytest.mark.parametrize(
    "detail", [{"name": "佐藤"}, {"pain": 7}, {"reason": "x" * 201}, {"list": [1]}, {"Bad Key": 1}]
)
def test_the_audit_trail_takes_no_names_no_health_and_no_essays(detail: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="audit detail"):
        audit.checked("room_ended", detail)


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_the_sign_in_mail_carries_the_link_in_text_and_html_but_not_in_its_subject(locale: str) -> None:
    link = "https://todoku.example/sign-in/abc"
    made = mail.compose(to="a@example.com", locale=locale, link=link, minutes=15, message_id="m@x")
    assert link in made.text
    assert f'href="{link}"' in made.html
    assert link not in made.subject
    assert "15" in made.text
