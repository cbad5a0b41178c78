"""Section [scheduler] of config.toml: how long a session is and how booking behaves.

Not here: a therapist's own hours and capacity; those are rows, changed by the therapist.
"""

from dataclasses import dataclass

from core.config import NOT_NEGATIVE, option
from scheduler.model import SessionRules, SessionType

DEFAULT_NAME = {"ja": "オンライン面談", "en": "Online consultation"}


@dataclass(frozen=True)
class SchedulerConfig:
    """Options of booking; units are in the names."""

    session_min: int = option(45, "length of a consultation")
    step_min: int = option(60, "distance between two offered starting times")
    buffer_before_min: int = option(0, "kept free before a consultation", must=NOT_NEGATIVE)
    buffer_after_min: int = option(15, "kept free after a consultation, for notes", must=NOT_NEGATIVE)
    notice_min: int = option(120, "the latest a client may book before the start", must=NOT_NEGATIVE)
    notice_calendar_days: int = option(
        0, "whole days of notice in the therapist's zone; 1 means from tomorrow", must=NOT_NEGATIVE
    )
    window_days: int = option(28, "how far ahead a client may book")
    cancel_cutoff_min: int = option(
        120, "so long before the start a client can still move or cancel a session alone", must=NOT_NEGATIVE
    )
    approve_within_h: int = option(24, "a request that nobody has answered for so long is over")
    offer_h: int = option(24, "so long a place that became free is kept for who waited for it")
    hold_s: int = option(300, "a picked time stays reserved for so long")
    sweep_s: int = option(30, "how often expired holds are removed")
    enter_before_min: int = option(10, "the waiting room opens before the start", must=NOT_NEGATIVE)
    enter_after_min: int = option(30, "one can still enter after the end", must=NOT_NEGATIVE)
    noshow_grace_min: int = option(15, "who has not come so long after the start has missed the session")
    attempt_window_s: int = option(15 * 60, "the span the following limits speak of")
    holds_per_session: int = option(30, "times reserved by one session or person")
    holds_per_link: int = option(1200, "times reserved through one company's booking link")
    holds_per_address: int = option(600, "times reserved from one address; a company may share one")
    bookings_per_mail: int = option(6, "bookings whose confirmation goes to one mail address")
    bookings_per_session: int = option(10, "bookings by one session or person")
    bookings_per_link: int = option(600, "bookings through one company's booking link")
    bookings_per_address: int = option(300, "bookings from one address; a company may share one")

    def session_type(self) -> SessionType:
        """The kind of session of a therapist who has made none."""
        return SessionType(None, DEFAULT_NAME, self.rules(), self.cancel_cutoff_min, approval=False)

    def rules(self) -> SessionRules:
        """The part of the options that decides which slots exist."""
        return SessionRules(
            session_min=self.session_min,
            step_min=self.step_min,
            buffer_before_min=self.buffer_before_min,
            buffer_after_min=self.buffer_after_min,
            notice_min=self.notice_min,
            notice_calendar_days=self.notice_calendar_days,
            window_days=self.window_days,
        )
