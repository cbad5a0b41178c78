"""One truth about zones: the locked tzdata, whatever the machine has."""

import zoneinfo
from datetime import datetime

from core.clock import SystemClock


def test_zones_come_from_the_locked_tzdata() -> None:
    assert SystemClock().now().tzinfo is not None
    assert zoneinfo.TZPATH == ()
    assert "America/Vancouver" in zoneinfo.available_timezones()
    assert datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo")).utcoffset() is not None
