"""What went wrong in other schedulers when clocks change or zones differ, each test named after its thread.

cal: calcom/cal.diy (once cal.com). More of them, with a database, in tests/contracts/test_known_threads.py.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.hours import local_day, local_days
from scheduler.mail import when
from scheduler.model import Calendar, Override, Rule, Span
from scheduler.slots import Verdict, free_slots, judge
from tests.scheduler.practice import day_slots, open_daily, rules, span, utc, wall

TOKYO, NEW_YORK, BERLIN = "Asia/Tokyo", "America/New_York", "Europe/Berlin"


@pytest.mark.parametrize("day", ["2023-11-03", "2023-11-06", "2023-11-13", "2023-12-04", "2024-03-11"])
def test_cal_10517_nine_o_clock_is_nine_o_clock_in_november_too(day: str) -> None:
    found = wall(day_slots(open_daily(NEW_YORK), day), NEW_YORK)
    assert (found[0], found[-1]) == ("09:00", "16:30")


@pytest.mark.parametrize("days", [6, 7, 8])
def test_cal_12137_a_notice_that_ends_on_the_day_of_the_change_shifts_nothing(days: int) -> None:
    now = datetime(2023, 10, 29, 12, 0, tzinfo=ZoneInfo(NEW_YORK))
    session = rules(notice_min=days * 1440)
    found = free_slots(open_daily(NEW_YORK), session, Span(now, now + timedelta(days=30)), now)
    assert {one[-2:] for one in wall(found, NEW_YORK)} == {"00", "30"}
    assert min(wall(found, NEW_YORK)) == "09:00"
    assert max(wall(found, NEW_YORK)) == "16:30"
    assert found[0].starts_at - now >= timedelta(days=days)


@pytest.mark.parametrize("sunday", ["2023-03-05", "2023-03-12", "2023-11-05", "2023-11-12"])
def test_cal_6217_and_19589_one_half_hour_a_week_is_shown_where_it_is_and_can_be_booked(sunday: str) -> None:
    calendar = Calendar(NEW_YORK, (Rule(6, 750, 780, NEW_YORK),))
    (only,) = day_slots(calendar, sunday)
    assert wall([only], NEW_YORK) == ["12:30"]
    assert judge(calendar, rules(), only.starts_at, only.starts_at - timedelta(days=20)) is Verdict.FREE


def test_cal_4753_a_range_over_the_change_of_clocks_keeps_its_hour() -> None:
    calendar = Calendar(BERLIN, (Rule(1, 780, 840, BERLIN),))
    within = local_days(date(2022, 10, 18), date(2023, 1, 31), ZoneInfo(BERLIN))
    found = free_slots(calendar, rules(session_min=60, step_min=60), within, within.starts_at)
    assert len(found) == 16
    assert set(wall(found, BERLIN)) == {"13:00"}


def test_cal_1092_the_time_that_was_picked_is_the_time_that_is_told() -> None:
    (first, *_) = day_slots(open_daily("America/Denver"), "2021-11-08")
    said = when(first.starts_at, first.ends_at, "America/Denver", "en")
    assert said == "Monday 8 November 2021, 09:00–09:30 (Denver, GMT-7)"


def test_cal_8398_busy_time_across_the_change_of_clocks_takes_what_it_takes() -> None:
    night = local_day(date(2026, 10, 25), ZoneInfo(BERLIN))
    busy = Span(
        night.starts_at, night.starts_at + timedelta(hours=11)
    )  # 11 hours, ending at 10:00 on the wall
    calendar = Calendar(BERLIN, open_daily(BERLIN).rules, imported=(busy,))
    assert wall(day_slots(calendar, "2026-10-25"), BERLIN)[0] == "10:00"


def test_cal_2102_half_hour_zones_start_on_their_own_hour() -> None:
    found = wall(day_slots(open_daily("Asia/Kolkata"), "2026-06-08", rules(step_min=60)), "Asia/Kolkata")
    assert found == [f"{hour:02}:00" for hour in range(9, 17)]


@pytest.mark.parametrize(
    "client", ["America/Los_Angeles", "Pacific/Auckland", "Europe/Belgrade", "Asia/Kolkata"]
)
def test_cal_3184_a_far_client_loses_no_day_and_gets_none_too_many(client: str) -> None:
    calendar = Calendar(TOKYO, tuple(Rule(weekday, 540, 1020, TOKYO) for weekday in range(5)))
    days = [date(2026, 6, 7) + timedelta(days=n) for n in range(9)]
    zone = ZoneInfo(client)
    by_day = [
        slot.starts_at
        for day in days
        for slot in free_slots(calendar, rules(), local_day(day, zone), utc("2026-06-01T00:00"))
    ]
    whole = free_slots(calendar, rules(), local_days(days[0], days[-1], zone), utc("2026-06-01T00:00"))
    assert by_day == [slot.starts_at for slot in whole]
    assert {at.astimezone(ZoneInfo(TOKYO)).weekday() for at in by_day} <= {0, 1, 2, 3, 4}


def test_cal_8833_an_exception_stays_on_its_own_date() -> None:
    other = (Override(date(2026, 6, 13), 0, 15, BERLIN),)
    calendar = Calendar(BERLIN, (), overrides=other)
    session = rules(session_min=15, step_min=15)
    assert wall(day_slots(calendar, "2026-06-13", session), BERLIN) == ["00:00"]
    assert day_slots(calendar, "2026-06-12", session) == []


def test_cal_6136_a_date_that_is_closed_is_closed_for_every_reader() -> None:
    closed = Calendar(
        TOKYO, open_daily(TOKYO).rules, overrides=(Override(date(2026, 6, 10), None, None, TOKYO),)
    )
    for reader in ("America/Los_Angeles", "Pacific/Kiritimati", TOKYO):
        week = local_days(date(2026, 6, 8), date(2026, 6, 13), ZoneInfo(reader))
        found = free_slots(closed, rules(), week, utc("2026-06-01T00:00"))
        assert found
        assert date(2026, 6, 10) not in {one.starts_at.astimezone(ZoneInfo(TOKYO)).date() for one in found}


def test_cal_2250_reading_in_another_zone_and_back_changes_no_time() -> None:
    """Paris, Sarajevo, Paris: the same date was an hour late, behind the change of clocks."""
    zones = [ZoneInfo(name) for name in ("Europe/Paris", "Europe/Sarajevo", "Europe/Paris")]
    day, now = date(2022, 3, 29), utc("2022-03-23T10:00")
    found = [free_slots(open_daily("Europe/Paris"), rules(), local_day(day, zone), now) for zone in zones]
    assert found[0] == found[1] == found[2]
    assert wall(found[2], "Europe/Paris")[0] == "09:00"


@pytest.mark.parametrize("day", ["2022-11-01", "2022-11-08"])
def test_cal_4702_half_past_seven_stays_half_past_seven(day: str) -> None:
    chicago = "America/Chicago"
    assert wall(day_slots(open_daily(chicago, "07:30", "15:00"), day), chicago)[0] == "07:30"


def test_cal_7667_six_in_the_evening_is_as_free_as_five_and_seven() -> None:
    """Midnight in UTC lies between: whoever looks at dates of UTC loses the hour."""
    detroit = "America/Detroit"
    calendar = open_daily(detroit, "09:00", "20:00")
    hour = rules(session_min=60, step_min=60)
    for day in ("2023-03-10", "2023-03-20", "2023-04-17"):
        found = day_slots(calendar, day, hour)
        assert wall(found, detroit)[-3:] == ["17:00", "18:00", "19:00"]
        asked_at = found[0].starts_at - timedelta(days=20)
        assert {judge(calendar, hour, one.starts_at, asked_at) for one in found} == {Verdict.FREE}


def test_cal_79_a_long_slot_over_a_short_event_is_taken() -> None:
    busy = (span("2026-06-08T00:20", "2026-06-08T00:35"),)
    calendar = Calendar(TOKYO, open_daily(TOKYO).rules, busy=busy)
    assert judge(calendar, rules(session_min=60), utc("2026-06-08T00:00"), utc("2026-06-01T00:00")) is (
        Verdict.TAKEN
    )
