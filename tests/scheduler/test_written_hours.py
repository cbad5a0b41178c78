"""Weekly hours as people write them at a terminal."""

import pytest

from scheduler.practice import Hours
from scheduler.written_hours import parse


@pytest.mark.parametrize(
    ("text", "days", "ranges"),
    [
        ("mon-fri 09:00-17:00", [0, 1, 2, 3, 4], [("09:00", "17:00")]),
        ("Mon,Wed 09:00-12:00, 13:00-18:00", [0, 2], [("09:00", "12:00"), ("13:00", "18:00")]),
        (" sat 20:00-24:00 ", [5], [("20:00", "24:00")]),
        ("fri-mon 08:00-09:00", [4, 5, 6, 0], [("08:00", "09:00")]),
    ],
)
def test_days_and_ranges(text: str, days: list[int], ranges: list[tuple[str, str]]) -> None:
    assert parse(text) == [Hours(day, start, end) for day in days for start, end in ranges]


@pytest.mark.parametrize(
    "text",
    ["", "mon", "monday 09:00-17:00", "mon 9-", "mon 25:00-26:00", "mon 10:00-10:00", "mon 22:00-02:00"],
)
def test_what_is_no_range_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"09:00|24:00"):
        parse(text)
