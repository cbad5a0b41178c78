"""Weekly hours as people write them: "mon-fri 09:00-17:00", "mon,wed 09:00-12:00,13:00-18:00" (pure).

Not here: what hours mean on a date (hours.py), and whether they overlap (pace.check_rules).
"""

from scheduler.practice import Hours, to_minute

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EXAMPLE = 'write days and times as in "mon-fri 09:00-17:00" or "mon,wed 09:00-12:00,13:00-18:00"'


def parse(text: str) -> list[Hours]:
    """One entry for each day and range. Raises ValueError, with an example."""
    days, _, ranges = text.strip().lower().partition(" ")
    if not ranges.strip():
        raise ValueError(f"{text!r}: {EXAMPLE}")
    clocks = [_range(part.strip()) for part in ranges.split(",")]
    return [Hours(day, start, end) for day in _days(days) for start, end in clocks]


def _days(text: str) -> list[int]:
    """ "fri-mon" goes over the end of the week."""
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        names = (first, last if dash else first)
        if any(name not in DAYS for name in names):
            raise ValueError(f"{part!r} is no day; days are {', '.join(DAYS)}; {EXAMPLE}")
        begin, end = (DAYS.index(name) for name in names)
        found += [(begin + n) % 7 for n in range((end - begin) % 7 + 1)]
    return found


def _range(text: str) -> tuple[str, str]:
    start, _, end = (part.strip() for part in text.partition("-"))
    try:
        forward = to_minute(start) < to_minute(end)
    except ValueError:
        raise ValueError(f"{text!r} is no range of times; {EXAMPLE}") from None
    if not forward:
        raise ValueError(f"{text!r}: the end must be after the start; a night is two ranges, until 24:00")
    return start, end
