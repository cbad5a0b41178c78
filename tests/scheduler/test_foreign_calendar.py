"""Personal calendars: what is busy in them, what is not, and that none of them costs more than its share."""

from datetime import UTC, datetime, timedelta

import pytest

from core.outgoing import Failed
from scheduler.calendar_reading import parsed
from scheduler.foreign_calendar import MOST_EVENTS, Unusable, busy_times
from scheduler.model import Span

TOKYO = "Asia/Tokyo"
WITHIN = Span(datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 12, 24, tzinfo=UTC))


def calendar(*events: str, before: str = "") -> bytes:
    """A file with these events; each gets its UID unless it has one."""
    parts = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", *before.split("\n")]
    for number, event in enumerate(events):
        uid = [] if "UID:" in event else [f"UID:{number}@example.com"]
        parts += ["BEGIN:VEVENT", *uid, "DTSTAMP:20260101T000000Z", *event.split("\n"), "END:VEVENT"]
    return "\r\n".join([part for part in parts if part] + ["END:VCALENDAR", ""]).encode()


def busy(*events: str, before: str = "", timezone: str = TOKYO) -> list[str]:
    """Like "25 01:00-02:00", in UTC."""
    found = busy_times(calendar(*events, before=before), WITHIN, timezone)
    return [f"{one.starts_at:%d %H:%M}-{one.ends_at:%H:%M}" for one in found]


def test_times_are_read_in_every_way_they_are_written() -> None:
    assert busy("DTSTART:20261125T010000Z\nDTEND:20261125T020000Z") == ["25 01:00-02:00"]
    assert busy("DTSTART;TZID=Europe/Paris:20261125T100000\nDURATION:PT90M") == ["25 09:00-10:30"]
    assert busy("DTSTART;TZID=Tokyo Standard Time:20261125T100000\nDURATION:PT1H") == ["25 01:00-02:00"]
    assert busy("DTSTART:20261125T100000\nDURATION:PT1H") == ["25 01:00-02:00"]  # no zone: the therapist's
    assert busy("DTSTART;TZID=Mars/Base:20261125T100000\nDURATION:PT1H") == ["25 01:00-02:00"]
    assert busy("DTSTART;VALUE=DATE:20261125") == ["24 15:00-15:00"]  # a whole day in Tokyo
    assert busy("DTSTART;VALUE=DATE:20261125", timezone="America/New_York") == ["25 05:00-05:00"]
    assert busy("DTSTART:20261125T100000", before="X-WR-TIMEZONE:Asia/Tokyo") == []  # no length, not busy


def test_a_zone_that_the_file_brings_along_counts() -> None:
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        "TZOFFSETFROM:+0530\nTZOFFSETTO:+0530\nEND:STANDARD\nEND:VTIMEZONE"
    )
    assert busy("DTSTART;TZID=Own:20261125T100000\nDURATION:PT1H", before=zone) == ["25 04:30-05:30"]


def test_rules_exceptions_and_moved_days_are_followed_across_a_change_of_clocks() -> None:
    series = "UID:s\nDTSTART;TZID=America/New_York:20261001T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY"
    left_out = "\nEXDATE;TZID=America/New_York:20261203T090000"
    moved = (
        "UID:s\nRECURRENCE-ID;TZID=America/New_York:20261210T090000\nDTSTART:20261211T200000Z\nDURATION:PT2H"
    )
    assert busy(series + left_out, moved) == ["26 14:00-15:00", "11 20:00-22:00", "17 14:00-15:00"]
    dates = "DTSTART:20261125T010000Z\nDURATION:PT1H\nRDATE:20261127T010000Z,20261129T010000Z"
    assert busy(dates) == ["25 01:00-02:00", "27 01:00-02:00", "29 01:00-02:00"]


def test_what_is_free_cancelled_or_ours_is_not_busy() -> None:
    times = "DTSTART:20261125T010000Z\nDTEND:20261125T020000Z\n"
    for free in ("TRANSP:TRANSPARENT", "STATUS:CANCELLED", "X-MICROSOFT-CDO-BUSYSTATUS:FREE", "UID:x@todoku"):
        assert busy(times + free) == [], free
    assert busy(times + "STATUS:TENTATIVE") == ["25 01:00-02:00"]
    cancelled = (
        "UID:s\nRECURRENCE-ID:20261126T010000Z\nDTSTART:20261126T010000Z\nDURATION:PT1H\nSTATUS:CANCELLED"
    )
    series = "UID:s\nDTSTART:20261125T010000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3"
    assert busy(series, cancelled) == ["25 01:00-02:00", "27 01:00-02:00"]


def test_times_that_touch_become_one_and_long_ones_end_with_the_window() -> None:
    one, two = "DTSTART:20261125T010000Z\nDURATION:PT1H", "DTSTART:20261125T020000Z\nDURATION:PT1H"
    assert busy(two, one) == ["25 01:00-03:00"]
    (always,) = busy_times(calendar("DTSTART:20000101T000000Z\nDTEND:29000101T000000Z"), WITHIN, TOKYO)
    assert always == WITHIN


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "not_a_calendar"),
        (b"\0\xff" * 1000, "not_a_calendar"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "not_a_calendar"),
        (b"BEGIN:VEVENT\r\nDTSTART:20261125T010000Z\r\nEND:VEVENT\r\n", "not_a_calendar"),
        (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VALARM\r\n" * 500 + b"END:VALARM\r\n" * 499, "not_a_calendar"),
        (b"BEGIN:VCALENDAR\r\n" + b"begin:vevent\r\n" * (MOST_EVENTS + 1), "too_many_events"),
        (calendar("DTSTART:19700101T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY"), "too_many_events"),
        (
            calendar(
                "DTSTART:20261125T010000Z\nDURATION:PT1S\nRDATE:" + ",".join(["20261126T010000Z"] * 6000)
            ),
            "too_many_events",
        ),
    ],
)
def test_what_is_no_calendar_or_too_much_of_one_is_refused(content: bytes, expected: str) -> None:
    with pytest.raises(Unusable) as raised:
        busy_times(content, WITHIN, TOKYO)
    assert raised.value.args == (expected,)


def test_one_broken_event_does_not_hide_the_others() -> None:
    good = "DTSTART:20261125T010000Z\nDURATION:PT1H"
    broken = ["SUMMARY:no time at all", "DTSTART:tomorrow", good + "\nRRULE:FREQ=SOMETIMES"]
    assert "25 01:00-02:00" in busy(good, *broken)


async def test_the_reader_is_a_process_of_its_own_and_tells_the_same() -> None:
    content = calendar("DTSTART:20261125T010000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY")
    assert await parsed(content, WITHIN, TOKYO) == busy_times(content, WITHIN, TOKYO)
    with pytest.raises(Failed, match="not_a_calendar"):
        await parsed(b"no", WITHIN, TOKYO)


@pytest.mark.parametrize(
    "rule",
    [
        "RRULE:FREQ=HOURLY",  # since 1601
        "RRULE:FREQ=DAILY;INTERVAL=0",
        f"RRULE:FREQ=DAILY;BYHOUR={','.join(map(str, range(24)))};BYMINUTE={','.join(map(str, range(60)))}",
    ],
)
async def test_a_rule_without_an_end_ends_with_its_process(rule: str) -> None:
    content = calendar(f"DTSTART:16010101T000000Z\nDURATION:PT1M\n{rule}")
    began = datetime.now(UTC)  # noqa: TID251  (how long it really takes is what is asked)
    with pytest.raises(Failed, match="too_costly"):
        await parsed(content, WITHIN, TOKYO, longest_s=2.0)
    assert datetime.now(UTC) - began < timedelta(seconds=10)  # noqa: TID251
